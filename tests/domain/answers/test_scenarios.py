"""What if: households with changes laid over them, and what those do, by hand and in general."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.domain.answers.scenarios import (
    ROOM_DAYS,
    Lack,
    Room,
    borrow,
    charge,
    delay_income,
    difference,
    lower_income,
    miss_income,
    next_arrivals,
    next_statement,
    offer_of,
    receive,
    room,
    spend,
    standing_of,
)
from planner.domain.household.household import parse_debt, parse_household
from planner.domain.household.terms import RevolvingTerms
from planner.domain.make_plan import make_plan
from tests.domain.generate import households, one_in
from tests.households import account, debt, document, expense, income

LADDER = [{"id": "record", "after_days": 1, "counts_from": "due", "severity": 2}]


def tight(**changes):
    """100.00 at hand, 8,500.00 on the 10th, 500.00 due on the 12th without interest."""
    return parse_household(
        document(
            accounts=[account(balance="100.00")],
            expenses=[],
            debts=[debt(rate=None, next_due="2026-12-12", due_day=12, ladder=LADDER)],
            **changes,
        )
    )


def done(household, strategy=None):
    """What a plan comes to, without the texts of its warnings."""
    plan = make_plan(household, strategy)
    return plan.dues, plan.totals, plan.harm, plan.consequences, plan.debt_free_on


# --- By hand ---


@pytest.mark.parametrize(
    ("changed", "breaks", "cushion"),
    [
        (tight(), None, 0),
        (delay_income(tight(), 2), None, 0),
        (delay_income(tight(), 3), Lack(date(2026, 12, 12), "friend", 40_000), 40_000),
        (miss_income(tight()), Lack(date(2026, 12, 12), "friend", 40_000), 40_000),
        (lower_income(tight(), 20), None, 0),
        (spend(tight(), 815_001, date(2026, 12, 11)), Lack(date(2026, 12, 12), "friend", 5_001),
         5_001),
        (spend(tight(), 10_001, date(2026, 12, 9)), Lack(date(2026, 12, 9), "", 1), 1),
    ],
)  # fmt: skip
def test_a_stress_breaks_the_plan_on_its_day_and_a_cushion_mends_it(changed, breaks, cushion):
    plan = make_plan(changed)

    assert next(iter(standing_of(plan).lacks), None) == breaks
    assert max(0, -room(changed).fen) == cushion
    assert standing_of(make_plan(receive(changed, cushion, changed.as_of))).lacks == ()


@pytest.mark.parametrize(
    ("balance", "tolerance", "lacks"),
    [
        ("300.00", "0.00", ()),
        ("100.00", "0.00", (Lack(date(2026, 12, 2), "friend", 20_000),)),
        ("295.00", "5.00", ()),
        ("294.99", "5.00", (Lack(date(2026, 12, 2), "friend", 501),)),
    ],
)
def test_what_fell_due_before_and_is_in_grace_breaks_on_its_last_safe_day(
    balance, tolerance, lacks
):
    # 300.00 fell due on 29 November; up to 2 December they are in time.
    owed = debt(rate=None, grace_days=3, tolerance=tolerance, principal="300.00",
                minimum={"fixed": "300.00"}, next_due="2026-12-29", due_day=29,
                arrears=[{"due_on": "2026-11-29", "principal": "300.00"}])  # fmt: skip
    household = parse_household(
        document(accounts=[account(balance=balance)], expenses=[], debts=[owed])
    )

    assert standing_of(make_plan(household)).lacks == lacks


def test_the_day_with_the_least_money_is_told():
    assert room(tight()) == Room(date(2026, 12, 1), 10_000)
    assert room(spend(tight(), 4_000, date(2026, 12, 4))) == Room(date(2026, 12, 4), 6_000)


def test_only_what_is_new_is_told_to_start_and_what_is_gone_to_be_spared():
    before, after = (standing_of(make_plan(one)) for one in (tight(), miss_income(tight())))

    told = difference(before, after)

    assert [(one.debt, one.rung, one.starts_on) for one in told.starts] == [
        ("friend", "record", date(2026, 12, 13))
    ]
    assert told.lacks == (Lack(date(2026, 12, 12), "friend", 40_000),)
    assert told.spared == ()
    assert difference(after, after).lacks == ()
    assert difference(after, before).spared == told.starts


def test_the_next_arrival_is_the_one_that_is_delayed_and_those_after_it_come_as_ever():
    incomes = [income(adjust="previous_workday", on={"monthly": 13})]
    household = parse_household(document(strategy="minimum", incomes=incomes))

    assert [one[1:] for one in next_arrivals(household)] == [
        (date(2026, 12, 13), date(2026, 12, 11))
    ]
    days = [one.on for one in make_plan(delay_income(household, 7)).cash if one.income_fen]
    assert days[:2] == [date(2026, 12, 18), date(2027, 1, 13)]


def test_an_income_that_has_come_already_is_not_the_next_one():
    came = {"kind": "income", "on": "2026-12-10", "income": "salary", "planned_on": "2026-12-10",
            "amount": "8500.00", "account": "card"}  # fmt: skip
    lived = parse_household(document(planned_from="2026-12-10", history=[came]))

    assert [one.arrives_on for one in next_arrivals(lived)] == [date(2027, 1, 10)]


def test_an_offer_costs_what_it_asks_for_above_what_it_brings():
    terms = {"contract": "instalment", "method": "interest_only", "principal": "1000.00",
             "rate": {"rate": "0.012", "per": "month"}, "periods_left": 1,
             "next_due": "2027-01-05", "due_day": 5, "accrued_from": "2026-12-05"}  # fmt: skip
    loan = parse_debt(
        {"id": "offer", "name": "", **terms}, as_of=date(2026, 12, 1), account_ids=set()
    )

    offer = offer_of(loan, 100_000, date(2026, 12, 5), date(2026, 12, 1))

    assert offer.payments == ((date(2027, 1, 5), 101_200),)
    assert offer.cost_fen == 1_200
    assert offer.nominal == Fraction(144, 1000)
    assert round(float(offer.effective), 6) == round(1.012**12 - 1, 6)


def test_a_loan_is_one_debt_more_and_its_dues_stand_in_the_plan():
    loan = replace(tight().debts[0], id="friend", name="again")

    changed = borrow(tight(), loan)
    dues = [due for due in make_plan(changed).dues if due.due_on == date(2026, 12, 12)]

    assert [one.id for one in changed.debts] == ["friend", "friend-2"]
    assert [(due.debt, due.required_fen) for due in dues] == [
        ("friend", 50_000),
        ("friend-2", 50_000),
    ]


def card(**changes):
    return {
        "id": "flower", "name": "花呗", "product": None, "contract": "revolving",
        "statement_day": 5, "due_day": 15, "billed": "0.00", "unbilled": "300.00",
        "rate": {"rate": "0.0005", "per": "day"}, "interest_from": "due",
    } | changes  # fmt: skip


@pytest.mark.parametrize("lived", [{}, {"planned_from": "2026-12-03", "history": []}])
def test_what_is_bought_with_a_card_stands_in_its_next_bill(lived):
    household = parse_household(document(strategy="minimum", debts=[card()], **lived))

    bought = charge(household, "flower", 12_345)

    assert next_statement(household, "flower") == date(2026, 12, 5)
    assert make_plan(bought).dues[0].amount_fen == 42_345
    with pytest.raises(KeyError):
        charge(parse_household(document()), "friend", 1)


def test_who_has_no_account_can_still_be_given_money():
    bare = parse_household(document(accounts=[], incomes=[], expenses=[]))

    assert room(bare, 20) == Room(date(2026, 12, 15), -50_000)
    assert standing_of(make_plan(receive(bare, 1_000_000, bare.as_of))).lacks == ()


def test_a_flow_of_one_day_is_no_expense_that_is_left_behind():
    gone = parse_household(document(expenses=[expense(on={"once": "2026-12-09"})]))

    assert miss_income(gone).expenses == gone.expenses


# --- In general ---


@pytest.mark.property
@one_in(10)
@given(document=households())
def test_a_change_of_nothing_changes_nothing(document):
    household = parse_household(document)
    as_of = household.as_of
    as_it_is = done(household)

    for same in (receive(household, 0, as_of), spend(household, 0, as_of)):
        assert same is household
    assert done(lower_income(household, 0)) == as_it_is
    assert done(delay_income(household, 0)) == as_it_is
    for one in household.debts:
        if isinstance(one.terms, RevolvingTerms):
            assert done(charge(household, one.id, 0)) == as_it_is


@pytest.mark.property
@one_in(10)
@given(document=households(), days=st.sampled_from((3, 7, 15)))
def test_the_cushion_pays_for_all_in_time_and_with_one_fen_less_something_is_missing(
    document, days
):
    household = delay_income(parse_household(document), days)
    end = household.as_of + timedelta(days=ROOM_DAYS)
    missing = -room(household).fen
    if missing <= 0:
        return

    plan = make_plan(receive(household, missing, household.as_of), "minimum")
    less = make_plan(receive(household, missing - 1, household.as_of), "minimum")

    in_time = [due for due in plan.dues if household.as_of <= due.due_on < end]
    assert all(due.last_safe_on >= end or due.short_fen == 0 for due in in_time)
    assert all(one.closing_fen >= 0 for one in plan.cash if one.on < end)
    if less.debt_free_on is not None and less.debt_free_on < end:
        return  # a plan ends with its last debt, and does not tell of living costs after it
    assert [one for one in plan.payments if one.on < end] != [
        one for one in less.payments if one.on < end
    ] or any(one.closing_fen < 0 for one in less.cash if one.on < end)
