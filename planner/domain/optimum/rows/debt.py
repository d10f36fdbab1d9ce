"""What the rows of any debt are made of. Yuan, day ordinals.

The flows of a debt are what it asks as if all were paid on its day, or, of a card, what is really
paid. Every row lets through at least what the contract lets through, so that a programme of them
costs no more than the ledger; where a contract has no linear form, the payments found for it are
only near what the ledger will ask.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from planner.domain.contracts.accrual import Nights
from planner.domain.contracts.dues import NEVER
from planner.domain.contracts.instalment import Instalment, ScheduledRow
from planner.domain.contracts.open_end import OpenEnd, Requirement
from planner.domain.optimum.programme import INFINITE, Sum

CENT = 0.01
HALF_A_FEN = 0.005


@dataclass(slots=True)
class DueClaim:
    """What falls due on a day and would be late after `last_safe_on`.

    `most` it can be, of which `charges`, interest and fees, bear no penalty. `exists` is above 0
    only if it falls due at all, and not where all was paid before; None where it does anyway.
    `rest` is all that could still be asked, prepayments taken into account; None if unknown.
    """

    due_on: int
    last_safe_on: int
    most: float
    charges: float = 0.0
    exists: Sum | None = None
    rest: Sum | None = None


def share_left(before: Sum, most: float) -> Sum:
    """Of principal that is `most`, the share that is left; 0 where that is next to nothing."""
    if not before.terms:
        return Sum([], 1.0)
    left = before.copy()
    left.constant -= 1.0
    share = Sum()
    share.plus(left, 1.0 / max(1.0, most))
    return share


@dataclass(slots=True)
class DebtRows:
    """One debt in the programme.

    `billings` counts the roundings that may each lose half a fen; `questions` are whole
    columns with the column that decides them: 1 while that is above 0; `settles`, in order of
    days, whether all is paid early on one; `promises` whether a statement is paid in full;
    `prepaid`, by day, the column of what is paid beyond all that is due, and its most.
    """

    flows: defaultdict[int, Sum] = field(default_factory=lambda: defaultdict(Sum))
    claims: list[DueClaim] = field(default_factory=list)
    owing: Sum = field(default_factory=Sum)
    billings: int = 0
    questions: list[tuple[int, int]] = field(default_factory=list)
    settles: list[int] = field(default_factory=list)
    promises: list[int] = field(default_factory=list)
    prepaid: dict[int, tuple[int, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Span:
    """The days that are decided: from `first` to `last`, and on which money arrives."""

    first: int
    last: int
    paydays: Sequence[int]
    is_bound: bool  # for the bound rows only let through more; for a plan they come near
    exact_to: int = NEVER  # until when what may be late is written as nearly as it can be
    payable: Sequence[int] = ()  # fen that lenders may have had by the end of each stretch

    def payable_by(self, day: int) -> float:
        """The most that can have been paid by the end of a day, in yuan."""
        if not self.payable:
            return INFINITE
        return yuan(max(0, self.payable[bisect_right(self.paydays, day)]))

    def candidates(self, days: Sequence[int], until: int) -> list[int]:
        """The first day, paydays and the debt's own `days`, up to `until` or the last."""
        until = min(until, self.last)
        return sorted(
            {self.first}
            | {day for day in self.paydays if day <= until}
            | {day for day in days if self.first <= day <= until}
        )


def yuan(fen: int) -> float:
    return fen * CENT


def borne(nights: Nights, start: int, end: int) -> float:
    """What one yuan bears over the nights [start, end)."""
    return nights.ordinary(start, end) / nights.denominator if end > start else 0.0


def penalty(nights: Nights, start: int, end: int) -> float:
    """What one overdue yuan bears over the nights [start, end)."""
    return nights.penalty(start, end) / nights.denominator if end > start else 0.0


def stand_today(rows: DebtRows, span: Span, contract: Instalment | OpenEnd) -> int:
    """What is required on the first day already; fen. It is a claim and a flow of that day."""
    required = contract.required_fen(span.first)
    rows.flows[span.first].constant += yuan(required)
    extra = required - sum(due.unpaid for due in contract.open_dues())  # penalty not billed yet
    for due in contract.open_dues():
        principal = 0
        if isinstance(due, ScheduledRow):
            principal = due.principal
        elif isinstance(due, Requirement):
            principal = due.part
        most = yuan(due.unpaid + extra)
        rows.claims.append(DueClaim(due.due_on, due.last_safe_on, most, most - yuan(principal)))
        extra = 0
    return required
