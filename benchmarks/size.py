"""What a hundred thousand people cost one of them: a hundred beside them, on PostgreSQL.

sh tests/postgres.sh .venv/bin/python benchmarks/size.py [--people 100000]

Each thing a person or the operator does is done by turns in a database of 100 people and in one of
many: the median of the processor time, here and in PostgreSQL, its queries, and the blocks that
PostgreSQL looked at, none of which other programs on the machine change much. Then the plans of
all its queries: a table of everybody's rows that is read through is named.
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
from statistics import median
from time import perf_counter, process_time

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

FEW, BAR = 100, 1.2
BATCH = 1_000  # whose rows are encrypted one by one; all others have copies of theirs
PASSWORD = "eleven purple llamas"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", type=Path, help="the figures, for tests/trust/size.py")
    chosen = parser.parse_args()
    set_up()
    fill(FEW)
    databases = copied()
    began = perf_counter()
    fill(chosen.people)
    print(f"size: {chosen.people:,} people, filled in {perf_counter() - began:.0f} s", flush=True)
    few, many = measure(databases, chosen.rounds)
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
    use(databases[1])
    through = sorted(read_through(do_all))
    for line in through:
        print(f"read through: {line}")
    if chosen.json:
        chosen.json.write_text(json.dumps({"few": few, "many": many, "through": through}))


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
    connection.settings_dict |= {"CONN_MAX_AGE": None, "OPTIONS": {}}  # one connection, no pool
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
    services, encrypted anew for each up to a batch, which is then copied within the database."""
    from django.db import connection

    there = make_batch(min(people, BATCH))
    with connection.cursor() as cursor:
        while there < people:
            count = min(people - there, 10 * BATCH)
            copy_people(cursor, there, count)
            there += count
        cursor.execute("VACUUM ANALYZE")


def make_batch(people: int) -> int:
    from allauth.account.models import EmailAddress
    from django.contrib.auth.hashers import make_password
    from django.db import transaction

    from planner.models import HouseholdRow, User
    from planner.plans.kept import WAYS, stored_plans
    from planner.services import people as services
    from planner.services.changes import replace_household

    pattern = User.objects.filter(email="p0@example.com").first()
    if pattern is None:
        pattern = User.objects.create_user("p0@example.com", PASSWORD)
        EmailAddress.objects.create(user=pattern, email=pattern.email, primary=True, verified=True)
        services.record_consent(user=pattern)
        replace_household(user=pattern, document=document())
        stored_plans(user=pattern, names=["minimum", WAYS])
    head = HouseholdRow.objects.get(owner=pattern)
    items = {model: list(model.objects.owned_by(pattern)) for model in owned_models()}
    password = make_password(PASSWORD)
    there = User.objects.count()
    if there >= people:
        return there
    with transaction.atomic():
        users = User.objects.bulk_create(
            User(email=f"p{one}@example.com", password=password) for one in range(there, people)
        )
        EmailAddress.objects.bulk_create(
            EmailAddress(user=user, email=user.email, primary=True, verified=True) for user in users
        )
        HouseholdRow.objects.bulk_create(copy(head, pk=None, owner=user) for user in users)
        for model, rows in items.items():
            model.objects.bulk_create(
                copy(row, pk=None, owner=user) for user in users for row in rows
            )
    return people


def owned_models() -> list:
    """Of whose rows everybody has some."""
    from planner.models import ITEM_MODELS, KeptPlan

    return [*ITEM_MODELS.values(), KeptPlan]


def copy_people(cursor, there: int, count: int) -> None:
    """So many more, each with the rows of one of the batch."""
    from allauth.account.models import EmailAddress

    from planner.models import HouseholdRow, User

    def columns(model, *without: str) -> str:
        names = [
            field.column for field in model._meta.concrete_fields if field.column not in without
        ]
        return ", ".join(f'"{name}"' for name in names)

    users, rest = User._meta.db_table, columns(User, "id", "email")
    cursor.execute(
        f"""INSERT INTO {users} (email, {rest})
        SELECT 'p' || %s + number || '@example.com', {rest}
        FROM generate_series(0, %s) AS number
        JOIN {users} ON email = 'p' || number %% %s || '@example.com'""",
        [there, count - 1, BATCH],
    )
    cursor.execute(
        f"""CREATE TEMP TABLE copied ON COMMIT PRESERVE ROWS AS
        SELECT new.id AS new_id, old.id AS old_id, new.email AS new_email
        FROM generate_series(0, %s) AS number
        JOIN {users} new ON new.email = 'p' || %s + number || '@example.com'
        JOIN {users} old ON old.email = 'p' || number %% %s || '@example.com'""",
        [count - 1, there, BATCH],
    )
    for model in (HouseholdRow, *owned_models()):
        table, rest = model._meta.db_table, columns(model, "id", "owner_id")
        cursor.execute(
            f"INSERT INTO {table} (owner_id, {rest}) SELECT new_id, {rest} "
            f"FROM {table} JOIN copied ON owner_id = old_id"
        )
    table, rest = EmailAddress._meta.db_table, columns(EmailAddress, "id", "user_id", "email")
    cursor.execute(
        f"INSERT INTO {table} (user_id, email, {rest}) SELECT new_id, new_email, {rest} "
        f"FROM {table} JOIN copied ON user_id = old_id"
    )
    cursor.execute("DROP TABLE copied")


