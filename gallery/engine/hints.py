"""Hints to the workers: there is something to look at. A lost one is sent again by the sweep."""

import uuid

from django.db import transaction
from django_q.tasks import async_task

from fluxsite.supervision.troubles import Trouble
from gallery.engine import clock
from gallery.models import Conductor

_trouble = Trouble("hints can't be sent")


def wake() -> None:
    """Have somebody conduct, after the commit, unless somebody does already."""
    transaction.on_commit(_wake_now, robust=True)


def store(result_id: uuid.UUID) -> bool:
    """At once: its row is committed. Return whether the queue took it."""
    return _send("gallery.tasks.store", str(result_id))


def call_for_a_test() -> None:
    transaction.on_commit(lambda: _send("gallery.tasks.test_call"), robust=True)


def _wake_now() -> None:
    # A conductor looks for work once more after it has given back its lease, so a lease that
    # is seen here belongs to somebody who will still see the row that was just committed.
    if not Conductor.objects.filter(leased_until__gt=clock.now()).exists():
        _send("gallery.tasks.conduct")


def _send(task: str, *args: str) -> bool:
    try:
        async_task(task, *args, save=False)
    except Exception as error:  # each queue has errors of its own, and nobody must fail by them
        _trouble.is_there(error)
        return False
    _trouble.is_over()
    return True
