"""Who is paid when money is short.

Nothing that is overdue waits beside idle money: what is not kept for a due that the plan will pay
is paid on the day it is there.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import merge
from typing import Protocol

from planner.domain.contracts.dues import NEVER, Due
from planner.domain.household.household import Household
from planner.domain.ledger.consequences import dated_rungs, first_starts
from planner.domain.ledger.ledger import Contract, Ledger
from planner.domain.paying.lookahead import Forecast, Lookahead

Amounts = list[int]

WINDOW_DAYS = 31  # a due so far ahead that cannot be paid makes today a day of choosing
PLANNED_DAYS = 92  # then dues of so many days compete for the money there is and will be
_FRESH_DAYS = 14
_AMPLE = 10**15


class Triage(Protocol):
    """Amounts of a day on which the money does not reach for all, or soon will not.

    `looks_ahead`: dues of the coming days count too, so that it wants to be asked before it is
    short; `ahead` is what is foreseen of the contracts, where somebody keeps that.
    """

    @property
    def looks_ahead(self) -> bool: ...

    def __call__(self, ledger: Ledger, ahead: Lookahead | None = None) -> Amounts: ...


class InTurn:
    """Each demand of the day in full until one does not fit, that one in part."""

    looks_ahead = False

    def __init__(self, demands: Callable[[Ledger], Iterable[tuple[int, int]]]) -> None:
        """`demands` are (debt, fen), the first to be paid first."""
        self._demands = demands

    def __call__(self, ledger: Ledger, ahead: Lookahead | None = None) -> Amounts:
        amounts = [0] * len(ledger.contracts)
        left = ledger.spendable_fen
        if not left:
            return amounts
        for index, fen in self._demands(ledger):
            part = min(left, fen)
            amounts[index] += part
            left -= part
            if not left:
                break
        return amounts


def _oldest_first(ledger: Ledger) -> Iterator[tuple[int, int]]:
    demands = merge(*(_demands(ledger, index) for index in ledger.demanding))
    return ((index, fen) for _, index, fen in demands)


def _demands(ledger: Ledger, index: int) -> Iterator[tuple[int, int, int]]:
    for due_on, fen in ledger.contracts[index].demands(ledger.day):
        yield due_on, index, fen


pay_oldest_first = InTurn(_oldest_first)


def pay_in_order(order: Sequence[int]) -> InTurn:
    """A triage by rank: debts (by index) in that order."""

    def demands(ledger: Ledger) -> Iterator[tuple[int, int]]:
        for index in order:
            if index in ledger.demanding:
                yield index, ledger.contracts[index].required_fen(ledger.day)

    return InTurn(demands)


class _Claim:
    """A due of a debt, `fen` of it unpaid, due on a day.

    `by` are places of days (see `_Money`) by which it is to be paid so that nothing of a severity
    or a graver one starts under it, 5 first: None where that cannot be had any more, or need not
    be thought of yet. `slot` is the place on which it is planned to be paid.
    """

    __slots__ = ("by", "due_on", "fen", "slot")

    def __init__(self, due_on: int, fen: int, by: tuple[int | None, ...]) -> None:
        self.due_on = due_on
        self.fen = fen
        self.by = by
        self.slot = NEVER


class _Money:
    """What is there above the reserve by each of some days, and what of it is still free.

    A day on which nothing is planned to be paid asks for nothing.
    """

    def __init__(self, ledger: Ledger, days: list[int]) -> None:
        self.days = days
        self._free = []
        self._limits = [_AMPLE] * len(days)
        cash, flows, after = ledger.cash_fen, ledger.flows, ledger.day
        for day in days:
            cash += flows.net(after, day)
            self._free.append(cash - flows.reserve(day))
            after = day

    def place(self, day: int) -> int:
        """The last of the days up to and including a day."""
        return bisect_right(self.days, day) - 1

    def is_free(self, place: int) -> int:
        """What may be paid on a day at most, whatever is planned later."""
        return self._free[place]

    def limit(self, first: int, until: int) -> int:
        """How much more may be paid by the days [first, until), by what is planned on them."""
        return min(self._limits[first:until], default=_AMPLE)

    def take(self, fen: int, place: int, until: int) -> None:
        """Pay so much on a day instead of a later one."""
        for one in range(place, min(until, len(self.days))):
            self._free[one] -= fen
            self._limits[one] -= fen

    def use(self, place: int) -> None:
        """From now on what is free on a day is a limit to what may be paid before."""
        if self._limits[place] >= _AMPLE // 2:
            self._limits[place] = self._free[place]


class LeastHarm:
    """Plans on which day each due of the coming months is paid, so that least harm is done.

    First all are to be paid before the gravest starts, as far as the money reaches by then, the
    smallest first; then, of those, before the next grave, and at last on their days. For what is
    planned money is kept, and not for longer than needed: what is left over goes to what waits.
    """

    looks_ahead = True

    def __init__(self, household: Household) -> None:
        self._delays = [
            first_starts(dated_rungs(debt), Due(0, debt.grace_days, 0, 0))
            for debt in household.debts
        ]
        self._planned_on = 0
        self._valid_until = -1
        self._chains: list[list[_Claim]] = []
        self._money: _Money

    def __call__(self, ledger: Ledger, ahead: Lookahead | None = None) -> Amounts:
        amounts = [0] * len(ledger.contracts)
        left = ledger.spendable_fen
        if not left:
            return amounts
        if not self._planned_on < ledger.day <= self._valid_until:
            self._plan(ledger, ahead)
        day, now = ledger.day, self._money.place(ledger.day)
        waiting = []
        for index in ledger.demanding:
            required = ledger.contracts[index].required_fen(day)
            chain = self._chains[index]
            wanted = sum(claim.fen for claim in chain if claim.slot <= now and claim.due_on <= day)
            amounts[index] = min(wanted, required, left)
            left -= amounts[index]
            _settle(chain, amounts[index])
            if amounts[index] < required:
                first = next((claim for claim in chain if claim.fen), None)
                slot, rest = (first.slot, first.fen) if first else (NEVER, 0)
                waiting.append((slot, rest, index, required - amounts[index]))
        for slot, _, index, missing in sorted(waiting):
            paid = min(missing, left, self._money.limit(now + 1, slot))
            if paid > 0:
                amounts[index] += paid
                left -= paid
                self._money.take(paid, now, slot)
                _settle(self._chains[index], paid)
        return amounts

    # --- The plan ---

    def _plan(self, ledger: Ledger, ahead: Lookahead | None) -> None:
        day = ledger.day
        until = min(day + PLANNED_DAYS, ledger.last_day)
        incomes = _income_days(ledger, until)
        self._planned_on = day
        found = [
            self._required(ledger, ahead, index, until) for index in range(len(ledger.contracts))
        ]
        days = {day, *incomes, *(due_on for chain in found for due_on, _ in chain if due_on > day)}
        self._money = _Money(ledger, sorted(days))
        paydays = [day, *incomes]
        self._chains = [
            [self._claim(index, due_on, fen, paydays, until) for due_on, fen in chain]
            for index, chain in enumerate(found)
        ]
        for severity in range(5):
            self._tighten(severity)
        self._valid_until = self._until_planned_anew(paydays)

    def _until_planned_anew(self, paydays: Sequence[int]) -> int:
        """What is paid late has grown by its day: then it is planned anew, and every fortnight."""
        late = {
            self._money.days[claim.slot]
            for chain in self._chains
            for claim in chain
            if claim.slot < len(self._money.days) and self._money.days[claim.slot] > claim.due_on
        }
        today = paydays[0]
        for payday in paydays[1:]:
            if payday in late or payday >= today + _FRESH_DAYS:
                return payday - 1
        return today + WINDOW_DAYS

    def _required(
        self, ledger: Ledger, ahead: Lookahead | None, index: int, until: int
    ) -> list[tuple[int, int]]:
        """(due day, fen) of what a debt asks for today, oldest first, and then up to `until`."""
        day = ledger.day
        contract = ledger.contracts[index]
        asked = []
        if index in ledger.demanding:
            asked = [one for one in contract.demands(day) if one[1]]
        forecast = None if ahead is None else ahead.known(index, until)
        if forecast is None:
            forecast = Forecast(_as_paid(contract, day), day)
            for _ in forecast.extend(until):
                pass
        return [*asked, *forecast.ahead(day, until)]

    def _claim(
        self, index: int, due_on: int, fen: int, paydays: Sequence[int], until: int
    ) -> _Claim:
        """What may be paid later is paid on the last day on which money comes before."""
        today = paydays[0]
        first = max(due_on, today)
        by: list[int | None] = []
        for delay in self._delays[index]:
            last = NEVER if delay is None else due_on + delay - 1
            if last < first or last > until:
                by.append(None)
                continue
            payday = paydays[bisect_right(paydays, last) - 1]
            by.append(self._money.place(max(first, payday)))
        return _Claim(due_on, fen, tuple(by))

    def _tighten(self, severity: int) -> None:
        """Let the claims be paid before anything so grave starts, the smallest first."""
        chosen = []
        for index, chain in enumerate(self._chains):
            total = 0
            for number, claim in enumerate(chain):
                total += claim.fen
                by = claim.by[severity]
                if by is not None and by < claim.slot:
                    chosen.append((total, claim.due_on, index, number))
        for _, _, index, number in sorted(chosen):
            claims = self._chains[index][: number + 1]
            place = claims[-1].by[severity]
            assert place is not None  # it was chosen by it
            if place < claims[-1].slot:
                self._move(claims, place)

    def _move(self, claims: Sequence[_Claim], place: int) -> None:
        """Plan to pay them by a day, if the money reaches on that and on every later one."""
        money = self._money
        later = [claim for claim in claims if claim.slot > place]
        total = sum(claim.fen for claim in later)
        if total > money.is_free(place):
            return
        first = place
        for claim in later:  # their days rise, since the oldest is paid first
            if total > money.limit(first, claim.slot):
                return
            first = claim.slot
            total -= claim.fen
        money.use(place)
        for claim in later:
            money.take(claim.fen, place, claim.slot)
            claim.slot = place


def _settle(chain: Iterable[_Claim], fen: int) -> None:
    """What was paid, the oldest first, is not to be paid again."""
    for claim in chain:
        part = min(fen, claim.fen)
        claim.fen -= part
        fen -= part
        if not fen:
            break


def _as_paid(contract: Contract, day: int) -> Contract:
    """The contract with nothing required of it any more."""
    required = contract.required_fen(day)
    if not required:
        return contract
    clone = contract.clone()
    clone.pay(day, required)
    return clone


def _income_days(ledger: Ledger, until: int) -> list[int]:
    """The days after today and up to `until` on which money comes in."""
    flows = ledger.flows
    flows.extend(until)
    return [
        flows.days[place]
        for place in range(ledger.flow_index, bisect_right(flows.days, until))
        if flows.incomes[place]
    ]


def next_income_day(ledger: Ledger) -> int:
    """The next day after today on which money comes in, else the last day there is."""
    flows = ledger.flows
    position = ledger.flow_index
    while (day := flows.next_day(position, ledger.last_day)) < ledger.last_day:
        if flows.incomes[position]:
            return day
        position += 1
    return ledger.last_day
