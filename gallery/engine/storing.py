"""Bringing results home: fetch, look at the pixels, make renditions, keep, and settle."""

import logging
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import BinaryIO

import stamina
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import connections, transaction
from django.db.models import F, Q, QuerySet

from gallery.engine import clock, hints, holders, moving, pauses, states, stopping
from gallery.engine.away import IS_AWAY
from gallery.fetching import Fetched, Fetcher, FetchFailed
from gallery.models import Conductor, Generation, Heartbeat, Image, Pause, Result
from gallery.models.generation import ResultState, Status
from gallery.pictures import Picture, PictureRefused, open_picture

logger = logging.getLogger(__name__)

STINT = 10.0  # seconds; one more picture fits into a task's time after them
CLAIM = timedelta(seconds=150)  # as long as a task may take
LET_GO = 100.0  # seconds of trying to give a claim back; what takes longer waits for its end
HINT = timedelta(seconds=30)  # a hint that led to nothing by then was lost
HINTED = "hint"
GIVES_UP_AFTER = timedelta(days=1)
MOST_TRIES = 100  # more than a day of failures has: only workers that die get there
LONGEST_WAIT = timedelta(minutes=30)
NOT_KEPT = "Storage: "  # begins what is told of a result that our own disk or store did not take
HURRIED = 40  # tries; with those that are put off a day long, less than MOST_TRIES
ALIVE_WITHIN = timedelta(minutes=2)


def hand_out() -> int:
    """Hint at results that are due, as many as workers can begin at once. Return how many.

    More would only make everything else wait behind them in the queue, heartbeats included.
    """
    now = clock.now()
    waiting = Result.objects.filter(state=ResultState.WAITING)
    room = _hands(now) - waiting.filter(due_at__gt=now).exclude(holder="").count()
    due = list(waiting.filter(due_at__lte=now).order_by("due_at")[: max(0, room)])
    for number, result in enumerate(due):
        if not hints.store(result.pk):
            return number  # the queue is away; what it did not take is due still
        Result.objects.filter(pk=result.pk, state=ResultState.WAITING, due_at=result.due_at).update(
            holder=HINTED, due_at=now + HINT
        )
    return len(due)


def is_anything_due(by: datetime) -> bool:
    return Result.objects.filter(state=ResultState.WAITING, due_at__lte=by).exists()


def is_anything_kept_out() -> bool:
    """Whether results wait for the storage, which the conductor looks at in a pause for it."""
    is_paused = Conductor.objects.filter(pk=1, pause=Pause.STORAGE).exists()
    return is_paused and _kept_out().exists()


def let_in() -> None:
    """The storage is well: what it did not take waits no longer.

    One that takes small files alone may seem well for ever, and tries are counted.
    """
    _kept_out().filter(tries__lt=HURRIED).update(due_at=clock.now())


def _kept_out() -> QuerySet[Result]:
    waiting = Result.objects.filter(state=ResultState.WAITING, holder="")
    return waiting.filter(problem_detail__startswith=NOT_KEPT)


def work(result_id: uuid.UUID | str, *, fetcher: Fetcher) -> None:
    """Bring this result home, then whatever else is due: a hint for each would keep workers
    waiting between them. After a while, all the same, the queue has its turn."""
    until = time.monotonic() + STINT
    key: uuid.UUID | str | None = result_id
    while key:
        store(key, fetcher=fetcher)
        key = _next_due() if time.monotonic() < until and not stopping.requested() else None


def store(result_id: uuid.UUID | str, *, fetcher: Fetcher) -> None:
    """Bring one result home. May be run twice, or by two at once: the row's claim decides."""
    try:
        _store(result_id, fetcher)
    except IS_AWAY as error:
        logger.warning("storing.database_away result=%s error=%s", result_id, error)
        _once_it_is_back(_let_go, result_id)
        _once_it_is_back(_finish_of, result_id)


def _store(result_id: uuid.UUID | str, fetcher: Fetcher) -> None:
    result = _claim(result_id)
    if result is None:
        return
    if result.tries > MOST_TRIES:
        _put_off(result, "Each try to keep it ended half-way.", is_final=True)
    else:
        _bring_home(result, fetcher)
    finish(result.generation)


def _is_to_be_waited_for(error: Exception) -> bool:
    return isinstance(error, IS_AWAY) and not stopping.requested()


@stamina.retry(on=_is_to_be_waited_for, attempts=None, timeout=LET_GO, wait_max=2.0)
def _once_it_is_back(call: Callable[[uuid.UUID | str], None], result_id: uuid.UUID | str) -> None:
    connections.close_all()  # also one that lives: it may lead to a server that was replaced
    call(result_id)


def _let_go(result_id: uuid.UUID | str) -> None:
    """While all hands seem busy, nothing else is handed out either."""
    Result.objects.filter(pk=result_id, state=ResultState.WAITING, holder=holders.me()).update(
        holder="", due_at=clock.now()
    )


def _finish_of(result_id: uuid.UUID | str) -> None:
    """It may have been noted as stored, and only the end of its generation was missing."""
    for result in Result.objects.filter(pk=result_id).select_related("generation"):
        finish(result.generation)


