"""Thousands of fetches of calendar feeds, from many addresses: of one that is known, of one that
was revoked, and of guessed ones; and what the server weighs afterwards."""

import contextlib
import hashlib
import http.client
import threading
from collections import Counter
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Any

from tests.trust.rows import Row
from tests.trust.visitor import Visitor, member

CLIENTS, GUESSES = 8, 20  # the second as `planner.services.feeds` has it
A_SENDER_GUESSES = 25
MOST_MB, LATEST = 20, 0.5  # of all its processes; seconds, 95 of 100
# Of ten fetches: what is asked for, with which headers, and the status that is right.
KNOWN = (
    ("GET", {}, 200),
    ("GET", {"Accept-Encoding": "gzip"}, 200),
    ("GET", {"If-None-Match": "{etag}"}, 304),
    ("GET", {"If-None-Match": 'W/"other", {etag}'}, 304),
    ("HEAD", {}, 200),
    ("GET", {"Range": "bytes=0-9"}, 200),
)


def measure(site: Any, short: bool) -> list[Row]:
    from django.urls import reverse
    from django.utils import timezone

    from planner.models import CalendarFeed
    from planner.plans.foreseen import working
    from planner.reach.feed import write_feed
    from planner.services import feeds
    from planner.services.documents import household_of
    from tests.trust.household import full

    def address(token: str) -> str:
        return reverse("planner:calendar-feed-file", args=[token])

    wanted = 400 if short else 10_000
    user = member("subscribed", full(timezone.localdate()))
    choice = {"kinds": list(CalendarFeed.KINDS), "months": 12, "is_discreet": False}
    revoked = address(feeds.open_feed(user=user, **choice))
    feeds.revoke_feed(user=user)
    known = address(feeds.open_feed(user=user, **choice))
    with working():
        write_feed(user, household_of(user))
    etag = Visitor(site.port).get(known).headers["etag"]

    found: list[tuple[str, int, int, float, str]] = []  # what, wanted, got, seconds, digest

    def fetch(what: str, method: str, path: str, headers: dict, sender: str, right: int) -> None:
        began = perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
        try:
            connection.request(method, path, headers={"X-Forwarded-For": sender, **headers})
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        said = [*sorted(one for one in answer.headers.items() if one[0] != "Date"), content]
        digest = hashlib.sha256(repr(said).encode()).hexdigest()
        found.append((what, right, answer.status, perf_counter() - began, digest))

    def client(number: int, fetches: int) -> None:
        guesses = 0
        for one in range(fetches):
            kind = one % 10
            if kind < len(KNOWN):
                method, headers, right = KNOWN[kind]
                sent = {name: text.replace("{etag}", etag) for name, text in headers.items()}
                sender = f"198.51.{number}.{one % 250}"
                fetch(f"{method} {' '.join(headers)}", method, known, sent, sender, right)
            elif kind == len(KNOWN):
                fetch("revoked", "GET", revoked, {}, f"198.51.{number}.{one % 250}", 410)
            else:
                series, turn = divmod(guesses, A_SENDER_GUESSES)
                sender = f"203.{number}.{series // 250}.{series % 250}"
                token = hashlib.sha256(f"{number} {one}".encode()).hexdigest()[:43]
                right = 410 if turn < GUESSES else 429
                fetch(f"guessed {right}", "GET", address(token), {}, sender, right)
                guesses += 1

    def all_of(fetches: int) -> None:
        threads = [threading.Thread(target=client, args=(number, fetches // CLIENTS))
                   for number in range(CLIENTS)]  # fmt: skip
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    for _round in range(20 * CLIENTS):  # what is loaded with the first ones
        Visitor(site.port).get(known)
    before = weight(site.process.pid)
    all_of(wanted)
    grown = weight(site.process.pid) - before
    wrong = Counter(f"{what}: {got}" for what, right, got, _s, _digest in found if got != right)
    gone = {digest for _what, right, _got, _s, digest in found if right == 410}
    late = {kind: quantiles([one[3] for one in found if one[2] == kind], n=20)[18]
            for kind in (200, 304, 410)}  # fmt: skip
    faults = site.errors()
    for one in [*wrong, *faults][:20]:
        print("   fault:", one[:300], flush=True)
    times = ", ".join(f"{status} {1000 * seconds:.0f} ms" for status, seconds in late.items())
    timely = short or max(late.values()) <= LATEST
    return [
        Row("A feed stands many who ask, and who guess",
            f"{wanted:,} fetches: no answer but the right one, the same for revoked and guessed, "
            f"none to a sender after {GUESSES} guesses; 95 of 100 within {LATEST} s; processes "
            f"grow by ≤ {MOST_MB} MB",
            f"{len(found):,} fetches, {sum(wrong.values())} answered otherwise, {len(faults)} "
            f"errors; {len(gone)} answer for what is not there; 95 of 100 within: {times}; "
            f"{grown:+.1f} MB on {before:.0f}",
            f"real server, {CLIENTS} clients at once from many addresses: whole, gzip, 304, HEAD, "
            "Range, revoked, guessed",
            len(found) == wanted // CLIENTS * CLIENTS and not wrong and not faults
            and len(gone) == 1 and timely and grown <= MOST_MB)
    ]  # fmt: skip


def weight(group: int) -> float:
    """Megabytes in memory of a process group, what they share counted once."""
    pages = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # gone meanwhile
            if int(stat.read_text().rpartition(")")[2].split()[2]) == group:
                rollup = (stat.parent / "smaps_rollup").read_text()
                pages += next(int(line.split()[1]) for line in rollup.splitlines()
                              if line.startswith("Pss:"))  # fmt: skip
    return pages / 1024
