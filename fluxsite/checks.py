"""Settings that can't be right, or are doubtful together, told at start-up."""

import importlib.util
import ipaddress
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

NEEDED = {  # by what is set: the package, and its name for people
    "REDIS_URL": ("redis", "Redis"),
    "S3": ("storages", "an S3-compatible store"),
}
WRITES_THROUGH = ("fsync", "full_page_writes", "synchronous_commit")


@register
def doubtful_settings(**kwargs: Any) -> list[CheckMessage]:
    checks = (_token, _site_url, _callback_url, _proxy, _doors, _database, _secret, _packages)
    return [message for check in checks for message in check()]


@register(Tags.database)
def database_without_unicode(**kwargs: Any) -> list[CheckMessage]:
    """It would take all tables, and then no picture: words are searched in their plain form."""
    return [
        Error(
            f"The database's encoding is {encoding}: no picture could be kept in it.",
            hint="Make one with createdb --template template0 --encoding UTF8.",
            id="fluxsite.E006",
        )
        for alias in kwargs["databases"] or ()
        if (encoding := _shown(alias, "server_encoding")) not in ("UTF8", None)
    ]


@register(Tags.database)
def database_that_forgets(**kwargs: Any) -> list[CheckMessage]:
    """A wish of which it forgets that it was sent would be sent, and paid for, again."""
    return [
        Warning(
            f"PostgreSQL's {name} is off: a power cut can take back what was already answered.",
            hint=f"Set {name} = on in postgresql.conf, and reload it.",
            id="fluxsite.W008",
        )
        for alias in kwargs["databases"] or ()
        for name in WRITES_THROUGH
        if _shown(alias, name) == "off"
    ]


def _shown(alias: str, name: str) -> str | None:
    """PostgreSQL's value of this setting."""
    if connections[alias].vendor != "postgresql":
        return None
    with connections[alias].cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return str(cursor.fetchone()[0])


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _token() -> Iterator[CheckMessage]:
    if settings.DEMO:
        yield Warning(
            "Demo mode: the built-in emulator paints the pictures.",
            hint="Set FLUX_API_TOKEN to use the real Flux API.",
            id="fluxsite.W001",
        )
    elif not re.fullmatch(r"[!-~]+", settings.FLUX_API_TOKEN):
        yield Error(
            "FLUX_API_TOKEN holds spaces or other signs that no token has.",
            hint="Copy the token alone, without the word Bearer.",
            id="fluxsite.E001",
        )


def _site_url() -> Iterator[CheckMessage]:
    site = urlsplit(settings.SITE_URL)
    is_local = is_loopback(site.hostname or "")
    if not is_local and site.scheme == "http":
        yield Warning(
            "SITE_URL is plain http: passwords and pictures can be read on their way.",
            hint="Put a proxy with a certificate in front, and set SITE_URL to its https address.",
            id="fluxsite.W002",
        )
    if is_local and not is_loopback(settings.HOST):
        yield Warning(
            f"HOST {settings.HOST} is open to other machines, which are turned away: SITE_URL is "
            "an address of this machine only.",
            hint="Set SITE_URL to the address that people type.",
            id="fluxsite.W003",
        )


def _callback_url() -> Iterator[CheckMessage]:
    url = urlsplit(settings.FLUX_CALLBACK_URL)
    if not settings.FLUX_CALLBACK_URL:
        return
    if url.scheme != "https":
        yield Warning(
            "FLUX_CALLBACK_URL is not https: what the API calls back can be read on its way.",
            hint="Set it to the public https address of this site.",
            id="fluxsite.W004",
        )
    if is_loopback(url.hostname or "") and not settings.DEMO:
        yield Warning(
            "FLUX_CALLBACK_URL is an address of this machine: the API can't call it.",
            hint="Set it to the public address of this site, or leave it empty.",
            id="fluxsite.W005",
        )


def _proxy() -> Iterator[CheckMessage]:
    if settings.SITE_URL.startswith("https:") and not settings.TRUSTED_PROXIES:
        yield Warning(
            "SITE_URL is https, but no proxy is trusted: all visitors seem to come from one "
            "address, and share its limits for signing in.",
            hint="Set TRUSTED_PROXIES to the number of proxies in front, usually 1.",
            id="fluxsite.W006",
        )


def _doors() -> Iterator[CheckMessage]:
    if settings.OIDC_URL and not (settings.OIDC_CLIENT_ID and settings.OIDC_CLIENT_SECRET):
        yield Error(
            "OIDC_URL is set without OIDC_CLIENT_ID and OIDC_CLIENT_SECRET: nobody could come in.",
            hint="Register this site at the provider, and set both.",
            id="fluxsite.E004",
        )
    if not settings.LOCAL_PASSWORDS and not settings.OIDC_URL:
        yield Error(
            "LOCAL_PASSWORDS is off without single sign-on: people could not come in.",
            hint="Set OIDC_URL first.",
            id="fluxsite.E005",
        )


def _database() -> Iterator[CheckMessage]:
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3") and str(database["NAME"]) in ("", ":memory:"):
        yield Error(
            "DATABASE_URL is a database in memory, which web and worker can't share.",
            hint="Name a file, or leave DATABASE_URL empty.",
            id="fluxsite.E002",
        )


def _secret() -> Iterator[CheckMessage]:
    own = settings.DATA_DIR / "secret-key"
    is_shared = settings.STORAGE_URL.startswith("s3:")
    if is_shared and own.exists() and own.read_text().strip() == settings.SECRET_KEY:
        yield Warning(
            "SECRET_KEY is one that this machine has made for itself: what it signs, other "
            "machines of this site turn away.",
            hint=f"Set SECRET_KEY on all of them to the same text, for instance that of {own}.",
            id="fluxsite.W007",
        )


def _packages() -> Iterator[CheckMessage]:
    wanted = {"REDIS_URL": settings.REDIS_URL, "S3": settings.STORAGE_URL.startswith("s3:")}
    for setting, (package, name) in NEEDED.items():
        if wanted[setting] and not importlib.util.find_spec(package):
            yield Error(
                f"The package for {name} is not installed.",
                hint="Install requirements/run.txt, as `make run` does.",
                id="fluxsite.E003",
            )
