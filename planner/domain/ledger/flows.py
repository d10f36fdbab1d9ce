"""Incomes and living expenses by day, and what of the money lenders are not paid from."""

from bisect import bisect_right
from collections.abc import Iterator, Set
from datetime import date

from planner.domain.contracts.dues import NEVER
from planner.domain.household.household import Expense, Household, Income
from planner.domain.values.days import WORKING_DAYS, EveryDays, occurrences
from planner.domain.values.reading import LAST_DAY

RESERVE_DAYS = 31  # so far ahead living costs come before lenders
_CHUNK_DAYS = 366
_LONGEST_MOVE = 60  # days; no run of holidays moves a pay day further


class Flows:
    """Incomes and living expenses by day from `as_of` on, unrolled as far as they are asked.

    `days` rises; `incomes` and `expenses` are fen of those days, `essentials` those of the
    expenses that are essential, `moves` what each does to which account (by index). Income that
    is not certain is left out.
    """

    def __init__(self, household: Household, answered: Set[tuple[str, str, int]]) -> None:
        self.days: list[int] = []
        self.incomes: list[int] = []
        self.expenses: list[int] = []
        self.essentials: list[int] = []
        self.moves: list[list[tuple[int, int]]] = []
        self.provisional_day: int | None = None  # first adjusted day of an unsure calendar
        self._reserves: dict[int, int] = {}
        self.stretches = Stretches(self, household.as_of.toordinal())
        self.household = household
        self._as_of = household.as_of
        self._answered = answered
        self._known_to = household.as_of.toordinal() - 1
        index = {account.id: i for i, account in enumerate(household.accounts)}
        self._sources = [
            _FlowSource(self.occurrences(income), income.amount_fen, index[income.account], False)
            for income in household.incomes
            if income.is_certain
        ] + [
            _FlowSource(
                self.occurrences(expense),
                -expense.amount_fen,
                index[expense.account],
                expense.is_essential,
            )
            for expense in household.expenses
        ]

    def occurrences(self, flow: Income | Expense) -> Iterator[int]:
        """Days from `as_of` on, moved off non-working days where the income says so."""
        kind = "income" if isinstance(flow, Income) else "expense"
        as_of = self._as_of.toordinal()
        first = flow.first.toordinal()
        near = as_of - _LONGEST_MOVE
        if first < near:
            step = flow.on.days if isinstance(flow.on, EveryDays) else 1
            first += (near - first) // step * step
        dates = occurrences(flow.on, date.fromordinal(first), flow.until or LAST_DAY)
        adjust = flow.adjust if isinstance(flow, Income) else "none"
        if adjust == "none":
            for on in dates:
                day = on.toordinal()
                if day >= as_of and (kind, flow.id, day) not in self._answered:
                    yield day
            return
        for on in dates:
            moved, is_provisional = WORKING_DAYS.adjusted_with_certainty(on, adjust)
            day = moved.toordinal()
            if day < as_of or (kind, flow.id, day) in self._answered:
                continue
            if is_provisional and (self.provisional_day is None or day < self.provisional_day):
                self.provisional_day = day
            yield day

    def extend(self, day: int) -> None:
        """Unroll up to and including `day`, and a good stretch beyond it."""
        if day <= self._known_to:
            return
        self._known_to = day + _CHUNK_DAYS
        found: dict[int, list[tuple[int, int]]] = {}
        essentials: dict[int, int] = {}
        for source in self._sources:
            while source.next_day <= self._known_to:
                found.setdefault(source.next_day, []).append((source.account, source.fen))
                if source.is_essential:
                    spent = essentials.get(source.next_day, 0)
                    essentials[source.next_day] = spent - source.fen
                source.next_day = next(source.days, NEVER)
        for day in sorted(found):
            moves = found[day]
            self.days.append(day)
            self.incomes.append(sum(fen for _, fen in moves if fen > 0))
            self.expenses.append(-sum(fen for _, fen in moves if fen < 0))
            self.essentials.append(essentials.get(day, 0))
            self.moves.append(moves)

    def reserve(self, day: int) -> int:
        """Fen that lenders are not paid from on a day: rent and food come first.

        The largest, over the days t of (day, day + 31], of the essential expenses less the
        certain incomes on (day, t]; never below 0. A day counts whole, incomes before expenses.
        """
        known = self._reserves.get(day)
        if known is None:
            known = self._reserves[day] = self._reserve(day)
        return known

    def reserve_without(self, day: int, arrives: int, fen: int) -> int:
        """The same if so much of the incomes of the day `arrives` did not come."""
        if not day < arrives <= day + RESERVE_DAYS:
            return self.reserve(day)
        return self._reserve(day, arrives, fen)

    def _reserve(self, day: int, arrives: int = NEVER, fen: int = 0) -> int:
        until = day + RESERVE_DAYS
        self.extend(until)
        most = needed = 0
        for position in range(bisect_right(self.days, day), bisect_right(self.days, until)):
            needed += self.essentials[position] - self.incomes[position]
            if self.days[position] == arrives:
                needed += fen
            if needed > most:
                most = needed
        return most

    def net(self, after: int, until: int) -> int:
        """Fen of incomes less expenses of the days (after, until]."""
        self.extend(until)
        places = range(bisect_right(self.days, after), bisect_right(self.days, until))
        return sum(self.incomes[place] - self.expenses[place] for place in places)

    def next_day(self, index: int, before: int) -> int:
        """The day of entry `index` if it lies before `before`, else `before`."""
        while True:
            if index < len(self.days):
                return min(self.days[index], before)
            if self._known_to >= before:
                return before
            self.extend(min(before, self._known_to + 1))


class _FlowSource:
    __slots__ = ("account", "days", "fen", "is_essential", "next_day")

    def __init__(self, days: Iterator[int], fen: int, account: int, is_essential: bool) -> None:
        self.is_essential = is_essential
        self.days = days
        self.fen = fen
        self.account = account
        self.next_day = next(days, NEVER)


class Stretches:
    """The days from `first` on, cut before each income and into no more than 31 days.

    `starts` and `ends` (both included), `nets` fen of incomes less expenses in a stretch,
    `reserves` the reserve of its last day. Within a stretch the money above the reserve never
    rises, whatever is paid: what its last day has is there on all of its days.
    """

    def __init__(self, flows: Flows, first: int) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.nets: list[int] = []
        self.reserves: list[int] = []
        self._flows = flows
        self._first = first
        self._next_start = first
        self._position = 0  # of the first flow not yet in a stretch
        self._places: list[int] = []  # by day since the first

    def extend(self, day: int) -> None:
        """Cut up to and including `day`."""
        flows = self._flows
        while self._next_start <= day:
            start = self._next_start
            end = start + RESERVE_DAYS - 1
            flows.extend(end)
            net = 0
            while self._position < len(flows.days):
                on = flows.days[self._position]
                if on > start and on <= end and flows.incomes[self._position]:
                    end = on - 1
                if on > end:
                    break
                net += flows.incomes[self._position] - flows.expenses[self._position]
                self._position += 1
            self._places.extend([len(self.starts)] * (end + 1 - start))
            self.starts.append(start)
            self.ends.append(end)
            self.nets.append(net)
            self.reserves.append(flows.reserve(end))
            self._next_start = end + 1

    def place(self, day: int) -> int:
        """The index of the stretch of a day."""
        if day >= self._next_start:
            self.extend(day)
        return self._places[day - self._first]
