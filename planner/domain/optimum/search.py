"""From a household to payments that cost least, and what no payments can go below."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import accumulate

from planner.domain.household.household import Household
from planner.domain.ledger.ledger import Books, CashDay, Ledger
from planner.domain.optimum.carry_out import CarryingOut, Intention
from planner.domain.optimum.cash import Cash
from planner.domain.optimum.clock import Deadline
from planner.domain.optimum.model import Model, build
from planner.domain.optimum.programme import INFINITE, NEAR, Programme, Solution
from planner.domain.optimum.rows.debt import CENT, Span
from planner.domain.paying.triage import LeastHarm, Triage
from planner.domain.plan.plan import Plan
from planner.domain.values.days import add_months

DECIDED_MONTHS = 60
MORE_DAYS = 62  # that a better plan may take longer than the best rule
_SLACK = 0.5  # yuan kept back in a plan, so that rounding never makes a payment fail
_SETTLED = 0.5  # yuan; a debt with less left is paid off
_KEPT_BACK = 10.0  # yuan more each time where something is late that was not foreseen
_MENDED = 4  # times that a solution is mended
_NEARLY = (0.0008, 0.0002)  # how near whole numbers are to the least cost, as a share of it
_BROKEN = 1e-5  # a question with a greater share is answered with yes

Run = Callable[[CarryingOut], tuple[Plan, Ledger]]
"""Runs a proposal in the ledger and keeps the plan if it is the best. Raises OutOfTime."""


class FalseBound(Exception):
    """A bound above the figures of a plan that exists: a fault of ours, and it proves nothing."""


class Search:
    """What is the same in all programmes of one household, and what was proved.

    `cost_bound_fen` is what no plan can cost less than that is as good otherwise; None while
    that is not known.
    """

    def __init__(
        self,
        household: Household,
        books: Books,
        paths: Sequence[Sequence[CashDay]],
        steady: Sequence[CashDay] | None,
        last_day: int,
        deadline: Deadline,
        run: Run,
    ) -> None:
        """`paths` are the cash of known plans; `steady` that of one that is never late, if any."""
        self.ledger = Ledger(household, lambda ledger: None, books)
        self.ledger.run_to(self.ledger.day)
        self._deadline = deadline
        self._run = run
        self.last = last_day
        self.cash = Cash(self.ledger, last_day)
        self._floors = self.cash.floors(paths)
        self._on_time = self.cash.stretches(self._floors, steady)
        self._mended: set[float] = set()  # solutions of the last programme, by objective
        self.cost_bound_fen: int | None = None
        self.may_be_on_time = False
        self.needs_grace = False  # on time only if some dues wait for an income within grace

    def leaves_enough(self, plan: Plan) -> bool:
        """Whether no stretch ends below the buffer and reserve, and below the lowest path given."""
        return self.cash.leaves(plan.cash, self._floors)

    def _build(self, *, is_bound: bool, may_wait: bool = False) -> Model:
        self._deadline.check()
        self._mended.clear()
        span = Span(self.ledger.day, self.last, self.cash.paydays, is_bound)
        return build(self.ledger, span, self._on_time, may_wait=may_wait)

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

    def find_on_time(self, is_enough: Callable[[], bool]) -> None:
        """Try payments with nothing late, better and better, until it `is_enough`.

        First the rows of the bound with its questions rounded, then with whole numbers, then rows
        that come nearer to what contracts ask.
        """
        bound, relaxed = self._relaxed(may_wait=False)
        if relaxed.is_infeasible and any(debt.grace_days for debt in self.ledger.household.debts):
            bound, relaxed = self._relaxed(may_wait=True)
            self.needs_grace = not relaxed.is_infeasible
        self.may_be_on_time = not relaxed.is_infeasible
        if relaxed.is_infeasible:
            return
        programme = bound.programme
        limits = programme.lower[:], programme.upper[:]
        start = None
        if relaxed.values is not None:
            self._prove(relaxed.bound, bound)
            rounded = self._round(bound, relaxed.values)
            start = rounded.values
            self._mend(bound, rounded)
        for gap in _NEARLY:
            if is_enough():
                return
            programme.lower, programme.upper = limits[0][:], limits[1][:]
            whole = self._whole(bound, start, gap)
            self._prove(whole.bound, bound)
            if whole.values is not None:
                start = whole.values
                bound.keep_back([_SLACK] * len(self.cash.starts))
                settled = self._solve(programme, relaxed=True)
                self._mend(bound, settled if settled.values else whole)
        if is_enough():
            return
        plan = self._build(is_bound=False)
        plan.keep_back([_SLACK] * len(self.cash.starts))
        plan.programme.minimise(plan.cost)
        first = self._solve(plan.programme, relaxed=True)
        if first.values is None:
            return
        self._mend(plan, self._round(plan, first.values))
        if is_enough():
            return
        plan.programme.free()
        self._mend(plan, self._whole(plan, None, _NEARLY[0]))

    def _prove(self, bound: float, model: Model) -> None:
        if 0 < bound < INFINITE:
            self.cost_bound_fen = max(self.cost_bound_fen or 0, fen_below(bound, model))

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
        model.keep_back([_SLACK] * len(self.cash.starts))
        return self._solve(programme, relaxed=True)

    def _mend(self, model: Model, found: Solution) -> None:
        """Carry out a solution, unless it was; then keep more back where the ledger has left too
        little or has not prepaid all.

        Where something was late all the same, more is kept throughout.
        """
        programme = model.programme
        objective = round(found.objective, 4)
        if objective in self._mended:
            return
        self._mended.add(objective)
        for _ in range(_MENDED):
            if found.values is None:
                return
            self._deadline.check()
            until = _grace_until(model, found.values)
            triage: Triage = LeastHarm(self.ledger.household)
            following = CarryingOut(intentions(model, found.values, until), self.last, triage)
            plan, _ledger = self._run(following)
            left = self.cash.closings(plan.cash)
            lacks = [max(0, floor - fen) for floor, fen in zip(self._floors, left, strict=True)]
            for day, fen in following.too_much.values():
                place = self.cash.place(day)
                lacks[place] = max(lacks[place], fen)
            if any(plan.harm.counts) and not any(lacks):
                lacks = [int(_KEPT_BACK / CENT)] * len(lacks)
            if not any(lacks):
                return
            for column, lack in zip(model.spent, lacks, strict=True):
                if lack:
                    programme.upper[column] -= lack * CENT + _SLACK
            found = self._solve(programme, relaxed=True)

    def _relaxed(self, *, may_wait: bool) -> tuple[Model, Solution]:
        """The rows of the bound, and their least cost with broken questions."""
        bound = self._build(is_bound=True, may_wait=may_wait)
        bound.programme.minimise(bound.cost)
        return bound, self._solve(bound.programme, relaxed=True)


def horizon(first: date, end: date | None) -> int:
    """The last decided day: some time after the end of the best rule, or 60 months."""
    furthest = add_months(first, DECIDED_MONTHS).toordinal() - 1
    if end is None:
        return furthest
    return max(first.toordinal(), min(furthest, end.toordinal() + MORE_DAYS))


def fen_below(bound: float, model: Model) -> int:
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


def _grace_until(model: Model, values: list[float]) -> list[dict[int, int]]:
    """By debt, until when the dues that wait within their grace are to be paid."""
    found = []
    for rows, waits in zip(model.debts, model.waits, strict=True):
        until: dict[int, int] = {}
        for claim in rows.claims if waits else ():
            days = [d for d in waits if claim.due_on <= d and values[waits[d]] > _SETTLED]
            until[claim.due_on] = claim.last_safe_on if days else claim.due_on
        found.append(until)
    return found


def intentions(
    model: Model, values: list[float], until: Sequence[Mapping[int, int]]
) -> list[Intention]:
    """What a solution pays by debt, and until when each due is to be paid."""
    found = []
    for rows, payments, latest in zip(model.debts, model.payments, until, strict=True):
        days = sorted(day for day in payments if day <= model.span.last)
        parts = [payments[day].value(values) for day in days]
        totals = list(accumulate(parts))
        paid = [int(total / CENT + 0.5) for total in totals]
        is_cleared = rows.owing.value(values) < _SETTLED
        final = next(
            (d for d, t in zip(days, totals, strict=True) if t > totals[-1] - _SETTLED), None
        )
        found.append(Intention(days, paid, final if is_cleared else None, latest))
    return found
