"""A bill as the lender's app shows it on a day → the terms of the debt, and back again.

The app shows what is to be paid next. On two days of three that is a bill still growing, not
the last one: `bill_days` tells which it is, `terms_of` puts what was read off in its place.
Amounts are fen; every day is seen from its morning, as the figures of a household are.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from planner.domain.contracts.accrual import Nights
from planner.domain.contracts.revolving import Revolving
from planner.domain.household.terms import MissedMinimum, RevolvingTerms
from planner.domain.values.days import month_day_on_or_before, next_month_day

LastBill = Literal["full", "minimum", "short"]


@dataclass(frozen=True, slots=True)
class BillDays:
    """The bill to be paid next on a day, and when the one before it was due.

    `is_made`: its statement was made before that day. `is_made_today`: it is made on it, so
    that the app may show it made or growing.
    """

    on: date
    statement_on: date
    due_on: date
    last_due_on: date
    is_made: bool

    @property
    def is_made_today(self) -> bool:
        return self.statement_on == self.on


@dataclass(frozen=True, slots=True)
class BillAnswers:
    """What a person reads off the app.

    `to_pay_fen` is what the bill to be paid next shows; `shows_made`, on its statement day,
    that it shows it as made; `since_fen` what was spent after a made bill. `last` is how the
    bill before it was paid: in full, at least its minimum, or short of that by `missing_fen`
    since the due day `missed_on` (the last one where it is None). `left_fen` is what is still
    owed of it, `is_left_in` whether a growing bill has that in it; a made one always has.
    """

    to_pay_fen: int
    since_fen: int = 0
    shows_made: bool = False
    last: LastBill = "full"
    left_fen: int = 0
    is_left_in: bool = False
    missing_fen: int = 0
    missed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Misfit:
    """Answers that cannot be together: the answer to look at, and what it is above."""

    answer: Literal["left", "missing"]
    code: Literal["above_bill", "above_left"]


@dataclass(frozen=True, slots=True)
class NextBill:
    """The bill to be paid next as the contract reckons it."""

    amount_fen: int
    minimum_fen: int


def bill_days(
    on: date, *, statement_day: int, due_day: int | None, due_after: int | None
) -> BillDays:
    """The bill to be paid next on the morning of `on`; one of `due_day`, `due_after` is given."""

    def due_of(statement: date) -> date:
        if due_after is not None:
            return statement + timedelta(days=due_after)
        assert due_day is not None  # one of the two is given
        return next_month_day(statement, due_day)

    last = month_day_on_or_before(on - timedelta(days=1), statement_day)
    if due_of(last) < on:
        coming = next_month_day(last, statement_day)
        return BillDays(on, coming, due_of(coming), due_of(last), is_made=False)
    before = last
    while due_of(before) >= on:
        before = month_day_on_or_before(before - timedelta(days=1), statement_day)
    return BillDays(on, last, due_of(last), due_of(before), is_made=True)


def earlier_due_days(
    days: BillDays, *, statement_day: int, due_day: int | None, due_after: int | None
) -> Iterator[date]:
    """The due days from the last one back, without end."""
    due_on = days.last_due_on
    while True:
        yield due_on
        earlier = bill_days(
            due_on, statement_day=statement_day, due_day=due_day, due_after=due_after
        )
        due_on = earlier.last_due_on


def terms_of(
    answers: BillAnswers, days: BillDays, contract: RevolvingTerms, *, grace_days: int = 0
) -> RevolvingTerms | Misfit:
    """The contract's terms with the figures that the answers lead to.

    Of `contract` count rate and days; what it owes is replaced.
    """
    is_paid = answers.last == "full"
    left = 0 if is_paid else answers.left_fen
    missing = answers.missing_fen if answers.last == "short" else 0
    if missing > left:
        return Misfit("missing", "above_left")
    carrying: int | None = None
    if days.is_made:
        if left > answers.to_pay_fen:
            return Misfit("left", "above_bill")
        billed, unbilled = answers.to_pay_fen, answers.since_fen
        carrying = None if is_paid else left
    else:
        billed, unbilled = left, answers.to_pay_fen
        in_grace = days.last_due_on + timedelta(days=grace_days) >= days.on
        if in_grace and left:
            carrying = 0  # it bears interest only if grace ends without it
        if days.is_made_today and answers.shows_made:
            # Today's statement is still to come in the plan: it bills what was left with its
            # interest, and what is not of that is what was spent.
            bearing = left if carrying is None else 0
            unbilled += answers.since_fen - left - _interest(contract, bearing, days)
        elif answers.is_left_in:
            unbilled -= left
        if unbilled < 0:
            return Misfit("left", "above_bill")
    arrears: tuple[MissedMinimum, ...] = ()
    if missing:
        arrears = (MissedMinimum(answers.missed_on or days.last_due_on, missing),)
    return replace(
        contract,
        billed_fen=billed,
        unbilled_fen=unbilled,
        carrying_fen=carrying,
        arrears=arrears,
    )


def _interest(contract: RevolvingTerms, bearing_fen: int, days: BillDays) -> int:
    """What today's statement bills on principal that has borne since the one before it."""
    before = month_day_on_or_before(days.on - timedelta(days=1), contract.statement_day)
    nights = Nights(contract.rate, None, contract.statement_day)
    return nights.billed(bearing_fen * nights.ordinary(before.toordinal(), days.on.toordinal()))


def answers_of(terms: RevolvingTerms, days: BillDays) -> BillAnswers:
    """What the app would show of these terms; of today's statement, as it still grows."""
    missed = terms.arrears[0] if terms.arrears else None
    left = (terms.carrying_fen or 0) if days.is_made else terms.billed_fen
    last: LastBill = "short" if missed else "minimum" if left else "full"
    return BillAnswers(
        to_pay_fen=terms.billed_fen if days.is_made else terms.unbilled_fen,
        since_fen=terms.unbilled_fen if days.is_made else 0,
        last=last,
        left_fen=left,
        missing_fen=missed.amount_fen if missed else 0,
        missed_on=missed.due_on if missed else None,
    )


def next_bill(
    terms: RevolvingTerms, days: BillDays, *, grace_days: int = 0, tolerance_fen: int = 0
) -> NextBill:
    """The bill to be paid next if nothing is paid or bought before it is made."""
    contract = Revolving(
        terms, grace_days=grace_days, tolerance_fen=tolerance_fen, as_of=days.on.toordinal()
    )
    last = max(days.statement_on, days.on).toordinal()
    while contract.next_day <= last and not (days.is_made and contract.next_day >= last):
        contract.morning(contract.next_day)
    due_on = days.due_on.toordinal()
    found = [one for one in contract.dues if one.due_on == due_on and not one.is_arrear]
    return NextBill(found[-1].amount, found[-1].required) if found else NextBill(0, 0)
