"""Rent and food come before lenders: what is kept, day by day, and what it does to a plan."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.domain.answers.scenarios import room, standing_of
from planner.domain.household.household import parse_household
from planner.domain.ledger.flows import Flows
from planner.domain.make_plan import make_plan
from planner.domain.values.days import WORKING_DAYS, occurrences
from planner.domain.values.reading import LAST_DAY
from tests.domain.generate import households
from tests.households import account, debt, document, expense, income

RULES = ("minimum", "avalanche", "snowball", "custom")


def essential_by_day(household, first, last):
    """{day: essential expenses - certain incomes} from the document; days [first, last]."""
    found = {}
    for flow in (*household.incomes, *household.expenses):
        is_income = flow in household.incomes
        if not (flow.is_certain if is_income else flow.is_essential):
            continue
        adjust = flow.adjust if is_income else "none"
        until = min(flow.until or LAST_DAY, last + timedelta(60))
        for on in occurrences(flow.on, flow.first, until):
            moved = WORKING_DAYS.adjusted(on, adjust)
            if first <= moved <= last:
                fen = -flow.amount_fen if is_income else flow.amount_fen
                found[moved] = found.get(moved, 0) + fen
    return found


def reserve_by_definition(household, on):
    """The largest sum of essential expenses less incomes on (on, t], for t up to on + 31 days."""
    by_day = essential_by_day(household, household.as_of, on + timedelta(31))
    sums = [
        sum(fen for day, fen in by_day.items() if on < day <= on + timedelta(ahead))
        for ahead in range(1, 32)
    ]
    return max(0, *sums)


def rent_household(**changes):
    """3,600.00 on the 10th, rent of 2,300.00 on the 25th, a loan that asks for more."""
    return parse_household(
        document(
            as_of="2026-12-01",
            buffer="0.00",
            accounts=[account(balance="0.00")],
            incomes=[income(amount="3600.00", on={"monthly": 10}, adjust="none")],
            expenses=[expense(amount="2300.00", on={"monthly": 25})],
            debts=[
                debt(
                    principal="6000.00",
                    rate=None,
                    minimum={"fixed": "2000.00"},
                    next_due="2026-12-12",
                    due_day=12,
                )
            ],
        )
        | changes
    )


@pytest.mark.parametrize("strategy", RULES)
def test_the_rent_of_the_25th_is_there_whatever_the_lender_asks_for_on_the_12th(strategy):
    # 3,600.00 - 2,300.00 = 1,300.00 may go to the loan, of 2,000.00 required
    plan = make_plan(rent_household(), strategy)

    closing = {one.on: one.closing_fen for one in plan.cash}
    assert closing[date(2026, 12, 12)] == 230_000
    assert closing[date(2026, 12, 25)] == 0
    # what the first due lacks is paid with the next wages, and then there is less for the second
    assert [(one.on, one.amount_fen) for one in plan.payments[:3]] == [
        (date(2026, 12, 12), 130_000),
        (date(2027, 1, 10), 70_000),
        (date(2027, 1, 12), 60_000),
    ]
    assert "cash_below_zero" not in {one.code for one in plan.warnings}


@pytest.mark.parametrize("strategy", RULES)
def test_what_is_not_essential_is_not_kept(strategy):
    not_essential = [expense(amount="2300.00", on={"monthly": 25}, essential=False)]

    plan = make_plan(rent_household(expenses=not_essential), strategy)

    assert (plan.payments[0].on, plan.payments[0].amount_fen) == (date(2026, 12, 12), 200_000)
    assert [one.on for one in plan.warnings if one.code == "cash_below_zero"] == [
        date(2026, 12, 25)
    ]


def test_payments_of_the_plan_keep_the_reserve_where_lenders_take_what_is_there():
    bound = rent_household()
    bound = replace(bound, debts=(replace(bound.debts[0], autopay=("card",)),))

    worst = make_plan(bound, "minimum", worst_case=True)

    assert [(one.on, one.amount_fen, one.by) for one in worst.payments[:2]] == [
        (date(2026, 12, 12), 130_000, "plan"),
        (date(2026, 12, 12), 70_000, "lender"),
    ]
    assert worst.exposures[0].expense == "rent"
    assert [one.on for one in worst.warnings if one.code == "cash_below_zero"] == [
        date(2026, 12, 25)
    ]


def test_the_room_there_is_is_what_living_costs_leave():
    # 1,300.00 above the reserve on the 12th, 2,000.00 required, and again each month: by
    # 12 February, the last due of 92 days, 2,100.00 are missing.
    household = rent_household()

    lack = -room(household).fen

    assert lack == 3 * 70_000
    enough, too_little = (
        replace(household, accounts=(replace(household.accounts[0], balance_fen=fen),))
        for fen in (lack, lack - 1)
    )
    assert standing_of(make_plan(enough, "minimum")).lacks == ()
    assert standing_of(make_plan(too_little, "minimum")).lacks != ()


@pytest.mark.property
@given(households(), st.integers(0, 400))
def test_the_reserve_is_what_its_definition_says(document, days):
    household = parse_household(document)
    on = min(household.as_of + timedelta(days), LAST_DAY - timedelta(32))

    flows = Flows(household, frozenset())

    assert flows.reserve(on.toordinal()) == reserve_by_definition(household, on)


@pytest.mark.property
@given(households(), st.sampled_from(RULES), st.booleans())
def test_no_payment_of_a_plan_is_made_from_the_reserve(document, strategy, worst_case):
    plan = make_plan(parse_household(document), strategy, worst_case=worst_case)

    paid = {}
    for one in plan.payments:
        if one.by == "plan":
            paid[one.on] = paid.get(one.on, 0) + one.amount_fen
    for row in plan.cash:
        if row.on in paid:
            there = row.opening_fen + row.income_fen - row.expenses_fen
            assert paid[row.on] <= there - reserve_by_definition(plan.household, row.on)
