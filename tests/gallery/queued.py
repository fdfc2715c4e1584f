"""What waits in the queue, whether rows or Redis keep it."""

from collections.abc import Iterator
from typing import Any

from django_q.brokers import get_broker
from django_q.signing import SignedPackage


def taken() -> Iterator[dict[str, Any]]:
    """Each task, once it is out of the queue."""
    broker = get_broker()
    while broker.queue_size():
        for key, payload in broker.dequeue() or ():
            broker.acknowledge(key)
            yield SignedPackage.loads(payload)
