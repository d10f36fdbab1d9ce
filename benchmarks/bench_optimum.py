r"""How good is the optimum, and how soon? Part of it in `make bench`; all of it by hand:

    python benchmarks/bench_optimum.py --classes all --count 12 --short 60 --on-time 60 \
        --realistic 100

Generated households (benchmarks/mixed.py) of 3, 6, 12 and 24 debts over 12 to 60 months, incomes
of 0.9 to 2.0 times the minimums. Times are processor time of this one process, which runs one
thread: other programs on the machine do not lengthen them. The time limit of a search counts the
same way, except inside one call of the solver, which goes by the clock on the wall: on a busy
machine figures at a limit are worse, never better. Ratios hold on any machine.

`--store SECONDS` renews benchmarks/best_harm.json instead: the least harm that any run has ever
found for the 60 households whose money is short. A run only replaces what it betters.
"""

import json
import resource
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import mean, median
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.mixed import DEBTS, MONTHS, mixed_household
from benchmarks.realistic import realistic_household
from planner.domain.household.household import Household
from planner.domain.ledger.consequences import weigh_harm
from planner.domain.ledger.ledger import Ledger
from planner.domain.ledger.replay import replay
from planner.domain.optimum import clock
from planner.domain.optimum.find import Optimum, find_optimum
from planner.domain.paying.prepaying import Prepaying, by_rate
from planner.domain.paying.triage import pay_in_order
from planner.domain.paying.trials import RULES_OF_THUMB, make_plans
from planner.domain.plan.plan import cost_of, merit_of

BEST_HARM = Path(__file__).with_name("best_harm.json")
INCOMES = (0.9, 1.0, 1.1, 1.25, 1.5, 2.0)
SHORT_INCOMES = (0.9, 0.95, 1.0, 1.05, 1.1)
SHORT, SHORT_COUNT = (12, 24), 60
ON_TIME = (12, 36)
PART = "3x12,6x24,12x24,12x36"
SOON, LATER, LIMIT = 1, 5, 10  # seconds of a search
REALISTIC_SECONDS = (1, 3)
ORDERS = 500  # random orders of debts that the least harm is compared with

Counts = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """One household: milliseconds of all rules of thumb, and what searches came to."""

    rules_ms: float
    soon: Optimum
    later: Optimum
    last: Optimum
    last_ms: float

    @property
    def is_proven(self) -> bool:
        return self.last.proof.status == "proven"


def timed_optimum(household: Household, seconds: int) -> tuple[Optimum, float]:
    """The optimum within seconds, and the milliseconds it took."""
    start = process_time()
    found = find_optimum(household, seconds=seconds)
    return found, (process_time() - start) * 1000


def rules_ms(household: Household) -> float:
    start = process_time()
    make_plans(household, RULES_OF_THUMB)
    return (process_time() - start) * 1000


def run(household: Household) -> Run:
    """Longer limits are tried only while nothing is proved."""
    first = rules_ms(household)
    soon, spent = timed_optimum(household, SOON)
    later = last = soon
    if soon.proof.status != "proven":
        later, spent = timed_optimum(household, LATER)
        last = later
        if later.proof.status != "proven":
            last, spent = timed_optimum(household, LIMIT)
    return Run(first, soon, later, last, spent)


def counts(found: Optimum) -> Counts:
    """Late dues by severity, the gravest first."""
    return found.plan.harm.counts


def gaps(runs: Iterable[Optimum]) -> str:
    """Median gap in per cent, of those of which a bound is known."""
    known = [float(one.proof.gap) * 100 for one in runs if one.proof.status != "fallback"]
    return f"{median(known):.3f} %" if known else "unknown"


def report_class(debts: int, months: int, runs: Sequence[Run]) -> float:
    """Prints the figures of a class; returns the median milliseconds to the end of a search."""
    proven = [one for one in runs if one.is_proven]
    to_proof = f"{median(one.last_ms for one in proven):.0f} ms" if proven else "never"
    spent = median(one.last_ms for one in runs)
    print(f"{debts} debts x {months} months, {len(runs)} households")
    print(
        f"  all rules of thumb {median(one.rules_ms for one in runs):.0f} ms; proven "
        f"{len(proven)} of {len(runs)}, in {to_proof}; a search takes {spent:.0f} ms,"
        f" {spent / median(one.rules_ms for one in runs):.1f} times the rules"
    )
    print(
        f"  gap of cost after {SOON} s {gaps(one.soon for one in runs)}, "
        f"after {LATER} s {gaps(one.later for one in runs)}"
    )
    for rule in RULES_OF_THUMB:
        print(f"  against {rule:<10} {against(rule, [one.last for one in runs])}")
    best = [one.last for one in runs]
    less = sum(one.plan.harm.counts < one.rule_plan.harm.counts for one in best)
    late = [one for one in best if any(one.rule_plan.harm.counts)]
    if late:
        print(
            f"  money short in {len(late)} with every rule; less harm than the best rule in {less},"
            f" late dues {mean(one.plan.late_dues for one in late):.1f} instead of"
            f" {mean(one.rule_plan.late_dues for one in late):.1f} on average"
        )
    return spent


