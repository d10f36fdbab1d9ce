"""The lender's figure wins: whatever was overwritten, it is a correction with its reason, and the
plan goes on from it."""

from datetime import date
from fractions import Fraction

import pytest
from django.urls import reverse

from planner.models import HistoryEntry
from planner.plans import audit
from planner.plans.kept import standing_household
from planner.services.entries import record_payment
from tests.households import account, debt
from tests.page_reading import read

PLAN = reverse("planner:plan")
CARD = {
    "id": "visa", "name": "信用卡", "product": None, "contract": "revolving", "statement_day": 5,
    "due_day": 25, "billed": "2000.00", "unbilled": "300.00",
    "rate": {"rate": "0.0005", "per": "day"}, "interest_from": "due",
    "minimum": {"ratio": "0.10", "floor": "0.00"},
}  # fmt: skip
LOAN = {
    "id": "loan", "name": "借呗", "product": None, "contract": "instalment", "method": "level",
    "principal": "6000.00", "rate": {"rate": "0.0004", "per": "day"}, "periods_left": 6,
    "next_due": "2026-12-10",
}  # fmt: skip
LISTED = {
    "id": "listed", "name": "车贷", "product": None, "contract": "instalment", "method": "listed",
    "principal": "900.00",
    "rows": [{"due_on": f"2027-0{month}-08", "principal": "300.00"} for month in (1, 2, 3)],
}  # fmt: skip


@pytest.fixture
def lived(clock, make_member, client):
    """On 16 December, 500.00 of four debts were paid and the loan's row of the 10th was not."""
    clock(date(2026, 12, 16))
    user = make_member(
        "owner", strategy="minimum", accounts=[account(balance="9000.00")],
        debts=[debt(), CARD, LOAN, LISTED],
    )  # fmt: skip
    record_payment(
        user=user, debt="friend", on=date(2026, 12, 14), amount_fen=50_000, account="card"
    )
    client.force_login(user)
    return user


def form_on(client, path, holding):
    page = read(client.get(path).content.decode())
    return next(one for one in page.posting() if one.control(holding))


def standing_terms(user, slug):
    return next(one.terms for one in standing_household(user).debts if one.id == slug)


def value_of(terms, place):
    for name in place.split("."):
        terms = terms[int(name)] if name.isdigit() else getattr(terms, name)
    return terms


FIGURES = [
    ("visa", {"to_pay": "1890.12"}, "billed_fen", 189_012),
    ("visa", {"since": "80"}, "unbilled_fen", 8_000),
    ("visa", {"minimum": "5"}, "minimum.ratio", Fraction(1, 20)),
    ("visa", {"minimum_floor": "250"}, "minimum.floor_fen", 25_000),
    ("visa", {"last": "short", "left": "150", "missing": "20"},
     "arrears.0.amount_fen", 2_000),
    ("loan", {"principal": "5999.99"}, "principal_fen", 599_999),
    ("loan", {"principal": "500"}, "arrears.0.principal_fen", 50_000),  # of 988.13 overdue
    ("loan", {"amount": "1111.11"}, "amount_fen", 111_111),
    ("loan", {"periods_left": "9"}, "periods_left", 9),
    ("loan", {"arrears_0_interest": "60"}, "arrears.0.interest_fen", 6_000),
    ("listed", {"principal": "910", "rows": "2027-01-08 310 4.50\n2027-02-08 600"},
     "rows.0.interest_fen", 450),
    ("friend", {"principal": "2600"}, "principal_fen", 260_000),
    ("friend", {"minimum_fixed": "450"}, "minimum.fixed_fen", 45_000),
    ("friend", {"next_due": "2027-01-20"}, "next_due", date(2027, 1, 20)),
]  # fmt: skip


@pytest.mark.parametrize(("slug", "typed", "place", "value"), FIGURES)
def test_every_figure_of_a_debt_can_be_overwritten(client, lived, slug, typed, place, value):
    path = reverse("planner:debt-detail", args=[slug])
    form = form_on(client, path, "principal" if slug != "visa" else "to_pay")
    assert form.control("reason").value == "unknown"  # nothing to tap for who does not know

    answer = client.post(path, dict(form.sent(**typed, reason="interest")))
    if answer.status_code == 422:  # what was understood of a bill is said back first
        said = next(one for one in read(answer.content.decode()).posting() if one.control("to_pay"))
        answer = client.post(path, dict(said.sent()))
    assert answer.status_code == 302

    assert value_of(standing_terms(lived, slug), place) == value
    entry = HistoryEntry.objects.owned_by(lived).get(kind="correction").entry
    assert (entry["debt"], entry["reason"]) == (slug, "interest")
    assert audit.check_books(lived) == []


@pytest.mark.parametrize(
    ("slug", "typed"), [("visa", "1890.12"), ("loan", "5900"), ("friend", "2600")]
)
def test_the_same_in_place_on_the_plan(client, lived, slug, typed):
    holding = f"debts-{slug}-balance"
    form = form_on(client, PLAN, holding)
    name = f"debts-{slug}-reason"
    assert form.control(name).value == "unknown"

    response = client.post(form.action, dict(form.sent(**{holding: typed, name: "fee"})))

    assert response.status_code == 302
    entry = HistoryEntry.objects.owned_by(lived).get(kind="correction").entry
    assert entry["reason"] == "fee"
    text = client.get(reverse("planner:debt-history", args=[slug])).content.decode()
    assert "比推算的" in text
    assert "费用" in text


def test_a_household_of_today_asks_for_no_reason(client, owner):
    client.force_login(owner)

    form = form_on(client, PLAN, "debts-friend-balance")

    assert form.control("debts-friend-reason") is None


@pytest.mark.parametrize("reason", ["dance", "fee\0"])
def test_another_reason_is_refused(client, lived, reason):
    form = form_on(client, PLAN, "debts-friend-balance")
    sent = form.sent(**{"debts-friend-balance": "1", "debts-friend-reason": reason})

    assert client.post(form.action, dict(sent)).status_code == 422
    assert not HistoryEntry.objects.owned_by(lived).filter(kind="correction").exists()
