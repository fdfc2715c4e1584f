"""Signs of life: what has gone from the queue through a worker and its cluster's result queue."""

from datetime import datetime, timedelta

from django.db import close_old_connections
from django_q.tasks import async_task

from gallery.engine import clock, holders, leasing
from gallery.models import Conductor, Heartbeat

READY = timedelta(seconds=100)  # without a sign for so long, nobody is there to do the work

FORGOTTEN = timedelta(days=1)


def send() -> None:
    """Have some cluster show that its tasks go all the way through."""
    async_task("gallery.tasks.beat", save=False)


def beat() -> str:
    return holders.me()


def heard() -> None:
    """Note, in this cluster's monitor, that a result has come through the result queue."""
    close_old_connections()
    Heartbeat.objects.update_or_create(cluster=holders.me(), defaults={"beat_at": clock.now()})


def end() -> None:
    """Take this cluster's sign away, as it stops."""
    Heartbeat.objects.filter(pk=holders.me()).delete()


def is_alive(*, within: timedelta = READY) -> bool:
    return Heartbeat.objects.filter(beat_at__gt=clock.now() - within).exists()


def forget_old() -> None:
    """Of clusters on machines that did not come back."""
    Heartbeat.objects.filter(beat_at__lt=clock.now() - FORGOTTEN).delete()


def last_heard(cluster: str) -> datetime | None:
    return Heartbeat.objects.filter(pk=cluster).values_list("beat_at", flat=True).first()


def last_tick(cluster: str) -> datetime | None:
    """When the conductor in this cluster last ticked; None while the cluster has no conductor."""
    conductor = Conductor.objects.filter(pk=1, holder=cluster).first()
    if not conductor or not conductor.ticked_at or not conductor.leased_until:
        return None
    # One that is at work, or hangs, has left its lease at full length; one that ended cut it short.
    is_full = conductor.leased_until >= conductor.ticked_at + leasing.LENGTH
    return conductor.ticked_at if is_full else None
