"""All rows and files of a site, laid into another database and another storage, and compared.

One way for backups, for restoring them, and for moving to other machines: rows go through the
models, so that any database that Django speaks can take them; files go by their names.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Generator, Iterable
from contextlib import closing
from itertools import islice
from typing import Any

from django.apps import apps
from django.core.files.base import File
from django.core.files.storage import Storage
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connections, models, transaction

from accounts import append_only
from gallery.models import Entry, Image
from gallery.storage import is_healthy

CHUNK = 500
MARKED = 50_000  # rows between two signs of life
Tell = Callable[[str], None]


class CopyError(Exception):
    """In whole sentences: what happened, and what to do next."""


class CopyDiffers(CopyError):
    """What arrived is not what was sent."""


class NoPlace(CopyError):
    """Where the files should go none can be kept."""


def copy_rows(
    source: str, target: str, tell: Tell, *, but: Collection[type[models.Model]] = ()
) -> dict[str, int]:
    """Make the target's tables, empty them, fill them, compare. Return the rows of each.

    The tables of what is in `but` stay empty.

    Raises CopyDiffers. All in one transaction of the target: it is wholly there, or as it was.
    """
    call_command("migrate", database=target, interactive=False, verbosity=0)
    counts, copied = {}, [model for model in _models() if model not in but]
    with transaction.atomic(source), transaction.atomic(target):
        _empty(target)
        with connections[target].constraint_checks_disabled():
            for model in copied:
                counts[model._meta.db_table] = _copy_table(model, source, target, tell)
        connections[target].check_constraints()
        _renew_sequences(target)
        for model in copied:
            _compare(model, source, target)
    return counts


def copy_files(
    names: Iterable[str], source: Storage, target: Storage, tell: Tell, *, reads_all: bool = True
) -> list[str]:
    """Copy those that are not there as they are here. Return the names of those missing here.

    Without `reads_all`, one that is there in the same size is taken for the same.

    Raises NoPlace, CopyDiffers.
    """
    check_place(target)
    missing = []
    for number, name in enumerate(names, start=1):
        try:
            file = source.open(name)
        except FileNotFoundError:
            missing.append(name)
        else:
            with file:
                if reads_all or not _has_size(name, file.size, target):
                    _bring(name, file, target)
        if number % MARKED == 0:
            tell(f"{number} files")
    return missing


def check_place(storage: Storage) -> None:
    if trouble := is_healthy(storage):
        raise NoPlace(
            f"{trouble.rstrip('.')}. No file was copied. See that this place is there and can be "
            "written, then run this again."
        )


def _bring(name: str, file: "File[Any]", target: Storage) -> None:
    checksum = _checksum(file)
    # Who has less than all of it need not be read.
    if not (_has_size(name, file.size, target) and _checksum_in(target, name) == checksum):
        file.seek(0)
        _copy_file(name, file, checksum, target)


def _has_size(name: str, size: int, target: Storage) -> bool:
    return target.exists(name) and target.size(name) == size


def _copy_file(name: str, file: "File[Any]", checksum: str, target: Storage) -> None:
    kept = target.save(name, file)
    if kept != name or _checksum_in(target, kept) != checksum:
        target.delete(kept)
        raise CopyDiffers(f"{name} did not arrive as it was sent. Run this again.")


def _checksum_in(storage: Storage, name: str) -> str:
    with storage.open(name) as file:
        return _checksum(file)


def _checksum(file: "File[Any]") -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()


def _models() -> list[type[models.Model]]:
    """The database fills the index of the search by itself, from pictures and what they are of."""
    found = apps.get_models(include_auto_created=True)
    whole = [model for model in found if model._meta.managed and not model._meta.proxy]
    return sorted(set(whole) - {Entry}, key=lambda model: (model is Image, whole.index(model)))


def _empty(target: str) -> None:
    """Also of what migrations have filled in: it comes with the rest."""
    connection = connections[target]
    tables = [Entry._meta.db_table, *(model._meta.db_table for model in _models())]
    flush = connection.ops.sql_flush(no_style(), tables, reset_sequences=True, allow_cascade=False)
    append_only.remove(connection)
    with connection.cursor() as cursor, connection.constraint_checks_disabled():
        for statement in flush:
            cursor.execute(statement)
    append_only.install(connection)


def _copy_table(model: type[models.Model], source: str, target: str, tell: Tell) -> int:
    fields, copied = _fields(model), 0
    # What reads them ends before its database is closed, also when it is broken off.
    with closing(_rows(model, source)) as rows:
        while chunk := list(islice(rows, CHUNK)):
            # Raw: as they are, without what a field fills in by itself.
            model._base_manager.using(target)._insert(chunk, fields=fields, using=target, raw=True)  # type: ignore[attr-defined]
            copied += len(chunk)
            if copied % MARKED == 0:
                tell(f"{model._meta.db_table}: {copied} rows")
    return copied


def _fields(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.generated]


def _rows(model: type[models.Model], alias: str) -> Generator[models.Model, None, None]:
    names = [field.attname for field in _fields(model)]
    rows = model._base_manager.using(alias).order_by("pk").only(*names)
    yield from rows.iterator(chunk_size=CHUNK)


def _renew_sequences(target: str) -> None:
    connection = connections[target]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), _models()):
            cursor.execute(statement)


def _compare(model: type[models.Model], source: str, target: str) -> None:
    if _table_sum(model, source) != _table_sum(model, target):
        raise CopyDiffers(
            f"The rows of {model._meta.db_table} did not arrive as they were sent. No row was "
            "changed there; run this again."
        )


def _table_sum(model: type[models.Model], alias: str) -> tuple[int, int]:
    """How many rows there are, and a sum over all of them in which their order doesn't count:
    databases differ in how they sort."""
    number, total, fields = 0, 0, _fields(model)
    for row in _rows(model, alias):
        written = json.dumps([_written(field, row) for field in fields])
        total ^= int.from_bytes(hashlib.sha256(written.encode()).digest())
        number += 1
    return number, total


def _written(field: Any, row: models.Model) -> str:
    value = field.value_from_object(row)
    if isinstance(field, models.JSONField):
        return json.dumps(value, sort_keys=True)
    if isinstance(field, models.DecimalField) and value is not None:
        return f"{value:.{field.decimal_places}f}"
    return str(field.value_to_string(row))
