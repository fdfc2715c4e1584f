"""What can be seen to be wrong before anything starts: each in one line that tells the mend."""

import errno
import fcntl
import os
import socket
import time
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import default_storage
from django.db import connection
from django_q.brokers import get_broker

from fluxsite import running
from fluxsite.supervision.troubles import one_line
from gallery.storage import is_healthy

PATIENCE = 5  # seconds for a database that does not answer
LAST_BREATH = 2.0  # seconds for the port of a site that has been killed just now


def claim_folder(run: Path) -> None:
    """Hold this data folder until this process ends, also beyond an exec; refuse a second one."""
    lock = running.open_lock(run, running.SITE)
    if not running.takes(lock, fcntl.LOCK_EX):
        raise ImproperlyConfigured(
            f"another one runs on DATA_DIR {settings.DATA_DIR} already, {_what(lock)}. "
            "Use that one, stop it first, or set DATA_DIR to another folder."
        )
    running.note(lock, f"at {settings.SITE_URL}")
    os.set_inheritable(lock, True)


def check_port(host: str, port: int) -> None:
    deadline = time.monotonic() + LAST_BREATH
    while (trouble := _trouble_with_port(host, port)) and time.monotonic() < deadline:
        time.sleep(0.1)
    if trouble:
        raise ImproperlyConfigured(trouble)


def check_database() -> None:
    if connection.vendor == "postgresql":
        connection.settings_dict["OPTIONS"].setdefault("connect_timeout", PATIENCE)
    try:
        connection.ensure_connection()
    except Exception as error:  # drivers and their missing packages have errors of their own
        raise ImproperlyConfigured(
            f"the database can't be reached: {one_line(error)}. Start it, or correct DATABASE_URL."
        ) from error


def check_queue() -> None:
    """Redis, when it is the queue and the cache."""
    try:
        cache.get("preflight")
        get_broker().ping()
    except Exception as error:  # likewise
        raise ImproperlyConfigured(
            f"Redis can't be reached: {one_line(error)}. Start it, or correct REDIS_URL "
            "(empty: do without Redis)."
        ) from error


def check_storage() -> None:
    if trouble := is_healthy(default_storage):
        raise ImproperlyConfigured(
            f"{trouble.rstrip('.')}. Make that place writable, or correct STORAGE_URL."
        )


def _trouble_with_port(host: str, port: int) -> str:
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
    except OSError as error:
        return _say(error, host, port)
    return ""


def _say(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} on {host} is taken by another program. Stop that one, or set PORT to a "
            f"free one, for instance PORT={port + 1}."
        )
    if error.errno == errno.EACCES:
        return f"port {port} is for privileged programs only. Set PORT to 1024 or more."
    return f"{host} is no address of this machine ({error.strerror}). Correct HOST."


def _what(lock: int) -> str:
    return os.pread(lock, 500, 0).decode() or "at an address of its own"
