"""What running processes use: CPU by the second, memory by the minute."""

import math
import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Self

from processes import holder_of

TICKS = os.sysconf("SC_CLK_TCK")
MEGABYTE = 1_000_000


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process has used; 0 for one that is no more."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    fields = text.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def rss_of(pid: int) -> float:
    """Megabytes in memory, shared pages counted in full."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / MEGABYTE


class Watch:
    """Looks at these groups of processes once a second, in a thread of its own.

    `pids_of` are functions, since workers are replaced now and then. `caller` gives the port from
    which the conductor has last asked; which worker that is, is found anew each time.
    """

    def __init__(
        self, pids_of: dict[str, Callable[[], Iterable[int]]], caller: Callable[[], int]
    ) -> None:
        self.pids_of, self.caller = pids_of, caller
        self.cpu: dict[str, float] = defaultdict(float)  # seconds, by group
        self.conducted = 0.0  # seconds of CPU of whoever conducted
        self.looked = 0.0  # seconds during which that was known
        self.memory: dict[str, list[tuple[float, float]]] = defaultdict(list)
        self._last: dict[int, tuple[float, float]] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    @property
    def share(self) -> float:
        """Of one core, that the conductor used."""
        return self.conducted / self.looked if self.looked else math.nan

    def _run(self) -> None:
        while not self._over.wait(1):
            self._look()

    def _look(self) -> None:
        groups = {name: list(pids()) for name, pids in self.pids_of.items()}
        conductor = holder_of(self.caller(), groups["worker"])
        for name, pids in groups.items():
            self.memory[name].append((time.monotonic(), sum(map(rss_of, pids))))
            for pid in pids:
                self._count(name, pid, is_conductor=pid == conductor)

    def _count(self, name: str, pid: int, *, is_conductor: bool) -> None:
        now = time.monotonic(), cpu_of(pid)
        since, used = (now[i] - self._last.get(pid, now)[i] for i in (0, 1))
        self._last[pid] = now
        self.cpu[name] += used
        if is_conductor:
            self.conducted, self.looked = self.conducted + used, self.looked + since


def slope(samples: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The least squares' line through them: units an hour, and its standard error."""
    number = len(samples)
    mean_x, mean_y = (sum(axis) / number for axis in zip(*samples, strict=True))
    spread = sum((x - mean_x) ** 2 for x, _ in samples)
    rise = sum((x - mean_x) * (y - mean_y) for x, y in samples) / spread
    left = sum((y - mean_y - rise * (x - mean_x)) ** 2 for x, y in samples)
    error = math.sqrt(left / max(1, number - 2) / spread)
    return rise * 3600, error * 3600
