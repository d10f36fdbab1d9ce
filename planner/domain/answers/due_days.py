"""Which of the due days that a product offers would suit a household best, and what that saves.

Each offered day is tried through the whole ledger, by the same rule of thumb as the day that
holds now. The bill that is out keeps its due date; the day is another from the next bill on,
with the same statement day.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from planner.domain.household.household import Debt, Household
from planner.domain.household.terms import InstalmentTerms
from planner.domain.paying.trials import RULES_OF_THUMB, Trials
from planner.domain.plan.plan import Merit, Outcome, Plan, merit_of, outcome_of, read_off
from planner.domain.rulebook.products import load_products
from planner.domain.rulebook.rule_files import Figure

MOST_DEBTS = 6  # each day of each is a whole plan; nobody has more such products


@dataclass(frozen=True, slots=True)
class Choice:
    """A due day that is offered, and what the plan comes to with it; `figure` is the rule's."""

    day: int
    figure: Figure
    outcome: Outcome
    merit: Merit


@dataclass(frozen=True, slots=True)
class DueDayChoices:
    """The days offered for one debt beside the one that holds; `best` None where none is better.

    `now` is the plan's outcome as it stands, by the rule of thumb `rule`.
    """

    debt: str
    day: int
    rule: str
    now: Outcome
    choices: tuple[Choice, ...]
    best: Choice | None


def offered(debt: Debt) -> tuple[Figure, ...]:
    """The other due days that the debt's product is known to let one choose.

    A product with one due day lets nobody choose, whatever day a person wrote down.
    """
    terms, product = debt.terms, load_products().get(debt.product or "")
    if product is None or isinstance(terms, InstalmentTerms) or terms.due_day is None:
        return ()
    if len(product.due_days) < 2:
        return ()
    return tuple(figure for figure in product.due_days if figure.value != terms.due_day)


def suggest_due_days(household: Household) -> list[DueDayChoices]:
    """Of each debt for which another day is offered. Raises PaymentRefused."""
    debts = [debt for debt in household.debts if offered(debt)][:MOST_DEBTS]
    if not debts:
        return []
    trials = Trials(household)
    plans = {name: read_off(trials.ledger(name), name) for name in RULES_OF_THUMB}
    rule = min(plans, key=lambda name: merit_of(plans[name]))
    return [_of_debt(household, debt, rule, plans[rule]) for debt in debts]


def _of_debt(household: Household, debt: Debt, rule: str, now: Plan) -> DueDayChoices:
    assert not isinstance(debt.terms, InstalmentTerms)
    choices = tuple(_tried(household, debt, rule))
    best = min(choices, key=lambda one: one.merit)
    is_better = best.merit < merit_of(now)
    day = debt.terms.due_day or 0
    return DueDayChoices(debt.id, day, rule, outcome_of(now), choices, best if is_better else None)


def _tried(household: Household, debt: Debt, rule: str) -> Iterator[Choice]:
    for figure in offered(debt):
        day = int(figure.value)
        plan = read_off(Trials(household, {debt.id: day}).ledger(rule), rule)
        yield Choice(day, figure, outcome_of(plan), merit_of(plan))
