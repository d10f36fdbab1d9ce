"""The covering core: which dues are unpaid at the end of which stretch between incomes.

Each due as it falls where all are paid, nothing prepaid, no penalty and no fee: in each stretch the
dues that wait must at least come to what the money lacks. The severities are settled one after
the other, gravest first. It is a guide and proves nothing: what the ledger makes of it counts.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from planner.domain.contracts.dues import NEVER, Due
from planner.domain.contracts.instalment import Instalment
from planner.domain.contracts.open_end import OpenEnd
from planner.domain.household.household import Debt
from planner.domain.ledger.consequences import dated_rungs, first_starts
from planner.domain.ledger.ledger import Contract, Ledger
from planner.domain.optimum.cash import Cash
from planner.domain.optimum.programme import Programme, Sum
from planner.domain.optimum.rows.debt import yuan

_LESS_THAN_ONE = 0.98


@dataclass(slots=True)
class _Waiting:
    """A due and its columns: 1 if it is unpaid at the end of a stretch, by stretch."""

    due_on: int
    fallen: int  # the stretch in which it falls due
    amount: float
    counted: dict[int, int]  # place of a severity → the stretch with its last day
    columns: dict[int, int]


class Core:
    """The programme of a household that stands on the first day with its dues fallen."""

    def __init__(self, ledger: Ledger, cash: Cash) -> None:
        self._cash = cash
        self._programme = Programme()
        self._debts = [
            self._write_debt(debt, contract)
            for debt, contract in zip(ledger.household.debts, ledger.contracts, strict=True)
        ]
        self._mark = self._programme.mark()

    def _write_debt(self, debt: Debt, contract: Contract) -> list[_Waiting]:
        cash, programme = self._cash, self._programme
        rungs = dated_rungs(debt)
        found: list[_Waiting] = []
        for due_on, fen in _dues(contract, cash.first, cash.last):
            starts = first_starts(rungs, Due(due_on, due_on + debt.grace_days, 0, 0))
            counted = {
                place: self._stretch(min(start - 1, cash.last))
                for place, start in enumerate(starts)
                if start is not None and start > cash.first
            }
            fallen = self._stretch(max(due_on, cash.first))
            last = max(counted.values(), default=fallen)
            columns: dict[int, int] = {}
            for stretch in range(fallen, last + 1):
                columns[stretch] = programme.column(upper=1.0, whole=True)
                if stretch > fallen:
                    programme.row([(columns[stretch - 1], 1.0), (columns[stretch], -1.0)], 0.0)
                if found and (older := found[-1].columns.get(stretch)) is not None:
                    programme.row([(columns[stretch], 1.0), (older, -1.0)], 0.0)
            found.append(_Waiting(due_on, fallen, yuan(fen), counted, columns))
        return found

    def _stretch(self, day: int) -> int:
        return bisect_right(self._cash.starts, day) - 1

    def patterns(
        self, seconds: Callable[[], float], kept: Sequence[tuple[float, float]]
    ) -> Iterator[list[dict[int, int]]]:
        """For each (share, yuan) kept back of what must wait: by debt, due day → the last day on
        which that due is to be paid, `NEVER` if not at all."""
        start: list[float] | None = None
        for share, more in kept:
            values = self._solve(seconds, share, more, start)
            if values is None:
                return
            start = values
            yield [self._until(dues, values) for dues in self._debts]

    def _until(self, dues: Sequence[_Waiting], values: list[float]) -> dict[int, int]:
        until = {}
        for due in dues:
            met = [stretch for stretch, column in due.columns.items() if values[column] < 0.5]
            until[due.due_on] = self._cash.ends[min(met)] if met else NEVER
        return until

    def _solve(
        self,
        seconds: Callable[[], float],
        share: float,
        more: float,
        start: list[float] | None,
    ) -> list[float] | None:
        programme = self._programme
        programme.back_to(self._mark)
        for stretch, payable in enumerate(self._cash.payable):
            terms: list[tuple[int, float]] = []
            lacking = -yuan(payable)
            for due in (due for dues in self._debts for due in dues if due.fallen <= stretch):
                lacking += due.amount
                last = min(stretch, max(due.columns))
                terms.append((due.columns[last], due.amount))
            if lacking > 0:
                least = lacking * share + more
                programme.row([(column, min(most, least)) for column, most in terms], least)
        values = start
        for place in range(5):
            counted = [
                due.columns[due.counted[place]]
                for dues in self._debts
                for due in dues
                if place in due.counted
            ]
            if not counted:
                continue
            goal = Sum([(column, 1.0) for column in counted])
            programme.minimise(goal)
            solved = programme.solve(seconds(), gap=0.0, apart=_LESS_THAN_ONE, start=values)
            if solved.values is None:
                return None
            values = solved.values
            programme.row(goal.terms, upper=float(round(goal.value(values))))
        return values


def _dues(contract: Contract, first: int, last: int) -> list[tuple[int, int]]:
    """(due day, fen) of what is required on the first day, and then if all is paid on its day."""
    found = list(contract.demands(first))
    if isinstance(contract, Instalment):
        rows = contract.schedule(first, last)
        found += [(row.due_on, row.principal + row.interest + row.fee) for row in rows]
    elif isinstance(contract, OpenEnd):
        found += [(due.due_on, due.required) for due in contract.dues_ahead(first, last)]
    else:
        ahead = contract.days_ahead(first, last)
        found += [(day.on, day.required) for day in ahead[1:]]
    return [(due_on, fen) for due_on, fen in found if fen > 0]
