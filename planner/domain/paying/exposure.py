"""The worst case: what lenders could take from which account, and what that leaves unpaid.

Read off a ledger in which each lender takes what is still required from the accounts it may
deduct from, or might: see `Household.reach`. Amounts are fen.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from heapq import merge
from itertools import takewhile
from typing import NamedTuple

from planner.domain.household.household import Expense, Household
from planner.domain.ledger.flows import Flows
from planner.domain.ledger.ledger import Ledger
from planner.domain.ledger.replay import replay
from planner.domain.paying.proposals import Decided, DecidedPayment
from planner.domain.plan.plan import Exposure


class Taking(NamedTuple):
    """What one lender could take from one account on a day."""

    on: date
    debt: str
    account: str
    amount_fen: int


class Prospect(NamedTuple):
    """What would be taken from a household before a day, `takings` in the order in which they
    are made. Of each day with one: `cash_fen` is what all accounts together then hold,
    `arrivals` are the incomes that arrive on it.
    """

    exposures: tuple[Exposure, ...]
    takings: tuple[Taking, ...]
    cash_fen: dict[date, int]
    arrivals: dict[date, tuple[str, ...]]


def if_followed(household: Household, steps: Iterable[DecidedPayment], before: date) -> Prospect:
    """What lenders could take up to the day before `before` if the person pays `steps`.

    Each is paid as far as the money then reaches. Raises PaymentRefused, and ValueError for a
    day outside the plan.
    """
    rolled, books = replay(household)
    ledger = Ledger(rolled, Decided(rolled, steps), books, lenders_take=True)
    return read_prospect(ledger.run_to(before.toordinal()))


def if_nothing_is_paid(household: Household, before: date) -> Prospect:
    """What lenders could take up to the day before `before` if the person pays nothing.

    Raises PaymentRefused, and ValueError for a day outside the plan.
    """
    return if_followed(household, (), before)


def read_prospect(ledger: Ledger) -> Prospect:
    takings = tuple(
        Taking(one.on, one.debt, one.account, one.amount_fen)
        for one in ledger.payments
        if one.by == "lender"
    )
    days = {one.on for one in takings}
    cash = {one.on: one.closing_fen for one in ledger.cash_days if one.on in days}
    arrivals: dict[date, tuple[str, ...]] = {}
    last = max(days, default=date.min).toordinal()
    for income in ledger.household.incomes:
        if not income.is_certain:
            continue
        for day in takewhile(lambda day: day <= last, ledger.flows.occurrences(income)):
            on = date.fromordinal(day)
            if on in days:
                arrivals[on] = (*arrivals.get(on, ()), income.id)
    return Prospect(read_exposures(ledger), takings, cash, arrivals)


def read_exposures(ledger: Ledger) -> tuple[Exposure, ...]:
    """By day, of a day in the household's order of accounts."""
    taken: defaultdict[date, defaultdict[str, list[tuple[str, int]]]]
    taken = defaultdict(lambda: defaultdict(list))
    for one in ledger.payments:
        if one.by == "lender":
            taken[one.on][one.account].append((one.debt, one.amount_fen))
    if not taken:
        return ()
    names = [account.id for account in ledger.household.accounts]
    cash_days = {one.on: one for one in ledger.cash_days if one.on in taken}
    costs = _Costs(ledger)
    exposures = []
    for on, by_account in taken.items():
        cash_day = cash_days[on]
        expense, short = costs.first_short(on.toordinal(), cash_day.closing_fen)
        for account, left in zip(names, cash_day.accounts, strict=True):
            if account in by_account:
                takings = by_account[account]
                amount = sum(fen for _, fen in takings)
                by = tuple(debt for debt, _ in takings)
                exposures.append(Exposure(on, account, amount, by, left, expense, short))
    return tuple(exposures)


class _Costs:
    """The living costs of a ledger by day, unrolled as far as they are asked."""

    def __init__(self, ledger: Ledger) -> None:
        self._flows = ledger.flows
        self._end = ledger.last_day + 1
        # Of a day the essential ones come first: they are paid before the others.
        expenses = sorted(ledger.household.expenses, key=lambda one: not one.is_essential)
        self._ahead = merge(
            *(_occurrences(ledger.flows, expense, place) for place, expense in enumerate(expenses))
        )
        self._known_to = 0
        self._by_day: defaultdict[int, list[Expense]] = defaultdict(list)
        self._expenses = expenses

    def first_short(self, day: int, cash: int) -> tuple[str | None, int]:
        """Of the days after `day` and before the next income: the first essential expense
        that `cash` does not reach, the costs before it paid, and what it lacks."""
        flows = self._flows
        position = bisect_right(flows.days, day)
        while (following := flows.next_day(position, self._end)) < self._end:
            if flows.incomes[position]:
                break
            for expense in self._of_day(following):
                if expense.is_essential and cash < expense.amount_fen:
                    return expense.id, expense.amount_fen - max(0, cash)
                cash -= expense.amount_fen
            position += 1
        return None, 0

    def _of_day(self, day: int) -> list[Expense]:
        while self._known_to <= day:
            self._known_to, place = next(self._ahead, (self._end, -1))
            if place >= 0:
                self._by_day[self._known_to].append(self._expenses[place])
        return self._by_day[day]


def _occurrences(flows: Flows, expense: Expense, place: int) -> Iterator[tuple[int, int]]:
    for day in flows.occurrences(expense):
        yield day, place
