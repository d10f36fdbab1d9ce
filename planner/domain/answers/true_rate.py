"""What a debt really costs a year: the internal rate of return of what is received and paid.

The contract runs alone and takes what it requires, when it is due. `nominal` is twelve times
the rate of a month, as lenders quote it (近似折算年化), `effective` with interest on interest.
"""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from planner.domain.contracts.instalment import UNPRICED
from planner.domain.household.household import Debt
from planner.domain.household.terms import InstalmentTerms, OpenTerms, RevolvingTerms
from planner.domain.ledger.ledger import HORIZON_MONTHS, Contract, start_contract
from planner.domain.values.days import add_months, clip, month_day_on_or_before
from planner.domain.values.rates import irr, periodic_irr
from planner.domain.values.reading import LAST_DAY

Flows = list[tuple[int, int]]  # (ordinal of the day, fen); received is positive

_PLACES = 10**12


class TrueRate(NamedTuple):
    """Rates a year. `of` says of what: the "loan", what is "left" of it, or the "rest" of a
    bill of which only the minimum is paid."""

    nominal: Fraction
    effective: Fraction
    of: str


def true_rate(debt: Debt, as_of: date) -> TrueRate | None:
    """Of the contract as it stands on the morning of `as_of`, arrears aside; None where there
    is no such rate, or what it rests on is not known."""
    terms = debt.terms
    if isinstance(terms, RevolvingTerms):
        flows, of = _flows_of_bill(debt, terms, as_of), "rest"
    elif isinstance(terms, InstalmentTerms) and terms.method == "flat_fee" and debt.signed_on:
        flows, of = _flows_of_flat_fee(terms, debt.signed_on), "loan"
    elif isinstance(terms, InstalmentTerms) and (terms.method in UNPRICED or terms.fees_left_fen):
        # A fee stays the same while principal falls: what is left says nothing of the whole.
        flows, of = _flows_of_loan(debt, terms, as_of), "left"
    else:
        flows, of = _flows_of_loan(debt, terms, as_of), "loan"
    rates = annualised(flows)
    return None if rates is None else TrueRate(*rates, of)


def annualised(flows: Flows) -> tuple[Fraction, Fraction] | None:
    """(nominal, effective) a year. Flows on one day of the month are taken a month apart."""
    months = _by_months(flows)
    if months is not None:
        monthly = periodic_irr(months)
        if monthly is None:
            return None
        return 12 * monthly, (1 + monthly) ** 12 - 1
    effective = irr(flows)
    return None if effective is None else (12 * monthly_of(effective), effective)


def _by_months(flows: Flows) -> list[int] | None:
    """Amounts by month from the first flow on, where all lie on its (clipped) day."""
    days = [date.fromordinal(day) for day, _ in flows]
    if not days:
        return None
    keeps = max(day.day for day in days)
    amounts: dict[int, int] = {}
    for on, (_, fen) in zip(days, flows, strict=True):
        if on != clip(on.year, on.month, keeps):
            return None
        index = 12 * (on.year - days[0].year) + on.month - days[0].month
        amounts[index] = amounts.get(index, 0) + fen
    return [amounts.get(index, 0) for index in range(max(amounts) + 1)]


def monthly_of(effective: Fraction) -> Fraction:
    """The rate of a month that comes to this one a year, to twelve places."""
    grown = (1 + effective) * _PLACES**12
    return Fraction(_root(int(grown)) - _PLACES, _PLACES)


def _root(number: int) -> int:
    """The whole twelfth root, rounded down, by Newton's steps from above."""
    if number == 0:
        return 0
    root = 1 << -(-number.bit_length() // 12)
    while (closer := (11 * root + number // root**11) // 12) < root:
        root = closer
    return root


def _flows_of_loan(debt: Debt, terms: InstalmentTerms | OpenTerms, as_of: date) -> Flows:
    """What is not yet due, as received where its interest began, and what is required of it."""
    missed = sum(one.principal_fen for one in terms.arrears)
    clean = replace(terms, principal_fen=terms.principal_fen - missed, arrears=())
    rows = clean.rows if isinstance(clean, InstalmentTerms) else ()
    first_due = rows[0].due_on if rows else clean.next_due
    if first_due is None or not clean.principal_fen:
        return []
    due_day = clean.due_day or first_due.day
    accrued_from = None if rows else getattr(clean, "accrued_from", None)
    begins = accrued_from or add_months(first_due, -1, due_day)
    contract = start_contract(replace(debt, terms=clean), as_of.toordinal())
    paid = _paid_as_required(contract, _horizon(as_of))
    return [(begins.toordinal(), clean.principal_fen), *paid]


def _flows_of_flat_fee(terms: InstalmentTerms, signed_on: date) -> Flows:
    """The whole loan: as many equal rows as fell due since it was signed come before those left.

    Every amount is taken `periods_left` times, which leaves the rate as it is.
    """
    rows, first_due = terms.periods_left or 0, terms.next_due
    missed = sum(one.principal_fen for one in terms.arrears)
    undue = terms.principal_fen - missed
    if not rows or first_due is None or not undue:
        return []
    due_day = terms.due_day or first_due.day
    gone = 0
    while add_months(first_due, -gone - 1, due_day) > signed_on:
        gone += 1
    days = [add_months(first_due, index, due_day) for index in range(-gone - 1, rows)]
    paid = [(day.toordinal(), -undue - terms.fees_left_fen) for day in days[1:]]
    return [(days[0].toordinal(), undue * len(paid)), *paid]


def _flows_of_bill(debt: Debt, terms: RevolvingTerms, as_of: date) -> Flows:
    """The last bill, if only its minimum is paid: what is kept on the due date, and paid later.

    New spending is left out, and so is what was carried before.
    """
    owed = terms.billed_fen or terms.unbilled_fen
    if terms.minimum is None or not owed:
        return []
    billed_on = month_day_on_or_before(date.fromordinal(as_of.toordinal() - 1), terms.statement_day)
    clean = replace(
        terms,
        billed_fen=owed,
        unbilled_fen=0,
        carrying_fen=0,
        monthly_spend_fen=0,
        purchases=tuple(one for one in terms.purchases if one.on <= billed_on)
        if terms.billed_fen
        else (),
        arrears=(),
    )
    contract = start_contract(replace(debt, terms=clean), billed_on.toordinal() + 1)
    paid = _paid_as_required(contract, _horizon(as_of))
    if not paid:
        return []
    (first, minimum), *later = paid
    return [(first, owed + minimum), *later]


def _paid_as_required(contract: Contract, end: int) -> Flows:
    """What the contract takes if all it requires is paid when due, and the rest on the last day."""
    paid: Flows = []
    while contract.next_day < end:
        day = contract.next_day
        contract.morning(day)
        required = contract.required_fen(day)
        if required:
            contract.pay(day, required)
            paid.append((day, -required))
    left = contract.settle(end)
    return [*paid, (end, -left)] if left else paid


def _horizon(as_of: date) -> int:
    return min(add_months(as_of, HORIZON_MONTHS), LAST_DAY).toordinal()
