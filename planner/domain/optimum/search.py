"""From a household to payments that cost least, and what no payments can go below."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import ge

from planner.domain.dates import add_months
from planner.domain.household import Household
from planner.domain.ledger import Books, CashDay, Ledger
from planner.domain.optimum.clock import Deadline, OutOfTime
from planner.domain.optimum.contracts import CENT, Claim, Span, Sum
from planner.domain.optimum.episodes import Questions
from planner.domain.optimum.follow import Intention
from planner.domain.optimum.model import SLACK, Model, Stretch, build, keep_back
from planner.domain.optimum.programme import INFINITE, Programme, Solution

DECIDED_MONTHS = 60
_NEAR = 1e-6
_SETTLED = 0.5  # yuan; a debt with less left is paid off
SEVERITIES = (5, 4, 3, 2, 1)
_ROUNDS = 5
_KEPT_BACK = (0.0, 10.0, 30.0)  # yuan more each time
_MENDED = 4  # times that a solution is mended
_NEARLY = 0.0006  # whole numbers are near enough to the least cost, as a share of it
_BROKEN = 1e-5  # a question with a greater share is answered with yes


@dataclass(slots=True)
class Answer:
    """Payments by debt for the ledger to follow, and bounds in fen."""

    intentions: list[Intention] | None = None
    cost_bound_fen: int | None = None
    kept: list[tuple[int, int]] = field(default_factory=list)
    until: int = 0


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

    def leaves_enough(self, path: Sequence[CashDay]) -> bool:
        """Whether no stretch ends with less than the buffer, or than the lowest path given."""
        return all(map(ge, self._closings(path), self._floors))

    def _build(self, *, is_bound: bool, may_be_late: bool = False, may_wait: bool = False) -> Model:
        self._deadline.check()
        span = Span(self._ledger.day, self.last, self._paydays, is_bound)
        return build(
            self._ledger, span, self._stretches, may_be_late=may_be_late, may_wait=may_wait
        )

    def _solve(
        self,
        programme: Programme,
        *,
        relaxed: bool,
        share: float = 1.0,
        gap: float = 0.0002,
        start: list[float] | None = None,
    ) -> Solution:
        seconds = self._deadline.left() * share
        return programme.solve(
            seconds, relaxed=relaxed, gap=gap, cancelled=self._deadline.is_cancelled, start=start
        )

    def on_time(self) -> Iterator[Answer]:
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
            programme.lower, programme.upper = limits[0][:], limits[1][:]
        whole = self._whole(bound, start)
        if relaxed.bound < whole.bound < INFINITE:
            least = _fen_below(whole.bound, bound)
        if whole.values is not None:
            keep_back(bound, self._stretches, SLACK)
            settled = self._solve(programme, relaxed=True)
            yield from self._mended(bound, settled if settled.values else whole, least)
        elif least is not None:
            yield Answer(cost_bound_fen=least)
        plan = self._build(is_bound=False)
        _minimise(plan.programme, plan.cost)
        first = self._solve(plan.programme, relaxed=True)
        if first.values is not None:
            yield from self._mended(plan, self._round(plan, first.values), least)
            _free(plan.programme)
            yield from self._mended(plan, self._whole(plan), least)

    def _whole(self, model: Model, start: list[float] | None = None) -> Solution:
        """Nearly the least cost in whole numbers; its questions stay answered so."""
        self._deadline.check()
        programme = model.programme
        found = self._solve(programme, relaxed=False, share=0.6, gap=_NEARLY, start=start)
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

    def _mended(self, model: Model, found: Solution, least: int | None) -> Iterator[Answer]:
        """The payments of a solution; then more is kept where the ledger has left too little."""
        programme = model.programme
        for _ in range(_MENDED):
            self._lacking = []
            yield self._answer(model, found, least)
            if found.values is None or not any(self._lacking):
                return
            for cash, lack in zip(model.cash, self._lacking, strict=True):
                programme.lower[cash] += (lack + 1) * CENT if lack else 0.0
            found = self._solve(programme, relaxed=True)

    def learn(self, path: Sequence[CashDay]) -> None:
        """What the ledger left where it followed the last answer."""
        lacks = (
            floor - left for floor, left in zip(self._floors, self._closings(path), strict=True)
        )
        self._lacking = [max(0, lack) for lack in lacks]

    def _relaxed(self, *, may_wait: bool) -> tuple[Model, Solution]:
        """The rows of the bound, and their least cost with broken questions."""
        bound = self._build(is_bound=True, may_wait=may_wait)
        _minimise(bound.programme, bound.cost)
        return bound, self._solve(bound.programme, relaxed=True)

    def _answer(self, model: Model, found: Solution, least: int | None) -> Answer:
        if found.values is None:
            return Answer(cost_bound_fen=least)
        kept = self._cash_left(model, found.values) if model.waits else []
        return Answer(_intentions(model, found.values, self.last), least, kept, self.last)

    def fewest(self, harm: Sequence[int]) -> list[int]:
        """What no payments can go below: episodes by severity, gravest first.

        Later figures hold for payments with the earlier ones at their least; the search ends
        with the first of which `harm`, that of a plan, has more.
        """
        stages = self._stages(is_bound=True, share=0.5)
        try:
            for place, severity in enumerate(SEVERITIES):
                if stages.prove(severity, harm[place]) < harm[place]:
                    break
        except OutOfTime:
            self._deadline.check()
        return stages.bounds

    def sketch(self) -> Iterator[Answer]:
        """Payments with few episodes, in a few linear programmes."""
        return self._propose(_Stages.round_down, 0.5)

    def propose(self) -> Iterator[Answer]:
        """Payments with fewer episodes, with whole numbers."""
        return self._propose(_Stages.least, 0.4)

    def _propose(self, stage: Callable[["_Stages", int], None], share: float) -> Iterator[Answer]:
        """The same answers to all questions, with more and more kept for what was not foreseen."""
        stages = self._stages(is_bound=False, share=share)
        try:
            for severity in SEVERITIES:
                stage(stages, severity)
        except OutOfTime:
            self._deadline.check()
        for values in stages.settle(self._deadline.part(0.5)):
            intentions = _intentions(stages.model, values, self.last)
            until = _last_wait(stages.model, values, self.last)
            yield Answer(intentions, kept=self._cash_left(stages.model, values), until=until)

    def price(self, harm: Sequence[int], fewest: Sequence[int]) -> tuple[int, int | None]:
        """Bounds on yuan-days and on cost (fen) of payments with no more harm than given."""
        stages = self._stages(is_bound=True, share=1.0)
        is_least = True
        for place, severity in enumerate(SEVERITIES):
            if is_least:
                stages.limit(severity, harm[place])
            is_least = is_least and harm[place] == fewest[place]
        stages.write()
        model = stages.model
        yuan_days = 0
        if is_least:
            _minimise(model.programme, model.backlog)
            waited = self._solve(model.programme, relaxed=True, share=0.5)
            if waited.bound > 0:
                yuan_days = int(waited.bound * (1 - _NEAR) - 0.5)
        _minimise(model.programme, model.cost)
        cost = self._solve(model.programme, relaxed=True, share=0.8)
        return yuan_days, _fen_below(cost.bound, model) if cost.bound > 0 else None

    def _stages(self, *, is_bound: bool, share: float) -> "_Stages":
        deadline = self._deadline.part(share)
        return _Stages(self._build(is_bound=is_bound, may_be_late=True), deadline)

    def _cash_left(self, model: Model, values: list[float]) -> list[tuple[int, int]]:
        """(day, fen) that a solution has left at the end of each day on which money moves."""
        flows = self._ledger.flows
        changes = {self._ledger.day: self._ledger.cash_fen * CENT}
        for day, income, expense in zip(flows.days, flows.incomes, flows.expenses, strict=True):
            if self._ledger.day < day <= self.last:
                changes[day] = (income - expense) * CENT
        for payments in model.payments:
            for day, paid in payments.items():
                changes[day] = changes.get(day, 0.0) - _value(paid, values)
        left = 0.0
        kept = []
        for day in sorted(changes):
            left += changes[day]
            kept.append((day, int(left / CENT)))
        return kept


class _Stages:
    """The fewest episodes of one severity after the other, gravest first.

    `bounds` are what they cannot go below, as far as that was proved; `_limits` what was found,
    `_values` a solution within them.
    """

    def __init__(self, model: Model, deadline: Deadline) -> None:
        self.model = model
        self.bounds = [0] * len(SEVERITIES)
        self._deadline = deadline
        self._limits: dict[int, int] = {}
        self._values: list[float] | None = None
        self._debts: list[int] = []
        model.programme.whole.clear()  # questions of contracts may be broken
        self._mark = model.programme.mark()

    def _solve(
        self,
        *,
        relaxed: bool,
        share: float = 1.0,
        start: list[float] | None = None,
    ) -> Solution:
        self._deadline.check()
        return self.model.programme.solve(
            self._deadline.left() * share,
            relaxed=relaxed,
            cancelled=self._deadline.is_cancelled,
            start=start,
        )

    def limit(self, severity: int, most: int) -> None:
        self._limits[severity] = most

    def write(self) -> list[Questions]:
        """The rows of all limits so far."""
        programme = self.model.programme
        programme.back_to(self._mark)
        questions = [Questions(programme, self.model.span, one) for one in self.model.lateness]
        for severity, most in self._limits.items():
            counts = self._write(questions, severity, most)
            if most:
                programme.row([(column, 1.0) for column in counts], upper=float(most))
        return questions

    def _write(self, questions: list[Questions], severity: int, most: int) -> list[int]:
        counts = []
        for one in questions:
            if most:
                one.ask(severity)
                counts += one.counts.get(severity, [])
            else:
                one.forbid(severity)
        return counts

    def _ask(self, severity: int) -> Sum | None:
        """The episodes of a severity, to be minimised; None where there need not be any."""
        programme = self.model.programme
        self._limits[severity] = 0
        self.write()
        self._answer_as_before()
        _minimise(programme, self.model.backlog)
        without = self._solve(relaxed=True)
        if without.values is not None:
            self._values = without.values
            return None
        del self._limits[severity]
        questions = self.write()
        counts = self._write(questions, severity, 1)
        self._debts = [one.any[severity] for one in questions if severity in one.any]
        return Sum([(column, 1.0) for column in counts])

    def _is_same(self, severity: int) -> bool:
        """Limit a severity as the one before, where all rungs start together."""
        if severity + 1 not in self._limits or not self._starts_alike(severity):
            return False
        self._limits[severity] = self._limits[severity + 1]
        return True

    def _answer_as_before(self) -> None:
        """Let the questions of severities that are limited keep their answers."""
        programme = self.model.programme
        known = self._values or []
        for column in programme.whole:
            if column < len(known):
                programme.lower[column] = programme.upper[column] = round(known[column])

    def _starts_alike(self, severity: int) -> bool:
        """Whether rungs of a severity start exactly with those of the one before."""
        before = severity + 1
        for one in self.model.lateness:
            if one.starts.get(severity) != one.starts.get(before):
                return False
            if (severity in one.started) != (before in one.started):
                return False
        return True

    def round_down(self, severity: int) -> None:
        """Limit the episodes of a severity to few: what is dear is left out, again and again."""
        if self._is_same(severity) or (goal := self._ask(severity)) is None:
            return
        found = self._round(goal)
        if found is None:
            return
        self._values = found
        self._limits[severity] = _count(goal, found)

    def _round(self, goal: Sum) -> list[float] | None:
        """A solution with few episodes, its questions fixed."""
        programme = self.model.programme
        self._answer_as_before()
        whole, programme.whole = programme.whole, self._debts
        total = Sum([(column, 1.0) for column in self._debts])
        total.plus(goal, 0.01)
        _minimise(programme, total)
        fewest = self._solve(relaxed=False)
        programme.whole = whole
        if fewest.values is not None:
            for column in self._debts:
                programme.lower[column] = programme.upper[column] = round(fewest.values[column])
        weights = [1.0] * len(goal.terms)
        values: list[float] | None = None
        for _ in range(_ROUNDS):
            terms = [(c, weight) for (c, _), weight in zip(goal.terms, weights, strict=True)]
            _minimise(programme, Sum(terms))
            found = self._solve(relaxed=True)
            if found.values is None:
                break
            values = found.values
            weights = [1 / (values[column] + 0.02) for column, _ in goal.terms]
        if values is None:
            return None
        for column in programme.whole:
            answer = 1.0 if values[column] > _BROKEN else 0.0
            programme.lower[column] = programme.upper[column] = answer
        _minimise(programme, goal)
        return self._solve(relaxed=True).values

    def least(self, severity: int) -> None:
        """Limit the episodes of a severity to the fewest that are found in time."""
        if self._is_same(severity) or (goal := self._ask(severity)) is None:
            return
        start = self._round(goal)
        _free(self.model.programme)
        _minimise(self.model.programme, goal)
        values = self._solve(relaxed=False, share=0.5, start=start).values or start
        if values is not None:
            self._values = values
            self._limits[severity] = _count(goal, values)

    def prove(self, severity: int, known: int) -> int:
        """The least episodes of a severity, no more than `known`, as far as time allows."""
        place = SEVERITIES.index(severity)
        if not known or (goal := self._ask(severity)) is None:
            self._limits[severity] = 0
            self._values = None
            return 0
        self.bounds[place] = 1  # without any there is no solution
        if place and known == self._limits[severity + 1] and self._starts_alike(severity):
            self.bounds[place] = known
        whole = self.model.programme.whole
        for asked in (self._debts, whole):
            if self.bounds[place] >= known:
                break
            total = goal if asked is whole else Sum([(column, 1.0) for column in asked])
            _minimise(self.model.programme, total)
            self.model.programme.whole = asked
            bound = self._solve(relaxed=False, share=0.6).bound
            if bound > _NEAR and bound < INFINITE:
                self.bounds[place] = max(self.bounds[place], int(bound - _NEAR) + 1)
        self.model.programme.whole = whole
        self.bounds[place] = min(self.bounds[place], known)
        self._limits[severity] = known
        return self.bounds[place]

    def settle(self, deadline: Deadline) -> Iterator[list[float]]:
        """Payments within the limits found, with more and more money kept back."""
        self._deadline = deadline
        self.write()
        if self._values is None:
            return
        programme = self.model.programme
        _minimise(programme, _near(self.model))
        self._answer_as_before()
        for kept in _KEPT_BACK:
            for column in self.model.cash:
                if programme.lower[column] >= 0:
                    programme.lower[column] += kept
            settled = self._solve(relaxed=True)
            if settled.values is None:
                return
            yield settled.values


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


def _count(goal: Sum, values: list[float]) -> int:
    """A count that is whole but for what floats err."""
    return int(_value(goal, values) + 1 - _NEAR)


def _last_wait(model: Model, values: list[float], last: int) -> int:
    """The last day at the end of which a due waits."""
    days = [
        day
        for backlog in model.waits
        for day, column in backlog.items()
        if values[column] > _SETTLED
    ]
    return max(days, default=last)


def _near(model: Model) -> Sum:
    """Few yuan-days at little cost."""
    total = Sum()
    total.plus(model.cost)
    total.plus(model.backlog, 10.0)
    return total


def _fen_below(bound: float, model: Model) -> int:
    """A bound in fen, lowered by all that rounding and floats may have added."""
    lowered = bound - model.billings * CENT / 2 - abs(bound) * _NEAR - CENT
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
        has_changed |= len(parts) > 1 or bool(parts) and shares[parts[0]] < 1 - _BROKEN
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


def _free(programme: Programme) -> None:
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
            waits = model.waits[index]
            waiting = [values[waits[day]] if day in waits else 0.0 for day in days]
            met = [_met_until(claims, *one) for one in zip(days, waiting, strict=True)]
        found.append(Intention(days, paid, final if is_cleared else None, met))
    return found
