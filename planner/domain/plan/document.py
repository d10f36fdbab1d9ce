"""The plan document: the JSON that the command prints and tests compare."""

from typing import Any

from planner.domain.plan.plan import Exposure, Plan
from planner.domain.plan.proof import proof_document
from planner.domain.values.money import format_yuan


def plan_document(plan: Plan) -> dict[str, Any]:
    """The plan as the JSON document that the command prints and tests compare."""
    accounts = [account.id for account in plan.household.accounts]
    asked_for: dict[str, Any] = {}
    if plan.exposures is not None:
        asked_for["exposures"] = [_exposure_document(one) for one in plan.exposures]
    if plan.proof is not None:
        asked_for["proof"] = proof_document(plan.proof)
    return {
        "format": "repayment-plan",
        "version": 1,
        "as_of": plan.household.as_of.isoformat(),
        "strategy": plan.strategy,
        "currency": "CNY",
        "status": plan.status,
        "warnings": [
            {"code": one.code, "on": one.on.isoformat(), "debt": one.debt} for one in plan.warnings
        ],
        "debt_free_on": None if plan.debt_free_on is None else plan.debt_free_on.isoformat(),
        "totals": {name: format_yuan(fen) for name, fen in plan.totals._asdict().items()},
        "harm": list(plan.harm),
        "dues": [
            {
                "debt": due.debt,
                "due_on": due.due_on.isoformat(),
                "last_safe_on": due.last_safe_on.isoformat(),
                "amount": format_yuan(due.amount_fen),
                "required": format_yuan(due.required_fen),
                "paid_by_last_safe": format_yuan(due.paid_by_last_safe_fen),
                "short": format_yuan(due.short_fen),
            }
            for due in plan.dues
        ],
        "payments": [
            {
                "on": one.on.isoformat(),
                "debt": one.debt,
                "amount": format_yuan(one.amount_fen),
                "principal": format_yuan(one.principal_fen),
                "interest": format_yuan(one.interest_fen),
                "fee": format_yuan(one.fee_fen),
                "penalty": format_yuan(one.penalty_fen),
                "from": one.account,
                "by": one.by,
            }
            for one in plan.payments
        ],
        "consequences": [
            {
                "debt": one.debt,
                "due_on": one.due_on.isoformat(),
                "rung": one.rung.id,
                "starts_on": None if one.starts_on is None else one.starts_on.isoformat(),
                "state": one.state,
                "severity": one.rung.severity,
                "certainty": one.rung.certainty,
                "source": one.rung.source,
            }
            for one in plan.consequences
        ],
        "cash": [
            {
                "on": one.on.isoformat(),
                "opening": format_yuan(one.opening_fen),
                "income": format_yuan(one.income_fen),
                "expenses": format_yuan(one.expenses_fen),
                "payments": format_yuan(one.payments_fen),
                "closing": format_yuan(one.closing_fen),
                "accounts": {
                    account: format_yuan(fen)
                    for account, fen in zip(accounts, one.accounts, strict=True)
                },
            }
            for one in plan.cash
        ],
        **asked_for,
        "transfers": [
            {
                "on": one.on.isoformat(),
                "from": one.source,
                "to": one.target,
                "amount": format_yuan(one.amount_fen),
            }
            for one in plan.transfers
        ],
        "balances": [
            {
                "on": one.on.isoformat(),
                "debt": one.debt,
                "principal": format_yuan(one.principal_fen),
                "interest": format_yuan(one.interest_fen),
                "fee": format_yuan(one.fee_fen),
                "penalty": format_yuan(one.penalty_fen),
            }
            for one in plan.balances
        ],
    }


def _exposure_document(one: Exposure) -> dict[str, Any]:
    return {
        "on": one.on.isoformat(),
        "account": one.account,
        "could_take": format_yuan(one.could_take_fen),
        "by": list(one.by),
        "leaves": format_yuan(one.leaves_fen),
        "expense": one.expense,
        "short": format_yuan(one.short_fen),
    }
