"""Ageing of arrears: the days between what was missed and the first day of a contract.

What was missed before a contract's `as_of` has had its late fee; a penalty that was given counts
as billed, and only nights from `as_of` on are added to it.
"""

from collections.abc import Iterator, Sequence

from planner.domain.household.terms import Arrear


def ageing_days(
    arrears: Sequence[Arrear], grace_days: int, as_of: int
) -> Iterator[tuple[int, list[Arrear]]]:
    """The days before `as_of`, as ordinals, on which one fell due or the grace of one ended.

    Each with the arrears that fell due on it, whose grace begins then.
    """
    falling_due: dict[int, list[Arrear]] = {}
    for one in arrears:
        falling_due.setdefault(one.due_on.toordinal(), []).append(one)
    days = {*falling_due, *(due_on + grace_days + 1 for due_on in falling_due)}
    for day in sorted(days):
        if day < as_of:
            yield day, falling_due.get(day, [])
