"""A schedule of dues: level, equal principal, interest only, flat fee, or listed rows.

Ordinary interest runs on principal not yet due, penalty on the unpaid principal of overdue
rows (or on all principal), each night at one of the two. Days are ordinals, amounts fen.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import NamedTuple, Self

from planner.domain.contracts.accrual import Nights
from planner.domain.contracts.arrears import ageing_days
from planner.domain.contracts.dues import (
    NEVER,
    Due,
    Parts,
    charge_late_fee,
    copy_slots,
    in_grace,
)
from planner.domain.household.terms import Arrear, InstalmentTerms, ListedRow
from planner.domain.values.days import add_months
from planner.domain.values.money import round_half_up
from planner.domain.values.rates import annuity

UNPRICED = ("flat_fee", "listed")  # no ordinary interest; prepaid whole or not at all


class ScheduledRow(Due):
    """One required row by kind.

    While the row is in grace, `pending` is the numerator of the penalty it would bear if it
    were missed, and `replaced` of the ordinary interest which that would take the place of.
    Once missed it has penalty not yet billed (see `Instalment._pending_of`), and of the bills
    its `penalty` and `unpaid` contain the shares of the first `bills`; None before its first.
    `up_to` is the principal of all rows missed until it was, its own included.
    """

    __slots__ = (
        "bills",
        "fee",
        "interest",
        "late_fee",
        "penalty",
        "pending",
        "principal",
        "replaced",
        "up_to",
    )

    def __init__(
        self, due_on: int, last_safe_on: int, *, principal: int, interest: int, fee: int
    ) -> None:
        required = principal + interest + fee
        super().__init__(due_on, last_safe_on, required, required)
        self.principal = principal
        self.interest = interest
        self.fee = fee
        self.late_fee = 0
        self.penalty = 0
        self.pending = 0
        self.replaced = 0
        self.bills: int | None = None
        self.up_to = 0

    @property
    def scheduled(self) -> int:
        """What is left of what the schedule asked for: no late fee, no penalty."""
        return self.principal + self.interest + self.fee

    def become_arrear(self) -> None:
        super().become_arrear()
        self.amount = self.required = self.unpaid - self.penalty

    def take(self, offered: int) -> Parts:
        """Settle what `offered` reaches: late fee and fee, penalty, interest, principal."""
        late_fee = min(offered, self.late_fee)
        fee = min(offered - late_fee, self.fee)
        left = offered - late_fee - fee
        penalty = min(left, self.penalty)
        interest = min(left - penalty, self.interest)
        principal = min(left - penalty - interest, self.principal)
        self.late_fee -= late_fee
        self.fee -= fee
        self.penalty -= penalty
        self.interest -= interest
        self.principal -= principal
        parts = Parts(principal, interest, late_fee + fee, penalty)
        self.unpaid -= sum(parts)
        return parts


class InstalmentStanding(NamedTuple):
    """What a schedule is made of on a day: fen, and the numerator of ordinary interest of the
    period so far. `bears_on_all`: a penalty takes the place of all ordinary interest."""

    terms: InstalmentTerms
    nights: Nights
    undue: int
    accrued: int
    ordinary_from: int
    rows_left: int
    level: int
    bears_on_all: bool


class ComingRow(NamedTuple):
    """A row by kind in fen, and the principal not yet due once it has fallen due."""

    due_on: int
    principal: int
    interest: int
    fee: int
    undue: int


class Bill(NamedTuple):
    """Penalty billed to all rows missed: what a fen bore since the last bill, as a numerator,
    and how much principal of missed rows had been paid by then."""

    borne: int
    paid: int


def _row_left(row: ScheduledRow) -> ListedRow:
    """What is left of a row, as the lender's schedule would list it."""
    return ListedRow(date.fromordinal(row.due_on), row.principal, row.interest, row.fee)


