import gc
import os
import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.db import DatabaseError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fluxsite.settings")

CHARSET = re.compile(r';\s*charset\s*=\s*("[^"]*"|[^;]*)', re.IGNORECASE)
PLAIN = [
    ("Content-Type", "text/plain"),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
]

_django = get_wsgi_application()
from fluxsite import bodies, loading, polls  # noqa: E402  (Django comes first)
from fluxsite.metrics import answers  # noqa: E402

# All that is loaded stays for good. Whenever the collector looked through it again, a page waited
# for a twentieth of a second; so it is left out from now on.
loading.load()

_unchanged_polls = answers.labels(view="live_poll", status="204")
_slow_bodies = answers.labels(view="none", status="503")
gc.collect()
gc.freeze()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Polls that have no news are answered here: a request of Django's costs more than the answer.

    Text is UTF-8. Django would believe a request that names another encoding: some can't be
    decoded at all, and others smuggle in what can't be stored.
    """
    began = time.perf_counter()
    headers = _unchanged(environ)
    if headers is not None:
        start_response("204 No Content", list(headers.items()))
        _unchanged_polls.observe(time.perf_counter() - began)
        return ()
    if not bodies.begin(environ):
        start_response("503 Service Unavailable", [("Retry-After", "5"), *PLAIN])
        _slow_bodies.observe(time.perf_counter() - began)
        return [b"Too many slow requests are under way. Try again in a moment.\n"]
    environ["CONTENT_TYPE"] = CHARSET.sub("", environ.get("CONTENT_TYPE", ""))
    return _django(environ, start_response)


def _unchanged(environ: dict[str, Any]) -> Mapping[str, str] | None:
    try:
        headers = polls.unchanged(environ["REQUEST_METHOD"], environ.get("PATH_INFO", ""))
    except DatabaseError:  # Django gives up the connection, asks anew, and tells
        return None
    environ[polls.ASKED] = True
    return headers
