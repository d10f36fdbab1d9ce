"""Statement-based credit: statements, minimums, interest-free purchases, carried principal.

Principal is in three places: carried (bears interest every night), new (billed, free of
interest if its statement is paid in full by the end of grace) and unbilled. Days are
ordinals, amounts fen.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import chain
from typing import NamedTuple, Self

from planner.domain.contracts.accrual import Nights
from planner.domain.contracts.dues import NEVER, Due, Parts, charge_late_fee, copy_slots
from planner.domain.household.terms import OWN_MINIMUM_FEN, MissedMinimum, RevolvingTerms
from planner.domain.values.days import month_day_on_or_before, next_month_day
from planner.domain.values.money import divide_half_up, round_half_up


class Piece:
    """New or unbilled principal; interest, if it comes to that, counts from `since`."""

    __slots__ = ("fen", "since")

    def __init__(self, fen: int, since: int) -> None:
        self.fen = fen
        self.since = since


class Statement(Due):
    """A statement: `required` is its minimum, `unpaid` what is left of that.

    `rest` is what is left of the whole statement, `charges` of the interest and fees in its
    minimum; `pieces` its new principal, until it is paid or grace ends; `pending` the
    numerator of the interest that principal bears if the statement is not paid in full.
    """

    __slots__ = ("billed_on", "charges", "pending", "pieces", "rest")

    def __init__(
        self,
        billed_on: int,
        due_on: int,
        grace_days: int,
        *,
        amount: int,
        minimum: int,
        charges: int,
    ) -> None:
        super().__init__(due_on, due_on + grace_days, amount, minimum)
        self.billed_on = billed_on
        self.rest = amount
        self.charges = charges
        self.pieces: list[Piece] = []
        self.pending = 0


class RevolvingStanding(NamedTuple):
    """What a card owes on a day: fen, and the numerator of interest on `carried` so far.

    `charges` are billed interest and fees; `late` the largest minimum that stayed unpaid when
    grace ended; `statements` those not yet decided, oldest first; `unspent` the principal owed
    at the start and not paid yet. What is in it belongs to the contract: read it only.
    """

    terms: RevolvingTerms
    nights: Nights
    carried: int
    charges: int
    principal: int
    unspent: int
    accrued: int
    late: int
    statements: Sequence[Statement]
    unbilled: Sequence[Piece]
    last_statement: int
    next_statement: int


class ComingDay(NamedTuple):
    """A day on which something happens while minimums are paid on their days.

    `statement_due` is the due day of a statement made on it, `required` what had to be paid on
    it, `unspent` what is left of the principal of the start; fen.
    """

    on: int
    statement_due: int | None
    required: int
    unspent: int


class Revolving:
    """A running revolving contract: bills, falls due, takes payments."""

    __slots__ = (
        "_accrued",
        "_accrued_to",
        "_carried",
        "_fees",
        "_grace_days",
        "_interest",
        "_last_statement",
        "_late",
        "_late_fen",
        "_minimum",
        "_next_statement",
        "_nights",
        "_statements",
        "_terms",
        "_tolerance",
        "_unbilled",
        "_unspent",
        "dues",
        "next_day",
        "overdue_fen",
        "warnings",
    )

    def __init__(
        self, terms: RevolvingTerms, *, grace_days: int, tolerance_fen: int, as_of: int
    ) -> None:
        self._terms = terms
        self._grace_days = grace_days
        self._tolerance = tolerance_fen
        self._nights = Nights(terms.rate, None, terms.statement_day)
        self._minimum = _minimum_numerators(terms)
        day_before = date.fromordinal(as_of - 1)
        last = month_day_on_or_before(day_before, terms.statement_day)
        self._last_statement = last.toordinal()
        self._next_statement = next_month_day(last, terms.statement_day).toordinal()
        self._fees = self._interest = 0
        self._statements: list[Statement] = []  # in grace, or not yet due
        self._late: list[Statement] = []  # grace is over and the minimum not met
        self._unbilled: list[Piece] = []
        self._unspent = 0  # principal owed at `as_of` and not paid; new spending comes behind it
        self.dues: list[Due] = []
        self.warnings: list[tuple[int, str]] = []
        self._late_fen = self.overdue_fen = 0  # the largest of all late, and of those missed
        due_on = self.due_date(self._last_statement)
        carried = terms.carrying_fen
        if carried is None:
            carried = terms.billed_fen if due_on < as_of else 0
        self._carried = carried
        self._accrued = carried * self._nights.ordinary(self._last_statement, as_of)
        self._accrued_to = as_of
        self._lay_purchases(due_on, as_of)
        self._unspent = self._principal()
        self._reschedule(as_of - 1)

    def move_due_day(self, day: int) -> None:
        """Bills from the next statement on fall due on another day of the month."""
        self._terms = replace(self._terms, due_day=day, due_after=None)

    def due_date(self, statement: int) -> int:
        """The due day of a statement."""
        if self._terms.due_after is not None:
            return statement + self._terms.due_after
        assert self._terms.due_day is not None  # the reader takes one of the two
        return next_month_day(date.fromordinal(statement), self._terms.due_day).toordinal()

    def _lay_purchases(self, due_on: int, as_of: int) -> None:
        """Lay arrears, the last statement and what was spent since, as of that morning."""
        terms = self._terms
        statement_on = self._last_statement
        missed = 0
        for arrear in terms.arrears:
            day = arrear.due_on.toordinal()
            missed = arrear.amount_fen
            billed_on = month_day_on_or_before(arrear.due_on, terms.statement_day).toordinal()
            late = Statement(
                billed_on, day, self._grace_days, amount=missed, minimum=missed, charges=0
            )
            late.is_arrear = True
            self.dues.append(late)
            if late.last_safe_on + 1 < as_of:
                late.is_missed = missed > self._tolerance
                self._late.append(late)
                self._late_fen = missed
                self.overdue_fen = missed if late.is_missed else 0
            else:
                self._statements.append(late)
        new = terms.billed_fen - self._carried
        posted = [(one.on.toordinal(), one.amount_fen) for one in terms.purchases]
        previous = month_day_on_or_before(
            date.fromordinal(statement_on - 1), terms.statement_day
        ).toordinal()
        pieces = _posted(new, previous + 1, [one for one in posted if one[0] <= statement_on])
        self._unbilled = _posted(
            terms.unbilled_fen, statement_on + 1, [one for one in posted if one[0] > statement_on]
        )
        if due_on >= as_of and terms.billed_fen:
            minimum = self._minimum_of(terms.billed_fen, new, missed)
            statement = Statement(
                statement_on,
                due_on,
                self._grace_days,
                amount=terms.billed_fen,
                minimum=minimum,
                charges=0,
            )
            self._bill_pieces(statement, pieces, statement_on, as_of)
            self._statements.append(statement)
            if minimum:
                self.dues.append(statement)
        elif due_on + self._grace_days >= as_of and new:
            if self._statements and self._statements[0].due_on == due_on:
                self._statements[0].rest = terms.billed_fen
            else:
                settling = Statement(
                    statement_on, due_on, self._grace_days, amount=0, minimum=0, charges=0
                )
                settling.rest = terms.billed_fen
                self._statements.append(settling)
            self._bill_pieces(self._statements[-1], pieces, statement_on, as_of)
        elif new:
            self._unbilled = [Piece(new, statement_on + 1), *self._unbilled]

    def _bill_pieces(
        self, statement: Statement, pieces: list[Piece], statement_on: int, day: int
    ) -> None:
        """Make pieces the statement's new principal, interest counted as the terms say."""
        if self._terms.interest_from != "posting":
            start = statement.due_on if self._terms.interest_from == "due" else statement_on
            pieces = [Piece(sum(piece.fen for piece in pieces), start)] if pieces else []
        statement.pieces.extend(pieces)
        if self._terms.interest_on == "daily":
            for piece in pieces:
                if piece.since < day:
                    statement.pending += piece.fen * self._nights.ordinary(piece.since, day)

    def _minimum_of(self, amount: int, new: int, unmet: int) -> int:
        """The minimum of a statement; `unmet` is principal the last minimum left unpaid."""
        if self._minimum is None:
            return amount
        ratio, carried_ratio, denominator, floor = self._minimum
        if amount <= max(floor, OWN_MINIMUM_FEN):
            return amount
        from_carried = min(unmet, self._carried)
        from_new = min(unmet - from_carried, new)
        shares = ratio * (new - from_new) + carried_ratio * (self._carried - from_carried)
        minimum = divide_half_up(shares, denominator) + unmet + self._interest + self._fees
        return min(amount, max(floor, minimum))

    def _accrue(self, day: int) -> None:
        """Let nights pass until `day`. Splitting the stretch changes nothing."""
        start = self._accrued_to
        if day <= start:
            return
        self._accrued_to = day
        if self._carried:
            self._accrued += self._carried * self._nights.ordinary(start, day)
        if self._terms.interest_on == "daily":
            for statement in self._statements:
                for piece in statement.pieces:
                    first = max(start, piece.since)
                    if first < day:
                        statement.pending += piece.fen * self._nights.ordinary(first, day)

    def morning(self, day: int) -> None:
        """What grace missed until yesterday becomes overdue; then the statement of the day."""
        if day < self.next_day:
            return
        self._accrue(day)
        while self._statements and self._statements[0].last_safe_on < day:
            self._end_grace(day)
        if day == self._next_statement:
            self._bill(day)
        self._reschedule(day)

    def _end_grace(self, day: int) -> None:
        """Decide the oldest statement: missed or met, its new principal carried or not."""
        statement = self._statements.pop(0)
        if statement.unpaid:
            self._late.append(statement)
            self._late_fen = max(self._late_fen, statement.unpaid)
        if statement.unpaid > self._tolerance:
            statement.is_missed = True
            self.overdue_fen = max(self.overdue_fen, statement.unpaid)
            self._fees += charge_late_fee(self._terms.late_fee, statement.unpaid)
        if not statement.pieces:
            return
        pieces, statement.pieces = statement.pieces, []
        if statement.rest > self._tolerance:
            if self._terms.interest_on == "remainder":
                for piece in pieces:
                    if piece.since < day:
                        self._accrued += piece.fen * self._nights.ordinary(piece.since, day)
            self._accrued += statement.pending
            self._carried += sum(piece.fen for piece in pieces)
            return
        left = Piece(sum(piece.fen for piece in pieces), statement.billed_on + 1)
        if self._statements:  # it is in the next statement's amount already
            later = self._statements[-1]
            self._bill_pieces(later, [left], later.billed_on, day)
        else:
            self._unbilled = [left, *self._unbilled]

    def _bill(self, day: int) -> None:
        """The statement of `day`: interest billed, spending becomes new principal."""
        terms = self._terms
        self._interest += self._nights.billed(self._accrued)
        self._accrued = 0
        pieces = self._unbilled
        self._unbilled = []
        if terms.monthly_spend_fen:
            pieces = [*pieces, Piece(terms.monthly_spend_fen, self._last_statement + 1)]
        new = sum(piece.fen for piece in pieces)
        for statement in self._statements:
            for piece in statement.pieces:
                new += piece.fen
        self._last_statement = day
        self._next_statement = next_month_day(
            date.fromordinal(day), terms.statement_day
        ).toordinal()
        amount = self._carried + new + self._interest + self._fees
        if amount == 0:
            return
        unmet = 0
        if self._statements or self._late:
            last = (self._statements or self._late)[-1]
            if last.unpaid > self._tolerance:
                unmet = max(0, last.unpaid - last.charges)
        due_on = self.due_date(day)
        statement = Statement(
            day,
            due_on,
            self._grace_days,
            amount=amount,
            minimum=self._minimum_of(amount, new, unmet),
            charges=self._interest + self._fees,
        )
        self._bill_pieces(statement, pieces, day, day)
        if self._statements and self._statements[-1].due_on == due_on:
            replaced = self._statements.pop()
            statement.pieces = replaced.pieces + statement.pieces
            statement.pending += replaced.pending
        if self.dues and self.dues[-1].due_on == due_on:  # also one that is paid already
            self.dues.pop()
        self._statements.append(statement)
        if statement.required:
            self.dues.append(statement)

    @property
    def keeps_spending(self) -> bool:
        """Whether new purchases join every statement, so that it never ends by itself."""
        return self._terms.monthly_spend_fen > 0

    @property
    def statement_rest(self) -> int:
        """What pays the statement in full whose new principal may still bear nothing; else 0."""
        return max((one.rest for one in self._statements if one.pieces), default=0)

    def is_statement_day(self, day: int) -> bool:
        """Whether the last statement was made on a day."""
        return self._last_statement == day

    def is_statement_due(self, day: int) -> bool:
        """Whether a statement falls due on a day."""
        return any(one.due_on == day for one in self._statements)

    def required_fen(self, day: int) -> int:
        """The largest minimum due and unpaid on `day`, since each contains the earlier."""
        required = self._late_fen
        for statement in self._statements:
            if statement.due_on <= day and statement.unpaid > required:
                required = statement.unpaid
        return required

    def demands(self, day: int) -> Iterator[tuple[int, int]]:
        """(due day, fen) of what is required and unpaid, oldest first."""
        covered = 0
        for statement in chain(self._late, self._statements):
            if statement.due_on <= day and statement.unpaid > covered:
                yield statement.due_on, statement.unpaid - covered
                covered = statement.unpaid

    def oldest_unmet(self, day: int) -> Due | None:
        """The oldest due required by `day` and not met."""
        for statement in chain(self._late, self._statements):
            if statement.unpaid and statement.due_on <= day:
                return statement
        return None

    def settle(self, day: int) -> int:
        """What pays everything off on `day`."""
        self._accrue(day)
        return self._principal() + self._interest + self._fees + self._nights.billed(self._accrued)

    def payable(self, day: int, offered: int) -> int:
        """The most of `offered` that the contract takes on `day`, prepayment included."""
        settle = self.settle(day)
        if offered >= settle:
            return settle
        most = self._fees + self._interest + self._principal() - 1
        return min(offered, max(most, self.required_fen(day)))

    def avoidable_rate(self, day: int, free: int) -> Fraction:
        """The rate a year that prepaying avoids.

        For a statement not yet decided: until the next statement, the interest that its new
        principal would bear, nights gone by included where `free` pays it in full, over what
        the same principal bears from today on.
        """
        if self._carried:
            return self._nights.annual
        borne = total = 0
        for statement in self._statements:
            in_full = free >= statement.rest
            for piece in statement.pieces:
                since = piece.since if in_full else max(piece.since, day)
                borne += piece.fen * max(0, self._next_statement - since)
                total += piece.fen * (self._next_statement - day)
        return self._nights.annual * Fraction(borne, total) if total else Fraction(0)

    def pay(self, day: int, amount: int) -> Parts:
        """Take a payment: fees, interest, then principal, the oldest posting first.

        Raises ValueError for an amount above what settles.
        """
        settle = self.settle(day)
        if amount > settle:
            raise ValueError("a payment above what settles")
        if amount == settle:
            self._interest += self._nights.billed(self._accrued)
            self._accrued = 0
        fee = min(amount, self._fees)
        interest = min(amount - fee, self._interest)
        principal = amount - fee - interest
        self._fees -= fee
        self._interest -= interest
        self._lower_principal(principal)
        for statement in self._statements:
            if statement.unpaid:
                paid = min(statement.unpaid, amount)
                statement.unpaid -= paid
                statement.count_paid(day, paid)
                if statement.unpaid == 0:
                    statement.met_on = day
            statement.charges = max(0, statement.charges - amount)
            statement.rest = max(0, statement.rest - amount)
        self._statements = [one for one in self._statements if one.unpaid or one.pieces]
        self._lower_late(day, amount)
        self._late_fen = max(0, self._late_fen - amount)
        self.overdue_fen = max(0, self.overdue_fen - amount)
        self._reschedule(day)
        return Parts(principal, interest, fee, 0)

    def _lower_late(self, day: int, amount: int) -> None:
        """Each late minimum contains the ones before: all are lower by the whole amount."""
        if not self._late:
            return
        left = []
        for statement in self._late:
            if statement.unpaid > amount:
                statement.unpaid -= amount
                if statement.charges:
                    statement.charges = max(0, statement.charges - amount)
                left.append(statement)
            else:
                statement.unpaid = 0
                statement.met_on = day
        self._late = left

    def _lower_principal(self, amount: int) -> None:
        self._unspent = max(0, self._unspent - amount)
        carried = min(amount, self._carried)
        self._carried -= carried
        left = amount - carried
        for pieces in (*(statement.pieces for statement in self._statements), self._unbilled):
            while left and pieces:
                part = min(left, pieces[0].fen)
                left -= part
                pieces[0].fen -= part
                if pieces[0].fen == 0:
                    del pieces[0]

    def _principal(self) -> int:
        total = self._carried
        for statement in self._statements:
            for piece in statement.pieces:
                total += piece.fen
        for piece in self._unbilled:
            total += piece.fen
        return total

    def balances(self) -> Parts:
        """Owed by kind; unbilled spending is principal, accrued interest is not in it."""
        return Parts(self._principal(), self._interest, self._fees, 0)

    def bears(self, day: int) -> bool:
        """Whether something bears interest in the night after `day`."""
        return self._nights.ordinary(day, day + 1) * self._carried > 0

    def is_settled(self, day: int) -> bool:
        """Nothing owed; with new spending, the principal owed at the start is paid."""
        if self._terms.monthly_spend_fen:
            return self._unspent == 0
        if self._carried or self._interest or self._fees or self._unbilled:
            return False
        return self.settle(day) == 0

    def clone(self) -> Self:
        """A copy that goes its own way; its `dues` start empty."""
        other = copy_slots(self)
        other._statements = []
        for statement in self._statements:
            copied = copy_slots(statement)
            copied.pieces = [Piece(piece.fen, piece.since) for piece in statement.pieces]
            other._statements.append(copied)
        other._late = [copy_slots(statement) for statement in self._late]
        other._unbilled = [Piece(piece.fen, piece.since) for piece in self._unbilled]
        other.dues = []
        other.warnings = []
        return other

    def standing(self, day: int) -> RevolvingStanding:
        """What the statements after `day` are computed from."""
        self._accrue(day)
        return RevolvingStanding(
            self._terms,
            self._nights,
            self._carried,
            self._fees + self._interest,
            self._principal(),
            self._unspent,
            self._accrued,
            self._late_fen,
            self._statements,
            self._unbilled,
            self._last_statement,
            self._next_statement,
        )

    def days_ahead(self, day: int, last_day: int) -> list[ComingDay]:
        """`day` and those after it until `last_day`, what is required being paid on its day.

        Until all is paid; with new spending, until the principal of the start is.
        """
        clone = self.clone()
        if required := clone.required_fen(day):
            clone.pay(day, required)
        coming = [ComingDay(day, None, required, clone._unspent)]
        while clone.next_day <= last_day:
            if clone._unspent == 0 and (clone.keeps_spending or clone.is_settled(day)):
                break
            day = clone.next_day
            due_on = clone.due_date(day) if day == clone._next_statement else None
            clone.morning(day)
            if required := clone.required_fen(day):
                clone.pay(day, required)
            coming.append(ComingDay(day, due_on, required, clone._unspent))
        return coming

    def leave_out_spending(self) -> int:
        """Keep only principal of the start, as if nothing had been bought since; fen left out."""
        left_out = excess = self._principal() - self._unspent
        for statement in self._statements:
            statement.rest = max(0, statement.rest - excess)
            statement.unpaid = max(0, statement.unpaid - excess)
        self._late_fen = max(0, self._late_fen - excess)
        pieces = [self._unbilled, *(one.pieces for one in reversed(self._statements))]
        for group in pieces:
            for piece in reversed(group):
                part = min(excess, piece.fen)
                piece.fen -= part
                excess -= part
            group[:] = [piece for piece in group if piece.fen]
        self._carried -= min(excess, self._carried)
        return left_out

    def bring_forward(self, day: int, due_on: int, offered: int) -> None:
        """A statement is there to be paid before its due day; nothing needs to be done."""

    def open_dues(self) -> list[Due]:
        """The dues that are not met, oldest first."""
        return [one for one in chain(self._late, self._statements) if one.required and one.unpaid]

    def terms_on(self, day: int) -> RevolvingTerms:
        """The terms as they stand on the morning of `day`, to be shown and corrected.

        Interest and fees that were billed are in `billed`; of the nights since the last
        statement only carried principal is told.
        """
        self._accrue(day)
        unbilled = sum(piece.fen for piece in self._unbilled)
        due_on = self.due_date(self._last_statement)
        missed = [one for one in self.open_dues() if one.due_on < day]
        arrears = []
        if missed:
            left = max(one.unpaid for one in missed)
            arrears = [MissedMinimum(date.fromordinal(missed[0].due_on), left)]
        billed = self._principal() - unbilled + self._interest + self._fees
        charges = self._interest + self._fees
        is_open = due_on + self._grace_days >= day
        # What was missed was billed, also where it enters the next statement as new principal.
        again = max(0, sum(arrear.amount_fen for arrear in arrears) - billed)
        billed += again
        unbilled -= again
        return replace(
            self._terms,
            billed_fen=billed,
            unbilled_fen=unbilled,
            carrying_fen=self._carried + charges if is_open or again else None,
            purchases=(),
            arrears=tuple(arrears),
        )

    def _reschedule(self, day: int) -> None:
        """The next day after `day` on which something happens by itself."""
        nearest = NEVER
        if (
            self._carried
            or self._accrued
            or self._interest
            or self._fees
            or self._unbilled
            or self._statements
            or self._late
            or self._terms.monthly_spend_fen
        ):
            nearest = self._next_statement
        for statement in self._statements:
            if day < statement.due_on < nearest:
                nearest = statement.due_on
            if day <= statement.last_safe_on < nearest:
                nearest = statement.last_safe_on + 1
        self.next_day = nearest


def _minimum_numerators(terms: RevolvingTerms) -> tuple[int, int, int, int] | None:
    """Ratio and carried ratio over one denominator, and the floor in fen."""
    if terms.minimum is None:
        return None
    denominator = Fraction(
        1, terms.minimum.ratio.denominator * terms.minimum.carried.denominator
    ).denominator
    return (
        round_half_up(terms.minimum.ratio * denominator),
        round_half_up(terms.minimum.carried * denominator),
        denominator,
        terms.minimum.floor_fen,
    )


def _posted(total: int, uncovered: int, purchases: list[tuple[int, int]]) -> list[Piece]:
    """`total` fen by posting date, oldest first; what is paid already was the oldest."""
    left = total
    pieces = []
    for day, fen in reversed(purchases):
        part = min(left, fen)
        if part:
            pieces.append(Piece(part, day))
        left -= part
    if left:
        pieces.append(Piece(left, uncovered))
    return sorted(pieces, key=lambda piece: piece.since)
