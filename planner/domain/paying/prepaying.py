"""Paying ahead: an amount that harms nothing later is paid to the debt that comes first.

It is tried: with it, and only required amounts paid afterwards, no due is paid late or later than
without it, and no day closes below the buffer and that day's reserve and lower than without it.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from planner.domain.contracts.revolving import Revolving
from planner.domain.household.household import Household
from planner.domain.ledger.ledger import Contract, Ledger
from planner.domain.paying.lookahead import Forecast, Lookahead, Path
from planner.domain.paying.proposals import required_today
from planner.domain.paying.tidying import AllMade, note_made
from planner.domain.paying.triage import WINDOW_DAYS, Amounts, Triage

LEAST_PREPAYMENT_FEN = 1000  # nobody moves less than 10.00 for a few fen, but to pay off a bill
_NEAR_DAYS = 93  # where these allow nothing, no later day is looked at
_MOST_TRIES = 6

Rank = Callable[["Contract", int, int, int], Fraction | int | None]
"""Of a contract, its index, the day and the fen at hand: its place, smallest first, or None."""


class Prepaying:
    """Pays what is required, then prepays in an order what may be prepaid.

    `rank` gives a debt's place for today, smallest first, or None to leave it alone. After
    a run `was_short` tells whether the triage ever had to decide, `has_prepaid` whether
    anything was prepaid, `made` what was paid for from the first such day on.
    """

    def __init__(self, rank: Rank, triage: Triage) -> None:
        self._rank = rank
        self._triage = triage
        self._ahead: Lookahead | None = None
        self._closed_until: dict[int, int] = {}  # by debt: up to this day no more may be prepaid
        self._sure_until = 0  # up to this day all is known to be paid on its day
        self.was_short = False
        self.has_prepaid = False
        self.made: AllMade = {}

    def __call__(self, ledger: Ledger) -> Amounts:
        amounts = self._amounts(ledger)
        if self.was_short:
            note_made(self.made, ledger, amounts)
        return amounts

    def _amounts(self, ledger: Ledger) -> Amounts:
        amounts, total = required_today(ledger)
        left = ledger.spendable_fen - total
        if left < 0 or (self._triage.looks_ahead and self._is_short_soon(ledger, amounts)):
            self.was_short = True
            amounts = self._triage(ledger, self._ahead)
            self._note_unpaid(ledger, amounts)
            return amounts
        left -= ledger.household.buffer_fen
        if left > 0 and (debts := self._open_today(ledger, amounts)):
            self._prepay(ledger, amounts, left, debts)
        return amounts

    def forget(self) -> None:
        """Foresee anew: something went otherwise than foreseen."""
        self._ahead = None
        self._closed_until.clear()
        self._sure_until = 0

    def _is_short_soon(self, ledger: Ledger, amounts: Sequence[int]) -> bool:
        """Whether, with all paid today that is required, a due of the coming days cannot be."""
        day = ledger.day
        until = min(day + WINDOW_DAYS, ledger.last_day)
        if until <= self._sure_until:
            return False
        if self._ahead is None:
            self._ahead = Lookahead(ledger)
        ahead = self._ahead
        contracts = after_payments(ledger, amounts)
        further = min(until + WINDOW_DAYS, ledger.last_day)
        ahead.foresee(contracts, day, further)
        cash = ledger.cash_fen - sum(amounts)
        short = ahead.first_short(ahead.path(day, cash, further))
        self._sure_until = further if short is None else short.day - 1
        return self._sure_until < until

    def _note_unpaid(self, ledger: Ledger, amounts: Sequence[int]) -> None:
        """What was not paid on its day makes of its contract another than was foreseen."""
        self._closed_until.clear()
        self._sure_until = 0
        if self._ahead is None:
            return
        for index in ledger.demanding:
            if amounts[index] < ledger.contracts[index].required_fen(ledger.day):
                self._ahead.forget(index)

    def _open_today(self, ledger: Ledger, amounts: Sequence[int]) -> list[int]:
        """The debts for which today is a day to prepay.

        All of them on the first day and when income arrives, but those for which it is known to be
        too tight: on other days no more money is free than before. Of a statement that came
        since, its due day decides.
        """
        day, flows = ledger.day, ledger.flows
        index = ledger.flow_index - 1
        has_income = index >= 0 and flows.days[index] == day and flows.incomes[index] > 0
        if has_income or day == ledger.household.as_of.toordinal():
            closed = self._closed_until
            return [index for index in range(len(amounts)) if closed.get(index, 0) < day]
        return [
            index
            for index in ledger.demanding
            if isinstance(contract := ledger.contracts[index], Revolving)
            and contract.is_statement_due(day)
            and contract.statement_rest > amounts[index]
        ]

    def _prepay(self, ledger: Ledger, amounts: Amounts, left: int, debts: list[int]) -> None:
        """Add to today's required `amounts` what may be prepaid of `left`, to some of the debts."""
        if self._ahead is None:
            self._ahead = Lookahead(ledger)
        contracts = after_payments(ledger, amounts)
        trying = Trying(ledger, contracts, left, self._ahead, self._closed_until)
        if trying.short_on is not None and trying.short_on <= ledger.day + WINDOW_DAYS:
            return  # whoever will look for that money gives none away
        waiting = []
        for index in debts:
            if contracts[index].balances().principal:
                place = self._rank(contracts[index], index, ledger.day, left)
                if place is not None:
                    waiting.append((place, index))
        heapify(waiting)
        while waiting and trying.left > 0:
            place, index = heappop(waiting)
            most = trying.most(index)
            if not most:
                continue
            now = self._rank(contracts[index], index, ledger.day, most)
            if now != place and now is not None:  # so much of it avoids less
                heappush(waiting, (now, index))
            elif now is not None and (paid := trying.prepay(index, most)):
                amounts[index] += paid
                self.has_prepaid = True