def copy(row: object, **changes: object) -> object:
    from django.db import models

    assert isinstance(row, models.Model)
    names = [field.attname for field in row._meta.fields if not field.primary_key]
    values = {name: getattr(row, name) for name in names if name != "owner_id"}
    return type(row)(**values, **{name: value for name, value in changes.items() if name != "pk"})


# --- What is done ------------------------------------------------------------------------------


AMOUNTS = iter(range(100, 1_000_000))  # of edits, never the same twice


def things() -> dict[str, object]:
    """Each as it is timed: a function, or one that prepares and the one that is timed."""
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
        change_household(user=user, buffer=f"{next(AMOUNTS)}.00")

    def look() -> None:
        assert signed_in.get("/plan/").status_code in (200, 202)

    def plan() -> None:
        user._state.fields_cache.clear()
        stored_plan(user=user, strategy="minimum")

    def worker() -> None:
        work.take_up()
        hand_out()
        are_seen()

    return {
        "signing in": sign_in,
        "the plan page": look,
        "an edit": edit,
        "its plan": plan,
        "prune, with 5 guests": (guests, people.prune),
        "a look of the worker": worker,
    }


def measure(databases: list, rounds: int) -> list[dict[str, tuple[float, int, int]]]:
    """For each database {what: (seconds of the processor in the median, queries, blocks)}."""
    ready = []
    for database in databases:
        use(database)
        ready.append(things())
    found: list[dict[str, tuple[float, int, int]]] = [{} for _database in databases]
    for name in ready[0]:
        seen: list[list[tuple[float, int, int]]] = [[] for _database in databases]
        for number in range(rounds + 2):
            for place in (0, 1) if number % 2 else (1, 0):
                use(databases[place])
                one = once(ready[place][name])
                if number >= 2:  # the first ones fill what is kept
                    seen[place].append(one)
        for place, all_of_it in enumerate(seen):
            times, queries, blocks = zip(*all_of_it, strict=True)
            found[place][name] = median(times), min(queries), max(min(blocks), 1)
    return found


def once(do: Callable) -> tuple[float, int, int]:
    from django.db import connection

    if isinstance(do, tuple):
        prepare, do = do
        prepare()
    count: list[str] = []

    def seen(execute, sql, params, many, context):
        count.append(sql)
        return execute(sql, params, many, context)

    before, worked = looked_at(), worked_there()
    with connection.execute_wrapper(seen):
        began = process_time()
        do()
        took = process_time() - began
    took += worked_there() - worked
    return took, len(count), looked_at() - before


def copied() -> list:
    """Connections to a copy of the database as it is, and to itself; `use` one of them."""
    from django.db import connection, connections
    from django.db.backends.postgresql.base import DatabaseWrapper

    def to(name: str) -> DatabaseWrapper:
        return DatabaseWrapper(connection.settings_dict | {"NAME": name})

    here = connections["default"]
    here.close()
    elsewhere = to("template1")
    with elsewhere.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE few TEMPLATE {here.settings_dict['NAME']}")
    elsewhere.close()
    return [to("few"), here]


def use(database) -> None:
    from django.db import connections

    connections["default"] = database


def worked_there() -> float:
    """Seconds of the processor that PostgreSQL has worked for this connection so far."""
    from django.db import connection

    with connection.cursor() as cursor:
        pid = cursor.connection.info.backend_pid
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


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


def do_all() -> None:
    for do in things().values():
        for part in do if isinstance(do, tuple) else (do,):
            part()


def read_through(do: Callable[[], object]) -> set[str]:
    """Tables of many rows that some query of it reads from end to end."""
    from django.db import connection

    held: dict[str, object] = {}

    def seen(execute, sql, params, many, context):
        if sql.split(" ", 1)[0] in ("SELECT", "UPDATE", "DELETE"):
            held[sql] = params
        return execute(sql, params, many, context)

    with connection.execute_wrapper(seen):
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
