"""A bound is a bound: every plan that the ledger carries out is a solution of the bound programme.

Its payments, each moved back to the last day on which the programme lets its debt be paid, and
its own misses must satisfy every row, at no more than its own cost.
"""

import json
from itertools import pairwise
from random import Random

import pytest

from benchmarks.mixed import mixed_household
from benchmarks.realistic import realistic_household
from planner.domain.household.household import parse_household
from planner.domain.ledger.ledger import Ledger
from planner.domain.ledger.replay import replay
from planner.domain.optimum import late_search
from planner.domain.optimum.cash import Cash
from planner.domain.optimum.find import find_optimum
from planner.domain.optimum.late_search import build_bound
from planner.domain.optimum.programme import Sum
from planner.domain.optimum.promise import Promise
from planner.domain.optimum.rows.debt import CENT
from planner.domain.optimum.search import horizon
from planner.domain.paying.lookahead import Lookahead
from planner.domain.paying.prepaying import after_payments
from planner.domain.paying.proposals import follow
from planner.domain.paying.triage import WINDOW_DAYS, next_income_day
from planner.domain.paying.trials import Trials
from planner.domain.plan.plan import cost_of, read_off, worth
from tests.domain.optimum.test_exhaustive import tiny_household
from tests.paths import EXAMPLES

RULES = ("minimum", "avalanche", "snowball")
SECONDS = 30  # a limit; most take a few hundredths
ROUNDED = 0.05  # yuan: what rounding to fen may come to, beside half a fen for each billing


class RandomPayments:
    """A proposal: anything that the ledger and the contracts take of what is required, and where
    nothing of that is left, prepayments that keep their promise; for some time after one all that
    is required is paid."""

    def __init__(self, seed):
        self._random = Random(seed)
        self._share = self._random.choice((0.2, 0.6, 0.9, 1.0))
        self._pays_all_until = 0
        self._waited_until = 0

    def __call__(self, ledger):
        random, left = self._random, ledger.spendable_fen
        amounts = [0] * len(ledger.contracts)
        order = list(range(len(amounts)))
        random.shuffle(order)
        for index in order:
            required = ledger.contracts[index].required_fen(ledger.day)
            kind = random.random()
            wanted = 0
            if kind < self._share or ledger.day <= self._pays_all_until:
                wanted = required
            elif kind < self._share + 0.1:
                wanted = int(required * random.random())
            amounts[index] = min(wanted, left)
            left -= amounts[index]
        required = [contract.required_fen(ledger.day) for contract in ledger.contracts]
        if amounts != required:
            # What is prepaid before more money comes lay idle beside what waited.
            self._waited_until = next_income_day(ledger)
        elif random.random() < 0.2 and ledger.day >= self._waited_until:
            index = random.choice(order)
            wanted = required[index] + int(left * random.random())
            prepaid = list(required)
            prepaid[index] = ledger.contracts[index].payable(ledger.day, wanted)
            if Promise(ledger, required).excess(prepaid) == 0 and self._is_in_time(ledger, prepaid):
                self._pays_all_until = ledger.day + WINDOW_DAYS
                return prepaid
        return amounts

    def _is_in_time(self, ledger, amounts):
        """Whether all dues of the coming days are paid on their days after payments."""
        until = ledger.day + WINDOW_DAYS
        ahead = Lookahead(ledger)
        ahead.foresee(after_payments(ledger, amounts), ledger.day, until)
        short = ahead.first_short(ahead.path(ledger.day, ledger.cash_fen - sum(amounts), until))
        return short is None or short.day > until


def ledgers(household, randoms):
    """(name, finished ledger) of the rules, of so many random payers and of the optimum."""
    trials = Trials(household)
    for name in RULES:
        yield name, trials.ledger(name)
    opened, books = replay(household)
    for seed in range(randoms):
        yield f"random {seed}", Ledger(opened, RandomPayments(seed), books).run()
    if randoms:
        payments = find_optimum(household, seconds=1).plan.payments
        steps = [(one.on.toordinal(), one.debt, one.amount_fen) for one in payments]
        yield "optimal", follow(household, steps)


def bound_model(household, plans):
    """The bound programme as a search builds it."""
    opened, books = replay(household)
    start = Ledger(opened, lambda ledger: None, books)
    start.run_to(start.day)
    best = min(plans, key=worth)
    last = min(horizon(opened.as_of, best.debt_free_on), start.last_day)
    return build_bound(start, Cash(start, last), best)


