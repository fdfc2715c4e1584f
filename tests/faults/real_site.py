"""A whole site in a folder of its own: real workers, a real database, the provider on loopback."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from processes import HOUSE, Program, at_work_in, holder_of, tell, wait_for
from provider import Provider
from store import Bucket
from storm_places import Disk

TOKEN = "sk-loopback-3f9a1c57e2d84b06-that-nobody-may-see"
FINAL = ("succeeded", "failed", "cancelled")
HERE = Path(__file__).parent

Row = dict[str, Any]


class Desk:
    """The process that asks and looks for the test (see desk.py)."""

    def __init__(self, env: dict[str, str], log: Path, desk: str = "desk") -> None:
        work = f"import django; django.setup(); import {desk}; {desk}.serve()"
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-c", work],
                cwd=HOUSE,
                env=env | {"PYTHONPATH": f"{HERE}:{HERE.parent / 'benchmarks'}"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    def do(self, order: str, **args: Any) -> Any:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps({"do": order, "with": args}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        answer = json.loads(line) if line else {"error": "the desk has ended"}
        assert "error" not in answer, f"{order}: {answer['error']}"
        return answer["answer"]

    def close(self) -> None:
        self._process.communicate(timeout=60)


class Site:
    desks = "desk"  # the module of what can be asked of the desk

    def __init__(
        self, folder: Path, provider: Provider, bucket: Bucket | None = None, **settings: str
    ) -> None:
        self.folder = folder
        self.provider = provider
        self.bucket = bucket  # where its files are; none: on the disk
        self.data = folder / "data"
        self.logs = folder / "logs"
        self.temporary = folder / "tmp"
        for each in (self.data, self.logs, self.temporary):
            each.mkdir()
        self.settings = self._settings() | settings
        if bucket:
            self.settings["STORAGE_URL"] = bucket.address
        self.programs: list[Program] = []
        self._desk: Desk | None = None

    @property
    def desk(self) -> Desk:
        if self._desk is None:
            self._desk = Desk(self._environment(), self.logs / "desk.log", self.desks)
        return self._desk

    def leave_desk(self) -> None:
        """Until the desk is asked again, it has no file of the site open."""
        if self._desk:
            self._desk.close()
            self._desk = None

    def lose_power(self, disk: Disk) -> None:
        """All at once: nothing is written any more, and nobody can do anything about it."""
        self.leave_desk()
        tell(at_work_in(self.data), signal.SIGSTOP)
        disk.cut_power()
        tell(at_work_in(self.data), signal.SIGKILL)
        for program in self.programs:
            program.has_ended()
        wait_for(lambda: not at_work_in(self.data), 15, "the end of all")
        disk.come_back()

    # ── Processes ────────────────────────────────────────────────────────────────────────────────

    def start(self, *command: str) -> Program:
        """Start a command of manage.py; its log has its name and number."""
        log = self.logs / f"{command[0]}-{len(self.programs) + 1}.log"
        program = Program(*command, env=self._environment(), log=log)
        self.programs.append(program)
        return program

    def start_worker(self) -> Program:
        return self.start("worker", "--patience=45")  # so that it looks around every five seconds

    def start_up(self, patience: int = 8, conductor_patience: int = 5) -> Program:
        """The whole site, which soon replaces what hangs."""
        patient = [f"--patience={patience}", f"--conductor-patience={conductor_patience}"]
        return self.start("up", *patient)

    def conducting(self) -> Program:
        """The cluster that holds the lease."""

        def look() -> Program | None:
            holder = self.desk.do("conductor")["holder"]
            mains = {str(program.main.pid): program for program in self.programs}
            return mains.get(holder.rpartition(":")[2])

        found: Program = wait_for(look, 20, "somebody who conducts")
        return found

    def caller(self, path: str, number: int = 1) -> int:
        """The process that made the last request to this path of the provider."""

        def look() -> int | None:
            seen = self.provider.wait_seen(path, number, timeout=20)[-1]
            return holder_of(seen.peer[1], at_work_in(self.data))

        return int(wait_for(look, 20, f"who asks for {path}"))

    def close(self) -> None:
        """End all that is still there, then say what the programs said."""
        self.provider.unhang()
        for program in self.programs:
            program.kill()
        self.leave_desk()
        for log in sorted(self.logs.iterdir()):
            print(f"──── {log.name}\n{log.read_text(errors='replace')[-20_000:]}")
        assert not at_work_in(self.data), "a process was left behind"

    # ── Wishes ───────────────────────────────────────────────────────────────────────────────────

    def people(self, *names: str, **fields: str) -> None:
        for name in names:
            self.desk.do("make_person", name=name, **fields)

    def wish(self, name: str, prompt: str, **fields: Any) -> str:
        return str(self.desk.do("wish", name=name, prompt=prompt, **fields))

    def wishes(self, names: Iterable[str], each: int, prompt: str = "A lighthouse") -> None:
        """So many for each of them in turn; every other one is for two pictures."""
        for number in range(each):
            for name in names:
                self.wish(name, f"{name} no. {number + 1}: {prompt}", count=1 + number % 2)

    def rows(self) -> list[Row]:
        return list(self.desk.do("rows"))

    def row(self, pk: str) -> Row:
        return next(row for row in self.rows() if row["id"] == pk)

    def until(self, is_so: Callable[[list[Row]], Any], seconds: float = 30) -> list[Row]:
        """Wait until this is so of the rows, and return them."""
        last: list[list[Row]] = [[]]

        def look() -> bool:
            last[0] = self.rows()
            return bool(is_so(last[0]))

        wait_for(look, seconds, lambda: f"what never was so of {json.dumps(last[0], indent=1)}")
        return last[0]

    def comes_to(self, pk: str, *statuses: str, seconds: float = 30) -> Row:
        self.until(lambda rows: _by_id(rows, pk)["status"] in statuses, seconds)
        return self.row(pk)

    def all_end(self, seconds: float = 60) -> list[Row]:
        return self.until(lambda rows: all(row["status"] in FINAL for row in rows), seconds)

    def hurry(self) -> None:
        """Let ten seconds pass for whatever waits for a search, a try or the end of a pause."""
        self.desk.do("let_pass", seconds=10)

    def all_succeed(self, seconds: float = 90) -> None:
        """Wait until they have, without waiting for moments to come."""
        self.until(lambda rows: not self.hurry() and _have_succeeded(rows), seconds)

    def files_at_hand(self) -> Path:
        """The folder with all its files; those in a store are brought there, to be looked at."""
        folder = self.data / "media"
        if self.bucket:
            shutil.rmtree(folder, ignore_errors=True)
            self.bucket.fetch_into(folder)
        return folder

    # ── Settings ─────────────────────────────────────────────────────────────────────────────────

    def _settings(self) -> dict[str, str]:
        return {
            "DATA_DIR": str(self.data),
            "DJANGO_SETTINGS_MODULE": "fluxsite.settings",
            "EMAIL_URL": "consolemail://",
            "FLUX_API_TOKEN": TOKEN,
            "FLUX_API_URL": self.provider.url,
            "FLUX_RESULT_HOSTS": f"127.0.0.1:{self.provider.port}",
            "FLUX_MAX_PER_SECOND": "20",
            "SECRET_KEY": "a-key-that-only-the-tests-of-this-site-ever-use",
            "TMPDIR": str(self.temporary),
            "WORKERS": "3",
        }

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return kept | self.settings


def _have_succeeded(rows: list[Row]) -> bool:
    return all(row["status"] == "succeeded" for row in rows)


def _by_id(rows: list[Row], pk: str) -> Row:
    return next(row for row in rows if row["id"] == pk)


def migrate(folder: Path, url: str) -> None:
    """Make all tables in this database; the folder is for what else is written."""
    env = {**os.environ, "DATA_DIR": str(folder), "DATABASE_URL": url}
    command = [sys.executable, "manage.py", "migrate", "--skip-checks", "--verbosity=0"]
    subprocess.run(command, cwd=HOUSE, env=env, check=True)
