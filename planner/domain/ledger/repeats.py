"""The ladder of any due from what is kept of a plan, without running its ledger again.

A plan lists the rungs that start and those of each debt's next due. Of every other due they
follow from its days, except for one thing that only the ledger knows: which rungs have started
under an older due of the same episode. That is what is kept here.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple, Protocol

from planner.domain.contracts.dues import Due
from planner.domain.household.household import Household
from planner.domain.ledger.consequences import (
    Consequence,
    dated_rungs,
    rung_start,
    shown_rungs,
    walk_episodes,
)
from planner.domain.ledger.ledger import Ledger


class Repeats(NamedTuple):
    """Under a debt's dues from day to day, both included, these rungs do not start again."""

    debt: str
    first_due_on: date
    last_due_on: date
    rungs: frozenset[str]


class DueDays(Protocol):
    """Of a planned due: whose it is, and its days."""

    @property
    def debt(self) -> str: ...
    @property
    def due_on(self) -> date: ...
    @property
    def last_safe_on(self) -> date: ...


def find_repeats(ledger: Ledger) -> Iterator[Repeats]:
    """What does not start again, neighbouring dues with the same rungs as one."""
    as_of = ledger.household.as_of.toordinal()
    for debt, contract in zip(ledger.household.debts, ledger.contracts, strict=True):
        begun = ledger.books.begun.get(debt.id, frozenset())
        walked = walk_episodes(contract.dues, shown_rungs(debt), as_of, begun)
        by_due: dict[int, set[str]] = {}
        for member, rung in walked.repeated:
            by_due.setdefault(contract.dues[member].due_on, set()).add(rung)
        found: Repeats | None = None
        for due in contract.dues:
            rungs = frozenset(by_due.get(due.due_on, ()))
            on = date.fromordinal(due.due_on)
            if found and rungs == found.rungs:
                found = found._replace(last_due_on=on)
                continue
            if found:
                yield found
            found = Repeats(debt.id, on, on, rungs) if rungs else None
        if found:
            yield found


def ladder_from(
    household: Household,
    dues: Iterable[DueDays],
    consequences: Iterable[Consequence],
    repeats: Iterable[Repeats],
    debt_id: str,
    due_on: date,
) -> list[Consequence]:
    """All rungs of one due, as `ladder_of_due` gives them. Raises KeyError for an unknown due."""
    due = next((one for one in dues if one.debt == debt_id and one.due_on == due_on), None)
    if due is None:
        raise KeyError((debt_id, due_on))
    debt = next(one for one in household.debts if one.id == debt_id)
    listed = {
        one.rung.id: one for one in consequences if one.debt == debt_id and one.due_on == due_on
    }
    over = {
        rung
        for one in repeats
        if one.debt == debt_id and one.first_due_on <= due_on <= one.last_due_on
        for rung in one.rungs
    }
    days = Due(due_on.toordinal(), due.last_safe_on.toordinal(), 0, 0)
    dated = dated_rungs(debt)
    found = []
    for rung in shown_rungs(debt):
        known = listed.get(rung.id)
        if known is not None:
            found.append(known)
        elif rung in dated and rung.id not in over:
            starts_on = date.fromordinal(rung_start(rung, days))
            found.append(Consequence(debt_id, due_on, rung, starts_on, "avoided"))
    return found


def repeats_document(repeats: Iterable[Repeats]) -> list[list[Any]]:
    """As JSON; `read_repeats` is its inverse."""
    return [
        [one.debt, one.first_due_on.isoformat(), one.last_due_on.isoformat(), sorted(one.rungs)]
        for one in repeats
    ]


def read_repeats(document: Iterable[list[Any]]) -> Iterator[Repeats]:
    for debt, first, last, rungs in document:
        yield Repeats(debt, date.fromisoformat(first), date.fromisoformat(last), frozenset(rungs))
