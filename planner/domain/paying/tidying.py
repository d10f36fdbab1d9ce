"""Nothing overdue waits beside idle money: what was decided is paid as early as it can be.

A triage keeps money for dues to come, by what it foresees. Where a day that left something unpaid
turns out to have had more than all later payments need, as much is paid on it, and as much less
to that debt later.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
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


AllMade = dict[int, dict[int, _Made]]
"""What was made by day, then by debt (index)."""


class _Recording:
    """Makes payments again and notes what they paid for."""

    def __init__(self, ledger: Ledger) -> None:
        self._paid = _paid_by_day(ledger)
        self.made: AllMade = {}

    def __call__(self, ledger: Ledger) -> Amounts:
        amounts = [0] * len(ledger.contracts)
        for index, fen in self._paid.get(ledger.day, ()):
            amounts[index] = fen
        note_made(self.made, ledger, amounts)
        return amounts


def _paid_by_day(ledger: Ledger) -> dict[int, list[tuple[int, int]]]:
    """(debt, fen) of the payments of each day."""
    places = {debt.id: index for index, debt in enumerate(ledger.household.debts)}
    paid: dict[int, list[tuple[int, int]]] = {}
    for one in ledger.payments:
        paid.setdefault(one.on.toordinal(), []).append((places[one.debt], one.amount_fen))
    return paid


def note_made(made: AllMade, ledger: Ledger, amounts: Sequence[int]) -> None:
    """What the payments of a day, not made yet, pay for."""
    day = ledger.day
    for index, fen in enumerate(amounts):
        if fen:
            contract = ledger.contracts[index]
            required = contract.required_fen(day)
            settled = fen >= required and fen == contract.settle(day)
            made.setdefault(day, {})[index] = _Made(fen, required, settled)


def _lacking(before: Ledger, after: Ledger, tidied: "Tidied") -> dict[int, int]:
    """Fen by stretch in which something is prepaid by which it closes too low: below buffer and
    reserve, and lower than before, but for what is overdue and was paid earlier."""
    lacks: dict[int, int] = {}
    if not tidied.prepaid_in:
        return lacks
    buffer, flows = before.household.buffer_fen, before.flows
    closings = []
    for ledger in (before, after):
        days = [row.on.toordinal() for row in ledger.cash_days]
        closings.append((days, ledger.cash_days))
    last = min(days[-1] for days, _rows in closings)
    for place in tidied.prepaid_in:
        end = flows.stretches.ends[place]
        if end > last:
            continue
        was, now = (rows[bisect_right(days, end) - 1].closing_fen for days, rows in closings)
        lack = min(was, buffer + flows.reserve(end)) - now - tidied.advanced_at[place]
        if lack > 0:
            lacks[place] = lack
    return lacks


class Tidied:
    """A proposal: the payments of a finished ledger, as early as nothing else needs the money.

    `made` is what those paid for, at least from the first day on that left something unpaid;
    `less`, by stretch between incomes, by how many fen less is prepaid in it. After a run
    `now_made` is what its own payments paid for, `prepaid_in` are the stretches in which it
    prepaid something, and `advanced_at` is what by the end of each was paid earlier.
    """

    def __init__(self, ledger: Ledger, made: AllMade, less: Mapping[int, int]) -> None:
        self.now_made: AllMade = {}
        self.prepaid_in: set[int] = set()
        self.advanced_at: dict[int, int] = {}
        self._less = dict(less)
        self._made = made
        self._first_short = ledger.waiting[0].day
        self._before = _paid_by_day(ledger)
        self._spare = _Spare(ledger)
        self._advanced = [0] * len(ledger.contracts)  # paid before its day, and not made up for
        self._ahead = 0  # paid more than before, of all debts, and not made up for

    def __call__(self, ledger: Ledger) -> Amounts:
        day, left = ledger.day, ledger.spendable_fen
        amounts = [0] * len(ledger.contracts)
        if day < self._first_short:
            for index, fen in self._before.get(day, ()):
                amounts[index] = fen
            return amounts
        before = sum(fen for _index, fen in self._before.get(day, ()))
        for index, made in self._made.get(day, {}).items():
            amounts[index] = self._as_made(ledger.contracts[index], index, day, made, left)
            left -= amounts[index]
        self._prepay(ledger, amounts, before - self._ahead, left)
        left = ledger.spendable_fen - sum(amounts)
        waiting = []
        for index in ledger.demanding:
            missing = ledger.contracts[index].required_fen(day) - amounts[index]
            if missing > 0:
                waiting.append((self._spare.next_payment(index, day), index, missing))
        for until, index, missing in sorted(waiting):
            paid = self._advance(index, day, until, min(missing, left))
            amounts[index] += paid
            left -= paid
        note_made(self.now_made, ledger, amounts)
        self._ahead += sum(amounts) - before
        self.advanced_at[ledger.flows.stretches.place(day)] = sum(self._advanced)
        return amounts

    def _prepay(self, ledger: Ledger, amounts: Amounts, total: int, left: int) -> None:
        """Prepay what was prepaid, as far as all of the day is no more than a total: so no day
        closes lower than before because of what is prepaid on it."""
        day = ledger.day
        place = ledger.flows.stretches.place(day)
        kept = total - sum(amounts)
        for index, made in self._made.get(day, {}).items():
            prepaid = min(made.fen - made.required, kept, left)
            if prepaid <= 0 or made.settled:
                continue
            self.prepaid_in.add(place)
            prepaid -= (less := min(prepaid, self._less.get(place, 0)))
            if less:
                self._less[place] -= less
            paid = ledger.contracts[index].payable(day, amounts[index] + prepaid)
            kept -= paid - amounts[index]
            left -= paid - amounts[index]
            amounts[index] = paid

    def _as_made(self, contract: Contract, index: int, day: int, made: _Made, left: int) -> int:
        """What is paid instead of a payment but for what it prepaid, since some of it may be paid
        already."""
        required = contract.required_fen(day)
        if made.settled:
            wanted = contract.settle(day)
        elif made.fen >= made.required:
            wanted = required
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


def tidy(ledger: Ledger, made: AllMade | None = None) -> Ledger:
    """The finished ledger itself, or one in which nothing overdue waits beside idle money.

    `made` is what its payments paid for from the first day on that left something unpaid, where
    that was noted.
    """
    if not has_idle_money(ledger):
        return ledger
    if made is None:
        recording = _Recording(ledger)
        Ledger(ledger.household, recording, ledger.books).run()
        made = recording.made
    for _ in range(_MOST_ROUNDS):
        less: Counter[int] = Counter()
        for _again in range(_MOST_ROUNDS):
            tidied = Tidied(ledger, made, less)
            done = Ledger(ledger.household, tidied, ledger.books).run()
            lacks = _lacking(ledger, done, tidied)
            if not lacks:
                break
            less.update(lacks)
        ledger = done
        if not has_idle_money(ledger):
            break
        made = tidied.now_made
    return ledger
