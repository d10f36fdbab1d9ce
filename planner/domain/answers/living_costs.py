"""Rent and food come before lenders: what of the money is kept for which expense, and who could
take it all the same.

What is kept is worked out from the same flows as the reserve of the ledger; what could be taken is
the worst case of the plan's own payments. The money for rent is never safe where a lender with
something unpaid may deduct from the account it lies in, or might: nobody said so yet.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import takewhile
from typing import Any, NamedTuple

from planner.domain.household.household import Expense, Household
from planner.domain.ledger.flows import RESERVE_DAYS, Flows
from planner.domain.ledger.replay import replay
from planner.domain.paying.exposure import if_followed
from planner.domain.paying.proposals import DecidedPayment
from planner.domain.plan.plan import Planned


class Held(NamedTuple):
    """`fen` of a day's money are kept for an essential expense (its id) of the day `on`."""

    expense: str
    on: date
    fen: int


class AtRisk(NamedTuple):
    """Money kept for living costs that could be taken on a day.

    `could_take_fen` from one account, by the lenders of the debts `by`. What all accounts together
    then hold is less than the reserve: of the first expense it was kept for and does not reach
    any more, that of `expense_on`, `short_fen` would be missing.
    """

    on: date
    account: str
    could_take_fen: int
    by: tuple[str, ...]
    expense: str
    expense_on: date
    short_fen: int


def at_risk_document(one: AtRisk) -> dict[str, Any]:
    """As JSON; days as text."""
    days = {"on": one.on.isoformat(), "expense_on": one.expense_on.isoformat()}
    return {**one._asdict(), **days, "by": list(one.by)}


def read_at_risk(record: Mapping[str, Any]) -> AtRisk:
    """What `at_risk_document` wrote."""
    days = {name: date.fromisoformat(record[name]) for name in ("on", "expense_on")}
    return AtRisk(**{**record, **days, "by": tuple(record["by"])})


def held_on(household: Household, on: date) -> tuple[Held, ...]:
    """What the reserve of a day is kept for, by day; together it is the reserve.

    An income pays for what comes after it first. Of a day the expenses in the household's order.
    Raises PaymentRefused.
    """
    rolled, books = replay(household)
    return held_of(rolled, books.flows(rolled), on)


def held_of(household: Household, flows: Flows, on: date) -> tuple[Held, ...]:
    """The same of flows that are at hand; `household` is the one they are of."""
    day = on.toordinal()
    until = day + RESERVE_DAYS
    flows.extend(until)
    coming = sorted(
        (paid_on, place)
        for place, expense in enumerate(household.expenses)
        if expense.is_essential
        for paid_on in _between(flows, expense, day, until)
    )
    found = []
    arrived = 0
    position = bisect_right(flows.days, day)
    for paid_on, place in coming:
        while position < len(flows.days) and flows.days[position] <= paid_on:
            arrived += flows.incomes[position]
            position += 1
        expense = household.expenses[place]
        fen = max(0, expense.amount_fen - arrived)
        arrived = max(0, arrived - expense.amount_fen)
        if fen:
            found.append(Held(expense.id, date.fromordinal(paid_on), fen))
    return tuple(found)


def _between(flows: Flows, expense: Expense, after: int, until: int) -> Iterable[int]:
    occurrences = takewhile(lambda day: day <= until, flows.occurrences(expense))
    return (day for day in occurrences if day > after)


def kept_beside(plan: Planned, on: date, flows: Flows | None = None) -> tuple[Held, ...]:
    """What of the money that a plan has at the end of a day is kept for which living costs.

    `flows` of the plan's household where they are at hand.
    """
    household = plan.household
    closings = [one.closing_fen for one in plan.cash if one.on <= on]
    left = closings[-1] if closings else sum(one.balance_fen for one in household.accounts)
    found = []
    for held in held_of(household, flows or Flows(household, frozenset()), on):
        part = min(left, held.fen)
        if part <= 0:
            break
        found.append(held._replace(fen=part))
        left -= part
    return tuple(found)


def reserve_at_risk(
    household: Household, payments: Iterable[DecidedPayment], before: date
) -> tuple[AtRisk, ...]:
    """On which day which lender could take what is kept for living costs, up to the day before
    `before`, while the person pays `payments`.

    Nothing where no lender with something unpaid may deduct from an account. Raises
    PaymentRefused, and ValueError for a day outside the plan.
    """
    prospect = if_followed(household, payments, before)
    if not prospect.exposures:
        return ()
    rolled, books = replay(household)
    flows = books.flows(rolled)
    found = []
    for one in prospect.exposures:
        lacking = _first_lacking(held_of(rolled, flows, one.on), prospect.cash_fen[one.on])
        if lacking is not None:
            found.append(AtRisk(one.on, one.account, one.could_take_fen, one.by, *lacking))
    return tuple(found)


def _first_lacking(kept: Iterable[Held], cash: int) -> Held | None:
    """The first of what is kept that the money does not reach, and by how much."""
    for held in kept:
        if cash < held.fen:
            return held._replace(fen=held.fen - max(0, cash))
        cash -= held.fen
    return None
