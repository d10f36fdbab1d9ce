"""The largest payment that a plan carries on every date, one bad month included.

The debts that are talked about are put aside; all others are paid what they require. On every day
the money must suffice, and on each day on which a lender is paid the reserve stays: what essential
living needs before the next income, or the person's own buffer where that is more. One bad month:
the largest certain monthly income fails to come once, at whichever date is worst.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from planner.domain.answers.scenarios import AMPLE_FEN, arrange
from planner.domain.household.household import Expense, Household, Income
from planner.domain.household.terms import RevolvingTerms, owed_fen
from planner.domain.ledger.flows import RESERVE_DAYS
from planner.domain.ledger.ledger import Ledger
from planner.domain.ledger.replay import answered_flows, replay, stand
from planner.domain.make_plan import make_plan
from planner.domain.paying.proposals import pay_minimum
from planner.domain.values.days import (
    WORKING_DAYS,
    EveryDays,
    Monthly,
    Recurrence,
    Weekly,
    add_months,
    occurrences,
)
from planner.domain.values.money import divide_half_up, format_yuan
from planner.domain.values.rates import Rate, annuity

SECURED = ("car_loan", "mortgage")  # paid as they stand: what they secure is at stake
TERMS = (3, 6, 12, 24, 36, 60)  # months that are offered; 60 is the most of CARD70


class Capacity(NamedTuple):
    """`fen` a month over `periods` months from `first_due` on; 0 where nothing is left.

    `if_all_comes_fen` is the same where no income fails. `tight_on` is the day that allows no
    more; `missed` the income that is thought away, and `missed_on` when: None where there is none,
    or the worst case is that it does come.
    """

    fen: int
    if_all_comes_fen: int
    periods: int
    first_due: date
    tight_on: date
    missed: Income | None
    missed_on: date | None

    @property
    def offered_fen(self) -> int:
        """What to offer: with a bad month in it, or where that leaves nothing, without."""
        return self.fen or self.if_all_comes_fen


def due_days(first_due: date, periods: int) -> list[date]:
    return [add_months(first_due, index, first_due.day) for index in range(periods)]


def capacity(household: Household, debts: Sequence[str], first_due: date, periods: int) -> Capacity:
    """The largest monthly payment, to the fen, on all of `debts` together.

    `first_due` lies on `planned_from` or later. Raises PaymentRefused, InvalidDocument, and
    ValueError where the days lie beyond the plan.
    """
    days = due_days(first_due, periods)
    aside = put_aside(household, debts)
    rooms = _Rooms(aside, days)  # beside the ledger's one run a case costs next to nothing
    fen, tight_on = rooms.most()
    found = Capacity(fen, fen, periods, first_due, tight_on, None, None)
    missed = largest_income(aside)
    if missed is not None:
        for _planned_on, arrives in _arrivals(aside, missed, days[-1]):
            fen, tight_on = rooms.most(arrives, missed.amount_fen)
            if fen < found.fen:
                found = found._replace(fen=fen, tight_on=tight_on, missed=missed, missed_on=arrives)
    return found


def carries(
    household: Household, debts: Sequence[str], fen: int, first_due: date, periods: int
) -> bool:
    """Whether so much a month is carried: the ledger is run with those payments in it."""
    days = due_days(first_due, periods)
    aside = put_aside(household, debts)
    missed = largest_income(aside)
    paying = arrange(aside, debts[0], _rows(days, fen))
    return all(_lowest(case, days) >= 0 for case, _ in bad_months(paying, missed, days[-1]))


def put_aside(household: Household, debts: Sequence[str]) -> Household:
    """The household without these debts. What was bought with them each month is paid for."""
    position = {debt.id: debt for debt in stand(household).debts}
    expenses: list[Expense] = []
    for debt in debts:
        terms = position[debt].terms
        if isinstance(terms, RevolvingTerms) and terms.monthly_spend_fen and household.accounts:
            fullest = max(household.accounts, key=lambda one: one.balance_fen).id
            expenses.append(
                Expense(
                    id=f"instead-{debt}",
                    name="",
                    amount_fen=terms.monthly_spend_fen,
                    account=fullest,
                    on=Monthly(terms.statement_day),
                    first=household.planned_from,
                    until=None,
                    is_essential=True,
                )
            )
        household = arrange(household, debt, _rows([], 0))
    return replace(household, expenses=(*household.expenses, *expenses))


def _rows(days: Sequence[date], fen: int) -> dict[str, Any]:
    return {
        "contract": "instalment",
        "method": "listed",
        "principal": format_yuan(fen * len(days)),
        "rows": [{"due_on": on.isoformat(), "principal": format_yuan(fen)} for on in days if fen],
    }


def largest_income(household: Household) -> Income | None:
    """Of those that are counted on and come each month."""
    monthly = [one for one in household.incomes if one.is_certain and isinstance(one.on, Monthly)]
    return max(monthly, key=lambda one: one.amount_fen, default=None)


def bad_months(
    household: Household, income: Income | None, last: date
) -> Iterator[tuple[Household, date | None]]:
    """The household as it is, and for each arrival of the income up to `last` without it."""
    yield household, None
    if income is not None:
        for planned_on, arrives in _arrivals(household, income, last):
            yield _without(household, income, planned_on), arrives


def _arrivals(household: Household, income: Income, last: date) -> Iterator[tuple[date, date]]:
    """(planned on, arrives on) of what is still to come of an income, up to `last`."""
    answered = answered_flows(household)
    for planned_on in occurrences(income.on, income.first, min(income.until or last, last)):
        arrives = WORKING_DAYS.adjusted(planned_on, income.adjust)
        answer = ("income", income.id, arrives.toordinal())
        if household.planned_from <= arrives <= last and answer not in answered:
            yield planned_on, arrives


def _without(household: Household, income: Income, planned_on: date) -> Household:
    """The income up to the day before, and from the day after on."""
    day = timedelta(days=1)
    parts = []
    if income.first < planned_on:
        parts.append(replace(income, until=planned_on - day))
    if income.until is None or income.until > planned_on:
        rest = income if not parts else replace(income, id=f"after-{income.id}")
        parts.append(replace(rest, first=planned_on + day))
    incomes = [
        part for one in household.incomes for part in (parts if one.id == income.id else [one])
    ]
    return replace(household, incomes=tuple(incomes))


def _run(household: Household, last: date) -> Ledger:
    """All is paid as required, from money enough: what is left beside that is told apart."""
    position, books = replay(household)
    if books.accounts:
        books.accounts[0] += AMPLE_FEN
    ledger = Ledger(position, pay_minimum, books)
    return ledger.run_to(last.toordinal() + 1)


def _closings(ledger: Ledger, at_first: int, first: date) -> list[tuple[date, int]]:
    found = [(first, at_first)]
    found += [(one.on, one.closing_fen - AMPLE_FEN) for one in ledger.cash_days]
    return found


def _kept(ledger: Ledger, on: date) -> int:
    return max(ledger.flows.reserve(on.toordinal()), ledger.household.buffer_fen)


class _Rooms:
    """What is left on each day for payments on `days`, of which none is in the household yet.

    What is paid is paid from money enough, so an income that fails to come changes no payment: the
    ledger is run once, and less is left from its day on.
    """

    def __init__(self, household: Household, days: Sequence[date]) -> None:
        self.ledger = _run(household, days[-1])
        closings = _closings(self.ledger, _cash(household), household.planned_from)
        listed = [on for on, _ in closings]
        due, known = {*days}, {*listed}
        pays = {one.on for one in self.ledger.cash_days if one.payments_fen} | due
        rows = [(on, place > 0, fen, on in pays) for place, (on, fen) in enumerate(closings)]
        rows += [
            (on, True, closings[bisect_right(listed, on) - 1][1], True)
            for on in days
            if on not in known
        ]
        # (day, whether its incomes are in, fen left, whether the reserve stays, payments up to it)
        self.rows = [(*row, bisect_right(days, row[0])) for row in sorted(rows)]

    def most(self, arrives: date | None = None, fen: int = 0) -> tuple[int, date]:
        """The largest payment, and the day that allows no more, if `fen` of `arrives` failed."""
        best: tuple[int, date] | None = None
        for on, has_incomes, left, keeps, times in self.rows:
            if arrives is not None and has_incomes and on >= arrives:
                left -= fen
            if keeps:
                left -= self._kept(on, arrives, fen)
            if times == 0 and left >= 0:
                continue
            most = max(0, left // max(1, times))
            if best is None or most < best[0]:
                best = most, on
        assert best is not None  # each of `days` is in it
        return best

    def _kept(self, on: date, arrives: date | None, fen: int) -> int:
        if arrives is None:
            return _kept(self.ledger, on)
        reserve = self.ledger.flows.reserve_without(on.toordinal(), arrives.toordinal(), fen)
        return max(reserve, self.ledger.household.buffer_fen)


def _lowest(household: Household, days: Sequence[date]) -> int:
    """The least that is left on any day, above what is kept on those with a payment."""
    ledger = _run(household, days[-1])
    closings = _closings(ledger, _cash(household), household.planned_from)
    lowest = min(fen for _, fen in closings)
    paid = [one for one in ledger.cash_days if one.payments_fen]
    above = [one.closing_fen - AMPLE_FEN - _kept(ledger, one.on) for one in paid]
    return min([lowest, *above])


def _cash(household: Household) -> int:
    _position, books = replay(household)
    return sum(books.accounts)


def means(household: Household) -> tuple[list[tuple[str, int]], list[tuple[str, int, bool]]]:
    """By the month: incomes that are counted on (name, fen), expenses (name, fen, essential).

    What comes once only is left out.
    """
    incomes = [
        (one.name, monthly_fen(one.on, one.amount_fen))
        for one in household.incomes
        if one.is_certain
    ]
    expenses = [
        (one.name, monthly_fen(one.on, one.amount_fen), one.is_essential)
        for one in household.expenses
    ]
    return [one for one in incomes if one[1]], [one for one in expenses if one[1]]


def monthly_fen(on: Recurrence, fen: int) -> int:
    """What comes so often, by the month: a week is 12/52 of one, a day 12/365."""
    match on:
        case Monthly():
            return fen
        case Weekly():
            return divide_half_up(fen * 52, 12)
        case EveryDays(days):
            return divide_half_up(fen * 365, 12 * days)
        case _:
            return 0


def required_fen(household: Household, debts: Sequence[str]) -> int:
    """What the debts that are not talked about require in the next 31 days."""
    first = household.planned_from
    until = first + timedelta(days=RESERVE_DAYS)
    return sum(
        due.required_fen
        for due in make_plan(household, "minimum").dues
        if due.debt not in debts and first <= due.due_on < until
    )


def required_before(household: Household, debt: str, on: date) -> int:
    """Fen that a debt requires up to and on a day, what is overdue included; where that is
    nothing, its next due."""
    dues = sorted(
        (due.due_on, due.required_fen)
        for due in make_plan(household, "minimum").dues
        if due.debt == debt
    )
    within = [fen for due_on, fen in dues if due_on <= on]
    return sum(within) if within else next((fen for _on, fen in dues), 0)


# --- Whom, how long, how much each ----------------------------------------------------------


def unsecured(household: Household) -> list[str]:
    """The debts among which an offer is shared: with something owed and nothing secured."""
    return [
        debt.id
        for debt in stand(household).debts
        if debt.product not in SECURED and owed_fen(debt.terms)
    ]


def shares(household: Household, debts: Sequence[str], fen: int) -> dict[str, int]:
    """An amount in proportion to what is owed, each rounded down: what is left over is kept."""
    owed = {debt.id: owed_fen(debt.terms) for debt in stand(household).debts if debt.id in debts}
    total = sum(owed.values())
    return {debt: fen * owed[debt] // total if total else 0 for debt in debts}


def asked_fen(owed: int, most_fen: int, periods: int, rate: Rate | None = None) -> int:
    """What to ask for a month: what repays all in so many payments, level at `rate` where charges
    come on top, and no more than is carried."""
    level = -(-owed // periods) if rate is None else annuity(owed, rate, periods)
    return min(most_fen, level)


def shortest(household: Household, debts: Sequence[str], first_due: date) -> tuple[Capacity, bool]:
    """The shortest of `TERMS` in which all is repaid, and True; else the longest, and False."""
    owed = sum(owed_fen(one.terms) for one in stand(household).debts if one.id in debts)
    found = None
    for periods in TERMS:
        found = capacity(household, debts, first_due, periods)
        if found.offered_fen * periods >= owed:
            return found, True
        if not found.offered_fen:
            break
    assert found is not None
    return found, False
