"""Pages stay quick: the queries of a page do not grow with rows, and a large household's pages
come within 300 ms when its plans are stored."""

import time
from datetime import date
from statistics import median
from typing import Any

from tests.trust.rows import Row
from tests.trust.visitor import Answer, Visitor, member, session_of

SLOWEST_MS = 300


def large(today: Any, debts: int, flows: int) -> dict[str, Any]:
    """A household of so many debts, and of incomes and expenses together."""
    from tests.trust.household import full

    document = full(today)
    card, loan, _listed, friend = document["debts"]
    income, expense = document["incomes"][0], document["expenses"][0]
    kinds = [
        loan | {"product": "jiebei"},
        card | {"product": "credit_card", "unbilled": "10.00"},
        loan | {"product": "weilidai"},
        friend | {"product": "private_loan", "minimum": {"fixed": "50.00"}},
    ]
    document["debts"] = [
        kinds[one % 4]
        | {"id": f"debt-{one}", "name": f"借款{one}"}
        | {("billed" if one % 4 == 1 else "principal"): f"{600 + one}.00"}
        for one in range(debts)
    ]
    document["incomes"] = [
        income | {"id": f"income-{one}", "name": f"收入{one}", "amount": f"{500 + one}.00"}
        for one in range(flows // 2)
    ]
    document["expenses"] = [
        expense | {"id": f"expense-{one}", "name": f"支出{one}", "amount": f"{1 + one}.00"}
        for one in range(flows // 2)
    ]
    return document


def _is_page(answer: Answer) -> bool:
    """A page, not a file or a way to one."""
    return answer.status == 200 and "html" in answer.headers.get("content-type", "")


def measure(site: Any, short: bool) -> list[Row]:
    from django.utils import timezone

    from tests.trust.addresses import ITEM, OWN, addresses

    today = timezone.localdate()
    debts, flows, times = (20, 100, 3) if short else (100, 500, 15)
    document = large(today, debts, flows)
    user = member("large", document)
    visitor = Visitor(site.port, session=session_of(user))
    due = date.fromisoformat(document["debts"][0]["next_due"])
    items = {"debts": ["debt-0", "debt-1", "debt-3"], "incomes": ["income-1"],
             "expenses": ["expense-1"], "accounts": ["card"]}  # fmt: skip
    every = addresses(items, [("debt-0", due)])
    pages = [
        one.path for one in every if one.kind in (OWN, ITEM) and _is_page(visitor.get(one.path))
    ]
    pages += ["/debts/new/?contract=revolving", "/start/", "/start/?contract=instalment"]
    # Each time the work is the same; what takes longer is the machine's other work.
    took: dict[str, float] = {}
    usual: dict[str, float] = {}
    worked: dict[str, float] = {}
    faults = [] if len(pages) > 30 else [("pages", len(pages))]
    for page in pages:
        first = visitor.get(page)  # computes and stores what is missing
        if first.status != 200:
            faults.append((page, first.status))
        spent, before = [], site.processor_seconds()
        for _time in range(times):
            began = time.perf_counter()
            visitor.get(page)
            spent.append(time.perf_counter() - began)
        took[page], usual[page] = min(spent) * 1000, median(spent) * 1000
        worked[page] = (site.processor_seconds() - before) * 1000 / times
    slow = {page: ms for page, ms in took.items() if ms >= SLOWEST_MS}
    slowest = max(took, key=took.__getitem__)
    holds = visitor.get("/debts/").text.count("借款") >= debts
    for fault in faults:
        print("   fault:", fault, flush=True)
    for page, ms in slow.items():
        print(f"   slow: {page} {ms:.0f} ms, median {usual[page]:.0f}, processor "
              f"{worked[page]:.0f}", flush=True)  # fmt: skip
    return [
        Row("Pages stay quick",
            f"{debts} debts, {flows} incomes and expenses, plans stored: every page under "
            f"{SLOWEST_MS} ms",
            f"plan {took['/plan/']:.0f} ms; slowest of {len(pages)} pages {slowest} "
            f"{took[slowest]:.0f} ms (the quickest of {times}; median {usual[slowest]:.0f}, the "
            f"processor's part {worked[slowest]:.0f})",
            "HTTP on loopback, one visitor; the queries: tests/pages/test_queries.py",
            not slow and not faults and holds),
    ]  # fmt: skip