class Instalment:
    """A running instalment contract: bills, falls due, takes payments.

    Open rows are paid oldest first, so that those that are met, and those still in grace, lie
    at the two ends. Hundreds may be open for years: their sums are kept, and a bill of penalty
    is laid on a row only when somebody asks for that row (`_count_bills`). For rows missed:
    `_missed` is how many they are, `_bearing` their principal, `_paid` what was paid of it,
    `_pending` the numerator of penalty not yet billed, `_borne` that of one fen (0 where the
    penalty runs on all principal), `_unbilled` those without a bill yet.
    """

    __slots__ = (
        "_accrued",
        "_accrued_to",
        "_bearing",
        "_bills",
        "_borne",
        "_due_day",
        "_fees_left",
        "_grace_days",
        "_level",
        "_listed",
        "_missed",
        "_next_due",
        "_nights",
        "_on_principal",
        "_open_fee",
        "_open_interest",
        "_open_penalty",
        "_open_principal",
        "_ordinary_from",
        "_paid",
        "_pending",
        "_periods_left",
        "_row_fee",
        "_row_principal",
        "_rows",
        "_terms",
        "_tolerance",
        "_unbilled",
        "_undue",
        "dues",
        "next_day",
        "overdue_fen",
        "warnings",
    )

    def __init__(
        self, terms: InstalmentTerms, *, grace_days: int, tolerance_fen: int, as_of: int
    ) -> None:
        self._terms = terms
        self._grace_days = grace_days
        self._tolerance = tolerance_fen
        self._on_principal = terms.overdue is not None and terms.overdue.on == "principal"
        self._listed = len(terms.rows)  # rows of the list that are not yet due
        self._undue = terms.principal_fen - sum(one.principal_fen for one in terms.arrears)
        self._fees_left = terms.fees_left_fen
        self._periods_left = terms.periods_left or 0
        first_due = terms.rows[0].due_on if terms.rows else terms.next_due
        if first_due is None:  # a listed schedule of which only arrears are left
            first_due = date.fromordinal(as_of)
        self._due_day = terms.due_day or first_due.day
        self._next_due = first_due.toordinal()
        self._nights = Nights(terms.rate, terms.overdue, self._due_day)
        self._level = 0
        self._row_principal = 0
        self._row_fee = 0
        self._fix_rows(level=terms.amount_fen)
        self._rows: list[ScheduledRow] = []
        self._open_principal = self._open_interest = self._open_fee = self._open_penalty = 0
        self._missed = self._bearing = self._paid = self._pending = self._borne = 0
        self._unbilled: list[ScheduledRow] = []
        self._bills: list[Bill] = []
        self.dues: list[Due] = []
        self.warnings: list[tuple[int, str]] = []
        self.overdue_fen = 0
        self._accrued = 0
        start = terms.accrued_from or add_months(first_due, -1, self._due_day)
        self._ordinary_from = start.toordinal() if terms.method not in UNPRICED else NEVER
        self._accrued_to = min(self._ordinary_from, as_of)
        self._lay_arrears(as_of)
        self._reschedule(as_of - 1)

    def _fix_rows(self, level: int | None = None) -> None:
        """Fix principal, fee and level payment of the rows left, on principal not yet due."""
        rows = self._periods_left
        if rows == 0:
            return
        method = self._terms.method
        self._row_fee = round_half_up(Fraction(self._fees_left, rows))
        if method in ("equal_principal", "flat_fee"):
            self._row_principal = round_half_up(Fraction(self._undue, rows))
        elif method == "level" and level is not None:
            self._level = level
        elif method == "level":
            rate = self._terms.rate
            self._level = (
                round_half_up(Fraction(self._undue, rows))
                if rate is None
                else annuity(self._undue, rate, rows)
            )

    def _lay_arrears(self, as_of: int) -> None:
        """Age the arrears from their due dates to the morning of `as_of`."""
        arrears = self._terms.arrears
        if arrears:
            self._accrued_to = min(self._accrued_to, arrears[0].due_on.toordinal())
        for day, fallen_due in ageing_days(arrears, self._grace_days, as_of):
            self._accrue(day)
            self._end_grace(day, late_fees=False)
            for one in fallen_due:
                row = ScheduledRow(
                    day,
                    day + self._grace_days,
                    principal=one.principal_fen,
                    interest=one.interest_fen,
                    fee=one.fee_fen,
                )
                row.is_arrear = True
                self._open(row)
        self._accrue(as_of)
        for row, one in zip(self._rows, arrears, strict=True):
            if one.penalty_fen is not None:
                row.penalty = one.penalty_fen
                row.unpaid += one.penalty_fen
                self._open_penalty += one.penalty_fen
                counted = self._pending_of(row) if row.is_missed else row.pending
                row.pending -= counted
                if row.is_missed:
                    self._pending -= counted
        self.dues.extend(self._rows)

    def _open(self, row: ScheduledRow) -> None:
        self._rows.append(row)
        self._open_principal += row.principal
        self._open_interest += row.interest
        self._open_fee += row.fee

    def _accrue(self, day: int) -> None:
        """Let nights pass until `day`. Splitting the stretch changes nothing."""
        start = self._accrued_to
        if day <= start:
            return
        self._accrued_to = day
        rows = self._rows
        has_missed_principal = self._on_principal and self._missed
        ordinary = 0
        if not has_missed_principal and day > self._ordinary_from:
            ordinary = self._undue * self._nights.ordinary(max(start, self._ordinary_from), day)
            self._accrued += ordinary
        if not rows:
            return
        penalty = self._nights.penalty(start, day)
        if not self._on_principal:
            self._borne += penalty
            self._pending += self._bearing * penalty
            for row in in_grace(rows, start):
                row.pending += row.principal * penalty
            return
        principal = self._undue + self._open_principal
        if has_missed_principal:
            self._pending += principal * penalty
            return
        for row in in_grace(rows, start):
            row.pending += principal * penalty
            row.replaced += ordinary

    def morning(self, day: int) -> None:
        """What grace missed until yesterday becomes overdue; then the due of the day."""
        if day < self.next_day:
            return
        self._accrue(day)
        if self._rows:
            self._end_grace(day, late_fees=True)
        if day == self._next_due and self._has_undue():
            self._fall_due(day)
        self._reschedule(day)

    def _end_grace(self, day: int, *, late_fees: bool) -> None:
        for row in in_grace(self._rows, day - 1):
            if row.last_safe_on + 1 != day:
                continue
            if row.unpaid <= self._tolerance:
                row.pending = row.replaced = 0
                continue
            if self._on_principal:
                self._accrued -= row.replaced
                for other in in_grace(self._rows, day):  # their nights lie within this row's
                    other.pending = other.replaced = 0
            self._miss(row)
            if late_fees:
                row.late_fee = charge_late_fee(self._terms.late_fee, row.scheduled)
                row.unpaid += row.late_fee
                self._open_fee += row.late_fee

    def _miss(self, row: ScheduledRow) -> None:
        row.is_missed = True
        self.overdue_fen += row.scheduled
        self._missed += 1
        self._bearing += row.principal
        self._pending += row.pending
        row.pending -= row.principal * self._borne
        row.up_to = self._bearing + self._paid
        self._unbilled.append(row)

    def _fall_due(self, day: int) -> None:
        self._bill_penalty()
        row = self._next_row(day)
        if row.unpaid:
            self._open(row)
            self.dues.append(row)

    def _next_row(self, day: int) -> ScheduledRow:
        return self._next_listed_row(day) if self._listed else self._next_computed_row(day)

    def _next_listed_row(self, day: int) -> ScheduledRow:
        rows = self._terms.rows
        given = rows[len(rows) - self._listed]
        self._listed -= 1
        self._undue -= given.principal_fen
        if self._listed:
            self._next_due = rows[len(rows) - self._listed].due_on.toordinal()
        return ScheduledRow(
            day,
            day + self._grace_days,
            principal=given.principal_fen,
            interest=given.interest_fen,
            fee=given.fee_fen,
        )

    def _next_computed_row(self, day: int) -> ScheduledRow:
        interest = self._nights.billed(self._accrued)
        self._accrued = 0
        self._periods_left -= 1
        principal = self._undue
        if self._periods_left:
            principal = min(principal, self._row_share(day, interest))
        fee = self._fees_left if principal == self._undue else min(self._fees_left, self._row_fee)
        self._undue -= principal
        self._fees_left -= fee
        self._next_due = add_months(date.fromordinal(day), 1, self._due_day).toordinal()
        return ScheduledRow(
            day, day + self._grace_days, principal=principal, interest=interest, fee=fee
        )

    def _row_share(self, day: int, interest: int) -> int:
        """Principal of a row that is not the last, before it is limited to what is left."""
        if self._terms.method != "level":
            return self._row_principal
        if interest > self._level:
            self.warnings.append((day, "interest_above_payment"))
            return 0
        return self._level - interest

    def _bill_penalty(self) -> None:
        """Bill the penalty of overdue rows, one rounding for all, shares oldest first."""
        if not self._missed:
            return
        billed = self._nights.billed(self._pending)
        self._open_penalty += billed
        if self._on_principal:
            self._add_penalty(self._first_missed(), billed)
        else:
            self._bills.append(Bill(self._borne, self._paid))
            exact = self._pending - sum(self._pending_of(row) for row in self._unbilled)
            billed = self._nights.billed(exact)
            for row in self._unbilled:
                exact += self._pending_of(row)
                share = self._nights.billed(exact) - billed
                billed += share
                self._add_penalty(row, share)
                row.bills = len(self._bills)
                row.pending = 0
        self._unbilled = []
        self._pending = self._borne = 0

    def _add_penalty(self, row: ScheduledRow, fen: int) -> None:
        row.penalty += fen
        row.unpaid += fen

    def _count_bills(self, row: ScheduledRow) -> None:
        """Add to a row its shares of the bills since it was last asked for.

        Of rows missed none after it has been paid since, and only this one in part: what was
        open of those up to it when a bill came is `up_to` less all that had been paid.
        """
        if row.bills is None:
            return
        for bill in self._bills[row.bills :]:
            until = row.up_to - bill.paid
            billed_before = self._nights.billed((until - row.principal) * bill.borne)
            self._add_penalty(row, self._nights.billed(until * bill.borne) - billed_before)
        row.bills = len(self._bills)

    def _first_missed(self) -> ScheduledRow:
        return next(row for row in self._rows if row.is_missed)

    def _pending_of(self, row: ScheduledRow) -> int:
        """Numerator of what a missed row bore since the last bill: where the penalty runs on
        all principal, the oldest bears it alone."""
        if self._on_principal:
            return self._pending if row is self._first_missed() else 0
        return row.pending + row.principal * self._borne

    def _with_shares(self) -> Iterator[tuple[ScheduledRow, int]]:
        """Open rows, oldest first, each with its share of penalty not yet billed."""
        exact = billed = 0
        for row in self._rows:
            share = 0
            if row.is_missed:
                self._count_bills(row)
                exact += self._pending_of(row)
                share = self._nights.billed(exact) - billed
                billed += share
            yield row, share

    @property
    def keeps_spending(self) -> bool:
        return False

    def required_fen(self, day: int) -> int:
        """All that is required and unpaid on `day`, penalty up to it included."""
        if not self._rows:
            return 0
        self._accrue(day)
        unpaid = self._open_principal + self._open_interest + self._open_fee + self._open_penalty
        return unpaid + self._nights.billed(self._pending)

    def demands(self, day: int) -> Iterator[tuple[int, int]]:
        """(due day, fen) of what is required and unpaid, oldest first."""
        self._accrue(day)
        for row, share in self._with_shares():
            yield row.due_on, row.unpaid + share

    def oldest_unmet(self, day: int) -> Due | None:
        """The oldest due required by `day` and not met."""
        return self._rows[0] if self._rows else None

    def settle(self, day: int) -> int:
        """What pays everything off on `day`."""
        self._accrue(day)
        return self.required_fen(day) + self._payoff()

    def _payoff(self) -> int:
        """Principal not yet due with what settling it costs: fees, fees left, interest."""
        if self._listed:
            rows = self._terms.rows[-self._listed :]
            extra = (
                0
                if self._terms.prepay.fees_waived
                else sum(row.interest_fen + row.fee_fen for row in rows)
            )
            return self._undue + self._prepayment_fee(self._undue) + extra
        fees = 0 if self._terms.prepay.fees_waived else self._fees_left
        interest = self._nights.billed(self._accrued)
        return self._undue + self._prepayment_fee(self._undue) + fees + interest

    def _prepayment_fee(self, principal: int) -> int:
        ratio = self._terms.prepay.fee_ratio
        return round_half_up(ratio * principal) if ratio else 0

    def payable(self, day: int, offered: int) -> int:
        """The most of `offered` that the contract takes on `day`, prepayment included."""
        self._accrue(day)
        required = self.required_fen(day)
        if offered <= required or not self._has_undue() or not self._terms.prepay.allowed:
            return min(offered, required)
        settle = required + self._payoff()
        if offered >= settle:
            return settle
        if self._terms.method in UNPRICED or self._undue <= 1:
            return required
        most = self._undue - 1
        return min(offered, required + most + self._prepayment_fee(most))

    def avoidable_rate(self, day: int, free: int) -> Fraction:
        """The rate a year that prepaying avoids; for fees that would be waived, twice their
        share of the payoff over the time left, since principal falls by about a line.
        """
        if self._terms.method not in UNPRICED:
            return self._nights.annual
        payoff = self._payoff()
        if not self._terms.prepay.fees_waived or free < payoff or payoff == 0:
            return Fraction(0)
        if self._listed:
            rows = self._terms.rows[-self._listed :]
            saved = sum(row.interest_fen + row.fee_fen for row in rows)
            last = rows[-1].due_on.toordinal()
        else:
            saved = self._fees_left
            last = self._next_due + 30 * (self._periods_left - 1)
        return Fraction(saved * 2 * 365, payoff * max(1, last - day))

    def pay(self, day: int, amount: int) -> Parts:
        """Take a payment: required rows oldest first, then principal not yet due.

        Raises ValueError for an amount that the contract does not take (see `payable`).
        """
        self._accrue(day)
        self._bill_penalty()
        principal = interest = fee = penalty = 0
        left = amount
        met = 0
        for row in self._rows:
            taken = self._take(row, left)
            paid = sum(taken)
            row.count_paid(day, paid)
            left -= paid
            principal += taken.principal
            interest += taken.interest
            fee += taken.fee
            penalty += taken.penalty
            if row.unpaid == 0:
                row.met_on = day
                met += 1
            if left == 0:
                break
        del self._rows[:met]
        if not self._rows:
            self._bills = []
        self._open_principal -= principal
        self._open_interest -= interest
        self._open_fee -= fee
        self._open_penalty -= penalty
        if left:
            prepaid = self._prepay(left)
            principal += prepaid.principal
            interest += prepaid.interest
            fee += prepaid.fee
        self._reschedule(day)
        return Parts(principal, interest, fee, penalty)

    def _take(self, row: ScheduledRow, offered: int) -> Parts:
        if not row.is_missed:
            return row.take(offered)
        self._count_bills(row)
        scheduled = row.scheduled
        taken = row.take(offered)
        self.overdue_fen -= scheduled - row.scheduled
        self._bearing -= taken.principal
        self._paid += taken.principal
        if row.unpaid == 0:
            self._missed -= 1
        return taken

    def _prepay(self, amount: int) -> Parts:
        payoff = self._payoff()
        if amount == payoff:
            principal = self._undue
            interest = self._nights.billed(self._accrued)
            if self._listed and not self._terms.prepay.fees_waived:
                interest = sum(row.interest_fen for row in self._terms.rows[-self._listed :])
            self._undue = self._fees_left = self._accrued = self._listed = self._periods_left = 0
            return Parts(principal, interest, amount - principal - interest, 0)
        if self._terms.method in UNPRICED or not self._terms.prepay.allowed:
            raise ValueError("this contract takes no partial prepayment")
        principal = self._prepaid_principal(amount)
        if principal >= self._undue:
            raise ValueError("a payment that clears the principal must be what settles")
        self._undue -= principal
        if self._terms.prepay.keeps == "term":
            self._fix_rows()
        return Parts(principal, 0, amount - principal, 0)

    def _prepaid_principal(self, amount: int) -> int:
        """The largest p with p + round_half_up(fee_ratio x p) <= amount."""
        principal = int(amount / (1 + self._terms.prepay.fee_ratio)) + 1
        while principal + self._prepayment_fee(principal) > amount:
            principal -= 1
        return principal

    def balances(self) -> Parts:
        """Billed and unpaid by kind; principal is all that is outstanding."""
        principal = self._undue + self._open_principal
        return Parts(principal, self._open_interest, self._open_fee, self._open_penalty)

    def bears(self, day: int) -> bool:
        """Whether something bears interest or penalty in the night after `day`."""
        penalty = self._nights.penalty(day, day + 1)
        if self._on_principal and self._missed:
            return penalty * (self._undue + self._open_principal) > 0
        ordinary = self._nights.ordinary(day, day + 1) if day >= self._ordinary_from else 0
        return ordinary * self._undue > 0 or penalty * self._bearing > 0

    def is_settled(self, day: int) -> bool:
        """Nothing owed; rows of a list that are still to come may ask for nothing."""
        return not self._rows and not self._undue and self.settle(day) == 0

    def clone(self) -> Self:
        """A copy that goes its own way; its `dues` start empty."""
        other = copy_slots(self)
        other._rows = [copy_slots(row) for row in self._rows]
        other._unbilled = [row for row in other._rows if row.is_missed and row.bills is None]
        other._bills = self._bills.copy()
        other.dues = []
        other.warnings = []
        return other

    @property
    def has_open_rows(self) -> bool:
        """Whether something is required and unpaid."""
        return bool(self._rows)

    @property
    def has_rows_ahead(self) -> bool:
        """Whether something falls due later."""
        return self._has_undue()

    def pass_rows(self, until: int) -> Iterator[tuple[int, int]]:
        """Let the rows up to `until` fall due and be paid on their days: (day, fen) of each.

        Only while no row is open, and of a copy that does nothing else. The same as passing their
        mornings and paying them, sooner: plans ask for it for each prepayment that they try.
        """
        while self._has_undue() and (day := self._next_due) <= until:
            self._accrue(day)
            row = self._next_row(day)
            if row.unpaid:
                yield day, row.unpaid

    def standing(self, day: int) -> InstalmentStanding:
        """What the rows after `day` are computed from."""
        self._accrue(day)
        return InstalmentStanding(
            self._terms,
            self._nights,
            self._undue,
            self._accrued,
            self._ordinary_from,
            self._periods_left,
            self._level,
            self._on_principal,
        )

    def schedule(self, day: int, last_day: int) -> list[ComingRow]:
        """The rows after `day` until `last_day`, all that is required being paid on its day."""
        coming = []
        clone = self.clone()
        if required := clone.required_fen(day):
            clone.pay(day, required)
        while clone._has_undue() and (day := clone._next_due) <= last_day:
            clone.morning(day)
            coming += [
                ComingRow(day, row.principal, row.interest, row.fee, clone._undue)
                for row in clone._rows
            ]
            if required := clone.required_fen(day):
                clone.pay(day, required)
        return coming

    def bring_forward(self, day: int, due_on: int, offered: int) -> None:
        """Let the next row stand before its day, if what is offered pays all of it.

        Its interest is that of the nights up to `day`; later ones go to the row after it.
        """
        if not day < due_on == self._next_due or not self._has_undue():
            return
        early = self.clone()
        early._accrue(day)
        early._fall_due(due_on)
        if early.required_fen(day) > offered:
            return
        self._accrue(day)
        self._fall_due(due_on)
        self._reschedule(day)

    def open_dues(self) -> list[Due]:
        """The dues that are not met, oldest first."""
        for row in self._rows:
            self._count_bills(row)
        return list(self._rows)

    def terms_on(self, day: int) -> InstalmentTerms:
        """The terms as they stand on the morning of `day`, to be shown and corrected.

        Interest of the period is told by the day it runs from, so that of a principal
        lowered within the period is not told exactly.
        """
        self._accrue(day)
        rows = self._terms.rows[-self._listed :] if self._listed else ()
        due = date.fromordinal(self._next_due) if self._terms.method != "listed" else None
        while due is not None and due.toordinal() < day:  # nothing fell due any more
            due = add_months(due, 1, self._due_day)
        started = None if due is None else add_months(due, -1, self._due_day)
        if due is not None and due == self._terms.next_due:
            started = self._terms.accrued_from
        coming = [row for row in self._rows if row.due_on >= day]
        fees_left = self._fees_left
        if coming and due is None:
            rows = (*map(_row_left, coming), *rows)
        elif coming:  # paid in part on its day or before: still to come in this position
            due = date.fromordinal(coming[0].due_on)
            started = add_months(due, -1, self._due_day) if coming[0].interest else due
            fees_left += sum(row.fee for row in coming)
        arrears = []
        for row, share in self._with_shares():
            if row in coming:
                continue
            arrears.append(
                Arrear(
                    date.fromordinal(row.due_on),
                    row.principal,
                    row.interest,
                    row.fee + row.late_fee,
                    row.penalty + share if row.is_missed else None,
                )
            )
        return replace(
            self._terms,
            principal_fen=self.balances().principal,
            periods_left=None if due is None else self._periods_left + len(coming),
            next_due=due,
            due_day=self._due_day,
            accrued_from=started,
            fees_left_fen=fees_left,
            rows=rows,
            amount_fen=self._level if self._terms.amount_fen is not None else None,
            arrears=tuple(arrears),
        )

    def _has_undue(self) -> bool:
        """Whether rows are still to come; of nothing but charges that are waived, none: they
        would be settled with 0.00."""
        if self._undue or self._terms.prepay.fees_waived:
            return bool(self._undue)
        return bool(self._fees_left or self._listed)

    def _reschedule(self, day: int) -> None:
        """The next day after `day` on which something happens by itself."""
        self.next_day = self._next_due if self._has_undue() else NEVER
        for row in in_grace(self._rows, day):
            if row.last_safe_on < self.next_day:
                self.next_day = row.last_safe_on + 1
