"""One debt followed alone: what a plan pays to it, laid onto its contract day by day.

The contract is the ledger's own and takes the same payments on the same days, so every figure
is the plan's. Other debts, incomes and accounts matter only for what is paid when, which is
known by then. Days are dates in records and ordinals inside, amounts fen.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from planner.domain.contracts.dues import Due, Parts
from planner.domain.household.household import Debt, Household
from planner.domain.ledger.consequences import Consequence, Started, ladder_of_dues, walk_debt
from planner.domain.ledger.ledger import HORIZON_MONTHS, Contract
from planner.domain.ledger.replay import replay
from planner.domain.plan.plan import Totals
from planner.domain.values.days import add_months
from planner.domain.values.reading import LAST_DAY


class ScheduleRow(NamedTuple):
    """A day on which something falls due or is paid.

    `due` is what falls due then, `parts` of what is paid, `owed_fen` what is left at its end:
    None of a day before the first.
    """

    on: date
    due: Due | None
    paid_fen: int
    parts: Parts
    owed_fen: int | None


class DebtStanding(NamedTuple):
    """A day before anything is paid on it: fen that leave nothing required unpaid, fen that
    pay the debt off, and what the plan pays from its first day until then."""

    on: date
    cure_fen: int
    settle_fen: int
    paid_before_fen: int


@dataclass(frozen=True, slots=True)
class DebtCourse:
    """A debt from the plan's first day to its last, as the plan pays it."""

    debt: Debt
    as_of: date
    rows: tuple[ScheduleRow, ...]
    dues: tuple[Due, ...]
    totals: Totals
    settled_on: date | None
    begun: frozenset[str]

    def due(self, on: date) -> Due | None:
        day = on.toordinal()
        return next((due for due in self.dues if due.due_on == day), None)

    @property
    def overdue(self) -> Due | None:
        """The oldest due whose last safe day had passed, unpaid, on the first day."""
        today = self.as_of.toordinal()
        return next((due for due in self.dues if due.last_safe_on < today and due.is_missed), None)

    @property
    def following(self) -> Due | None:
        """The next due, from the first day on."""
        today = self.as_of.toordinal()
        return next((due for due in self.dues if due.due_on >= today), None)

    @property
    def started(self) -> Started:
        """Where rungs start by this course."""
        return walk_debt(self.debt, self.dues, self.as_of, self.begun)

    def ladder(self, due: Due) -> list[Consequence]:
        """All rungs of one due with their dates and states."""
        return ladder_of_dues(self.debt, self.dues, due, self.as_of, self.begun)


class OneDebt:
    """A debt of a household, and what a plan pays to it: (day, fen) with days rising.

    `household` and `books` are as of the morning from which the plan runs.

    Raises KeyError for an unknown debt and PaymentRefused as `replay` does.
    """

    def __init__(
        self, household: Household, debt_id: str, payments: Iterable[tuple[date, int]]
    ) -> None:
        self.household, self.books = replay(household)
        places = {debt.id: index for index, debt in enumerate(self.household.debts)}
        self.debt = self.household.debts[places[debt_id]]
        self.as_of = self.household.as_of
        self.begun = self.books.begun.get(debt_id, frozenset())
        self._contract = self.books.copies()[places[debt_id]]
        self._payments = [(on.toordinal(), fen) for on, fen in payments]

    @property
    def last_day(self) -> date:
        """The last day that a plan knows."""
        end = add_months(self.as_of, HORIZON_MONTHS).toordinal() - 1
        return min(date.fromordinal(end), LAST_DAY)

    def _begin(self) -> Contract:
        contract = self._contract.clone()
        contract.dues = contract.open_dues()
        return contract

    def stands_on(self, on: date) -> DebtStanding:
        """How the debt stands on a day. Raises ValueError for a day outside the plan."""
        if not self.as_of <= on <= self.last_day:
            raise ValueError(f"not a day of this plan: {on}")
        contract, end = self._begin(), on.toordinal()
        before = [(day, fen) for day, fen in self._payments if day < end]
        _run(contract, self.as_of.toordinal(), end - 1, before)
        contract.morning(end)
        paid = sum(fen for _, fen in before)
        return DebtStanding(on, contract.required_fen(end), contract.settle(end), paid)

    def course(self, until: date | None) -> DebtCourse:
        """The debt up to the plan's last day: when everything is paid, None for never."""
        contract, end = self._begin(), (until or self.last_day).toordinal()
        steps = _run(contract, self.as_of.toordinal(), end, self._payments)
        contract.dues = [due for due in contract.dues if due.due_on <= end]
        for due in contract.dues:  # the plan ends within its grace, and never pays it
            if due.met_on is None and due.last_safe_on >= end:
                due.is_missed = due.unpaid > self.debt.tolerance_fen
        principal, interest, fees, penalties = (
            sum(step.parts[kind] for step in steps) for kind in range(4)
        )
        paid = principal + interest + fees + penalties
        settled = next((step.day for step in steps if step.is_settled), None)
        return DebtCourse(
            debt=self.debt,
            as_of=self.as_of,
            rows=tuple(_rows(contract.dues, steps)),
            dues=tuple(contract.dues),
            totals=Totals(paid, principal, interest, fees, penalties),
            settled_on=None if settled is None else date.fromordinal(settled),
            begun=self.begun,
        )


class _CourseStep(NamedTuple):
    """A day of the contract: what was paid on it, what is owed after it, and whether nothing."""

    day: int
    parts: Parts
    owed_fen: int
    is_settled: bool


_NOTHING = Parts(0, 0, 0, 0)


def _run(
    contract: Contract, first: int, end: int, payments: list[tuple[int, int]]
) -> list[_CourseStep]:
    """Let the days from `first` to `end`, both included, pass with these payments."""
    steps: list[_CourseStep] = []
    waiting = list(reversed(payments))
    day = first
    while day <= end:
        contract.morning(day)
        parts = _NOTHING
        if waiting and waiting[-1][0] == day:
            parts = contract.pay(day, waiting.pop()[1])
        steps.append(_CourseStep(day, parts, sum(contract.balances()), contract.is_settled(day)))
        day = min(contract.next_day, waiting[-1][0] if waiting else contract.next_day)
    return steps


def _rows(dues: list[Due], steps: list[_CourseStep]) -> Iterable[ScheduleRow]:
    """Dues and payments by day; between two steps as much is owed as after the first."""
    falling = {due.due_on: due for due in dues}
    passed = {step.day: step for step in steps}
    owed = None
    for day in sorted(falling.keys() | passed.keys()):
        step = passed.get(day)
        parts = step.parts if step else _NOTHING
        owed = step.owed_fen if step else owed
        if day in falling or any(parts):
            yield ScheduleRow(date.fromordinal(day), falling.get(day), sum(parts), parts, owed)
