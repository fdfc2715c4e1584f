"""Hints to the workers: there is something to look at. A lost one is sent again by the sweep."""

import uuid

from django.db import transaction
from django_q.tasks import async_task

from gallery.engine import clock
from gallery.models import Conductor


def wake() -> None:
    """Have somebody conduct, after the commit, unless somebody does already."""
    transaction.on_commit(_wake_now, robust=True)


def store(result_id: uuid.UUID) -> None:
    transaction.on_commit(lambda: _send("gallery.tasks.store", str(result_id)), robust=True)


def call_for_a_test() -> None:
    transaction.on_commit(lambda: _send("gallery.tasks.test_call"), robust=True)


def _wake_now() -> None:
    # A conductor looks for work once more after it has given back its lease, so a lease that
    # is seen here belongs to somebody who will still see the row that was just committed.
    if not Conductor.objects.filter(leased_until__gt=clock.now()).exists():
        _send("gallery.tasks.conduct")


def _send(task: str, *args: str) -> None:
    async_task(task, *args, save=False)
