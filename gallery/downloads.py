"""A picture as a file of another kind, with what is known of it inside, or nothing but pixels."""

import io
from threading import BoundedSemaphore

from django.core.files.storage import default_storage

from gallery import embedding
from gallery.embedding import Known
from gallery.models import Image
from gallery.pictures import KINDS, MAX_PIXELS, Kind, Picture, PictureRefused, Terms, open_picture

AS = {"png": KINDS["PNG"], "jpeg": KINDS["JPEG"], "webp": KINDS["WEBP"]}
BARE = {kind.content_type: kind for kind in AS.values()}  # other kinds become a PNG
WHOLE = Terms(
    formats=("PNG", "JPEG", "WEBP", "GIF"),
    in_words="PNG, JPEG, WebP or GIF",
    most_pixels=MAX_PIXELS,
    longest=65_535,
)

# A picture of 100 megapixels takes some 600 MB while it is written anew.
_writing = BoundedSemaphore(2)


class Gone(LookupError):
    """The original is not in the storage, or can't be read."""


def bare_kind(image: Image) -> Kind:
    """What it is written as when nothing but its pixels may go out."""
    return BARE.get(image.content_type, KINDS["PNG"])


def bare(image: Image) -> bytes:
    """Without a word beside its pixels. Raises Gone."""
    return converted(image, bare_kind(image), with_facts=False)


def converted(image: Image, kind: Kind, *, with_facts: bool) -> bytes:
    """The whole picture anew, upright and in sRGB. Raises Gone."""
    try:
        with _writing, default_storage.open(image.original) as file:
            picture = open_picture(io.BytesIO(file.read()), WHOLE)
            return written(picture, kind, _known(image) if with_facts else None)
    except (FileNotFoundError, PictureRefused) as error:
        raise Gone from error


def written(picture: Picture, kind: Kind, known: Known | None) -> bytes:
    pixels, data = picture.large.copy(), io.BytesIO()
    pixels.info.clear()  # what Pillow would write down again
    if kind is KINDS["PNG"]:
        pixels.save(data, "PNG", pnginfo=embedding.png_text(known) if known else None)
        return data.getvalue()
    facts = {"exif": embedding.exif(known), "xmp": embedding.xmp(known)} if known else {}
    if kind is KINDS["JPEG"]:
        picture.on_white().save(data, "JPEG", quality=93, subsampling=0, **facts)
    else:
        pixels.save(data, "WEBP", quality=92, method=4, **facts)
    return data.getvalue()


def _known(image: Image) -> Known:
    model = image.generation.model
    return Known(
        prompt=image.prompt,
        model=f"{model.label} ({model.name})" if model else image.model_name,
        seed=image.seed,
        made_at=image.created_at,
    )
