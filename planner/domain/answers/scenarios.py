"""What if: a household with changes laid over it, for the same make_plan; and what they do.

Each change gives another household and leaves the one it is given as it was. Nothing is
stored anywhere. What has been entered as having happened stays; changes hold from the day
the plan runs from (`planned_from`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from planner.domain.answers.true_rate import annualised
from planner.domain.household.entries import Arranged, Corrected
from planner.domain.household.household import Account, Debt, Expense, Household, Income
from planner.domain.household.terms import RevolvingTerms, read_terms
from planner.domain.ledger.ledger import Ledger, Payment, start_contract
from planner.domain.ledger.replay import answered_flows, replay, stand
from planner.domain.paying.lookahead import required_ahead
from planner.domain.paying.proposals import pay_minimum
from planner.domain.plan.plan import Outcome, Planned, PlannedDue, outcome_of
from planner.domain.values.days import WORKING_DAYS, EveryDays, Once, next_month_day, occurrences
from planner.domain.values.money import round_half_up
from planner.domain.values.reading import LAST_DAY, DocumentError, Fields, InvalidDocument

ROOM_DAYS = 92
AMPLE_FEN = 10**15  # more than all that anybody can owe, so that nothing is ever short


# --- Money in and out -----------------------------------------------------------------------


def receive(household: Household, fen: int, on: date, account: str | None = None) -> Household:
    """So much more money comes in on a day from `planned_from` on; 0 changes nothing."""
    if not fen:
        return household
    household, into = _with_account(household, account)
    income = Income(
        id=_new_id("extra", household.incomes),
        name="",
        amount_fen=fen,
        account=into,
        on=Once(on),
        first=min(on, household.as_of),
        until=None,
        adjust="none",
        is_certain=True,
    )
    return replace(household, incomes=(*household.incomes, income))


def spend(household: Household, fen: int, on: date, account: str | None = None) -> Household:
    """So much is spent on a day from `planned_from` on; 0 changes nothing."""
    if not fen:
        return household
    household, out_of = _with_account(household, account)
    expense = Expense(
        id=_new_id("extra", household.expenses),
        name="",
        amount_fen=fen,
        account=out_of,
        on=Once(on),
        first=min(on, household.as_of),
        until=None,
        is_essential=True,
    )
    return replace(household, expenses=(*household.expenses, expense))


def _with_account(household: Household, account: str | None) -> tuple[Household, str]:
    """The account asked for, else the fullest; a household without any gets one."""
    if account is not None:
        return household, account
    if household.accounts:
        return household, max(household.accounts, key=lambda one: one.balance_fen).id
    added = Account("extra", "", "other", 0)
    return replace(household, accounts=(added,)), added.id


def _new_id(stem: str, items: tuple[Income, ...] | tuple[Expense, ...] | tuple[Debt, ...]) -> str:
    taken = {item.id for item in items}
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}"
    return name


# --- Income that comes late, lower, or not --------------------------------------------------


class Arrival(NamedTuple):
    """The next time an income comes: the day it is meant for, and the day it arrives."""

    income: Income
    planned_on: date
    arrives_on: date


def next_arrivals(household: Household) -> list[Arrival]:
    """Of every income that is counted on and comes again, the next one."""
    answered = answered_flows(household)
    found = []
    for income in household.incomes:
        if not income.is_certain:
            continue
        for planned_on, arrives_on in _arrivals(income):
            answer = ("income", income.id, arrives_on.toordinal())
            if arrives_on >= household.planned_from and answer not in answered:
                found.append(Arrival(income, planned_on, arrives_on))
                break
    return found


def _arrivals(income: Income) -> Iterator[tuple[date, date]]:
    for planned_on in occurrences(income.on, income.first, income.until or LAST_DAY):
        yield planned_on, WORKING_DAYS.adjusted(planned_on, income.adjust)


def delay_income(household: Household, days: int) -> Household:
    """The next arrival of every income comes so many days later; the ones after it do not."""
    changed = miss_income(household)
    for arrival in next_arrivals(household):
        later = arrival.arrives_on + timedelta(days=days)
        if later <= LAST_DAY:
            changed = receive(changed, arrival.income.amount_fen, later, arrival.income.account)
    return changed


def miss_income(household: Household) -> Household:
    """The next arrival of every income does not come at all."""
    skipped = {arrival.income.id: arrival for arrival in next_arrivals(household)}
    incomes = tuple(
        rest
        for income in household.incomes
        for rest in ([_after(skipped[income.id])] if income.id in skipped else [income])
        if rest is not None
    )
    return replace(household, incomes=incomes)


def advance_income(household: Household, arrival: Arrival, on: date) -> Household:
    """One arrival comes on another day, from `planned_from` on; the ones after it as they are."""
    rest = [
        after
        for income in household.incomes
        for after in ([_after(arrival)] if income.id == arrival.income.id else [income])
        if after is not None
    ]
    changed = replace(household, incomes=tuple(rest))
    return receive(changed, arrival.income.amount_fen, on, arrival.income.account)


def _after(arrival: Arrival) -> Income | None:
    """The income without this arrival; None where it was the last."""
    income = arrival.income
    step = income.on.days if isinstance(income.on, EveryDays) else 1
    first = arrival.planned_on + timedelta(days=step)
    if isinstance(income.on, Once) or first > (income.until or LAST_DAY):
        return None
    return replace(income, first=first)


def lower_income(household: Household, percent: int) -> Household:
    """Every income is lower by so many percent from now on, each arrival rounded half up."""
    incomes = tuple(
        replace(one, amount_fen=round_half_up(Fraction(one.amount_fen * (100 - percent), 100)))
        for one in household.incomes
    )
    return replace(household, incomes=incomes)


# --- Living costs that can wait -------------------------------------------------------------


def spent_until(household: Household, expense: Expense, until: date) -> int:
    """Fen that an expense takes from `planned_from` up to and including a day."""
    answered = answered_flows(household)
    days = [
        on
        for on in occurrences(expense.on, expense.first, min(expense.until or LAST_DAY, until))
        if on >= household.planned_from and ("expense", expense.id, on.toordinal()) not in answered
    ]
    return expense.amount_fen * len(days)


def forgo(household: Household, expense_id: str, until: date) -> Household:
    """An expense is left out from `planned_from` up to and including a day; after it, it goes on.

    What it took before stays as it was.
    """
    expenses = []
    for expense in household.expenses:
        if expense.id != expense_id:
            expenses.append(expense)
            continue
        last = expense.until or LAST_DAY
        before = household.planned_from - timedelta(days=1)
        if expense.first <= before:
            expenses.append(replace(expense, until=min(last, before)))
        following = (on for on in occurrences(expense.on, expense.first, last) if on > until)
        if (following_day := next(following, None)) is not None:
            taken = (*household.expenses, *expenses)
            expenses.append(replace(expense, id=_new_id(expense.id, taken), first=following_day))
    return replace(household, expenses=tuple(expenses))


# --- Debts ----------------------------------------------------------------------------------


def borrow(household: Household, debt: Debt) -> Household:
    """One debt more. What it brings in is `receive`d beside it."""
    added = replace(debt, id=_new_id(debt.id, household.debts))
    return replace(household, debts=(*household.debts, added))


def arrange(household: Household, debt_id: str, terms: Mapping[str, Any]) -> Household:
    """These terms in the place of the debt's from `planned_from` on. Raises InvalidDocument."""
    on = household.planned_from
    errors: list[DocumentError] = []
    fields = Fields({key: one for key, one in terms.items() if key != "contract"}, "terms", errors)
    read = read_terms(terms["contract"], fields, on)
    fields.close()
    if errors:
        raise InvalidDocument(errors)
    entry = Arranged(on, debt_id, read, terms["contract"])
    return replace(household, history=(*household.history, entry))


