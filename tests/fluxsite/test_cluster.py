"""What stands between django-q2 and its queue."""

import logging

import pytest

from fluxsite.supervision import cluster
from fluxsite.supervision.cluster import Source


class Broker:
    list_key = "tasks"

    def __init__(self, *answers):
        self.answers = list(answers)

    def dequeue(self):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_a_queue_that_is_away_is_asked_again_and_told_of_once(monkeypatch, caplog):
    monkeypatch.setattr(cluster, "AGAIN", 0)
    away = ConnectionError("refused")
    source = Source(Broker(away, away, [("1", "task")], None))

    with caplog.at_level(logging.WARNING):
        got = [source.dequeue() for _ in range(4)]

    assert got == [None, None, [("1", "task")], None]
    assert [record.getMessage() for record in caplog.records] == [
        "Tasks can't be fetched from the queue: refused",
        "Over: tasks can't be fetched from the queue.",
    ]


def test_all_else_is_the_brokers_own():
    assert Source(Broker()).list_key == "tasks"
    with pytest.raises(AttributeError):
        Source(Broker()).nothing_of_this_name  # noqa: B018
