"""A mixed-integer programme: columns, rows, and HiGHS to solve it.

HiGHS is loaded when the first programme is solved. One thread, and the same answer for the
same programme as long as time does not run out.
"""

import ctypes
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, NamedTuple

INFINITE = float("inf")
NEAR = 1e-6  # floats that differ by less are the same
_first_solver = Lock()
_greeted: list[bool] = []

Terms = Iterable[tuple[int, float]]


@dataclass(slots=True)
class Sum:
    """A sum of columns and a constant."""

    terms: list[tuple[int, float]] = field(default_factory=list)
    constant: float = 0.0

    def plus(self, other: "Sum", factor: float = 1.0) -> None:
        self.terms.extend((column, entry * factor) for column, entry in other.terms)
        self.constant += other.constant * factor

    def copy(self) -> "Sum":
        return Sum(list(self.terms), self.constant)

    def negated(self) -> list[tuple[int, float]]:
        return [(column, -entry) for column, entry in self.terms]

    def value(self, values: Sequence[float]) -> float:
        """What it comes to where columns have these values."""
        return self.constant + sum(values[column] * entry for column, entry in self.terms)


def one(column: int, factor: float = 1.0) -> Sum:
    return Sum([(column, factor)])


class Solution(NamedTuple):
    """`values` by column, None where nothing feasible was found; `bound` on the objective.

    `is_infeasible` only where that is proved.
    """

    values: list[float] | None
    objective: float
    bound: float
    is_infeasible: bool


class Programme:
    """Minimises the sum of costs x columns between the limits of columns and rows."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.whole: list[int] = []
        self.row_lower: list[float] = []
        self.row_upper: list[float] = []
        self.starts: list[int] = [0]
        self.indices: list[int] = []
        self.entries: list[float] = []
        self.constant = 0.0
        self._kept: tuple[Any, int, int] | None = None  # a relaxed solver, its columns and rows

    def column(
        self, cost: float = 0.0, lower: float = 0.0, upper: float = INFINITE, *, whole: bool = False
    ) -> int:
        """A new column's index."""
        index = len(self.cost)
        self.cost.append(cost)
        self.lower.append(lower)
        self.upper.append(upper)
        if whole:
            self.whole.append(index)
        return index

    def row(self, terms: Terms, lower: float = -INFINITE, upper: float = INFINITE) -> int:
        """A new row's index. Columns that stand twice are added up, as HiGHS needs it."""
        summed: dict[int, float] = {}
        for column, entry in terms:
            summed[column] = summed.get(column, 0.0) + entry
        self.indices.extend(summed)
        self.entries.extend(summed.values())
        self.starts.append(len(self.indices))
        self.row_lower.append(lower)
        self.row_upper.append(upper)
        return len(self.row_lower) - 1

    def minimise(self, goal: Sum) -> None:
        """Let the sum be what is minimised."""
        self.cost = [0.0] * len(self.cost)
        self.constant = goal.constant
        for column, entry in goal.terms:
            self.cost[column] += entry

    def free(self) -> None:
        """Let whole columns be answered anew."""
        for column in self.whole:
            self.lower[column], self.upper[column] = 0.0, 1.0

    def mark(self) -> tuple[int, int, int]:
        """Where columns, rows and whole columns end, for `back_to`."""
        return len(self.cost), len(self.row_lower), len(self.whole)

    def back_to(self, mark: tuple[int, int, int]) -> None:
        """Forget the columns and rows written since a mark."""
        self._kept = None
        columns, rows, whole = mark
        del self.cost[columns:], self.lower[columns:], self.upper[columns:]
        del self.whole[whole:]
        entries = self.starts[rows]
        del self.row_lower[rows:], self.row_upper[rows:], self.starts[rows + 1 :]
        del self.indices[entries:], self.entries[entries:]

    def solve(
        self,
        seconds: float,
        *,
        relaxed: bool = False,
        gap: float = 0.0005,
        apart: float = 0.0,
        is_reduced: bool = True,
        cancelled: Callable[[], bool] | None = None,
        start: list[float] | None = None,
    ) -> Solution:
        """Solve it within `seconds`; `relaxed` lets whole columns be broken.

        It ends when value and bound differ by a share of `gap` or by less than `apart`. Unless it
        `is_reduced` first, which takes long where a good `start` is known.
        Relaxed again with other costs or limits of columns, it goes on from where it was.
        """
        import highspy

        highs = self._known() if relaxed else None
        if highs is None:
            highs = self._new(relaxed=relaxed, cancelled=cancelled)
        if highs is None:
            return Solution(None, INFINITE, -INFINITE, is_infeasible=False)
        spent = highs.getRunTime()  # of all runs before
        highs.setOptionValue("time_limit", spent + max(0.01, seconds))
        highs.setOptionValue("mip_rel_gap", gap)
        highs.setOptionValue("mip_abs_gap", max(apart, NEAR))
        highs.setOptionValue("presolve", "choose" if is_reduced else "off")
        if start is not None:
            guess = highspy.HighsSolution()
            guess.col_value = start
            highs.setSolution(guess)
        highs.run()
        return _solution(highs, is_whole=bool(self.whole) and not relaxed)

    def _known(self) -> Any:
        """The relaxed solver of before with today's costs and limits; None where rows are new."""
        import numpy

        if self._kept is None or self._kept[1:] != (len(self.cost), len(self.row_lower)):
            return None
        highs = self._kept[0]
        count = len(self.cost)
        every = numpy.arange(count, dtype=numpy.int32)
        highs.changeColsCost(count, every, numpy.array(self.cost))
        highs.changeColsBounds(count, every, numpy.array(self.lower), numpy.array(self.upper))
        highs.changeObjectiveOffset(self.constant)
        return highs

    def _new(self, *, relaxed: bool, cancelled: Callable[[], bool] | None) -> Any:
        """A solver with all columns and rows; None where they make no sense to it."""
        import highspy
        import numpy

        lp = highspy.HighsLp()
        lp.num_col_ = len(self.cost)
        lp.num_row_ = len(self.row_lower)
        lp.col_cost_ = numpy.array(self.cost)
        lp.col_lower_ = numpy.array(self.lower)
        lp.col_upper_ = numpy.array(self.upper)
        lp.row_lower_ = numpy.array(self.row_lower)
        lp.row_upper_ = numpy.array(self.row_upper)
        lp.offset_ = self.constant
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = numpy.array(self.starts, dtype=numpy.int32)
        lp.a_matrix_.index_ = numpy.array(self.indices, dtype=numpy.int32)
        lp.a_matrix_.value_ = numpy.array(self.entries)
        if self.whole and not relaxed:
            kinds = [highspy.HighsVarType.kContinuous] * len(self.cost)
            for index in self.whole:
                kinds[index] = highspy.HighsVarType.kInteger
            lp.integrality_ = kinds
        highs = _quiet_solver()
        highs.setOptionValue("threads", 1)
        # Both take longer here than they save: half the time of a search for the least cost.
        highs.setOptionValue("mip_allow_restart", False)
        highs.setOptionValue("mip_heuristic_run_rins", False)
        # Of what may be 100,000 yuan. Tighter, and reducing takes what is feasible for infeasible.
        highs.setOptionValue("mip_feasibility_tolerance", 1e-7)
        if highs.passModel(lp) == highspy.HighsStatus.kError:
            return None
        if cancelled is not None:
            _stop_when(highs, cancelled)
        if relaxed:
            self._kept = highs, len(self.cost), len(self.row_lower)
        return highs


