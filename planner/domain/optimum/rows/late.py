"""Dues that may be late: one yes-or-no column for each deadline of each due.

A due is unpaid after a deadline where its column is 1. Payments meet the oldest due first, so
that one that is unpaid leaves all younger ones unpaid.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from planner.domain.contracts.accrual import Nights
from planner.domain.contracts.dues import Due
from planner.domain.household.household import Debt
from planner.domain.ledger.consequences import dated_rungs, first_starts
from planner.domain.optimum.programme import Programme, Sum, one
from planner.domain.optimum.rows.debt import (
    CENT,
    HALF_A_FEN,
    DebtRows,
    DueClaim,
    Span,
    borne,
    penalty,
    yuan,
)
from planner.domain.rulebook.ladders import Rung

PLACES = range(5)  # of the counts of harm, the gravest first
_CHAINED = (
    4  # dues that are unpaid only with the younger ones; of older ones the own column says it
)


@dataclass(slots=True)
class LateDue:
    """A due in the programme. `most` is what it asks at the most, besides what older ones do;
    `charges` and `exists` as in DueClaim; `nights` those of a penalty that joins it.

    `deadlines`: place of a severity → the last day on which a payment avoids it; `columns`:
    deadline → 1 if it is unpaid at the end of that day.
    """

    due_on: int
    last_safe_on: int
    most: float
    charges: float = 0.0
    exists: Sum | None = None
    deadlines: dict[int, int] = field(default_factory=dict)
    columns: dict[int, int] = field(default_factory=dict)

    nights: Nights | None = None

    def most_at(self, day: int) -> float:
        """What of it may be unpaid at the end of a day, penalty included."""
        if self.nights is None:
            return self.most + CENT
        return self.most * (1 + penalty(self.nights, self.due_on, day)) + CENT

    def column_at(self, day: int) -> int | None:
        """The column that a due which is unpaid at the end of a day must set; the latest."""
        passed = [deadline for deadline in self.columns if deadline <= day]
        return self.columns[max(passed)] if passed else None


class Lateness:
    """The dues of one debt that may be late, oldest first."""

    def __init__(self, programme: Programme, span: Span, debt: Debt) -> None:
        self.dues: list[LateDue] = []
        self.tolerance = yuan(debt.tolerance_fen)
        self._programme = programme
        self._span = span
        self.rungs: Sequence[Rung] = dated_rungs(debt)
        self._standing: dict[tuple[int, int], list[tuple[int | None, LateDue]]] = {}

    def add(self, due: LateDue) -> LateDue:
        """Write the columns of a due; younger than all before."""
        fallen = Due(due.due_on, due.last_safe_on, 0, 0)
        for place, start in enumerate(first_starts(self.rungs, fallen)):
            if start is not None and self._span.first < start <= self._span.last + 1:
                due.deadlines[place] = start - 1
        earlier = None
        for deadline in sorted(set(due.deadlines.values())):
            column = due.columns[deadline] = self._programme.column(upper=1.0, whole=True)
            if earlier is not None:
                self._programme.row([(earlier, 1.0), (column, -1.0)], 0.0)
            earlier = column
        self.dues.append(due)
        return due

    def chain(self) -> None:
        """What is unpaid leaves the next due unpaid, if that fell due by then.

        Not where a small due may be tolerated, and so not be late.
        """
        if self.tolerance:
            return
        for due, following in zip(self.dues, self.dues[1:], strict=False):
            for deadline, column in due.columns.items():
                if following.due_on <= deadline:
                    younger = following.column_at(deadline)
                    if younger is not None:
                        self._leave_unpaid(column, younger, following)

    def _leave_unpaid(self, column: int, younger: int, due: LateDue) -> None:
        """An older due is unpaid only where the younger `due` is, if that exists."""
        exists = due.exists or Sum([], 1.0)
        terms = [(younger, 1.0), (column, -1.0), *exists.negated()]
        self._programme.row(terms, exists.constant - 1.0)

    def unpaid(self, count: int, day: int) -> list[tuple[int | None, LateDue]]:
        """Of the first `count` dues those fallen by a day, youngest first, each with the column
        that is 1 if it is unpaid at the end of that day; None where nothing says so."""
        key = count, day
        if key not in self._standing:
            self._standing[key] = self._unpaid(count, day)
        return self._standing[key]

    def _unpaid(self, count: int, day: int) -> list[tuple[int | None, LateDue]]:
        programme = self._programme
        found: list[tuple[int | None, LateDue]] = []
        younger: tuple[int, LateDue] | None = None
        for due in reversed(self.dues[:count]):
            if due.due_on > day:
                continue
            column = due.column_at(day)
            is_chained = len(found) < _CHAINED or column is None
            if younger is not None and is_chained and not self.tolerance:
                unpaid = programme.column(upper=1.0)
                if column is not None:
                    programme.row([(column, 1.0), (unpaid, -1.0)], 0.0)
                self._leave_unpaid(unpaid, *younger)
                column = unpaid
            found.append((column, due))
            if column is not None:
                younger = column, due
        return found


class Asked(NamedTuple):
    """Of one debt from the start of a stretch between incomes up to one of its days, each at the
    least what it may be: `asked` is all that is required if nothing is prepaid in it, `falling`
    what falls due after its first day."""

    asked: Sum
    falling: Sum


class Left(NamedTuple):
    """At the most what of one debt is required and unpaid on a day, and never more than `most`."""

    asked: Sum
    most: float


class Prepaying(NamedTuple):
    """A stretch, from `start` up to and including `end`, and the column that is 1 if something is
    prepaid in it."""

    start: int
    end: int
    column: int


@dataclass(slots=True)
class Backlog:
    """What of a debt is required and unpaid: the column at the end of a day, by day."""

    programme: Programme
    span: Span
    nights: Nights | None
    claims: list[DueClaim]
    days: list[int]
    columns: list[int]
    keeps_spending: bool = False

    @property
    def written_to(self) -> int:
        return self.span.last

    @property
    def due_days(self) -> list[int]:
        return [claim.due_on for claim in self.claims]

    def left_at(self, day: int) -> Left:
        left = self.at(day)
        most = sum(claim.most * self._grown(claim.due_on, day) for claim in self.claims)
        return Left(Sum() if left is None else one(left), most)

    def asked_in(self, end: int, now: Prepaying, _before: Sequence[Prepaying]) -> Asked:
        start = now.start
        is_first = start == self.span.first
        claims = [one for one in self.claims if one.due_on <= end]
        if not is_first:
            claims = [one for one in claims if one.due_on >= start]
        waits = None if is_first else self.at(start - 1)
        if not claims and waits is None:
            return Asked(Sum(), Sum())
        backlog = Sum()
        if waits is not None:
            since = self.days[bisect_right(self.days, start - 1) - 1]
            # What was in its grace then bears from its due day on.
            grace = max(claim.last_safe_on - claim.due_on for claim in self.claims)
            backlog = one(waits, self._grown(since - grace, end))
        slack = CENT * (len(claims) + 1)
        asked = self.programme.column()
        most = sum(claim.most * self._grown(claim.due_on, end) for claim in claims)
        limits = [Sum([], most + slack)]
        if len(claims) == 1 and (rest := claims[0].rest) is not None:
            # Where something is prepaid, more would have been asked without it.
            limits.append(Sum([(now.column, most)], slack))
            limits[-1].plus(rest, self._grown(claims[0].due_on, end))
        for limit in limits:
            limit.plus(backlog)
            self.programme.row([(asked, 1.0), *limit.negated()], upper=limit.constant)
        falling = [claim for claim in claims if claim.due_on > start]
        if len(falling) == len(claims) == 1 and waits is None:
            return Asked(one(asked), one(asked))
        fell = sum(claim.most * self._grown(claim.due_on, end) for claim in falling)
        fallen = self.programme.column(upper=fell + slack)
        self.programme.row([(asked, 1.0), (fallen, -1.0)], 0.0)
        return Asked(one(asked), one(fallen))

    def _grown(self, since: int, day: int) -> float:
        """What a yuan that is missed has become by the end of a day, penalty included."""
        return 1.0 if self.nights is None else 1.0 + penalty(self.nights, since, day + 1)

    def at(self, day: int) -> int | None:
        place = bisect_right(self.days, day) - 1
        return self.columns[place] if place >= 0 else None


def let_be_late(
    programme: Programme, span: Span, rows: DebtRows, late: Lateness, bears: "Bears"
) -> tuple[dict[int, Sum], Backlog]:
    """Payments of a debt whose dues may wait, by day, and what waits.

    The debt goes on as if all were paid; what waits stands beside it and `bears`.
    """
    days = sorted(
        set(rows.flows) | {span.first} | {day for day in span.paydays if day <= span.last}
    )
    dues = late.dues
    payments: dict[int, Sum] = {}
    columns: list[int] = []
    before, since, fallen = Sum(), span.first, 0
    for day, following in zip(days, [*days[1:], span.last + 1], strict=True):
        falling = 0.0
        grown = before.copy()
        if before.terms and (more := bears(before, dues[:fallen], since, day)) is not None:
            (grown if bears.joins else rows.owing).plus(one(more))
        while fallen < len(dues) and dues[fallen].due_on <= day:
            falling += dues[fallen].most
            fallen += 1
        if day in rows.prepaid:
            _prepay_nothing_overdue(programme, *rows.prepaid[day], dues[:fallen], following - 1)
        waits = programme.column()
        paid = rows.flows[day].copy() if day in rows.flows else Sum()
        paid.plus(grown)
        paid.terms.append((waits, -1.0))
        programme.row(paid.terms, -paid.constant)
        # Only what is due may wait; what is prepaid is paid.
        programme.row([(waits, 1.0), *grown.negated()], upper=grown.constant + falling + CENT)
        payments[day] = paid
        columns.append(waits)
        before, since = one(waits), day
    rows.owing.plus(before)
    claims = sorted(rows.claims, key=lambda claim: claim.due_on)
    backlog = Backlog(programme, span, bears.nights, claims, days, columns)
    ends = {deadline for due in dues for deadline in due.columns}
    ends |= {day - 1 for day in span.paydays if day - 1 <= span.last}
    for day in sorted(ends):
        column = backlog.at(day)
        standing = late.unpaid(len(dues), day)
        if column is None or not standing:
            continue
        slack = (late.tolerance + 2 * CENT) * len(standing) + CENT
        terms = [(column, 1.0)]
        for unpaid, due in standing:
            most = due.most_at(day)
            if unpaid is None:
                slack += most
            else:
                terms.append((unpaid, -most))
        programme.row(terms, upper=slack)
    late.chain()
    return payments, backlog


def _prepay_nothing_overdue(
    programme: Programme, prepaid: int, most: float, dues: Sequence[LateDue], day: int
) -> None:
    """Nothing is prepaid up to `day` while a due stays unpaid for longer."""
    for due in dues:
        for deadline, column in due.columns.items():
            if deadline >= day:
                programme.row([(prepaid, 1.0), (column, most)], upper=most + CENT)
                break


@dataclass(frozen=True, slots=True)
class Bears:
    """Interest of what waits. Where it `joins` it is a penalty, required at once; else it is
    ordinary interest at the least, billed with the balance. `nights` is None for none."""

    programme: Programme
    late: Lateness
    nights: Nights | None
    joins: bool

    def __call__(self, waits: Sum, dues: Sequence[LateDue], since: int, day: int) -> int | None:
        """A column of at least what is borne of what `waits` of `dues` over nights from `since`
        to `day`; None for nothing."""
        nights = self.nights
        if nights is None:
            return None
        rate = penalty(nights, since, day)
        bearing = self._bearing(waits, since)
        if self.joins:
            self._leave_out_grace(bearing, dues, since)
            # What waits may be earlier penalty, which bears none.
            rate /= 1 + max((penalty(nights, due.due_on, since) for due in dues), default=0.0)
        else:
            rate = min(rate, borne(nights, since, day)) if rate > 0 else borne(nights, since, day)
        if rate <= 0:
            return None
        column = self.programme.column()
        terms = [(one_column, -entry * rate) for one_column, entry in bearing.terms]
        least = bearing.constant * rate - HALF_A_FEN * (day - since)
        self.programme.row([(column, 1.0), *terms], least)
        return column

    def _bearing(self, waits: Sum, since: int) -> Sum:
        """What waits less interest and fees, which bear nothing, at the end of a day."""
        bearing = waits.copy()
        for unpaid, due in self.late.unpaid(len(self.late.dues), since):
            if unpaid is None:
                bearing.constant -= due.charges
            else:
                bearing.terms.append((unpaid, -due.charges))
        return bearing

    def _leave_out_grace(self, bearing: Sum, dues: Sequence[LateDue], since: int) -> None:
        """A due in its grace bears from its due day on if it is missed; what is tolerated never
        does."""
        for due in dues:
            bearing.constant -= self.late.tolerance
            if due.last_safe_on > since:
                bearing.constant -= due.most
                missed = due.columns.get(due.last_safe_on)
                if missed is not None:
                    bearing.terms.append((missed, due.most))
