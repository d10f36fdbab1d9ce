"""Money that has to lie in another account before the rent leaves it."""

from datetime import date

from planner.domain.answers.moves import moves_of
from planner.domain.household.household import parse_household
from planner.domain.make_plan import make_plan
from tests.households import account, debt, document, expense, income


def planned(*balances, **changes):
    accounts = [account(id=f"a{i}", balance=balance) for i, balance in enumerate(balances)]
    changes = {
        "strategy": "minimum",
        "accounts": accounts,
        "incomes": [income(account="a1")],
        "expenses": [expense(account="a0")],
        "debts": [debt(rate=None, autopay=["a0"])],
    } | changes
    return make_plan(parse_household(document(**changes)))


def told(moves):
    return [(one.on, one.source, one.target, one.amount_fen) for one in moves]


def test_the_rent_is_filled_up_on_its_day_and_no_more_for_the_due_after_it():
    """2,600.00 on the 5th from 500.00; 500.00 on the 15th from what is then 0.00."""
    moves = moves_of(planned("500.00", "4000.00"))

    assert told(moves.for_living[:2]) == [
        (date(2026, 12, 5), "a1", "a0", 210_000),
        (date(2027, 1, 5), "a1", "a0", 260_000),
    ]
    assert told(moves.for_payments[:2]) == [
        (date(2026, 12, 15), "a1", "a0", 50_000),
        (date(2027, 1, 15), "a1", "a0", 50_000),
    ]


def test_the_fullest_account_gives_first_and_then_the_next():
    rent = [expense(account="a0", until="2026-12-31")]
    moves = moves_of(
        planned("500.00", "900.00", "1500.00", incomes=[], expenses=rent, debts=[debt(rate=None)])
    )

    assert told(moves.for_living) == [
        (date(2026, 12, 5), "a2", "a0", 150_000),
        (date(2026, 12, 5), "a1", "a0", 60_000),
    ]


def test_the_account_that_the_ledger_pays_from_is_filled_up_again():
    """2,600.00 of rent from an empty account leave 400.00 in the one of 3,000.00, from which the
    ledger pays 500.00: 100.00 come from the third."""
    rent = [expense(account="a0", until="2026-12-31")]
    moves = moves_of(
        planned("0.00", "900.00", "3000.00", incomes=[], expenses=rent, debts=[debt(rate=None)])
    )

    assert told(moves.for_payments[:1]) == [(date(2026, 12, 15), "a1", "a2", 10_000)]


def test_nothing_is_moved_where_each_account_has_enough_or_all_are_empty():
    enough, nothing = planned("9000.00", "0.00"), planned("0.00", "0.00", incomes=[], debts=[])

    assert [one for one in moves_of(enough).for_living if one.on < date(2027, 3, 1)] == []
    assert moves_of(nothing).for_living == ()


def test_without_living_costs_the_moves_are_the_ledgers():
    plan = planned("100.00", "4000.00", expenses=[])

    assert plan.transfers
    assert moves_of(plan).for_payments == plan.transfers
