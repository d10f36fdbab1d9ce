"""Eight people whose plans take long ask again and again: what a ninth waits for."""

import itertools
import threading
import time
from functools import partial
from statistics import median, quantiles
from typing import Any

from tests.trust.once import fill
from tests.trust.rows import Row
from tests.trust.visitor import Visitor, member, session_of

CLIENTS, SECONDS = 8, 60
TIMES, LATEST = 4, 1.0  # the median against the quiet one; seconds, 95 of 100
PAUSE = 0.2  # seconds
PAGES = ("/plan/", "/debts/", "/privacy/")


def heavy(today: Any) -> dict[str, Any]:
    """Twelve debts, money short, and three incomes a week."""
    from tests.households import debt, document, expense, income

    weekly = [
        income(id=f"job{one}", name=f"活{one}", amount="900.00", on={"weekly": day},
               **{"from": today.isoformat()})
        for one, day in enumerate(("mon", "wed", "fri"))
    ]  # fmt: skip
    owed = [
        debt(id=f"d{one}", name=f"欠{one}", product="private_loan",
             principal=f"{9000 + 700 * one}.00", minimum={"fixed": f"{900 + 50 * one}.00"},
             rate={"rate": "0.24", "per": "year"}, due_day=1 + 2 * one,
             next_due=today.replace(day=1 + 2 * one).isoformat()
             if 1 + 2 * one >= today.day else _next_month(today, 1 + 2 * one))
        for one in range(12)
    ]  # fmt: skip
    return document(
        as_of=today.isoformat(), strategy="optimal", incomes=weekly, debts=owed,
        expenses=[expense(**{"from": today.isoformat()})],
    )  # fmt: skip


def _next_month(today: Any, day: int) -> str:
    year, month = (today.year + 1, 1) if today.month == 12 else (today.year, today.month + 1)
    return today.replace(year=year, month=month, day=day).isoformat()


def measure(site: Any, short: bool) -> list[Row]:
    from django.utils import timezone

    from planner.models import KeptPlan
    from tests.trust.household import full

    today = timezone.localdate()
    seconds, clients = (10, CLIENTS) if short else (SECONDS, CLIENTS)
    ninth = Visitor(site.port, session=session_of(member("ninth", full(today))))
    eight = [member(f"asks{one}", heavy(today)) for one in range(clients)]
    for page in PAGES:
        ninth.get(page)
    quiet = _times(ninth, 5 if short else 10)

    ended = threading.Event()
    answers: dict[int, int] = {}
    threads = [
        threading.Thread(target=_ask, args=(Visitor(site.port, session=session_of(user)), ended,
                                            answers, number))
        for number, user in enumerate(eight)
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    time.sleep(1)
    beside = _times(ninth, seconds)
    ended.set()
    for thread in threads:
        thread.join()
    # Nobody's plan is forgotten for it.
    waits = time.monotonic()
    there = all(Visitor(site.port, session=session_of(one)).get("/plan/").status == 200
                for one in eight)  # fmt: skip
    waits = time.monotonic() - waits
    solved = KeptPlan.objects.filter(strategy="optimal", owner__in=eight).count()
    usual, late = median(quiet), quantiles(beside, n=20)[18]
    times = median(beside) / usual
    faults = site.errors() + [f"{status}: {count}" for status, count in answers.items()
                              if status not in (200, 202, 302, 409, 422)]  # fmt: skip
    for one in faults[:20]:
        print("   fault:", one[:300], flush=True)
    asked = sum(answers.values())
    return [
        Row("Others' reckoning holds nobody up",
            f"{clients} people whose plans take long edit and ask for {seconds} s: another's pages "
            f"≤ {TIMES} × their quiet time (median), ≤ {LATEST:.0f} s (95 of 100)",
            f"{usual * 1000:.0f} ms quiet, {median(beside) * 1000:.0f} ms beside ({times:.1f} ×), "
            f"95 of 100 within {late * 1000:.0f} ms; {asked} requests of the others, {solved} "
            f"optima kept; their last plans {waits:.0f} s later; {len(faults)} faults",
            f"HTTP; edits of figures, first plans, optima, what stays short, {PAUSE} s after each "
            "answer; one worker",
            there and not faults and times <= TIMES and late <= LATEST and asked > clients * 5),
    ]  # fmt: skip


def _times(visitor: Visitor, seconds: float) -> list[float]:
    """Seconds of one page after the other."""
    found = []
    until = time.monotonic() + seconds
    for page in itertools.cycle(PAGES):
        if time.monotonic() > until:
            return found
        began = time.monotonic()
        visitor.get(page)
        found.append(time.monotonic() - began)
        time.sleep(0.05)
    return found


def _ask(visitor: Visitor, ended: Any, answers: dict[int, int], number: int) -> None:
    """As a person who taps as soon as anything is there, five times a second at most."""
    visitor.waits = False
    turns = itertools.count(number * 100_000 + 100)

    def edit() -> Any:
        fen = next(turns)
        form = visitor.form("/settings/", "/settings/")
        return visitor.post("/settings/", fill(form, buffer=f"{fen // 100}.{fen % 100:02}"))

    looks = [
        partial(visitor.get, page)
        for page in ("/plan/", "/plan/optimum/", "/plan/short/", "/plan/waiting/")
    ]
    for do in itertools.cycle([edit, *looks]):
        status = do().status
        answers[status] = answers.get(status, 0) + 1
        if ended.wait(PAUSE):
            return