def against(rule: str, found: Sequence[Optimum]) -> str:
    """How much dearer a rule of thumb is where it does as little harm; and where it does more."""
    more = sum(one.rules[rule].harm.counts > counts(one) for one in found)
    dearer = [
        (cost_of(one.rules[rule]) / cost_of(one.plan) - 1) * 100
        for one in found
        if one.rules[rule].harm.counts == counts(one)
    ]
    money = f"{mean(dearer):5.2f} % dearer (at most {max(dearer):.2f} %)" if dearer else "-"
    worse = sum(merit_of(one.plan) > merit_of(one.rules[rule]) for one in found)
    return f"{money} in {len(dearer)}; more harm in {more}; better in {worse}   (bar 0)"


def classes(asked: str) -> list[tuple[int, int]]:
    """ "3x12,6x24" or "all"."""
    if asked == "all":
        return [(debts, months) for debts in DEBTS for months in MONTHS]
    return [(int(one.split("x")[0]), int(one.split("x")[1])) for one in asked.split(",") if one]


def report_classes(asked: str, count: int) -> None:
    spent: dict[tuple[int, int], float] = {}
    for debts, months in classes(asked):
        runs = [
            run(mixed_household(seed, debts, months, INCOMES[seed % len(INCOMES)]))
            for seed in range(count)
        ]
        spent[debts, months] = report_class(debts, months, runs)
    for (debts, months), took in spent.items():
        for larger in ((debts * 2, months), (debts, months * 2)):
            if larger in spent:
                print(
                    f"growth from {debts}x{months} to {larger[0]}x{larger[1]}: "
                    f"{spent[larger] / took:.1f} times as long"
                )


def on_time_households(count: int) -> Iterator[Optimum]:
    """Searches in households of ON_TIME in which everything can be paid on time."""
    seed = 0
    while count:
        household = mixed_household(seed, *ON_TIME, (1.25, 1.5, 2.0)[seed % 3])
        seed += 1
        found = find_optimum(household, seconds=SOON)
        if not any(counts(found)):
            count -= 1
            yield found


