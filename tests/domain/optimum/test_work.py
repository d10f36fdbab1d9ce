"""How much work a plan is: counted, since time depends on the machine."""

import sys
from collections import Counter
from contextlib import contextmanager

import pytest

from planner.domain import contracts
from planner.domain.household.household import parse_household
from planner.domain.ledger.ledger import Ledger, start_contract
from planner.domain.paying.proposals import pay_minimum
from tests.households import debt, document, income
from tests.odd import MORTGAGE, loan

FOLDER = contracts.__path__[0]


@contextmanager
def counting(note):
    """Calls `note` for every line that the contracts execute."""

    def trace(frame, event, argument):
        if not frame.f_code.co_filename.startswith(FOLDER):
            return None
        note()
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)


def short(*debts):
    """A household that pays about a tenth of what the debts require."""
    return parse_household(document(debts=list(debts), incomes=[income(amount="2900.00")]))


@pytest.mark.parametrize("base", ["row", "principal"])
def test_a_day_is_no_more_work_after_thirty_years_of_unpaid_dues(base):
    household = short(
        loan(**MORTGAGE, periods_left=360, overdue={"multiplier": "1.5", "on": base}),
        debt(principal="900000.00", minimum={"fixed": "2500.00"}, overdue={"multiplier": "1.5"}),
    )
    lines = Counter()
    ledger = Ledger(household, pay_minimum)
    first = ledger.day

    def note():
        lines[(ledger.day - first) // 365] += 1

    with counting(note):
        ledger.run()

    assert sum(due.met_on is None for _, due in ledger.dues()) > 500
    assert lines[29] < 1.5 * lines[3]


@pytest.mark.parametrize("base", ["row", "principal"])
def test_penalty_of_years_is_the_same_whether_asked_for_or_not(base):
    mortgage = loan(**MORTGAGE, periods_left=360, overdue={"multiplier": "1.5", "on": base})
    household = short(mortgage)
    [debt] = household.debts
    first = household.as_of.toordinal()
    asked, unasked = start_contract(debt, first), start_contract(debt, first)
    taken = []
    for day in range(first, first + 3650):
        for contract in (asked, unasked):
            contract.morning(day)
        asked.open_dues()
        if day % 23 == 0:
            taken.append((asked.pay(day, 61_234), unasked.pay(day, 61_234)))

    ends = [
        [(due.due_on, due.unpaid, due.penalty, due.met_on) for due in contract.dues]
        for contract in (asked, unasked)
        if contract.open_dues()
    ]

    assert len(taken) > 150
    assert all(one == other for one, other in taken)
    assert ends[0] == ends[1]
    assert list(asked.demands(day)) == list(unasked.demands(day))
