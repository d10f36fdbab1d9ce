"""The plan document: the JSON that the command prints and pages keep, written and read."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any

from planner.domain.household.household import Household
from planner.domain.ledger.consequences import Consequence, Harm
from planner.domain.ledger.ledger import Balance, CashDay, Payment, Transfer, Warned
from planner.domain.ledger.repeats import Repeats, read_repeats, repeats_document
from planner.domain.plan.plan import Exposure, Plan, PlannedDue, Totals
from planner.domain.plan.proof import Proof, proof_document
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


def kept_document(plan: Plan) -> dict[str, Any]:
    """The plan's document, what its ladders need besides, and how many dues are late in it."""
    return plan_document(plan) | {
        "repeats": repeats_document(plan.repeats),
        "late_dues": plan.late_dues,
    }


def read_plan(document: Mapping[str, Any], household: Household) -> "ReadPlan":
    """A plan's document read back; `household` is the one it is of, as it stood that day."""
    return ReadPlan(document, household)


class ReadPlan:
    """What `kept_document` wrote, in the ledger's own records; each part read when first asked.

    Of a document without `repeats` and `late_dues` (that of `plan_document`) those cannot be asked
    for.
    """

    def __init__(self, document: Mapping[str, Any], household: Household) -> None:
        self._document = document
        self.household = household
        self.as_of = date.fromisoformat(document["as_of"])
        self.strategy: str = document["strategy"]
        self.status: str = document["status"]
        self.debt_free_on = day_of(document["debt_free_on"])
        self.harm = Harm(*document["harm"])

    @property
    def late_dues(self) -> int:
        return int(self._document["late_dues"])

    @cached_property
    def totals(self) -> Totals:
        return Totals(**{name: fen_of(text) for name, text in self._document["totals"].items()})

    @cached_property
    def warnings(self) -> tuple[Warned, ...]:
        return tuple(
            Warned(one["code"], date.fromisoformat(one["on"]), one["debt"])
            for one in self._document["warnings"]
        )

    @cached_property
    def dues(self) -> tuple[PlannedDue, ...]:
        return tuple(
            PlannedDue(
                one["debt"],
                date.fromisoformat(one["due_on"]),
                date.fromisoformat(one["last_safe_on"]),
                fen_of(one["amount"]),
                fen_of(one["required"]),
                fen_of(one["paid_by_last_safe"]),
                fen_of(one["short"]),
            )
            for one in self._document["dues"]
        )

    @cached_property
    def payments(self) -> tuple[Payment, ...]:
        return tuple(
            Payment(
                date.fromisoformat(one["on"]),
                one["debt"],
                fen_of(one["amount"]),
                fen_of(one["principal"]),
                fen_of(one["interest"]),
                fen_of(one["fee"]),
                fen_of(one["penalty"]),
                one["from"],
                one["by"],
            )
            for one in self._document["payments"]
        )

    @cached_property
    def consequences(self) -> tuple[Consequence, ...]:
        """With the rungs of the household's debts, which the document names by their ids."""
        rungs = {(debt.id, rung.id): rung for debt in self.household.debts for rung in debt.rungs()}
        return tuple(
            Consequence(
                one["debt"],
                date.fromisoformat(one["due_on"]),
                rungs[one["debt"], one["rung"]],
                day_of(one["starts_on"]),
                one["state"],
            )
            for one in self._document["consequences"]
        )

    @cached_property
    def repeats(self) -> tuple[Repeats, ...]:
        return tuple(read_repeats(self._document["repeats"]))

    @cached_property
    def cash(self) -> tuple[CashDay, ...]:
        accounts = [account.id for account in self.household.accounts]
        return tuple(
            CashDay(
                date.fromisoformat(one["on"]),
                fen_of(one["opening"]),
                fen_of(one["income"]),
                fen_of(one["expenses"]),
                fen_of(one["payments"]),
                fen_of(one["closing"]),
                tuple(fen_of(one["accounts"][account]) for account in accounts),
            )
            for one in self._document["cash"]
        )

    @cached_property
    def transfers(self) -> tuple[Transfer, ...]:
        return tuple(
            Transfer(date.fromisoformat(one["on"]), one["from"], one["to"], fen_of(one["amount"]))
            for one in self._document["transfers"]
        )

    @cached_property
    def balances(self) -> tuple[Balance, ...]:
        return tuple(
            Balance(
                date.fromisoformat(one["on"]),
                one["debt"],
                fen_of(one["principal"]),
                fen_of(one["interest"]),
                fen_of(one["fee"]),
                fen_of(one["penalty"]),
            )
            for one in self._document["balances"]
        )


def paid_in(document: Mapping[str, Any]) -> list[tuple[date, str, int]]:
    """The payments of a document alone, whatever household it is of: day, debt, fen."""
    return [
        (date.fromisoformat(one["on"]), one["debt"], fen_of(one["amount"]))
        for one in document["payments"]
    ]


def fen_of(text: str) -> int:
    """Of a document that we wrote: always with two places."""
    return int(text.replace(".", ""))


def day_of(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def read_proof(document: Mapping[str, Any], harm: Harm) -> Proof:
    """What `proof_document` wrote of a plan that does so much harm."""
    return Proof(
        fen_of(document["cost"]),
        fen_of(document["cost_bound"]),
        harm,
        Harm(*document["harm_bound"]),
        document["status"],
    )
