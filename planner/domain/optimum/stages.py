"""The fewest episodes, gravest first: stage by stage, each within what those before came to.

A relaxed programme would spread what is missing thinly over many dues. What must wait at the end
of a stretch between incomes is known before, so that rows say how many dues it takes to hold it;
with them bounds are near, and whole numbers are found soon.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from math import ceil

from planner.domain.optimum.clock import Deadline
from planner.domain.optimum.contracts import CENT, Sum
from planner.domain.optimum.episodes import Questions
from planner.domain.optimum.model import Model, free, minimise, value
from planner.domain.optimum.programme import INFINITE, NEAR, Solution

SEVERITIES = (5, 4, 3, 2, 1)
_ROUNDS = 3
_COVERS = 40  # stretches at the end of which it is asked what must wait
_BROKEN = (1e-5, 1e-8, -1.0)  # a question with a greater share is answered with yes
_TIE = 0.01  # of debts that start a severity the fewest, then few episodes
_LESS_THAN_ONE = 0.98  # counts that differ by less are the same
_NEARLY = 0.0005  # yuan-days and cost are near enough to the least, as a share of it

Asked = tuple[int, tuple[tuple[int, int], ...]]
"""A severity, and the limits of those before it."""


class Stages:
    """One programme and its limits: severity to the most episodes.

    `bounds` are what episodes cannot go below by severity, as far as that was proved; `values` a
    solution within the limits.
    """

    def __init__(
        self, model: Model, deadline: Deadline, known: Mapping[int, Collection[int]]
    ) -> None:
        """`known`: severity to the indices of debts that start it in a known plan."""
        self.model = model
        self.known = known
        self.bounds = [0] * len(SEVERITIES)
        self.limits: dict[int, int] = {}
        self.values: list[float] | None = None
        self._deadline = deadline
        self._debts: list[tuple[int, int]] = []  # index, and whether it starts a severity at all
        self._must_start = False  # no solution is without a severity
        self._chosen: dict[Asked, tuple[list[float], int]] = {}
        self._rounded: dict[Asked, list[float] | None] = {}
        self._waiting: list[tuple[int, float]] | None = None
        model.programme.whole.clear()  # questions of contracts may be broken
        self._mark = model.programme.mark()

    def begin(self, deadline: Deadline) -> None:
        """Begin again without limits, within another time."""
        self.go_on(deadline)
        self.limits.clear()
        self.values = None

    def go_on(self, deadline: Deadline) -> None:
        """Go on within another time."""
        self._deadline = deadline

    def _solve(
        self,
        *,
        relaxed: bool,
        share: float = 1.0,
        start: list[float] | None = None,
        gap: float = 0.0,
        apart: float = 0.0,
    ) -> Solution:
        self._deadline.check()
        return self.model.programme.solve(
            self._deadline.left() * share,
            relaxed=relaxed,
            cancelled=self._deadline.is_cancelled,
            start=start,
            gap=gap,
            apart=apart,
        )

    def write(self) -> list[Questions]:
        """The rows of all limits so far."""
        programme = self.model.programme
        programme.back_to(self._mark)
        questions = [Questions(programme, self.model.span, one) for one in self.model.lateness]
        for severity, most in self.limits.items():
            counts = self._write(questions, severity, most)
            if most:
                programme.row([(column, 1.0) for column in counts], upper=float(most))
                self._cover(questions, severity)
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
        self._find_waiting()
        self.limits[severity] = 0
        self.write()
        self._answer_as_before()
        minimise(programme, self.model.backlog)
        without = self._solve(relaxed=True)
        if without.values is not None:
            self.values = without.values
            return None
        self._must_start = without.is_infeasible
        del self.limits[severity]
        questions = self.write()
        counts = self._write(questions, severity, 1)
        self._cover(questions, severity)
        self._debts = [
            (index, one.any[severity]) for index, one in enumerate(questions) if severity in one.any
        ]
        return Sum([(column, 1.0) for column in counts])

    def _find_waiting(self) -> None:
        """What must wait at the end of stretches, at the least: (day, yuan)."""
        if self._waiting is not None:
            return
        model = self.model
        model.programme.back_to(self._mark)
        found = []
        for day in self._stretch_ends():
            waits = [
                (backlog[one.days[place]], 1.0)
                for one, backlog in zip(model.lateness, model.waits, strict=True)
                if (place := bisect_right(one.days, day) - 1) >= 0
            ]
            minimise(model.programme, Sum(waits))
            solved = self._solve(relaxed=True, share=0.5)
            if solved.values is None:
                break
            if solved.bound > CENT:
                found.append((day, solved.bound * (1 - NEAR) - CENT))
        self._waiting = found

    def _stretch_ends(self) -> list[int]:
        """The last days of stretches, no more than so many."""
        span = self.model.span
        ends = [day - 1 for day in span.paydays if day <= span.last]
        step = -(-len(ends) // _COVERS) or 1
        return ends[step - 1 :: step]

    def _cover(self, questions: list[Questions], severity: int) -> None:
        """Rows that follow from what must wait: so many questions are answered with yes."""
        programme = self.model.programme
        for day, waits in self._waiting or ():
            asked: list[tuple[int, float]] = []
            for one in questions:
                question, most, beside = one.standing(severity, day)
                waits -= beside
                if question is not None:
                    asked.append((question, most))
            if waits <= CENT or not asked:
                continue
            programme.row([(column, min(most, waits)) for column, most in asked], waits)
            count, covered = 0, 0.0
            for most in sorted((most for _, most in asked), reverse=True):
                if covered >= waits - CENT:
                    break
                count, covered = count + 1, covered + most
            programme.row([(column, 1.0) for column, _ in asked], float(count))

    def _is_same(self, severity: int) -> bool:
        """Limit a severity as the one before, where all rungs start together."""
        if severity + 1 not in self.limits or not self._starts_alike(severity):
            return False
        self.limits[severity] = self.limits[severity + 1]
        return True

    def _starts_alike(self, severity: int) -> bool:
        """Whether rungs of a severity start exactly with those of the one before."""
        before = severity + 1
        for one in self.model.lateness:
            if one.starts.get(severity) != one.starts.get(before):
                return False
            if (severity in one.started) != (before in one.started):
                return False
        return True

    def _answer_as_before(self) -> None:
        """Let the questions of severities that are limited keep their answers."""
        programme = self.model.programme
        known = self.values or []
        for column in programme.whole:
            if column < len(known):
                programme.lower[column] = programme.upper[column] = round(known[column])

    def round_down(self, severity: int) -> None:
        """Limit the episodes of a severity to few: what is dear is left out, again and again."""
        if self._is_same(severity) or (goal := self._ask(severity)) is None:
            return
        self._answer_as_before()
        self._choose_debts(severity, goal)
        self._keep(severity, goal, self._round(severity, goal))

    def least(self, severity: int) -> None:
        """Limit the episodes of a severity to the fewest that are found in time."""
        if self._is_same(severity) or (goal := self._ask(severity)) is None:
            return
        self._answer_as_before()
        least = self._choose_debts(severity, goal)
        start = self._round(severity, goal)
        free(self.model.programme)
        if start is None or _count(goal, start) > least:
            minimise(self.model.programme, goal)
            found = self._solve(relaxed=False, share=0.5, start=start, apart=_LESS_THAN_ONE)
            start = found.values or start
        self._keep(severity, goal, start)

    def _keep(self, severity: int, goal: Sum, values: list[float] | None) -> None:
        if values is not None:
            self.values = values
            self.limits[severity] = _count(goal, values)

    def _round(self, severity: int, goal: Sum) -> list[float] | None:
        """A solution with few episodes, its questions fixed."""
        asked = severity, tuple(self.limits.items())
        if asked not in self._rounded:
            self._rounded[asked] = self._round_anew(goal)
        return self._rounded[asked]

    def _round_anew(self, goal: Sum) -> list[float] | None:
        programme = self.model.programme
        weights = [1.0] * len(goal.terms)
        values: list[float] | None = None
        for _ in range(_ROUNDS):
            terms = [(c, weight) for (c, _), weight in zip(goal.terms, weights, strict=True)]
            minimise(programme, Sum(terms))
            found = self._solve(relaxed=True)
            if found.values is None:
                break
            values = found.values
            weights = [1 / (values[column] + 0.02) for column, _ in goal.terms]
        if values is None:
            return None
        minimise(programme, goal)
        before = programme.lower[:], programme.upper[:]
        for least in _BROKEN:
            for column in programme.whole:
                if before[0][column] < before[1][column]:
                    answer = 1.0 if values[column] > least else 0.0
                    programme.lower[column] = programme.upper[column] = answer
            rounded = self._solve(relaxed=True)
            if rounded.values is not None:
                return rounded.values
        return None

    def _choose_debts(self, severity: int, goal: Sum) -> int:
        """Let few debts start a severity at all, in whole numbers; the others do not.

        Where no fewer are found they are those that are known. Returns how many episodes there
        must be: one a debt.
        """
        programme = self.model.programme
        asked = severity, tuple(self.limits.items())
        if asked not in self._chosen:
            columns = [column for _, column in self._debts]
            known = [float(index in self.known.get(severity, ())) for index, _ in self._debts]
            answers = known if self._is_possible(columns, known) else []
            least = int(self._must_start)
            if not answers or sum(known) != least:
                whole, programme.whole = programme.whole, columns
                total = Sum([(column, 1.0) for column in columns])
                total.plus(goal, _TIE)
                minimise(programme, total)
                fewest = self._solve(relaxed=False, share=0.2, apart=_LESS_THAN_ONE * _TIE)
                programme.whole = whole
                if 0 < fewest.bound < INFINITE:
                    least = max(least, ceil(fewest.bound / (1 + _TIE) - 1e-4))
                if fewest.values is not None:
                    found = [float(round(fewest.values[column])) for column in columns]
                    answers = found if not answers or sum(found) < sum(known) else known
            self._chosen[asked] = answers, least
        answers, least = self._chosen[asked]
        for (_, column), answer in zip(self._debts, answers, strict=bool(answers)):
            programme.lower[column] = programme.upper[column] = answer
        return least

    def _is_possible(self, columns: Sequence[int], answers: Sequence[float]) -> bool:
        """Whether some questions may be answered so; if any is answered with yes at all."""
        if not any(answers):
            return False
        programme = self.model.programme
        limits = programme.lower[:], programme.upper[:]
        for column, answer in zip(columns, answers, strict=True):
            programme.lower[column] = programme.upper[column] = answer
        minimise(programme, Sum())
        is_possible = self._solve(relaxed=True).values is not None
        programme.lower, programme.upper = limits
        return is_possible

    def prove(self, severity: int, known: int) -> int:
        """The least episodes of a severity, no more than `known`, as far as time allows."""
        place = SEVERITIES.index(severity)
        if not known or (goal := self._ask(severity)) is None:
            self.limits[severity] = 0
            return 0
        bound = int(self._must_start)
        if place and known == self.limits[severity + 1] and self._starts_alike(severity):
            bound = known
        if bound < known:
            bound = self._choose_debts(severity, goal)
            free(self.model.programme)
        if bound < known:
            minimise(self.model.programme, goal)
            least = self._solve(relaxed=False, share=0.6, apart=_LESS_THAN_ONE).bound
            if 0 < least < INFINITE:
                bound = max(bound, ceil(least - 1e-4))
        self.bounds[place] = min(bound, known)
        self.limits[severity] = known
        return self.bounds[place]

    def settle(self, *, anew: bool) -> Iterator[Solution]:
        """Payments within the limits with few yuan-days and little cost; questions are fixed.

        They are as before, then answered `anew` if that is asked.
        """
        self.write()
        if self.values is None:
            return
        programme = self.model.programme
        goal = _near(self.model)
        minimise(programme, goal)
        self._answer_as_before()
        settled = self._solve(relaxed=True)
        yield settled
        if settled.values is None or not programme.whole or not anew:
            return
        limits = programme.lower[:], programme.upper[:]
        free(programme)
        better = self._solve(relaxed=False, share=0.6, start=settled.values, gap=_NEARLY)
        programme.lower, programme.upper = limits
        if better.values is not None and better.objective < settled.objective:
            self.values = better.values
            self._answer_as_before()
            yield self._solve(relaxed=True)

    def wait(self, harm: Sequence[int]) -> float:
        """Yuan-days that payments with no more episodes than `harm` cannot go below."""
        self.limits.update(zip(SEVERITIES, harm, strict=False))
        self.write()
        minimise(self.model.programme, self.model.backlog)
        return self._solve(relaxed=False, share=0.5, gap=_NEARLY).bound

    def cost(self) -> float:
        """Yuan that payments within the limits cannot cost less than."""
        minimise(self.model.programme, self.model.cost)
        return self._solve(relaxed=True, share=0.8).bound


def _count(goal: Sum, values: list[float]) -> int:
    """A count that is whole but for what floats err."""
    return int(value(goal, values) + 1 - NEAR)


def _near(model: Model) -> Sum:
    """Few yuan-days at little cost."""
    total = Sum()
    total.plus(model.cost)
    total.plus(model.backlog, 10.0)
    return total
