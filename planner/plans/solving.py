"""The optimum: solved by a worker, and kept like the other plans."""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings

from planner import hashes
from planner.domain.answers.optimum_record import optimum_record
from planner.domain.answers.reasons import reasons_of
from planner.domain.answers.ways import best_rule
from planner.domain.household.household import OPTIMAL, Household, parse_household
from planner.domain.ledger.replay import PaymentRefused
from planner.domain.optimum.find import Optimum, find_optimum
from planner.domain.paying.trials import RULES_OF_THUMB, make_plans
from planner.domain.plan.plan import cost_of
from planner.domain.plan.proof import judge_proof
from planner.models import KeptPlan, User
from planner.plans.kept import whole_document
from planner.plans.shelf import keep
from planner.services.documents import household_of, outline_of

logger = logging.getLogger(__name__)


def is_kept(user: User) -> bool:
    """Whether the optimum of the household as it stands is there."""
    return _is_kept(user, hashes.household_hash(outline_of(household_of(user))))


def _is_kept(user: User, filed_under: str) -> bool:
    rows = KeptPlan.objects.owned_by(user)
    return rows.filter(household_hash=filed_under, strategy=OPTIMAL).exists()


def keep_optimum(user: User, is_given_up: Callable[[], bool]) -> bool:
    """Solve it and keep it, where it is not there; False where it was given up.

    Raises PaymentRefused.
    """
    outline = outline_of(household_of(user))
    filed_under = hashes.household_hash(outline)
    if _is_kept(user, filed_under):
        return True
    record = solve(parse_household(whole_document(user, outline)), is_given_up)
    if is_given_up():
        return False
    keep(user.pk, {filed_under: {OPTIMAL: record}})
    return True


def solve(household: Household, is_given_up: Callable[[], bool]) -> dict[str, Any]:
    """The record of the optimum; of the best rule of thumb where the solver breaks.

    Raises PaymentRefused.
    """
    try:
        seconds = settings.OPTIMUM_SECONDS
        found = find_optimum(household, seconds=seconds, cancelled=is_given_up)
        if found.fault is not None:
            logger.error("a search broke; what it had found is kept", exc_info=found.fault)
        return record_of(household, found)
    except PaymentRefused:
        raise
    except Exception:  # whatever it is, the person has a plan
        logger.exception("a search broke; the best rule of thumb is kept")
        return fallback(household)


def record_of(household: Household, found: Optimum) -> dict[str, Any]:
    """The plan's document, with its proof, the best rule of thumb, and why it pays what it pays."""
    reasons = reasons_of(household, found.plan)
    is_rule = found.plan.payments == found.rule_plan.payments
    return optimum_record(found.plan, found.proof, found.rule, reasons, is_rule=is_rule)


def fallback(household: Household) -> dict[str, Any]:
    plans = make_plans(household, RULES_OF_THUMB)
    rule = best_rule(plans)
    plan = plans[rule]
    proof = judge_proof(cost_of(plan), 0, plan.harm, plan.harm, solved=False)
    return optimum_record(plan, proof, rule, [], is_rule=True) | {"strategy": OPTIMAL}
