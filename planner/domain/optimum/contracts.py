"""What each contract asks and costs, as columns and rows of a programme. Yuan, day ordinals.

A `DebtRows` is a debt as if all it requires were paid on its day: the flows on each day, the
claims in them, what is left owing at the end. What is paid late is money owed beside it (see
`model`). Every row lets through at least what the contract lets through, so that a programme
of them costs no more than the ledger; where a contract has no linear form, `is_exact` False
says that the payments found for it are only near what the ledger will ask.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from planner.domain.contracts import instalment, open_end, revolving
from planner.domain.contracts.accrual import Nights
from planner.domain.contracts.instalment import UNPRICED, Instalment, ScheduledRow
from planner.domain.contracts.open_end import OpenEnd, Requirement
from planner.domain.contracts.revolving import Revolving, Statement
from planner.domain.household.household import Debt
from planner.domain.ledger.ledger import Contract
from planner.domain.optimum.programme import Programme
from planner.domain.values.days import next_month_day

CENT = 0.01
HALF_A_FEN = 0.005


@dataclass(slots=True)
class Sum:
    """A sum of columns and a constant."""

    terms: list[tuple[int, float]] = field(default_factory=list)
    constant: float = 0.0

    def plus(self, other: "Sum", factor: float = 1.0) -> None:
        self.terms.extend((column, entry * factor) for column, entry in other.terms)
        self.constant += other.constant * factor

    def negated(self) -> list[tuple[int, float]]:
        return [(column, -entry) for column, entry in self.terms]


def one(column: int, factor: float = 1.0) -> Sum:
    return Sum([(column, factor)])


@dataclass(slots=True)
class LateClaim:
    """What falls due on a day and would be late after `last_safe_on`; `most` it can be, and
    what of it is never counted in yuan-days: late fee and penalty."""

    due_on: int
    last_safe_on: int
    most: float
    uncounted: float = 0.0


@dataclass(slots=True)
class DebtRows:
    """One debt in the programme. `owed` is principal at the end of a day, by candidate day;
    `billings` counts the roundings that may each lose half a fen; `questions` are whole
    columns with the column that decides them: 1 while that is above 0; `settles`, in order of
    days, whether all is paid early on one; `promises` whether a statement is paid in full.
    """

    flows: defaultdict[int, Sum] = field(default_factory=lambda: defaultdict(Sum))
    claims: list[LateClaim] = field(default_factory=list)
    owing: Sum = field(default_factory=Sum)
    billings: int = 0
    questions: list[tuple[int, int]] = field(default_factory=list)
    settles: list[int] = field(default_factory=list)
    promises: list[int] = field(default_factory=list)
    is_exact: bool = True


@dataclass(frozen=True, slots=True)
class Span:
    """The days that are decided: from `first` to `last`, and on which money arrives."""

    first: int
    last: int
    paydays: Sequence[int]
    is_bound: bool  # for the bound rows only let through more; for a plan they come near

    def candidates(self, days: Sequence[int], until: int) -> list[int]:
        """The first day, paydays and the debt's own `days`, up to `until` or the last."""
        until = min(until, self.last)
        return sorted(
            {self.first}
            | {day for day in self.paydays if day <= until}
            | {day for day in days if self.first <= day <= until}
        )


def write_debt(
    programme: Programme, span: Span, debt: Debt, contract: Contract, *, may_be_late: bool
) -> DebtRows:
    """The rows of a contract that stands on the first day with that day's dues fallen."""
    rows = DebtRows()
    if isinstance(contract, Instalment):
        schedule = contract.standing(span.first)
        share = 1.0
        if may_be_late and span.is_bound and schedule.bears_on_all:
            share = 0.0  # a penalty may take its place, and is in no row
        _InstalmentRows(programme, span, debt, contract, schedule, rows, share).write()
    elif isinstance(contract, OpenEnd):
        _OpenRows(programme, span, debt, contract, contract.standing(span.first), rows).write()
    else:
        # A minimum that was missed is in the next one, but not on top of its floor.
        has_floor = not (may_be_late and span.is_bound)
        card = contract.standing(span.first)
        _RevolvingRows(programme, span, debt, contract, card, rows, has_floor).write()
    return rows


