"""Log lines: without secrets, each with the request, task or job it belongs to; for machines."""

import json
import logging
import re
import secrets
from contextvars import ContextVar

# Addresses that are keys: whoever knows one gets in.
KEYS = re.compile(r"(/(?:g|flux/callback|flux/reference)/)[^/\s?\"']+")
OURS = re.compile(r"[0-9A-Za-z._-]{8,64}")

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
    """Django names the address of a request that failed."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if KEYS.search(text):
            record.msg, record.args = KEYS.sub(r"\1…", text), None
        return True


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
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
