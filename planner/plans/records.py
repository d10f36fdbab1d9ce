"""What is kept beside plans, read back: what every rule comes to, and an optimum."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

from planner.domain.answers.reasons import WhyPaid, read_reason
from planner.domain.ledger.consequences import Harm
from planner.domain.plan.plan import Outcome, Plan, cost_of, outcome_of
from planner.domain.plan.proof import is_least
from planner.domain.plan.stored import Course, StoredPlan, course_of, day_of, fen_of
from planner.domain.values.money import format_yuan


class Ways(NamedTuple):
    """What each rule of thumb comes to and what harm it does (see `domain.consequences.Harm`),
    which is the best of them, and what is owed where only the minimum is paid."""

    outcomes: Mapping[str, Outcome]
    harms: Mapping[str, tuple[int, ...]]
    best: str
    owed: Course


def best_rule(plans: Mapping[str, Plan]) -> str:
    """The rule of thumb with the least harm, then the least cost."""
    return min(plans, key=lambda name: (plans[name].harm, cost_of(plans[name])))


def ways_document(plans: Mapping[str, Plan]) -> dict[str, Any]:
    """Of the plans by every strategy, as JSON; see `read_ways`."""
    owed = course_of(
        (one.on, one.debt, one.principal_fen + one.interest_fen + one.fee_fen + one.penalty_fen)
        for one in plans["minimum"].balances
    )
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
        {name: tuple(one["harm"]) for name, one in document["outcomes"].items()},
        document["best"],
        tuple((date.fromisoformat(on), fen_of(text)) for on, text in document["owed"]),
    )


class KeptOptimum:
    """What is kept of an optimum (see `planner.plans.solving.record_of`), read back."""

    def __init__(self, record: Mapping[str, Any]) -> None:
        self._record = record
        self.plan = StoredPlan(record)
        self.status: str = record["proof"]["status"]
        self.rule: str = record["rule"]
        self.is_rule: bool = record.get("is_rule", True)  # older records do not say

    @property
    def is_least_harm(self) -> bool:
        return is_least(Harm(*self._record["harm"]), Harm(*self._record["proof"]["harm_bound"]))

    @property
    def has_fewest(self) -> bool:
        """Whether no plan starts fewer consequences, whatever the time that dues wait."""
        return self._record["harm"][:5] == self._record["proof"]["harm_bound"][:5]

    @property
    def gap_percent(self) -> str:
        """ "0.4 %": the gap, never less than it is."""
        share = Fraction(self._record["proof"]["gap"])
        tenths = -(-share * 1000 // 1)
        return f"{tenths // 10}.{tenths % 10} %"

    @cached_property
    def outcome(self) -> Outcome:
        totals = self.plan.totals
        cost = totals.interest + totals.fees + totals.penalties
        return Outcome(self.plan.debt_free_on, cost, self._record["late_dues"])

    @cached_property
    def reasons(self) -> list[WhyPaid]:
        return [read_reason(one) for one in self._record["reasons"]]
