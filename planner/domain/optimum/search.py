"""From a household to payments that cost least, and what no payments can go below."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from operator import ge

from planner.domain.household.household import Household
from planner.domain.ledger.ledger import Books, CashDay, Ledger
from planner.domain.optimum.carry_out import Intention
from planner.domain.optimum.clock import Deadline, OutOfTime
from planner.domain.optimum.contracts import CENT, LateClaim, Span
from planner.domain.optimum.model import (
    SLACK,
    Model,
    Stretch,
    build,
    free,
    keep_back,
    minimise,
    value,
)
from planner.domain.optimum.programme import INFINITE, NEAR, Programme, Solution
from planner.domain.optimum.stages import SEVERITIES, Stages
from planner.domain.values.days import add_months

DECIDED_MONTHS = 60
_SETTLED = 0.5  # yuan; a debt with less left is paid off
_KEPT_BACK = 10.0  # yuan more each time where more is late than was foreseen
_MENDED = 4  # times that a solution is mended
_NEARLY = (0.0008, 0.0002)  # how near whole numbers are to the least cost, as a share of it
_BROKEN = 1e-5  # a question with a greater share is answered with yes


NOTHING_LATE = (0, 0, 0, 0, 0)
NOTHING_KNOWN: Mapping[int, Collection[int]] = {}
MANY = 1_000_000  # episodes: no limit


@dataclass(slots=True)
class SearchStep:
    """Payments by debt for the ledger to follow, and bounds in fen. `counts` are the episodes
    that the solver foresaw, gravest first."""

    intentions: list[Intention] | None = None
    cost_bound_fen: int | None = None
    kept: list[tuple[int, int]] = field(default_factory=list)
    until: int = 0
    counts: Sequence[int] = NOTHING_LATE


class Search:
    """What is the same in all programmes of one household."""

    def __init__(
        self,
        household: Household,
        books: Books,
        paths: Sequence[Sequence[CashDay]],
        steady: Sequence[CashDay] | None,
        last_day: int,
        deadline: Deadline,
    ) -> None:
        """`paths` are the cash of known plans; `steady` that of one that is never late, if any."""
        self._ledger = Ledger(household, lambda ledger: None, books)
        self._ledger.run_to(self._ledger.day)
        self._deadline = deadline
        self.needs_grace = False  # on time only if some dues wait for an income within grace
        self._lacking: list[int] = []  # fen, at the end of each stretch
        self._is_later = False
        first = self._ledger.day
        self.last = last_day
        flows = self._ledger.flows
        flows.extend(last_day)
        self._paydays = [
            day
            for day, income in zip(flows.days, flows.incomes, strict=True)
            if income and first < day <= last_day
        ]
        self._stretches = self._stretch(first, paths, steady)

    def _stretch(
        self,
        first: int,
        paths: Sequence[Sequence[CashDay]],
        steady: Sequence[CashDay] | None,
    ) -> list[Stretch]:
        """The stretches between incomes; floors as low as the buffer or any of the paths."""
        flows = self._ledger.flows
        starts = [first, *self._paydays]
        changes = [0] * len(starts)
        changes[0] = self._ledger.cash_fen
        place = 0
        self._moves: list[list[tuple[int, int]]] = [[] for _ in starts]
        for day, income, expense in zip(flows.days, flows.incomes, flows.expenses, strict=True):
            if not first < day <= self.last:
                continue
            while place + 1 < len(starts) and starts[place + 1] <= day:
                place += 1
            changes[place] += income - expense
            self._moves[place].append((day, income - expense))
        buffer = self._ledger.household.buffer_fen
        self._floors = [buffer] * len(starts)
        for path in paths:
            self._floors = list(map(min, self._floors, self._closings(path)))
        self._least_floors = [min(0, floor) for floor in self._floors]
        reached = [INFINITE] * len(starts) if steady is None else list(self._closings(steady))
        return [
            Stretch(start, change * CENT, floor * CENT, known * CENT)
            for start, change, floor, known in zip(
                starts, changes, self._floors, reached, strict=True
            )
        ]

    def _closings(self, path: Sequence[CashDay]) -> Iterator[int]:
        """What the path has at the end of each stretch; once it has ended, incomes and expenses
        go on.
        """
        closing = self._ledger.cash_fen
        position = 0
        ended = path[-1].on.toordinal() if path else 0
        ends = [*self._paydays, self.last + 1]
        for end, moves in zip(ends, self._moves, strict=True):
            while position < len(path) and path[position].on.toordinal() < end:
                closing = path[position].closing_fen
                position += 1
            closing += sum(change for day, change in moves if day > ended)
            yield closing

    def leaves_enough(self, path: Sequence[CashDay], *, is_late: bool) -> bool:
        """Whether no stretch ends with less than the buffer, or than the lowest path given.

        Dues may be paid out of the buffer: where something is late, nothing stands for it.
        """
        return all(map(ge, self._closings(path), self._least_floors if is_late else self._floors))

    def _build(self, *, is_bound: bool, may_be_late: bool = False, may_wait: bool = False) -> Model:
        self._deadline.check()
        span = Span(self._ledger.day, self.last, self._paydays, is_bound)
        stretches = self._stretches
        if may_be_late:
            stretches = [
                replace(stretch, floor=floor * CENT)
                for stretch, floor in zip(stretches, self._least_floors, strict=True)
            ]
        return build(self._ledger, span, stretches, may_be_late=may_be_late, may_wait=may_wait)

    def _solve(
        self,
        programme: Programme,
        *,
        relaxed: bool,
        share: float = 1.0,
        gap: float = 0.0002,
        start: list[float] | None = None,
    ) -> Solution:
        return programme.solve(
            self._deadline.left() * share,
            relaxed=relaxed,
            gap=gap,
            cancelled=self._deadline.is_cancelled,
            start=start,
            is_reduced=start is None,
        )

    def on_time(self) -> Iterator[SearchStep]:
        """Payments with nothing late, better and better; nothing where there are none.

        First the rows of the bound with its questions rounded, then with whole numbers, then rows
        that come nearer to what contracts ask.
        """
        bound, relaxed = self._relaxed(may_wait=False)
        if relaxed.is_infeasible and any(debt.grace_days for debt in self._ledger.household.debts):
            bound, relaxed = self._relaxed(may_wait=True)
            self.needs_grace = not relaxed.is_infeasible
        if relaxed.is_infeasible:
            return
        programme = bound.programme
        limits = programme.lower[:], programme.upper[:]
        least, start = None, None
        if relaxed.values is not None:
            least = _fen_below(relaxed.bound, bound)
            rounded = self._round(bound, relaxed.values)
            start = rounded.values
            yield from self._mended(bound, rounded, least)
        for gap in _NEARLY:
            programme.lower, programme.upper = limits[0][:], limits[1][:]
            whole = self._whole(bound, start, gap)
            if relaxed.bound < whole.bound < INFINITE:
                least = _fen_below(whole.bound, bound)
            if whole.values is not None:
                start = whole.values
                keep_back(bound, self._stretches, SLACK)
                settled = self._solve(programme, relaxed=True)
                yield from self._mended(bound, settled if settled.values else whole, least)
            elif least is not None:
                yield SearchStep(cost_bound_fen=least)
        plan = self._build(is_bound=False)
        minimise(plan.programme, plan.cost)
        first = self._solve(plan.programme, relaxed=True)
        if first.values is not None:
            yield from self._mended(plan, self._round(plan, first.values), least)
            free(plan.programme)
            yield from self._mended(plan, self._whole(plan, None, _NEARLY[0]), least)

    def _whole(self, model: Model, start: list[float] | None, gap: float) -> Solution:
        """Nearly the least cost in whole numbers; its questions stay answered so."""
        self._deadline.check()
        programme = model.programme
        found = self._solve(programme, relaxed=False, share=0.6, gap=gap, start=start)
        if found.values is not None:
            for column in programme.whole:
                programme.lower[column] = programme.upper[column] = round(found.values[column])
        return found

    def _round(self, model: Model, values: list[float]) -> Solution:
        """Payments with each yes-or-no question answered as a broken solution leans."""
        programme = model.programme
        if _settle(model, values):
            settled = self._solve(programme, relaxed=True)
            if settled.values is None:
                _settle(model, None)
            values = settled.values or values
        _answer_questions(model, values)
        keep_back(model, self._stretches, SLACK)
        return self._solve(programme, relaxed=True)

    def _mended(self, model: Model, found: Solution, least: int | None) -> Iterator[SearchStep]:
        """The payments of a solution; then more is kept where the ledger has left too little.

        Where it was late more often than foreseen, more is kept throughout.
        """
        programme = model.programme
        for _ in range(_MENDED):
            self._lacking, self._is_later = [], False
            yield self._answer(model, found, least)
            if found.values is None or not (any(self._lacking) or self._is_later):
                return
            lacks = self._lacking if any(self._lacking) else [_KEPT_BACK / CENT] * len(model.cash)
            for cash, lack in zip(model.cash, lacks, strict=True):
                if lack and (any(self._lacking) or programme.lower[cash] >= 0):
                    programme.lower[cash] += lack * CENT + SLACK
            found = self._solve(programme, relaxed=True)

    def learn(self, path: Sequence[CashDay], *, is_late: bool, is_later: bool) -> None:
        """What the ledger left where it followed the last answer, and whether more was late."""
        floors = self._least_floors if is_late else self._floors
        lacks = (floor - left for floor, left in zip(floors, self._closings(path), strict=True))
        self._lacking = [max(0, lack) for lack in lacks]
        self._is_later = is_later

    def _relaxed(self, *, may_wait: bool) -> tuple[Model, Solution]:
        """The rows of the bound, and their least cost with broken questions."""
        bound = self._build(is_bound=True, may_wait=may_wait)
        minimise(bound.programme, bound.cost)
        return bound, self._solve(bound.programme, relaxed=True)

    def _answer(self, model: Model, found: Solution, least: int | None) -> SearchStep:
        if found.values is None:
            return SearchStep(cost_bound_fen=least)
        answer = SearchStep(_intentions(model, found.values, self.last), least, until=self.last)
        if model.waits:
            answer.kept = self._cash_left(model, found.values)
        if model.lateness:
            answer.until = _last_wait(model, found.values, self.last)
        return answer

    def propose(self, known: Mapping[int, Collection[int]]) -> Iterator[SearchStep]:
        """Payments with few episodes: in a few linear programmes, then with whole numbers.

        `known`: severity to the indices of debts that start it in a known plan.
        """
        stages = self._stages(is_bound=False, share=0.65, known=known)
        yield from self._propose(stages, stages.round_down, anew=False)
        stages.begin(self._deadline.part(0.5))
        yield from self._propose(stages, stages.least, anew=True)

    def _propose(
        self, stages: Stages, stage: Callable[[int], None], *, anew: bool
    ) -> Iterator[SearchStep]:
        for severity in SEVERITIES:
            try:
                stage(severity)
            except OutOfTime:
                self._deadline.check()
                stages.limits.pop(severity, None)
                break
        stages.go_on(self._deadline.part(0.3))
        try:
            for settled in stages.settle(anew=anew):
                for answer in self._mended(stages.model, settled, None):
                    answer.counts = [stages.limits.get(one, MANY) for one in SEVERITIES]
                    yield answer
        except OutOfTime:
            self._deadline.check()

    def prove(self, harm: Sequence[int]) -> Iterator[tuple[list[int], int, int | None]]:
        """Bounds: episodes by severity, yuan-days, cost (fen) of payments with no more harm.

        Later figures hold for payments with the earlier ones at their least; where `harm`, that
        of a plan, has more than the bound of a severity, what follows it is not asked. First
        without a bound on yuan-days and cost, then with them.
        """
        stages = self._stages(is_bound=True, share=0.7)
        is_least = False
        try:
            for place, severity in enumerate(SEVERITIES):
                if stages.prove(severity, harm[place]) < harm[place]:
                    break
            else:
                is_least = True
        except OutOfTime:
            pass  # what is known by now holds
        yield stages.bounds, 0, None
        self._deadline.check()
        stages.begin(self._deadline)
        yuan_days = 0
        if is_least:
            waited = stages.wait(harm)
            if 0 < waited < INFINITE:
                yuan_days = int(waited * (1 - NEAR) - 0.5)
                yield stages.bounds, yuan_days, None
        else:
            for place, severity in enumerate(SEVERITIES):
                stages.limits[severity] = harm[place]
                if harm[place] > stages.bounds[place]:
                    break
            stages.write()
        cost = stages.cost()
        is_known = 0 < cost < INFINITE
        yield stages.bounds, yuan_days, _fen_below(cost, stages.model) if is_known else None

    def _stages(
        self, *, is_bound: bool, share: float, known: Mapping[int, Collection[int]] = NOTHING_KNOWN
    ) -> Stages:
        model = self._build(is_bound=is_bound, may_be_late=True)
        return Stages(model, self._deadline.part(share), known)

    def _cash_left(self, model: Model, values: list[float]) -> list[tuple[int, int]]:
        """(day, fen) that a solution has left at the end of each day on which money moves."""
        flows = self._ledger.flows
        changes = {self._ledger.day: self._ledger.cash_fen * CENT}
        for day, income, expense in zip(flows.days, flows.incomes, flows.expenses, strict=True):
            if self._ledger.day < day <= self.last:
                changes[day] = (income - expense) * CENT
        for payments in model.payments:
            for day, paid in payments.items():
                changes[day] = changes.get(day, 0.0) - value(paid, values)
        left = 0.0
        kept = []
        for day in sorted(changes):
            left += changes[day]
            kept.append((day, int(left / CENT)))
        return kept


def horizon(first: date, ends: Sequence[date | None]) -> int:
    """The last decided day: the last end of the plans given, or 60 months."""
    furthest = add_months(first, DECIDED_MONTHS).toordinal() - 1
    known = [end.toordinal() for end in ends if end is not None]
    if not known or len(known) < len(ends):
        return furthest
    return max(first.toordinal(), min(furthest, max(known)))


def _last_wait(model: Model, values: list[float], last: int) -> int:
    """The last day at the end of which a due waits."""
    days = [
        day
        for backlog in model.waits
        for day, column in backlog.items()
        if values[column] > _SETTLED
    ]
    return max(days, default=last)


def _fen_below(bound: float, model: Model) -> int:
    """A bound in fen, lowered by all that rounding and floats may have added."""
    lowered = bound - model.billings * CENT / 2 - abs(bound) * NEAR - CENT
    return int(lowered / CENT)


def _settle(model: Model, values: list[float] | None) -> bool:
    """Settle what a broken solution settles for the most part, on the last of its days.

    Nothing without a solution. Whether that changes what a broken solution pays.
    """
    programme = model.programme
    has_changed = False
    for rows in model.debts:
        shares = [values[column] if values else 0.0 for column in rows.settles]
        parts = [place for place, share in enumerate(shares) if share > _BROKEN]
        chosen = parts[-1] if parts and sum(shares) > 0.5 else None
        has_changed |= len(parts) > 1 or (bool(parts) and shares[parts[0]] < 1 - _BROKEN)
        for place, column in enumerate(rows.settles):
            programme.lower[column] = programme.upper[column] = float(place == chosen)
    return has_changed


def _answer_questions(model: Model, values: list[float]) -> None:
    """Answer as a broken solution leans: what it pays off stays paid off."""
    programme = model.programme
    for rows in model.debts:
        for question, left in rows.questions:
            answer = 1.0 if values[left] > CENT else 0.0
            programme.lower[question] = programme.upper[question] = answer
        for promise in rows.promises:
            answer = 1.0 if values[promise] > 1 - 1e-4 else 0.0
            programme.lower[promise] = programme.upper[promise] = answer


def _met_until(claims: Sequence[LateClaim], day: int, waits: float) -> int:
    """The due day up to which all is met where the youngest claims make up what waits."""
    for claim in reversed(claims):
        if claim.due_on > day:
            continue
        if waits < _SETTLED:
            return claim.due_on
        waits -= claim.most
    return 0


def _intentions(model: Model, values: list[float], last: int) -> list[Intention]:
    found = []
    for index, (rows, payments) in enumerate(zip(model.debts, model.payments, strict=True)):
        days = sorted(day for day in payments if day <= last)
        paid: list[int] = []
        total = 0.0
        final = None
        for day in days:
            part = value(payments[day], values)
            if part > CENT:
                final = day
            total += part
            paid.append(int(total / CENT + 0.5))
        is_cleared = value(rows.owing, values) < _SETTLED
        met: list[int] = []
        if model.waits:
            claims = sorted(rows.claims, key=lambda claim: claim.due_on)
            waits = model.waits[index]
            waiting = [values[waits[day]] if day in waits else 0.0 for day in days]
            met = [_met_until(claims, *one) for one in zip(days, waiting, strict=True)]
        found.append(Intention(days, paid, final if is_cleared else None, met))
    return found
