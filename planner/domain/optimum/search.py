"""From a household to payments that cost least, and what no payments can go below."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from planner.domain.dates import add_months
from planner.domain.household import Household
from planner.domain.ledger import Books, CashDay, Ledger
from planner.domain.optimum.clock import Deadline
from planner.domain.optimum.contracts import CENT, Claim, Span, Sum
from planner.domain.optimum.follow import Intention
from planner.domain.optimum.model import Model, Stretch, build
from planner.domain.optimum.programme import Programme, Solution

DECIDED_MONTHS = 60
_NEAR = 1e-6
_SETTLED = 0.5  # yuan; a debt with less left is paid off
SEVERITIES = (5, 4, 3, 2, 1)


@dataclass(slots=True)
class Answer:
    """Payments by debt for the ledger to follow, and bounds in fen.

    `harm` are the fewest debts in which a rung of each severity starts, 5 first.
    """

    intentions: list[Intention] | None = None
    cost_bound_fen: int | None = None
    harm: list[int] = field(default_factory=lambda: [0] * 5)
    yuan_days: int = 0
    is_harm_solved: bool = True


class Search:
    """What is the same in all programmes of one household."""

    def __init__(
        self,
        household: Household,
        books: Books,
        paths: Sequence[Sequence[CashDay]],
        last_day: int,
        deadline: Deadline,
    ) -> None:
        self._ledger = Ledger(household, lambda ledger: None, books)
        self._ledger.run_to(self._ledger.day)
        self._deadline = deadline
        first = self._ledger.day
        self.last = last_day
        flows = self._ledger.flows
        flows.extend(last_day)
        self._paydays = [
            day
            for day, income in zip(flows.days, flows.incomes, strict=True)
            if income and first < day <= last_day
        ]
        self._stretches = self._stretch(first, paths)

    def _stretch(self, first: int, paths: Sequence[Sequence[CashDay]]) -> list[Stretch]:
        """The stretches between incomes; floors as low as the buffer or any of the paths."""
        flows = self._ledger.flows
        starts = [first, *self._paydays]
        changes = [0] * len(starts)
        changes[0] = self._ledger.cash_fen
        place = 0
        moves: list[list[tuple[int, int]]] = [[] for _ in starts]
        for day, income, expense in zip(flows.days, flows.incomes, flows.expenses, strict=True):
            if not first < day <= self.last:
                continue
            while place + 1 < len(starts) and starts[place + 1] <= day:
                place += 1
            changes[place] += income - expense
            moves[place].append((day, income - expense))
        buffer = self._ledger.household.buffer_fen
        floors = [buffer] * len(starts)
        for path in paths:
            self._lower(floors, starts, moves, path)
        return [
            Stretch(start, change * CENT, floor * CENT)
            for start, change, floor in zip(starts, changes, floors, strict=True)
        ]

    def _lower(
        self,
        floors: list[int],
        starts: list[int],
        moves: list[list[tuple[int, int]]],
        path: Sequence[CashDay],
    ) -> None:
        """Let floors lie no higher than what the path has at the end of each stretch."""
        closing = self._ledger.cash_fen
        position = 0
        ended = path[-1].on.toordinal() if path else 0
        for place in range(len(starts)):
            end = starts[place + 1] if place + 1 < len(starts) else self.last + 1
            while position < len(path) and path[position].on.toordinal() < end:
                closing = path[position].closing_fen
                position += 1
            closing += sum(change for day, change in moves[place] if day > ended)
            floors[place] = min(floors[place], closing)

    def _build(self, *, is_bound: bool, may_be_late: bool = False) -> Model:
        span = Span(self._ledger.day, self.last, self._paydays, is_bound)
        return build(self._ledger, span, self._stretches, may_be_late=may_be_late)

    def _solve(
        self, programme: Programme, *, relaxed: bool, share: float = 1.0, gap: float = 0.0002
    ) -> Solution:
        seconds = self._deadline.left() * share
        return programme.solve(
            seconds, relaxed=relaxed, gap=gap, cancelled=self._deadline.is_cancelled
        )

    def on_time(self) -> Answer | None:
        """The cheapest payments with nothing late; None where there are none."""
        bound = self._build(is_bound=True)
        _minimise(bound.programme, bound.cost)
        relaxed = self._solve(bound.programme, relaxed=True)
        if relaxed.is_infeasible:
            return None
        answer = Answer(cost_bound_fen=_fen_below(relaxed.bound, bound))
        plan = self._build(is_bound=False)
        _minimise(plan.programme, plan.cost)
        first = self._solve(plan.programme, relaxed=True)
        found = None
        if first.values is not None:
            _round(plan, first.values)
            found = self._solve(plan.programme, relaxed=False, share=0.3)
            _free(plan)
        limit = relaxed.bound + max(0.05, 0.0004 * abs(relaxed.bound))
        if found is None or found.values is None or found.objective > limit:
            whole = self._solve(plan.programme, relaxed=False, share=0.5)
            if whole.values is not None:
                found = whole
            tight = self._solve(bound.programme, relaxed=False, share=0.8)
            if tight.bound > relaxed.bound:
                answer.cost_bound_fen = _fen_below(tight.bound, bound)
        if found is not None and found.values is not None:
            answer.intentions = _intentions(plan, found.values, self.last)
        return answer

    def late(self) -> Answer:
        """The least harm, then the fewest yuan-days, then the least cost."""
        answer = Answer()
        model = self._build(is_bound=True, may_be_late=True)
        for place, severity in enumerate(SEVERITIES):
            asked = [column for (_, one), column in model.late.items() if one == severity]
            if not asked:
                continue
            fewest = self._fewest(model.programme, asked)
            if fewest is None:
                answer.is_harm_solved = False
                break
            answer.harm[place] = fewest
            model.programme.row([(column, 1.0) for column in asked], upper=float(fewest))
        self._price(model, answer)
        self._propose_late(answer)
        return answer

    def _fewest(self, programme: Programme, asked: list[int]) -> int | None:
        """The least sum of some questions; None where that is not known in time."""
        programme.cost = [0.0] * len(programme.cost)
        programme.constant = 0.0
        for column in asked:
            programme.upper[column] = 0.0
        none = self._solve(programme, relaxed=True, share=0.3)
        for column in asked:
            programme.upper[column] = 1.0
        if none.values is not None:
            return 0
        for column in asked:
            programme.cost[column] = 1.0
        least = self._solve(programme, relaxed=False, share=0.4)
        if least.bound == -float("inf") or least.is_infeasible:
            return None
        rounded = int(least.bound - _NEAR) + 1 if least.bound > _NEAR else 0
        if least.values is None or rounded < sum(round(least.values[c]) for c in asked):
            return None
        return rounded

    def _price(self, model: Model, answer: Answer) -> None:
        """Bounds on yuan-days and cost of payments with no more harm than the least."""
        _minimise(model.programme, model.backlog)
        waited = self._solve(model.programme, relaxed=True, share=0.5)
        if waited.bound > 0:
            answer.yuan_days = int(waited.bound * (1 - _NEAR) - 0.5)
        _minimise(model.programme, model.cost)
        cost = self._solve(model.programme, relaxed=True, share=0.5)
        if cost.bound > 0:
            answer.cost_bound_fen = _fen_below(cost.bound, model)

    def _propose_late(self, answer: Answer) -> None:
        model = self._build(is_bound=False, may_be_late=True)
        programme = model.programme
        total = Sum()
        total.plus(model.cost)
        total.plus(model.backlog, 10.0)
        for place, severity in enumerate(SEVERITIES):
            asked = [column for (_, one), column in model.late.items() if one == severity]
            if asked and answer.is_harm_solved:
                programme.row([(c, 1.0) for c in asked], upper=float(answer.harm[place]))
        _minimise(programme, total)
        found = self._solve(programme, relaxed=False, share=0.7, gap=0.01)
        if found.values is not None:
            answer.intentions = _intentions(model, found.values, self.last)


def horizon(first: date, ends: Sequence[date | None]) -> int:
    """The last decided day: the last end of the plans given, or 60 months."""
    furthest = add_months(first, DECIDED_MONTHS).toordinal() - 1
    known = [end.toordinal() for end in ends if end is not None]
    if not known or len(known) < len(ends):
        return furthest
    return max(first.toordinal(), min(furthest, max(known)))


def _minimise(programme: Programme, goal: Sum) -> None:
    programme.cost = [0.0] * len(programme.cost)
    programme.constant = goal.constant
    for column, entry in goal.terms:
        programme.cost[column] += entry


def _fen_below(bound: float, model: Model) -> int:
    """A bound in fen, lowered by all that rounding and floats may have added."""
    lowered = bound - model.billings * CENT / 2 - abs(bound) * _NEAR - CENT
    return int(lowered / CENT)


def _round(model: Model, values: list[float]) -> None:
    """Answer each yes-or-no question as the broken solution leans."""
    programme = model.programme
    for rows in model.debts:
        for question, left in rows.questions:
            answer = 1.0 if values[left] > CENT else 0.0
            programme.lower[question] = programme.upper[question] = answer
        for promise in rows.promises:
            answer = 1.0 if values[promise] > 1 - 1e-4 else 0.0
            programme.lower[promise] = programme.upper[promise] = answer


def _free(model: Model) -> None:
    programme = model.programme
    for column in programme.whole:
        programme.lower[column], programme.upper[column] = 0.0, 1.0


def _met_until(claims: Sequence[Claim], day: int, waits: float) -> int:
    """The due day up to which all is met where the youngest claims make up what waits."""
    for claim in reversed(claims):
        if claim.due_on > day:
            continue
        if waits < _SETTLED:
            return claim.due_on
        waits -= claim.most
    return 0


def _value(total: Sum, values: list[float]) -> float:
    return total.constant + sum(values[column] * entry for column, entry in total.terms)


def _intentions(model: Model, values: list[float], last: int) -> list[Intention]:
    found = []
    for index, (rows, payments) in enumerate(zip(model.debts, model.payments, strict=True)):
        days = sorted(day for day in payments if day <= last)
        paid: list[int] = []
        total = 0.0
        final = None
        for day in days:
            part = _value(payments[day], values)
            if part > CENT:
                final = day
            total += part
            paid.append(int(total / CENT + 0.5))
        is_cleared = _value(rows.owing, values) < _SETTLED
        met: list[int] = []
        if model.waits:
            claims = sorted(rows.claims, key=lambda claim: claim.due_on)
            met = [_met_until(claims, day, values[model.waits[index][day]]) for day in days]
        found.append(Intention(days, paid, final if is_cleared else None, met))
    return found
