"""Payments where something is late: good patterns from the core, then bounds and the least cost.

A pattern says which due is unpaid after which of its deadlines. The severities are proved one after
the other, gravest first, and no further than the first that is not proved; then the cost.
"""

from collections.abc import Callable, Mapping, Sequence
from math import ceil

from planner.domain.contracts.dues import NEVER
from planner.domain.ledger.ledger import Ledger
from planner.domain.optimum.carry_out import CarryingOut, Intention
from planner.domain.optimum.cash import Cash
from planner.domain.optimum.clock import Deadline
from planner.domain.optimum.core import Core
from planner.domain.optimum.model import Model, build
from planner.domain.optimum.programme import INFINITE, NEAR, Solution, Sum
from planner.domain.optimum.rows.debt import CENT, Span
from planner.domain.optimum.rows.late import PLACES, LateDue
from planner.domain.optimum.search import FalseBound, fen_below, intentions
from planner.domain.paying.triage import WINDOW_DAYS, LeastHarm
from planner.domain.plan.plan import Plan, cost_until
from planner.domain.plan.proof import PROVEN_GAP

_CORE_SECONDS = 0.5
_LARGE_CORE = 600  # questions; of more the bound is out of reach, and patterns are worth the time
_LARGE_SHARE = 0.8  # of the time that is left
_ROUNDS = 8  # of the core, each with more kept back where the ledger lacked money
_KEPT = 0.1  # yuan kept back when a pattern or a solution is carried out
_MORE = 3  # times as much each time: an older debt may ask for more than the model knows
_MENDED = 5  # times that a solution is carried out anew, with more kept back
_PATTERNS = 6  # that are tried at the least cost
_LESS_THAN_ONE = 0.98
_SOONER = 1e-6  # yuan that one paid a day sooner is worth
_PROVEN = 1 - 0.9 * float(PROVEN_GAP)  # of what a plan costs: a bound that proves it
_NEARLY, _NEAREST = 0.0004, 0.0001  # from whole numbers to the least cost, as a share of it

Run = Callable[[CarryingOut], tuple[Plan, Ledger]]
"""Runs a proposal in the ledger and keeps the plan if it is the best. Raises OutOfTime."""


def exact_to(best: Plan) -> int:
    """Until when exact rows are worth their time: some days after the last late due of a plan."""
    late = [due.due_on.toordinal() for due in best.dues if due.short_fen]
    return max(late, default=0) + WINDOW_DAYS


def build_bound(ledger: Ledger, cash: Cash, best: Plan) -> Model:
    """The programme that lets every plan through, written most exactly where `best` is late."""
    span = Span(ledger.day, cash.last, cash.paydays, True, exact_to(best), cash.payable)
    return build(ledger, span, cash.stretches(), may_be_late=True)


