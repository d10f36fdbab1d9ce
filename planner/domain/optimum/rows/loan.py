"""The rows of a schedule of dues as if each were paid on its day, prepayments included."""

from dataclasses import dataclass

from planner.domain.contracts.instalment import UNPRICED, Instalment, InstalmentStanding
from planner.domain.household.household import Debt
from planner.domain.optimum.programme import Programme, Sum, one
from planner.domain.optimum.rows.debt import (
    CENT,
    HALF_A_FEN,
    DebtRows,
    DueClaim,
    Span,
    borne,
    share_left,
    stand_today,
    yuan,
)


@dataclass(slots=True)
class _Row:
    """A row of the schedule as it goes without prepayment, in yuan."""

    due_on: int
    principal: float
    interest: float
    fee: float
    left: float


@dataclass(slots=True)
class Loan:
    programme: Programme
    span: Span
    debt: Debt
    contract: Instalment
    standing: InstalmentStanding
    rows: DebtRows
    share: float = 1.0  # of the ordinary interest that is certain to be borne

    def write(self) -> None:
        stand_today(self.rows, self.span, self.contract)
        schedule = self._schedule()
        prepay = self.standing.terms.prepay
        if not schedule or not prepay.allowed or not self.standing.undue:
            self._fixed(schedule)
        elif self.standing.terms.method not in UNPRICED:
            self._priced(schedule)
        elif prepay.fees_waived:
            self._all_or_nothing(schedule)
        else:
            self._fixed(schedule)

    def _schedule(self) -> list[_Row]:
        """The rows to come, each paid on its day."""
        found = [
            _Row(row.due_on, *map(yuan, (row.principal, row.interest, row.fee, row.undue)))
            for row in self.contract.schedule(self.span.first, self.span.last)
        ]
        self.rows.billings += len(found)
        return found

    def _claim(
        self, row: _Row, required: Sum, exists: Sum | None = None, rest: Sum | None = None
    ) -> None:
        self.rows.flows[row.due_on].plus(required)
        most = row.principal + row.interest + row.fee
        last_safe_on = row.due_on + self.debt.grace_days
        # A row that clears the debt early takes all fees that are left.
        charges = row.interest + max(row.fee, yuan(self.standing.terms.fees_left_fen))
        self.rows.claims.append(DueClaim(row.due_on, last_safe_on, most, charges, exists, rest))

    def _fixed(self, schedule: list[_Row]) -> None:
        left = yuan(self.standing.undue)
        for row in schedule:
            self._claim(row, Sum([], row.principal + row.interest + row.fee))
            left = row.left
        self.rows.owing.constant += left

    def _all_or_nothing(self, schedule: list[_Row]) -> None:
        """Paid whole on one day, or row by row: a yes-or-no question for each day."""
        settled: list[tuple[int, int]] = []
        days = self.span.candidates([row.due_on for row in schedule], schedule[-1].due_on)
        left = yuan(self.standing.undue)
        fee = self._fee_ratio()
        coming = 0
        for day in days:
            if coming < len(schedule) and schedule[coming].due_on == day:
                row = schedule[coming]
                amount = row.principal + row.interest + row.fee
                terms = [(column, -amount) for _, column in settled]
                exists = Sum([(column, -1.0) for _, column in settled], 1.0)
                self._claim(row, Sum(terms, amount), exists, Sum(list(terms), amount))
                left = row.left
                coming += 1
            if left > 0:
                column = self.programme.column(upper=1.0, whole=True)
                settled.append((day, column))
                self.rows.settles.append(column)
                self.rows.prepaid[day] = column, 1.0
                self.rows.flows[day].plus(one(column, left * (1 + fee)))
        if settled:
            self.programme.row([(column, 1.0) for _, column in settled], upper=1.0)
        self.rows.owing.constant += left
        self.rows.owing.terms += [(column, -left) for _, column in settled]

    def _fee_ratio(self) -> float:
        ratio = self.standing.terms.prepay.fee_ratio
        return ratio.numerator / ratio.denominator

    def _priced(self, schedule: list[_Row]) -> None:
        standing, programme, span = self.standing, self.programme, self.span
        terms = standing.terms
        fee = self._fee_ratio()
        is_whole = schedule[-1].left == 0  # the last row lies in the span
        by_day = {row.due_on: (number, row) for number, row in enumerate(schedule)}
        days = span.candidates(list(by_day), schedule[-1].due_on if is_whole else span.last)
        undue = yuan(standing.undue)
        before = Sum([], undue)
        accrued = Sum([], standing.accrued / standing.nights.denominator * CENT)
        ratios = self._least_ratios(schedule)
        most = undue
        since = span.first
        for day in days:
            start = max(since, standing.ordinary_from)
            weight = borne(standing.nights, start, day) * self.share
            accrued.plus(before, weight)
            since = day
            after = Sum(list(before.terms), before.constant)
            number, row = by_day.get(day, (-1, None))
            principal, level = -1, Sum()
            if row is not None:
                principal = programme.column()
                level = one(principal)
                level.plus(accrued)
                rest = before.copy()
                rest.plus(accrued)
                rest.constant += yuan(terms.fees_left_fen)
                accrued = Sum()
                required = Sum(list(level.terms), level.constant)
                if row.fee and most > 0:
                    required.plus(before, row.fee / most)
                after.terms.append((principal, -1.0))
                self._claim(row, required, share_left(before, most), rest)
                most = row.left
            if fee or row is None:
                prepaid = programme.column()
                after.terms.append((prepaid, -1.0))
                self.rows.flows[day].plus(one(prepaid, 1.0 + fee))
                self.rows.prepaid[day] = prepaid, most
            left = programme.column(upper=max(0.0, most))
            programme.row([(left, 1.0), *after.negated()], after.constant, after.constant)
            if row is not None:
                is_last = is_whole and number == len(schedule) - 1
                if is_last:
                    programme.upper[left] = 0.0
                else:
                    self._require(row, number, principal, level, before, left, ratios, fee)
            before = one(left)
        self.rows.owing.plus(before)

    def _require(
        self,
        row: _Row,
        number: int,
        principal: int,
        level: Sum,
        before: Sum,
        left: int,
        ratios: list[float],
        fee: float,
    ) -> None:
        """The least that a row takes while something is left, and the most without a fee."""
        terms = self.standing.terms
        programme = self.programme
        rows_left = self.standing.rows_left - number
        keeps_term = terms.prepay.keeps == "term"
        most = None
        if terms.method == "interest_only":
            most = one(principal), 0.0
        elif terms.method == "equal_principal" and keeps_term:
            slack = HALF_A_FEN * self.standing.rows_left / rows_left
            if not self.span.is_bound:
                slack = -slack
            least = one(principal)
            least.plus(before, -1.0 / rows_left)
            programme.row(least.terms, -slack - least.constant)
            most = one(principal), row.principal + CENT
        elif terms.method == "equal_principal":
            self._while_left(one(principal), row.principal - CENT, row.left, left)
            most = one(principal), row.principal + CENT
        else:
            if keeps_term:
                least = Sum(list(level.terms), level.constant)
                least.plus(before, -ratios[number])
                programme.row(least.terms, -CENT - least.constant)
            else:
                self._while_left(level, yuan(self.standing.level) - CENT, row.left, left)
            most = level, max(yuan(self.standing.level), row.interest) + CENT
        if fee and most is not None:
            programme.row(most[0].terms, upper=most[1] - most[0].constant)

    def _while_left(self, paid: Sum, least: float, most_left: float, left: int) -> None:
        """`paid` is at least `least` unless nothing is left."""
        if most_left <= 0 or least <= 0:
            return
        question = self.programme.column(upper=1.0, whole=True)
        self.programme.row([(left, 1.0), (question, -most_left)], upper=0.0)
        self.programme.row([*paid.terms, (question, -least)], -paid.constant)
        self.rows.questions.append((question, left))

    def _least_ratios(self, schedule: list[_Row]) -> list[float]:
        """By row, the least share of the principal before it that a level payment can be.

        A prepayment fixes the payment anew for the rows left; between prepayments the share
        grows as the principal falls. For the bound the share right after a prepayment lags a
        row behind, since interest of the principal before it may be in that row.
        """
        standing = self.standing
        if standing.terms.method != "level" or standing.terms.prepay.keeps != "term":
            return []
        rate = standing.terms.rate
        monthly = 0.0
        if rate is not None:
            monthly = rate.monthly_value.numerator / rate.monthly_value.denominator
        undue = yuan(standing.undue)
        share = yuan(standing.level) / undue if undue else 0.0
        shares = []
        before = undue
        for number, row in enumerate(schedule):
            rows_left = standing.rows_left - number
            fixed = 1 / rows_left
            if monthly:
                fixed = monthly / (1 - (1 + monthly) ** -rows_left)
            if self.span.is_bound:
                shares.append(min(share, fixed) * (1 - 1e-6))
            else:
                own = yuan(standing.level) / before if before else 0.0
                shares.append(max(own, fixed) * 1.001)
            interest = row.interest / before if before else 0.0
            if number == 0:  # its period may be longer or shorter than others
                interest = min(interest, monthly) if self.span.is_bound else interest
            grown = share / max(1e-9, 1 + interest - share)
            share = min(fixed, grown)
            before = row.left
        return shares
