"""Reading settings from the environment, with one plain line for what cannot be right."""

import contextlib
import os
import re
import secrets
import tempfile
import zoneinfo
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from fluxsite.durable import write_through

SHORTEST_SECRET = 32  # signs
ROLES = ("admin", "member", "viewer")
# A name or an IPv4 address, or an IPv6 address in brackets, each with or without a port.
HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?|[0-9A-Fa-f:]+")


class Environment(environ.FileAwareEnv):  # type: ignore[misc]
    """Adds bounds and choices to django-environ; `NAME_FILE` names a file that holds the secret."""

    def text(self, name: str, default: str = "") -> str:
        try:
            # A secret read from a file keeps the file's last newline.
            return str(self.str(name, default)).strip()
        except OSError as error:
            raise ImproperlyConfigured(
                f"{name}_FILE can't be read: {error.strerror}. Name a file that this user may read."
            ) from error

    def number(self, name: str, default: int, *, low: int, high: int) -> int:
        written = self.text(name, str(default))
        if not written.isdecimal() or not low <= int(written) <= high:
            raise ImproperlyConfigured(
                f"{name} is {written!r}; set it to a whole number from {low} to {high}."
            )
        return int(written)

    def choice(self, name: str, default: str, *, among: tuple[str, ...]) -> str:
        written = self.text(name, default)
        if written not in among:
            raise ImproperlyConfigured(
                f"{name} is {written!r}; set it to one of {', '.join(among)}."
            )
        return written

    def address(self, name: str, default: str = "") -> str:
        """A base address without a slash at its end; empty when there is none."""
        written = self.text(name, default).rstrip("/")
        if written and not _is_address(written):
            raise ImproperlyConfigured(
                f"{name} is {written!r}; set it to an address such as https://flux.example.org."
            )
        return written

    def hosts(self, name: str) -> tuple[str, ...]:
        hosts = tuple(host.strip() for host in self.text(name).split(",") if host.strip())
        for host in hosts:
            if not HOST.fullmatch(host):
                raise ImproperlyConfigured(
                    f"{name} has {host!r}; set it to hosts such as pictures.example.org:8443, "
                    "divided by commas."
                )
        return hosts

    def roles(self, name: str) -> dict[str, str]:
        """`admins=admin,flux=member`: which role each group gets; `*` is everybody."""
        pairs = [pair.rpartition("=") for pair in self.text(name).split(",") if pair.strip()]
        for group, _, role in pairs:
            if not group.strip() or role.strip() not in ROLES:
                raise ImproperlyConfigured(
                    f"{name} has {group + '=' + role!r}; set it to pairs such as "
                    f"flux-admins=admin,flux=member. The roles are {', '.join(ROLES)}."
                )
        return {group.strip(): role.strip() for group, _, role in pairs}

    def secret(self, name: str) -> str:
        written = self.text(name)
        if written and len(written) < SHORTEST_SECRET:
            raise ImproperlyConfigured(
                f"{name} is too short to be safe; set it to {SHORTEST_SECRET} random signs or "
                "more, or leave it empty."
            )
        return written

    def mail(self, name: str, default: str) -> dict[str, Any]:
        written = self.text(name, default)
        if urlsplit(written).scheme not in self.EMAIL_SCHEMES:
            raise ImproperlyConfigured(
                f"{name} is of a kind that is not known here; set it to "
                "smtp+tls://user:password@host:587, or to consolemail:// to print letters."
            )
        return dict(self.email_url_config(written))

    def time_zone(self, name: str, default: str) -> str:
        written = self.text(name, default)
        if written not in zoneinfo.available_timezones():
            raise ImproperlyConfigured(
                f"{name} is {written!r}; set it to a name such as Europe/Berlin, or to UTC."
            )
        return written

    def database(self, name: str, default: str) -> dict[str, Any]:
        return self.database_at(self.text(name, default), name)

    def database_at(self, address: str, name: str) -> dict[str, Any]:
        """Options of the database at this address, which was given under this name."""
        # An address may hold a password, so it isn't repeated.
        form = "postgres://user:password@host/name or sqlite:////folder/file"
        if address.partition(":")[0] not in ("sqlite", "postgres", "postgresql"):
            raise ImproperlyConfigured(
                f"{name} is of a kind that is not known here; set it to {form}."
            )
        try:
            options = dict(self.db_url_config(address))
        except ValueError as error:  # half an IPv6 address, or a port that is none
            raise ImproperlyConfigured(
                f"{name} has a host or a port that is none; set it to {form}."
            ) from error
        if not options["NAME"]:
            raise ImproperlyConfigured(f"{name} names no database; set it to {form}.")
        return options


