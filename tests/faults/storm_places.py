"""Places of a storm's own that may be broken: a PostgreSQL, a Redis, and a disk that gets full."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import redis
from processes import free_port, wait_for

PATIENCE = 60  # seconds; the machine may be busy
DISK = 96  # MiB: the site needs about ten


class Postgres:
    """Started as an unprivileged user, as it insists; nobody else's databases are in it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="fluxsite-storm-"))
        self.port = free_port()
        self._as = _unprivileged(self.folder)
        data = str(self.folder / "data")
        self._run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        self._process = self._start()

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}"

    def make(self, name: str, template: str = "template1") -> str:
        """The address of a new database."""
        with self._server() as server:
            server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return f"{self.url}/{name}"

    def drop(self, name: str) -> None:
        with self._server() as server:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def end_sessions(self) -> None:
        """Cut every connection, in whatever it is doing."""
        with contextlib.suppress(psycopg.OperationalError), self._server() as server:
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname IS NOT NULL AND pid <> pg_backend_pid()"
            )

    def stop(self, word: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends it in order, SIGQUIT as a crash does."""
        if self._process.poll() is None:
            self._process.send_signal(word)
        self._process.wait(PATIENCE)

    def start(self) -> None:
        if self._process.poll() is not None:
            self._process = self._start()

    def close(self) -> None:
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder)

    def _start(self) -> "subprocess.Popen[bytes]":
        own = f"-c unix_socket_directories= -c listen_addresses=127.0.0.1 -p {self.port}"
        command = [program("postgres"), "-D", str(self.folder / "data"), *own.split()]
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, **self._as)
        wait_for(self._answers, PATIENCE, "a PostgreSQL of the storm's own")
        return process

    def _answers(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError), self._server():
            return True
        return False

    @contextlib.contextmanager
    def _server(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(f"{self.url}/postgres", autocommit=True, connect_timeout=5) as server:
            yield server

    def _run(self, *command: str) -> None:
        subprocess.run(
            [program(command[0]), *command[1:]], check=True, capture_output=True, **self._as
        )


class Redis:
    """Keeps nothing: what a restart finds is empty."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="fluxsite-storm-"))
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process = self._start()

    def flush(self) -> None:
        with contextlib.suppress(redis.RedisError), redis.Redis.from_url(self.url) as server:
            server.flushall()

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE)

    def start(self) -> None:
        if self._process.poll() is not None:
            self._process = self._start()

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def _start(self) -> "subprocess.Popen[bytes]":
        own = f"--port {self.port} --bind 127.0.0.1 --appendonly no --save"
        command = ["redis-server", *own.split(), "", "--dir", str(self.folder)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_for(self._answers, PATIENCE, "a Redis of the storm's own")
        return process

    def _answers(self) -> bool:
        with contextlib.suppress(redis.RedisError), redis.Redis.from_url(self.url) as server:
            return bool(server.ping())
        return False


class Disk:
    """A file system of its own at this folder, where the machine lets us make one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ballast = folder / "ballast"
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}m", "fluxsite-storm", str(folder)]
        made = os.geteuid() == 0 and subprocess.run(mount, capture_output=True).returncode == 0
        self.is_own = made

    def fill(self, left: int) -> None:
        """Leave so many bytes of it, about."""
        status = os.statvfs(self._folder)
        free = status.f_bavail * status.f_frsize - left
        with contextlib.suppress(OSError), self._ballast.open("ab", buffering=0) as ballast:
            while free > 0 and (written := ballast.write(bytes(min(free, 1 << 20)))):
                free -= written

    def empty(self) -> None:
        self._ballast.unlink(missing_ok=True)

    def close(self) -> None:
        if self.is_own:
            subprocess.run(["umount", str(self._folder)], check=True)


def program(name: str) -> str:
    """Where it is, or ""; Debian keeps the server's programs out of the PATH."""
    others = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return shutil.which(name) or next(map(str, others), "")


def _unprivileged(folder: Path) -> dict[str, Any]:
    """Whom it runs as, and the folder made theirs."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("nobody")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": folder}
