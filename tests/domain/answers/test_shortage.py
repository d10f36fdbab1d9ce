"""When money is not enough: the sum that keeps the first consequence away, and why dues wait."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given

from planner.domain.answers.living_costs import Held
from planner.domain.answers.scenarios import Starting, receive, starting
from planner.domain.answers.shortage import (
    WhyShort,
    avoid_first,
    caught_up,
    least,
    order_of,
    reasons,
)
from planner.domain.household.household import parse_household
from planner.domain.make_plan import make_plan
from tests.domain.generate import households, one_in
from tests.households import account, debt, document, expense, income


def rung(id, severity, days=1):
    return {"id": id, "after_days": days, "counts_from": "due", "severity": severity}


def two_dues(balance="700.00", **changes):
    """On the 8th 500.00 are due, whose miss costs a fee, and 400.00, whose miss is recorded;
    8,500.00 come on the 10th."""
    light = debt(id="light", rate=None, minimum={"fixed": "500.00"}, next_due="2026-12-08",
                 due_day=8, ladder=[rung("fee", 1)])  # fmt: skip
    heavy = debt(id="heavy", rate=None, minimum={"fixed": "400.00"}, next_due="2026-12-08",
                 due_day=8, ladder=[rung("record", 2)])  # fmt: skip
    return parse_household(
        document(accounts=[account(balance=balance)], expenses=[], debts=[light, heavy], **changes)
    )


def shorts_of(plan):
    return [due for due in plan.dues if due.short_fen]


def test_money_for_the_first_consequence_is_told_to_the_fen_and_the_day():
    household = two_dues()
    plan = make_plan(household)

    found = avoid_first(household, plan)

    assert [(due.debt, due.short_fen) for due in shorts_of(plan)] == [("light", 20_000)]
    assert found.on == date(2026, 12, 8)
    assert found.fen == 20_000
    assert found.starts == Starting("light", date(2026, 12, 8), "fee", date(2026, 12, 9), 1)
    assert found.then is None


def test_living_costs_that_take_the_money_below_zero_are_in_the_sum():
    household = two_dues(balance="700.00")
    spent = parse_household(
        document(
            accounts=[account(balance="700.00")],
            expenses=[expense(amount="1000.00", on={"monthly": 5})],
            debts=[],
        )
    ).expenses
    household = replace(household, expenses=spent)

    found = avoid_first(household, make_plan(household))

    # 300.00 below zero, and 500.00 and 400.00 that are due.
    assert (found.on, found.fen) == (date(2026, 12, 8), 120_000)


def test_nothing_is_told_where_nothing_starts():
    household = two_dues(balance="900.00")

    assert avoid_first(household, make_plan(household)) is None
    assert reasons(household, make_plan(household), []) == []


def test_a_due_waits_for_what_would_start_elsewhere():
    household = two_dues()
    plan = make_plan(household)

    found = reasons(household, plan, shorts_of(plan))

    starts = Starting("heavy", date(2026, 12, 8), "record", date(2026, 12, 9), 2)
    assert found == [
        WhyShort("harm_elsewhere", "light", date(2026, 12, 8), 20_000, "heavy", date(2026, 12, 8),
               starts)
    ]  # fmt: skip
    assert order_of(plan) == ("heavy", "light")


def test_by_an_order_of_ones_own_the_other_waits_and_paying_it_first_is_no_worse():
    household = two_dues(triage_order=["light", "heavy"])
    plan = make_plan(household)

    assert [(due.debt, due.short_fen) for due in shorts_of(plan)] == [("heavy", 20_000)]
    assert [one.cause for one in reasons(household, plan, shorts_of(plan))] == ["no_better"]
    assert order_of(plan) == ("light", "heavy")


@pytest.mark.parametrize(
    ("balance", "strategy", "cause"),
    [("0.00", "avalanche", "no_money"), ("700.00", "minimum", "oldest_first")],
)
def test_a_due_waits_where_there_is_no_money_or_the_way_of_repaying_only_sees_age(
    balance, strategy, cause
):
    household = two_dues(balance=balance, strategy=strategy)
    plan = make_plan(household)

    assert {one.cause for one in reasons(household, plan, shorts_of(plan))} == {cause}


def test_what_is_overdue_is_caught_up_with_on_the_day_its_last_arrear_is_paid():
    # 150.00 at hand pay the first arrear, the wages of the 10th the second; `gone` asks for more
    # than ever comes, and `light` is not overdue.
    arrears = [{"due_on": "2026-10-08", "principal": "100.00"},
               {"due_on": "2026-11-08", "principal": "200.00"}]  # fmt: skip
    late = debt(id="late", rate=None, arrears=arrears, principal="300.00", minimum={"fixed": "1"},
                next_due="2026-12-20", due_day=20)  # fmt: skip
    gone = debt(id="gone", rate=None, principal="9000.00", minimum={"fixed": "1.00"},
                next_due="2026-12-20", due_day=20,
                arrears=[{"due_on": "2026-11-20", "principal": "9000.00"}])  # fmt: skip
    light = debt(id="light", rate=None, minimum={"fixed": "5.00"}, principal="5.00")
    household = parse_household(
        document(
            accounts=[account(balance="150.00")], expenses=[], debts=[late, gone, light],
            incomes=[income(amount="400.00", on={"once": "2026-12-10"})], strategy="minimum",
        )
    )  # fmt: skip

    found = caught_up(household, make_plan(household))

    assert found == {"gone": None, "late": date(2026, 12, 10)}


@pytest.mark.parametrize("guesses", [[], [7], [3, 7], [500], [6, 12], [0, -4]])
@pytest.mark.parametrize("least_fen", [1, 7, 8, 1000])
def test_the_least_is_found_whatever_is_guessed(guesses, least_fen):
    assert least(lambda fen: fen >= least_fen, guesses) == least_fen


def test_what_no_money_helps_has_no_least():
    assert least(lambda fen: False, [5]) is None


@pytest.mark.property
@one_in(20)
@given(document=households("avalanche"))
def test_with_the_sum_the_first_does_not_start_and_with_one_fen_less_it_does(document):
    household = parse_household(document)
    plan = make_plan(household)
    found = avoid_first(household, plan)
    if found is None:
        assert starting(plan) == []
        return
    first = starting(plan)[0].starts_on

    def first_with(fen):
        begins = starting(make_plan(receive(household, fen, found.on)))
        return begins[0].starts_on if begins else None

    assert found.on < first
    assert first_with(found.fen) is None or first_with(found.fen) > first
    assert first_with(found.fen - 1) <= first


# --- Living costs come first ---


def rent_first(**changes):
    """1,300.00 of 3,600.00 are left for a due of 2,000.00 on the 12th: 2,300.00 are the rent's."""
    loan = debt(
        rate=None, principal="6000.00", minimum={"fixed": "2000.00"}, next_due="2026-12-12",
        due_day=12, ladder=[rung("record", 2)],
    )  # fmt: skip
    start = {
        "buffer": "0.00",
        "accounts": [account(balance="0.00")],
        "incomes": [income(amount="3600.00", on={"monthly": 10}, adjust="none")],
        "expenses": [expense(amount="2300.00", on={"monthly": 25})],
        "debts": [loan],
    }
    return parse_household(document(**(start | changes)))


