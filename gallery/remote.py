"""A store that speaks S3, whose troubles are told as those of a disk are."""

import contextlib
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.utils import timezone
from django.utils.deconstruct import deconstructible
from storages.backends.s3 import S3Storage

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

    def _save(self, name: str, content: Any) -> str:
        with _told():
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        with _told():
            super().delete(name)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        # Whose picture it is about is nobody's business who reads logs; which store it was, is.
        raise StoreAway(IN_STORE.sub(r"\1/…", str(error))) from None
