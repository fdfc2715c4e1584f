"""Files that are either wholly there or not at all, whatever happens to the machine meanwhile."""

import contextlib
import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage
from django.utils.deconstruct import deconstructible

from fluxsite.durable import write_through

# Half-written files have a folder of their own, so that finding forgotten ones stays cheap
# however many files are kept. It is on the same file system: the rename is still atomic.
PARTS = ".parts"
SUFFIX = ".part"


@deconstructible(path="gallery.storage.DurableFileSystemStorage")
class DurableFileSystemStorage(FileSystemStorage):
    """A name is replaced when it is saved again: names are unique, so it is the same file.

    For nobody else's eyes, unless modes are given, for instance to let a web server read.
    """

    def __init__(
        self,
        location: str | os.PathLike[str] | None = None,
        base_url: str | None = None,
        file_permissions_mode: int = 0o600,
        directory_permissions_mode: int = 0o700,
    ) -> None:
        super().__init__(
            location,
            base_url,
            file_permissions_mode,
            directory_permissions_mode,
            allow_overwrite=True,
        )

    def _save(self, name: str, content: "File[Any]") -> str:
        target = Path(self.path(name))
        self._make_folder(target.parent)
        part = self._written(content)
        try:
            part.replace(target)
        except BaseException:
            part.unlink()
            raise
        self._sync_folders(target.parent)
        return target.relative_to(self.location).as_posix()

    def leftovers(self, older_than: float) -> list[str]:
        """Names of half-written files that nobody has touched for so many seconds."""
        folder, before = Path(self.location, PARTS), time.time() - older_than
        names = []
        for part in folder.glob(f"*{SUFFIX}"):
            with contextlib.suppress(FileNotFoundError):  # It has just got its name.
                if part.stat().st_mtime <= before:
                    names.append(f"{PARTS}/{part.name}")
        return names

    def _written(self, content: "File[Any]") -> Path:
        folder = Path(self.location, PARTS)
        self._make_folder(folder)
        handle, part = tempfile.mkstemp(SUFFIX, dir=folder)
        try:
            with open(handle, "wb") as file:
                self._fill(file, content)
        except BaseException:
            os.unlink(part)
            raise
        return Path(part)

    def _fill(self, file: IO[bytes], content: "File[Any]") -> None:
        for chunk in content.chunks():
            file.write(chunk.encode() if isinstance(chunk, str) else chunk)
        file.flush()
        if self.file_permissions_mode is not None:
            os.fchmod(file.fileno(), self.file_permissions_mode)
        os.fsync(file.fileno())

    def _make_folder(self, folder: Path) -> None:
        for each in reversed(list(self._folders(folder))):
            each.mkdir(mode=self.directory_permissions_mode or 0o777, parents=True, exist_ok=True)

    def _sync_folders(self, folder: Path) -> None:
        for each in self._folders(folder):
            write_through(each)

    def _folders(self, folder: Path) -> Iterator[Path]:
        """From the inside out, as far as the storage reaches."""
        root = Path(self.location)
        yield folder
        yield from (each for each in folder.parents if each == root or root in each.parents)


def is_healthy(storage: Storage, *, size: int = 16) -> str:
    """Keep, read and delete a file. Return the trouble in words, "" when there is none."""
    data = secrets.token_bytes(size)
    try:
        # Among the half-written ones: the sweep clears what a probe that was killed left behind.
        name = storage.save(f"{PARTS}/probe-{secrets.token_hex(8)}{SUFFIX}", ContentFile(data))
        try:
            with storage.open(name) as file:
                came_back = file.read()
        finally:
            storage.delete(name)
    except Exception as error:  # Each kind of storage has errors of its own.
        return f"Files can't be kept: {error}"
    return "" if came_back == data else "What was kept came back different."
