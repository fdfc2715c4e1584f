"""Log lines: without secrets, each with the request, task or job it belongs to; for machines."""

import json
import logging
import re
import secrets
from contextvars import ContextVar
from typing import Any

# Addresses that are keys: whoever knows one gets in. A test walks all that hold a token.
KEYS = re.compile(
    r"(/(?:g|live|flux/callback|flux/reference|invitations"
    r"|accounts/first-admin|accounts/password/reset/key)/)(?!done/)[^/\s?\"']+"
)
# PostgreSQL quotes the row that it refused, with its prompt. A prompt may have many lines, so this
# ends where the next traceback of a chain begins, and no sooner.
QUOTED = re.compile(
    r"(\s(?:DETAIL|CONTEXT|QUERY|LINE \d+): ).*?"
    r"(?=\n\n(?:The above exception was the direct cause of the following exception"
    r"|During handling of the above exception, another exception occurred):\n\nTraceback|\Z)",
    re.DOTALL,
)
# What begins a new line, moves the cursor or turns the reading round.
NOT_IN_A_LINE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
OURS = re.compile(r"[0-9A-Za-z._-]{8,64}")


def config(form: str, level: str) -> dict[str, Any]:
    """For the setting LOGGING: lines as `text` or as `json`, from this level on."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "text": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
            "json": {"()": "fluxsite.logs.JsonFormatter"},
        },
        "filters": {
            "request": {"()": "fluxsite.logs.RequestFilter"},
            "without_keys": {"()": "fluxsite.logs.WithoutKeys"},
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": form,
                "filters": ["request", "without_keys"],
            }
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "httpx": {"level": "WARNING"},  # its lines name addresses, and addresses can be secrets
            "django.request": {"level": "ERROR"},
            "django-q": {"level": "WARNING"},
            "stamina": {"level": "ERROR"},  # who tries again says itself why, and about what
        },
    }


request_id: ContextVar[str] = ContextVar("request_id", default="")
task_id: ContextVar[str] = ContextVar("task_id", default="")  # of the queue, in a worker


def known_as(proposed: str) -> str:
    """The id that a proxy in front has given to a request, if it is fit for a log; or a new one."""
    return proposed if OURS.fullmatch(proposed) else secrets.token_hex(8)


class RequestFilter(logging.Filter):
    """Gives each record the id of the request that is being answered, or of the task that is
    being done; empty outside of them."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id, record.task_id = request_id.get(), task_id.get()
        return True


class WithoutKeys(logging.Filter):
    """Django names the address of a request that failed, and an error may quote what was sent."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        shown = NOT_IN_A_LINE.sub(_written_out, _cut(text))
        if shown != text:
            record.msg, record.args = shown, None
        if record.exc_info and record.exc_info[0]:
            # Formatters show this in place of making one, so both take it as it is here.
            record.exc_text = _cut(logging.Formatter().formatException(record.exc_info))
        return True


def _cut(text: str) -> str:
    return QUOTED.sub(r"\1…", KEYS.sub(r"\1…", text))


def _written_out(sign: re.Match[str]) -> str:
    return sign[0].encode("unicode_escape").decode()


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, process, what it belongs to, and a
    traceback if any. `extra={"generation": …}` says which job a line is about."""

    belongs_to = {"request": "request_id", "task": "task_id", "generation": "generation"}

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
        }
        for name, attribute in self.belongs_to.items():
            if known := getattr(record, attribute, ""):
                line[name] = str(known)
        if record.exc_info:
            line["traceback"] = record.exc_text or self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
