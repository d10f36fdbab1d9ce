"""Where nothing can be written, it is said as it is: a 503 to the person, an ERROR to who runs it.

A full disk, a database that is read-only, away or locked for too long are no faults of the program,
and what was sent is not saved.
"""

import errno
import logging
import sqlite3
import sys
from collections.abc import Iterator

from django.db import InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views import defaults

logger = logging.getLogger(__name__)

RETRY_SECONDS = 60
# Primary codes of SQLite, https://www.sqlite.org/rescode.html
SQLITE = {
    sqlite3.SQLITE_BUSY: "the database is locked",
    sqlite3.SQLITE_LOCKED: "the database is locked",
    sqlite3.SQLITE_READONLY: "the database is read-only",
    sqlite3.SQLITE_IOERR: "the disk fails",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_CANTOPEN: "the database cannot be opened",
}
# Classes and codes of PostgreSQL, https://www.postgresql.org/docs/current/errcodes-appendix.html
POSTGRES = {
    "08": "the database is away",
    "25006": "the database is read-only",
    "53": "the database has no room left",
    "53100": "the disk is full",
    "55P03": "the database is locked",
    "57": "the database is away",
    "58": "the disk of the database fails",
}
DISK = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk is full",
    errno.EROFS: "the disk is read-only",
    errno.EIO: "the disk fails",
}


def server_error(request: HttpRequest) -> HttpResponse:
    """The page of an exception that nobody met; Django calls it while that is handled."""
    reason = why_unwritable(sys.exc_info()[1])
    if reason is None:
        return defaults.server_error(request)
    logger.error("nothing can be saved: %s", reason)
    response = HttpResponse(render_to_string("503.html"), status=503)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def why_unwritable(error: BaseException | None) -> str | None:
    """What keeps from writing, in a few words; None where the exception is about something else."""
    return next(filter(None, map(_reason, _chain(error))), None)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _reason(error: BaseException) -> str | None:
    if isinstance(error, sqlite3.Error):
        return SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    if isinstance(error, OperationalError | InternalError):
        state = getattr(error.__cause__, "sqlstate", None)
        if state is not None:
            return POSTGRES.get(state) or POSTGRES.get(state[:2])
        if isinstance(error, OperationalError) and not isinstance(error.__cause__, sqlite3.Error):
            return "the database is away"  # the line is cut, or the pool has none left
    if isinstance(error, OSError):
        return DISK.get(error.errno or 0)
    return None
