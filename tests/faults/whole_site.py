"""`manage.py up` in a folder of its own, as a person would start it."""

import configparser
import contextlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
from processes import HOUSE, Program, at_work_in, wait_for
from supervisor import childutils

PATIENCE = 8  # seconds until what hangs is replaced
QUICK = (f"--patience={PATIENCE}", f"--conductor-patience={PATIENCE}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """That of a newcomer who has set nothing but these."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    usual = {"DATA_DIR": str(folder / "data"), "TMPDIR": str(temporary), "WORKERS": "2"}
    return kept | usual | settings


def manage(folder: Path, *command: str, **settings: str) -> str:
    """Run a command of manage.py to its end; what it printed."""
    ended = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=HOUSE,
        env=environment(folder, **settings),
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    return ended.stdout


def refusal(folder: Path, **settings: str) -> str:
    """The one line with which `up` refuses to start."""
    ended = subprocess.run(
        [sys.executable, "manage.py", "up"],
        cwd=HOUSE,
        env=environment(folder, **settings),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 2, ended.stdout + ended.stderr
    (line,) = ended.stderr.splitlines()
    assert line.startswith("Fluxsite can't start: ")
    return line


class WholeSite:
    def __init__(self, folder: Path, *options: str, **settings: str) -> None:
        self.port = int(settings.get("PORT") or free_port())
        self.data = folder / "data"
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = {"PORT": str(self.port)} | settings
        env = environment(folder, **self.settings)
        self.up = Program("up", *options, env=env, log=folder / "up.log")

    @property
    def said(self) -> str:
        return self.up.log.read_text(errors="replace")

    def manage(self, *command: str, **settings: str) -> str:
        """Run a command of manage.py beside it, with its own settings and these."""
        return manage(self.data.parent, *command, **self.settings | settings)

    def get(self, path: str) -> httpx.Response | None:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(self.url + path, trust_env=False, timeout=5)
        return None

    def is_ready(self) -> bool:
        answer = self.get("/readyz")
        return bool(answer) and answer.json()["ready"]

    def wait_until_ready(self, seconds: float = 60) -> None:
        wait_for(self.is_ready, seconds, lambda: f"a site that is ready; it said: {self.said}")

    # ── Its programs ─────────────────────────────────────────────────────────────────────────────

    def facts(self, program: str) -> dict[str, Any]:
        """What the supervisor knows of this program."""
        conf = configparser.RawConfigParser()
        conf.read(self.data / "run" / "supervisord.conf")
        url = conf["supervisorctl"]["serverurl"]
        name = program if program == "watchdog" else f"site:{program}"
        with childutils.getRPCInterface({"SUPERVISOR_SERVER_URL": url}) as rpc:
            return dict(rpc.supervisor.getProcessInfo(name))

    def main_of(self, program: str) -> int:
        """Its main process, once it counts as started."""

        def look() -> int:
            facts = self.facts(program)
            return int(facts["pid"]) if facts["statename"] == "RUNNING" else 0

        return int(wait_for(look, 60, lambda: f"a {program} that runs; it said: {self.said}"))

    def all_of(self, program: str) -> list[int]:
        return self.up.pids(program)

    def wait_until_replaced(self, program: str, old: list[int], seconds: float = 45) -> None:
        """Until nothing of the old one lives, a whole new one does, and the site is ready."""
        wait_for(
            lambda: not set(old) & set(self.all_of(program)) and self.main_of(program) not in old,
            seconds,
            lambda: f"a new {program}; it said: {self.said}",
        )
        self.wait_until_ready()

    # ── The end ──────────────────────────────────────────────────────────────────────────────────

    def stop(self, word: signal.Signals = signal.SIGTERM) -> int:
        self.up.main.send_signal(word)
        code = self.up.main.wait(15)
        self.up.has_ended()
        return code

    def close(self) -> None:
        self.up.go_on()
        self.up.kill()
        print(self.said)
        assert not at_work_in(self.data), "a process was left behind"
