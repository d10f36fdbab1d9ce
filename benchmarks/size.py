"""What a hundred thousand people cost one of them: a hundred beside them, on PostgreSQL.

sh tests/postgres.sh .venv/bin/python benchmarks/size.py [--people 100000]

Each thing a person or the operator does is done in a database of 100 people, then in the same one
of many: the least processor time of all rounds here, its queries, and the blocks that PostgreSQL
looked at there, neither of which other programs on the machine change. Then the plans of all its
queries: a table of everybody's rows that is read through is named.
"""

import argparse
import json
import logging
import os
import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import perf_counter, process_time

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

FEW, BAR = 100, 1.2
BATCH = 1_000
PASSWORD = "eleven purple llamas"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=15)
    chosen = parser.parse_args()
    set_up()
    fill(FEW)
    few = measure(chosen.rounds)
    began = perf_counter()
    fill(chosen.people)
    print(f"size: {chosen.people:,} people, filled in {perf_counter() - began:.0f} s")
    many = measure(chosen.rounds)
    print(f"| what | with {FEW} | with {chosen.people:,} | ratio of time | of blocks |")
    print("| --- | --- | --- | --- | --- |")
    for name, (seconds, queries, blocks) in many.items():
        before = few[name]
        print(
            f"| {name} | {before[0] * 1000:.1f} ms, {before[1]} queries, {before[2]} blocks "
            f"| {seconds * 1000:.1f} ms, {queries} queries, {blocks} blocks "
            f"| {seconds / before[0]:.2f} | {blocks / before[2]:.2f} |"
        )
    for number, what in ((0, "time"), (2, "blocks")):
        worst = max(many[name][number] / few[name][number] for name in many)
        print(f"worst ratio of {what} {worst:.2f}, bar {BAR}")
    for line in sorted(read_through()):
        print(f"read through: {line}")


