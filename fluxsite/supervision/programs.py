"""What the supervisor is told: which programs there are, and how each is started and stopped."""

import os
import shlex
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

LONGEST_SOCKET = 90  # bytes; the system allows 107, and the supervisor adds a number at first
STARTED_AFTER = 5  # seconds
RETRIES = 3  # of a program that ends sooner than that, until all is given up
PATIENCE_AT_STOP = 7  # seconds until SIGKILL; with the supervisor's own pace, all ends within ten
OUTPUT = "/dev/stdout"

SUPERVISOR = """\
[supervisord]
nodaemon=true
silent=true
logfile=%(here)s/supervisord.log
logfile_maxbytes=1MB
logfile_backups=1
pidfile=%(here)s/supervisord.pid
childlogdir=%(here)s
minprocs=16
{user}
[unix_http_server]
file={socket}
chmod=0600

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl=unix://{socket}

[group:site]
programs=web,worker
"""

PROGRAM = """
[program:{name}]
command={command}
autorestart=true
startsecs={started_after}
startretries={retries}
stopwaitsecs={patience_at_stop}
killasgroup=true
redirect_stderr=true
stdout_logfile={output}
stdout_logfile_maxbytes=0
"""

LISTENER = """
[eventlistener:watchdog]
command={command}
events=PROCESS_STATE_FATAL,PROCESS_STATE_EXITED,SUPERVISOR_STATE_CHANGE_STOPPING
buffer_size=100
autorestart=true
startsecs={started_after}
startretries=1000000
stopwaitsecs=1
stdout_logfile=NONE
stderr_logfile={output}
stderr_logfile_maxbytes=0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The folder in which one running site keeps what belongs to its running."""

    run: Path

    @property
    def conf(self) -> Path:
        return self.run / "supervisord.conf"

    @property
    def last_words(self) -> Path:
        """Why the watchdog has given up; while it is there, the end is an error."""
        return self.run / "gave-up"

    @property
    def welcome(self) -> Path:
        """What is to be told once the site answers; then it is gone, and told no second time."""
        return self.run / "welcome"


def in_words(program: str) -> str:
    return "web server" if program == "web" else program


def configure(house: House, *, manage: Path, patience: float, conductor_patience: float) -> None:
    """Write the supervisor's configuration, for nobody else's eyes."""
    for old in (house.conf, house.last_words, house.welcome):
        old.unlink(missing_ok=True)
    socket = _short(house.run / "supervisor.sock")
    watching = [
        f"--patience={patience}",
        f"--conductor-patience={conductor_patience}",
        f"--supervisor=unix://{socket}",
    ]
    programs = [
        SUPERVISOR.format(socket=_plain(str(socket)), user=_user()),
        _fill(PROGRAM, "web", manage, []),
        _fill(PROGRAM, "worker", manage, [f"--patience={patience}"]),
        _fill(LISTENER, "watchdog", manage, watching),
    ]
    with open(os.open(house.conf, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(programs)


def _fill(form: str, name: str, manage: Path, options: list[str]) -> str:
    # The supervisor takes over this process, so this number stays that of its children's parent.
    command = [sys.executable, "-u", str(manage), name, f"--parent={os.getpid()}", *options]
    return form.format(
        name=name,
        command=_plain(shlex.join(command)),
        started_after=STARTED_AFTER,
        retries=RETRIES,
        patience_at_stop=PATIENCE_AT_STOP,
        output=OUTPUT,
    )


def _short(socket: Path) -> Path:
    if len(os.fsencode(socket)) <= LONGEST_SOCKET:
        return socket
    # Not where TMPDIR says: that may be as long.
    return Path(tempfile.mkdtemp(prefix="fluxsite-", dir="/tmp")) / socket.name  # noqa: S108


def _user() -> str:
    return "user=root\n" if os.geteuid() == 0 else ""  # it complains when root is not named


def _plain(text: str) -> str:
    return text.replace("%", "%%")  # what the supervisor would expand