def _yuan(fen: int) -> float:
    return fen * CENT


def _borne(nights: Nights, start: int, end: int) -> float:
    """What one yuan bears over the nights [start, end)."""
    return nights.ordinary(start, end) / nights.denominator if end > start else 0.0


@dataclass(slots=True)
class _Row:
    """A row of the schedule as it goes without prepayment, in yuan."""

    due_on: int
    principal: float
    interest: float
    fee: float
    left: float


@dataclass(slots=True)
class _InstalmentRows:
    programme: Programme
    span: Span
    debt: Debt
    contract: Instalment
    standing: instalment.InstalmentStanding
    rows: DebtRows
    share: float  # of the ordinary interest that is certain to be borne

    def write(self) -> None:
        _stand_today(self.rows, self.span, self.contract)
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
            _Row(row.due_on, *map(_yuan, (row.principal, row.interest, row.fee, row.undue)))
            for row in self.contract.schedule(self.span.first, self.span.last)
        ]
        self.rows.billings += len(found)
        return found

    def _claim(self, row: _Row, required: Sum) -> None:
        self.rows.flows[row.due_on].plus(required)
        most = row.principal + row.interest + row.fee
        self.rows.claims.append(LateClaim(row.due_on, row.due_on + self.debt.grace_days, most))

    def _fixed(self, schedule: list[_Row]) -> None:
        left = _yuan(self.standing.undue)
        for row in schedule:
            self._claim(row, Sum([], row.principal + row.interest + row.fee))
            left = row.left
        self.rows.owing.constant += left

    def _all_or_nothing(self, schedule: list[_Row]) -> None:
        """Paid whole on one day, or row by row: a yes-or-no question for each day."""
        settled: list[tuple[int, int]] = []
        days = self.span.candidates([row.due_on for row in schedule], schedule[-1].due_on)
        left = _yuan(self.standing.undue)
        fee = self._fee_ratio()
        coming = 0
        for day in days:
            if coming < len(schedule) and schedule[coming].due_on == day:
                row = schedule[coming]
                amount = row.principal + row.interest + row.fee
                terms = [(column, -amount) for _, column in settled]
                self._claim(row, Sum(terms, amount))
                left = row.left
                coming += 1
            if left > 0:
                column = self.programme.column(upper=1.0, whole=True)
                settled.append((day, column))
                self.rows.settles.append(column)
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
        undue = _yuan(standing.undue)
        before = Sum([], undue)
        accrued = Sum([], standing.accrued / standing.nights.denominator * CENT)
        ratios = self._least_ratios(schedule)
        most = undue
        since = span.first
        for day in days:
            start = max(since, standing.ordinary_from)
            weight = _borne(standing.nights, start, day) * self.share
            accrued.plus(before, weight)
            since = day
            after = Sum(list(before.terms), before.constant)
            number, row = by_day.get(day, (-1, None))
            principal, level = -1, Sum()
            if row is not None:
                principal = programme.column()
                level = one(principal)
                level.plus(accrued)
                accrued = Sum()
                required = Sum(list(level.terms), level.constant)
                if row.fee and most > 0:
                    required.plus(before, row.fee / most)
                after.terms.append((principal, -1.0))
                self._claim(row, required)
                most = row.left
            if fee or row is None:
                prepaid = programme.column()
                after.terms.append((prepaid, -1.0))
                self.rows.flows[day].plus(one(prepaid, 1.0 + fee))
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
        if terms.prepay.keeps == "term" and terms.method == "level":
            self.rows.is_exact = False

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
                self._while_left(level, _yuan(self.standing.level) - CENT, row.left, left)
            most = level, max(_yuan(self.standing.level), row.interest) + CENT
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
        undue = _yuan(standing.undue)
        share = _yuan(standing.level) / undue if undue else 0.0
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
                own = _yuan(standing.level) / before if before else 0.0
                shares.append(max(own, fixed) * 1.001)
            interest = row.interest / before if before else 0.0
            if number == 0:  # its period may be longer or shorter than others
                interest = min(interest, monthly) if self.span.is_bound else interest
            grown = share / max(1e-9, 1 + interest - share)
            share = min(fixed, grown)
            before = row.left
        return shares


