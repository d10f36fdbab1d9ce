"""A balance with a payment rule: overdrafts, student loans, money owed to people.

One pot each of fees, penalty, interest and principal; dues are requirements on the whole
balance. Days are ordinals, amounts fen.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import NamedTuple, Self

from planner.domain.contracts.accrual import Nights
from planner.domain.contracts.arrears import ageing_days
from planner.domain.contracts.dues import NEVER, Due, Parts, charge_late_fee, copy_slots, in_grace
from planner.domain.household.terms import Arrear, OpenTerms
from planner.domain.values.days import add_months
from planner.domain.values.money import round_half_up


class Requirement(Due):
    """A minimum. `part` is its unpaid principal part, which bears the penalty once missed;
    `extras` late fee, penalty, and interest of after the end that joined `unpaid`; while in
    grace, `pending` is the numerator of penalty and `replaced` of the ordinary interest it would
    take the place of.
    """

    __slots__ = ("extras", "part", "pending", "replaced")

    def __init__(
        self, due_on: int, last_safe_on: int, *, amount: int, required: int, part: int
    ) -> None:
        super().__init__(due_on, last_safe_on, amount, required)
        self.part = part
        self.extras = 0
        self.pending = 0
        self.replaced = 0


class OpenStanding(NamedTuple):
    """What an open balance is on a day: fen, and the numerator of interest of the period so
    far. `charges` are billed interest, fees and penalty; `ends_on` a day ordinal or `NEVER`."""

    terms: OpenTerms
    nights: Nights
    owed: int
    charges: int
    accrued: int
    ordinary_from: int
    ends_on: int
    has_ended: bool


class ComingDue(NamedTuple):
    """What a due requires in fen, and the charges and principal left once that is paid."""

    due_on: int
    required: int
    charges: int
    owed: int


class OpenEnd:
    """A running open-ended contract: bills, falls due, takes payments.

    Requirements are paid oldest first, so that those that are met, and those still in grace,
    lie at the two ends. Their sums are kept, since hundreds may be open for years: `_unpaid` of
    all, `_parts` of their principal parts, `_bearing` of the parts of those that were missed.
    """

    __slots__ = (
        "_accrued",
        "_accrued_to",
        "_bearing",
        "_billed_to",
        "_due_day",
        "_ends_on",
        "_fees",
        "_grace_days",
        "_interest",
        "_next_due",
        "_nights",
        "_ordinary_from",
        "_owed",
        "_parts",
        "_penalty",
        "_penalty_accrued",
        "_requirements",
        "_terms",
        "_tolerance",
        "_unpaid",
        "dues",
        "next_day",
        "overdue_fen",
        "warnings",
    )

    def __init__(
        self, terms: OpenTerms, *, grace_days: int, tolerance_fen: int, as_of: int
    ) -> None:
        self._terms = terms
        self._grace_days = grace_days
        self._tolerance = tolerance_fen
        self._due_day = terms.due_day or terms.next_due.day
        self._next_due = terms.next_due.toordinal()
        self._ends_on = NEVER if terms.ends_on is None else terms.ends_on.toordinal()
        self._nights = Nights(terms.rate, terms.overdue, self._due_day)
        self._owed = terms.principal_fen
        self._interest = sum(one.interest_fen for one in terms.arrears)
        self._fees = sum(one.fee_fen for one in terms.arrears)
        self._penalty = 0
        self._accrued = self._penalty_accrued = 0
        start = terms.accrued_from or add_months(terms.next_due, -1, self._due_day)
        self._ordinary_from = self._billed_to = start.toordinal()
        self._accrued_to = min(self._ordinary_from, as_of)
        self._requirements: list[Requirement] = []
        self._unpaid = self._parts = self._bearing = 0
        self.dues: list[Due] = []
        self.warnings: list[tuple[int, str]] = []
        self.overdue_fen = 0
        self._lay_arrears(as_of)
        self._reschedule(as_of - 1)

    def _lay_arrears(self, as_of: int) -> None:
        """Age the arrears from their due dates to the morning of `as_of`."""
        arrears = self._terms.arrears
        if arrears:
            self._accrued_to = min(self._accrued_to, arrears[0].due_on.toordinal())
        for day, fallen_due in ageing_days(arrears, self._grace_days, as_of):
            self._accrue(day)
            self._end_grace(day, late_fees=False)
            for one in fallen_due:
                required = one.principal_fen + one.interest_fen + one.fee_fen
                requirement = Requirement(
                    day,
                    day + self._grace_days,
                    amount=required,
                    required=required,
                    part=one.principal_fen,
                )
                requirement.is_arrear = True
                self._require(requirement)
        self._accrue(as_of)
        for requirement, one in zip(self._requirements, arrears, strict=True):
            if one.penalty_fen is not None:
                self._penalty += one.penalty_fen
                requirement.unpaid += one.penalty_fen
                self._unpaid += one.penalty_fen
                requirement.extras += one.penalty_fen
                requirement.pending = 0
                if requirement.is_missed:
                    counted = self._nights.penalty(requirement.due_on, as_of)
                    self._penalty_accrued -= requirement.part * counted
        self.dues.extend(self._requirements)

    def _require(self, requirement: Requirement) -> None:
        self._requirements.append(requirement)
        self._unpaid += requirement.unpaid
        self._parts += requirement.part

    def _accrue(self, day: int) -> None:
        """Let nights pass until `day`. Splitting the stretch changes nothing."""
        start = self._accrued_to
        if day <= start:
            return
        self._accrued_to = day
        ordinary = 0
        if day > self._ordinary_from:
            ordinary = self._nights.ordinary(max(start, self._ordinary_from), day)
        bearing = 0
        if self._requirements and self._terms.overdue is not None:
            penalty = self._nights.penalty(start, day)
            bearing = self._bearing
            for one in in_grace(self._requirements, start):
                one.pending += one.part * penalty
                one.replaced += one.part * ordinary
            self._penalty_accrued += bearing * penalty
        self._accrued += (self._owed - bearing) * ordinary

    def move_due_day(self, day: int) -> None:
        """Dues after the next one fall on another day of the month."""
        self._due_day = day

    def morning(self, day: int) -> None:
        """What grace missed until yesterday becomes overdue; then the due of the day."""
        if day < self.next_day:
            return
        self._accrue(day)
        if self._requirements:
            self._end_grace(day, late_fees=True)
        if day == min(self._next_due, self._ends_on):
            self._fall_due(day)
        self._reschedule(day)

    def _end_grace(self, day: int, *, late_fees: bool) -> None:
        for one in in_grace(self._requirements, day - 1):
            if one.last_safe_on + 1 != day:
                continue
            if one.unpaid > self._tolerance:
                one.is_missed = True
                self._bearing += one.part
                self.overdue_fen += one.unpaid - one.extras
                self._penalty_accrued += one.pending
                self._accrued -= one.replaced
                if late_fees:
                    fee = charge_late_fee(self._terms.late_fee, one.unpaid - one.extras)
                    self._fees += fee
                    one.unpaid += fee
                    self._unpaid += fee
                    one.extras += fee
            one.pending = one.replaced = 0

    def _fall_due(self, day: int) -> None:
        """Bill the period's interest and penalty; require the minimum, at the end all."""
        interest = self._bill_interest()
        self._bill_penalty()
        if self._terms.compound:
            self._interest -= interest
            self._owed += interest
            interest = 0
        charges = self._interest + self._fees + self._penalty
        balance = self._owed + charges
        required = balance - self._unpaid
        if day != self._ends_on:
            required = min(required, self._minimum(interest))
        if required > 0:
            charges_left = max(0, charges - (self._unpaid - self._parts))
            requirement = Requirement(
                day,
                day + self._grace_days,
                amount=balance,
                required=required,
                part=min(max(0, required - charges_left), self._owed - self._parts),
            )
            self._require(requirement)
            self.dues.append(requirement)
        if day == self._ends_on:
            self._next_due = NEVER
        else:
            self._next_due = add_months(date.fromordinal(day), 1, self._due_day).toordinal()

    def _minimum(self, interest: int) -> int:
        minimum = self._terms.minimum
        if minimum is None:
            return 0
        if minimum.fixed_fen is not None:
            return minimum.fixed_fen
        share = round_half_up(minimum.ratio * self._owed)
        return max(minimum.floor_fen, share + (interest if minimum.plus_interest else 0))

    def _bill_interest(self) -> int:
        interest = self._nights.billed(self._accrued)
        self._accrued = 0
        self._billed_to = self._accrued_to
        self._interest += interest
        return interest

    def _bill_penalty(self) -> int:
        penalty = self._nights.billed(self._penalty_accrued)
        self._penalty_accrued = 0
        self._penalty += penalty
        return penalty

    def _has_ended(self, day: int) -> bool:
        """Whether what settles is required: from the last due day on."""
        return day >= self._ends_on and bool(self._requirements)

    @property
    def keeps_spending(self) -> bool:
        return False

    @property
    def asks_nothing(self) -> bool:
        """Whether nothing is required, nor ever will be."""
        minimum = self._terms.minimum
        has_minimum = minimum is not None and (minimum.fixed_fen is None or minimum.fixed_fen > 0)
        return not has_minimum and self._ends_on == NEVER and not self._requirements

    def required_fen(self, day: int) -> int:
        """All that is required and unpaid on `day`; once the contract ended, what settles."""
        if self._has_ended(day):
            return self.settle(day)
        return self._unpaid

    def demands(self, day: int) -> Iterator[tuple[int, int]]:
        """(due day, fen) of what is required and unpaid, oldest first."""
        for one in self._requirements:
            yield one.due_on, one.unpaid
        if self._has_ended(day):
            since = self.settle(day) - self._unpaid
            yield self._requirements[-1].due_on, since

    def oldest_unmet(self, day: int) -> Due | None:
        """The oldest due required by `day` and not met."""
        return self._requirements[0] if self._requirements else None

    def settle(self, day: int) -> int:
        """What pays everything off on `day`."""
        self._accrue(day)
        return (
            self._owed
            + self._interest
            + self._fees
            + self._penalty
            + self._nights.billed(self._accrued)
            + self._nights.billed(self._penalty_accrued)
        )

    def payable(self, day: int, offered: int) -> int:
        """The most of `offered` that the contract takes on `day`, prepayment included."""
        settle = self.settle(day)
        if offered >= settle:
            return settle
        most = self._fees + self._penalty + self._interest + self._owed - 1
        return min(offered, max(most, self.required_fen(day)))

    def avoidable_rate(self, day: int, free: int) -> Fraction:
        """The rate a year that prepaying avoids."""
        return self._nights.annual

    def pay(self, day: int, amount: int) -> Parts:
        """Take a payment: fees, penalty, interest, principal.

        Raises ValueError for an amount above what settles.
        """
        settle = self.settle(day)
        if amount > settle:
            raise ValueError("a payment above what settles")
        billed = 0
        if amount == settle or self._has_ended(day):
            billed += self._bill_interest()
        if amount == settle or any(one.is_missed for one in self._requirements):
            billed += self._bill_penalty()
        if self._has_ended(day):
            self._requirements[-1].unpaid += billed
            self._requirements[-1].extras += billed
            self._unpaid += billed
        fee = min(amount, self._fees)
        penalty = min(amount - fee, self._penalty)
        interest = min(amount - fee - penalty, self._interest)
        principal = amount - fee - penalty - interest
        self._fees -= fee
        self._penalty -= penalty
        self._interest -= interest
        self._owed -= principal
        self._meet(day, amount, principal)
        self._reschedule(day)
        return Parts(principal, interest, fee, penalty)

    def _meet(self, day: int, amount: int, principal: int) -> None:
        """Reduce the oldest unmet requirement first; its principal part by principal paid."""
        met = 0
        for one in self._requirements:
            if not amount and not (principal and self._parts):
                break
            overdue, part = one.unpaid - one.extras, one.part
            paid = min(amount, one.unpaid)
            one.unpaid -= paid
            one.extras = max(0, one.extras - paid)
            one.count_paid(day, paid)
            amount -= paid
            lowered = min(principal, one.part)
            one.part = min(one.part - lowered, one.unpaid - one.extras)
            principal -= lowered
            self._unpaid -= paid
            self._parts -= part - one.part
            if one.is_missed:
                self._bearing -= part - one.part
                self.overdue_fen -= overdue - (one.unpaid - one.extras)
            if one.unpaid == 0:
                one.met_on = day
                met += 1
        del self._requirements[:met]

    def balances(self) -> Parts:
        """Billed and unpaid by kind."""
        return Parts(self._owed, self._interest, self._fees, self._penalty)

    def bears(self, day: int) -> bool:
        """Whether something bears interest or penalty in the night after `day`."""
        ordinary = self._nights.ordinary(day, day + 1) * (self._owed - self._bearing)
        return ordinary > 0 or self._nights.penalty(day, day + 1) * self._bearing > 0

    def is_settled(self, day: int) -> bool:
        return self._owed == 0 and not self._requirements and self.settle(day) == 0

    def clone(self) -> Self:
        """A copy that goes its own way; its `dues` start empty."""
        other = copy_slots(self)
        other._requirements = [copy_slots(one) for one in self._requirements]
        other.dues = []
        other.warnings = []
        return other

    def standing(self, day: int) -> OpenStanding:
        """What the dues after `day` are computed from."""
        self._accrue(day)
        return OpenStanding(
            self._terms,
            self._nights,
            self._owed,
            self._interest + self._fees + self._penalty,
            self._accrued,
            self._ordinary_from,
            self._ends_on,
            self._has_ended(day),
        )

    def dues_ahead(self, day: int, last_day: int) -> list[ComingDue]:
        """The dues after `day` until `last_day`, all that is required being paid on its day."""
        coming = []
        clone = self.clone()
        if required := clone.required_fen(day):
            clone.pay(day, required)
        while clone.next_day <= last_day and not clone.is_settled(day):
            day = clone.next_day
            is_due = day == min(clone._next_due, clone._ends_on)
            clone.morning(day)
            required = clone.required_fen(day)
            if required:
                clone.pay(day, required)
            if is_due:
                charges = clone._interest + clone._fees + clone._penalty
                coming.append(ComingDue(day, required, charges, clone._owed))
        return coming

    def bring_forward(self, day: int, due_on: int, offered: int) -> None:
        """Let the next minimum stand before its day, if what is offered pays all of it.

        Interest is billed up to `day`; that of later nights with the minimum after it.
        """
        if not day < due_on == min(self._next_due, self._ends_on) or not self._owed:
            return
        early = self.clone()
        early._accrue(day)
        early._fall_due(due_on)
        if early._unpaid > offered:
            return
        self._accrue(day)
        self._fall_due(due_on)
        self._reschedule(day)

    def open_dues(self) -> list[Due]:
        """The dues that are not met, oldest first."""
        return list(self._requirements)

    def terms_on(self, day: int) -> OpenTerms:
        """The terms as they stand on the morning of `day`, to be shown and corrected.

        Interest that was billed and not paid is told as principal, but for what stands in
        an arrear; interest of the period by the day it runs from. Once the contract ended,
        `ends_on` lies before `next_due`, which has no meaning any more.
        """
        self._accrue(day)
        arrears = []
        coming = [one for one in self._requirements if one.due_on >= day]
        for one in self._requirements:
            if one.due_on >= day:
                continue  # paid in part on its day or before: still to come in this position
            charges = one.unpaid - one.part
            arrears.append(
                Arrear(date.fromordinal(one.due_on), one.part, 0, charges - one.extras, one.extras)
            )
        charges = self._interest + self._fees + self._penalty
        told = sum(arrear.fee_fen + (arrear.penalty_fen or 0) for arrear in arrears)
        due = self._terms.next_due
        if self._next_due != NEVER:
            due = date.fromordinal(self._next_due)
        while due.toordinal() < day:  # settled or ended: nothing fell due any more
            due = add_months(due, 1, self._due_day)
        started: date | None = add_months(due, -1, self._due_day)
        if coming:  # its interest is billed, and told as principal
            due = started = date.fromordinal(coming[0].due_on)
        elif self._has_ended(day):
            started = date.fromordinal(self._billed_to)
        elif due == self._terms.next_due:
            started = self._terms.accrued_from
        ends_on = self._terms.ends_on
        return replace(
            self._terms,
            principal_fen=self._owed + max(0, charges - told),
            next_due=due if ends_on is None or ends_on.toordinal() < day else min(due, ends_on),
            due_day=self._due_day,
            accrued_from=started,
            arrears=tuple(arrears),
        )

    def _reschedule(self, day: int) -> None:
        """The next day after `day` on which something happens by itself."""
        nearest = NEVER
        if self._owed or self._interest or self._fees or self._penalty or self._accrued:
            nearest = min(self._next_due, self._ends_on) if day < self._ends_on else NEVER
        for one in in_grace(self._requirements, day):
            if one.last_safe_on < nearest:
                nearest = one.last_safe_on + 1
        self.next_day = nearest
