"""The promise of a prepayment, looked at to the end: it makes no due late, or later.

Two ledgers go on from today, in both only what is required is paid from tomorrow on. What the
rules of thumb may prepay they judge by forecasts, and let it be where something is late anyway; a
solution that was found for a household that is short needs to know it exactly.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from planner.domain.contracts.dues import NEVER
from planner.domain.ledger.ledger import Books, Ledger
from planner.domain.paying.proposals import pay_minimum


class _Course(NamedTuple):
    """Where a ledger leads that pays only what is required after today: by (debt, due day) the
    day on which that due is met; the days on which money moves and what they close with."""

    met: dict[tuple[int, int], int]
    days: list[int]
    closings: list[int]
    end: int

    def closing(self, day: int) -> int:
        return self.closings[max(0, bisect_right(self.days, day) - 1)]


class Promise:
    """Of one day of a ledger, with the dues of the day fallen and nothing paid.

    `required` are the amounts that are paid in any case; all that is required today.
    """

    def __init__(self, ledger: Ledger, required: Sequence[int]) -> None:
        self._ledger = ledger
        self._required = required
        self._followed: _Course | None = None

    @property
    def _without(self) -> _Course:
        if self._followed is None:
            self._followed = self._follow(self._required)
        return self._followed

    def misses_by(self, until: int) -> bool:
        """Whether a due that falls after today, and up to a day, is missed without a prepayment."""
        ledger = self._ledger
        grace = max(debt.grace_days for debt in ledger.household.debts)
        fork = self._fork(self._required)
        fork.run_to(min(until + grace + 1, ledger.last_day))
        return any(
            ledger.day < due.due_on <= until and due.is_missed
            for contract in fork.contracts
            for due in contract.dues
        )

    def excess(self, amounts: Sequence[int]) -> int | None:
        """By how much the prepayments in `amounts` leave too little on some day: 0 where the
        promise is kept; None where a due is met late, or later, than without them."""
        course, without = self._follow(amounts), self._without
        for key, met_on in course.met.items():
            if key[1] <= without.end and met_on > max(key[1], without.met.get(key, key[1])):
                return None
        flows, buffer = self._ledger.flows, self._ledger.household.buffer_fen
        most = 0
        end = min(without.end, course.end)
        for day in sorted({*course.days, *without.days}):
            if day > end:
                break
            closing = course.closing(day)
            if closing < (before := without.closing(day)):
                most = max(most, min(before, buffer + flows.reserve(day)) - closing)
        return most

    def _fork(self, amounts: Sequence[int]) -> Ledger:
        """The ledger once more: `amounts` today, and then what is required."""
        ledger = self._ledger
        today = ledger.day
        books = Books(today, ledger.contracts, ledger.accounts, _flows=ledger.flows)
        fork = Ledger(
            ledger.household,
            lambda forked: amounts if forked.day == today else pay_minimum(forked),
            books,
        )
        fork.day, fork.flow_index = today, ledger.flow_index
        return fork

    def _follow(self, amounts: Sequence[int]) -> _Course:
        fork = self._fork(amounts).run()
        met = {
            (index, due.due_on): NEVER if due.met_on is None else due.met_on
            for index, contract in enumerate(fork.contracts)
            for due in contract.dues
        }
        days = [row.on.toordinal() for row in fork.cash_days]
        closings = [row.closing_fen for row in fork.cash_days]
        today = self._ledger.day
        if not days or days[0] > today:
            days, closings = [today, *days], [self._ledger.cash_fen, *closings]
        return _Course(met, days, closings, fork.day)