def report_on_time(count: int) -> None:
    spent, rules, proven, soon = [], [], [], []
    for one in on_time_households(count):
        household = one.plan.household
        rules.append(rules_ms(household))
        found, took = timed_optimum(household, LIMIT)
        spent.append(took)
        is_proven = found.proof.status == "proven"
        proven += [took] * is_proven
        soon.append(took - rules[-1] if is_proven else float("inf"))
    if not spent:
        return
    print(f"never late, {ON_TIME[0]} x {ON_TIME[1]}, {len(spent)} households")
    slowest = sorted(spent)[max(0, -(-len(spent) * 95 // 100) - 1)]
    print(
        f"  proven (gap <= 0.1 %) in {len(proven)} of {len(spent)}; building, solving and the"
        f" ledger p50 {median(soon):.0f} ms, unproven ones counted as never   (bar 60)"
    )
    print(
        f"  with all rules of thumb p50 {median(spent):.0f} ms, p95 {slowest:.0f} ms"
        f"   (bar p95 300); the rules alone p50 {median(rules):.0f} ms"
    )


def stored() -> dict[tuple[int, float], tuple[Counts, int]]:
    """The least harm known by (seed, income), and the longest limit of a run in seconds."""
    if not BEST_HARM.exists():
        return {}
    return {
        (one["seed"], one["income"]): (tuple(one["counts"]), one["seconds"])
        for one in json.loads(BEST_HARM.read_text())["households"]
    }


def report_short(count: int) -> None:
    known = stored()
    first, answers, proofs, better, worse = [], 0, 0, 0, 0
    few = sorted(known)[:count]
    for key in few:
        household = mixed_household(key[0], *SHORT, key[1])
        first.append(rules_ms(household))
        soon, _spent = timed_optimum(household, 2)
        worse += counts(soon) > soon.rule_plan.harm.counts
        answers += counts(soon) <= known[key][0]
        better += counts(soon) < known[key][0]
        proofs += timed_optimum(household, 8)[0].proof.is_least_harm
    if not few:
        return
    print(f"money short, {SHORT[0]} x {SHORT[1]}, {len(few)} households")
    print(f"  first answer (all rules of thumb) p50 {median(first):.0f} ms   (bar 350)")
    print(f"  more harm than the best rule of thumb in {worse}   (bar 0)")
    limits = sorted({known[key][1] for key in few})
    print(
        f"  best known harm within 2 s in {answers / len(few):.0%}   (bar 90 %; known from runs at "
        f"{limits[0]} to {limits[-1]} s; bettered here: {better})"
    )
    print(f"  least harm proven within 8 s in {proofs / len(few):.0%}   (bar 80 %)")


def least_counts(household: Household, seconds: int) -> Counts:
    """The fewest late dues that a search of so many seconds, most of them spent on patterns of the
    core, and random orders of debts come to."""
    found = [counts(find_optimum(household, seconds=seconds))]
    opened, books = replay(household)
    random = Random(f"orders {seconds}")
    order = list(range(len(opened.debts)))
    for _ in range(ORDERS):
        random.shuffle(order)
        proposal = Prepaying(by_rate, pay_in_order(tuple(order)))
        found.append(weigh_harm(Ledger(opened, proposal, books).run()).counts)
    return min(found)


def store(seconds: int, count: int) -> None:
    """Lets the first `count` of the 60 run so long, and writes down what is better than before.

    They are those of the seeds from 0 on of which no plan without late dues is found.
    """
    known = stored()
    seed = reached = 0
    while reached < count:
        key = seed, SHORT_INCOMES[seed % len(SHORT_INCOMES)]
        seed += 1
        if len(known) == SHORT_COUNT and key not in known:
            continue
        found = least_counts(mixed_household(key[0], *SHORT, key[1]), seconds)
        if not any(found):
            known.pop(key, None)
            continue
        least, longest = known.get(key, (found, seconds))
        known[key] = min(found, least), max(longest, seconds)
        reached += 1
        write(known)


def write(known: dict[tuple[int, float], tuple[Counts, int]]) -> None:
    lines = [
        json.dumps({"seed": key[0], "income": key[1], "counts": list(least), "seconds": seconds})
        for key, (least, seconds) in sorted(known.items())
    ]
    BEST_HARM.write_text('{"households": [\n  ' + ",\n  ".join(lines) + "\n]}\n")


def report_realistic(count: int) -> None:
    """Households as people have them, at 1 s and 3 s of processor time."""
    within: dict[int, list[Optimum]] = {}
    for seconds in REALISTIC_SECONDS:
        within[seconds] = [
            timed_optimum(realistic_household(seed), seconds)[0] for seed in range(count)
        ]
    if not count:
        return
    print(f"realistic, {count} households")
    for seconds, found in within.items():
        proven = sum(one.proof.status == "proven" for one in found)
        late = [one for one in found if any(counts(one))]
        few = [one for one in late if one.plan.late_dues <= 2]
        print(
            f"  proven within {seconds} s {proven} (bar of 100: 60 at 1 s, 75 at 3 s), "
            f"{sum(one.proof.status == 'proven' for one in late)} of {len(late)} that are late"
        )
        print(
            f"    late counts proven in {sum(one.proof.is_least_harm for one in late)} of "
            f"{len(late)}; with at most two misses {sum(one.proof.is_least_harm for one in few)} "
            f"of {len(few)} (bar 95 %), wholly "
            f"{sum(one.proof.status == 'proven' for one in few)} (bar 75 %)"
        )


def megabytes() -> float:
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def main() -> None:
    parser = ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--classes", default=PART, help='"3x12,6x24", "all" or ""')
    parser.add_argument("--count", type=int, default=2, help="households of a class")
    parser.add_argument("--on-time", type=int, default=8, help="households that are never late")
    parser.add_argument("--short", type=int, default=4, help="households whose money is short")
    parser.add_argument("--realistic", type=int, default=10, help="households as people have them")
    parser.add_argument("--store", type=int, metavar="SECONDS", help="renew best_harm.json")
    asked = parser.parse_args()
    clock.monotonic = process_time  # type: ignore[attr-defined]
    if asked.store:
        store(asked.store, asked.short)
        return
    before = megabytes()
    report_on_time(asked.on_time)
    report_short(asked.short)
    report_realistic(asked.realistic)
    report_classes(asked.classes, asked.count)
    print(f"memory: {before:.0f} MB before the solver was loaded, {megabytes():.0f} MB at most")


if __name__ == "__main__":
    main()