def next_statement(household: Household, debt_id: str) -> date | None:
    """The next day on which a revolving debt is billed; None for any other debt."""
    terms = next(debt.terms for debt in household.debts if debt.id == debt_id)
    if not isinstance(terms, RevolvingTerms):
        return None
    return next_month_day(household.planned_from - timedelta(days=1), terms.statement_day)


def charge(household: Household, debt_id: str, fen: int) -> Household:
    """So much more is bought with a revolving debt, to be billed with its next statement.

    Raises KeyError for a debt that is none or is not billed so.
    """
    position = {debt.id: debt for debt in stand(household).debts}
    debt = position[debt_id]
    terms = debt.terms
    if not isinstance(terms, RevolvingTerms):
        raise KeyError(debt_id)
    if not fen:
        return household
    more = replace(terms, unbilled_fen=terms.unbilled_fen + fen)
    if household.planned_from == household.as_of and not household.history:
        debts = (replace(one, terms=more) if one.id == debt_id else one for one in household.debts)
        return replace(household, debts=tuple(debts))
    entry = Corrected(household.planned_from, debt_id, more, debt.contract, "unknown")
    return replace(household, history=(*household.history, entry))


class Offer(NamedTuple):
    """What a new debt asks for if each amount is paid when due: (day, fen), first day first.

    `cost_fen` is interest and fees; the rates, `nominal` and `effective` a year, are None where
    there is no such rate.
    """

    payments: tuple[tuple[date, int], ...]
    cost_fen: int
    nominal: Fraction | None
    effective: Fraction | None


def offer_of(debt: Debt, principal_fen: int, received_on: date, as_of: date) -> Offer:
    """The debt by itself, against the money received on a day."""
    contract = start_contract(debt, as_of.toordinal())
    ahead = required_ahead(contract, as_of.toordinal(), LAST_DAY.toordinal())
    flows = [(received_on.toordinal(), principal_fen), *((day, -fen) for day, fen in ahead)]
    rates = annualised(flows)
    nominal, effective = rates if rates is not None else (None, None)
    return Offer(
        payments=tuple((date.fromordinal(day), fen) for day, fen in ahead),
        cost_fen=sum(fen for _, fen in ahead) - principal_fen,
        nominal=nominal,
        effective=effective,
    )


