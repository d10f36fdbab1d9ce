"""The drill of docs/deploy.md: a copy while people write, looked into, brought back elsewhere."""

import json
import subprocess
import sys
import threading
from contextlib import suppress

from tests.trust.once import fill
from tests.trust.rows import Row
from tests.trust.served import ROOT, Site
from tests.trust.visitor import Visitor, member, session_of

ANOTHER = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
PAID = "/debts/friend/paid/"


def measure(site: Site, short: bool) -> list[Row]:
    from django.db import connection
    from django.utils import timezone

    from tests.trust.household import full

    user = member("saver", full(timezone.localdate()))
    session = session_of(user)
    visitor = Visitor(site.port, session=session)
    connection.close()
    acknowledged: list[str] = []
    over = threading.Event()

    def write() -> None:
        number = 0
        while not over.is_set():
            number += 1
            amount = f"{number // 100 + 1}.{number % 100:02}"
            with suppress(OSError):
                if visitor.post(PAID, fill(visitor.form(PAID), amount=amount)).status == 302:
                    acknowledged.append(amount)

    writer = threading.Thread(target=write)
    writer.start()
    while len(acknowledged) < (3 if short else 20):
        over.wait(0.05)
    surely, folder = list(acknowledged), site.folder / "copies"
    made = _run(site, "backup", str(folder))
    over.set()
    writer.join()
    copies = list(folder.glob("*.tar"))
    if made.returncode or len(copies) != 1:
        return [_row(False, made.stderr[-300:])]
    copy = copies[0]
    modes = oct(copy.stat().st_mode & 0o777)
    has_key = site.environment["DATA_KEYS"].encode() in copy.read_bytes()
    verified = _run(site, "verify_backup", str(copy))
    refused = _run(site, "restore_backup", str(copy)).returncode  # people are here
    damaged = folder / "damaged.tar"
    raw = bytearray(copy.read_bytes())
    raw[len(raw) // 2] ^= 1
    damaged.write_bytes(raw)
    refused_damaged = _run(site, "verify_backup", str(damaged)).returncode
    refused_key = _run(site, "verify_backup", str(copy), DATA_KEYS=ANOTHER).returncode

    elsewhere = Site(site.database)
    try:
        restored = _run(elsewhere, "restore_backup", str(copy))
        elsewhere.start()
        there = Visitor(elsewhere.port, session=session)
        told = there.get("/settings/export/household/").text
        entries = json.loads(told)["history"] if told.startswith("{") else []
        found = {one["amount"] for one in entries if one["kind"] == "payment"}
        fault = there.post(PAID, fill(there.form(PAID), amount="77.77")).status != 302
        books = _run(elsewhere, "check_books").returncode
    finally:
        elsewhere.remove()
    lost = [one for one in surely if one not in found]
    strange = found - set(acknowledged)
    refusals = [refused, refused_damaged, refused_key]
    says = (
        f"{len(surely)} acknowledged before, {len(acknowledged)} by its end: {len(lost)} lost, "
        f"{len(strange)} that nobody wrote; {modes}; verified: {verified.returncode}, restored: "
        f"{restored.returncode}, books: {books}; refused: {sum(map(bool, refusals))} of 3"
    )
    # What was sent while the copy was made may be in it and unanswered by its end.
    is_met = (
        not lost and len(strange) <= 1 and modes == "0o600" and not has_key and not fault
        and all(refusals) and not (verified.returncode or restored.returncode or books)
    )  # fmt: skip
    return [_row(is_met, says)]


def _row(is_met: bool, says: str) -> Row:
    return Row(
        "A backup by the book brings everything back",
        "made while people write: all that was acknowledged before it is there in an installation "
        "that was empty, books agree, work goes on; 0600, no key in it; refused: over people's "
        "data, damaged, with another key",
        says,
        "manage.py backup, verify_backup, restore_backup as commands; the second site over HTTP",
        is_met,
    )


def _run(site: Site, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    programs = {"PGBIN": str(site.postgres.bin)} if site.postgres else {}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, capture_output=True, text=True,
        env=site.environment | programs | environment,
    )  # fmt: skip