@dataclass(slots=True)
class _OpenRows:
    programme: Programme
    span: Span
    debt: Debt
    contract: OpenEnd
    standing: open_end.OpenStanding
    rows: DebtRows

    def write(self) -> None:
        programme, span = self.programme, self.span
        required = _stand_today(self.rows, span, self.contract)
        path = self.contract.dues_ahead(span.first, span.last)
        dues = {due.due_on: due for due in path}
        paid_up = self.contract.clone()
        if required:
            paid_up.pay(span.first, required)
        start = paid_up.standing(span.first)
        before = Sum([], _yuan(start.owed))
        pot = Sum([], _yuan(start.charges))  # billed and unpaid, bears nothing
        accrued = Sum([], start.accrued / start.nights.denominator * CENT)
        covers = all(due.charges == 0 for due in path)
        ends_on = self.standing.ends_on
        compounds = self.standing.terms.compound
        if not covers:
            self.rows.is_exact = False
        days = span.candidates(list(dues), ends_on if path else span.last)
        since = span.first
        standing = billed = Sum()
        for day in days:
            accrued.plus(before, _borne(start.nights, max(since, start.ordinary_from), day))
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
            left = programme.column()
            programme.row([(left, 1.0), *after.negated()], after.constant, after.constant)
            self.rows.flows[day].plus(paid)
            if day in dues:
                due = dues[day]
                last_safe_on = day + self.debt.grace_days
                self.rows.claims.append(LateClaim(day, last_safe_on, _yuan(due.required)))
                self._require(day, paid, standing, billed, pot, left, _yuan(due.owed))
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
            self._while_left(paid, _yuan(minimum.fixed_fen), most, left, pot)
            return
        ratio = minimum.ratio.numerator / minimum.ratio.denominator
        least = Sum(list(paid.terms), paid.constant)
        least.plus(standing, -ratio)
        if minimum.plus_interest:
            least.plus(billed, -1.0)
        programme.row(least.terms, -HALF_A_FEN - least.constant)
        self._while_left(paid, _yuan(minimum.floor_fen), most, left, pot)

    def _while_left(self, paid: Sum, least: float, most: float, left: int, pot: Sum) -> None:
        if least <= 0 or (most <= 0 and not pot.terms):
            return
        if pot.terms:  # what is left may be interest
            return
        question = self.programme.column(upper=1.0, whole=True)
        self.programme.row([(left, 1.0), (question, -most)], upper=0.0)
        self.programme.row([*paid.terms, (question, -least)], -paid.constant)
        self.rows.questions.append((question, left))


@dataclass(slots=True)
class _CardGroup:
    """New principal of one statement: free of interest if that is paid in full."""

    statement_on: int
    last_safe_on: int
    since: int
    fen: int
    pending: float  # interest of nights gone by, if it comes to that
    rest: float | None  # the statement's unpaid amount, where it is known
    amount: Sum = field(default_factory=Sum)


