import gc
import os
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fluxsite.settings")

CHARSET = re.compile(r';\s*charset\s*=\s*("[^"]*"|[^;]*)', re.IGNORECASE)

_django = get_wsgi_application()
# All that is imported stays for good. Whenever the collector looked through it again, a page waited
# for a twentieth of a second; so it all is imported now, and left out from then on.
list(get_resolver().url_patterns)
gc.collect()
gc.freeze()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Text is UTF-8. Django would believe a request that names another encoding: some can't be
    decoded at all, and others smuggle in what can't be stored."""
    environ["CONTENT_TYPE"] = CHARSET.sub("", environ.get("CONTENT_TYPE", ""))
    return _django(environ, start_response)
