"""What one edit in place costs once days have passed: rows are read once, and parsed once."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from planner.domain.household.household import parse_household
from planner.services.documents import household_document_of
from planner.services.entries import record_arrival, record_payment
from tests.households import debt
from tests.page_reading import read

PLAN = reverse("planner:plan")
HTMX = {"HX-Request": "true", "HX-Target": "plan"}


@contextmanager
def parses() -> Iterator[list[str]]:
    """Who parses a household meanwhile, under whatever name it was imported."""
    found: list[str] = []

    def note(frame, event, _argument):
        if event == "call" and frame.f_code is parse_household.__code__:
            found.append(f"{frame.f_back.f_code.co_filename}:{frame.f_back.f_lineno}")

    sys.setprofile(note)
    try:
        yield found
    finally:
        sys.setprofile(None)


@pytest.fixture
def lived(client, make_member, clock):
    """A member on 20 December, whose pay and due of the days before are answered."""
    user = make_member("owner", strategy="minimum", debts=[debt(), debt(id="bank", name="银行")])
    clock(date(2026, 12, 20))
    record_arrival(
        user=user, income="salary", on=date(2026, 12, 10), amount_fen=800_000,
        planned_on=date(2026, 12, 10),
    )  # fmt: skip
    record_payment(
        user=user, debt="friend", on=date(2026, 12, 15), amount_fen=50_000, account="card",
        planned_on=date(2026, 12, 15),
    )  # fmt: skip
    client.force_login(user)
    return user


def sent(client, page, action, **changes):
    """What the browser sends of the form with that action, as the page shows it."""
    forms = read(client.get(page).content.decode()).posting()
    return dict(next(one for one in forms if one.action == action).sent(**changes))


# Of an income nothing but the household after the change is parsed; the figures of an account or
# a debt are those of the day, so that how it stood before is read as well. Where something stays
# short, what lenders have offered is read once, since it may help.
@pytest.mark.parametrize(
    ("kind", "slug", "field", "value", "most_parses", "most_queries"),
    [
        ("incomes", "salary", "amount", "8100", 1, 20),
        ("accounts", "card", "balance", "777", 2, 24),
        ("debts", "bank", "balance", "2000", 2, 23),
        ("debts", "bank", "due_day", "18", 2, 23),
    ],
)
def test_a_figure_edited_on_the_plan(
    client, lived, kind, slug, field, value, most_parses, most_queries
):
    path = reverse("planner:plan-edit", args=[kind, slug])
    form = sent(client, PLAN, path, **{f"{kind}-{slug}-{field}": value})
    before = household_document_of(lived)

    with parses() as parsed, CaptureQueriesContext(connection) as queries:
        response = client.post(path, form, headers=HTMX)

    assert response.status_code == 200
    assert household_document_of(lived) != before
    assert len(parsed) == most_parses, parsed
    assert len(queries) <= most_queries


def test_an_expense_edited_on_its_page(client, lived):
    path = reverse("planner:expense-detail", args=["rent"])
    form = sent(client, path, path, amount="2700")

    with parses() as parsed, CaptureQueriesContext(connection) as queries:
        response = client.post(path, form, headers=HTMX)

    assert response.status_code == 302
    assert len(parsed) == 1, parsed
    assert len(queries) <= 20


def test_the_same_change_on_a_page_without_a_history(client, make_member):
    client.force_login(make_member("owner"))
    path = reverse("planner:plan-edit", args=["incomes", "salary"])
    form = sent(client, PLAN, path, **{"incomes-salary-amount": "8100"})

    with parses() as parsed, CaptureQueriesContext(connection) as queries:
        response = client.post(path, form, headers=HTMX)

    assert response.status_code == 200
    assert len(parsed) <= 2, parsed
    assert len(queries) <= 20