def _bring_home(result: Result, fetcher: Fetcher) -> None:
    try:
        with tempfile.TemporaryFile() as file:
            fetched = fetcher.fetch(result.url, file)
            file.seek(0)
            _keep(result, fetched, file, open_picture(file))
    except (FetchFailed, PictureRefused) as problem:
        _put_off(result, problem.reason, is_final=problem.is_final)
    except OSError as error:
        # Our own disk or store is the trouble: nobody should pay for more until it is mended.
        _put_off(result, f"{NOT_KEPT}{error}", is_final=False)
        pauses.begin(Pause.STORAGE, str(error), wait=pauses.PROBE_AFTER[Pause.STORAGE])
        logger.error("storage.failed result=%s error=%s", result.pk, error, extra=_about(result))
    except IS_AWAY:
        raise
    except Exception:
        logger.exception("result.broke id=%s", result.pk, extra=_about(result))
        _put_off(result, "It could not be read or kept.", is_final=False)


@transaction.atomic
def finish(generation: Generation) -> None:
    """End the generation if none of its results is still on its way."""
    generation = Generation.objects.select_for_update().get(pk=generation.pk)
    results = list(generation.results.values_list("state", flat=True))
    if generation.status != Status.STORING or ResultState.WAITING in results:
        return
    stored = results.count(ResultState.STORED)
    if stored:
        moving.make(states.SUCCEED, generation, cost=_cost(generation, stored))
    else:
        moving.make(states.LOSE_RESULTS, generation, **_why(generation))


def _next_due() -> uuid.UUID | None:
    due = Result.objects.filter(state=ResultState.WAITING, due_at__lte=clock.now())
    return due.order_by("due_at").values_list("pk", flat=True).first()


def _hands(now: datetime) -> int:
    """How many workers are free for pictures: all but the one that conducts."""
    clusters = Heartbeat.objects.filter(beat_at__gt=now - ALIVE_WITHIN).count()
    return max(1, settings.WORKERS * max(1, clusters) - 1)


def _claim(result_id: uuid.UUID | str) -> Result | None:
    now = clock.now()
    free = Q(holder__in=["", HINTED]) | Q(due_at__lte=now)
    won = Result.objects.filter(free, pk=result_id, state=ResultState.WAITING).update(
        holder=holders.me(), due_at=now + CLAIM, tries=F("tries") + 1
    )
    return Result.objects.select_related("generation").get(pk=result_id) if won else None


def _keep(result: Result, fetched: Fetched, file: BinaryIO, picture: Picture) -> None:
    """Files first, rows afterwards: a row never speaks of a file that isn't there."""
    folder = result.pk.hex[:2]
    renditions = {
        size: default_storage.save(
            f"renditions/{folder}/{result.pk}-{size}.webp", ContentFile(data)
        )
        for size, data in picture.renditions().items()
    }
    file.seek(0)
    original = default_storage.save(
        f"originals/{folder}/{result.pk}.{picture.facts.extension}", File(file)
    )
    image = _image(result, fetched, picture, original, renditions)
    if not _note_stored(result, image) and _is_doomed(result):
        for name in (original, *renditions.values()):
            default_storage.delete(name)  # it was stored by another, and deleted for good since


def _is_doomed(result: Result) -> bool:
    return Image.objects.filter(pk=result.pk, doomed_at__isnull=False).exists()


def _image(
    result: Result, fetched: Fetched, picture: Picture, original: str, renditions: dict[str, str]
) -> Image:
    wish, facts = result.generation, picture.facts
    return Image(
        id=result.pk,
        owner_id=wish.owner_id,
        generation=wish,
        parent_id=wish.reference_image_id,
        position=result.position,
        prompt=wish.prompt,
        model_name=wish.model_name,
        seed=result.seed,
        width=facts.width,
        height=facts.height,
        bytes=fetched.size,
        sha256=fetched.sha256,
        content_type=facts.content_type,
        colour=facts.colour,
        original=original,
        renditions=renditions,
        source_url=result.url,
    )


@transaction.atomic
def _note_stored(result: Result, image: Image) -> bool:
    won = Result.objects.filter(pk=result.pk, state=ResultState.WAITING).update(
        state=ResultState.STORED, holder="", problem_detail=""
    )
    if won:
        image.save(force_insert=True)
        moving.mark_changed(result.generation)
    return bool(won)


@transaction.atomic
def _put_off(result: Result, reason: str, *, is_final: bool) -> None:
    """Try again later, or refuse the result for good."""
    now = clock.now()
    is_over = is_final or now - result.created_at > GIVES_UP_AFTER
    wait = min(LONGEST_WAIT, timedelta(seconds=5 * 2 ** min(result.tries, 10)))
    Result.objects.filter(pk=result.pk, state=ResultState.WAITING).update(
        state=ResultState.REFUSED if is_over else ResultState.WAITING,
        due_at=now + wait,
        holder="",
        problem_detail=reason[:500],
    )
    moving.mark_changed(result.generation)
    words = "result.put_off id=%s final=%s reason=%s"
    logger.warning(words, result.pk, is_over, reason, extra=_about(result))


def _about(result: Result) -> dict[str, uuid.UUID]:
    return {"generation": result.generation_id}


def _cost(generation: Generation, stored: int) -> Decimal:
    """What the API says that it charged; where it says nothing, the price of what arrived."""
    if generation.reported_cost is not None:
        return generation.reported_cost
    return generation.price * stored


def _why(generation: Generation) -> dict[str, str]:
    reasons = generation.results.values_list("problem_detail", "created_at")
    is_old = any(clock.now() - created_at > GIVES_UP_AFTER for _, created_at in reasons)
    return {
        "problem": "undeliverable" if is_old else "bad_picture",
        "problem_detail": "; ".join(reason for reason, _ in reasons),
    }
