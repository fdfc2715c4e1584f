"""The one public address that an edit's reference picture needs."""

import uuid
from datetime import timedelta

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse
from django.utils import timezone

from gallery.flux.client import FluxClient
from gallery.models import Generation, Image, Upload

# Results live for 30 days at the provider; the last ones are not relied upon.
RESULT_LIVES = timedelta(days=28)
ADDRESS_LIVES = timedelta(hours=2)

_signer = TimestampSigner(salt="flux.reference", sep=".")


class ReferenceGone(Exception):
    """The picture that the edit starts from is no longer there."""


async def address(generation: Generation, client: FluxClient) -> str:
    """Where the API can fetch the reference picture, or raise ReferenceGone.

    The provider's own copy while it lives; else a signed address of ours, if this site can be
    reached from outside; else the API's upload endpoint.
    """
    picture = await sync_to_async(_picture)(generation)
    if picture is None:
        raise ReferenceGone("The reference picture was deleted.")
    if isinstance(picture, Image) and picture.source_url and _still_lives(picture):
        return picture.source_url
    if settings.FLUX_CALLBACK_URL and not settings.DEMO:
        return settings.FLUX_CALLBACK_URL + reverse("flux_reference", args=[_sign(picture)])
    data = await sync_to_async(_read)(picture)
    return await client.upload(data, name=str(picture.pk), content_type=picture.content_type)


def signed_picture(signed: str) -> Image | Upload | None:
    """The picture that a signed address of ours stands for, while the address lives."""
    try:
        kind, _, pk = _signer.unsign(signed, max_age=ADDRESS_LIVES).partition("-")
    except BadSignature:
        return None
    model = Image if kind == "image" else Upload
    return _unless_purged(model.objects.filter(pk=uuid.UUID(pk)).first())


def file_of(picture: Image | Upload) -> str:
    """Its name in our storage."""
    return picture.original if isinstance(picture, Image) else picture.name


def _picture(generation: Generation) -> Image | Upload | None:
    return _unless_purged(generation.reference_image or generation.reference_upload)


def _unless_purged(picture: Image | Upload | None) -> Image | Upload | None:
    """What was put into the trash meanwhile still serves the edits that were asked for before."""
    return None if isinstance(picture, Image) and picture.doomed_at else picture


def _sign(picture: Image | Upload) -> str:
    return _signer.sign(f"{picture._meta.model_name}-{picture.pk}")


def _still_lives(image: Image) -> bool:
    return image.created_at > timezone.now() - RESULT_LIVES


def _read(picture: Image | Upload) -> bytes:
    try:
        with default_storage.open(file_of(picture)) as file:
            return bytes(file.read())
    except FileNotFoundError as error:
        raise ReferenceGone("The reference picture's file is missing.") from error
