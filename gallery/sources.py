"""What an edit starts from, as pages show it: a picture of the site, or an upload."""

from dataclasses import dataclass

from django.urls import reverse

from gallery import words
from gallery.addresses import address
from gallery.models import Image, Upload
from gallery.tiles import shape_of

UPLOADED = "Uploaded picture"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    kind: str  # the form's field: "image" or "upload"
    id: str
    shape: str
    width: str
    height: str
    name: str
    page: str  # empty: an upload has none
    edit: str
    small: str
    large: str


def source_of(picture: Image | Upload) -> Source:
    return _of_image(picture) if isinstance(picture, Image) else _of_upload(picture)


def _of_image(image: Image) -> Source:
    key = str(image.pk)
    return Source(
        kind="image",
        id=key,
        shape=shape_of(image.width, image.height),
        width=str(image.width),
        height=str(image.height),
        name=words.shortened(image.prompt, 80),
        page=address("image_detail", key),
        edit=f"{reverse('edit')}?image={key}",
        small=address("image_rendition", key, "small"),
        large=address("image_rendition", key, "large"),
    )


def _of_upload(upload: Upload) -> Source:
    key = str(upload.pk)
    return Source(
        kind="upload",
        id=key,
        shape=shape_of(upload.width, upload.height),
        width=str(upload.width),
        height=str(upload.height),
        name=UPLOADED,
        page="",
        edit=f"{reverse('edit')}?upload={key}",
        small=address("upload_rendition", key, "small"),
        large=address("upload_rendition", key, "large"),
    )
