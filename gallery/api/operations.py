"""Everything that the API does, an operation each."""

import uuid
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import F, Prefetch, QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from accounts import credits
from gallery import facts, files, generations
from gallery.api import asking, contents
from gallery.api.contents import (
    Collections,
    GenerationPaging,
    Job,
    Jobs,
    Me,
    Models,
    NewGeneration,
    Paging,
    Picture,
    Pictures,
    Usage,
)
from gallery.api.doors import Answer, Call, Operation, Refusal, invalid
from gallery.models import FluxModel, Gallery, Generation, Image
from gallery.models.image import RENDITION_TYPE
from gallery.shelves import Mark, older_than

SENT = "It was sent to the provider or has ended, so it can't be cancelled any more."


def me(call: Call) -> Answer:
    return Answer(content=contents.me_of(call.token))


def usage(call: Call) -> Answer:
    return Answer(content=contents.usage_of(credits.statement(call.person)))


def models(call: Call) -> Answer:
    offered = FluxModel.objects.on_offer().usable_by(call.person)
    return Answer(content=Models(items=tuple(map(contents.model_of, offered))))


def generation_make(call: Call) -> Answer:
    made, is_new = asking.make(call)
    return Answer(content=contents.job_of(made), status=201 if is_new else 200)


def generation_list(call: Call) -> Answer:
    rows = _jobs(call)
    if call.query.status:
        rows = rows.filter(status=call.query.status)
    page, following = _page(rows, call)
    return Answer(content=Jobs(items=tuple(map(contents.job_of, page)), next=following))


def generation(call: Call, pk: uuid.UUID) -> Answer:
    return Answer(content=contents.job_of(get_object_or_404(_jobs(call), pk=pk)))


def generation_cancel(call: Call, pk: uuid.UUID) -> Answer:
    found = get_object_or_404(_jobs(call), pk=pk)
    if not generations.cancel(found):
        raise Refusal(409, "not_waiting", SENT)
    return generation(call, pk)


def image_list(call: Call) -> Answer:
    page, following = _page(Image.objects.owned_by(call.person), call)
    items = tuple(contents.picture_of(image, owner=call.person.pk) for image in page)
    return Answer(content=Pictures(items=items, next=following))


def image(call: Call, pk: uuid.UUID) -> Answer:
    return Answer(content=contents.picture_of(_image(call, pk), owner=call.person.pk))


def image_file(call: Call, pk: uuid.UUID) -> HttpResponseBase:
    found = _image(call, pk)
    return files.send(
        call.request,
        storage=default_storage,
        name=found.original,
        content_type=found.content_type,
        etag=found.sha256,
        last_modified=found.created_at,
        download_as=facts.download_name(found),
        accel=settings.ACCEL_REDIRECT,
        who=str(call.person.pk),
    )


def image_rendition(call: Call, pk: uuid.UUID, size: str) -> HttpResponseBase:
    found = _image(call, pk)
    if size not in found.renditions:
        raise Http404
    return files.send(
        call.request,
        storage=default_storage,
        name=found.renditions[size],
        content_type=RENDITION_TYPE,
        etag=f"{found.sha256}-{size}",
        last_modified=found.created_at,
        accel=settings.ACCEL_REDIRECT,
        who=str(call.person.pk),
    )


def gallery_list(call: Call) -> Answer:
    page, following = _page(Gallery.objects.visible_to(call.person), call)
    items = tuple(contents.collection_of(gallery, owner=call.person.pk) for gallery in page)
    return Answer(content=Collections(items=items, next=following))


def gallery_images(call: Call, pk: uuid.UUID) -> Answer:
    gallery = get_object_or_404(Gallery.objects.visible_to(call.person), pk=pk)
    page, following = _page(Image.objects.kept().filter(placements__gallery=gallery), call)
    items = tuple(contents.picture_of(image, owner=call.person.pk) for image in page)
    return Answer(content=Pictures(items=items, next=following))


