"""How a household stands on a later day: as it would be read back, and beside another one."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.domain.household.household import (
    household_document,
    parse_beside,
    parse_household,
)
from planner.domain.ledger.replay import stand
from tests.domain.generate import households

pytestmark = pytest.mark.property


@given(households(), st.integers(0, 120))
def test_the_position_is_the_household_that_its_document_says(document, days):
    position = position_of(document, days)

    assert parse_household(household_document(position)) == position


@given(households(), st.integers(0, 120), st.sampled_from(["accounts", "incomes", "debts"]))
def test_read_beside_another_one_it_is_the_same(document, days, kind):
    position = position_of(document, days)
    changed = household_document(position)
    for entry in changed[kind][:1]:
        entry["name"] += "!"
    changed["expenses"] = changed["expenses"][1:]
    changed["buffer"] = "1.00"

    assert parse_beside(changed, position) == parse_household(changed)


def position_of(document, days):
    """Without what no document says: an account below zero, and days that are answered."""
    household = parse_household(document)
    position = stand(replace(household, planned_from=household.as_of + timedelta(days=days)))
    accounts = tuple(
        replace(account, balance_fen=max(0, account.balance_fen)) for account in position.accounts
    )
    known_to = position.as_of - timedelta(days=1)
    return replace(position, accounts=accounts, known_to=known_to)
