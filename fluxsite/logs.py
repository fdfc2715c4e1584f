"""Log lines: without secrets, and for machines."""

import json
import logging
import re

# Addresses that are keys: whoever knows one gets in.
KEYS = re.compile(r"(/(?:g|flux/callback|flux/reference)/)[^/\s?\"']+")


class WithoutKeys(logging.Filter):
    """Django names the address of a request that failed."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if KEYS.search(text):
            record.msg, record.args = KEYS.sub(r"\1…", text), None
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and the traceback if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
