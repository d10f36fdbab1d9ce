"""The ways of repaying side by side: what each rule of thumb comes to, as a document.

Pages keep it beside the plans; words are made of it, so that it stands below both.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from planner.domain.ledger.consequences import Harm
from planner.domain.plan.document import day_of, fen_of
from planner.domain.plan.plan import Course, Outcome, Plan, course_of, merit_of, outcome_of
from planner.domain.values.money import format_yuan


class Ways(NamedTuple):
    """What each rule of thumb comes to and what harm it does, which is the best of them, and what
    is owed where only the minimum is paid."""

    outcomes: Mapping[str, Outcome]
    harms: Mapping[str, Harm]
    best: str
    owed: Course


def best_rule(plans: Mapping[str, Plan]) -> str:
    """The rule of thumb of most merit."""
    return min(plans, key=lambda name: merit_of(plans[name]))


def ways_document(plans: Mapping[str, Plan]) -> dict[str, Any]:
    """Of the plans by every strategy, as JSON; see `read_ways`."""
    owed = course_of(plans["minimum"].balances)
    outcomes = {name: outcome_of(plan) for name, plan in plans.items()}
    return {
        "outcomes": {
            name: {
                "debt_free_on": one.debt_free_on and one.debt_free_on.isoformat(),
                "cost": format_yuan(one.cost_fen),
                "late_dues": one.late_dues,
                "harm": list(plans[name].harm),
            }
            for name, one in outcomes.items()
        },
        "best": best_rule(plans),
        "owed": [[on.isoformat(), format_yuan(fen)] for on, fen in owed],
    }


def read_ways(document: Mapping[str, Any]) -> Ways:
    return Ways(
        {
            name: Outcome(day_of(one["debt_free_on"]), fen_of(one["cost"]), one["late_dues"])
            for name, one in document["outcomes"].items()
        },
        {name: Harm(*one["harm"]) for name, one in document["outcomes"].items()},
        document["best"],
        tuple((date.fromisoformat(on), fen_of(text)) for on, text in document["owed"]),
    )
