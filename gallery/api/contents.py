"""The shapes of this API: what programs send, and what they get."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.credits import Statement
from accounts.models import Token
from gallery import problems
from gallery.api.shapes import about
from gallery.flux import catalog
from gallery.forms import LONGEST_PROMPT
from gallery.models import FluxModel, Gallery, Generation, Image
from gallery.models.generation import Action, Status

STATUSES = tuple(map(str, Status))

# ── Sent ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGeneration:
    """A wish: a new picture, or with `image` a change of one."""

    prompt: str = about("What the picture shows, or what should change.", longest=LONGEST_PROMPT)
    model: str = about("The name of a model; see /models.", longest=60)
    size: str = about(
        "A ratio such as 16:9 or, for some models, pixels such as 1024x768.",
        default="1:1",
        longest=20,
    )
    count: int = about(
        "How many pictures; an edit makes one.", default=1, low=1, high=catalog.MAX_COUNT
    )
    image: uuid.UUID | None = about("The id of the picture that an edit starts from.", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Which page of a list."""

    cursor: str = about("`next` of the page before.", default="", longest=80)
    limit: int = about("How many at most.", default=50, low=1, high=100)


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationPaging:
    """Which page of a list, and of which jobs."""

    status: str = about("Only those in this state.", default="", longest=20, among=("", *STATUSES))
    cursor: str = about("`next` of the page before.", default="", longest=80)
    limit: int = about("How many at most.", default=50, low=1, high=100)


# ── Answered ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """Who the token acts for, and what it may do."""

    id: uuid.UUID = about("Your id.")
    name: str = about("Your name.")
    email: str = about("Your e-mail address.")
    role: str = about("Your role: admin, member or viewer.")
    token: str = about("The name of this token.")
    scopes: tuple[str, ...] = about("What this token may do: read, make.")
    token_ends_at: datetime = about("When this token ends.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Your credits; those of jobs that are still open count as spent."""

    granted: Decimal = about("What this month gave you.")
    spent: Decimal = about("What you have spent this month.")
    left: Decimal = about("What is left of this month.")
    left_today: Decimal | None = about("What is left of today; null without a limit a day.")
    team_left: Decimal | None = about("What is left for the whole team; null without a limit.")
    available: Decimal = about("What you may spend now: the least of these.")
    renews_on: date = about("When the next month begins.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model on offer."""

    name: str = about("Its name, as a job wants it.")
    label: str = about("Its name for people.")
    good_at: str = about("What it is good at.")
    credits: Decimal = about("What one picture costs.")
    seconds: int = about("How long one usually takes.")
    can_generate: bool = about("Whether it makes new pictures.")
    can_edit: bool = about("Whether it changes pictures.")
    sizes: tuple[str, ...] = about("Sizes to choose from; some take other pixels, too.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """All models on offer."""

    items: tuple[Model, ...] = about("The models, in the team's order.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that you may see."""

    id: uuid.UUID = about("Its id.")
    generation: uuid.UUID = about("The job that it came of.")
    prompt: str = about("What was wished for.")
    model: str = about("The model that made it.")
    seed: str = about("The seed, if the provider told it.")
    width: int = about("In pixels.")
    height: int = about("In pixels.")
    bytes: int = about("The size of its file.")
    content_type: str = about("The kind of its file.")
    is_mine: bool = about("Whether it is yours.")
    created_at: datetime = about("When it was made.")
    file: str = about("The address of its file; send the token there, too.")
    page: str = about("The address of its page, for people.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A generation: one wish of yours and what became of it."""

    id: uuid.UUID = about("Its id.")
    action: str = about("generate or edit.")
    status: str = about(f"Where it is: {', '.join(STATUSES)}.")
    is_open: bool = about("Whether it is still on its way.")
    prompt: str = about("What was wished for.")
    model: str = about("The name of the model.")
    size: str = about("The size that was wished for.")
    count: int = about("How many pictures were wished for.")
    price: Decimal = about("The credits held for it.")
    cost: Decimal | None = about("The credits that it cost in the end.")
    problem: str = about("Why it failed, as one word; empty when it did not.")
    message: str = about("Why it failed, and what to do.")
    images: tuple[uuid.UUID, ...] = about("Its pictures that are there.")
    created_at: datetime = about("When it was asked for.")
    finished_at: datetime | None = about("When it ended.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A gallery that you may see."""

    id: uuid.UUID = about("Its id.")
    name: str = about("Its name.")
    is_mine: bool = about("Whether it is yours.")
    created_at: datetime = about("When it was made.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobs:
    """A page of jobs, newest first."""

    items: tuple[Job, ...] = about("The jobs.")
    next: str = about("The cursor of the next page; empty on the last.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """A page of pictures, newest first."""

    items: tuple[Picture, ...] = about("The pictures.")
    next: str = about("The cursor of the next page; empty on the last.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Collections:
    """A page of galleries, newest first."""

    items: tuple[Collection, ...] = about("The galleries.")
    next: str = about("The cursor of the next page; empty on the last.")


# ── From rows ────────────────────────────────────────────────────────────────────────────────────


def me_of(token: Token) -> Me:
    person = token.person
    return Me(
        id=person.pk,
        name=person.name,
        email=person.email,
        role=person.role,
        token=token.name,
        scopes=token.scopes,
        token_ends_at=token.expires_at,
    )


def usage_of(statement: Statement) -> Usage:
    names = ("granted", "spent", "left", "left_today", "team_left", "available", "renews_on")
    return Usage(**{name: getattr(statement, name) for name in names})


def model_of(model: FluxModel) -> Model:
    names = ("name", "label", "good_at", "credits", "seconds", "can_generate", "can_edit", "sizes")
    return Model(**{name: getattr(model, name) for name in names})


def picture_of(image: Image, *, owner: uuid.UUID) -> Picture:
    names = ("id", "prompt", "seed", "width", "height", "bytes", "content_type", "created_at")
    return Picture(
        **_of(image, *names),
        generation=image.generation_id,
        model=image.model_name,
        is_mine=image.owner_id == owner,
        file=settings.SITE_URL + reverse("api_image_file", args=[image.pk]),
        page=settings.SITE_URL + reverse("image_detail", args=[image.pk]),
    )


def job_of(generation: Generation) -> Job:
    """`images` must be fetched with it, or each job would ask for its own."""
    names = ("id", "action", "status", "is_open", "prompt", "size", "count", "cost", "problem")
    problem = problems.problem_of(generation.problem)
    kept = [image for image in generation.images.all() if image.trashed_at is None]
    return Job(
        **_of(generation, *names, "created_at", "finished_at"),
        model=generation.model_name,
        price=generation.total_price,
        message=f"{problem.heading}. {problem.advice}" if generation.problem else "",
        images=tuple(image.pk for image in sorted(kept, key=lambda image: image.position)),
    )


def collection_of(gallery: Gallery, *, owner: uuid.UUID) -> Collection:
    return Collection(**_of(gallery, "id", "name", "created_at"), is_mine=gallery.owner_id == owner)


def _of(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def action_of(wish: NewGeneration) -> Action:
    return Action.EDIT if wish.image else Action.GENERATE
