"""Places of a storm's own that may be broken: a PostgreSQL, a Redis, and disks that get full or
lose what was not written through when the power goes."""

import contextlib
import fcntl
import os
import pwd
import shutil
import signal
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import redis
from processes import children_of, free_port, parent_of, tell, wait_for

PATIENCE = 60  # seconds; the machine may be busy
MIB = 1 << 20
SHUTDOWN = 0x8004587D  # EXT4_IOC_SHUTDOWN of the kernel: from then on nothing reaches the disk
WITHOUT_A_WORD = 2  # … and what has not reached it is lost, as in a power cut


class Postgres:
    """Started as an unprivileged user, as it insists; nobody else's databases are in it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="fluxsite-storm-"))
        self.port = free_port()
        self._data = self.folder / "data"
        self._data.mkdir(mode=0o700)
        self._as = _unprivileged(self.folder, self._data)
        self.disk = Disk(self._data, size=1024)
        own = ["-D", str(self._data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        self._run("initdb", *own)
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

    def be_read_only(self, is_so: bool = True) -> None:
        """As one that takes over from another is for a while. Nobody stays connected."""
        with self._server() as server:
            server.execute("SET default_transaction_read_only = off")
            state = "on" if is_so else "off"
            server.execute(f"ALTER SYSTEM SET default_transaction_read_only = {state}")
            server.execute("SELECT pg_reload_conf()")
        self.end_sessions()

    def stop(self, word: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends it in order, SIGQUIT as a crash does."""
        if self._process.poll() is None:
            self._process.send_signal(word)
        self._process.wait(PATIENCE)

    def start(self) -> None:
        if self._process.poll() is not None:
            self._process = self._start()

    def cut_power(self) -> None:
        """It starts anew with what it had written through."""
        at_work = [self._process.pid, *children_of(self._process.pid)]
        self.disk.cut_power()
        tell(at_work, signal.SIGKILL)
        self._process.wait(PATIENCE)
        wait_for(lambda: not any(map(parent_of, at_work)), PATIENCE, "its processes' end")
        self.disk.come_back()

    def close(self) -> None:
        self.stop(signal.SIGQUIT)
        self.disk.close()
        shutil.rmtree(self.folder)

    def _start(self) -> "subprocess.Popen[bytes]":
        own = f"-c unix_socket_directories= -c listen_addresses=127.0.0.1 -p {self.port}"
        own += " -c max_wal_size=128MB -c min_wal_size=32MB"
        command = [program("postgres"), "-D", str(self._data), *own.split()]
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
    """A file system of its own at this folder, where the machine lets us make one.

    What was not written through when its power is cut is not there afterwards; what a kill leaves
    in memory would be.
    """

    def __init__(self, folder: Path, size: int = 128) -> None:
        self._folder = folder
        self._image = folder.with_name(f"{folder.name}.disk")
        self._ballast = folder / "ballast"
        self.is_own = os.geteuid() == 0 and self._make(size * MIB)

    def fill(self, left: int) -> None:
        """Leave so many bytes of it, about."""
        status = os.statvfs(self._folder)
        free = status.f_bavail * status.f_frsize - left
        with contextlib.suppress(OSError), self._ballast.open("ab", buffering=0) as ballast:
            while free > 0 and (written := ballast.write(bytes(min(free, MIB)))):
                free -= written

    def empty(self) -> None:
        self._ballast.unlink(missing_ok=True)

    def cut_power(self) -> None:
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, SHUTDOWN, struct.pack("I", WITHOUT_A_WORD))
        finally:
            os.close(handle)

    def come_back(self) -> None:
        """Once nobody has a file of it open; its journal is played, as after a power cut."""
        self._unmount()
        subprocess.run(self._mount, check=True, capture_output=True)

    def close(self) -> None:
        if self.is_own:
            self._unmount()
            self._image.unlink()

    def _make(self, size: int) -> bool:
        owner = self._folder.stat()
        with self._image.open("wb") as image:
            image.truncate(size)
        make = ["mkfs.ext4", "-q", "-F", "-m", "0", str(self._image)]
        try:
            for command in (make, self._mount):
                subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            self._image.unlink()
            return False
        (self._folder / "lost+found").rmdir()  # PostgreSQL wants its folder empty
        os.chown(self._folder, owner.st_uid, owner.st_gid)
        return True

    @property
    def _mount(self) -> list[str]:
        return ["mount", "-o", "loop", str(self._image), str(self._folder)]

    def _unmount(self) -> None:
        subprocess.run(["umount", str(self._folder)], check=True)


def program(name: str) -> str:
    """Where it is, or ""; Debian keeps the server's programs out of the PATH."""
    others = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return shutil.which(name) or next(map(str, others), "")


def _unprivileged(folder: Path, *folders: Path) -> dict[str, Any]:
    """Whom it runs as, and the folders made theirs; in the first one it works."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("nobody")
    for each in (folder, *folders):
        os.chown(each, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": folder}
