"""Whether rungs start, and how many episodes they count in: questions beside the backlogs.

Claims of a debt are met oldest first. A rung starts under a claim that is unpaid the day
before; in one episode a severity counts once, and an episode goes on while the claim before is
unpaid when the next one falls due.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from planner.domain.household.household import Debt
from planner.domain.optimum.contracts import CENT, LateClaim, Span
from planner.domain.optimum.programme import Programme

_SPARE = 0.1  # yuan that may wait unseen: shares that the solver takes for nothing come to so much
KEPT_OPEN = 1.5  # yuan that stay unpaid so that an episode goes on


@dataclass(frozen=True, slots=True)
class Lateness:
    """What of one debt may be late. `starts`: severity, gravest first, to the day on which its
    first rung starts, by claim; `started` severities count no more in the first episode;
    `backlog`: by day of `days`, the column of what waits at its end."""

    debt: Debt
    claims: Sequence[LateClaim]
    starts: Mapping[int, Sequence[int]]
    started: set[int]
    days: Sequence[int]
    backlog: Mapping[int, int]


class Questions:
    """The questions of one debt for the severities written so far.

    `counts`: severity → columns that come to the number of its episodes; `any`: severity →
    the question whether it starts at all.
    """

    def __init__(self, programme: Programme, span: Span, late: Lateness) -> None:
        self._programme = programme
        self._span = span
        self._late = late
        self._asked: dict[int, list[int | None]] = {}
        self._met_before: Sequence[int] | None = None
        self._forbidden: list[Sequence[int]] = []
        tolerated = late.debt.tolerance_fen * CENT
        self._dues = [claim.due_on for claim in late.claims]
        self._sums = [0.0, *accumulate(claim.most for claim in late.claims)]
        small = (min(claim.most, tolerated) + CENT for claim in late.claims)
        self._tolerated = [0.0, *accumulate(small)]
        self._goes_on: list[int] = []  # by claim but the first: whether an episode lasts till then
        self.counts: dict[int, list[int]] = {}
        self.any: dict[int, int] = {}

    def forbid(self, severity: int) -> None:
        """No rung of the severity starts."""
        starts = self._late.starts.get(severity)
        if starts is None:
            return
        for number, start in enumerate(starts):
            day = self._last_day(start)
            if day is not None:
                later = self._later(number, day)
                self._programme.row([(self._late.backlog[day], 1.0)], upper=later)
        self._met_before = starts
        self._forbidden.append(starts)
        self._close(starts, [None] * len(starts))

    def ask(self, severity: int) -> None:
        """A question for each claim whether a rung of the severity starts under it."""
        late, programme = self._late, self._programme
        starts = late.starts.get(severity)
        if starts is None or not late.claims:
            return
        for graver, columns in self._asked.items():
            if late.starts[graver] == starts and graver in self.counts:
                self._asked[severity], self.counts[severity] = columns, self.counts[graver]
                self.any[severity] = self.any[graver]
                return
        asked: list[int | None] = []
        before: int | None = None
        starts_at_all = self.any[severity] = programme.column(upper=1.0, whole=True)
        has_begun = severity in late.started or starts[0] <= self._span.first
        for number, (start, claim) in enumerate(zip(starts, late.claims, strict=True)):
            day = self._last_day(start)
            if day is None:
                asked.append(None)
                before = None
                continue
            most = self._most(number, day)
            question = programme.column(upper=1.0, whole=True)
            unpaid = programme.column(upper=most)
            later = self._later(number, day)
            programme.row([(late.backlog[day], 1.0), (unpaid, -1.0)], upper=later)
            programme.row([(unpaid, 1.0), (question, -most)], upper=0.0)
            if not has_begun:
                programme.row([(question, 1.0), (starts_at_all, -1.0)], upper=0.0)
            if before is not None:
                terms = [(unpaid, 1.0), (before, -1.0), (question, -claim.most)]
                programme.row(terms, upper=0.0)
            before = unpaid
            asked.append(question)
        self._asked[severity] = asked
        self._count(severity, starts, asked)
        if has_begun:
            for count in self.counts[severity]:
                programme.row([(count, 1.0), (starts_at_all, -1.0)], upper=0.0)

    def standing(self, severity: int, day: int) -> tuple[int | None, float, float]:
        """What may wait at the end of a day: (question, most under it, most beside it).

        The question is that of the youngest claim under which a rung would have started had it
        been unpaid until then; what is beside it starts none, or none that can be avoided.
        """
        fallen = bisect_right(self._dues, day)
        every = self._sums[fallen] * (1.0 if self._span.is_bound else 1.5) + CENT
        asked = self._asked.get(severity)
        if asked is None:
            return None, 0.0, every
        starts = self._late.starts[severity]
        for number in range(fallen - 1, -1, -1):
            last_day = self._last_day(starts[number])
            if starts[number] <= self._span.first:
                break
            question = asked[number]
            if question is not None and last_day is not None and last_day <= day:
                return question, self._most(number, last_day), self._later(number, day)
        return None, 0.0, every

    def _last_day(self, start: int) -> int | None:
        """The last day on which a payment still avoids a rung; None where nothing can."""
        if start <= self._span.first:
            return None
        if start - 1 > self._span.last:
            return None if self._span.is_bound else self._late.days[-1]
        return self._late.days[bisect_right(self._late.days, start - 1) - 1]

    def _later(self, number: int, day: int) -> float:
        """What may wait at the end of a day with all claims up to one met."""
        fallen = bisect_right(self._dues, day)
        later = max(0.0, self._sums[fallen] - self._sums[number + 1]) + _SPARE
        if not self._span.is_bound:
            return later
        return later + self._tolerated[number + 1]

    def _most(self, number: int, day: int) -> float:
        """What may be unpaid of the claims up to one, with the graver severities in mind."""
        total = self._sums[number + 1]
        if self._met_before is not None:
            first = min(bisect_right(self._met_before, self._span.first), number + 1)
            end = min(bisect_right(self._met_before, day + 1), number + 1)
            total -= max(0.0, self._sums[end] - self._sums[first])
        least = self._late.claims[number].most
        return max(total, least) * (1.0 if self._span.is_bound else 1.5) + CENT

    def _count(self, severity: int, starts: Sequence[int], asked: list[int | None]) -> None:
        """One more for each episode in which the severity starts."""
        programme = self._programme
        counts = self.counts[severity] = []
        goes_on = self._episodes()
        self._close(starts, asked)
        has_started: list[tuple[int, float]] = []
        constant = 1.0 if severity in self._late.started else 0.0
        for number, question in enumerate(asked):
            if number:
                begun = programme.column(upper=1.0)
                terms = [(column, -entry) for column, entry in has_started]
                programme.row([(begun, 1.0), *terms], upper=constant)
                programme.row([(begun, 1.0), (goes_on[number - 1], -1.0)], upper=0.0)
                has_started, constant = [(begun, 1.0)], 0.0
            if question is not None:
                count = programme.column(upper=1.0)
                programme.row([(count, 1.0), (question, -1.0), *has_started], -constant)
                counts.append(count)
                has_started.append((question, 1.0))
            elif starts[number] <= self._span.first:
                constant = 1.0

    def _episodes(self) -> list[int]:
        """For each claim but the first whether the one before is unpaid when it falls due."""
        late, programme = self._late, self._programme
        if self._goes_on or not late.claims:
            return self._goes_on
        for claim in late.claims[1:]:
            column = programme.column(upper=1.0)
            self._goes_on.append(column)
            place = bisect_right(late.days, claim.due_on - 1) - 1
            if not self._span.is_bound and place >= 0:
                least = KEPT_OPEN + late.debt.tolerance_fen * CENT
                programme.row([(late.backlog[late.days[place]], 1.0), (column, -least)], 0.0)
        for starts in self._forbidden:
            self._close(starts, [None] * len(starts))
        return self._goes_on

    def _close(self, starts: Sequence[int], asked: Sequence[int | None]) -> None:
        """No episode goes on from a claim under which a rung would have started by then."""
        claims = self._late.claims
        for number, column in enumerate(self._goes_on):
            if not self._span.first < starts[number] <= claims[number + 1].due_on:
                continue
            question = asked[number]
            if question is None:
                self._programme.upper[column] = 0.0
            else:
                self._programme.row([(column, 1.0), (question, -1.0)], upper=0.0)
