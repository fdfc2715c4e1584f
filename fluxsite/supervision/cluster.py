"""django-q2's cluster made crash-only: whoever dies in it takes all with them, to be started anew.

A process that is killed may hold the lock of a queue that the others share, and then they wait
for ever. So nothing is mended piece by piece: the supervisor starts a whole new cluster.
"""

import logging
import os
import signal
import threading
import time
import uuid
from multiprocessing.process import BaseProcess
from multiprocessing.sharedctypes import RawValue
from queue import Full
from types import FrameType
from typing import Any

from django.db import DatabaseError
from django_q.brokers import get_broker
from django_q.cluster import Sentinel
from django_q.conf import Conf
from django_q.monitor import monitor
from django_q.pusher import pusher
from django_q.queues import Queue

from fluxsite.logs import task_id
from fluxsite.supervision.parents import bind_children
from fluxsite.supervision.troubles import Trouble
from gallery.engine import heartbeat, stopping

logger = logging.getLogger(__name__)

PATIENCE_AT_STOP = 6  # seconds; the supervisor's own is a little longer
RECYCLED = -2  # what a worker's timer says when it has ended of its own accord
BEATS = 9  # while patience lasts
QUIET = 1 / 3  # of patience; other clusters may have caught the beats: then one each second
AGAIN = 0.5  # seconds until a queue that is away is asked again
NOTE_EVERY = 2.0  # seconds between two notes of signs of life in the database


class CrashOnlySentinel(Sentinel):  # type: ignore[misc]
    """The cluster's main process: starts the others, guards them, and ends when one dies."""

    def __init__(self, *, patience: float, stop_patience: int = PATIENCE_AT_STOP) -> None:
        self._stop_patience = stop_patience
        self.last_heard = RawValue("d", time.monotonic())
        rounds = Rounds(self, patience)
        super().__init__(rounds, threading.Event(), uuid.uuid4(), get_broker(), start=False)
        self.task_queue = TaskQueue(maxsize=Conf.QUEUE_LIMIT)

    def run(self) -> None:
        """Work until SIGTERM or SIGINT asks to stop."""
        bind_children(_forget_signals)
        signal.signal(signal.SIGTERM, self._on_stop)
        signal.signal(signal.SIGINT, self._on_stop)
        signal.signal(signal.SIGALRM, self._on_late_stop)
        signal.signal(signal.SIGCHLD, self._on_child)
        self.start()

    def fall(self, reason: str) -> None:
        """End all processes of this cluster at once."""
        logger.error("The worker ends, to be started anew: %s.", reason)
        for process in self._children():
            process.kill()
        os._exit(1)

    def spawn_pusher(self) -> BaseProcess:
        source = Source(self.broker)
        process: BaseProcess = self.spawn_process(pusher, self.task_queue, self.event_out, source)
        return process

    def spawn_monitor(self) -> BaseProcess:
        results = Results(self.result_queue, self.last_heard)
        process: BaseProcess = self.spawn_process(monitor, results, self.broker)
        return process

    def reincarnate(self, process: Any) -> None:
        """Replace a process that ended in order, as one that is recycled does."""
        is_in_order = process.exitcode == 0
        if is_in_order and stopping.requested():
            return
        if is_in_order and (process not in self.pool or int(process.timer.value) == RECYCLED):
            super().reincarnate(process)
        else:
            self.fall(f"its process {process.pid} ran for too long or broke")

    def _children(self) -> list[Any]:
        known = [*self.pool, self.monitor, self.pusher]
        return [process for process in known if process and process.pid]

    def _on_stop(self, signum: int, frame: FrameType | None) -> None:
        stopping.request()
        signal.alarm(self._stop_patience)

    def _on_late_stop(self, signum: int, frame: FrameType | None) -> None:
        self.fall(f"it did not stop within {self._stop_patience} seconds")

    def _on_child(self, signum: int, frame: FrameType | None) -> None:
        # The guard would see it too, unless it waits for a lock that the dead one holds.
        for process in self._children():
            if how := _abnormal_end(process.pid):
                self.fall(f"its process {process.pid} was ended by {how}")


class Rounds:
    """Stands where the guard expects its stop event: what happens between two of its rounds."""

    def __init__(self, sentinel: CrashOnlySentinel, patience: float) -> None:
        self._sentinel = sentinel
        self._patience = patience
        self._sent_at = 0.0
        self._trouble = Trouble("beats can't be sent")

    def is_set(self) -> bool:
        return stopping.requested()

    def wait(self, seconds: float) -> bool:
        if not stopping.requested():
            self._beat(time.monotonic())
            time.sleep(seconds)
        return stopping.requested()

    def _beat(self, now: float) -> None:
        silence = now - self._sentinel.last_heard.value
        if silence > self._patience:
            self._sentinel.fall(f"no task has come through it for {silence:.0f} seconds")
        usual = self._patience / BEATS
        if now - self._sent_at > (min(1.0, usual) if silence > self._patience * QUIET else usual):
            self._sent_at = now
            self._send()

    def _send(self) -> None:
        try:
            heartbeat.send()
        except Exception as error:  # database or Redis; silence tells when it lasts
            self._trouble.is_there(error)
        else:
            self._trouble.is_over()


class Source:
    """The broker as the pusher asks it, which would sleep for ten seconds and end when it fails."""

    def __init__(self, broker: Any) -> None:
        self._broker = broker
        self._trouble = Trouble("tasks can't be fetched from the queue")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._broker, name)

    def dequeue(self) -> Any:
        try:
            tasks = self._broker.dequeue()
        except Exception as error:  # database or Redis, which connect anew by themselves
            self._trouble.is_there(error)
            time.sleep(AGAIN)
            return None
        self._trouble.is_over()
        return tasks


class TaskQueue(Queue):  # type: ignore[misc]
    """Gives out nothing more once the cluster is to stop: the rows know what is left to do."""

    def put(self, task: Any) -> None:
        try:
            super().put(task, block=not stopping.requested())
        except Full:  # then there is something to stop at for each worker
            logger.debug("stopping.task_dropped")

    def get(self, *args: Any, **kwargs: Any) -> Any:
        task = super().get(*args, **kwargs)
        if stopping.requested() or task == "STOP":
            return "STOP"
        task_id.set(task["id"])
        return task


class Results:
    """The result queue as the monitor reads it: who asks for the next has dealt with the last."""

    def __init__(self, queue: Queue, last_heard: Any) -> None:
        self._queue = queue
        self._last_heard = last_heard
        self._noted_at = 0.0
        self._has_dealt = False
        self._trouble = Trouble("signs of life can't be noted")

    def get(self) -> Any:
        if self._has_dealt:
            self._note(time.monotonic())
        result = self._queue.get()
        self._has_dealt = True
        return result

    def _note(self, now: float) -> None:
        self._last_heard.value = now
        if now - self._noted_at >= NOTE_EVERY:
            self._noted_at = now
            try:
                heartbeat.heard()
            except DatabaseError as error:
                self._trouble.is_there(error)
            else:
                self._trouble.is_over()


def _forget_signals() -> None:
    # The main process alone decides when to stop, also when the whole group is told.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def _abnormal_end(pid: int) -> str:
    """How this child died, without reaping it; empty while it lives or when it ended in order."""
    try:
        end = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:  # the guard has reaped it and will judge
        return ""
    if end is None or (end.si_code == os.CLD_EXITED and end.si_status == 0):
        return ""
    if end.si_code == os.CLD_EXITED:
        return f"exit code {end.si_status}"
    return signal.Signals(end.si_status).name