class LateSearch:
    """Bounds of harm, by place of a severity, and of cost; `ledger` stands on the first day."""

    def __init__(
        self,
        ledger: Ledger,
        cash: Cash,
        deadline: Deadline,
        run: Run,
        best: Callable[[], Plan],
        is_proven: Callable[[], bool],
    ) -> None:
        """`best` is the best plan there is; `is_proven` whether it is proved to be."""
        self._ledger = ledger
        self._cash = cash
        self._deadline = deadline
        self._run = run
        self._best = best
        self._is_proven = is_proven
        self._model: Model | None = None
        self.harm_bound = [0] * 5
        self.cost_bound_fen: int | None = None

    @property
    def _counts(self) -> tuple[int, ...]:
        return self._best().harm.counts

    def _following(self, found: Sequence[Intention]) -> CarryingOut:
        self._deadline.check()
        return CarryingOut(found, self._cash.last, LeastHarm(self._ledger.household))

    def find_patterns(self) -> None:
        """Patterns of the core, carried out by the ledger: what that lacks is kept back next time.

        Once with every due paid at once, and once with large ones paid bit by bit.
        """
        core = Core(self._ledger, self._cash)
        seconds = min(_CORE_SECONDS, self._deadline.left() / 4)
        if core.size > _LARGE_CORE:
            seconds = self._deadline.left() * _LARGE_SHARE
        part = Deadline(seconds, self._deadline.is_cancelled)
        for in_parts in (False, True):
            if part.left() <= 0:
                return
            kept = [0.0] * len(self._cash.starts)
            for _ in range(_ROUNDS):
                until = core.pattern(part.left, kept, in_parts=in_parts)
                if until is None:
                    break
                following = self._following([Intention((), (), None, one) for one in until])
                self._run(following)
                if part.left() <= 0 or not following.lacked:
                    break
                self._keep_back(kept, following.lacked)

    def _keep_back(self, kept: list[float], lacked: Mapping[int, int]) -> None:
        """As much more in each stretch as the ledger lacked at the most until then."""
        for stretch, end in enumerate(self._cash.ends):
            most = max((fen for day, fen in lacked.items() if day <= end), default=0)
            if most:
                kept[stretch] += most * CENT + _KEPT

    def prove(self) -> None:
        """Bounds of the counts, and whatever is better on the way."""
        model = build_bound(self._ledger, self._cash, self._best())
        self._model = model
        programme = model.programme
        of_contracts = [one for one in programme.whole if one not in _asked(model)]
        programme.whole = sorted(_asked(model))
        self._has_covers = False
        for place in PLACES:
            self._deadline.check()
            counted = model.counted(place)
            if not self._counts[place]:
                for column in counted:
                    programme.upper[column] = 0.0
                continue
            goal = Sum([(column, 1.0) for column in counted])
            bound = self._prove_place(goal, place)
            self.harm_bound[place] = bound
            programme.row(goal.terms, upper=float(self._counts[place]))
            if bound < self._counts[place]:
                break
        programme.whole = sorted([*programme.whole, *of_contracts])
        self._find_cost(model)

    def _prove_place(self, goal: Sum, place: int) -> int:
        """The least count of a place, as far as it can be proved."""
        model = self._model
        assert model is not None
        programme = model.programme
        programme.minimise(goal)
        bound = _whole_above(_possible(self._solve(relaxed=True)))
        if bound < self._counts[place] and not self._has_covers:
            self._has_covers = True
            self._write_covers(model)
            programme.minimise(goal)
            bound = max(bound, _whole_above(_possible(self._solve(relaxed=True))))
        if bound < self._counts[place]:
            found = _possible(self._solve(relaxed=False, share=0.4, apart=_LESS_THAN_ONE))
            bound = max(bound, _whole_above(found))
            if found.values is not None and goal.value(found.values) < self._counts[place] - 0.5:
                self._carry_out_solution(found.values)
        return bound

    def _solve(
        self,
        *,
        relaxed: bool,
        share: float = 1.0,
        gap: float = 0.0,
        apart: float = 0.0,
        start: list[float] | None = None,
    ) -> Solution:
        self._deadline.check()
        assert self._model is not None
        return self._model.programme.solve(
            self._deadline.left() * share,
            relaxed=relaxed,
            gap=gap,
            apart=apart,
            cancelled=self._deadline.is_cancelled,
            start=start,
        )

    def _write_covers(self, model: Model) -> None:
        """Rows that follow from what must be unpaid at the end of a stretch: so many dues are."""
        programme = model.programme
        totals = {day: model.lacks_at(day) for day in self._cash.ends[:-1]}
        every = Sum()
        for total in totals.values():
            every.plus(total)
        programme.minimise(every)
        solved = self._solve(relaxed=True, share=0.3)
        if solved.values is None:
            return
        lacking = {}
        for day, total in totals.items():
            if total.value(solved.values) < 1.0:
                continue
            programme.minimise(total)
            least = self._solve(relaxed=True, share=0.2)
            if -INFINITE < least.bound < INFINITE:
                lacking[day] = least.bound * (1 - NEAR) - CENT
        for day, lacks in lacking.items():
            self._cover(model, day, totals[day], lacks)

    def _cover(self, model: Model, day: int, total: Sum, lacks: float) -> None:
        programme = model.programme
        programme.row(total.terms, lacks - total.constant)
        most_by_column: dict[int, float] = {}
        for late in model.late:
            for column, due in late.unpaid(len(late.dues), day):
                most = due.most_at(day)
                lacks -= late.tolerance + 2 * CENT
                if column is None:
                    lacks -= most
                else:
                    most_by_column[column] = most_by_column.get(column, 0.0) + most
        if lacks <= 0.1 or not most_by_column:
            return
        programme.row(
            [(column, min(most, lacks)) for column, most in most_by_column.items()], lacks
        )
        number, covered = 0, 0.0
        for most in sorted(most_by_column.values(), reverse=True):
            if covered >= lacks:
                break
            number, covered = number + 1, covered + most
        programme.row([(column, 1.0) for column in most_by_column], float(number))

    def _find_cost(self, model: Model) -> None:
        """The least cost of payments with no more harm, first with broken questions."""
        programme = model.programme
        programme.minimise(model.cost)
        self._prove_cost(_possible(self._solve(relaxed=True)).bound, model)
        gap, values = _NEARLY, None
        for share in (0.7, 1.0):
            found = _possible(self._solve(relaxed=False, share=share, gap=gap, start=values))
            self._prove_cost(found.bound, model)
            values = found.values
            if self._is_proven() or values is None:
                return
            if not self._carry_out_solution(values):
                break
            if self._is_proven():
                return
            # As near as the plan that is known by now needs it to be proved.
            enough = cost_until(self._best(), self._cash.last) * CENT * _PROVEN
            gap = max(_NEAREST, 1 - enough / found.objective)
        for _ in range(_PATTERNS - 1):
            if found.values is None:
                return
            self._forbid(model, found.values)
            found = self._solve(relaxed=False, share=0.5, gap=_NEARLY)
            if found.values is None or self._carry_out_solution(found.values):
                return

    def _forbid(self, model: Model, values: Sequence[float]) -> None:
        """Ask for another pattern than one that the ledger did not keep."""
        terms: list[tuple[int, float]] = []
        least = 1.0
        for column in _asked(model):
            is_unpaid = values[column] > 0.5
            terms.append((column, -1.0 if is_unpaid else 1.0))
            least -= is_unpaid
        model.programme.row(terms, least)

    def _prove_cost(self, bound: float, model: Model) -> None:
        if 0 < bound < INFINITE:
            self.cost_bound_fen = max(self.cost_bound_fen or 0, fen_below(bound, model))

    def _sooner(self, model: Model) -> Sum:
        """The cost, and of payments that cost the same, the sooner."""
        goal = model.cost.copy()
        for payments in model.payments:
            for day, paid in payments.items():
                goal.plus(paid, _SOONER * (day - self._ledger.day))
        return goal

    def _carry_out_solution(self, values: Sequence[float]) -> bool:
        """Fix the pattern of a solution and let the ledger follow it.

        Where the ledger misses what the solution pays, so much less is spent by then the next
        time; where it does not prepay what the solution does, in that stretch. Whether it then
        kept the pattern.
        """
        model = self._model
        assert model is not None
        programme = model.programme
        limits = programme.lower[:], programme.upper[:]
        cost = programme.cost, programme.constant
        for column in programme.whole:
            programme.lower[column] = programme.upper[column] = float(round(values[column]))
        until = [
            {due.due_on: _last_day(due, values, bool(late.rungs)) for due in late.dues}
            for late in model.late
        ]
        programme.minimise(self._sooner(model))
        kept = [_KEPT] * len(model.spent)
        most = [INFINITE] * len(model.spent)
        missed: list[tuple[int, float]] = []
        for attempt in range(_MENDED):
            model.keep_back(kept)
            for column, yuan in zip(model.spent, most, strict=True):
                programme.upper[column] = min(programme.upper[column], yuan)
            settled = self._solve(relaxed=True)
            if settled.values is None:
                break
            following = self._following(intentions(model, settled.values, until))
            _plan, ledger = self._run(following)
            missed = _missed(ledger, until)
            if not missed and (self._is_proven() or not following.too_much):
                break
            for day, yuan in missed:
                for stretch in range(self._cash.place(day), len(kept)):
                    kept[stretch] += yuan * _MORE**attempt + _KEPT
            if not missed:
                for day, fen in following.too_much.values():
                    stretch = self._cash.place(day)
                    spent = settled.values[model.spent[stretch]]
                    most[stretch] = min(most[stretch], spent - fen * CENT - _KEPT)
        programme.lower, programme.upper = limits
        programme.cost, programme.constant = cost
        return settled.values is not None and not missed


