"""What `manage.py doctor --deep` adds: every file beside the row that speaks of it.

Names begin with their row's id, in 256 folders by its first two digits, so one folder's files and
rows are laid beside each other at a time, however many there are.
"""

import hashlib
from collections.abc import Iterator
from datetime import timedelta

from django.core.files.storage import default_storage
from django.db.models import Q
from django.utils import timezone

from fluxsite.diagnosis import Finding
from gallery.models import Image, Result, Upload
from gallery.models.generation import ResultState
from gallery.storage import PARTS

FOLDERS = "originals", "renditions", "uploads"
YOUNG = timedelta(hours=1)  # files are written before their row is
OVERDUE = timedelta(hours=2)
SHOWN = 5
SHELVES = [f"{number:02x}" for number in range(256)]


def take_stock() -> Iterator[Finding]:
    try:
        yield from _files_beside_rows()
        yield _of_parts()
    except OSError as error:
        mend = "See to the storage, and look again."
        yield Finding(part="files", says=f"the storage can't be read: {error}", mend=mend)
    yield _of_late_results()


def _files_beside_rows() -> Iterator[Finding]:
    missing, damaged, forgotten, files = [], [], [], 0
    for shelf in SHELVES:
        names = set(_files_on(shelf))
        spoken_of = dict(_names_on(shelf))
        files += len(spoken_of.keys() & names)
        missing += sorted(spoken_of.keys() - names)
        damaged += [name for name in spoken_of.keys() & names if _is_damaged(name, spoken_of[name])]
        forgotten += [name for name in sorted(names - spoken_of.keys()) if _is_old(name)]
    yield _of_missing(missing, files)
    yield _of_damaged(damaged)
    yield _of_forgotten(forgotten)


def _files_on(shelf: str) -> Iterator[str]:
    for folder in FOLDERS:
        try:
            _, names = default_storage.listdir(f"{folder}/{shelf}")
        except FileNotFoundError:
            continue
        yield from (f"{folder}/{shelf}/{name}" for name in names)


def _names_on(shelf: str) -> Iterator[tuple[str, str]]:
    """Each name that a row speaks of, and the checksum that its file should have, where known."""
    here = Q(pk__gte=shelf + "0" * 30, pk__lte=shelf + "f" * 30)
    images = Image.objects.filter(here, doomed_at=None)
    for original, renditions, checksum in images.values_list(
        "original", "renditions", "sha256"
    ).iterator():
        yield original, checksum
        yield from ((name, "") for name in renditions.values())
    for name, renditions in Upload.objects.filter(here).values_list("name", "renditions"):
        yield from ((one, "") for one in (name, *renditions.values()))


def _is_damaged(name: str, checksum: str) -> bool:
    if not checksum:
        return False
    try:
        with default_storage.open(name) as file:
            return hashlib.file_digest(file, "sha256").hexdigest() != checksum
    except FileNotFoundError:
        return False  # it was deleted for good a moment ago


def _is_old(name: str) -> bool:
    try:
        return default_storage.get_modified_time(name) < timezone.now() - YOUNG
    except FileNotFoundError:
        return False


def _of_missing(names: list[str], files: int) -> Finding:
    says = f"{files} files are where their rows say"
    if not names:
        return Finding(part="files", says=says)
    says = f"{len(names)} files are missing: {_some(names)}"
    mend = "Put them back from a backup; what can't be had back can be deleted on its page."
    return Finding(part="files", says=says, mend=mend)


def _of_damaged(names: list[str]) -> Finding:
    if not names:
        return Finding(part="files", says="every original has its checksum")
    says = f"{len(names)} originals are not what arrived: {_some(names)}"
    return Finding(part="files", says=says, mend="Look at the disk, and put back a backup of them.")


def _of_forgotten(names: list[str]) -> Finding:
    if not names:
        return Finding(part="files", says="no file is there without a row")
    says = f"{len(names)} files belong to no row: {_some(names)}"
    return Finding(part="files", says=f"{says}. They take room, and nothing else")


def _of_parts() -> Finding:
    leftovers = getattr(default_storage, "leftovers", None)
    names = leftovers(YOUNG.total_seconds()) if leftovers else []
    says = f"{len(names)} half-written files lie in {PARTS}: the sweep takes them away"
    return Finding(part="files", says=says if names else "nothing is left half-written")


def _of_late_results() -> Finding:
    """Paid for, and not yet in our storage."""
    limit = timezone.now() - OVERDUE
    late = Result.objects.filter(state=ResultState.WAITING, created_at__lt=limit)
    keys = [str(key) for key in late.values_list("generation", flat=True).distinct()[:SHOWN]]
    if not keys:
        return Finding(part="results", says="none waits to be fetched for over two hours")
    says = f"{late.count()} results wait to be fetched for over two hours: {_some(keys)}"
    mend = "See whether this machine reaches the provider's files, and whether storage is full."
    return Finding(part="results", says=says, mend=mend)


def _some(names: list[str]) -> str:
    rest = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + rest
