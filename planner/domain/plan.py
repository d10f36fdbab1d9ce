"""make_plan(): the one entry. From a household to dues, payments, dates and figures."""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from planner.domain.consequences import Consequence, Harm, weigh_consequences
from planner.domain.household import Household
from planner.domain.ledger import (
    Balance,
    CashDay,
    Ledger,
    Payment,
    Transfer,
    Warned,
)
from planner.domain.money import format_yuan
from planner.domain.strategies import pay_minimum


class PlannedDue(NamedTuple):
    """An amount required on a day. `short` is what its last safe day left unpaid."""

    debt: str
    due_on: date
    last_safe_on: date
    amount_fen: int
    required_fen: int
    paid_by_last_safe_fen: int
    short_fen: int


class Totals(NamedTuple):
    """Fen paid to lenders over the whole plan, by kind."""

    paid: int
    principal: int
    interest: int
    fees: int
    penalties: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What to pay when, and what starts on which date. Everything in it is the ledger's."""

    household: Household
    strategy: str
    status: str
    warnings: tuple[Warned, ...]
    debt_free_on: date | None
    totals: Totals
    harm: Harm
    dues: tuple[PlannedDue, ...]
    payments: tuple[Payment, ...]
    consequences: tuple[Consequence, ...]
    cash: tuple[CashDay, ...]
    transfers: tuple[Transfer, ...]
    balances: tuple[Balance, ...]


class UnknownStrategy(ValueError):
    """A strategy that does not exist, or not yet."""


STRATEGIES = {"minimum": pay_minimum}


def make_plan(household: Household, strategy: str | None = None, *, ladders: bool = False) -> Plan:
    name = strategy or household.strategy
    if name not in STRATEGIES:
        raise UnknownStrategy(name)
    ledger = Ledger(household, STRATEGIES[name]).run()
    consequences, harm = weigh_consequences(ledger, ladders=ladders)
    from_day = date.fromordinal
    is_overdue = False
    dues = []
    for debt, due in ledger.dues():
        short = due.short
        if due.is_arrear or short > debt.tolerance_fen:
            is_overdue = True
        dues.append(
            PlannedDue(
                debt.id,
                from_day(due.due_on),
                from_day(due.last_safe_on),
                due.amount,
                due.required,
                due.paid_in_time,
                short,
            )
        )
    dues.sort(key=lambda due: due.due_on)
    totals = [0] * 5
    for payment in ledger.payments:
        totals[0] += payment.amount_fen
        totals[1] += payment.principal_fen
        totals[2] += payment.interest_fen
        totals[3] += payment.fee_fen
        totals[4] += payment.penalty_fen
    return Plan(
        household=household,
        strategy=name,
        status="overdue" if is_overdue else "on_time",
        warnings=tuple(ledger.warnings),
        debt_free_on=ledger.debt_free_on,
        totals=Totals(*totals),
        harm=harm,
        dues=tuple(dues),
        payments=tuple(ledger.payments),
        consequences=tuple(consequences),
        cash=tuple(ledger.cash_days),
        transfers=tuple(ledger.transfers),
        balances=tuple(ledger.balances),
    )


def plan_document(plan: Plan) -> dict[str, Any]:
    """The plan as the JSON document that the command prints and tests compare."""
    accounts = [account.id for account in plan.household.accounts]
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
