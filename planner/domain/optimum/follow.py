"""Following a solution in the ledger: what is required, then what the solution adds."""

from collections.abc import Sequence
from typing import NamedTuple

from planner.domain.ledger import Ledger
from planner.domain.strategies import LEAST_PREPAYMENT_FEN, Prepaying, by_rate
from planner.domain.triage import Amounts, Triage

_NEAR_SETTLED_FEN = 300  # a solution leaves no less than this; rounding may


class Intention(NamedTuple):
    """What one debt is to be paid: fen up to and including each day, in rising order of
    `days`, and from which day on nothing is left. `may_wait`: required amounts follow it,
    too, and are not paid before."""

    days: list[int]
    paid: list[int]
    clear_on: int | None
    may_wait: bool


class Following:
    """A proposal: pays what is required on its day and prepays as the solution says.

    When money is short the triage decides; after the last decided day, the dearest rate.
    """

    def __init__(self, intentions: Sequence[Intention], last_day: int, triage: Triage) -> None:
        self._intentions = intentions
        self._last_day = last_day
        self._triage = triage
        self._paid = [0] * len(intentions)
        self._positions = [0] * len(intentions)
        self._after = Prepaying(by_rate, triage)

    def __call__(self, ledger: Ledger) -> Amounts | None:
        if ledger.day > self._last_day:
            return self._after(ledger)
        amounts = self._amounts(ledger)
        for index, amount in enumerate(amounts):
            self._paid[index] += amount
        return amounts

    def _amounts(self, ledger: Ledger) -> Amounts:
        day, cash = ledger.day, ledger.cash_fen
        amounts = [0] * len(self._intentions)
        for index in ledger.demanding:
            amounts[index] = self._now(index, ledger.contracts[index].required_fen(day), day)
        total = sum(amounts)
        if total > cash:
            if any(intention.may_wait for intention in self._intentions):
                return _cut(amounts, max(0, cash))
            return self._triage(ledger)
        free = cash - total
        for index, intention in enumerate(self._intentions):
            if free <= 0:
                break
            contract = ledger.contracts[index]
            wanted = self._wanted(index, day) - self._paid[index] - amounts[index]
            required = contract.required_fen(day)
            if intention.clear_on is not None and day >= intention.clear_on:
                settle = contract.settle(day)
                if settle - amounts[index] <= free and contract.balances().principal:
                    wanted = settle - amounts[index]
            if wanted <= 0 or amounts[index] < required:
                continue
            offered = contract.payable(day, amounts[index] + min(wanted, free))
            extra = offered - amounts[index]
            settles = extra > 0 and offered == contract.settle(day)
            if extra > 0 and (settles or extra >= LEAST_PREPAYMENT_FEN):
                amounts[index] += extra
                free -= extra
        return amounts

    def _now(self, index: int, required: int, day: int) -> int:
        intention = self._intentions[index]
        if not intention.may_wait:
            return required
        if intention.clear_on is not None and day >= intention.clear_on:
            return required
        return max(0, min(required, self._wanted(index, day) - self._paid[index]))

    def _wanted(self, index: int, day: int) -> int:
        """Fen to have paid by today."""
        intention = self._intentions[index]
        position = self._positions[index]
        days = intention.days
        while position < len(days) and days[position] <= day:
            position += 1
        self._positions[index] = position
        return intention.paid[position - 1] if position else 0


def _cut(amounts: Amounts, cash: int) -> Amounts:
    """The amounts in order as far as the money goes."""
    for index, amount in enumerate(amounts):
        amounts[index] = min(amount, cash)
        cash -= amounts[index]
    return amounts
