"""make_plan(): the one entry. From a household to dues, payments, dates and figures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from planner.domain.consequences import (
    Consequence,
    Harm,
    ladder_of_due,
    runs_from_due,
    weigh_consequences,
)
from planner.domain.exposure import Exposure, read_exposures
from planner.domain.household import Household
from planner.domain.ledger import (
    Balance,
    CashDay,
    Contract,
    Ledger,
    Payment,
    Transfer,
    Warned,
)
from planner.domain.money import format_yuan
from planner.domain.proof import Proof, proof_document
from planner.domain.repeats import Repeats, find_repeats
from planner.domain.strategies import Trials


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
    """What to pay when, and what starts on which date. Everything in it is the ledger's.

    `exposures` is None unless the worst case was asked for; then the whole plan is its.
    `proof` is that of an optimum. `repeats` is what the ladders of the dues need besides (see
    planner.domain.repeats).
    """

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
    exposures: tuple[Exposure, ...] | None = None
    proof: Proof | None = None
    repeats: tuple[Repeats, ...] = ()


def make_plan(
    household: Household,
    strategy: str | None = None,
    *,
    ladders: bool = False,
    worst_case: bool = False,
) -> Plan:
    """The plan of a household under a strategy, by default its own.

    With `ladders` the consequences of every due are listed, not only of those that start
    and of each debt's next due. In the `worst_case` lenders take what the plan leaves unpaid
    from the accounts they may deduct from; without anything unpaid it is the plan itself.
    Raises UnknownStrategy.
    """
    name = strategy or household.strategy
    trials = Trials(household)
    if not worst_case:
        plan = read_off(trials.ledger(name), name, ladders=ladders)
        return replace(plan, proof=trials.proof)
    ledger = trials.worst_case(name)
    plan = read_off(ledger, name, ladders=ladders)
    return replace(plan, exposures=read_exposures(ledger))


def make_exposed_plan(
    household: Household, strategy: str | None = None, *, ladders: bool = False
) -> Plan:
    """The plan itself, and what lenders could take while it is followed.

    Both are of the same payments: the optimum is looked for once. Raises UnknownStrategy.
    """
    name = strategy or household.strategy
    trials = Trials(household)
    plan = read_off(trials.ledger(name), name, ladders=ladders)
    exposures = read_exposures(trials.worst_case(name))
    return replace(plan, proof=trials.proof, exposures=exposures)


def make_plans(household: Household, strategies: Sequence[str]) -> dict[str, Plan]:
    """The plans under several strategies, quicker together than one by one."""
    trials = Trials(household)
    return {name: read_off(trials.ledger(name), name) for name in strategies}


def read_off(ledger: Ledger, name: str, *, ladders: bool = False) -> Plan:
    """The plan that a finished ledger makes, under the name of its strategy."""
    consequences, harm = weigh_consequences(ledger, ladders=ladders)
    dues, is_overdue = _planned_dues(ledger)
    return Plan(
        household=ledger.household,
        strategy=name,
        status="overdue" if is_overdue else "on_time",
        warnings=tuple(ledger.warnings),
        debt_free_on=ledger.debt_free_on,
        totals=_totals(ledger),
        harm=harm,
        dues=tuple(dues),
        payments=tuple(ledger.payments),
        consequences=tuple(consequences),
        cash=tuple(ledger.cash_days),
        transfers=tuple(ledger.transfers),
        balances=tuple(ledger.balances),
        repeats=tuple(find_repeats(ledger)),
    )


def _planned_dues(ledger: Ledger) -> tuple[list[PlannedDue], bool]:
    """Dues by day, then in order of debts; and whether any is missed beyond tolerance."""
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
    return dues, is_overdue


def _totals(ledger: Ledger) -> Totals:
    paid = principal = interest = fees = penalties = 0
    for payment in ledger.payments:
        paid += payment.amount_fen
        principal += payment.principal_fen
        interest += payment.interest_fen
        fees += payment.fee_fen
        penalties += payment.penalty_fen
    return Totals(paid, principal, interest, fees, penalties)


def cure(household: Household, debt_id: str, on: date, strategy: str | None = None) -> int:
    """Fen that leave nothing required unpaid on that day, before what the plan pays on it.

    Raises KeyError for an unknown debt and ValueError for a day outside the plan.
    """
    contract, day = _contract_on(household, debt_id, on, strategy)
    return contract.required_fen(day)


def settle(household: Household, debt_id: str, on: date, strategy: str | None = None) -> int:
    """Fen that pay the debt off on that day, before what the plan pays on it.

    Raises KeyError for an unknown debt and ValueError for a day outside the plan.
    """
    contract, day = _contract_on(household, debt_id, on, strategy)
    return contract.settle(day)


def _contract_on(
    household: Household, debt_id: str, on: date, strategy: str | None
) -> tuple[Contract, int]:
    places = {debt.id: index for index, debt in enumerate(household.debts)}
    day = on.toordinal()
    ledger = Trials(household).ledger_until(strategy or household.strategy, day)
    return ledger.contracts[places[debt_id]], day


def ladder(
    household: Household, debt_id: str, due_on: date, strategy: str | None = None
) -> list[Consequence]:
    """All rungs of one due with their dates and states. Raises KeyError for an unknown due."""
    ledger = Trials(household).ledger(strategy or household.strategy)
    return ladder_of_due(ledger, debt_id, due_on)


class Outcome(NamedTuple):
    """What a plan comes to, to lay it beside another.

    `cost_fen` of interest, fees and penalties; `late_dues`: how many dues will have consequences
    (their rungs are many, and are not counted).
    """

    debt_free_on: date | None
    cost_fen: int
    late_dues: int


def outcome_of(plan: Plan) -> Outcome:
    totals = plan.totals
    late = {
        (one.debt, one.due_on)
        for one in plan.consequences
        if one.state == "will_start" and runs_from_due(one.rung)
    }
    cost = totals.interest + totals.fees + totals.penalties
    return Outcome(plan.debt_free_on, cost, len(late))


class Comparison(NamedTuple):
    """What a change does: the plan after it less the plan before.

    `days` until debt-free (None where either never is), `cost_fen` and `late_dues` as in Outcome.
    """

    days: int | None
    cost_fen: int
    late_dues: int


def compare_outcomes(before: Outcome, after: Outcome) -> Comparison:
    days = None
    if before.debt_free_on is not None and after.debt_free_on is not None:
        days = (after.debt_free_on - before.debt_free_on).days
    return Comparison(days, after.cost_fen - before.cost_fen, after.late_dues - before.late_dues)


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
