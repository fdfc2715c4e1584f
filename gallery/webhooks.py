"""Telling other programs of finished jobs: signed, tried again, written down."""

import hashlib
import hmac
import json
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import Person
from gallery.api import contents, shapes
from gallery.fetching import Fetcher, FetchFailed
from gallery.models import Delivery, Webhook

MOST = 5  # of one person
AT_ONCE = 50  # as many as one run sends
WHILE_SENDING = timedelta(minutes=2)  # then somebody else may try
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720)]
KEPT_FOR = timedelta(days=30)
GONE = 410  # the other side wants no more


class TooManyWebhooks(Exception):
    """More than anybody keeps an eye on."""


class BadAddress(Exception):
    """Why nothing can be sent there."""


@transaction.atomic
def register(person: Person, address: str, *, poster: Fetcher) -> Webhook:
    """Raises TooManyWebhooks and BadAddress. Each message checks the address once more."""
    if Webhook.objects.filter(owner=person).count() >= MOST:
        raise TooManyWebhooks
    try:
        poster.check(address)
    except FetchFailed as failure:
        raise BadAddress(failure.reason) from failure
    return Webhook.objects.create(owner=person, address=address)


def send_due(poster: Fetcher) -> int:
    """Send what is due, and forget what is old. Return how many messages were taken."""
    now = timezone.now()
    Delivery.objects.filter(ended_at__lt=now - KEPT_FOR).delete()
    due = Delivery.objects.filter(ended_at=None, due_at__lte=now).order_by("due_at")
    rows = due.select_related("webhook", "webhook__owner", "generation")
    return sum(_send(delivery, poster) for delivery in rows[:AT_ONCE] if _claim(delivery))


def signature(secret: str, moment: int, body: bytes) -> str:
    """`t=<seconds>,v1=<HMAC-SHA256 of “seconds.body”>`: old messages can't be sent again."""
    signed = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256)
    return f"t={moment},v1={signed.hexdigest()}"


def _claim(delivery: Delivery) -> bool:
    """Two workers may see the same row; one of them moves it."""
    mine = Delivery.objects.filter(pk=delivery.pk, ended_at=None, due_at=delivery.due_at)
    return bool(mine.update(due_at=timezone.now() + WHILE_SENDING, tries=delivery.tries + 1))


def _send(delivery: Delivery, poster: Fetcher) -> bool:
    webhook = delivery.webhook
    if not webhook.is_on or not webhook.owner.is_active:
        _end(delivery, problem="It was turned off.")
        return False
    body = _body(delivery)
    moment = int(timezone.now().timestamp())
    headers = {
        "content-type": "application/json",
        "fluxsite-delivery": str(delivery.pk),
        "fluxsite-signature": signature(webhook.secret, moment, body),
    }
    try:
        status = poster.post(webhook.address, body, headers)
    except FetchFailed as failure:
        _again(delivery, status=None, problem=failure.reason)
        return False
    if 200 <= status < 300:
        _end(delivery, status=status)
        return True
    if status == GONE:
        Webhook.objects.filter(pk=webhook.pk).update(is_on=False)
    _again(delivery, status=status, problem=f"The other side answered {status}.")
    return False


def _body(delivery: Delivery) -> bytes:
    generation = delivery.generation
    told = {
        "id": str(delivery.pk),
        "event": f"generation.{delivery.event}",
        "created_at": delivery.created_at.isoformat(),
        "generation": shapes.written(contents.job_of(generation)),
    }
    return json.dumps(told).encode()


def _end(delivery: Delivery, *, status: int | None = None, problem: str = "") -> None:
    Delivery.objects.filter(pk=delivery.pk).update(
        ended_at=timezone.now(), status=status, problem=problem[:200]
    )


def _again(delivery: Delivery, *, status: int | None, problem: str) -> None:
    if delivery.tries >= len(PAUSES):
        _end(delivery, status=status, problem=problem)
        return
    Delivery.objects.filter(pk=delivery.pk).update(
        due_at=timezone.now() + PAUSES[delivery.tries], status=status, problem=problem[:200]
    )
