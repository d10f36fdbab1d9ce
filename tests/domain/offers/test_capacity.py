from datetime import date
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from planner.domain.household.household import parse_household
from planner.domain.offers.capacity import (
    asked_fen,
    bad_months,
    capacity,
    carries,
    largest_income,
    shares,
    shortest,
    unsecured,
)
from planner.domain.values.days import add_months
from planner.domain.values.rates import Rate
from tests.domain.generate import households
from tests.households import account, debt, document, expense, income

FIRST = date(2026, 12, 20)


def household(**changes):
    base = {
        "accounts": [account(balance="5000.00")],
        "incomes": [income(amount="3000.00", on={"monthly": 10})],
        "expenses": [expense(amount="2000.00", on={"monthly": 12})],
        "debts": [debt(rate=None)],
        "buffer": "0.00",
    }
    return parse_household(document(**(base | changes)))


def test_the_largest_payment_leaves_the_living_costs_of_one_bad_month():
    """5,000 of now, and 2,000 of rent on the 12th, which the 3,000 of the 10th may not pay for:
    3,000 are left on the 20th. The next rent is paid by the next income: nothing is kept for it.
    """
    found = capacity(household(), ["friend"], FIRST, 1)

    assert found.fen == 300_000
    assert found.if_all_comes_fen == 600_000
    assert found.missed_on == date(2026, 12, 10)
    assert carries(household(), ["friend"], 300_000, FIRST, 1)
    assert not carries(household(), ["friend"], 300_001, FIRST, 1)


def test_a_buffer_of_ones_own_is_kept():
    assert capacity(household(buffer="1000.00"), ["friend"], FIRST, 1).fen == 200_000


def test_what_is_bought_with_a_card_is_paid_for_instead():
    card = {
        "id": "friend", "name": "卡", "product": "credit_card", "contract": "revolving",
        "statement_day": 15, "due_day": 3, "billed": "0.00", "unbilled": "100.00",
        "interest_from": "due", "rate": {"rate": "0.0005", "per": "day"},
    }  # fmt: skip
    plain, spending = (
        capacity(household(debts=[card | {"monthly_spend": one}]), ["friend"], FIRST, 3)
        for one in ("0.00", "300.00")
    )

    assert spending.fen < plain.fen


def test_without_room_it_is_nothing():
    poor = household(accounts=[account(balance="0.00")], incomes=[])

    assert capacity(poor, ["friend"], FIRST, 12).fen == 0


def test_each_arrival_may_fail_and_the_day_before_may_not():
    of = household()
    cases = list(bad_months(of, largest_income(of), date(2027, 3, 20)))

    assert [on for _, on in cases] == [None] + [date(2026, 12, 10)] + [
        date(2027, month, 10) for month in (1, 2, 3)
    ]


def test_offers_are_in_proportion_and_never_more_together():
    two = household(debts=[debt(rate=None), debt(id="other", principal="1000.00", rate=None)])

    assert unsecured(two) == ["friend", "other"]
    assert shares(two, ["friend", "other"], 100_001) == {"friend": 75_000, "other": 25_000}


def test_the_shortest_term_that_repays_all_is_taken():
    found, is_enough = shortest(household(), ["friend"], FIRST)

    assert is_enough
    assert found.periods == 3
    assert found.fen * 3 >= 300_000
    assert not shortest(household(incomes=[]), ["friend"], FIRST)[1]


@pytest.mark.parametrize(
    ("most", "periods", "rate", "fen"),
    [
        (600_000, 12, None, 41_667),
        (30_000, 12, None, 30_000),
        (600_000, 1, None, 500_000),
        (600_000, 12, Rate(Fraction(24, 100), "year"), 47_280),
    ],
)
def test_no_more_is_asked_for_than_repays_all_of_it(most, periods, rate, fen):
    assert asked_fen(500_000, most, periods, rate) == fen


@pytest.mark.slow
@settings(
    max_examples=300, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
@given(households(), st.sampled_from((1, 3, 6)), st.integers(1, 40))
def test_one_fen_more_breaks_the_plan(written, periods, wait):
    of = parse_household(written)
    assume(of.debts and of.accounts)
    assume(add_months(of.as_of, periods + 4).year <= 2099)
    first = date.fromordinal(of.planned_from.toordinal() + wait)
    debts = unsecured(of)[:2]
    assume(debts)
    most = capacity(of, debts, first, periods).fen

    if most:
        assert carries(of, debts, most, first, periods)
    assert not carries(of, debts, most + 1, first, periods)
