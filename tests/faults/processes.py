"""The site's real processes: started, found, stopped, killed."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).resolve().parents[2]
MOMENT = 0.03  # seconds between two looks at what has no event to wait for


def wait_for(look: Callable[[], Any], seconds: float, what: str | Callable[[], str]) -> Any:
    """What `look()` gives as soon as it is something; a failure after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > deadline:
            why = what if isinstance(what, str) else what()
            raise AssertionError(f"waited {seconds} s in vain for {why}")
        time.sleep(MOMENT)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Program:
    """A command of manage.py and all that it has started: they are one session of the system."""

    def __init__(self, *command: str, env: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("wb") as output:
            self.main = subprocess.Popen(
                [sys.executable, str(HOUSE / "manage.py"), *command],
                cwd=HOUSE,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def pids(self, command: str = "") -> list[int]:
        """Its living processes, or those of one of its commands."""
        found = [pid for pid, session in _sessions() if session == self.main.pid]
        return [pid for pid in found if command in words_of(pid)] if command else found

    def kill(self) -> None:
        """End all of it at once, without a word."""
        self._tell(signal.SIGKILL)
        self.has_ended()

    def stop(self, command: str = "") -> None:
        self._tell(signal.SIGSTOP, command)

    def go_on(self) -> None:
        self._tell(signal.SIGCONT)

    def has_ended(self, seconds: float = 15) -> None:
        """Wait until nothing of it is left, and its number is free."""
        self.main.wait(seconds)
        wait_for(lambda: not self.pids(), seconds, f"the end of {self.main.args}")

    def end(self, seconds: float = 15) -> int:
        """Ask it to stop, as a person would, and wait until nothing of it is left."""
        self.main.terminate()
        code = self.main.wait(seconds)
        self.has_ended()
        return code

    def _tell(self, word: signal.Signals, command: str = "") -> None:
        tell(self.pids(command), word)


def tell(pids: Iterable[int], word: signal.Signals) -> None:
    """To those of them that still live."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, word)


def words_of(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


def parent_of(pid: int) -> int:
    """0 when it lives no more."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def children_of(pid: int) -> list[int]:
    return [child for child, _ in _sessions() if parent_of(child) == pid]


def at_work_in(folder: Path) -> list[int]:
    """Every living process that was started for this data folder, whoever its parent is."""
    mark = f"\0DATA_DIR={folder}\0".encode()
    return [pid for pid, _ in _sessions() if mark in b"\0" + _environment(pid) + b"\0"]


def holder_of(port: int, among: Iterable[int]) -> int | None:
    """Which of these processes has a connection that begins at this port of loopback."""
    sockets = {f"socket:[{inode}]" for inode in _inodes(port)}
    return next((pid for pid in among if sockets & set(_open_files(pid))), None)


def _sessions() -> Iterator[tuple[int, int]]:
    """Number and session of each living process."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            # The name before the bracket may hold anything, blanks and brackets too.
            state, _, _, session = path.read_text().rpartition(")")[2].split()[:4]
            if state != "Z":
                yield int(path.parent.name), int(session)


def _environment(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return b""


def _inodes(port: int) -> list[str]:
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return [fields[9] for fields in map(str.split, lines) if fields[1].endswith(f":{port:04X}")]


def _open_files(pid: int) -> Iterator[str]:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for path in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                yield os.readlink(path)
