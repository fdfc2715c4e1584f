"""The rules that hold the house up, as data: who imports whom, and what stands nowhere."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("fluxsite", "accounts", "gallery")

# Files whose path starts with the key import nothing that starts with one of these.
NEVER = {
    "accounts/": ["gallery", "httpx", "django_q"],
    "accounts/models/": ["accounts.credits", "accounts.people", "accounts.views", "accounts.forms"],
    "gallery/flux/": ["django", "django_q", "accounts", "fluxsite", "gallery.models"],
    "gallery/models/": [
        "httpx",
        "django_q",
        "gallery.generations",
        "gallery.engine",
        "gallery.forms",
        "gallery.views",
    ],
    "gallery/fetching.py": ["django", "gallery.models", "accounts"],
    "gallery/network.py": ["django", "gallery.models", "accounts"],
    "gallery/pictures.py": ["django", "gallery.models", "accounts"],
    "gallery/views/": ["httpx", "django_q", "gallery.tasks", "gallery.outside"],
    "gallery/engine/": ["gallery.views", "gallery.forms", "gallery.tasks", "gallery.outside"],
}
# Views see verbs, forms and rows; of the API only plain data, of the engine only these doors.
VIEWS_MAY = {
    "gallery.flux": {"gallery.flux.catalog", "gallery.flux"},
    "gallery.engine": {
        "gallery.engine",
        "gallery.engine.callbacks",
        "gallery.engine.picking",
        "gallery.engine.references",
    },
}
# Tasks are queued by dotted name, and views are reached by address.
LEAVES = {"gallery.tasks": ["fluxsite/", "tests/"], "gallery.views": ["gallery/urls.py"]}
LINES = 300


def sources() -> list[Path]:
    found = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return [path for path in found if "migrations" not in path.parts]


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_within(name: str, module: str) -> bool:
    return name == module or name.startswith(module + ".")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_nobody_imports_what_stands_above(path):
    banned = [
        name for place, names in NEVER.items() if name_of(path).startswith(place) for name in names
    ]

    broken = [name for name in imports(path) for ban in banned if is_within(name, ban)]

    assert not broken


@pytest.mark.parametrize("path", sorted((ROOT / "gallery/views").glob("*.py")), ids=name_of)
def test_views_use_only_the_doors_of_the_engine_and_the_api(path):
    for package, doors in VIEWS_MAY.items():
        used = {name for name in imports(path) if is_within(name, package)}
        modules = {".".join(name.split(".")[:3]) for name in used}

        assert modules <= doors


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_tasks_and_views_are_imported_by_nobody(path):
    for leaf, friends in LEAVES.items():
        if name_of(path).startswith((leaf.replace(".", "/"), *friends)):
            continue

        assert not [name for name in imports(path) if is_within(name, leaf)]


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_no_import_hides_inside_a_function(path):
    hidden = [
        node.lineno
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and function.name != "ready"
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert not hidden


def test_no_modules_import_each_other_in_a_circle():
    modules = {name_of(path).removesuffix(".py").replace("/", "."): path for path in sources()}
    modules = {name.removesuffix(".__init__"): path for name, path in modules.items()}
    edges = {
        name: {other for other in imports(path) if other in modules and other != name}
        for name, path in modules.items()
        if path.name != "__init__.py"
    }

    def circle(name: str, trail: tuple[str, ...]) -> tuple[str, ...]:
        if name in trail:
            return (*trail[trail.index(name) :], name)
        if name in settled:
            return ()
        found = next(
            filter(None, (circle(other, (*trail, name)) for other in edges.get(name, ()))), ()
        )
        settled.add(name)
        return found

    settled: set[str] = set()
    assert not [found for name in edges if (found := circle(name, ()))]


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_a_file_stays_short_enough_to_be_read(path):
    assert len(path.read_text().splitlines()) <= LINES


def test_only_the_settings_read_the_environment():
    readers = [
        name_of(path)
        for path in sources()
        if re.search(r"os\.environ|os\.getenv|getenv\(", path.read_text())
    ]

    allowed = {"fluxsite/wsgi.py", "fluxsite/environment.py"}
    assert {name for name in readers if not name.startswith("fluxsite/management")} <= allowed


def test_no_page_holds_a_style_or_a_script_of_its_own():
    inline = re.compile(
        r"<style|\sstyle=|<script(?![^>]*\bsrc=)(?![^>]*application/json)|\son\w+=|hx-on|js:"
    )
    pages = (ROOT / "templates").rglob("*.html")

    assert not [name_of(page) for page in pages if inline.search(page.read_text())]


def test_no_page_asks_another_host():
    foreign = re.compile(r"""(?:src|href|action|hx-get|hx-post)=["'](?:https?:)?//""")
    pages = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static").rglob("*.css")]

    assert not [name_of(page) for page in pages if foreign.search(page.read_text())]


def test_locks_name_no_host_and_hash_everything():
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text()

        assert "://" not in text
        assert text.count("==") <= text.count("--hash=sha256:")


@pytest.mark.parametrize("part", ["utils", "services", "helpers", "selectors", "signals", "common"])
def test_no_file_has_a_name_that_says_nothing(part):
    assert not [name_of(path) for path in sources() if path.stem == part]


def test_files_of_tests_have_names_of_their_own():
    """Python knows them by their names alone."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]

    assert sorted(names) == sorted(set(names))
