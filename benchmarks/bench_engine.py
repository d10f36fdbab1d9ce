"""How long one plan takes: `make bench`, or python benchmarks/bench_engine.py.

Processor time of one process: the median, and the least in brackets. Both sides of a ratio are
taken in turns, so that it holds on a busy machine too.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.households import (
    household_of_all_products,
    paying_household,
    short_household,
    weekly_household,
)
from planner.domain.household.household import Household, read_household
from planner.domain.ledger.consequences import weigh_consequences
from planner.domain.ledger.ledger import Ledger
from planner.domain.make_plan import make_plan
from planner.domain.paying.proposals import pay_minimum
from planner.domain.paying.trials import RULES_OF_THUMB, make_plans
from planner.domain.plan.plan import compare_outcomes, outcome_of
from planner.domain.values.days import add_months

ROUNDS = 40
FIRST_ROUNDS = 5


class Spent(NamedTuple):
    """Milliseconds of processor time over all rounds."""

    median: float
    least: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.least:.2f}) ms"


def measure(*works: Callable[[], object], rounds: int = ROUNDS) -> list[Spent]:
    """Each of them so many times, in turns, after one to warm up."""
    taken: list[list[float]] = [[] for _ in works]
    for turn in range(rounds + 1):
        for work, spent in zip(works, taken, strict=True):
            start = process_time()
            work()
            if turn:
                spent.append((process_time() - start) * 1000)
    return [Spent(median(spent), min(spent)) for spent in taken]


def ratio(work: Spent, to: Spent) -> str:
    return f"ratio {work.median / to.median:.2f} ({work.least / to.least:.2f})"


def compare_worst_case(name: str, household: Household) -> None:
    """The worst case against the plan that it is laid over."""
    worst, plan = measure(
        lambda: make_plan(household, "avalanche", worst_case=True),
        lambda: make_plan(household, "avalanche"),
    )
    exposures = make_plan(household, "avalanche", worst_case=True).exposures or ()
    print(
        f"  worst case, {name}: {worst} against {plan}, {len(exposures)} exposures: "
        f"{ratio(worst, plan)}   (bar 2)"
    )


def weigh_all_products(months: int) -> None:
    """Consequences on top of the ledger, where all is paid and where nothing is."""
    household = household_of_all_products(months)
    end = add_months(household.as_of, months).toordinal()
    for name, pay in (("all paid", pay_minimum), ("nothing paid", lambda ledger: None)):
        ledger = Ledger(household, pay).run_to(end)
        dues = sum(len(contract.dues) for contract in ledger.contracts)
        for ladders in (False, True):
            [spent] = measure(
                lambda ledger=ledger, ladders=ladders: weigh_consequences(ledger, ladders=ladders)
            )
            listed = len(weigh_consequences(ledger, ladders=ladders)[0])
            print(
                f"  consequences, {len(household.debts)} debts x {months} months, {name}: "
                f"{spent}, {listed} rungs of {dues} dues"
                f"{', every ladder' if ladders else '   (bar 15 ms)'}"
            )


def print_first_answers() -> None:
    """How long somebody waits for the first plan, by a rule of thumb, where money is short."""
    for name, household, bar in (
        ("12 short debts, three weekly incomes", weekly_household(12, 36), 300),
        ("60 short debts", short_household(60, 36), 2000),
        ("200 short debts", short_household(200, 36), 8000),
    ):
        [spent] = measure(
            lambda household=household: make_plan(household, "avalanche"), rounds=FIRST_ROUNDS
        )
        print(f"  first plan, {name}: {spent}   (bar {bar} ms)")


def main() -> None:
    small = paying_household(6, 24)
    large = paying_household(12, 48)
    first = make_plan(small, "minimum")
    months = len({(due.due_on.year, due.due_on.month) for due in first.dues})
    print(f"engine: 6 debts x {months} months, {len(first.dues)} dues; median (least)")
    for strategy, bar in zip(RULES_OF_THUMB, (4, 15, 15, 15), strict=True):
        [spent] = measure(lambda strategy=strategy: make_plan(small, strategy))
        print(f"  {strategy:<10} {spent}   (bar {bar} ms)")

    def all_compared() -> None:
        plans = make_plans(small, RULES_OF_THUMB)
        for plan in plans.values():
            compare_outcomes(outcome_of(plans["minimum"]), outcome_of(plan))

    print(f"  all four, compared {measure(all_compared)[0]}   (bar 40 ms)")
    example = read_household((Path(__file__).parents[1] / "examples" / "short.json").read_bytes())
    short = short_household(6, 24)
    for name, household in (("paid", small), ("short", short), ("short.json", example)):
        compare_worst_case(name, household)
    weigh_all_products(36)
    print_first_answers()
    more, less = measure(lambda: make_plan(large, "minimum"), lambda: make_plan(small, "minimum"))
    print(f"  minimum, 12 x 48 against 6 x 24: {ratio(more, less)}   (bar 4.5)")


if __name__ == "__main__":
    main()
