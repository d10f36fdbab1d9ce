"""What a finished ledger comes to: dues, payments, dates and figures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple, Protocol

from planner.domain.household.household import Household
from planner.domain.household.terms import RevolvingTerms
from planner.domain.ledger.consequences import Consequence, Harm, weigh_consequences, weigh_harm
from planner.domain.ledger.ledger import (
    Balance,
    CashDay,
    Ledger,
    Payment,
    Transfer,
    Warned,
    last_day_of,
)
from planner.domain.ledger.repeats import Repeats, find_repeats
from planner.domain.plan.proof import Proof
from planner.domain.values.days import next_month_day


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

    @property
    def cost(self) -> int:
        """What borrowing costs: all but the principal."""
        return self.interest + self.fees + self.penalties


class Exposure(NamedTuple):
    """What could be taken from one account on a day, and by which debts' lenders.

    `leaves_fen` is what is then in the account. `expense` is the first essential expense
    before the next income for which all accounts together no longer suffice, and
    `short_fen` what it lacks; None and 0 where all of them can be paid.
    """

    on: date
    account: str
    could_take_fen: int
    by: tuple[str, ...]
    leaves_fen: int
    expense: str | None
    short_fen: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What to pay when, and what starts on which date. Everything in it is the ledger's.

    `late_dues` are the dues, from the first day on or in their grace then, that are missed past
    grace. `exposures` is None unless the worst case was asked for; then the whole plan is its.
    `proof` is that of an optimum. `repeats` is what the ladders of the dues need besides (see
    planner.domain.ledger.repeats).
    """

    household: Household
    strategy: str
    status: str
    warnings: tuple[Warned, ...]
    debt_free_on: date | None
    totals: Totals
    harm: Harm
    late_dues: int
    dues: tuple[PlannedDue, ...]
    payments: tuple[Payment, ...]
    consequences: tuple[Consequence, ...]
    cash: tuple[CashDay, ...]
    transfers: tuple[Transfer, ...]
    balances: tuple[Balance, ...]
    exposures: tuple[Exposure, ...] | None = None
    proof: Proof | None = None
    repeats: tuple[Repeats, ...] = ()

    @property
    def as_of(self) -> date:
        """The day on whose morning the plan begins."""
        return self.household.as_of


class Planned(Protocol):
    """What answers and words read of a plan, whether it was made now or read back."""

    @property
    def household(self) -> Household: ...
    @property
    def as_of(self) -> date: ...
    @property
    def strategy(self) -> str: ...
    @property
    def warnings(self) -> Sequence[Warned]: ...
    @property
    def debt_free_on(self) -> date | None: ...
    @property
    def totals(self) -> Totals: ...
    @property
    def harm(self) -> Harm: ...
    @property
    def late_dues(self) -> int: ...
    @property
    def dues(self) -> Sequence[PlannedDue]: ...
    @property
    def payments(self) -> Sequence[Payment]: ...
    @property
    def consequences(self) -> Sequence[Consequence]: ...
    @property
    def cash(self) -> Sequence[CashDay]: ...
    @property
    def transfers(self) -> Sequence[Transfer]: ...
    @property
    def balances(self) -> Sequence[Balance]: ...
    @property
    def repeats(self) -> Sequence[Repeats]: ...


Course = tuple[tuple[date, int], ...]  # fen owed in all, after each day on which that changed


def course_of(balances: Iterable[Balance]) -> Course:
    """What is owed in all after each day with a change."""
    owing: dict[str, int] = {}
    total = 0
    changes: dict[date, int] = {}
    for on, debt, *parts in balances:
        fen = sum(parts)
        total += fen - owing.get(debt, 0)
        owing[debt] = fen
        changes[on] = total
    return tuple(changes.items())


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
        late_dues=_late_dues(ledger),
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


def _late_dues(ledger: Ledger) -> int:
    as_of = ledger.household.as_of.toordinal()
    return sum(due.is_missed and due.last_safe_on >= as_of for _, due in ledger.dues())


def _totals(ledger: Ledger) -> Totals:
    paid = principal = interest = fees = penalties = 0
    for payment in ledger.payments:
        paid += payment.amount_fen
        principal += payment.principal_fen
        interest += payment.interest_fen
        fees += payment.fee_fen
        penalties += payment.penalty_fen
    return Totals(paid, principal, interest, fees, penalties)


class Outcome(NamedTuple):
    """What a plan comes to, to lay it beside another.

    `cost_fen` of interest, fees and penalties; `late_dues` as in Plan.
    """

    debt_free_on: date | None
    cost_fen: int
    late_dues: int


def outcome_of(plan: Planned) -> Outcome:
    return Outcome(plan.debt_free_on, plan.totals.cost, plan.late_dues)


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


class Merit(NamedTuple):
    """What is less for a better plan, compared from the left: late dues by severity, then cost;
    yuan-days never outweigh it."""

    counts: tuple[int, ...]
    cost_fen: int
    yuan_days: int


def merit(harm: Harm, cost_fen: int) -> Merit:
    return Merit(harm.counts, cost_fen, harm.yuan_days)


def merit_of(plan: Plan) -> Merit:
    return merit(plan.harm, cost_of(plan))


def worth(plan: Plan) -> tuple[Merit, int, int]:
    """What is less for a better plan: its merit, then the end and the number of payments."""
    end = plan.debt_free_on or date.max
    return merit_of(plan), end.toordinal(), len(plan.payments)


def merit_of_ledger(ledger: Ledger) -> Merit:
    """The merit of the plan that a finished ledger makes."""
    owing = sum(sum(contract.balances()) for contract in ledger.contracts)
    paid = sum(payment.amount_fen for payment in ledger.payments)
    spent = _new_spending(ledger.household, date.fromordinal(ledger.day))
    return merit(weigh_harm(ledger), paid + owing - spent)


def cost_of(plan: Plan) -> int:
    """Fen paid and left owing over the whole plan, new spending not counted."""
    return cost_until(plan, last_day_of(plan.household.planned_from).toordinal())


def cost_until(plan: Plan, last: int) -> int:
    """Fen paid up to a day and left owing at its end, new spending not counted."""
    closing: dict[str, int] = {}
    for balance in plan.balances:
        if balance.on.toordinal() <= last or balance.debt not in closing:
            closing[balance.debt] = sum(balance[2:])
    paid = sum(one.amount_fen for one in plan.payments if one.on.toordinal() <= last)
    end = min(plan.debt_free_on or date.max, date.fromordinal(last))
    return paid + sum(closing.values()) - _new_spending(plan.household, end)


def _new_spending(household: Household, last: date) -> int:
    """Fen that new purchases add up to a day to the debts on which spending goes on."""
    first = household.planned_from
    spent = 0
    for debt in household.debts:
        if isinstance(debt.terms, RevolvingTerms) and debt.terms.monthly_spend_fen:
            on = next_month_day(first - timedelta(days=1), debt.terms.statement_day)
            while on <= last:
                spent += debt.terms.monthly_spend_fen
                on = next_month_day(on, debt.terms.statement_day)
    return spent