def _quiet_solver() -> Any:
    """A solver that prints nothing: its first one writes who it is to standard output."""
    import highspy

    make: Callable[[], Any] = highspy.Highs
    with _first_solver:
        if _greeted:
            highs = make()
        else:
            highs = _without_output(make)
            _greeted.append(True)
    highs.setOptionValue("output_flag", False)
    return highs


def _without_output(make: Callable[[], Any]) -> Any:
    """What `make` returns, with all that it writes to standard output thrown away."""
    written_by_c = ctypes.CDLL(None)
    written_by_c.fflush(None)
    try:
        kept = os.dup(1)
    except OSError:  # there is no standard output
        return make()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        made = make()
        written_by_c.fflush(None)
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
    return made


def _stop_when(highs: Any, cancelled: Callable[[], bool]) -> None:
    def look(event: Any) -> None:
        if cancelled():
            event.interrupt()

    highs.cbSimplexInterrupt += look
    highs.cbMipInterrupt += look


def _solution(highs: Any, *, is_whole: bool) -> Solution:
    import highspy

    status = highs.getModelStatus()
    info = highs.getInfo()
    if status == highspy.HighsModelStatus.kInfeasible:
        return Solution(None, INFINITE, INFINITE, is_infeasible=True)
    feasible = highspy.SolutionStatus.kSolutionStatusFeasible
    has_values = info.primal_solution_status == feasible
    optimal = status == highspy.HighsModelStatus.kOptimal
    values = list(highs.getSolution().col_value) if has_values else None
    objective = info.objective_function_value if has_values else INFINITE
    bound = -INFINITE
    if is_whole:
        bound = info.mip_dual_bound
    elif optimal:
        bound = objective
    return Solution(values, objective, bound, is_infeasible=False)
