"""The API's callbacks: sign their address, verify it, record the first body once."""

import logging
import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.db import DataError, IntegrityError, transaction
from django.urls import reverse

from gallery.engine import hints, results
from gallery.flux.contract import Task, TaskState, read_answer
from gallery.models import Attempt

logger = logging.getLogger(__name__)

# In the address stands our attempt's id with a signature; the provider signs nothing itself.
_signer = Signer(salt="flux.callback", sep=".")


class ForgedCallback(Exception):
    """The address was not made by us, or speaks of something that we don't know."""


def address(attempt: Attempt) -> str:
    """Where the API is to send the result; empty without a public address of ours."""
    if not settings.FLUX_CALLBACK_URL:
        return ""
    signed = _signer.sign(str(attempt.pk))
    return settings.FLUX_CALLBACK_URL + reverse("flux_callback", args=[signed])


def record(signed: str, body: object) -> bool:
    """Keep the body for the conductor. Return whether it was news; raise ForgedCallback."""
    attempt = _attempt(signed)
    task = read_answer(body)
    if _contradicts(attempt, task):
        logger.warning("callback.mismatch attempt=%s", attempt.pk, extra=_about(attempt))
        return False
    if task.state not in (TaskState.SUCCEEDED, TaskState.FAILED):
        return False
    is_news = _keep(attempt, body)
    if is_news:
        hints.wake()
    return is_news


def act_on_waiting() -> int:
    """Apply the recorded bodies. Return how many there were."""
    waiting = Attempt.objects.filter(is_callback_waiting=True).select_related("generation")
    attempts = list(waiting[:100])
    for attempt in attempts:
        _act_on(attempt)
    return len(attempts)


def is_any_waiting() -> bool:
    return Attempt.objects.filter(is_callback_waiting=True).exists()


def _act_on(attempt: Attempt) -> None:
    try:
        results.accept(attempt, read_answer(attempt.callback))
    except IntegrityError:
        # Looking the task up will tell the same; a body that can't be used must not come again.
        logger.exception("callback.broke attempt=%s", attempt.pk, extra=_about(attempt))
    Attempt.objects.filter(pk=attempt.pk).update(is_callback_waiting=False)


def _about(attempt: Attempt) -> dict[str, uuid.UUID]:
    return {"generation": attempt.generation_id}


def _attempt(signed: str) -> Attempt:
    try:
        return Attempt.objects.get(pk=uuid.UUID(_signer.unsign(signed)))
    except (BadSignature, ValueError, ValidationError, Attempt.DoesNotExist) as error:
        raise ForgedCallback from error


def _keep(attempt: Attempt, body: object) -> bool:
    """The first body only, and none that the database can't hold: a look-up tells the same."""
    unheard = Attempt.objects.filter(pk=attempt.pk, callback__isnull=True)
    try:
        with transaction.atomic():
            return bool(unheard.update(callback=body, is_callback_waiting=True))
    except (DataError, IntegrityError):
        logger.warning("callback.unstorable attempt=%s", attempt.pk, extra=_about(attempt))
        return False


def _contradicts(attempt: Attempt, task: Task) -> bool:
    return bool(attempt.task_id and task.task_id and attempt.task_id != task.task_id)
