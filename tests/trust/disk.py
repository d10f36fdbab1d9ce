"""Nothing can be written: the server says so, and goes on when it can again."""

import resource
import sqlite3
import time
from pathlib import Path
from typing import Any

from tests.trust.once import fill
from tests.trust.rows import Row
from tests.trust.visitor import Answer, Visitor, member, session_of

PASSWORD = "seven quiet marmots 5183"
SAID = "刚才提交的没有保存"


def measure(site: Any, short: bool) -> list[Row]:
    from django.db import connection
    from django.utils import timezone

    from planner.services.documents import household_document_of
    from tests.trust.household import full

    user = member("owner", full(timezone.localdate()))
    user.set_password(PASSWORD)
    user.save()
    visitor = Visitor(site.port, session=session_of(user))
    faults: list[str] = []
    if site.postgres is None:  # while somebody reads, the log is not folded into the file
        reader = sqlite3.connect(site.folder / "anhuan.sqlite3")
        reader.execute("SELECT COUNT(*) FROM planner_user").fetchone()

    def write(name: str) -> Answer:
        form = visitor.form("/expenses/new/")
        return visitor.post("/expenses/new/", fill(form, name=name, amount="1.23", month_day="5"))

    def names() -> list[str]:
        user._state.fields_cache.clear()
        found = [one["name"] for one in household_document_of(user)["expenses"]]
        connection.close()
        return found

    def expect(what: str, answer: Answer) -> None:
        if answer.status != 503 or SAID not in answer.text or "retry-after" not in answer.headers:
            faults.append(f"{what}: {answer.status}")
        if "太多" in answer.text:
            faults.append(f"{what}: too many attempts")

    ways = ["read-only"]
    if site.postgres is None:
        ways = ["full"] if short else ["full", "locked"]
    for way in ways:
        if write(f"before {way}").status != 302:
            faults.append(f"before {way}: not saved")
        if way == "full":
            _lengthen_log(site, write)
        with WAYS[way](site):
            for place in range(3):
                expect(f"{way}: a write", write(f"during {way} {place}"))
                if way == "locked":
                    break
            sent = {"login": user.email, "password": PASSWORD}
            expect(f"{way}: signing in", Visitor(site.port).post("/account/login/", sent))
        if write(f"after {way}").status != 302:
            faults.append(f"after {way}: not saved")
        held = names()
        if any(one.startswith(f"during {way}") for one in held):
            faults.append(f"{way}: kept although it said not")
        if not {f"before {way}", f"after {way}"} <= set(held):
            faults.append(f"{way}: lost")
    told = [one for one in site.out.read_text().splitlines() if "nothing can be saved" in one]
    for one in faults[:20]:
        print("   fault:", one[:300], flush=True)
    return [
        Row("Where nothing can be written, it is said",
            "disk full (SQLite) or read-only (PostgreSQL), lock held 30 s: a 503 that says what is "
            "not saved, an ERROR line, never too many attempts; afterwards all goes on",
            f"{', '.join(ways)}: {len(faults)} faults; {len(told)} ERROR lines",
            "HTTP: writes and a sign-in each; a limit on the files of the server's processes, a "
            "lock, a setting of the database",
            not faults and bool(told) and all(" ERROR " in one for one in told)),
    ]  # fmt: skip


LOG_BYTES = 200_000  # of SQLite's write-ahead log, well above those of what the server prints


def _lengthen_log(site: Any, write: Any) -> None:
    """Until every write has to make the log longer than `Full` lets it be."""
    log = site.folder / "anhuan.sqlite3-wal"
    for number in range(60):
        if log.exists() and log.stat().st_size > LOG_BYTES:
            return
        write(f"longer {number}")
    raise AssertionError("the log does not grow")


class Full:
    """The log of the database may not grow any more, as on a full disk."""

    def __init__(self, site: Any) -> None:
        self.site = site

    def _limit(self, size: int) -> None:
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                group = int(stat.read_text().rpartition(")")[2].split()[2])
            except OSError:
                continue
            if group == self.site.process.pid:
                pid = int(stat.parent.name)
                hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))

    def __enter__(self) -> None:
        self._limit(LOG_BYTES)

    def __exit__(self, *_error: object) -> None:
        self._limit(resource.RLIM_INFINITY)


class Locked:
    """Somebody holds the write lock of SQLite, longer than anybody waits."""

    def __init__(self, site: Any) -> None:
        self.site = site

    def __enter__(self) -> None:
        self.held = sqlite3.connect(self.site.folder / "anhuan.sqlite3", isolation_level=None)
        self.held.execute("BEGIN IMMEDIATE")

    def __exit__(self, *_error: object) -> None:
        self.held.execute("ROLLBACK")
        self.held.close()


class ReadOnly:
    def __init__(self, site: Any) -> None:
        pass

    def _set(self, value: str) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = off")
            cursor.execute(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
            cursor.execute("SELECT pg_reload_conf()")
        connection.close()
        time.sleep(1)

    def __enter__(self) -> None:
        self._set("on")

    def __exit__(self, *_error: object) -> None:
        self._set("off")


WAYS = {"full": Full, "locked": Locked, "read-only": ReadOnly}
