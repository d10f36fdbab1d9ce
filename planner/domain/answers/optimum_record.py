"""An optimum as a document: its plan, how good that is known to be, and why it pays what it pays.

Pages keep it beside the plans; words are made of it, so that it stands below both.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from planner.domain.answers.reasons import WhyPaid, read_reason, reason_document
from planner.domain.household.household import Household
from planner.domain.plan.document import ReadPlan, kept_document, read_plan, read_proof
from planner.domain.plan.plan import Outcome, Plan, outcome_of
from planner.domain.plan.proof import Proof, proof_document


def optimum_record(
    plan: Plan, proof: Proof, rule: str, reasons: Sequence[WhyPaid], *, is_rule: bool
) -> dict[str, Any]:
    """`rule` is the best rule of thumb; `is_rule`: nothing better was found than its plan."""
    return kept_document(plan) | {
        "proof": proof_document(proof),
        "rule": rule,
        "is_rule": is_rule,
        "reasons": [reason_document(one) for one in reasons],
    }


class ReadOptimum:
    """What `optimum_record` wrote, of that household."""

    def __init__(self, record: Mapping[str, Any], household: Household) -> None:
        self._record = record
        self.plan: ReadPlan = read_plan(record, household)
        self.proof = read_proof(record["proof"], self.plan.harm)
        self.rule: str = record["rule"]
        self.is_rule: bool = record.get("is_rule", True)  # older records do not say

    @property
    def outcome(self) -> Outcome:
        return outcome_of(self.plan)

    @cached_property
    def reasons(self) -> list[WhyPaid]:
        return [read_reason(one) for one in self._record["reasons"]]