@pytest.mark.parametrize("strategy", ["minimum", "avalanche"])
def test_a_due_that_waits_for_the_rent_says_so_and_what_is_kept_for_it(strategy):
    household = replace(rent_first(), strategy=strategy)
    plan = make_plan(household)

    (why,) = reasons(household, plan, shorts_of(plan))

    assert (why.cause, why.due_on, why.short_fen) == ("living_first", date(2026, 12, 12), 70_000)
    assert why.held == (Held("rent", date(2026, 12, 25), 230_000),)


def test_where_the_rent_alone_is_not_the_cause_what_is_kept_is_told_beside_it():
    # 4,000.00 are due: without the rent there would be 3,600.00
    loan = debt(rate=None, principal="6000.00", minimum={"fixed": "4000.00"},
                next_due="2026-12-12", due_day=12, ladder=[rung("record", 2)])  # fmt: skip
    household = rent_first(debts=[loan])
    plan = make_plan(household)

    (why,) = reasons(household, plan, shorts_of(plan))

    assert (why.cause, why.short_fen) == ("no_money", 270_000)
    assert why.held == (Held("rent", date(2026, 12, 25), 230_000),)


def test_where_living_costs_are_not_essential_they_are_no_cause():
    costs = [expense(amount="2300.00", on={"monthly": 11}, essential=False)]
    household = rent_first(expenses=costs)
    plan = make_plan(household)

    (why,) = reasons(household, plan, shorts_of(plan))

    assert (why.cause, why.held) == ("no_money", ())
