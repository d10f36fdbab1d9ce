"""The rows of an open balance as if each due were paid on its day, prepayments included."""

from dataclasses import dataclass

from planner.domain.contracts.open_end import OpenEnd, OpenStanding
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
class OpenBalance:
    programme: Programme
    span: Span
    debt: Debt
    contract: OpenEnd
    standing: OpenStanding
    rows: DebtRows

    def write(self) -> None:
        programme, span = self.programme, self.span
        required_today = stand_today(self.rows, span, self.contract)
        path = self.contract.dues_ahead(span.first, span.last)
        dues = {due.due_on: due for due in path}
        paid_up = self.contract.clone()
        if required_today:
            paid_up.pay(span.first, required_today)
        start = paid_up.standing(span.first)
        most = yuan(start.owed)
        before = Sum([], most)
        pot = Sum([], yuan(start.charges))  # billed and unpaid, bears nothing
        accrued = Sum([], start.accrued / start.nights.denominator * CENT)
        covers = all(due.charges == 0 for due in path)
        ends_on = self.standing.ends_on
        compounds = self.standing.terms.compound
        days = span.candidates(list(dues), ends_on if path else span.last)
        since = span.first
        standing = billed = Sum()
        for day in days:
            accrued.plus(before, borne(start.nights, max(since, start.ordinary_from), day))
            since = day
            if self.standing.has_ended:
                break
            after = Sum(list(before.terms), before.constant)
            paid = Sum()
            if day in dues:
                self.rows.billings += 1
                if compounds:
                    after.plus(accrued)
                else:
                    pot.plus(accrued)
                standing = Sum(list(after.terms), after.constant)
                billed = Sum() if compounds else accrued
                accrued = Sum()
            owed_before = after.copy()
            owed_before.plus(pot)
            principal = programme.column()
            after.terms.append((principal, -1.0))
            paid.plus(one(principal))
            if pot.terms or pot.constant:
                if covers and day in dues:
                    paid.plus(pot)
                    pot = Sum()
                elif not covers:
                    taken = programme.column()
                    paid.plus(one(taken))
                    kept = programme.column()
                    left_over = Sum(list(pot.terms), pot.constant)
                    left_over.terms.append((taken, -1.0))
                    programme.row(
                        [(kept, 1.0), *left_over.negated()],
                        left_over.constant,
                        left_over.constant,
                    )
                    pot = one(kept)
            if day not in dues:
                self.rows.prepaid[day] = principal, most
            left = programme.column()
            programme.row([(left, 1.0), *after.negated()], after.constant, after.constant)
            self.rows.flows[day].plus(paid)
            if day in dues:
                due = dues[day]
                last_safe_on = day + self.debt.grace_days
                exists = share_left(before, most)
                rest = owed_before
                asked = yuan(due.required)
                charges = max(0.0, asked - max(0.0, most - yuan(due.owed)))
                self.rows.claims.append(DueClaim(day, last_safe_on, asked, charges, exists, rest))
                most = yuan(due.owed)
                self._require(day, paid, standing, billed, pot, left, yuan(due.owed))
            before = one(left)
        self.rows.owing.plus(before)
        self.rows.owing.plus(pot)

    def _require(
        self,
        day: int,
        paid: Sum,
        standing: Sum,
        billed: Sum,
        pot: Sum,
        left: int,
        most: float,
    ) -> None:
        programme = self.programme
        minimum = self.standing.terms.minimum
        if day == self.standing.ends_on:
            programme.upper[left] = 0.0
            if pot.terms:
                programme.row(pot.terms, upper=-pot.constant)
            return
        if minimum is None:
            return
        if minimum.fixed_fen is not None:
            self._while_left(paid, yuan(minimum.fixed_fen), most, left, pot)
            return
        ratio = minimum.ratio.numerator / minimum.ratio.denominator
        least = Sum(list(paid.terms), paid.constant)
        least.plus(standing, -ratio)
        if minimum.plus_interest:
            least.plus(billed, -1.0)
        programme.row(least.terms, -HALF_A_FEN - least.constant)
        self._while_left(paid, yuan(minimum.floor_fen), most, left, pot)

    def _while_left(self, paid: Sum, least: float, most: float, left: int, pot: Sum) -> None:
        if least <= 0 or (most <= 0 and not pot.terms):
            return
        if pot.terms:  # what is left may be interest
            return
        question = self.programme.column(upper=1.0, whole=True)
        self.programme.row([(left, 1.0), (question, -most)], upper=0.0)
        self.programme.row([*paid.terms, (question, -least)], -paid.constant)
        self.rows.questions.append((question, left))
