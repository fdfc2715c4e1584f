"""Brings all of the site into memory before it works: an upgrade lays the next version's files
under processes that go on, and half of each version is none."""

import re
from importlib import import_module
from pkgutil import walk_packages

from django.conf import settings
from django.template.loader import get_template
from django.urls import get_resolver

OURS = ("accounts", "gallery", "fluxsite")
# Commands and migrations are run by processes of their own; a server asks for its own door.
APART = re.compile(r"\.(management|migrations|wsgi)\b")


def load() -> None:
    list(get_resolver().url_patterns)  # first: some addresses need what others register
    for package in map(import_module, OURS):
        for found in walk_packages(package.__path__, f"{package.__name__}."):
            if not APART.search(found.name):
                import_module(found.name)
    folder = settings.BASE_DIR / "templates"
    for path in folder.rglob("*.*"):
        get_template(path.relative_to(folder).as_posix())
