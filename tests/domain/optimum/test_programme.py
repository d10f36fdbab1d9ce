"""A programme that goes on from its last solution gives what one that begins anew gives."""

from random import Random

import pytest

from planner.domain.optimum.programme import INFINITE, Programme


def programme(random, columns=12, rows=8):
    """Costs and rows that some values between 0 and 10 meet."""
    made = Programme()
    for _ in range(columns):
        made.column(cost=random.randint(-5, 9), upper=10.0)
    for _ in range(rows):
        terms = [(column, random.randint(0, 4)) for column in range(columns)]
        made.row(terms, random.randint(0, 40), INFINITE)
    return made


def change(made, random):
    made.cost = [random.randint(-5, 9) for _ in made.cost]
    made.upper = [random.choice((4.0, 7.0, 10.0)) for _ in made.upper]
    made.constant = random.randint(-9, 9)


def anew(made):
    """The same programme in a solver that knows nothing of it."""
    fresh = Programme()
    for name in ("cost", "lower", "upper", "row_lower", "row_upper", "starts", "indices"):
        setattr(fresh, name, list(getattr(made, name)))
    fresh.entries, fresh.constant = list(made.entries), made.constant
    return fresh


@pytest.mark.parametrize("seed", range(20))
def test_going_on_is_beginning_anew(seed):
    random = Random(seed)
    made = programme(random)
    made.solve(5.0, relaxed=True)
    for _ in range(4):
        change(made, random)
        found, expected = made.solve(5.0, relaxed=True), anew(made).solve(5.0, relaxed=True)
        assert found.is_infeasible == expected.is_infeasible
        assert found.objective == pytest.approx(expected.objective)


def test_new_rows_are_heeded():
    made = Programme()
    column = made.column(cost=1.0, upper=9.0)
    assert made.solve(5.0, relaxed=True).objective == 0
    mark = made.mark()
    made.row([(column, 1.0)], 4.0)
    assert made.solve(5.0, relaxed=True).objective == 4
    made.back_to(mark)
    made.row([(column, 1.0)], 6.0)
    assert made.solve(5.0, relaxed=True).objective == 6
