"""How long it takes to tell 1,000 people what is due, among 1,000 and among 100,000.

sh tests/postgres.sh .venv/bin/python benchmarks/sweep.py [--people 100000]

Everybody has five reminders; of 1,000 people, spread evenly, one is due. They are gathered and sent
to a mail server that runs as a process of its own. The least of all rounds, by the clock and of
this process's time. Then the plans of its queries: a table of everybody's rows that is read through
is named.
"""

import argparse
import os
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

DUE, EACH, BATCH = 1_000, 5, 5_000
MOST_SECONDS, BAR = 5.0, 1.2
NOON = datetime.fromisoformat("2026-12-01T04:00+00:00")  # in Shanghai, where no hour is quiet
SERVER = (
    "import time; from tests.trust.mail import Mailbox; "
    "print(Mailbox().url, flush=True); time.sleep(3600)"
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        os.environ["EMAIL_URL"] = server.stdout.readline().strip()
        return measure(chosen.people, chosen.rounds)
    finally:
        server.kill()


def measure(people: int, rounds: int) -> int:
    from benchmarks.size import set_up

    set_up()
    found = {}
    for count in (DUE, people):
        began = perf_counter()
        fill(count)
        filled = perf_counter() - began
        found[count] = tell(count, rounds)
        clock, spent = found[count]
        print(
            f"{DUE:,} due among {count:,} people: {clock:.2f} s by the clock, {spent:.2f} s of "
            f"processor time, the least of {rounds} rounds (filled in {filled:.0f} s)",
            flush=True,
        )
    for line in sorted(plans(people)):
        print(f"read through: {line}")
    ratios = [many / few for many, few in zip(found[people], found[DUE], strict=True)]
    print(f"ratio by the clock {ratios[0]:.2f}, of processor time {ratios[1]:.2f}, bar {BAR}")
    print(f"bar of the sweep {MOST_SECONDS:.0f} s")
    return int(found[people][0] > MOST_SECONDS or max(ratios) > BAR)


def fill(people: int) -> None:
    """As many people in all, each with a household, a mail channel and four reminders to come."""
    from django.db import connection

    from planner.models import Channel, HouseholdRow, Reminder, Reminding, User
    from planner.services import people as services
    from planner.services.documents import household_of

    pattern = User.objects.filter(email="pattern@example.com").first()
    if pattern is None:
        pattern = User.objects.create_user("pattern@example.com")
        services.record_consent(user=pattern)
        household_of(pattern)
        Reminding.objects.create(owner=pattern)
        Channel.objects.create(
            owner=pattern, kind="mail", secret="s", consent_version="1", confirmed_on=NOON
        )
        Reminder.objects.bulk_create(
            reminder(pattern, f"later{one}", NOON + timedelta(days=one)) for one in range(1, EACH)
        )
    there = User.objects.count()
    for start in range(there, people, BATCH):
        names = range(start, min(start + BATCH, people))
        User.objects.bulk_create(User(email=f"p{one}@example.com") for one in names)
    with connection.cursor() as cursor:
        for model in (HouseholdRow, Reminding, Channel, Reminder):
            fields = [one for one in model._meta.fields if one.column != "owner_id"]
            names = [one.column for one in fields if one.model._meta.auto_field is not one]
            listed = ", ".join(f'"{name}"' for name in names)
            copied = ", ".join(f'p."{name}"' for name in names)
            table = model._meta.db_table
            cursor.execute(
                f'INSERT INTO {table} ("owner_id", {listed}) '  # our own names
                f"SELECT u.id, {copied} "
                f"FROM {table} p, planner_user u WHERE p.owner_id = %s AND NOT EXISTS "
                f"(SELECT 1 FROM {table} o WHERE o.owner_id = u.id)",
                [pattern.pk],
            )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def reminder(owner: object, key: str, send_on: datetime) -> object:
    from planner.models import Reminder

    return Reminder(
        owner=owner, key=key, kind="ahead", on=date(2026, 12, 4), send_on=send_on,
        content={"discreet": "There is a payment on 4 December.", "plain": "", "path": ""},
    )  # fmt: skip


def tell(people: int, rounds: int) -> tuple[float, float]:
    """Seconds by the clock and of processor time, the least of each."""
    from planner.models import Message, Reminder, Reminding
    from planner.reach.sweep import sweep

    chosen = some(people)
    clock, spent = [], []
    for _round in range(rounds):
        Reminder.objects.bulk_create(reminder(one, "now", NOON) for one in chosen)
        at, used = perf_counter(), process_time()
        swept = sweep(NOON, most=2 * DUE)
        clock.append(perf_counter() - at)
        spent.append(process_time() - used)
        assert (swept.people, swept.sent, swept.failed) == (DUE, DUE, 0), swept
        Message.objects.all().delete()
        Reminder.objects.filter(key="now").delete()
        Reminding.objects.filter(owner__in=chosen).update(told_on=None)
    return min(clock), min(spent)


def some(people: int) -> Any:
    """Those who are due, spread evenly."""
    from planner.models import User

    every = list(User.objects.order_by("pk").values_list("pk", flat=True))
    return User.objects.filter(pk__in=every[:: people // DUE][:DUE])


def plans(people: int) -> set[str]:
    """Large tables that a sweep reads from end to end, with the query."""
    from benchmarks.size import read_through
    from planner.models import Reminder
    from planner.reach.sweep import sweep

    Reminder.objects.bulk_create(reminder(one, "plans", NOON) for one in some(people)[:100])
    return read_through(lambda: sweep(NOON))


if __name__ == "__main__":
    sys.exit(main())
