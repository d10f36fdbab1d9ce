"""Nothing overdue waits beside idle money: what was decided is paid as early as it can be.

A triage keeps money for dues to come, by what it foresees. Where a day that left something unpaid
turns out to have had more than all later payments need, as much is paid on it, and as much less
to that debt later.
"""

from bisect import bisect_right
from collections import defaultdict
from typing import NamedTuple

from planner.domain.contracts.dues import NEVER
from planner.domain.ledger.ledger import Contract, Ledger
from planner.domain.paying.triage import Amounts

_MOST_ROUNDS = 8  # each pays earlier still, by what the round before has saved of penalty


class _Spare:
    """What each day on which a finished ledger pays has left above the reserve."""

    def __init__(self, ledger: Ledger) -> None:
        self.days: list[int] = []
        self.left: list[int] = []
        self._paid_on: defaultdict[int, list[int]] = defaultdict(list)
        places = {debt.id: index for index, debt in enumerate(ledger.household.debts)}
        for one in ledger.payments:
            self._paid_on[places[one.debt]].append(one.on.toordinal())
        for row in ledger.cash_days:
            if row.payments_fen:
                day = row.on.toordinal()
                self.days.append(day)
                self.left.append(row.closing_fen - ledger.flows.reserve(day))

    def next_payment(self, index: int, day: int) -> int:
        """The day on which a debt is paid next after a day; NEVER where it is not."""
        days = self._paid_on[index]
        place = bisect_right(days, day)
        return days[place] if place < len(days) else NEVER

    def between(self, day: int, until: int) -> int:
        """The least that is left on a day of payments after `day` and before `until`."""
        first, last = bisect_right(self.days, day), bisect_right(self.days, until - 1)
        return min(self.left[first:last], default=NEVER)

    def take(self, fen: int, day: int, until: int) -> None:
        first, last = bisect_right(self.days, day), bisect_right(self.days, until - 1)
        for place in range(first, last):
            self.left[place] -= fen


def has_idle_money(ledger: Ledger) -> bool:
    """Whether a day left something required unpaid beside money that nothing later needed."""
    if not ledger.waiting:
        return False
    spare = _Spare(ledger)
    return any(
        spare.between(one.day, spare.next_payment(index, one.day)) > 0
        for one in ledger.waiting
        for index in one.debts
    )


class _Made(NamedTuple):
    """A payment that was made: fen, what was required then, and whether it paid the debt off."""

    fen: int
    required: int
    settled: bool


class _Recording:
    """Makes payments again and notes what they paid for."""

    def __init__(self, ledger: Ledger) -> None:
        places = {debt.id: index for index, debt in enumerate(ledger.household.debts)}
        self._paid: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        for one in ledger.payments:
            self._paid[one.on.toordinal()].append((places[one.debt], one.amount_fen))
        self.made: defaultdict[int, dict[int, _Made]] = defaultdict(dict)

    def __call__(self, ledger: Ledger) -> Amounts:
        amounts = [0] * len(ledger.contracts)
        for index, fen in self._paid.get(ledger.day, ()):
            contract = ledger.contracts[index]
            required, settle = contract.required_fen(ledger.day), contract.settle(ledger.day)
            self.made[ledger.day][index] = _Made(fen, required, settled=fen == settle)
            amounts[index] = fen
        return amounts


class Tidied:
    """A proposal: the payments of a finished ledger, as early as nothing else needs the money."""

    def __init__(self, ledger: Ledger) -> None:
        recording = _Recording(ledger)
        Ledger(ledger.household, recording, ledger.books).run()
        self._made = recording.made
        self._spare = _Spare(ledger)
        self._advanced = [0] * len(ledger.contracts)  # paid before its day, and not made up for

    def __call__(self, ledger: Ledger) -> Amounts:
        day, left = ledger.day, ledger.spendable_fen
        amounts = [0] * len(ledger.contracts)
        for index, made in self._made.get(day, {}).items():
            amounts[index] = self._as_made(ledger.contracts[index], index, day, made, left)
            left -= amounts[index]
        waiting = [
            (self._spare.next_payment(index, day), index)
            for index in ledger.demanding
            if ledger.contracts[index].required_fen(day) > amounts[index]
        ]
        for until, index in sorted(waiting):
            missing = ledger.contracts[index].required_fen(day) - amounts[index]
            paid = self._advance(index, day, until, min(missing, left))
            amounts[index] += paid
            left -= paid
        return amounts

    def _as_made(self, contract: Contract, index: int, day: int, made: _Made, left: int) -> int:
        """What is paid instead of a payment, since some of it may be paid already."""
        required = contract.required_fen(day)
        if made.settled:
            wanted = contract.settle(day)
        elif made.fen >= made.required:
            wanted = required + made.fen - made.required
        else:
            wanted = min(required, max(0, made.fen - self._advanced[index]))
        self._advanced[index] = max(0, self._advanced[index] - made.fen)
        wanted = min(wanted, left)
        return wanted if wanted <= required else contract.payable(day, wanted)

    def _advance(self, index: int, day: int, until: int, most: int) -> int:
        """Pay to a debt what it is paid later, as far as the money of no payment between is
        needed for it: fen of at most `most`."""
        paid = 0
        advanced = self._advanced[index]
        while paid < most:
            part = min(most - paid, self._spare.between(day, until))
            if until != NEVER:
                part = min(part, self._made[until][index].fen - advanced)
            if part > 0:
                self._spare.take(part, day, until)
                self._advanced[index] += part
                advanced += part
                paid += part
            if until == NEVER or advanced < self._made[until][index].fen:
                break
            advanced -= self._made[until][index].fen  # so that nothing is paid on that day
            until = self._spare.next_payment(index, until)
        return paid


def tidy(ledger: Ledger) -> Ledger:
    """The finished ledger itself, or one in which nothing overdue waits beside idle money."""
    for _ in range(_MOST_ROUNDS):
        if not has_idle_money(ledger):
            break
        ledger = Ledger(ledger.household, Tidied(ledger), ledger.books).run()
    return ledger
