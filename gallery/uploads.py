"""Pictures that people bring to start an edit from: kept anew, so that nothing hides in them."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from threading import BoundedSemaphore
from typing import Any, BinaryIO, cast

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import Person
from gallery import words
from gallery.models import Generation, Upload
from gallery.models.image import UploadQuerySet
from gallery.pictures import BROUGHT, Picture, PictureRefused, open_picture

MAX_BYTES = 25_000_000
MAX_REQUEST = MAX_BYTES + 500_000  # with the rest of the form
ANIMATION = "It is an animation: only its first frame is used."
UNUSED_FOR = timedelta(days=1)
AT_ONCE = 100  # as many as one sweep clears

# A picture of 40 megapixels takes some 300 MB while it is looked at.
_looking = BoundedSemaphore(2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    upload: Upload
    note: str  # what the person should know of it; mostly nothing


def keep(file: "UploadedFile[Any]", *, by: Person) -> Kept:
    """Look at the file and keep its picture, or raise PictureRefused and keep nothing."""
    _refuse_by_size(file.size or 0)
    with _looking:
        picture = open_picture(cast(BinaryIO, file.file), BROUGHT)
        upload = _written(picture, by)
    return Kept(upload=upload, note=ANIMATION if picture.is_animated else "")


def too_large(size: int) -> str:
    limit = words.file_size(MAX_BYTES)
    return f"The file has {words.file_size(size)}, and {limit} are the most. Choose a smaller one."


def clear_unused() -> None:
    """Forget those that no edit came of within a day, with their files."""
    old = _unused().filter(created_at__lt=timezone.now() - UNUSED_FOR)
    for upload in old[:AT_ONCE]:
        gone, _ = _unused().filter(pk=upload.pk).delete()
        if gone:
            _delete_files([upload.name, *upload.renditions.values()])


def _unused() -> UploadQuerySet:
    edits = Generation.objects.filter(reference_upload=OuterRef("pk"))
    return Upload.objects.filter(~Exists(edits))


def _refuse_by_size(size: int) -> None:
    if size > MAX_BYTES:
        raise PictureRefused(too_large(size), is_final=True)
    if not size:
        raise PictureRefused("The file is empty.", is_final=True)


def _written(picture: Picture, by: Person) -> Upload:
    """Files first, the row afterwards; a file without a row is taken away again."""
    key, names = uuid.uuid4(), []
    folder = f"uploads/{key.hex[:2]}/{key}"
    kind, data = picture.rewritten()
    try:
        names.append(default_storage.save(f"{folder}.{kind.extension}", ContentFile(data)))
        renditions = {}
        for size, small in picture.renditions().items():
            names.append(default_storage.save(f"{folder}-{size}.webp", ContentFile(small)))
            renditions[size] = names[-1]
        return Upload.objects.create(
            id=key,
            owner=by,
            name=names[0],
            content_type=kind.content_type,
            width=picture.large.width,
            height=picture.large.height,
            renditions=renditions,
        )
    except BaseException:
        _delete_files(names)
        raise


def _delete_files(names: list[str]) -> None:
    for name in names:
        default_storage.delete(name)
