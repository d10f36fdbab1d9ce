"""What comes if only required amounts are paid from now on, as `minimum` pays them.

A forecast is of one contract: what it will require if each amount is paid on its day. Together,
laid against incomes and living costs, they give what each stretch between incomes closes with;
as long as everything goes as foreseen they are kept from day to day, and a payment that is tried
changes the forecast of its own contract alone. Days are ordinals, amounts fen.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from planner.domain.contracts.dues import NEVER
from planner.domain.contracts.instalment import Instalment
from planner.domain.contracts.open_end import OpenEnd
from planner.domain.ledger.ledger import Contract, Ledger

Required = list[tuple[int, int]]
"""(day, fen) that a contract will require, if each is paid on its day."""


class Forecast:
    """What a contract requires after `day`, foreseen as far as it is asked.

    `days` rises, `sums` are fen up to each of them (one more entry, the first 0). `known_to` is
    the last day that is foreseen; `settled_on` the one on which nothing is owed any more, with
    new spending the one on which what was owed at the start is paid: None if not by then.
    """

    __slots__ = ("_ahead", "_has_rows", "days", "known_to", "settled_on", "sums")

    def __init__(self, contract: Contract, day: int) -> None:
        self._ahead = contract.clone()
        self._has_rows = isinstance(contract, Instalment) and not contract.has_open_rows
        self.days: list[int] = []
        self.sums = [0]
        self.known_to = day
        self.settled_on = day if contract.is_settled(day) else None
        if isinstance(contract, OpenEnd) and contract.asks_nothing:
            self.known_to = NEVER

    def extend(self, until: int) -> Iterator[tuple[int, int]]:
        """Foresee up to `until`: the (day, fen) that were not known before."""
        if until <= self.known_to:
            return
        known = len(self.days)
        ahead = self._ahead
        if isinstance(ahead, Instalment) and self._has_rows:
            for day, fen in ahead.pass_rows(until):
                self._note(day, fen)
        else:
            while (day := ahead.next_day) <= until:
                ahead.morning(day)
                fen = ahead.required_fen(day)
                if fen:
                    ahead.pay(day, fen)
                    self._note(day, fen)
                if ahead.keeps_spending and self.settled_on is None and ahead.is_settled(day):
                    self.settled_on = day
        self.known_to = until
        if not ahead.keeps_spending and self._is_over():
            self.known_to = NEVER
            if self.settled_on is None:
                self.settled_on = self.days[-1] if self.days else until
        for place in range(known, len(self.days)):
            yield self.days[place], self.sums[place + 1] - self.sums[place]

    def _is_over(self) -> bool:
        if isinstance(self._ahead, Instalment) and self._has_rows:
            return not self._ahead.has_rows_ahead
        return self._ahead.next_day == NEVER

    def _note(self, day: int, fen: int) -> None:
        self.days.append(day)
        self.sums.append(self.sums[-1] + fen)

    def up_to(self, day: int) -> int:
        """Fen required up to and including a day that is foreseen."""
        return self.sums[bisect_right(self.days, day)]

    def ahead(self, after: int, until: int) -> Iterator[tuple[int, int]]:
        """(day, fen) of the days (after, until]."""
        sums = self.sums
        for place in range(bisect_right(self.days, after), bisect_right(self.days, until)):
            yield self.days[place], sums[place + 1] - sums[place]


def required_ahead(contract: Contract, day: int, last_day: int) -> Required:
    """What a contract will require after `day` and up to `last_day` if each amount is paid on its
    due date; with new spending, until what is owed on `day` is paid."""
    forecast = Forecast(contract, day)
    ahead = list(forecast.extend(last_day))
    if contract.keeps_spending and forecast.settled_on is not None:
        return [one for one in ahead if one[0] <= forecast.settled_on]
    return ahead


class Short(NamedTuple):
    """The first day on which what is required exceeds what lenders may be paid from, and the
    place of its stretch in a path."""

    day: int
    place: int


class Path:
    """What the stretches from `day` to `until` close with: `closings` of each, `above` what of it
    lies above the reserve of its last day, `ends` those last days."""

    __slots__ = ("above", "closings", "day", "ends", "first", "until")

    def __init__(
        self, day: int, until: int, first: int, closings: list[int], above: list[int],
        ends: list[int],
    ) -> None:  # fmt: skip
        self.day = day
        self.until = until
        self.first = first
        self.closings = closings
        self.above = above
        self.ends = ends


class Lookahead:
    """The forecasts of a household's contracts together, while a ledger runs."""

    def __init__(self, ledger: Ledger) -> None:
        self._flows = ledger.flows
        self._stretches = ledger.flows.stretches
        self._last_day = ledger.last_day
        self._forecasts: list[Forecast | None] = [None] * len(ledger.contracts)
        self._required: dict[int, int] = {}  # by day, of all together
        self._dues: list[int] = []  # the same by stretch

    def forget(self, index: int) -> None:
        """A contract went otherwise than foreseen."""
        forecast = self._forecasts[index]
        if forecast is not None:
            self._forecasts[index] = None
            self._count(forecast.ahead(0, NEVER), -1)

    def forecast(self, index: int) -> Forecast:
        forecast = self._forecasts[index]
        assert forecast is not None  # see `foresee`
        return forecast

    def known(self, index: int, until: int) -> Forecast | None:
        """The forecast of a contract, foreseen up to a day; None where it is not known to be on
        its way."""
        forecast = self._forecasts[index]
        if forecast is not None and forecast.known_to < until:
            self._count(forecast.extend(until), 1)
        return forecast

    def expect(self, index: int, forecast: Forecast) -> None:
        """Put this in the place of what was foreseen of a contract."""
        self.forget(index)
        self._forecasts[index] = forecast
        self._count(forecast.ahead(0, NEVER), 1)

    def foresee(self, contracts: Sequence[Contract], day: int, until: int) -> None:
        """Foresee all contracts up to `until`; they stand as after the payments of `day`."""
        for index, forecast in enumerate(self._forecasts):
            if forecast is None:
                forecast = self._forecasts[index] = Forecast(contracts[index], day)
            if forecast.known_to < until:
                self._count(forecast.extend(until), 1)

    def paid_by(self, contracts: Sequence[Contract], day: int) -> int:
        """The day on which all would be paid, all contracts foreseen up to it; else the last."""
        until = day
        for _ in range(2):  # a contract on which spending goes on is followed to that day, too
            self.foresee(contracts, day, until)
            for forecast in self._forecasts:
                assert forecast is not None
                if forecast.settled_on is None and forecast.known_to < self._last_day:
                    self._extend_to_the_end(forecast)
                end = self._last_day if forecast.settled_on is None else forecast.settled_on
                until = max(until, end)
        return until

    def _extend_to_the_end(self, forecast: Forecast) -> None:
        """Step by step, since with new spending a forecast has no end."""
        until = forecast.known_to
        while forecast.settled_on is None and until < self._last_day:
            until = min(self._last_day, until + 366)
            self._count(forecast.extend(until), 1)

    def _count(self, ahead: Iterator[tuple[int, int]], sign: int) -> None:
        required, dues, place_of = self._required, self._dues, self._stretches.place
        for day, fen in ahead:
            left = required.get(day, 0) + sign * fen
            if left:
                required[day] = left
            else:
                required.pop(day, None)
            place = place_of(day)
            if place >= len(dues):
                dues.extend([0] * (place + 1 - len(dues)))
            dues[place] += sign * fen

    def path(self, day: int, cash: int, until: int) -> Path:
        """From the evening of `day`, on which `cash` is there, to that of `until`."""
        stretches, dues = self._stretches, self._dues
        first, last = stretches.place(day), stretches.place(until)
        if len(dues) <= last:
            dues.extend([0] * (last + 1 - len(dues)))
        end = min(stretches.ends[first], until)
        closing = cash + self._flows.net(day, end) - self._between(day, end)
        nets = [
            net - fen
            for net, fen in zip(
                stretches.nets[first + 1 : last + 1], dues[first + 1 : last + 1], strict=True
            )
        ]
        ends = [end, *stretches.ends[first + 1 : last + 1]]
        reserves = stretches.reserves[first : last + 1]
        if ends[-1] > until or last == first:
            ends[-1] = until
            reserves[-1] = self._flows.reserve(until)
            if last > first:
                start = stretches.starts[last]
                nets[-1] = self._flows.net(start - 1, until) - self._between(start - 1, until)
        closings = list(accumulate(nets, initial=closing))
        above = [fen - reserve for fen, reserve in zip(closings, reserves, strict=True)]
        return Path(day, until, first, closings, above, ends)

    def _between(self, after: int, until: int) -> int:
        """Fen required on the days (after, until]."""
        required = self._required
        return sum(required.get(day, 0) for day in range(after + 1, until + 1))

    def first_short(self, path: Path) -> Short | None:
        """Where a path first asks for more than lenders may be paid from."""
        for place, above in enumerate(path.above):
            if above >= 0:
                continue
            # Below the reserve at its end: was it so on a day on which something is due?
            end = path.ends[place]
            closing = path.closings[place]  # had all that falls due later not been paid
            start = self._stretches.starts[path.first + place] if place else path.day + 1
            short = None
            for day in range(end, start - 1, -1):
                required = self._required.get(day, 0)
                if required:
                    left = closing - self._flows.net(day, end)
                    if left < self._flows.reserve(day):
                        short = day
                    closing += required
            if short is not None:
                return Short(short, place)
        return None