class _Tight(NamedTuple):
    """Up to the day `until` no more than `fen` may be missing."""

    until: int
    fen: int


class _Excess(NamedTuple):
    """A prepayment is too large by `fen` at the end of the stretch that ends with `until`; None
    where no smaller one would do either."""

    fen: int | None
    until: int


class _Lower(NamedTuple):
    """What is there more with a prepayment as a stretch begins and at its end."""

    at_start: int
    at_end: int


class Trying:
    """The prepayments of one day: what may be tried, and what a trial shows.

    `contracts` stand as after the required payments of the day, and take the prepayments; `left`
    is what is there above buffer and reserve. `closed_until` is told, by debt, up to which day it
    stays as tight as it was found: what is foreseen by then does not change. `short_on` is the
    first day, as far as was looked ahead, on which a due stays short whatever is prepaid.
    `excess_fen` is by how much the last prepayment was too large as it was first tried, None where
    no smaller one would do either.
    """

    def __init__(
        self,
        ledger: Ledger,
        contracts: list[Contract],
        left: int,
        ahead: Lookahead,
        closed_until: dict[int, int],
    ) -> None:
        self.left = left
        self._contracts = contracts
        self._ahead = ahead
        self._closed_until = closed_until
        self._day = ledger.day
        self._last_day = ledger.last_day
        self._buffer = ledger.household.buffer_fen
        self._cash = left + self._buffer + ledger.flows.reserve(ledger.day)
        self._place = ledger.flows.stretches.place
        self._path: Path
        self._short_place = 0  # from this stretch on some due is late anyway
        self.short_on: int | None = None
        self.excess_fen: int | None = 0
        self._tight: list[_Tight] = []
        self._sees_all = False
        near = min(self._day + _NEAR_DAYS, self._last_day)
        ahead.foresee(contracts, self._day, near)
        self._follow(near)

    def most(self, index: int) -> int:
        """More than this cannot be prepaid to a debt: even if it asked for nothing any more, a
        day would close too low. 0 where it is not worth a payment.

        Looks ahead near first, then to the day on which all would be paid.
        """
        most = self._most(index)
        if most and not self._sees_all:
            self._sees_all = True
            self._follow(self._ahead.paid_by(self._contracts, self._day))
            most = self._most(index)
        return most

    def _follow(self, until: int) -> None:
        """The path without another prepayment, and where it is tighter than before."""
        path = self._path = self._ahead.path(self._day, self._cash, until)
        short = self._ahead.first_short(path)
        self._short_place = len(path.ends) if short is None else short.place
        self.short_on = None if short is None else short.day
        self._tight = []
        least = self.left
        for place, above in enumerate(path.above):
            fen = 0 if place >= self._short_place else max(0, above - self._buffer)
            if fen < least:
                least = fen
                self._tight.append(_Tight(path.ends[place], fen))
            if not fen:
                break

    def _most(self, index: int) -> int:
        contract = self._contracts[index]
        most = contract.payable(self._day, self.left)
        forecast = self._ahead.forecast(index)
        for until, fen in self._tight:
            if fen < most:
                most = min(most, fen + forecast.up_to(until) - forecast.up_to(self._day))
                if not self._is_worth_it(contract, most):
                    self._close(index, until)
                    return 0
        return most if self._is_worth_it(contract, most) else 0

    def _close(self, index: int, until: int) -> None:
        self._closed_until[index] = max(until, self._closed_until.get(index, 0))

    def _is_worth_it(self, contract: Contract, fen: int) -> bool:
        """Nobody moves a few yuan for a few fen, but to pay off a debt or a statement."""
        if fen >= LEAST_PREPAYMENT_FEN:
            return True
        if isinstance(contract, Revolving) and 0 < contract.statement_rest <= fen:
            return True
        return 0 < fen == contract.settle(self._day)

    def prepay(self, index: int, most: int) -> int:
        """Pay a debt as much of `most` as harms nothing: fen, 0 where nothing does."""
        contract = self._contracts[index]
        near = self._tight[-1].until if self._tight else self._day
        until = min(near, self._path.until)
        least = min([self.left, *(fen for _, fen in self._tight)])  # needs no later saving
        offered = most
        self.excess_fen = 0
        tried: list[tuple[int, int]] = []  # amounts that were too large, and by how much
        for _ in range(_MOST_TRIES):
            amount = contract.payable(self._day, offered)
            if not self._is_worth_it(contract, amount):
                break
            trial = _after_payment(contract, self._day, amount)
            forecast = Forecast(trial, self._day)
            # Where it is tightest first: most that is refused is refused there.
            excess = self._excess(index, amount, forecast, until)
            if excess.fen == 0:
                excess = self._excess(index, amount, forecast, self._path.until)
            if excess.fen == 0:
                if not self._gains(index, amount, forecast):
                    break
                self._contracts[index] = trial
                self._ahead.expect(index, forecast)
                self.left -= amount
                self._cash -= amount
                self._follow(self._path.until)
                return amount
            self._close(index, excess.until)
            if not tried:
                self.excess_fen = excess.fen
            if excess.fen is None or amount <= least:
                break
            tried.append((amount, excess.fen))
            offered = max(least, self._smaller(contract, tried))
        return 0

    def _smaller(self, contract: Contract, tried: Sequence[tuple[int, int]]) -> int:
        """What to try after amounts that were too large: where a line through the last two of
        them meets nothing. The last try is what needs no later saving."""
        amount, excess = tried[-1]
        if len(tried) == _MOST_TRIES - 1:
            return 0
        offered = amount - excess
        if len(tried) > 1:
            larger, more = tried[-2]
            if more <= excess:
                return 0
            offered = amount - excess * (larger - amount) // (more - excess) - 1
        if isinstance(contract, Revolving) and offered < contract.statement_rest < amount:
            return contract.statement_rest  # paid whole it bears nothing
        return offered

    def _gains(self, index: int, amount: int, after: Forecast) -> bool:
        """Whether it costs no more in fees than it saves, and does not merely bring forward what
        the next due would take."""
        before = self._ahead.forecast(index)
        until = self._path.until
        if before.settled_on is None or after.settled_on is None:
            return True  # it is still owed when the ledger ends
        saved = before.up_to(until) - before.up_to(self._day) - amount - after.up_to(until)
        if saved:
            return saved > 0
        following = next(before.ahead(self._day, until), None)
        return following is None or amount > following[1]

    def _excess(self, index: int, amount: int, after: Forecast, until: int) -> _Excess:
        """By how much a prepayment is too large on the days up to `until`."""
        path, place_of = self._path, self._place
        before = self._ahead.forecast(index)
        for _ in after.extend(until):
            pass
        saved: list[dict[int, int]] = [{} for _ in range(place_of(until) + 1 - path.first)]
        asked = set()
        for day, fen in before.ahead(self._day, until):
            saved[place_of(day) - path.first][day] = fen
            asked.add(day)
        new = set()
        for day, fen in after.ahead(self._day, until):
            place = place_of(day) - path.first
            saved[place][day] = saved[place].get(day, 0) - fen
            if day not in asked:
                new.add(place)
        most = _Excess(0, self._day)
        ahead = -amount
        for place, by_day in enumerate(saved):
            lower = _Lower(ahead, ahead + sum(by_day.values()))
            ahead = lower.at_end
            if min(lower) >= 0 and place not in new:
                continue  # by then no less is there than without it
            above = path.above[place]
            if place >= self._short_place:
                if above + ahead >= self._buffer:
                    continue  # with it nothing is late any more
                return _Excess(None, path.ends[place])
            excess = self._buffer - above - ahead
            if excess > 0 <= ahead and self.short_on is None:
                excess = self._excess_before_end(place, lower.at_start, by_day)
            if excess > (most.fen or 0):
                most = _Excess(excess, path.ends[place])
        return most

    def _excess_before_end(self, place: int, ahead: int, saved: Mapping[int, int]) -> int:
        """The excess on the last day of a stretch on which less is there than without the
        prepayment; more was there above buffer and reserve on its days before. `ahead` is what
        is there more as it begins, `saved` what the debt asks less on its days."""
        path = self._path
        last, less = 0, 0
        for day in sorted(saved):
            if ahead < 0:
                last, less = day - 1, ahead
            ahead += saved[day]
        begins = path.ends[place - 1] + 1 if place else self._day
        if last < begins:
            return 0
        return self._buffer - self._ahead.path(self._day, self._cash, last).above[-1] - less


def after_payments(ledger: Ledger, amounts: Sequence[int]) -> list[Contract]:
    return [
        _after_payment(contract, ledger.day, amounts[index])
        for index, contract in enumerate(ledger.contracts)
    ]


def _after_payment(contract: Contract, day: int, amount: int) -> Contract:
    """The contract itself where nothing is paid: whoever only asks it leaves it as it is."""
    if not amount:
        return contract
    clone = contract.clone()
    clone.pay(day, amount)
    return clone


def by_rate(contract: Contract, index: int, day: int, free: int) -> Fraction | None:
    """The dearest avoidable rate first; what avoids nothing is left alone."""
    rate = contract.avoidable_rate(day, free)
    return -rate if rate else None


def by_balance(contract: Contract, index: int, day: int, free: int) -> int:
    """The smallest balance first."""
    return contract.settle(day)


def by_order(household: Household) -> Rank:
    """The person's own order; debts it does not name come after, in order of debts."""
    named = {debt: position for position, debt in enumerate(household.order)}
    places = [named.get(debt.id, len(named) + i) for i, debt in enumerate(household.debts)]

    def rank(contract: Contract, index: int, day: int, free: int) -> int:
        return places[index]

    return rank
