"""A stolen database: what it tells without the keys, and what becomes of it with other keys."""

import hashlib
import os
import re
import sqlite3
import subprocess
import sys
from typing import Any

from tests.trust.once import fill
from tests.trust.rows import Row
from tests.trust.served import ROOT
from tests.trust.visitor import Visitor, member, session_of

ANOTHER = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="


def measure(site: Any, short: bool) -> list[Row]:
    from django.db import connection
    from django.utils import timezone

    from planner import hashes
    from planner.services.documents import household_document_of, household_of, outline_of
    from tests.trust.household import full

    today = timezone.localdate()
    user = member("victim", full(today))
    visitor = Visitor(site.port, session=session_of(user))
    form = visitor.form("/debts/friend/paid/")
    paid = visitor.post("/debts/friend/paid/", fill(form, amount="731.46")).status == 302
    visitor.get("/plan/")
    user._state.fields_cache.clear()
    document = household_document_of(user)
    entry = document["history"][-1]
    outline = outline_of(household_of(user))
    rest = {k: v for k, v in outline.items() if k not in ("strategy", "history_hash")}
    file = _stolen(site)

    def plain(value: Any) -> str:
        return hashlib.sha256(hashes.canonical(value)).hexdigest()

    def guesses(digest: Any, amount: str) -> list[str]:
        """All else is known: the household, the form that was sent, how each is filed."""
        guess = entry | {"amount": amount}
        history = digest({"history": [guess]})
        engine = hashes.engine_fingerprint()
        filed = {"household": rest, "history": history, "engine": engine}
        return [history, digest({"enter": guess}), digest(filed)]

    tried = range(73_000, 73_300) if short else range(0, 200_000)
    confirmed = 0
    hexes = set(_hexes(file))
    for fen in tried:
        confirmed += any(one in hexes for one in guesses(plain, f"{fen // 100}.{fen % 100:02}"))
    control = [one in hexes for one in guesses(hashes.digest, entry["amount"])]
    in_clear = sum(mark.encode() in file for mark in ("731.46", "73146", "377.31", "小李"))
    connection.close()

    # The same installation with a key that is another, and with one behind the newest.
    wrong = _run(site, "check", "--database", "default", DATA_KEYS=ANOTHER)
    refuses = wrong.returncode != 0 and "planner.E006" in wrong.stderr
    both = f"{ANOTHER},{site.environment['DATA_KEYS']}"
    again = _run(site, "reencrypt", DATA_KEYS=both)
    told = _run(site, "check_books", DATA_KEYS=ANOTHER)
    kept = again.returncode == 0 and told.returncode == 0
    lost = _run(site, "check", "--database", "default")
    return [
        Row("A stolen database tells no amount",
            f"{len(tried):,} amounts tried by who knows everything else: 0 confirmed; the control "
            "with the key confirms",
            f"{confirmed} confirmed, {in_clear} marks in clear; control: {sum(control)} of "
            f"{len(control)} found",
            "the file, or a dump of PostgreSQL; digests of history, household and forms",
            paid and not confirmed and not in_clear and all(control)),
        Row("A lost key is told, a new one loses nothing",
            "another key: refused to start, with what helps; new key before the old, everything "
            "written again, old one gone: books without a difference, and the old one refused",
            f"refused: {'yes' if refuses else 'no'}; kept: {'yes' if kept else 'no'}; the old "
            f"one afterwards: {'refused' if lost.returncode else 'taken'}",
            "manage.py check, reencrypt, check_books as commands of their own",
            refuses and kept and lost.returncode != 0),
    ]  # fmt: skip


def _run(site: Any, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, capture_output=True, text=True,
        env=site.environment | environment,
    )  # fmt: skip


def _stolen(site: Any) -> bytes:
    if site.postgres:
        found = subprocess.run(
            [site.postgres.bin / "pg_dump", "postgres"], capture_output=True, check=True,
            env=os.environ | site.environment,
        )  # fmt: skip
        return found.stdout
    path = site.folder / "anhuan.sqlite3"
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(FULL)")
    return b"".join(one.read_bytes() for one in site.folder.glob("anhuan.sqlite3*"))


def _hexes(file: bytes) -> list[str]:
    return [one.decode() for one in re.findall(rb"(?=([0-9a-f]{64}))", file)]