def _jobs(call: Call) -> QuerySet[Generation]:
    images = Image.objects.only("pk", "position", "trashed_at", "generation_id")
    return Generation.objects.visible_to(call.person).prefetch_related(Prefetch("images", images))


def _image(call: Call, pk: uuid.UUID) -> Image:
    images = Image.objects.visible_to(call.person).select_related("generation__model")
    return get_object_or_404(images, pk=pk)


def _page(rows: QuerySet[Any], call: Call) -> tuple[list[Any], str]:
    """The newest first, by keyset, and the cursor of what follows."""
    timed = rows.annotate(at=F("created_at")).order_by("-at", "-pk")
    if call.query.cursor:
        try:
            timed = older_than(Mark.read(call.query.cursor), timed)
        except ValueError as error:
            raise invalid({"cursor": "This is no cursor. Take “next” of a page."}) from error
    found = list(timed[: call.query.limit + 1])
    if len(found) <= call.query.limit:
        return found, ""
    last = found[call.query.limit - 1]
    return found[: call.query.limit], str(Mark(at=last.at, pk=last.pk))


_READ = (401, 403, 429)
OPERATIONS = (
    Operation(
        name="me",
        method="GET",
        path="me",
        words="Who the token acts for",
        view=me,
        answers={200: Me},
        refusals=_READ,
    ),
    Operation(
        name="usage",
        method="GET",
        path="usage",
        words="Your credits",
        view=usage,
        answers={200: Usage},
        refusals=_READ,
    ),
    Operation(
        name="models",
        method="GET",
        path="models",
        words="The models on offer",
        view=models,
        answers={200: Models},
        refusals=_READ,
    ),
    Operation(
        name="generations",
        method="POST",
        path="generations",
        words="Ask for pictures; the same Idempotency-Key again asks once",
        view=generation_make,
        scope="make",
        body=NewGeneration,
        answers={201: Job, 200: Job},
        refusals=(400, 401, 403, 409, 413, 415, 422, 429, 503),
    ),
    Operation(
        name="generations",
        method="GET",
        path="generations",
        words="Your jobs",
        view=generation_list,
        query=GenerationPaging,
        answers={200: Jobs},
        refusals=(*_READ, 422),
    ),
    Operation(
        name="generation",
        method="GET",
        path="generations/<uuid:pk>",
        words="One job, to follow it",
        view=generation,
        answers={200: Job},
        refusals=(*_READ, 404),
    ),
    Operation(
        name="generation_cancel",
        method="POST",
        path="generations/<uuid:pk>/cancel",
        words="Take a job back while it waits",
        view=generation_cancel,
        scope="make",
        answers={200: Job},
        refusals=(*_READ, 404, 409, 503),
    ),
    Operation(
        name="images",
        method="GET",
        path="images",
        words="Your pictures",
        view=image_list,
        query=Paging,
        answers={200: Pictures},
        refusals=(*_READ, 422),
    ),
    Operation(
        name="image",
        method="GET",
        path="images/<uuid:pk>",
        words="One picture",
        view=image,
        answers={200: Picture},
        refusals=(*_READ, 404),
    ),
    Operation(
        name="image_file",
        method="GET",
        path="images/<uuid:pk>/file",
        words="Its file, as it arrived",
        view=image_file,
        answers={200: "image/*"},
        refusals=(*_READ, 404),
    ),
    Operation(
        name="image_rendition",
        method="GET",
        path="images/<uuid:pk>/<rendition:size>.webp",
        words="It again, smaller: small, medium or large",
        view=image_rendition,
        answers={200: RENDITION_TYPE},
        refusals=(*_READ, 404),
    ),
    Operation(
        name="galleries",
        method="GET",
        path="galleries",
        words="The galleries that you may see",
        view=gallery_list,
        query=Paging,
        answers={200: Collections},
        refusals=(*_READ, 422),
    ),
    Operation(
        name="gallery_images",
        method="GET",
        path="galleries/<uuid:pk>/images",
        words="The pictures of a gallery",
        view=gallery_images,
        query=Paging,
        answers={200: Pictures},
        refusals=(*_READ, 404, 422),
    ),
)
