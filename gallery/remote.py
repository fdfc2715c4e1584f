"""A store that speaks S3, whose troubles are told as those of a disk are."""

import contextlib
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from botocore.response import StreamingBody
from django.utils import timezone
from django.utils.deconstruct import deconstructible
from s3transfer.exceptions import RetriesExceededError
from storages.backends.s3 import S3File, S3Storage
from storages.utils import clean_name

from gallery.storage import PARTS

IN_STORE = re.compile(r"(https?://[^/\s\"']+)/[^\s\"']*")


class StoreAway(OSError):
    """The store did not answer, or refused."""


@deconstructible(path="gallery.remote.RemoteStorage")
class RemoteStorage(S3Storage):  # type: ignore[misc]
    def leftovers(self, older_than: float) -> list[str]:
        """Names of probes that somebody who died has left behind. A put is whole or not at all."""
        before = timezone.now() - timedelta(seconds=older_than)
        with _told():
            found = self.bucket.objects.filter(Prefix=f"{PARTS}/")
            return [each.key for each in found if each.last_modified <= before]

    def exists(self, name: str) -> bool:
        with _told():
            return bool(super().exists(name))

    def size(self, name: str) -> int:
        with _told():
            return int(super().size(name))

    def get_modified_time(self, name: str) -> datetime:
        with _told():
            modified: datetime = super().get_modified_time(name)
            return modified

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        with _told():
            folders, names = super().listdir(name)
            return folders, names

    def _open(self, name: str, mode: str = "rb") -> "RemoteFile":
        with _told():
            return RemoteFile(self._normalize_name(clean_name(name)), mode, self)

    def _save(self, name: str, content: Any) -> str:
        with _told():
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        with _told():
            super().delete(name)


class RemoteFile(S3File):  # type: ignore[misc]
    def part(self, span: range) -> "RemotePart":
        """Fetched as it is read; by `read`, the file would first be fetched whole."""
        with _told():
            found = self.obj.get(Range=f"bytes={span.start}-{span.stop - 1}")
        return RemotePart(found["Body"])

    def _get_file(self) -> Any:
        try:
            with _told():
                return super()._get_file()
        except OSError:
            self.close()  # what has come of it would be read as the whole
            raise

    file = property(_get_file, S3File._set_file)


class RemotePart:
    def __init__(self, body: StreamingBody) -> None:
        self._body = body

    def read(self, size: int) -> bytes:
        with _told():
            return bytes(self._body.read(size))

    def close(self) -> None:
        self._body.close()


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except RetriesExceededError as error:
        raise _as_of_a_disk(error.last_exception) from None
    except (BotoCoreError, ClientError) as error:
        raise _as_of_a_disk(error) from None


def _as_of_a_disk(error: Exception) -> OSError:
    """Whose picture it is about is nobody's business who reads logs; which store it was, is."""
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
    if code in ("404", "NoSuchKey"):
        return FileNotFoundError("The store has no such file.")
    return StoreAway(IN_STORE.sub(r"\1/…", str(error)))
