"""Do two people whose optimum is worked out slow a third one's pages? `make bench`, or
`python benchmarks/bench_optimum_web.py`.

The server of `make run` with a SQLite file of its own: a third person asks for the plan page again
and again, alone and while two others, whose money is short, change a figure and wait for their
optimum each time. Afterwards, how much memory each worker holds with the solver loaded.
"""

import os
import sys
import tempfile
import threading
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.bench_web import Browser, free_port, make_member, percentile, serving, set_up

DEBTS, MONTHS = 12, 24
WARM_UP = 20
PAGES = 150
ROUNDS = 3
WAITING = {"HX-Request": "true", "HX-Target": "optimum"}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="anhuan-bench-") as folder:
        port = free_port()
        set_up(folder, port)
        third = make_member()
        others = [make_short(f"short{number}@example.com") for number in range(2)]
        with serving(port) as server:
            print(f"optimum: 2 people x {DEBTS} debts x {MONTHS} months, {os.cpu_count()} cores")
            browser = Browser(port, third)
            pages(browser, WARM_UP)
            alone, beside, solved = [], [], 0
            for _round in range(ROUNDS):
                alone += pages(browser, PAGES)
                with Solving(port, others) as solving:
                    beside += pages(browser, PAGES)
                solved += solving.solved
            report("alone", alone)
            report("two solving", beside)
            ratio = median(beside) / median(alone)
            late = percentile(beside, 95) / percentile(alone, 95)
            print(f"  ratio p50 {ratio:.2f}, p95 {late:.2f}   (bar 2; {solved} solves meanwhile)")
            for worker, megabytes in memory(server.pid):
                print(f"  worker {worker}: {megabytes:.0f} MB resident   (bar 250)")


def make_short(email: str) -> tuple[int, str]:
    """A member whose income does not cover what is due: their key, and their cookie."""
    from dataclasses import replace

    from django.conf import settings
    from django.test import Client

    from benchmarks.households import paying_household
    from planner.domain.household.household import household_document
    from planner.models import User
    from planner.services import people
    from planner.services.changes import replace_household

    user = User.objects.create_user(email)
    people.record_consent(user=user)
    household = paying_household(DEBTS, MONTHS)
    incomes = tuple(replace(one, amount_fen=one.amount_fen * 2 // 3) for one in household.incomes)
    document = household_document(replace(household, incomes=incomes, strategy="optimal"))
    replace_household(user=user, document=document)
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return user.pk, f"{name}={client.cookies[name].value}"


class Solving:
    """People who change their buffer and wait for the optimum, until the block ends."""

    def __init__(self, port: int, people: list[tuple[int, str]]) -> None:
        self.solved = 0
        self._port = port
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._one, args=one) for one in people]

    def __enter__(self) -> "Solving":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _one(self, key: int, cookie: str) -> None:
        from django.db import connection

        from planner.models import User
        from planner.services.changes import change_household

        browser, user = Browser(self._port, cookie), User.objects.get(pk=key)
        while not self._ended.is_set():
            fen = round(perf_counter() * 1000) % 90_000 + 100
            change_household(user=user, buffer=f"{fen // 100}.{fen % 100:02}")
            while not self._ended.wait(1):  # as the page asks
                status, _location, body = browser.ask("GET", "/plan/optimum/", **WAITING)
                assert status in (200, 202), status
                if b'id="paying"' in body:
                    self.solved += 1
                    break
        connection.close()


def pages(browser: Browser, count: int) -> list[float]:
    """Milliseconds of each plan page."""
    spent = []
    for _page in range(count):
        start = perf_counter()
        status, _location, _body = browser.ask("GET", "/plan/")
        spent.append((perf_counter() - start) * 1000)
        assert status == 200, status
    return spent


def report(how: str, spent: list[float]) -> None:
    print(
        f"  plan page of a third, {how:<12} p50 {percentile(spent, 50):6.1f} ms"
        f"   p95 {percentile(spent, 95):6.1f} ms"
    )


def memory(server: int) -> list[tuple[int, float]]:
    """Resident megabytes of each worker, where the system tells."""
    children = Path(f"/proc/{server}/task/{server}/children")
    found = []
    for worker in children.read_text().split() if children.exists() else ():
        pages_held = int(Path(f"/proc/{worker}/statm").read_text().split()[1])
        found.append((int(worker), pages_held * os.sysconf("SC_PAGE_SIZE") / 1e6))
    return found


if __name__ == "__main__":
    main()