def set_up() -> None:
    folder = tempfile.mkdtemp(prefix="anhuan-size-")
    os.environ.setdefault("SECRET_KEY", "only-for-tests-" * 4)
    os.environ.setdefault("DATA_KEYS", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
    os.environ.update(DJANGO_SETTINGS_MODULE="config.settings", VAR_DIR=folder)
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    if connection.vendor != "postgresql":
        sys.exit("Run it by: sh tests/postgres.sh .venv/bin/python benchmarks/size.py")
    settings.STORAGES["staticfiles"]["BACKEND"] = (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    settings.ALLOWED_HOSTS = ["*"]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    settings.PAGE_RECKONS_MS = None  # at once: nobody else waits here
    logging.disable(logging.INFO)
    call_command("migrate", verbosity=0)
    call_command("createcachetable")


def document() -> dict:
    from django.utils import timezone

    from planner.pages.front.sample import sample_document

    made = sample_document(timezone.localdate())
    return made | {"debts": made["debts"][:3], "strategy": "minimum"}


def fill(people: int) -> None:
    """As many members in all, each with rows of their own: those of one who was made by the
    services, encrypted anew for each."""
    from allauth.account.models import EmailAddress
    from django.contrib.auth.hashers import make_password
    from django.db import connection, transaction

    from planner.models import ITEM_MODELS, HouseholdRow, User
    from planner.services import people as services
    from planner.services.changes import replace_household

    pattern = User.objects.filter(email="pattern@example.com").first()
    if pattern is None:
        pattern = User.objects.create_user("pattern@example.com", PASSWORD)
        EmailAddress.objects.create(user=pattern, email=pattern.email, primary=True, verified=True)
        services.record_consent(user=pattern)
        replace_household(user=pattern, document=document())
    head = HouseholdRow.objects.get(owner=pattern)
    items = {model: list(model.objects.owned_by(pattern)) for model in ITEM_MODELS.values()}
    password = make_password(PASSWORD)
    there = User.objects.count()
    while there < people:
        names = range(there, min(there + BATCH, people))
        with transaction.atomic():
            users = User.objects.bulk_create(
                User(email=f"p{one}@example.com", password=password) for one in names
            )
            EmailAddress.objects.bulk_create(
                EmailAddress(user=user, email=user.email, primary=True, verified=True)
                for user in users
            )
            HouseholdRow.objects.bulk_create(copy(head, pk=None, owner=user) for user in users)
            for model, rows in items.items():
                model.objects.bulk_create(
                    copy(row, pk=None, owner=user) for user in users for row in rows
                )
        there = names[-1] + 1
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def copy(row: object, **changes: object) -> object:
    from django.db import models

    assert isinstance(row, models.Model)
    names = [field.attname for field in row._meta.fields if not field.primary_key]
    values = {name: getattr(row, name) for name in names if name != "owner_id"}
    return type(row)(**values, **{name: value for name, value in changes.items() if name != "pk"})


# --- What is done ------------------------------------------------------------------------------


def things() -> dict[str, Callable[[], object]]:
    """Each ready to be timed: what it needs is made before, by the function that makes it."""
    from django.test import Client

    from planner.models import User
    from planner.plans import work
    from planner.plans.kept import stored_plan
    from planner.reach.renewal import hand_out
    from planner.services import people
    from planner.services.changes import change_household
    from planner.services.workers import are_seen

    user = User.objects.get(email="p50@example.com")
    signed_in = Client()
    signed_in.force_login(user)
    amount = iter(range(100, 100_000))

    def sign_in() -> None:
        form = {"login": user.email, "password": PASSWORD}
        assert Client().post("/account/login/", form).status_code == 302

    def guests() -> None:
        from django.utils import timezone

        for _guest in range(5):
            guest = people.start_guest()
            User.objects.filter(pk=guest.pk).update(guest_since=timezone.now() - timedelta(days=8))

    def edit() -> None:
        user._state.fields_cache.clear()
        change_household(user=user, buffer=f"{next(amount)}.00")

    def look() -> None:
        assert signed_in.get("/plan/").status_code in (200, 202)

    def plan() -> None:
        user._state.fields_cache.clear()
        stored_plan(user=user, strategy="minimum")

    def worker() -> None:
        work.take_up()
        hand_out()
        are_seen()

    prune = people.prune
    return {
        "signing in": sign_in,
        "the plan page": look,
        "an edit": edit,
        "its plan": plan,
        "prune, with 5 guests": lambda: (guests, prune),
        "a look of the worker": worker,
    }


def measure(rounds: int) -> dict[str, tuple[float, int, int]]:
    """{what: (least seconds, queries, blocks)}"""
    from django.db import connection

    found: dict[str, tuple[float, int, int]] = {}
    for name, do in things().items():
        best, queries, blocks = float("inf"), 0, 0
        for number in range(rounds + 2):
            if name.startswith("prune"):
                prepare, run = do()  # type: ignore[misc]
                prepare()
            else:
                run = do
            count: list[str] = []

            def seen(execute, sql, params, many, context, count=count):
                count.append(sql)
                return execute(sql, params, many, context)

            before = looked_at()
            with connection.execute_wrapper(seen):
                began = process_time()
                run()
                took = process_time() - began
            after = looked_at()
            if number >= 2:  # the first ones fill what is kept
                if took < best:
                    best, queries = took, len(count)
                blocks = min(blocks or after - before, after - before)
        found[name] = best, queries, max(blocks, 1)
    return found


def looked_at() -> int:
    """Blocks that this connection has looked at so far."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT blks_hit + blks_read FROM pg_stat_database WHERE datname = current_database()"
        )
        return int(cursor.fetchone()[0])


def read_through() -> set[str]:
    """Tables of many rows that some query of all these reads from end to end."""
    from django.db import connection

    held: dict[str, object] = {}

    def seen(execute, sql, params, many, context):
        if sql.split(" ", 1)[0] in ("SELECT", "UPDATE", "DELETE"):
            held[sql] = params
        return execute(sql, params, many, context)

    with connection.execute_wrapper(seen):
        for name, do in things().items():
            if name.startswith("prune"):
                prepare, run = do()  # type: ignore[misc]
                prepare()
                run()
            else:
                do()
    found = set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > 1000")
        large = {name for (name,) in cursor.fetchall()}
        for sql, params in held.items():
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
            plan = cursor.fetchone()[0]
            plan = json.loads(plan) if isinstance(plan, str) else plan
            for node in nodes(plan[0]["Plan"]):
                if node["Node Type"] == "Seq Scan" and node["Relation Name"] in large:
                    found.add(f"{node['Relation Name']} by {sql[:160]}")
    return found


def nodes(node: dict):
    yield node
    for inner in node.get("Plans", []):
        yield from nodes(inner)


if __name__ == "__main__":
    main()
