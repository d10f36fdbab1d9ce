"""What is kept for rent and food, for which of them, and who could take it all the same."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.domain.answers.living_costs import (
    AtRisk,
    Held,
    at_risk_document,
    held_on,
    read_at_risk,
    reserve_at_risk,
)
from planner.domain.household.household import parse_household
from planner.domain.ledger.replay import replay
from planner.domain.make_plan import make_plan
from planner.domain.values.reading import LAST_DAY
from tests.domain.generate import households
from tests.households import account, debt, document, expense, income


def household(**changes):
    """3,600.00 on the 10th, food on the 8th and 20th, rent on the 25th, 2,000.00 due the 12th."""
    start = {
        "buffer": "0.00",
        "accounts": [account(balance="100.00")],
        "incomes": [income(amount="3600.00", on={"monthly": 10}, adjust="none")],
        "expenses": [
            expense(id="rent", amount="1900.00", on={"monthly": 25}),
            expense(id="food", amount="400.00", on={"monthly": 20}),
            expense(id="early", amount="150.00", on={"monthly": 8}),
            expense(id="gym", amount="99.00", on={"monthly": 21}, essential=False),
        ],
        "debts": [
            debt(
                rate=None,
                principal="6000.00",
                minimum={"fixed": "2000.00"},
                next_due="2026-12-12",
                due_day=12,
                autopay=["card"],
            )
        ],
    }
    return parse_household(document(**(start | changes)))


def test_what_is_kept_is_told_by_expense_and_day():
    # On the 12th: food and rent, and 150.00 of 8 January, two days before the next wages.
    assert held_on(household(), date(2026, 12, 12)) == (
        Held("food", date(2026, 12, 20), 40_000),
        Held("rent", date(2026, 12, 25), 190_000),
        Held("early", date(2027, 1, 8), 15_000),
    )


def test_an_income_pays_for_what_comes_after_it():
    # On the 1st: 150.00 of the 8th; food and rent are paid from the wages of the 10th.
    assert held_on(household(), date(2026, 12, 1)) == (Held("early", date(2026, 12, 8), 15_000),)


@pytest.mark.property
@given(households(), st.integers(0, 400))
def test_what_is_kept_together_is_the_reserve(document, days):
    parsed = parse_household(document)
    on = min(parsed.as_of + timedelta(days), LAST_DAY - timedelta(32))

    held = held_on(parsed, on)

    rolled, books = replay(parsed)
    assert sum(one.fen for one in held) == books.flows(rolled).reserve(on.toordinal())
    assert all(one.fen > 0 and on < one.on <= on + timedelta(31) for one in held)


def decided(plan):
    return [(one.on.toordinal(), one.debt, one.amount_fen) for one in plan.payments]


def test_who_could_take_the_rent_is_told_with_the_day_and_what_is_missing_then():
    # -50.00 on the 8th, 3,550.00 on the 10th; kept are 2,450.00, paid 1,100.00. The lender, which
    # lacks 900.00, finds 2,450.00: with 1,550.00 left food is paid, and 750.00 too little are
    # there for the rent.
    bound = household()

    found = reserve_at_risk(bound, decided(make_plan(bound, "minimum")), date(2026, 12, 31))

    assert found == (
        AtRisk(date(2026, 12, 12), "card", 90_000, ("friend",), "rent", date(2026, 12, 25), 75_000),
    )


def test_nobody_is_told_where_none_is_authorised():
    unbound = household()
    unbound = replace(unbound, debts=(replace(unbound.debts[0], autopay=()),))

    assert reserve_at_risk(unbound, decided(make_plan(unbound)), date(2027, 3, 1)) == ()


def test_nothing_is_at_risk_while_all_is_paid():
    enough = household(accounts=[account(balance="9000.00")])

    assert reserve_at_risk(enough, decided(make_plan(enough)), date(2026, 12, 31)) == ()


def test_a_lender_of_whom_nobody_said_so_might_take_it():
    unknown = household()
    unknown = replace(unknown, debts=(replace(unknown.debts[0], autopay=(), autopay_known=False),))

    found = reserve_at_risk(unknown, decided(make_plan(unknown, "minimum")), date(2026, 12, 31))

    assert [(one.on, one.by, one.short_fen) for one in found] == [
        (date(2026, 12, 12), ("friend",), 75_000)
    ]


def test_the_rent_is_at_risk_also_where_some_wages_come_before_it():
    # 500.00 each Thursday, rent of 1,900.00 on the 28th: on the 3rd 400.00 of 1,900.00 are to be
    # kept, on the 10th 900.00. What is taken then is missing on the 28th, whatever comes before.
    weekly = household(
        accounts=[account(balance="400.00")],
        incomes=[income(amount="500.00", on={"weekly": "thu"}, adjust="none")],
        expenses=[expense(id="rent", amount="1900.00", on={"once": "2026-12-28"})],
    )

    found = reserve_at_risk(weekly, decided(make_plan(weekly, "minimum")), date(2026, 12, 13))

    assert [(one.on, one.expense, one.expense_on) for one in found] == [
        (date(2026, 12, 12), "rent", date(2026, 12, 28))
    ]
    assert found[0].short_fen > 0


def test_what_is_told_of_a_risk_is_read_back():
    (found,) = reserve_at_risk(
        household(), decided(make_plan(household(), "minimum")), date(2026, 12, 31)
    )

    assert read_at_risk(json.loads(json.dumps(at_risk_document(found)))) == found
