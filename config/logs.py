"""Log lines: what happened and ids, one line an event, nothing a person typed.

What reaches a log from below (a path with a token in it, a database that quotes the row which it
refused) is cut here, whoever logged it. A traceback keeps its places and loses its values.
"""

import logging
import re
import traceback
from datetime import datetime
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger

ROOT = Path(__file__).resolve().parent.parent

CUT = [
    # What stands behind these paths is as good as a password.
    (
        re.compile(
            r"(/account/(?:password/reset/key|confirm-email)/|/guest/carry/|/calendar/feed/"
            r"|/reminders/stop/)[^/\s]+"
        ),
        r"\1…",
    ),
    (re.compile(r"[^\s@/<>\"'()=,;]+@[^\s@/<>\"'()=,;]+"), "…@…"),
    (re.compile(r"\bip=\S+|\b\d{1,3}(?:\.\d{1,3}){3}\b"), "…"),
    (re.compile(r"\?\S*"), "?…"),
]


def safe(text: str) -> str:
    """One line, with control characters written out, without tokens and addresses."""
    for pattern, replacement in CUT:
        text = pattern.sub(replacement, text)
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def places(error: BaseException | None) -> str:
    """Where an exception came from, and its kind: never its words, which quote values."""
    told: list[str] = []
    while error is not None and len(told) < 5:
        frames = traceback.extract_tb(error.__traceback__)
        way = " > ".join(f"{_short(one.filename)}:{one.lineno} {one.name}" for one in frames)
        told.append(f"{type(error).__module__}.{type(error).__qualname__} at {way}")
        error = error.__cause__ or error.__context__
    return " | after ".join(told)


def _short(file_name: str) -> str:
    path = Path(file_name)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else "/".join(path.parts[-3:])


class Lines(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {message}", style="{")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        """With its offset: before Django is there, a process goes by the zone of its machine."""
        moment = datetime.fromtimestamp(record.created).astimezone()
        return moment.isoformat(sep=" ", timespec="milliseconds")

    def format(self, record: logging.LogRecord) -> str:
        line = f"{self.formatTime(record)} {record.levelname} {record.name} "
        line += safe(record.getMessage())
        if record.exc_info and record.exc_info[1] is not None:
            line += " | " + safe(places(record.exc_info[1]))
        return line


class ServerLogger(Logger):
    """Gunicorn's own words, in the same lines; named in gunicorn.conf.py."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                handler.setFormatter(Lines())

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> None:
        """Where a log of visits is asked for: what was done, not by whom."""
        if self.cfg.accesslog:
            took = request_time.total_seconds() * 1000
            self.access_log.info(
                "%s %s %s %.0f ms", req.method, environ.get("PATH_INFO", ""), resp.status, took
            )


class NoError(logging.Filter):
    """Lets a line through as a warning: nothing is wrong here that anybody could mend."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True
