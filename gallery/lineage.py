"""Which picture was edited from which: a family as a small tree that one can walk."""

import uuid
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from django.db import connection
from django.urls import reverse

from accounts.models import Person
from gallery.changes import Piece, changed
from gallery.models import Generation, Image, Upload
from gallery.sources import Source, source_of

DEEPEST = 40  # edits of edits that are followed, upwards and downwards
MOST_KIN = 60  # of the whole family, the nearest to its beginning
MOST_CHILDREN = 30  # of the picture itself, beside these

UP = """
WITH RECURSIVE kin(id, parent_id, depth) AS (
  SELECT id, parent_id, 0 FROM gallery_image WHERE id = %s
  UNION ALL
  SELECT image.id, image.parent_id, kin.depth + 1
  FROM gallery_image image JOIN kin ON image.id = kin.parent_id WHERE kin.depth < %s
)
SELECT id, parent_id FROM kin ORDER BY depth
"""
# The limit ends the recursion, too: rows come one depth after the other.
DOWN = """
WITH RECURSIVE kin(id, parent_id, depth) AS (
  SELECT id, parent_id, 0 FROM gallery_image WHERE id IN ({})
  UNION ALL
  SELECT image.id, image.parent_id, kin.depth + 1
  FROM gallery_image image JOIN kin ON image.parent_id = kin.id WHERE kin.depth < %s
)
SELECT id, parent_id FROM kin LIMIT %s
"""

Parents = dict[uuid.UUID, uuid.UUID | None]
Children = dict[uuid.UUID | None, list[Image]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    source: Source
    model: str
    words: tuple[Piece, ...]
    is_here: bool
    compare: str  # with the picture that the page is about
    is_from_deleted: bool  # what it was edited from is in the trash, or gone
    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    roots: tuple[Node, ...]
    size: int


def lineage_of(image: Image, person: Person) -> Lineage | None:
    """The pictures around this one that the person may see; None when there are no others.

    A picture that may not be seen is left out, and what came of it stands where it stood.
    """
    parents, upload = _kin(image, person)
    seen = _seen(parents, person)
    deleted = _deleted(parents)
    size = len(seen) + bool(upload)
    if size < 2 and parents[image.pk] not in deleted:
        return None
    orphans = {pk for pk, parent in parents.items() if parent in deleted}
    children: Children = {None: [], **{pk: [] for pk in seen}}
    for pk, one in seen.items():
        children[_nearest(pk, parents, seen)].append(one)
    roots = tuple(_nodes(None, children, here=image.pk, orphans=orphans))
    if upload:
        compare = _compare(upload.pk, image.pk) if image.pk in seen else ""
        roots = (_begun_with(upload, roots, compare=compare),)
    return Lineage(roots=roots, size=size)


def _kin(image: Image, person: Person) -> tuple[Parents, Upload | None]:
    """Who descends from whom around this picture, and the upload that all began with."""
    up = _rows(UP, [image.pk], DEEPEST)
    first = list(up)[-1]
    begun_with = Generation.objects.filter(images=first).values("reference_upload")
    upload = Upload.objects.visible_to(person).filter(pk__in=begun_with).first()
    starts = [first]
    if upload:
        others = Image.objects.filter(generation__reference_upload=upload, parent=None)
        starts += others.exclude(pk=first).values_list("pk", flat=True)[:MOST_CHILDREN]
    down = _rows(DOWN, starts, DEEPEST, MOST_KIN)
    own = _rows(DOWN, [image.pk], DEEPEST, MOST_CHILDREN)
    return {**own, **down, **up}, upload


def _rows(query: str, starts: Sequence[uuid.UUID], *bounds: int) -> Parents:
    key = Image._meta.pk
    keys = [key.get_db_prep_value(start, connection) for start in starts]
    rows = Image.objects.raw(query.format(", ".join(["%s"] * len(keys))), [*keys, *bounds])
    return {row.pk: row.parent_id for row in rows}


def _seen(parents: Parents, person: Person) -> dict[uuid.UUID, Image]:
    images = Image.objects.visible_to(person).filter(pk__in=list(parents))
    return {image.pk: image for image in images.order_by("created_at", "position", "pk")}


def _deleted(parents: Parents) -> set[uuid.UUID]:
    thrown_away = Image.objects.filter(pk__in=list(parents), trashed_at__isnull=False)
    return set(thrown_away.values_list("pk", flat=True))


def _nearest(pk: uuid.UUID, parents: Parents, seen: Container[uuid.UUID]) -> uuid.UUID | None:
    """The nearest picture above that may be seen."""
    above = parents[pk]
    while above is not None and above not in seen:
        above = parents.get(above)
    return above


def _nodes(
    above: Image | None, children: Children, *, here: uuid.UUID, orphans: Container[uuid.UUID]
) -> Iterator[Node]:
    before = above.prompt if above else ""
    for image in children[above.pk if above else None]:
        yield Node(
            source=source_of(image),
            model=image.model_name,
            words=changed(before, image.prompt, is_short=True),
            is_here=image.pk == here,
            compare=_compare(image.pk, here) if here in children else "",
            is_from_deleted=image.pk in orphans,
            children=tuple(_nodes(image, children, here=here, orphans=orphans)),
        )


def _begun_with(upload: Upload, edits: tuple[Node, ...], *, compare: str) -> Node:
    return Node(
        source=source_of(upload),
        model="",
        words=(),
        is_here=False,
        compare=compare,
        is_from_deleted=False,
        children=edits,
    )


def _compare(other: uuid.UUID, here: uuid.UUID) -> str:
    return f"{reverse('compare')}?a={other}&b={here}"
