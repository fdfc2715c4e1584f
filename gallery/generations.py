"""What people do with their wishes: request, cancel, hide, retry."""

import uuid
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import credits
from accounts.credits import AllowanceExceeded
from accounts.models import Person
from gallery import blanks
from gallery.engine import hints, moving, states
from gallery.models import FluxModel, Generation, Image, PromptUse, Upload
from gallery.models.prompt import digest_of


class NotAllowed(Exception):
    """A viewer only looks."""


class TooManyQueued(Exception):
    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    prompt: str
    model: FluxModel
    size: str
    count: int = 1
    action: str = "generate"
    reference_image: Image | None = None
    reference_upload: Upload | None = None

    @property
    def price(self) -> Decimal:
        return self.model.credits * self.count


@transaction.atomic
def request(*, by: Person, wish: Wish, token: uuid.UUID) -> Generation:
    """Hold the credits and queue the wish, or raise and do neither.

    The same token again returns the first generation. Raises AllowanceExceeded, TooManyQueued,
    NotAllowed and ModelGone.
    """
    if not by.is_maker:
        raise NotAllowed
    if not wish.model.is_open_to(by):
        raise ModelGone(wish.model.name)
    credits.lock(by)
    made = Generation.objects.filter(owner=by, form_token=token).first()
    return made or _make(by, wish, token)


@transaction.atomic
def request_variations(
    *, by: Person, wish: Wish, number: int, token: uuid.UUID
) -> list[Generation]:
    """The same wish so many times, as jobs of their own: all of them, or none.

    For edits, of which the API makes one at a time. Raises what `request` raises; credits that
    do not suffice are told for all together.
    """
    made: list[Generation] = []
    try:
        for each in range(number):
            made.append(request(by=by, wish=wish, token=uuid.uuid5(token, str(each))))
    except AllowanceExceeded as refusal:
        held = wish.price * len(made)
        raise AllowanceExceeded(
            bound=refusal.bound, left=refusal.left + held, needed=wish.price * number
        ) from refusal
    return made


def cancel(generation: Generation) -> bool:
    """Take it back while it is queued. Return whether it was."""
    return moving.make(states.CANCEL, generation)


def hide(generation: Generation) -> None:
    """Take it off its owner's feed. A job that was sent runs on, and its pictures are kept."""
    Generation.objects.filter(pk=generation.pk, hidden_at=None).update(hidden_at=timezone.now())
    moving.mark_changed(generation)


def retry(generation: Generation, *, by: Person, token: uuid.UUID) -> Generation:
    """The same wish anew, at today's price.

    Raises what `request` raises, ModelGone and ReferenceGone.
    """
    if generation.model is None or not generation.model.is_on:
        raise ModelGone(generation.model_name)
    if generation.is_edit and not reference_of(generation, person=by):
        raise ReferenceGone
    wish = Wish(
        prompt=generation.prompt,
        model=generation.model,
        size=generation.size,
        count=generation.count,
        action=generation.action,
        reference_image=generation.reference_image,
        reference_upload=generation.reference_upload,
    )
    return request(by=by, wish=wish, token=token)


class ModelGone(Exception):
    """The model is no longer on offer, or not to this person."""


class ReferenceGone(Exception):
    """The picture that the edit starts from was deleted, or may not be seen any more."""


def reference_of(generation: Generation, *, person: Person) -> Image | Upload | None:
    """What an edit started from, if it is still there and may be seen."""
    if generation.reference_upload:
        return generation.reference_upload
    if generation.reference_image_id is None:
        return None
    return Image.objects.visible_to(person).filter(pk=generation.reference_image_id).first()


def remember(person: Person, prompt: str) -> None:
    """Note for the history of prompts that this one was used."""
    PromptUse.objects.update_or_create(
        owner=person,
        digest=digest_of(prompt),
        defaults={"last_used_at": timezone.now(), "times": F("times") + 1},
        create_defaults={"text": prompt, "folded": prompt.casefold()},
    )


def row_of(wish: Wish, *, by: Person, token: uuid.UUID) -> Generation:
    """The wish as a row that is not written yet."""
    return Generation(
        owner=by,
        form_token=token,
        action=wish.action,
        prompt=wish.prompt,
        model=wish.model,
        model_name=wish.model.name,
        size=wish.size,
        count=wish.count,
        reference_image=wish.reference_image,
        reference_upload=wish.reference_upload,
        price=wish.model.credits,
    )


def _make(by: Person, wish: Wish, token: uuid.UUID) -> Generation:
    waiting = Generation.objects.queued().single().filter(owner=by).count()
    if waiting >= settings.FLUX_MAX_QUEUED:
        raise TooManyQueued(settings.FLUX_MAX_QUEUED)
    generation = row_of(wish, by=by, token=token)
    generation.save(force_insert=True)
    remember(by, blanks.escaped(wish.prompt))
    credits.hold(by, generation.total_price, reference=generation.reference)
    moving.mark_changed(generation)
    hints.wake()
    generation.refresh_from_db()
    return generation
