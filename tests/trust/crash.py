"""Whole: kill -9 at random moments, of the server and (PostgreSQL) of the database as well. What
the page said was saved is there afterwards, and nothing is there by half."""

import random
import threading
import time
from typing import Any

from tests.trust.once import fill
from tests.trust.rows import Row
from tests.trust.visitor import Visitor, member, session_of

WRITERS = 3


def measure(site: Any, short: bool) -> list[Row]:
    from django.db import connection
    from django.utils import timezone

    from planner.domain.household.household import parse_household
    from planner.models import HouseholdRow, IdempotencyKey, Revision
    from planner.services.changes import replace_household
    from planner.services.documents import household_document_of
    from tests.trust.household import full

    wanted, kills_wanted = (15, 2) if short else (500, 30)
    chance = random.Random(20261123)
    seed = full(timezone.localdate())
    people = [member(f"writer{one}", seed) for one in range(WRITERS)]
    visitors = [Visitor(site.port, session=session_of(one)) for one in people]
    start = {one.pk: HouseholdRow.objects.get(owner=one).revision for one in people}
    faults: list[Any] = []
    saved: dict[int, list[str]] = {one: [] for one in range(WRITERS)}
    sent: dict[int, list[str]] = {one: [] for one in range(WRITERS)}
    kills, database_kills, unanswered = 0, 0, 0
    stopped = threading.Event()

    def write(place: int) -> None:
        """One new expense after the other, until the server is gone."""
        nonlocal unanswered
        visitor = visitors[place]
        try:
            while not stopped.is_set():
                form = visitor.form("/expenses/new/")
                name = f"w{place}n{len(sent[place])}"
                filled = fill(form, name=name, amount="1.23", month_day="5")
                sent[place].append(name)
                if visitor.post("/expenses/new/", filled).status == 302:
                    saved[place].append(name)
                else:
                    return
        except (OSError, LookupError):
            unanswered += 1
        except Exception as error:  # http.client: the line was cut in the middle of an answer
            if "http.client" not in type(error).__module__:
                raise
            unanswered += 1

    def check() -> None:
        """Nothing lost, nothing by half."""
        for place, person in enumerate(people):
            document = household_document_of(person)
            parse_household(document)
            names = [one["name"] for one in document["expenses"] if one["name"].startswith("w")]
            gone = set(saved[place]) - set(names)
            if gone:
                faults.append(("lost", sorted(gone)[:5]))
            if len(names) != len(set(names)) or set(names) - set(sent[place]):
                faults.append(("never sent, or twice", place))
            # One transaction: the entry, its key, the counter and the state before it.
            counted = HouseholdRow.objects.get(owner=person).revision - start[person.pk]
            keys = IdempotencyKey.objects.owned_by(person).count()
            newest = Revision.objects.owned_by(person).first()
            if not (counted == keys == len(names)):
                faults.append(("torn", place, counted, keys, len(names)))
            if counted and newest.number != start[person.pk] + counted - 1:
                faults.append(("torn history", place, newest.number, counted))
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                if cursor.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                    faults.append("integrity_check")
                if cursor.execute("PRAGMA foreign_key_check").fetchall():
                    faults.append("foreign_key_check")
                if cursor.execute("PRAGMA synchronous").fetchone()[0] != 2:
                    faults.append("not FULL")
            else:
                cursor.execute("CREATE EXTENSION IF NOT EXISTS amcheck")
                cursor.execute(
                    "SELECT bt_index_check(c.oid, true) FROM pg_index i JOIN pg_class c "
                    "ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam "
                    "WHERE a.amname = 'btree' AND c.relpersistence = 'p' "
                    "AND c.relnamespace = 'public'::regnamespace"
                )
                cursor.execute("SHOW fsync")
                if cursor.fetchone()[0] != "on":
                    faults.append("fsync is off")

    def prune() -> None:
        """Small households keep the writes quick; what was counted is counted from here."""
        for place, person in enumerate(people):
            replace_household(user=person, document=seed)
            IdempotencyKey.objects.owned_by(person).delete()
            start[person.pk] = HouseholdRow.objects.get(owner=person).revision
            total[place] += len(saved[place])
            saved[place].clear()
            sent[place].clear()

    total = [0] * WRITERS
    until = time.monotonic() + (240 if short else 420)
    while (sum(total) + sum(map(len, saved.values())) < wanted or kills < kills_wanted) and (
        time.monotonic() < until
    ):
        threads = [threading.Thread(target=write, args=[one]) for one in range(WRITERS)]
        for thread in threads:
            thread.start()
        time.sleep(chance.uniform(0.2, 2.2))
        of_the_database = site.postgres is not None and kills % 3 == 2
        if of_the_database:
            connection.close()
            site.postgres.kill()
            database_kills += 1
        site.kill()
        kills += 1
        for thread in threads:
            thread.join()
        if of_the_database:
            site.postgres.start()
        check()  # before anybody repairs anything
        if kills % 6 == 0:
            prune()
        site.start()
    acknowledged = sum(total) + sum(map(len, saved.values()))
    # The control: the check does see a write that is missing, and one by half.
    before = len(faults)
    saved[0].append("never sent")
    IdempotencyKey.objects.create(owner=people[1], key="x", fingerprint="x", slug="x")
    check()
    seen, faults[before:] = len(faults) - before, []
    for one in faults[:20]:
        print("   fault:", str(one)[:300], flush=True)
    return [
        Row("What the page said was saved is saved",
            f"kill -9 at random moments until {wanted} acknowledged writes and ≥ {kills_wanted} "
            "kills: 0 lost, 0 torn, integrity check clean after each",
            f"{acknowledged} acknowledged, {kills} kills of the server"
            + (f", {database_kills} of them with the database" if database_kills else "")
            + f": {len(faults)} faults ({unanswered} writers cut off; "
            f"control: {seen} planted faults seen)",
            f"{WRITERS} writers over HTTP; gunicorn's whole process group killed",
            not faults and acknowledged >= wanted and kills >= kills_wanted and seen >= 2
            and unanswered > 0),
    ]  # fmt: skip
