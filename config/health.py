"""Whether the server lives, and whether it can serve: for those who watch it, nobody's data."""

import logging
import os
import threading
import time
from collections.abc import Callable
from functools import cache as once
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from config.unwritable import why_unwritable
from planner import keys
from planner.services import workers

logger = logging.getLogger(__name__)

PROBED = "writes-probed"


@require_GET
@login_not_required
def live(request: HttpRequest) -> HttpResponse:
    """It answers. Nothing is asked for that could be away."""
    return JsonResponse({"live": True})


@require_GET
@login_not_required
def ready(request: HttpRequest) -> HttpResponse:
    """503 with the names of what is missing; whoever balances load sends nobody here then.

    Where the database is away the others are not asked: each would wait for it once more.
    """
    found = dict.fromkeys(CHECKS, False)
    for name, check in CHECKS.items():
        found[name] = _holds(check)
        if not found["database"]:
            break
    return JsonResponse(found, status=200 if all(found.values()) else 503)


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:  # whatever keeps it from answering keeps it from serving
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone())


class Writes:
    """Whether a row can be kept, found out by keeping one.

    Anybody may ask: each process writes at most once in `EVERY` seconds, in one thread, and tells
    what it found last meanwhile.
    """

    EVERY, WAITS = 2.0, 2  # seconds: between two, and for a lock
    ROOM = 16 * 1024 * 1024  # bytes: with less, the next edit may be the one that is refused

    def __init__(self) -> None:
        self._probing = threading.Lock()
        self._last = float("-inf")
        self._can = True

    def __call__(self) -> bool:
        if time.monotonic() - self._last > self.EVERY and self._probing.acquire(blocking=False):
            try:
                reason = self._why_not()
                if reason and self._can:
                    logger.error("nothing can be saved: %s", reason)
                self._can = not reason
                self._last = time.monotonic()
            finally:
                self._probing.release()
        return self._can

    def _why_not(self) -> str:
        try:
            if connection.vendor == "sqlite":
                return self._in_a_file()
            self._in_postgres()
        except Exception as error:  # as above
            return why_unwritable(error) or type(error).__name__
        return ""

    def _in_a_file(self) -> str:
        settings = connection.settings_dict
        disk = os.statvfs(Path(settings["NAME"]).parent)
        if disk.f_bavail * disk.f_frsize < self.ROOM:
            return "the disk is full"
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {self.WAITS * 1000}")
            try:
                cache.set(PROBED, True)
            finally:
                cursor.execute(f"PRAGMA busy_timeout = {settings['OPTIONS']['timeout'] * 1000}")
        return ""

    def _in_postgres(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{self.WAITS}s'")
            cursor.execute(f"SET LOCAL statement_timeout = '{self.WAITS}s'")
            cache.set(PROBED, True)
            # A row that is written over needs no room; what does not fit into memory does.
            cursor.execute("SET LOCAL work_mem = '64kB'")
            cursor.execute(
                "SELECT count(*) FROM (SELECT repeat('x', 1000) || n FROM "
                "generate_series(1, 2000) AS n ORDER BY 1) AS on_disk"
            )


@once  # where it holds it goes on to hold: this program knows no later ones
def _migrations() -> bool:
    executor = MigrationExecutor(connection)
    if missing := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise LookupError(f"{len(missing)} migrations are missing")
    return True


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database,
    "migrations": _migrations,
    "key": keys.fit,
    "writes": Writes(),
    "worker": workers.are_seen,
}
