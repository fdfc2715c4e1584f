"""A store that speaks S3, with a door in front of it that may be shut in several ways."""

import contextlib
import socket
import threading
from pathlib import Path

from backends import bucket_in, s3
from moto.server import ThreadedMotoServer

BUCKET = "pictures"
BUSY = b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
SOME = 500  # bytes; then a connection is cut


class Store:
    """One for many tests: each has a bucket of its own."""

    def __init__(self) -> None:
        self._moto = ThreadedMotoServer(port=0, verbose=False)
        self._moto.start()
        host, port = self._moto.get_host_and_port()
        self.door = Door((host, port))
        self.url = f"http://127.0.0.1:{self.door.port}"
        self._resource = s3(f"http://{host}:{port}")  # the test itself always gets in

    def bucket(self, name: str = BUCKET) -> "Bucket":
        return Bucket(self, name)

    def close(self) -> None:
        self.door.close()
        self._moto.stop()


class Bucket:
    def __init__(self, store: Store, name: str) -> None:
        self.door = store.door
        self.address = bucket_in(store.url, name)
        self._bucket = store._resource.Bucket(name)
        self._bucket.create()

    def fetch_into(self, folder: Path) -> None:
        """Bring all of it to a disk, to be looked at there."""
        for each in self._bucket.objects.all():
            path = folder / each.key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(each.get()["Body"].read())

    def put(self, name: str, data: bytes) -> None:
        self._bucket.put_object(Key=name, Body=data)

    def close(self) -> None:
        self.door.open()
        self._bucket.objects.delete()
        self._bucket.delete()


class Door:
    """Lets connections through, refuses them (`away`), answers 503 (`busy`), or cuts them in the
    middle of what they bring (`cut`)."""

    def __init__(self, behind: tuple[str, int]) -> None:
        self._behind = behind
        self._mood = ""
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._listener.getsockname()[1])
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._serve, daemon=True).start()

    def shut(self, mood: str) -> None:
        """From now on, also for those who are in."""
        self._mood = mood
        for each in list(self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def open(self) -> None:
        self._mood = ""

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                guest, _ = self._listener.accept()
                threading.Thread(target=self._receive, args=(guest,), daemon=True).start()

    def _receive(self, guest: socket.socket) -> None:
        with contextlib.suppress(OSError), guest:
            if self._mood == "away":
                return
            if self._mood == "busy":
                guest.recv(65536)
                guest.sendall(BUSY)
                return
            with socket.create_connection(self._behind) as host:
                self._open |= {guest, host}
                back = threading.Thread(target=self._carry, args=(host, guest), daemon=True)
                back.start()
                self._carry(guest, host)
                back.join()
                self._open -= {guest, host}

    def _carry(self, giver: socket.socket, taker: socket.socket) -> None:
        carried = 0
        with contextlib.suppress(OSError):
            while some := giver.recv(65536):
                carried += len(some)
                if self._mood == "cut" and carried > SOME:
                    break
                taker.sendall(some)
        for each in (giver, taker):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
