"""The covering core: which dues are unpaid at the end of which stretch between incomes.

Each due as it falls where all are paid and nothing is prepaid; one that waits asks for its late fee
and its penalty, too. In each stretch the dues that wait must come at least to what the money
lacks. The severities are settled one after the other, gravest first. It is a guide and proves
nothing: what the ledger makes of it counts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple

from planner.domain.contracts.accrual import Nights
from planner.domain.contracts.dues import NEVER, Due, charge_late_fee
from planner.domain.contracts.instalment import Instalment
from planner.domain.contracts.open_end import OpenEnd
from planner.domain.household.household import Debt
from planner.domain.ledger.consequences import dated_rungs, first_starts
from planner.domain.ledger.ledger import Contract, Ledger
from planner.domain.optimum.cash import Cash
from planner.domain.optimum.programme import Programme, Sum
from planner.domain.optimum.rows.debt import penalty, yuan

_LESS_THAN_ONE = 0.98
_NEARLY = 0.01  # of a count: so near to the least is near enough for a guide
_LARGE = 3.0  # times the median due: a part of it, paid early, saves much penalty


class _Asked(NamedTuple):
    """A due before it is late; fen. What `bears` of it bears a penalty over its `nights`."""

    due_on: int
    fen: int
    bears: int
    nights: Nights | None


@dataclass(slots=True)
class _Waiting:
    """A due and its columns: 1 if it is unpaid at the end of a stretch, by stretch, and what part
    of it is. `amounts`: yuan that it asks for where it is paid in that stretch."""

    due_on: int
    fallen: int  # the stretch in which it falls due
    counted: dict[int, int]  # place of a severity → the stretch with its last day
    amounts: dict[int, float] = field(default_factory=dict)
    columns: dict[int, int] = field(default_factory=dict)
    parts: dict[int, int] = field(default_factory=dict)  # of a large one only

    def grown(self, stretch: int) -> float:
        """Yuan by which it has grown since the stretch before."""
        if stretch not in self.amounts or stretch == self.fallen:
            return 0.0
        return self.amounts[stretch] - self.amounts[stretch - 1]


class Core:
    """The programme of a household that stands on the first day with its dues fallen."""

    def __init__(self, ledger: Ledger, cash: Cash) -> None:
        self._cash = cash
        self._programme = Programme()
        self._debts = [
            self._write_debt(debt, contract)
            for debt, contract in zip(ledger.household.debts, ledger.contracts, strict=True)
        ]
        self._dues = [due for dues in self._debts for due in dues]
        self._write_parts()
        self._grown = [self._programme.column() for _ in cash.starts]
        self._mark = self._programme.mark()
        self._values: list[float] | None = None

    @property
    def size(self) -> int:
        """How many questions there are."""
        return len(self._programme.whole)

    def _write_debt(self, debt: Debt, contract: Contract) -> list[_Waiting]:
        cash, programme = self._cash, self._programme
        rungs = dated_rungs(debt)
        found: list[_Waiting] = []
        for asked in _dues(contract, cash.first, cash.last):
            last_safe_on = asked.due_on + debt.grace_days
            starts = first_starts(rungs, Due(asked.due_on, last_safe_on, 0, 0))
            counted = {
                place: cash.place(min(start - 1, cash.last))
                for place, start in enumerate(starts)
                if start is not None and start > cash.first
            }
            fallen = cash.place(max(asked.due_on, cash.first))
            due = _Waiting(asked.due_on, fallen, counted)
            for stretch in range(fallen, max(counted.values(), default=fallen) + 1):
                due.amounts[stretch] = yuan(asked.fen)
                if stretch > fallen:
                    late_fee = debt.terms.late_fee if cash.starts[stretch] > last_safe_on else None
                    due.amounts[stretch] += yuan(charge_late_fee(late_fee, asked.fen))
                    if asked.nights is not None:
                        borne = penalty(asked.nights, asked.due_on, cash.starts[stretch])
                        due.amounts[stretch] += yuan(asked.bears) * borne
                column = due.columns[stretch] = programme.column(upper=1.0, whole=True)
                if stretch > fallen:
                    programme.row([(due.columns[stretch - 1], 1.0), (column, -1.0)], 0.0)
                if found and (older := found[-1].columns.get(stretch)) is not None:
                    programme.row([(column, 1.0), (older, -1.0)], 0.0)
            found.append(due)
        return found

    def _write_parts(self) -> None:
        """What part of a large due is unpaid, in place of whether anything of it is."""
        programme = self._programme
        if not self._dues:
            return
        large = _LARGE * median(due.amounts[due.fallen] for due in self._dues)
        for due in self._dues:
            if due.amounts[due.fallen] < large:
                continue
            for stretch, column in due.columns.items():
                part = due.parts[stretch] = programme.column(upper=1.0)
                programme.row([(column, 1.0), (part, -1.0)], 0.0)
                if stretch > due.fallen:
                    programme.row([(due.parts[stretch - 1], 1.0), (part, -1.0)], 0.0)

    def pattern(
        self, seconds: Callable[[], float], kept: Sequence[float], *, in_parts: bool
    ) -> list[dict[int, int]] | None:
        """By debt, due day → the last day on which that due is to be paid, `NEVER` if not at all;
        None where none was found in time.

        `kept` is by stretch how many yuan more must wait. `in_parts`: large dues may be paid
        bit by bit, which saves penalty and is not always what the ledger then does.
        """
        self._programme.back_to(self._mark)
        self._write_money(kept, in_parts=in_parts)
        values = self._solve(seconds)
        if values is None:
            return None
        self._values = values
        return [self._until(dues, values) for dues in self._debts]

    def _until(self, dues: Sequence[_Waiting], values: list[float]) -> dict[int, int]:
        until = {}
        for due in dues:
            met = [stretch for stretch, column in due.columns.items() if values[column] < 0.5]
            until[due.due_on] = self._cash.ends[min(met)] if met else NEVER
        return until

    def _write_money(self, kept: Sequence[float], *, in_parts: bool) -> None:
        """For each stretch: what waits comes at least to what has fallen due and has grown by
        waiting until then, less the money.

        What grows and is never paid counts on both sides.
        """
        programme = self._programme
        most_grown = fallen = 0.0
        for stretch, payable in enumerate(self._cash.payable):
            growing = [(due, fen) for due in self._dues if (fen := due.grown(stretch)) > 0]
            waited = [
                ((due.parts if in_parts and due.parts else due.columns)[stretch - 1], grown)
                for due, grown in growing
            ]
            column = self._grown[stretch]
            grown = [(column, 1.0), *((one, -more) for one, more in waited)]
            if stretch:
                grown.append((self._grown[stretch - 1], -1.0))
            programme.row(grown, 0.0, 0.0)
            most_grown += sum(more for _one, more in waited)
            fallen += sum(due.amounts[stretch] for due in self._dues if due.fallen == stretch)
            lacking = fallen - yuan(payable) + kept[stretch]
            most = lacking + most_grown
            if most <= 0:
                continue
            whole, parts = [], []
            for due in self._dues:
                if due.fallen <= stretch:
                    last = min(stretch, max(due.columns))
                    amount = due.amounts[last]
                    whole.append((due.columns[last], min(amount, most)))
                    parts.append(((due.parts or due.columns)[last], amount))
            programme.row([*whole, (column, -1.0)], lacking)
            if in_parts:
                programme.row([*parts, (column, -1.0)], lacking)

    def _solve(self, seconds: Callable[[], float]) -> list[float] | None:
        programme, values = self._programme, self._values
        before: list[int] = []
        for place in range(5):
            counted = [
                due.columns[due.counted[place]] for due in self._dues if place in due.counted
            ]
            if not counted or counted == before:
                continue
            before = counted
            goal = Sum([(column, 1.0) for column in counted])
            programme.minimise(goal)
            solved = programme.solve(seconds(), gap=_NEARLY, apart=_LESS_THAN_ONE, start=values)
            if solved.values is None:
                return None
            values = solved.values
            programme.row(goal.terms, upper=float(round(goal.value(values))))
        return values


def _dues(contract: Contract, first: int, last: int) -> list[_Asked]:
    """What is required on the first day, and then if all is paid on its day."""
    if isinstance(contract, Instalment):
        nights = contract.standing(first).nights
        found = [_Asked(due_on, fen, fen, nights) for due_on, fen in contract.demands(first)]
        for row in contract.schedule(first, last):
            fen = row.principal + row.interest + row.fee
            found.append(_Asked(row.due_on, fen, row.principal, nights))
    else:
        # The penalty of an open balance is not asked for with the due.
        found = [_Asked(due_on, fen, 0, None) for due_on, fen in contract.demands(first)]
        if isinstance(contract, OpenEnd):
            ahead = contract.dues_ahead(first, last)
            found += [_Asked(due.due_on, due.required, 0, None) for due in ahead]
        else:
            days = contract.days_ahead(first, last)
            found += [_Asked(day.on, day.required, 0, None) for day in days[1:]]
    return [asked for asked in found if asked.fen > 0]
