"""The supervisor in the foreground, as `manage.py up` hands over to it.

Run as a file, and kept small: it knows neither Django nor the settings.
"""

import fcntl
import os
import shutil
import signal
import sys
import threading
from pathlib import Path

from supervisor.options import ServerOptions
from supervisor.supervisord import go

PACE = 0.2  # seconds between two rounds; the supervisor's own second is felt at start and stop


class Options(ServerOptions):  # type: ignore[misc]
    def realize(self, arguments: list[str]) -> None:
        super().realize(arguments)
        poll = self.poller.poll
        self.poller.poll = lambda timeout: poll(PACE)

    def setsignals(self) -> None:
        """A terminal that is closed stops the site; by itself the supervisor would reload."""
        is_detached = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
        super().setsignals()
        if is_detached:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        else:
            receive = self.signal_receiver.receive
            signal.signal(signal.SIGHUP, lambda *_: receive(signal.SIGTERM, None))


def main(conf: Path, last_words: Path) -> None:
    _make_output_openable()
    options = Options()
    options.realize(["-n", "-c", str(conf)])
    options.first, options.test = True, False
    go(options)
    _clear(options)
    if last_words.exists():
        sys.exit(last_words.read_text())
    print("Fluxsite has stopped.", flush=True)


def _make_output_openable() -> None:
    """The supervisor opens /dev/stdout by name, and not everything that it may be lets it: a
    socket of the journal does not, nor does a terminal of another user. A pipe does."""
    try:
        os.close(os.open("/dev/stdout", os.O_WRONLY))
        # Nobody may write over what another has written, should it be a file.
        fcntl.fcntl(1, fcntl.F_SETFL, fcntl.fcntl(1, fcntl.F_GETFL) | os.O_APPEND)
    except OSError:
        reader, writer = os.pipe()
        target = os.dup(1)
        os.dup2(writer, 1)
        os.dup2(writer, 2)
        threading.Thread(target=_pass_on, args=(reader, target), daemon=True).start()


def _pass_on(reader: int, target: int) -> None:
    with open(reader, "rb", buffering=0) as source, open(target, "wb", buffering=0) as out:
        shutil.copyfileobj(source, out)


def _clear(options: ServerOptions) -> None:
    """Leave no folder behind that was made only to give the socket a short name."""
    for server in options.configroot.supervisord.server_configs:
        folder = Path(server["file"]).parent
        if folder != Path(options.configfile).parent:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
