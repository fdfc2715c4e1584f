"""What the supervisor tells, and what it can be asked."""

import os
import select
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xmlrpc.client import Fault

from supervisor import childutils
from supervisor.xmlrpc import Faults

GROUP = "site"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    name: str
    process: str = ""
    is_expected: bool = True


def events(every: float) -> Iterator[Event | None]:
    """The supervisor's events as they come, and None whenever `every` seconds passed without."""
    while True:
        childutils.listener.ready()
        while not select.select([sys.stdin], [], [], every)[0]:
            yield None
        header = sys.stdin.readline()
        if not header:  # the supervisor is no more
            return
        headers = childutils.get_headers(header)
        yield _read(headers["eventname"], sys.stdin.read(int(headers["len"])))
        childutils.listener.ok()


def _read(name: str, payload: str) -> Event:
    facts = childutils.get_headers(payload.partition("\n")[0])
    return Event(
        name=name,
        process=facts.get("processname", ""),
        is_expected=facts.get("expected", "1") == "1",
    )


class Supervisor:
    """The one that runs us, asked over its socket."""

    def __init__(self, url: str) -> None:
        self._rpc = childutils.getRPCInterface({"SUPERVISOR_SERVER_URL": url}).supervisor

    def pid_of(self, program: str) -> int | None:
        """The number of its main process while it is meant to run."""
        try:
            info: dict[str, Any] = self._rpc.getProcessInfo(f"{GROUP}:{program}")
        except Fault as fault:
            if fault.faultCode == Faults.SHUTDOWN_STATE:
                return None
            raise
        return info["pid"] if info["statename"] in ("STARTING", "RUNNING") else None

    def shut_down(self) -> None:
        self._rpc.shutdown()


def kill_whole(pid: int) -> bool:
    """SIGKILL to the process and all of its group, hung or stopped as they may be."""
    try:
        if os.getpgid(pid) != pid:  # the supervisor makes each of its programs a group
            return False
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