@dataclass(slots=True)
class _RevolvingRows:
    programme: Programme
    span: Span
    debt: Debt
    contract: Revolving
    card: revolving.RevolvingStanding
    rows: DebtRows
    has_floor: bool

    def write(self) -> None:
        programme, span = self.programme, self.span
        spends = self.card.terms.monthly_spend_fen
        if spends:
            self.rows.is_exact = False
            if span.is_bound:
                self._leave_out_spending(spends)
        card = self.card
        path = self._path()
        groups = self._groups(path)
        statements = [day for day, _, _ in path]
        windows = {day: (due_on, left) for day, due_on, left in path}
        dues = [due_on for _, due_on, _ in path]
        standing = [one.due_on for one in card.statements if one.due_on >= span.first]
        safe = [group.last_safe_on for group in groups]
        last = max([*dues, *standing, *safe, span.first])
        days = span.candidates([*statements, *dues, *standing, *safe], last)
        rates = card.nights
        fees = _yuan(card.charges)
        carried = Sum([], _yuan(card.carried))
        left = [Sum([], _yuan(group.fen)) for group in groups]
        accrued = Sum([], card.accrued / rates.denominator * CENT)
        pending = [Sum([], group.pending) for group in groups]
        pot = Sum([], fees)
        since = span.first
        paid_by_day: dict[int, Sum] = {}
        remaining: dict[int, Sum] = {}
        pots: dict[int, Sum] = {}
        asked: dict[int, tuple[Sum, Sum]] = {}
        for day in days:
            accrued.plus(carried, _borne(rates, since, day))
            for number, group in enumerate(groups):
                ends = group.last_safe_on + 1
                if card.terms.interest_on == "daily":
                    if day == group.statement_on and day > span.first:
                        pending[number].plus(left[number], _borne(rates, group.since, day))
                    start = max(since, group.since, group.statement_on)
                    pending[number].plus(left[number], _borne(rates, start, min(day, ends)))
                if day >= ends > since:
                    self._decide(
                        group, pending[number], left[number], accrued, remaining, paid_by_day
                    )
                accrued.plus(left[number], _borne(rates, max(since, ends), day))
            since = day
            if day in windows:
                pot.plus(accrued)
                accrued = Sum()
                self.rows.billings += 1
                asked[day] = self._minimum(day, carried, left, groups, pot)
            paid = Sum()
            for balance in (carried, *left):
                self._pay(balance, paid)
            if pot.terms or pot.constant > 0:
                taken = programme.column()
                paid.plus(one(taken))
                kept = programme.column()
                rest = Sum([*pot.terms, (taken, -1.0)], pot.constant)
                programme.row([(kept, 1.0), *rest.negated()], rest.constant, rest.constant)
                pot = one(kept)
            paid_by_day[day] = paid
            total = Sum(list(carried.terms), carried.constant)
            for balance in left:
                total.plus(balance)
            remaining[day] = total
            pots[day] = Sum(list(pot.terms), pot.constant)
        for day, paid in paid_by_day.items():
            self.rows.flows[day].plus(paid)
        if spends and not span.is_bound:
            self._spend(_yuan(spends))
        self._require(windows, asked, paid_by_day, remaining, pots)
        self.rows.owing.plus(remaining[days[-1]])
        self.rows.owing.plus(pot)

    def _pay(self, balance: Sum, paid: Sum) -> None:
        """A column for what lowers a balance; the balance becomes one column."""
        if not balance.terms and balance.constant <= 0:
            return
        part = self.programme.column()
        left = self.programme.column()
        self.programme.row(
            [(left, 1.0), (part, 1.0), *balance.negated()], balance.constant, balance.constant
        )
        paid.plus(one(part))
        balance.terms[:] = [(left, 1.0)]
        balance.constant = 0.0

    def _path(self) -> list[tuple[int, int, float]]:
        """(statement day, due day, principal of the start left after it), minimums paid.

        What is required on the way is claimed.
        """
        grace = self.debt.grace_days
        for due in self.contract.open_dues():
            most = _yuan(due.unpaid)
            self.rows.claims.append(LateClaim(due.due_on, due.last_safe_on, most))
        statements: list[tuple[int, int]] = []
        ahead = self.contract.days_ahead(self.span.first, self.span.last)
        for day in ahead[1:]:
            if day.statement_due is not None:
                statements.append((day.on, day.statement_due))
            if day.required:
                if self.rows.claims and self.rows.claims[-1].due_on == day.on:
                    self.rows.claims.pop()
                self.rows.claims.append(LateClaim(day.on, day.on + grace, _yuan(day.required)))
        days = [day.on for day in ahead]
        return [
            (statement, due_on, _yuan(ahead[bisect_right(days, due_on) - 1].unspent))
            for statement, due_on in statements
        ]

    def _leave_out_spending(self, spends: int) -> None:
        """Keep only principal of the start: the ledger ends with it, whatever was bought since.

        What is left out bears nothing and is no reason for a minimum; it is part of the cost
        unless it was bought today.
        """
        left_out = self.contract.leave_out_spending()
        self.card = self.contract.standing(self.span.first)
        today = spends if self.card.last_statement == self.span.first else 0
        self.rows.owing.constant += _yuan(left_out - min(left_out, today))

    def _spend(self, fen: float) -> None:
        """New purchases are paid in full on the due day of their statement."""
        on = date.fromordinal(self.card.next_statement)
        while (due_on := self.contract.due_date(on.toordinal())) <= self.span.last:
            self.rows.flows[due_on].constant += fen
            on = next_month_day(on, self.card.terms.statement_day)

    def _groups(self, path: list[tuple[int, int, float]]) -> list[_CardGroup]:
        card = self.card
        groups = []
        for statement in card.statements:
            if statement.pieces:
                groups.append(self._group_of(statement))
        fen = sum(piece.fen for piece in card.unbilled)
        if fen and path:
            day, due_on, _ = path[0]
            since = {"due": due_on, "statement": day}.get(
                card.terms.interest_from, max(piece.since for piece in card.unbilled)
            )
            groups.append(_CardGroup(day, due_on + self.debt.grace_days, since, fen, 0.0, None))
        elif fen:
            groups.append(
                _CardGroup(self.span.last, self.span.last, self.span.last, fen, 0.0, None)
            )
        return groups

    def _group_of(self, statement: Statement) -> _CardGroup:
        fen = sum(piece.fen for piece in statement.pieces)
        nights = self.card.nights
        since = max(piece.since for piece in statement.pieces)
        return _CardGroup(
            statement.billed_on,
            statement.last_safe_on,
            since,
            fen,
            statement.pending / nights.denominator * CENT,
            _yuan(statement.rest),
        )

    def _decide(
        self,
        group: _CardGroup,
        pending: Sum,
        left: Sum,
        accrued: Sum,
        remaining: dict[int, Sum],
        paid_by_day: dict[int, Sum],
    ) -> None:
        """At the end of grace: pending interest is billed unless all was paid in full."""
        programme, nights = self.programme, self.card.nights
        stands = group.rest is not None
        start = max(group.since, self.span.first) if stands else group.since
        if self.card.terms.interest_on == "remainder":
            pending, start = Sum(), group.since
            pending.plus(left, _borne(nights, start, group.last_safe_on + 1))
        if not pending.terms and pending.constant <= 0:
            return
        most = group.pending + _yuan(group.fen) * _borne(nights, start, group.last_safe_on + 1)
        billed = programme.column()
        accrued.plus(one(billed))
        in_full = programme.column(upper=1.0, whole=True)
        self.rows.promises.append(in_full)
        programme.row([(billed, 1.0), *pending.negated(), (in_full, most)], pending.constant)
        tolerance = _yuan(self.debt.tolerance_fen)
        if group.rest is not None:
            paid = Sum()
            for day, part in paid_by_day.items():
                if day <= group.last_safe_on:
                    paid.plus(part)
            asked = max(0.0, group.rest - tolerance)
            programme.row([*paid.terms, (in_full, -asked)], -paid.constant)
            return
        total = remaining[max(day for day in remaining if day <= group.last_safe_on)]
        bound = _yuan(self.card.principal)
        programme.row([*total.terms, (in_full, bound)], upper=bound + tolerance - total.constant)

    def _minimum(
        self, day: int, carried: Sum, left: list[Sum], groups: list[_CardGroup], pot: Sum
    ) -> tuple[Sum, Sum]:
        """(least that the statement asks, all that it states) before payments of its day."""
        minimum = self.card.terms.minimum
        whole = Sum()
        whole.plus(carried)
        whole.plus(pot)
        for balance, group in zip(left, groups, strict=True):
            if group.statement_on <= day:
                whole.plus(balance)
        if minimum is None:
            return whole, whole
        ratio = minimum.ratio.numerator / minimum.ratio.denominator
        share = minimum.carried.numerator / minimum.carried.denominator
        least = Sum()
        least.plus(pot)
        least.plus(carried, share)
        for balance, group in zip(left, groups, strict=True):
            if group.statement_on > day:
                continue
            # Until grace decides it is new principal; then carried, or free and gone but for what
            # the tolerance leaves, which is new again.
            if group.last_safe_on >= day:
                least.plus(balance, ratio)
            else:
                least.plus(balance, share)
                least.constant -= max(0.0, share - ratio) * _yuan(self.debt.tolerance_fen)
        return least, whole

    def _require(
        self,
        windows: dict[int, tuple[int, float]],
        asked: dict[int, tuple[Sum, Sum]],
        paid_by_day: dict[int, Sum],
        remaining: dict[int, Sum],
        pots: dict[int, Sum],
    ) -> None:
        """Between a statement and its due day the minimum is paid."""
        programme, card = self.programme, self.card
        days = sorted(paid_by_day)
        first = self.span.first
        for statement in card.statements:
            if statement.required and statement.unpaid:
                due_on = max(statement.due_on, first)
                self._window(days, first, due_on, Sum([], _yuan(statement.unpaid)), paid_by_day)
        if card.late:
            self._window(days, first, first, Sum([], _yuan(card.late)), paid_by_day)
        minimum = card.terms.minimum
        floor = 0.0 if minimum is None else _yuan(minimum.floor_fen)
        if card.terms.monthly_spend_fen or not self.has_floor:
            floor = 0.0
        for statement_on, (due_on, most) in windows.items():
            if due_on > self.span.last:
                continue
            least, _ = asked[statement_on]
            paid = self._window(days, statement_on, due_on, least, paid_by_day)
            at_due = [day for day in days if day <= due_on]
            if not at_due:
                continue
            end = at_due[-1]
            later = [day for day in windows if statement_on < day <= due_on]
            if not later and pots[end].terms:
                for column, _ in pots[end].terms:
                    programme.upper[column] = 0.0
            if floor and most > 0:
                question = programme.column(upper=1.0, whole=True)
                total = programme.column(upper=most)
                whole = remaining[end]
                programme.row([(total, 1.0), *whole.negated()], whole.constant, whole.constant)
                programme.row([(total, 1.0), (question, -most)], upper=0.0)
                programme.row([*paid.terms, (question, -floor)], -paid.constant)
                self.rows.questions.append((question, total))

    def _window(
        self,
        days: list[int],
        start: int,
        end: int,
        least: Sum,
        paid_by_day: dict[int, Sum],
    ) -> Sum:
        paid = Sum()
        first, last = bisect_left(days, start), bisect_right(days, end)
        for day in days[first:last]:
            paid.plus(paid_by_day[day])
        difference = Sum(list(paid.terms), paid.constant)
        difference.plus(least, -1.0)
        self.programme.row(difference.terms, -HALF_A_FEN - difference.constant)
        return paid


def _stand_today(rows: DebtRows, span: Span, contract: Instalment | OpenEnd) -> int:
    """What is required on the first day already; fen. It is a claim and a flow of that day."""
    required = contract.required_fen(span.first)
    rows.flows[span.first].constant += _yuan(required)
    extra = required - sum(due.unpaid for due in contract.open_dues())  # penalty not billed yet
    for due in contract.open_dues():
        uncounted = extra
        if isinstance(due, Requirement):
            uncounted += due.extras
        elif isinstance(due, ScheduledRow):
            uncounted += due.late_fee + due.penalty
        most = _yuan(due.unpaid + extra)
        rows.claims.append(LateClaim(due.due_on, due.last_safe_on, most, _yuan(uncounted)))
        extra = 0
    return required