# --- What it does ---------------------------------------------------------------------------


class Lack(NamedTuple):
    """Where a plan breaks: on which day so much is missing, of which debt; "" of living costs."""

    on: date
    debt: str
    fen: int


class Starting(NamedTuple):
    """A rung that will start because a due is missed."""

    debt: str
    due_on: date
    rung: str
    starts_on: date
    severity: int


class PlanStanding(NamedTuple):
    """What of a plan is laid beside another: where it breaks, the first day first; what starts;
    its outcome."""

    lacks: tuple[Lack, ...]
    starts: tuple[Starting, ...]
    outcome: Outcome


def standing_of(plan: Planned) -> PlanStanding:
    return PlanStanding(tuple(lacks_of(plan)), tuple(starting(plan)), outcome_of(plan))


class Difference(NamedTuple):
    """What breaks only in the other plan, or there lacks more; what starts only in it, and what
    only in the present one; by day."""

    lacks: tuple[Lack, ...]
    starts: tuple[Starting, ...]
    spared: tuple[Starting, ...]


def difference(before: PlanStanding, after: PlanStanding) -> Difference:
    held, holds = ({one[:3] for one in plan.starts} for plan in (before, after))
    lacked = {(one.on, one.debt): one.fen for one in before.lacks}
    return Difference(
        lacks=tuple(one for one in after.lacks if one.fen > lacked.get((one.on, one.debt), 0)),
        starts=tuple(one for one in after.starts if one[:3] not in held),
        spared=tuple(one for one in before.starts if one[:3] not in holds),
    )


def missing_fen(due: PlannedDue, as_of: date, payments: Iterable[Payment]) -> int:
    """What its last safe day leaves unpaid of a due that is still to come, or in its grace.

    One that fell due before `as_of` counts as short in full: what is paid within its grace is
    taken off here.
    """
    if due.due_on >= as_of:
        return due.short_fen
    paid = sum(
        one.amount_fen
        for one in payments
        if one.debt == due.debt and as_of <= one.on <= due.last_safe_on
    )
    return max(0, due.short_fen - paid)


def short_dues(plan: Planned) -> list[tuple[PlannedDue, int]]:
    """The dues to come or in grace that their last safe day will not see paid, and what lacks."""
    as_of = plan.household.as_of
    tolerances = {debt.id: debt.tolerance_fen for debt in plan.household.debts}
    return [
        (due, missing)
        for due in plan.dues
        if due.last_safe_on >= as_of
        and (missing := missing_fen(due, as_of, plan.payments)) > tolerances[due.debt]
    ]


def lacks_of(plan: Planned) -> list[Lack]:
    """The dues that stay short, and the first day on which living costs are more than the money
    there is."""
    as_of = plan.household.as_of
    lacks = [
        Lack(due.due_on if due.due_on >= as_of else due.last_safe_on, due.debt, missing)
        for due, missing in short_dues(plan)
    ]
    lacks += [Lack(one.on, "", -one.closing_fen) for one in plan.cash if one.closing_fen < 0][:1]
    return sorted(lacks, key=lambda one: one.on)


def starting(plan: Planned) -> list[Starting]:
    """What will start because a due is missed: by day, the gravest of a day first."""
    found = [
        Starting(one.debt, one.due_on, one.rung.id, one.starts_on, one.rung.severity)
        for one in plan.consequences
        if one.state == "will_start" and one.rung.event is None and one.starts_on is not None
    ]
    return sorted(found, key=lambda one: (one.starts_on, -one.severity))


class Room(NamedTuple):
    """The day with the least money, and how much that is; below zero, that much is missing."""

    on: date
    fen: int


def room(household: Household, days: int = ROOM_DAYS) -> Room:
    """The lowest closing cash of the coming days if each required amount is paid on its day; of a
    day on which one is paid, what is left above the reserve, where that is less.

    The days [planned_from, planned_from + days). What is missing at the lowest is the smallest
    sum that, at hand from the first day on, pays for everything in time.
    """
    household, account = _with_account(household, None)
    position, books = replay(household)
    index = next(i for i, one in enumerate(household.accounts) if one.id == account)
    books.accounts[index] += AMPLE_FEN
    ledger = Ledger(position, pay_minimum, books)
    ledger.run_to(min(household.planned_from.toordinal() + days, ledger.last_day))
    at_first = Room(household.planned_from, sum(books.accounts) - AMPLE_FEN)
    closings = [Room(one.on, one.closing_fen - AMPLE_FEN) for one in ledger.cash_days]
    if not closings or closings[0].on > household.planned_from:
        closings.insert(0, at_first)
    for one in ledger.cash_days:
        if one.payments_fen:
            above = one.closing_fen - AMPLE_FEN - ledger.flows.reserve(one.on.toordinal())
            closings.append(Room(one.on, above))
    return min(closings, key=lambda one: one.fen)