def misfit(model, ledger):
    """What of a finished ledger the bound programme does not let through; "" if all is."""
    programme = model.programme
    mark = programme.mark()
    limits = programme.lower[:], programme.upper[:]
    rounded = ROUNDED + model.billings * CENT
    for place, debt in enumerate(ledger.household.debts):
        fit_misses(model, place, ledger.contracts[place])
        paid = {}
        for payment in ledger.payments:
            if payment.debt == debt.id:
                day = payment.on.toordinal()
                paid[day] = paid.get(day, 0) + payment.amount_fen
        written = sorted(day for day in model.payments[place] if day <= model.span.last)
        total = Sum()
        for day, following in pairwise([*written, model.span.last + 1]):
            total.plus(model.payments[place][day])
            real = sum(fen for on, fen in paid.items() if on < following) * CENT
            programme.row(total.terms, upper=real + rounded - total.constant)
    programme.minimise(Sum())
    result = ""
    if programme.solve(SECONDS).is_infeasible:
        result = "its payments do not fit"
    else:
        cost = cost_of(read_off(ledger, "x")) * CENT
        programme.row(model.cost.terms, upper=cost + rounded - model.cost.constant)
        if programme.solve(SECONDS).is_infeasible:
            result = f"nothing costs so little as {cost:.2f}"
    programme.back_to(mark)
    programme.lower, programme.upper = limits
    return result


def fit_misses(model, place, contract):
    """Fix the columns of a debt to what the ledger has missed."""
    known = {due.due_on: due for due in contract.dues}
    for due in model.late[place].dues:
        real = known.get(due.due_on)
        for deadline, column in due.columns.items():
            is_late = real is not None and real.is_missed
            is_late = is_late and (real.met_on is None or real.met_on > deadline)
            model.programme.lower[column] = model.programme.upper[column] = float(is_late)


def misfits(household, randoms):
    """What does not fit, by name of the plan; one line each."""
    found = list(ledgers(household, randoms))
    model = bound_model(household, [read_off(ledger, name) for name, ledger in found[: len(RULES)]])
    named = ((name, misfit(model, ledger)) for name, ledger in found)
    return [f"{name}: {what}" for name, what in named if what]


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_every_plan_of_an_example_fits(path):
    assert misfits(parse_household(json.loads(path.read_text())), 6) == []


FEW, SOME, MANY = (
    {"tiny": 8, "realistic": 2, "mixed": 2},
    {"tiny": 60, "realistic": 12, "mixed": 12},
    {"tiny": 800, "realistic": 600, "mixed": 600},
)
RANDOMS = 3
MADE = {
    "tiny": tiny_household,
    "realistic": realistic_household,
    "mixed": lambda seed: mixed_household(
        seed, 2 + seed % 3, (6, 12, 18)[seed % 3], INCOMES[seed % 5]
    ),
}
INCOMES = (0.9, 1.0, 1.1, 1.3, 1.6)


def all_misfits(kind, seeds):
    return {seed: found for seed in seeds if (found := misfits(MADE[kind](seed), RANDOMS))}


@pytest.mark.parametrize("kind", MADE)
def test_every_plan_fits(kind):
    assert all_misfits(kind, range(FEW[kind])) == {}


def test_a_minimum_above_its_share_fits():
    """A card of 3,000.00 that asks for 500.00 at the least, beside a due that is missed."""
    assert misfits(MADE["mixed"](9), 0) == []


@pytest.mark.slow
def test_what_fits_narrowly_is_not_taken_for_what_does_not():
    """A last row of 24,000.00 that is late for ten months, which the solver once ruled out."""
    assert misfits(MADE["mixed"](71), 0) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", MADE)
def test_every_plan_of_some_households_fits(kind):
    assert all_misfits(kind, range(FEW[kind], SOME[kind])) == {}


@pytest.mark.long
@pytest.mark.parametrize("part", range(20))
@pytest.mark.parametrize("kind", MADE)
def test_every_plan_of_many_households_fits(kind, part):
    assert all_misfits(kind, range(part, MANY[kind], 20)) == {}


def test_every_plan_fits_however_far_rows_are_exact(monkeypatch):
    """Also where a statement and its due day lie in one stretch, after the last exact day."""
    household = realistic_household(7)
    found = list(ledgers(household, 0))
    plans = [read_off(ledger, name) for name, ledger in found]
    first = household.as_of.toordinal()
    misfitting = []
    for days in (0, 16, 32):
        with monkeypatch.context() as patch:
            patch.setattr(late_search, "exact_to", lambda best, days=days: first + days)
            model = bound_model(household, plans)
        misfitting += [(days, name) for name, ledger in found if misfit(model, ledger)]
    assert misfitting == []


def test_a_row_that_shuts_a_plan_out_is_found():
    """Were a bound to ask for a yuan more in its last stretch, the plan of a rule would not fit."""
    household = realistic_household(9)
    [(name, ledger), *_] = ledgers(household, 0)
    model = bound_model(household, [read_off(ledger, name)])
    assert misfit(model, ledger) == ""
    first = model.late[0].dues[0].columns
    model.programme.row([(next(iter(first.values())), 1.0)], 1.0)

    assert misfit(model, ledger) != ""