def _is_address(written: str) -> bool:
    try:
        parts = urlsplit(written)
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError:  # half an IPv6 address, or a port that is none
        return False
    is_one_word = written.isprintable() and " " not in written
    return is_whole and is_one_word and parts.scheme in ("http", "https")


def data_folder(path: Path) -> Path:
    """The folder that everything of the embedded default is kept in, made and tried."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)  # the database is for no other eyes
        probe = path / f".writable-{secrets.token_hex(4)}"
        probe.touch(mode=0o600)
        probe.unlink()
    except OSError as error:
        raise ImproperlyConfigured(
            f"DATA_DIR ({path}) can't be written: {error.strerror}. "
            "Make the folder writable for this user, or set DATA_DIR to another one."
        ) from error
    return path


def lasting_secret(path: Path) -> str:
    """The secret kept in this file, made on the first start by whichever process comes first."""
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".secret-") as file:
            file.write(secrets.token_urlsafe(50))
            file.flush()
            write_through(Path(file.name))  # without it no authenticator app works any more
            with contextlib.suppress(FileExistsError):  # another process was quicker
                os.link(file.name, path)
        write_through(path.parent)
    secret = path.read_text().strip()
    if len(secret) < SHORTEST_SECRET:
        raise ImproperlyConfigured(
            f"{path} holds no usable key. Delete it (everybody signs in anew), or set SECRET_KEY."
        )
    return secret


def known_hosts(site: str, listening: str) -> list[str]:
    """By its own address a proxy's probes and Prometheus ask one machine of several."""
    is_one = listening not in ("", "0.0.0.0", "::")  # noqa: S104
    own = f"[{listening}]" if ":" in listening else listening
    return sorted({site, "127.0.0.1", "localhost", "[::1]", *([own] if is_one else [])})


def origin_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def single_sign_on(
    url: str, client_id: str, secret: str, name: str, scopes: list[str]
) -> dict[str, object]:
    """allauth's options for the one provider; without an address there is none."""
    app = {
        "provider_id": "sso",
        "name": name,
        "client_id": client_id,
        "secret": secret,
        "settings": {"server_url": url},
    }
    return {"APPS": [app] if url else [], "OAUTH_PKCE_ENABLED": True, "SCOPE": scopes}


def storage_options(url: str, data_dir: Path, name: str = "STORAGE_URL") -> dict[str, object]:
    """Django's STORAGES entry for `file:`, `file:/folder` or `s3://bucket?endpoint=…`."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return {
            "BACKEND": "gallery.storage.DurableFileSystemStorage",
            "OPTIONS": {"location": parts.path or str(data_dir / "media")},
        }
    if parts.scheme == "s3" and parts.hostname:
        return {
            "BACKEND": "gallery.remote.RemoteStorage",
            "OPTIONS": _s3(parts.netloc, parts.query),
        }
    raise ImproperlyConfigured(
        f"{name} is {url!r}; set it to file:, file:/folder or s3://bucket?endpoint=https://…"
    )


def _s3(location: str, query: str) -> dict[str, object]:
    """Keys may stand before the bucket (`s3://key:secret@bucket`), or where boto3 looks itself."""
    keys, _, bucket = location.rpartition("@")
    key, _, secret = keys.partition(":")
    given = {name: values[-1] for name, values in parse_qs(query).items()}
    options: dict[str, object] = {
        "bucket_name": bucket,
        "addressing_style": "path",
        "signature_version": "s3v4",
        "default_acl": None,
        "file_overwrite": True,
        "access_key": key or None,
        "secret_key": secret or None,
        "endpoint_url": given.get("endpoint"),
        "region_name": given.get("region"),
    }
    return {
        name: value for name, value in options.items() if value is not None or name == "default_acl"
    }
