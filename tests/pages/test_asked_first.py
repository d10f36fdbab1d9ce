"""Coming back: no page says that something is late before it was said whether it was paid."""

import re
from datetime import date

import pytest
from django.urls import reverse

from planner.services.entries import answer_unpaid, record_arrival
from tests.households import account

PAGES = {
    "plan": reverse("planner:plan"),
    "calendar": reverse("planner:calendar-month", args=[2026, 12]),
    "debt": reverse("planner:debt-schedule", args=["friend"]),
    "short": reverse("planner:plan-short"),
    "deductions": reverse("planner:deduction-list"),
}
DUE, PAY_DAY, TODAY = date(2026, 12, 15), date(2026, 12, 10), date(2026, 12, 20)


@pytest.fixture
def owner(make_member):
    """With money for the rent even if no salary came."""
    return make_member(
        "owner", strategy="minimum", buffer="0.00", accounts=[account(balance="9000.00")]
    )


@pytest.fixture
def back(clock, owner, client):
    """Comes back on the 20th: the salary of the 10th and a due of the 15th lie between."""
    clock(TODAY)
    client.force_login(owner)
    return client


def states(client, page):
    """How the answer, the dues and the days of a page are marked."""
    html = client.get(PAGES[page]).content.decode()
    return set(re.findall(r'data-state="(\w+)"', html[html.index("<main") :]))


@pytest.mark.parametrize("page", PAGES)
def test_what_happened_is_asked_before_anything_is_late(back, owner, page):
    asked = states(back, page)

    assert "asking" in asked
    assert not asked & {"overdue", "short", "late"}
    record_arrival(user=owner, income="salary", on=PAY_DAY, amount_fen=0, account="card",
                   planned_on=PAY_DAY)  # fmt: skip
    answer_unpaid(user=owner, debt="friend", due_on=DUE)
    said = states(back, page)
    assert "asking" not in said
    assert said & {"overdue", "short", "late"}


def test_a_debt_that_nothing_is_asked_of_says_how_it_stands(back, owner):
    answer_unpaid(user=owner, debt="friend", due_on=DUE)

    assert "asking" in states(back, "short")  # the salary may have come
    assert "overdue" in states(back, "debt")


@pytest.mark.parametrize("page", ["calendar", "short", "deductions"])
def test_what_is_put_off_to_tomorrow_holds_a_verdict_back_too(back, page):
    sent = {"answer": "later", "kind": "payment", "slug": "friend", "day": DUE.isoformat()}
    back.post(reverse("planner:question-answer"), sent)
    back.post(reverse("planner:question-answer"),
              sent | {"kind": "income", "slug": "salary", "day": PAY_DAY.isoformat()})  # fmt: skip

    assert not states(back, page) & {"overdue", "late"}
    assert "asking" in states(back, page)
