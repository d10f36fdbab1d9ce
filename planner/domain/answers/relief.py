"""What is overdue, and which of it to cure first: the most harm avoided by each yuan.

Curing today keeps its dues from counting as late by the severities that they would reach until
the next money comes. Harm is a vector (see `Harm`), so it is compared by the yuan from the left:
first what keeps a due from severity 5 most cheaply.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from planner.domain.contracts.dues import Due
from planner.domain.household.household import Debt, Household
from planner.domain.ledger.consequences import dated_rungs, first_starts, shown_rungs, walk_debt
from planner.domain.ledger.ledger import Books, CashDay, Contract, open_books
from planner.domain.rulebook.ladders import Rung
from planner.domain.values.money import divide_half_up


def next_money(cash: Iterable[CashDay], as_of: date) -> date | None:
    """The first day after `as_of` on which an income of the plan arrives."""
    return next((one.on for one in cash if one.income_fen and one.on > as_of), None)


class Relief(NamedTuple):
    """An overdue debt on a day, before anything is paid on it.

    `due_on` is the day of the oldest due that is unpaid past its grace, `cure_fen` what leaves
    nothing required unpaid; `started` are the rungs that its dues have started, each with its
    day, `next_on` the day on which the next ones, `next_rungs`, start. `avoids` are the dues, by
    severity, 5 first, that would count as late until the day asked for (see `Harm`), `yuan_days`
    what would be overdue. `within_reach_fen` of the cure may be paid today, of what there is above
    the reserve once the debts before it are cured.
    """

    debt: Debt
    due_on: date
    cure_fen: int
    started: tuple[tuple[date, Rung], ...]
    next_on: date | None
    next_rungs: tuple[Rung, ...]
    avoids: tuple[int, ...]
    yuan_days: int
    within_reach_fen: int

    @property
    def per_yuan(self) -> tuple[Fraction, ...]:
        """Harm avoided by each yuan, from severity 5 down; the larger the more."""
        counts = [*self.avoids, self.yuan_days]
        return tuple(Fraction(100 * count, self.cure_fen) for count in counts)


def overdue_debts(
    household: Household, until: date, books: Books | None = None
) -> tuple[Relief, ...]:
    """What is overdue on the first day, in the order in which each yuan cures most harm.

    `until`, that day included, is when money comes again. `books` where they are not the
    household's own.
    """
    books = books or open_books(household)
    pairs = zip(household.debts, books.copies(), strict=True)
    found = [one for debt, contract in pairs for one in _relief(debt, contract, books, until)]
    left = _above_reserve(household, books)
    ordered = []
    for one in sorted(found, key=_urgency):
        within = min(one.cure_fen, left)
        left -= within
        ordered.append(one._replace(within_reach_fen=within))
    return tuple(ordered)


def _above_reserve(household: Household, books: Books) -> int:
    """What may go to lenders on the first day."""
    flows = books.flows(household)
    there = sum(books.accounts) + flows.net(books.day - 1, books.day)
    return max(0, there - flows.reserve(books.day))


def _urgency(one: Relief) -> tuple[tuple[Fraction, ...], date, int]:
    return tuple(-share for share in one.per_yuan), one.next_on or date.max, one.cure_fen


def _relief(debt: Debt, contract: Contract, books: Books, until: date) -> Iterator[Relief]:
    day = books.day
    contract.morning(day)
    dues = [due for due in contract.dues if due.last_safe_on < day and due.is_missed]
    cure = contract.required_fen(day)
    if not dues or not cure:
        return
    as_of = date.fromordinal(day)
    begun = books.begun.get(debt.id, frozenset())
    rungs = {rung.id: rung for rung in shown_rungs(debt)}
    starts = walk_debt(debt, dues, as_of, begun).days
    by_day = sorted(((on, rung) for (_, rung), on in starts.items()), key=lambda start: start[0])
    coming = [(on, rungs[rung]) for on, rung in by_day if on > day]
    next_on = coming[0][0] if coming else None
    nights = max(0, until.toordinal() - day)
    yield Relief(
        debt=debt,
        due_on=date.fromordinal(dues[0].due_on),
        cure_fen=cure,
        started=tuple((date.fromordinal(on), rungs[rung]) for on, rung in by_day if on <= day),
        next_on=None if next_on is None else date.fromordinal(next_on),
        next_rungs=tuple(rung for on, rung in coming if on == next_on),
        avoids=_late_by(dated_rungs(debt), dues, day, until.toordinal()),
        yuan_days=divide_half_up(contract.overdue_fen * nights, 100),
        within_reach_fen=0,
    )


def _late_by(rungs: Sequence[Rung], dues: Sequence[Due], after: int, until: int) -> tuple[int, ...]:
    """Of unpaid dues those that reach each severity on the days (after, until], 5 first."""
    counts = [0] * 5
    for due in dues:
        for place, start in enumerate(first_starts(rungs, due)):
            counts[place] += start is not None and after < start <= until
    return tuple(counts)
