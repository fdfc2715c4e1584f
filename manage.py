#!/usr/bin/env python
"""Run anything: `manage.py up` starts the site, `manage.py help` lists the rest."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fluxsite.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as mistake:
        print(f"Fluxsite can't start: {mistake}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