def _possible(solved: Solution) -> Solution:
    """What was solved with no more fixed than is proved: the best plan is a solution of it."""
    if solved.is_infeasible:
        raise FalseBound("no payments at all")
    return solved


def _asked(model: Model) -> set[int]:
    """The columns of all deadlines."""
    return {column for late in model.late for due in late.dues for column in due.columns.values()}


def _missed(ledger: Ledger, until: Sequence[Mapping[int, int]]) -> list[tuple[int, float]]:
    """(last day, yuan) of what a ledger has paid later than it was to be."""
    found = []
    for contract, latest in zip(ledger.contracts, until, strict=True):
        for due in contract.dues:
            last_day = latest.get(due.due_on, due.last_safe_on)
            if due.is_missed and (due.met_on is None or due.met_on > last_day):
                found.append((last_day, due.short * CENT))
    return found


def _last_day(due: LateDue, values: Sequence[float], has_rungs: bool) -> int:
    """Until when a solution has a due paid."""
    for deadline, column in sorted(due.columns.items()):
        if values[column] < 0.5:
            return deadline
    return NEVER if due.columns or not has_rungs else due.last_safe_on


def _whole_above(solved: Solution) -> int:
    """The least whole number that is not below a bound."""
    return max(0, ceil(solved.bound - 1e-4)) if -INFINITE < solved.bound < INFINITE else 0
