"""How long one plan takes: `make bench`, or python benchmarks/bench_engine.py.

Medians of one process on one core. Ratios come from the same run, so that they hold on a
busy machine too.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.households import household_of_all_products, paying_household, short_household
from planner.domain.consequences import weigh_consequences
from planner.domain.dates import add_months
from planner.domain.household import Household, read_household
from planner.domain.ledger import Ledger
from planner.domain.plan import compare_outcomes, make_plan, make_plans, outcome_of
from planner.domain.strategies import STRATEGIES, pay_minimum

ROUNDS = 40


def milliseconds(work: Callable[[], object]) -> float:
    """Median of ROUNDS runs after one to warm up."""
    work()
    spent = []
    for _ in range(ROUNDS):
        start = perf_counter()
        work()
        spent.append(perf_counter() - start)
    return median(spent) * 1000


def compare_worst_case(name: str, household: Household) -> None:
    """The worst case against the plan that it is laid over."""
    plan = milliseconds(lambda: make_plan(household, "avalanche"))
    worst = milliseconds(lambda: make_plan(household, "avalanche", worst_case=True))
    exposures = make_plan(household, "avalanche", worst_case=True).exposures or ()
    print(
        f"  worst case, {name}: {worst:.2f} against {plan:.2f} ms, {len(exposures)} exposures: "
        f"ratio {worst / plan:.2f}   (bar 2)"
    )


def weigh_all_products(months: int) -> None:
    """Consequences on top of the ledger, where all is paid and where nothing is."""
    household = household_of_all_products(months)
    end = add_months(household.as_of, months).toordinal()
    for name, pay in (("all paid", pay_minimum), ("nothing paid", lambda ledger: None)):
        ledger = Ledger(household, pay).run_to(end)
        dues = sum(len(contract.dues) for contract in ledger.contracts)
        for ladders in (False, True):
            spent = milliseconds(
                lambda ledger=ledger, ladders=ladders: weigh_consequences(ledger, ladders=ladders)
            )
            listed = len(weigh_consequences(ledger, ladders=ladders)[0])
            print(
                f"  consequences, {len(household.debts)} debts x {months} months, {name}: "
                f"{spent:5.2f} ms, {listed} rungs of {dues} dues"
                f"{', every ladder' if ladders else '   (bar 15 ms)'}"
            )


def main() -> None:
    small = paying_household(6, 24)
    large = paying_household(12, 48)
    first = make_plan(small, "minimum")
    months = len({(due.due_on.year, due.due_on.month) for due in first.dues})
    print(f"engine: 6 debts x {months} months, {len(first.dues)} dues")
    for strategy, bar in zip(STRATEGIES, (4, 15, 15, 15), strict=True):
        spent = milliseconds(lambda strategy=strategy: make_plan(small, strategy))
        print(f"  {strategy:<10} {spent:6.2f} ms   (bar {bar} ms)")

    def all_compared() -> None:
        plans = make_plans(small, STRATEGIES)
        for plan in plans.values():
            compare_outcomes(outcome_of(plans["minimum"]), outcome_of(plan))

    print(f"  all four, compared {milliseconds(all_compared):6.2f} ms   (bar 40 ms)")
    example = read_household((Path(__file__).parents[1] / "examples" / "short.json").read_bytes())
    short = short_household(6, 24)
    for name, household in (("paid", small), ("short", short), ("short.json", example)):
        compare_worst_case(name, household)
    weigh_all_products(36)
    ratio = milliseconds(lambda: make_plan(large, "minimum")) / milliseconds(
        lambda: make_plan(small, "minimum")
    )
    print(f"  minimum, 12 x 48 against 6 x 24: ratio {ratio:.2f}   (bar 4.5)")


if __name__ == "__main__":
    main()
