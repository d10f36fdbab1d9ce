"""What was planned for the days gone by and has no answer yet: was it paid, did it arrive?

Asked are the dues and payments of the plan that ran from the first day not fully known, and
its incomes and expenses. Days are half-open: today is still to come.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from planner.domain.household.entries import Corrected, Entry, LeftUnpaid, Moved, Paid
from planner.domain.household.household import Expense, Household, Income
from planner.domain.ledger.flows import Flows
from planner.domain.ledger.ledger import Transfer
from planner.domain.ledger.replay import answered_flows, replay
from planner.domain.make_plan import make_plan
from planner.domain.plan.plan import Plan, PlannedDue

_DAY = timedelta(days=1)

Key = tuple[str, str, date]


@dataclass(frozen=True, slots=True)
class Question:
    """Something planned for `on`: a payment to the debt `slug`, an income or an expense.

    `amount_fen` is what was planned, `account` where it was to come from or to arrive. Of a
    due, `required_fen` is what it required and `last_safe_on` its last safe day; a payment
    that the plan makes on a day without a due has neither. `is_prepaid` of a due for which
    earlier payments of the plan were enough.
    """

    kind: Literal["payment", "income", "expense"]
    slug: str
    on: date
    amount_fen: int
    account: str | None
    required_fen: int = 0
    last_safe_on: date | None = None
    is_prepaid: bool = False

    @property
    def key(self) -> Key:
        return self.kind, self.slug, self.on


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Questions, oldest first, up to the day before today; all before `known_to` is answered,
    that day included. `transfers` are those that the planned payments need."""

    questions: tuple[Question, ...]
    transfers: tuple[Transfer, ...]
    known_to: date


def unanswered(
    household: Household, known_to: date, plan_of: Callable[[Household], Plan] = make_plan
) -> Unanswered:
    """What is still to be asked about the days after `known_to` and before `planned_from`.

    `plan_of` makes the plan that ran from an earlier day on. Raises PaymentRefused.
    """
    start = max(household.as_of, known_to + _DAY)
    end = household.planned_from
    answered = set(_answers(household))
    met = _dues_met(household)
    while start < end:
        past = replace(
            household,
            planned_from=start,
            known_to=start - _DAY,
            history=tuple(entry for entry in household.history if entry.on <= start),
        )
        plan = plan_of(past)
        questions = [
            one
            for one in sorted(_planned(past, plan, end), key=_place)
            if one.key not in answered and not _is_settled(one, met, household)
        ]
        if not questions:
            return Unanswered((), (), end - _DAY)
        first = questions[0].on
        if not any(start < entry.on <= first for entry in household.history):
            days = {one.on for one in questions if one.kind == "payment"}
            transfers = tuple(one for one in plan.transfers if one.on in days)
            return Unanswered(tuple(questions), transfers, first - _DAY)
        start = first
    return Unanswered((), (), max(start, end) - _DAY)


def _place(one: Question) -> tuple[date, int]:
    """Oldest first; of a day in the order of the ledger."""
    return one.on, ("income", "expense", "payment").index(one.kind)


def _answers(household: Household) -> Iterator[Key]:
    for entry in household.history:
        match entry:
            case Paid():
                yield "payment", entry.debt, entry.planned_on or entry.on
            case LeftUnpaid():
                yield "payment", entry.debt, entry.due_on
            case Moved():
                yield entry.kind, entry.flow, entry.planned_on


def _dues_met(household: Household) -> dict[tuple[str, date], bool]:
    """The dues that really came up, and whether nothing of them is unpaid."""
    rolled, books = replay(household)
    return {
        (debt.id, date.fromordinal(due.due_on)): due.met_on is not None
        for debt, contract in zip(rolled.debts, books.contracts, strict=True)
        for due in contract.dues
    }


def _is_settled(one: Question, met: dict[tuple[str, date], bool], household: Household) -> bool:
    """Whether what was planned has found its answer in what was entered for later days."""
    if one.kind != "payment":
        return False
    if one.required_fen:
        return met.get((one.slug, one.on), True)
    return any(_corrects(entry, one) for entry in household.history)


def _corrects(entry: Entry, one: Question) -> bool:
    return isinstance(entry, Corrected) and entry.debt == one.slug and entry.on >= one.on


def _planned(household: Household, plan: Plan, end: date) -> Iterator[Question]:
    """What the plan has for the days from its first one up to `end`."""
    start = household.planned_from
    dues = {(due.debt, due.due_on): due for due in plan.dues if start <= due.due_on < end}
    for payment in plan.payments:
        if payment.on >= end:
            break
        due = dues.pop((payment.debt, payment.on), None)
        yield Question(
            "payment",
            payment.debt,
            payment.on,
            payment.amount_fen,
            payment.account,
            0 if due is None else due.required_fen,
            None if due is None else due.last_safe_on,
        )
    for due in dues.values():
        usual = _usual_account(household, due.debt)
        required = due.required_fen
        yield Question(
            "payment",
            due.debt,
            due.due_on,
            0,
            usual,
            required,
            due.last_safe_on,
            is_prepaid=not due.short_fen and not _is_paid_in_grace(due, plan),
        )
    flows: list[Income | Expense] = [one for one in household.incomes if one.is_certain]
    flows += household.expenses
    unrolled = Flows(replace(household, as_of=start), answered_flows(household))
    for flow in flows:
        kind: Literal["income", "expense"] = "income" if isinstance(flow, Income) else "expense"
        for day in unrolled.occurrences(flow):
            on = date.fromordinal(day)
            if on >= end:
                break
            yield Question(kind, flow.id, on, flow.amount_fen, flow.account)


def _is_paid_in_grace(due: PlannedDue, plan: Plan) -> bool:
    return any(
        one.debt == due.debt and due.due_on < one.on <= due.last_safe_on for one in plan.payments
    )


def _usual_account(household: Household, debt_id: str) -> str | None:
    """The account that a debt is taken from first, or the household's first one."""
    autopay = next(debt.autopay for debt in household.debts if debt.id == debt_id)
    return next(iter([*autopay, *(account.id for account in household.accounts)]), None)
