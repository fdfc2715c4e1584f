"""What a probe asks: is the process alive, and can the site do its work?"""

import functools
import threading
import time
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache.backends.redis import RedisCache
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fluxsite.supervision.troubles import one_line
from gallery.engine import heartbeat
from gallery.storage import is_healthy

STORAGE_GOOD_FOR = 10  # seconds
REDIS_PATIENCE = 1.0  # seconds


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    checks = CHECKS | (WITH_REDIS if settings.REDIS_URL else {})
    states = {name: _state(check) for name, check in checks.items()}
    is_ready = set(states.values()) == {"ok"}
    status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse({"ready": is_ready, **states}, status=status)


def _state(check: Callable[[], bool]) -> str:
    try:
        return "ok" if check() else "bad"
    except DatabaseError:
        return "unknown"


def is_database_there() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def are_migrations_applied() -> bool:
    if not _were_applied.is_set() and not missing_migrations(connection):
        _were_applied.set()  # and will be as long as this code runs
    return _were_applied.is_set()


_were_applied = threading.Event()


def missing_migrations(of: BaseDatabaseWrapper) -> int:
    executor = MigrationExecutor(of)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def is_storage_there() -> bool:
    return _is_storage_there(int(time.monotonic() / STORAGE_GOOD_FOR))


@functools.lru_cache(maxsize=1)
def _is_storage_there(moment: int) -> bool:
    return not is_healthy(default_storage)


def trouble_with_redis() -> str:
    """A key that is written tells of one that is full or only copies another, too."""
    try:
        _redis(settings.REDIS_URL).set("probe", "", timeout=10)
    except Exception as error:  # the driver, and its missing package, have errors of their own
        return one_line(error)
    return ""


def is_redis_there() -> bool:
    return not trouble_with_redis()


@functools.lru_cache(maxsize=1)
def _redis(url: str) -> RedisCache:
    """Not the site's own cache: that one waits longer, and tries again."""
    waits = {"socket_connect_timeout": REDIS_PATIENCE, "socket_timeout": REDIS_PATIENCE}
    return RedisCache(url, {"OPTIONS": {**waits, "retry": None}})


CHECKS: dict[str, Callable[[], bool]] = {
    "database": is_database_there,
    "migrations": are_migrations_applied,
    "storage": is_storage_there,
    "worker": heartbeat.is_alive,
}
WITH_REDIS: dict[str, Callable[[], bool]] = {"redis": is_redis_there}
