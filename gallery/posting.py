"""The way out for messages: public https addresses, and what the settings allow besides."""

from django.conf import settings

from gallery.fetching import Fetcher

SECONDS = 10.0


def open_poster() -> Fetcher:
    return Fetcher(allowed_hosts=settings.WEBHOOK_HOSTS, timeout=SECONDS)
