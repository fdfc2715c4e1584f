"""The web server: granian with one process and some threads. `up` runs it; or run it alone."""

import copy
import multiprocessing
import resource
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from fluxsite import running
from fluxsite.supervision import preflight
from fluxsite.supervision.parents import bind_children, die_with

CONNECTIONS = 8192  # open ones; a page that lives keeps one or two, also while it asks for nothing
THREADS = 32  # made when needed; a slow download holds one until its last byte is out
PATIENCE_AT_STOP = 4  # seconds for requests that are under way


class Command(BaseCommand):
    help = "Serve the site on HOST and PORT until SIGTERM."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--parent", type=int, help="end when this process does")

    def handle(self, *args: Any, parent: int | None, **options: Any) -> None:
        if parent:
            die_with(parent)
        preflight.check_port(settings.HOST, settings.PORT)
        running.claim_web(settings.DATA_DIR / "run")
        _allow_files(CONNECTIONS + 1024)
        # A forked child is bound to its parent by the hook; a spawned one would not run it.
        multiprocessing.set_start_method("fork", force=True)
        bind_children()
        Server(
            "fluxsite.wsgi:application",
            address=settings.HOST,
            port=settings.PORT,
            interface=Interfaces.WSGI,
            backlog=CONNECTIONS,
            backpressure=CONNECTIONS,
            blocking_threads=THREADS,
            workers_kill_timeout=PATIENCE_AT_STOP,
            log_level=LogLevels.error,
            log_dictconfig=copy.deepcopy(settings.LOGGING),
        ).serve()


def _allow_files(number: int) -> None:
    """Each connection is an open file, and many systems allow a program a thousand unless asked."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = number if hard == resource.RLIM_INFINITY else min(number, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
