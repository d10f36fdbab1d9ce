"""The plan that the person sees, whole: for files and questions about days gone by.

Who repays by the optimum sees the best rule of thumb until it is there; nothing is solved here.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from planner import hashes
from planner.domain.answers.optimum_record import ReadOptimum
from planner.domain.answers.reasons import reason_document, reasons_of
from planner.domain.answers.ways import best_rule
from planner.domain.household.household import OPTIMAL, Household, parse_household
from planner.domain.ledger.replay import PaymentRefused
from planner.domain.make_plan import make_plan
from planner.domain.paying.proposals import DecidedPayment, follow
from planner.domain.paying.trials import RULES_OF_THUMB, make_plans
from planner.domain.plan.document import kept_document, paid_in
from planner.domain.plan.plan import Plan, merit_of, read_off
from planner.domain.values.reading import InvalidDocument
from planner.models import KeptPlan, User
from planner.plans.kept import stored_plan, whole_document
from planner.services.documents import household_of, outline_of
from planner.words.optimum import plan_line


class Shown(NamedTuple):
    """A plan; the way of repaying that was chosen, and the optimum where it is kept for that."""

    plan: Plan
    chosen: str
    optimum: ReadOptimum | None

    @property
    def line(self) -> str:
        """Which plan it is, in the language of the request."""
        since = self.plan.household.planned_from
        return plan_line(self.chosen, self.optimum is not None, self.plan.strategy, since)


def shown(user: User) -> Shown:
    """Of the household as it stands now; the optimum only where it is kept already."""
    outline = outline_of(household_of(user))
    found = stored_plan(user=user, document=outline)
    household = parse_household(whole_document(user, outline))
    chosen = outline["strategy"]
    if found["strategy"] != OPTIMAL:
        return Shown(make_plan(household, found["strategy"]), chosen, None)
    plan = read_off(follow(household, steps_of(found)), OPTIMAL)
    return Shown(plan, chosen, ReadOptimum(found, plan.household))


def followed_plan(user: User, past: Household) -> Plan:
    """The plan that ran from an earlier day on, as far as it is known which was shown then."""
    if past.strategy != OPTIMAL:
        return make_plan(past)
    start = past.planned_from.isoformat()
    rows = KeptPlan.objects.owned_by(user).filter(strategy=OPTIMAL).order_by("-pk")
    for document in rows.values_list("document", flat=True):
        if document["as_of"] <= start:
            return read_off(follow(past, steps_of(document)), OPTIMAL)
    plans = make_plans(past, RULES_OF_THUMB)
    return plans[best_rule(plans)]


def check_optimum(user: User) -> list[str]:
    """What of the kept optimum differs from what the ledger makes of its payments.

    Nothing where none is kept, or where the household cannot be read or reckoned at all: that is
    told by `books.check_books`.
    """
    outline = outline_of(household_of(user))
    rows = KeptPlan.objects.owned_by(user).filter(
        household_hash=hashes.household_hash(outline), strategy=OPTIMAL
    )
    record = rows.values_list("document", flat=True).first()
    if record is None:
        return []
    try:
        household = parse_household(whole_document(user, outline))
        rules = make_plans(household, RULES_OF_THUMB)
    except (InvalidDocument, PaymentRefused):
        return []
    try:
        plan = read_off(follow(household, steps_of(record)), OPTIMAL)
        kept = [reason_document(one) for one in ReadOptimum(record, household).reasons]
        is_fallback = record["proof"]["status"] == "fallback"  # which gives no reasons
    except (KeyError, TypeError, ValueError):
        return ["the stored optimum cannot be read"]
    computed = kept_document(plan)
    found = [
        f"{key} of the stored optimum is another"
        for key in sorted(computed)
        if record.get(key) != computed[key]
    ]
    reasons = [] if is_fallback else [reason_document(one) for one in reasons_of(household, plan)]
    if kept != reasons:
        found.append("reasons of the stored optimum are others")
    rule = rules[best_rule(rules)]
    if merit_of(plan) > merit_of(rule):
        found.append(f"the stored optimum is worse than {rule.strategy}")
    return found


def steps_of(document: Mapping[str, Any]) -> list[DecidedPayment]:
    """What a plan's document pays on which day."""
    return [(on.toordinal(), debt, fen) for on, debt, fen in paid_in(document)]
