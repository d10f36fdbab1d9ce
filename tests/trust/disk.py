"""Nothing can be written: the server says so, and goes on when it can again."""

import json
import resource
import shutil
import sqlite3
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.trust.once import fill
from tests.trust.rows import Row
from tests.trust.visitor import Answer, Visitor, member, session_of

PASSWORD = "seven quiet marmots 5183"
SAID = "那一次没有保存"


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

    def is_ready() -> bool:
        """What the server says of writing, once it has looked again."""
        time.sleep(2.5)
        return json.loads(visitor.get("/health/ready").text)["writes"]

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

    if site.postgres is None:
        ways = ["full"] if short else ["full", "locked"]
    else:
        ways = ["read-only"]
        if not short and SmallDisk.can_be_made():
            ways.append("no room")
    kept: set[str] = set()
    for way in ways:
        if write(f"before {way}").status != 302:
            faults.append(f"before {way}: not saved")
        if way == "full":
            _lengthen_log(site, write)
        with WAYS[way](site):
            if way == "no room":  # until no page has room for another row
                for place in range(MOST_ROWS):
                    if write(f"before {way} {place}").status != 302:
                        break
                    kept.add(f"before {way} {place}")
            for place in range(3):
                expect(f"{way}: a write", write(f"during {way} {place}"))
                if way == "locked":
                    break
            if is_ready() is not False:
                faults.append(f"{way}: ready")
            sent = {"login": user.email, "password": PASSWORD}
            expect(f"{way}: signing in", Visitor(site.port).post("/account/login/", sent))
        if write(f"after {way}").status != 302:
            faults.append(f"after {way}: not saved")
        if is_ready() is not True:
            faults.append(f"after {way}: not ready")
        held = names()
        if any(one.startswith(f"during {way}") for one in held):
            faults.append(f"{way}: kept although it said not")
        if not {f"before {way}", f"after {way}", *kept} <= set(held):
            faults.append(f"{way}: lost")
    told = [one for one in site.out.read_text().splitlines() if "nothing can be saved" in one]
    for one in faults[:20]:
        print("   fault:", one[:300], flush=True)
    return [
        Row("Where nothing can be written, it is said",
            "disk full, read-only (PostgreSQL), lock held 30 s (SQLite): a 503 that says what is "
            "not saved, an ERROR line, not ready, never too many attempts; afterwards all goes on "
            "and all that was acknowledged is there",
            f"{', '.join(ways)}: {len(faults)} faults; {len(told)} ERROR lines",
            "HTTP: writes and a sign-in each; a limit on the files of the server's processes, a "
            "lock; a setting of the database, its cluster on a disk of its own that is full",
            not faults and bool(told) and all(" ERROR " in one for one in told)),
    ]  # fmt: skip


MOST_ROWS = 60  # that pages with room may still take on a full disk
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


class SmallDisk:
    """The whole cluster on a disk of its own, which is full. Whoever may not mount one, as in most
    containers, has the codes of `tests/config/test_unwritable.py`."""

    MEGABYTES = 192

    def __init__(self, site: Any) -> None:
        self.cluster = site.postgres
        self.disk = self.cluster.folder / "disk"

    @classmethod
    def can_be_made(cls) -> bool:
        with tempfile.TemporaryDirectory() as folder:
            made = cls._mount(folder)
            if made:
                subprocess.run(["umount", folder], check=True)
        return made

    @classmethod
    def _mount(cls, folder: Any) -> bool:
        size = f"size={cls.MEGABYTES}m,mode=755"
        command = ["mount", "-t", "tmpfs", "-o", size, "anhuan-trust", folder]
        try:
            return not subprocess.run(command, stderr=subprocess.DEVNULL).returncode
        except FileNotFoundError:
            return False

    def _move(self, here: Path, there: Path) -> None:
        subprocess.run(["cp", "-a", here, there], check=True)
        shutil.rmtree(here)

    def __enter__(self) -> None:
        data = self.cluster.folder / "data"
        self.disk.mkdir()
        assert self._mount(self.disk)
        self.cluster.halt()
        self._move(data, self.disk / "data")
        data.symlink_to(self.disk / "data")
        self.cluster.start()
        with suppress(OSError), (self.disk / "filler").open("wb", buffering=0) as filler:
            while True:
                filler.write(bytes(4096))

    def __exit__(self, *_error: object) -> None:
        data = self.cluster.folder / "data"
        (self.disk / "filler").unlink()
        self.cluster.halt()
        data.unlink()
        self._move(self.disk / "data", data)
        subprocess.run(["umount", self.disk], check=True)
        self.disk.rmdir()
        self.cluster.start()


WAYS = {"full": Full, "locked": Locked, "read-only": ReadOnly, "no room": SmallDisk}
