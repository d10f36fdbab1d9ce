"""What a calendar that asks for its feed costs: `make bench`, or this program.

The whole application is called as a server calls it, with a file of SQLite or, by
`sh tests/postgres.sh .venv/bin/python benchmarks/bench_feed.py`, with PostgreSQL; once with the tag
that the calendar has, and once without. Processor time of all rounds.
"""

import logging
import os
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from statistics import median, quantiles
from time import process_time
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

ROUNDS, WARM_UP = 300, 20
UNCHANGED_MS, WHOLE_MS = 5, 15


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="anhuan-feed-") as folder:
        set_up(folder)
        path = make_feed()
        whole, headers, body = times(path, 200)
        unchanged, _headers, _body = times(path, 304, HTTP_IF_NONE_MATCH=headers["ETag"])
    from django.db import connection

    print(f"feed: {len(body):,} bytes, {connection.vendor}, processor time of {ROUNDS} rounds")
    for name, found, bar in (("304", unchanged, UNCHANGED_MS), ("whole", whole, WHOLE_MS)):
        late = quantiles(found, n=20)[18]
        print(
            f"{name}: median {median(found):.2f} ms, least {min(found):.2f}, 95 of 100 within "
            f"{late:.2f}, bar {bar}"
        )


def set_up(folder: str) -> None:
    os.environ.setdefault("SECRET_KEY", "only-for-tests-" * 4)
    os.environ.setdefault("DATA_KEYS", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
    os.environ.update(DJANGO_SETTINGS_MODULE="config.settings", VAR_DIR=folder)
    import django
    from django.core.management import call_command

    django.setup()
    logging.disable(logging.INFO)
    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    call_command("collectstatic", interactive=False, verbosity=0)


def make_feed() -> str:
    """Of a member with three debts over two years; its path."""
    from django.urls import reverse

    from benchmarks.households import paying_household
    from planner.domain.household.household import household_document
    from planner.models import CalendarFeed, User
    from planner.plans.foreseen import working
    from planner.reach.feed import write_feed
    from planner.services import people
    from planner.services.changes import replace_household
    from planner.services.documents import household_of
    from planner.services.feeds import open_feed

    user = User.objects.create_user("bench@example.com")
    people.record_consent(user=user)
    replace_household(user=user, document=household_document(paying_household(3, 24)))
    kinds = list(CalendarFeed.KINDS)
    token = open_feed(user=user, kinds=kinds, months=12, is_discreet=False)
    with working():
        write_feed(user, household_of(user))
    return reverse("planner:calendar-feed-file", args=[token])


def times(path: str, status: int, **headers: str) -> tuple[list[float], dict[str, str], bytes]:
    """Milliseconds of each round; headers and body of the last answer."""
    from config.wsgi import application

    found, told, body = [], {}, b""

    def start_response(line: str, pairs: Any, _exception: Any = None) -> None:
        assert line.startswith(str(status)), line
        told.update(pairs)

    for _round in range(ROUNDS + WARM_UP):
        began = process_time()
        answer = application(environ(path) | headers, start_response)
        body = b"".join(answer)
        answer.close()
        found.append((process_time() - began) * 1000)
    return found[WARM_UP:], told, body


def environ(path: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_USER_AGENT": "a calendar",
        "HTTP_ACCEPT_ENCODING": "gzip",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
    }


if __name__ == "__main__":
    main()
