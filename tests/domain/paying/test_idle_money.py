"""Nothing overdue waits beside idle money, and payments that could be one are one."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.domain.contracts.dues import NEVER
from planner.domain.household.household import parse_household
from planner.domain.household.terms import RevolvingTerms
from planner.domain.ledger.flows import Flows
from planner.domain.ledger.ledger import Ledger
from planner.domain.make_plan import make_plan
from planner.domain.paying.proposals import required_today
from planner.domain.values.days import month_day_on_or_before
from tests.domain.generate import households, just_enough

RULES = ("minimum", "avalanche", "snowball", "custom")


class Watch:
    """Makes the payments of a plan again and notes what each day leaves required, by debt."""

    def __init__(self, plan):
        places = {debt.id: place for place, debt in enumerate(plan.household.debts)}
        self.made = {}
        for one in plan.payments:
            self.made.setdefault(one.on.toordinal(), {})[places[one.debt]] = one.amount_fen
        self.unpaid = {}

    def __call__(self, ledger):
        made = self.made.get(ledger.day, {})
        required, _ = required_today(ledger)
        amounts = [made.get(place, 0) for place in range(len(required))]
        self.unpaid[ledger.day] = [
            max(0, fen - paid) for fen, paid in zip(required, amounts, strict=True)
        ]
        return amounts


def idle(plan):
    """[(day, debt, fen)] that could have been paid, and as much less later."""
    watch = Watch(plan)
    ledger = Ledger(plan.household, watch).run()
    flows = Flows(plan.household, frozenset())
    closing = {one.on.toordinal(): one.closing_fen for one in ledger.cash_days}
    at_first = sum(account.balance_fen for account in plan.household.accounts)

    def above(day):
        last = max((on for on in closing if on <= day), default=None)
        return (at_first if last is None else closing[last]) - flows.reserve(day)

    found = []
    for day, unpaid in watch.unpaid.items():
        for place, fen in enumerate(unpaid):
            if not fen:
                continue
            following = min((on for on, made in watch.made.items() if on > day and place in made),
                            default=NEVER)  # fmt: skip
            days = [day, *(on for on in watch.made if day < on < following)]
            left = min(above(on) for on in days)
            if left > 0:
                found.append((day, place, min(left, fen)))
    return found


@pytest.mark.property
@given(households(), st.sampled_from(RULES))
def test_nothing_overdue_waits_beside_idle_money(document, strategy):
    plan = make_plan(parse_household(document), strategy)

    assert idle(plan) == []


@pytest.mark.property
@given(households(), st.integers(-200_000, 10_000), st.sampled_from(RULES))
def test_nothing_overdue_waits_where_money_is_scarce(document, slack, strategy):
    scarce = just_enough(document, slack) | {"triage_order": document["triage_order"]}

    plan = make_plan(parse_household(scarce), strategy)

    assert idle(plan) == []


def divided(plan):
    """[(debt, day, later day)] of payments between which nothing lies that could divide them."""
    household = plan.household
    flows = Flows(household, frozenset())
    dues = {due.due_on.toordinal() for due in plan.dues}
    found = []
    for debt in household.debts:
        days = [one.on.toordinal() for one in plan.payments if one.debt == debt.id]
        late = {
            due.last_safe_on.toordinal() + 1 for due in plan.dues if due.debt == debt.id
        } if debt.terms.late_fee else set()  # fmt: skip
        for day, later in pairwise(days):
            flows.extend(later)
            reasons = {on for on in flows.days if day < on <= later} | {
                on for on in dues | late if day < on <= later
            }
            if isinstance(debt.terms, RevolvingTerms):
                on = plan.household.as_of.fromordinal(later)
                statement = month_day_on_or_before(on, debt.terms.statement_day).toordinal()
                reasons |= {statement} if day < statement else set()
            if not reasons:
                found.append((debt.id, day, later))
    return found


@pytest.mark.property
@given(households(), st.integers(-200_000, 10_000), st.sampled_from(RULES))
def test_payments_of_a_debt_that_could_be_one_are_one(document, slack, strategy):
    scarce = just_enough(document, slack) | {"triage_order": document["triage_order"]}

    plan = make_plan(parse_household(scarce), strategy)

    assert divided(plan) == []
