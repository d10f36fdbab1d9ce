"""Many generated households: the optimum beside all rules of thumb and a longer search.

`-m long` runs 2,000 of them; a few run always.
"""

import pytest

from benchmarks.mixed import mixed_household
from planner.domain.optimum.find import find_optimum
from planner.domain.plan.plan import cost_of, merit_of

FEW, MANY = 16, 2000
SECONDS, LONGER = 1, 3
INCOMES = (0.9, 1.0, 1.1, 1.3, 1.6, 2.0)


def household(number):
    """Mostly small ones of all contracts; each twentieth and each hundredth is larger."""
    income = INCOMES[number % len(INCOMES)]
    if number % 100 == 99:
        return mixed_household(number, 12, 24, income)
    if number % 20 == 19:
        return mixed_household(number, 6, 24, income)
    return mixed_household(number, 2 + number % 3, (12, 6, 18)[number // 3 % 3], income)


def check(number):
    """Never worse than a rule, and no bound above what anyone found."""
    found = find_optimum(household(number), seconds=SECONDS)
    known = list(found.rules.values())
    if number % 10 == 0:
        known.append(find_optimum(household(number), seconds=LONGER).plan)
    for rule in found.rules.values():
        assert merit_of(found.plan) <= merit_of(rule), (number, rule.strategy)
    for plan in (found.plan, *known):
        assert found.proof.harm_bound.counts <= plan.harm.counts, (number, plan.strategy)
        if plan.harm.counts <= found.plan.harm.counts:
            assert found.proof.cost_bound_fen <= cost_of(plan), (number, plan.strategy)


@pytest.mark.slow
def test_nothing_known_is_better():
    for number in range(4, 4 + FEW):
        check(number)


@pytest.mark.long
@pytest.mark.parametrize("hundred", range(MANY // 100))
def test_nothing_known_is_better_in_many(hundred):
    for number in range(hundred * 100, hundred * 100 + 100):
        check(number)
