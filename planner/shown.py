"""The plan that the person sees, whole: for files and questions about days gone by.

Who repays by the optimum sees the best rule of thumb until it is there; nothing is solved here.
"""

from collections.abc import Mapping
from typing import Any

from planner import services
from planner.domain.following import Step, follow
from planner.domain.household import Household, parse_household
from planner.domain.plan import Plan, make_plan, make_plans, read_off
from planner.domain.strategies import STRATEGIES
from planner.models import StoredPlan, User
from planner.services import OPTIMAL
from planner.stored import best_rule, read_plan


def shown_plan(user: User) -> Plan:
    """Of the household as it stands now."""
    household, found = _shown(user)
    if found["strategy"] == OPTIMAL:
        return read_off(follow(household, steps_of(found)), OPTIMAL)
    return make_plan(household, found["strategy"])


def _shown(user: User) -> tuple[Household, dict[str, Any]]:
    """The household, and what is kept of the plan that is shown."""
    outline = services.outline_of(services.household_of(user))
    found = services.stored_plan(user=user, document=outline)
    return parse_household(services.whole_document(user, outline)), found


def followed_plan(user: User, past: Household) -> Plan:
    """The plan that ran from an earlier day on, as far as it is known which was shown then."""
    if past.strategy != OPTIMAL:
        return make_plan(past)
    start = past.planned_from.isoformat()
    rows = StoredPlan.objects.owned_by(user).filter(strategy=OPTIMAL).order_by("-pk")
    for document in rows.values_list("document", flat=True):
        if document["as_of"] <= start:
            return read_off(follow(past, steps_of(document)), OPTIMAL)
    plans = make_plans(past, STRATEGIES)
    return plans[best_rule(plans)]


def steps_of(document: Mapping[str, Any]) -> list[Step]:
    """What a plan's document pays on which day."""
    return [(one.on.toordinal(), one.debt, one.amount_fen) for one in read_plan(document).payments]
