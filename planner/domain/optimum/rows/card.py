"""The rows of a card: what is really paid, and what its statements ask.

Days are ordinals, amounts yuan. New spending is left out of a bound: the ledger ends with the
principal of the start, whatever was bought since.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from planner.domain.contracts.revolving import Revolving, RevolvingStanding, Statement
from planner.domain.household.household import Debt
from planner.domain.household.terms import OWN_MINIMUM_FEN
from planner.domain.optimum.programme import INFINITE, Programme, Sum, one
from planner.domain.optimum.rows.debt import (
    CENT,
    HALF_A_FEN,
    DebtRows,
    DueClaim,
    Span,
    borne,
    yuan,
)
from planner.domain.optimum.rows.late import Asked, LateDue, Lateness, Left, Prepaying
from planner.domain.values.days import next_month_day

_MORE_STATEMENTS = 4  # beyond those that there are when minimums are paid
_STRETCH_BEARS = 0.1  # of what is owed, more than its late fees come to
_LATE_DAYS = 125  # after them, in which something may still be paid


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
class Bill:
    """A statement: payments from `start` on count for it, and it asks for `least` at the least.

    `left` of the principal of the start is left after it where minimums are paid. `most` is what
    it asks at the most, and never more than `limit`; of no use where dues may not be late.
    `late_fee` is what it costs to miss it.
    """

    start: int
    due_on: int
    last_safe_on: int
    least: Sum
    left: float = 0.0
    most: Sum = field(default_factory=Sum)
    limit: float = 0.0
    late_fee: Sum = field(default_factory=Sum)


@dataclass(slots=True)
class Unpaid:
    """A statement where nothing is ever paid: what it may ask besides what the one before left,
    and the interest and fees on it."""

    most: float
    charges: float


@dataclass(slots=True)
class Card:
    """Writes the rows of a card. Where dues may be `late`, its minimums need not be paid."""

    programme: Programme
    span: Span
    debt: Debt
    contract: Revolving
    card: RevolvingStanding
    rows: DebtRows
    late: Lateness | None = None
    bills: list[Bill] = field(default_factory=list)
    paid: dict[int, Sum] = field(default_factory=dict)  # by day
    remaining: dict[int, Sum] = field(default_factory=dict)  # principal, by day
    pots: dict[int, Sum] = field(default_factory=dict)  # interest and fees that stand, by day
    accruing: dict[int, Sum] = field(default_factory=dict)  # interest that is not billed, by day
    pending: list[tuple[int, float]] = field(default_factory=list)  # until when, how much at most

    def write(self) -> None:
        programme, span = self.programme, self.span
        spends = self.card.terms.monthly_spend_fen
        if spends and span.is_bound:
            self._leave_out_spending(spends)
        card = self.card
        path = self._path()
        unpaid: dict[int, Unpaid] = {}
        if self.late is not None:
            unpaid = self._never_paid()
            more = [day for day in unpaid if not path or day > path[-1][0]][:_MORE_STATEMENTS]
            path += [(day, self.contract.due_date(day), 0.0) for day in more]
            self._stand()
        groups = self._groups(path)
        windows = {day: (due_on, left) for day, due_on, left in path}
        grace = self.debt.grace_days
        own = [*windows, *(due_on for due_on, _ in windows.values())]
        own += [one.due_on for one in card.statements if one.due_on >= span.first]
        own += [group.last_safe_on for group in groups]
        last = max([*own, span.first])
        if self.late is not None:
            own += [due_on + grace + 1 for due_on, _ in windows.values()]
            own += [bill.last_safe_on + 1 for bill in self.bills]
            last += _LATE_DAYS
        days = span.candidates(own, last)
        rates = card.nights
        self.pending = [
            (
                one.last_safe_on,
                one.pending + yuan(one.fen) * borne(rates, one.since, one.last_safe_on + 1),
            )
            for one in groups
        ]
        carried = Sum([], yuan(card.carried))
        left = [Sum([], yuan(group.fen)) for group in groups]
        accrued = Sum([], card.accrued / rates.denominator * CENT)
        pending = [Sum([], group.pending) for group in groups]
        pot = Sum([], yuan(card.charges))
        pot_most = INFINITE if self.late is None else pot.constant
        since = span.first
        for day in days:
            accrued.plus(carried, borne(rates, since, day))
            for number, group in enumerate(groups):
                ends = group.last_safe_on + 1
                if card.terms.interest_on == "daily":
                    if day == group.statement_on and day > span.first:
                        pending[number].plus(left[number], borne(rates, group.since, day))
                    start = max(since, group.since, group.statement_on)
                    pending[number].plus(left[number], borne(rates, start, min(day, ends)))
                if day >= ends > since:
                    self._decide(group, pending[number], left[number], accrued)
                self._bear(accrued, left[number], borne(rates, max(since, ends), day))
            since = day
            if self.late is not None:
                for bill, due in zip(self.bills, self.late.dues, strict=True):
                    if bill.last_safe_on + 1 == day:
                        self._charge_late_fee(bill, due, pot)
                        coming = (one.charges for on, one in unpaid.items() if on > day)
                        pot_most = next(coming, INFINITE)
            if day in windows:
                pot.plus(accrued)
                accrued = Sum()
                self.rows.billings += 1
                least, _ = self._minimum(day, carried, left, groups, pot)
                due_on, rest = windows[day]
                bill = Bill(day, due_on, due_on + grace, least, rest)
                if self.late is not None:
                    pot_most = unpaid[day].charges
                    bill.limit = yuan(card.principal) + pot_most
                    bill.most = Sum([], bill.limit)
                    if day <= span.exact_to:
                        bill.most = self._most(bill, carried, left, groups, pot)
                    self._add_unmet(day, least)
                self._bill(bill, unpaid.get(day))
            # On the last of the days stands what is paid on later ones, too.
            payable = INFINITE if day == days[-1] else span.payable_by(day)
            paid = self._pay_principal(day, payable, carried, left, groups)
            if pot.terms or pot.constant > 0:
                taken = programme.column()
                kept = programme.column()
                if paid.terms and pot_most < INFINITE and day <= span.exact_to:
                    self._take_charges_first(paid, kept, pot_most)
                paid.plus(one(taken))
                rest_of_pot = Sum([*pot.terms, (taken, -1.0)], pot.constant)
                programme.row(
                    [(kept, 1.0), *rest_of_pot.negated()],
                    rest_of_pot.constant,
                    rest_of_pot.constant,
                )
                pot = one(kept)
            self.paid[day] = paid
            total = carried.copy()
            for balance in left:
                total.plus(balance)
            self.remaining[day] = total
            self.pots[day] = pot.copy()
            self.accruing[day] = accrued.copy()
        for day, paid in self.paid.items():
            self.rows.flows[day].plus(paid)
        if spends and not span.is_bound:
            self._spend(yuan(spends))
        if self.late is None:
            self._require()
        else:
            self._ask(unpaid)
        self.rows.owing.plus(self.remaining[days[-1]])
        self.rows.owing.plus(pot)

    def _pay_principal(
        self, day: int, payable: float, carried: Sum, left: list[Sum], groups: list[_CardGroup]
    ) -> Sum:
        """What is new is paid after all that is older, until grace makes it alike; no more than
        `payable` has been paid by then."""
        paid = Sum()
        self._pay(carried, paid)
        older = yuan(self.card.carried)
        for balance, group in zip(left, groups, strict=True):
            if day > group.last_safe_on or older <= payable:
                self._pay(balance, paid)
            older += yuan(group.fen)
        return paid

    def _bear(self, accrued: Sum, principal: Sum, weight: float) -> None:
        """Interest of principal that grace did not free; what is tolerated may bear none."""
        tolerance = yuan(self.debt.tolerance_fen)
        if weight <= 0:
            return
        if not tolerance:
            accrued.plus(principal, weight)
            return
        if principal.terms or principal.constant > 0:
            interest = self.programme.column()
            terms = [(column, -entry * weight) for column, entry in principal.terms]
            self.programme.row([(interest, 1.0), *terms], (principal.constant - tolerance) * weight)
            accrued.plus(one(interest))

    def _bill(self, bill: Bill, unpaid: Unpaid | None) -> None:
        """A statement. One that falls due with the one before takes its place."""
        if self.bills and self.bills[-1].due_on == bill.due_on:
            self.bills.pop()
            if self.late is not None:
                self.late.dues.pop()
        self.bills.append(bill)
        if self.late is not None and unpaid is not None:
            self.late.add(LateDue(bill.due_on, bill.last_safe_on, unpaid.most))

    def _stand(self) -> None:
        """The minimums that stand on the first day."""
        assert self.late is not None
        for due in self.contract.open_dues():
            asked = yuan(due.unpaid)
            stands = Sum([], asked)
            bill = Bill(self.span.first, due.due_on, due.last_safe_on, stands, 0.0, stands, asked)
            self.bills.append(bill)
            self.late.add(LateDue(due.due_on, due.last_safe_on, asked))

    def _never_paid(self) -> dict[int, Unpaid]:
        """By day of a statement what it comes to at the most: where nothing is ever paid, or where
        so much was paid that its minimum is the least there is."""
        minimum = self.card.terms.minimum
        share, least = 1.0, 0.0
        if minimum is not None:
            share = max(_ratio(minimum.ratio), _ratio(minimum.carried))
            least = yuan(max(minimum.floor_fen, OWN_MINIMUM_FEN))
        clone = self.contract.clone()
        found: dict[int, Unpaid] = {}
        known = 0
        while (day := clone.next_day) <= self.span.last:
            is_statement = clone.standing(day).next_statement == day
            clone.morning(day)
            if not is_statement:
                continue
            balances = clone.balances()
            charges = balances.interest + balances.fee
            principal = min(balances.principal, self.card.principal)
            added = charges if minimum is None else charges - known
            most = max(yuan(principal) * share + yuan(added), least) + CENT
            if not found and (statements := clone.standing(day).statements):
                # Whatever was paid before the first of them only lowers its minimum.
                most = min(most, yuan(statements[-1].required) + CENT)
            found[day] = Unpaid(most, yuan(charges) + CENT)
            known = charges
        return found

    def _take_charges_first(self, principal: Sum, kept: int, most: float) -> None:
        """A payment lowers principal once no interest and fees are left, which are `most`."""
        takes_all = self.programme.column(upper=1.0, whole=True)
        owed = yuan(self.card.principal)
        self.programme.row([*principal.terms, (takes_all, -owed)], upper=CENT)
        self.programme.row([(kept, 1.0), (takes_all, most)], upper=most + 2 * CENT)

    def _charge_late_fee(self, bill: Bill, due: LateDue, pot: Sum) -> None:
        """The fee on what is missing of a minimum when its grace is over."""
        late_fee = self.card.terms.late_fee
        if late_fee is None:
            return
        ratio = _ratio(late_fee.ratio)
        fee = self.programme.column()
        paid = self._window(bill.start, bill.last_safe_on)
        terms = [(column, -entry * ratio) for column, entry in bill.least.terms]
        terms += [(column, entry * ratio) for column, entry in paid.terms]
        asked = bill.least.constant - paid.constant - yuan(self.debt.tolerance_fen) - CENT
        self.programme.row([(fee, 1.0), *terms], ratio * asked - HALF_A_FEN)
        missed = due.columns.get(bill.last_safe_on)
        if late_fee.floor_fen and missed is not None:
            self.programme.row([(fee, 1.0), (missed, -yuan(late_fee.floor_fen))], 0.0)
        bill.late_fee = one(fee)
        pot.plus(bill.late_fee)

    def _add_unmet(self, day: int, least: Sum) -> None:
        """What the last minimum lacks of principal is in the next one in full.

        That is no less than all that it lacks but the interest and fees that stand. Its late fee
        stands, too, but was not in it; what is paid after that was charged may have paid it first.
        """
        minimum = self.card.terms.minimum
        if minimum is None or not self.bills:
            return
        share = 1.0 - max(_ratio(minimum.ratio), _ratio(minimum.carried))
        if share <= 0:
            return
        last = self.bills[-1]
        before = [one_day for one_day in self.paid if one_day < day]
        lacks = last.least.copy()
        lacks.plus(self._window(last.start, day - 1), -1.0)
        if before:
            lacks.plus(self.pots[before[-1]], -1.0)
        unmet = self.programme.column()
        slack = yuan(self.debt.tolerance_fen) + CENT
        self.programme.row([(unmet, 1.0), *lacks.negated()], lacks.constant - slack)
        if last.last_safe_on < day - 1 and day <= self.span.exact_to:
            lacks.plus(last.late_fee)
            lacks.plus(self._window(last.last_safe_on + 1, day - 1), -1.0)
            self.programme.row([(unmet, 1.0), *lacks.negated()], lacks.constant - slack)
        least.plus(one(unmet, share))

    def _most(
        self, bill: Bill, carried: Sum, left: list[Sum], groups: list[_CardGroup], pot: Sum
    ) -> Sum:
        """What a statement asks at the most: its minimum, with all that the last one lacks of
        principal if that is unpaid."""
        minimum = self.card.terms.minimum
        asked = pot.copy()
        asked.constant += CENT
        ratio = share = 1.0
        if minimum is not None:
            ratio, share = _ratio(minimum.ratio), _ratio(minimum.carried)
        asked.plus(carried, share)
        for balance, group in zip(left, groups, strict=True):
            if group.statement_on <= bill.start:
                is_new = group.last_safe_on >= bill.start
                asked.plus(balance, ratio if is_new else max(ratio, share))
        if minimum is None:
            return asked
        if self.bills:
            asked.plus(one(self._unmet_at_most(bill)), 1.0 - min(ratio, share))
        floor = yuan(max(minimum.floor_fen, OWN_MINIMUM_FEN))
        if bill.limit <= floor:
            return Sum([], bill.limit)
        raised = Sum([], floor)  # a straight line that is never below the greater of the two
        raised.plus(asked, (bill.limit - floor) / bill.limit)
        return raised

    def _unmet_at_most(self, bill: Bill) -> int:
        """A column of what the bill before lacks on the day of a statement, if it is unpaid."""
        assert self.late is not None
        programme, last = self.programme, self.bills[-1]
        unmet = programme.column()
        is_unpaid = programme.column(upper=1.0, whole=True)
        due = next(one_due for one_due in self.late.dues if one_due.due_on == last.due_on)
        unpaid = due.column_at(bill.start - 1)
        if unpaid is not None:
            programme.row([(is_unpaid, 1.0), (unpaid, -1.0)], upper=0.0)
        programme.row([(unmet, 1.0), (is_unpaid, -last.limit)], upper=0.0)
        paid = self._window(last.start, bill.start - 1)
        over = bill.limit + last.limit
        terms = [(unmet, 1.0), *last.most.negated(), *paid.terms, (is_unpaid, over)]
        programme.row(terms, upper=last.most.constant - paid.constant + over)
        return unmet

    def _ask(self, unpaid: dict[int, Unpaid]) -> None:
        """A minimum is met by each of its deadlines, or its column says that it is not."""
        late = self.late
        assert late is not None
        tolerance = yuan(self.debt.tolerance_fen)
        minimum = self.card.terms.minimum
        floor = 0.0 if minimum is None else yuan(minimum.floor_fen)
        if self.card.terms.monthly_spend_fen:
            floor = 0.0
        events = {bill.last_safe_on + 1 for bill in self.bills} | set(unpaid)
        for number, (bill, due) in enumerate(zip(self.bills, late.dues, strict=True)):
            for deadline, column in due.columns.items():
                met = self._window(bill.start, deadline)
                met.plus(bill.least, -1.0)
                slack = (tolerance + CENT) * (number + 1) + CENT
                for late_column, one_due in late.unpaid(number + 1, deadline):
                    if late_column is None:
                        slack += one_due.most
                    else:
                        met.terms.append((late_column, one_due.most))
                self.programme.row(met.terms, -met.constant - slack)
                if bill.start not in unpaid or any(bill.start < x <= deadline for x in events):
                    continue
                at = self._last_day(deadline)
                pot = self.pots[at]  # a minimum that is met has paid all interest and fees
                terms = [*pot.terms, (column, -unpaid[bill.start].charges)]
                self.programme.row(terms, upper=tolerance + 2 * CENT - pot.constant)
                if floor:
                    self._ask_floor(bill, deadline, column, floor)
        late.chain()

    def _ask_floor(self, bill: Bill, deadline: int, column: int, floor: float) -> None:
        """While something is left, no less than the floor was paid."""
        programme = self.programme
        tolerance = yuan(self.debt.tolerance_fen)
        is_left = programme.column(upper=1.0, whole=True)
        self.rows.promises.append(is_left)
        total = self.remaining[self._last_day(deadline)]
        most = yuan(self.card.principal)
        programme.row([*total.terms, (is_left, -most)], upper=tolerance + CENT - total.constant)
        paid = self._window(bill.start, deadline)
        terms = [*paid.terms, (is_left, -floor), (column, floor)]
        programme.row(terms, -paid.constant - tolerance - CENT)

    def _last_day(self, day: int) -> int:
        days = sorted(self.paid)
        return days[max(0, bisect_right(days, day) - 1)]

    def lacks_at(self, day: int) -> Sum | None:
        """A column of at least what is required and unpaid at the end of a day."""
        column = None
        for bill in self.bills:
            if bill.due_on <= day:
                if column is None:
                    column = self.programme.column()
                lacks = bill.least.copy()
                lacks.plus(self._window(bill.start, day), -1.0)
                self.programme.row([(column, 1.0), *lacks.negated()], lacks.constant)
        return None if column is None else one(column)

    @property
    def keeps_spending(self) -> bool:
        return self.card.terms.monthly_spend_fen > 0

    @property
    def written_to(self) -> int:
        """The last day of which the payments are not moved to an earlier one."""
        last = max(self.paid)
        following = [day for day in self.span.paydays if day > last]
        return min(following, default=self.span.last + 1) - 1

    @property
    def due_days(self) -> list[int]:
        return [bill.due_on for bill in self.bills]

    def left_at(self, day: int) -> Left:
        assert self.late is not None
        most = sum(due.most + CENT for due in self.late.dues if due.due_on <= day)
        return Left(self.lacks_at(day) or Sum(), most)

    def asked_in(self, end: int, now: Prepaying, before: Sequence[Prepaying]) -> Asked:
        """From the start of the stretch `now`; `before` are those before it."""
        late, start = self.late, now.start
        assert late is not None
        is_first = start == self.span.first
        most = falling = CENT
        terms: list[tuple[int, float]] = []
        for due in late.dues:
            if due.due_on <= end and (is_first or due.due_on >= start):
                most += due.most + CENT
            if start < due.due_on <= end:
                falling += due.most + CENT
        older = 0 if is_first else sum(due.due_on < start for due in late.dues)
        for unpaid, due in late.unpaid(older, start - 1) if older else ():
            if unpaid is None:
                most += due.most
            else:
                terms.append((unpaid, due.most))
        if most <= CENT and not terms:
            return Asked(Sum(), Sum())
        asked = self.programme.column()
        self.programme.row(
            [(asked, 1.0), *((column, -entry) for column, entry in terms)], upper=most
        )
        if start <= self.span.exact_to:
            self._ask_at_most(asked, end, now, before)
        earlier = [day for day in self.paid if day < start]
        if earlier and not is_first:
            owed = self.remaining[earlier[-1]].copy()
            owed.plus(self.pots[earlier[-1]])
            owed.plus(self.accruing[earlier[-1]])
            owed.constant += sum(fen for until, fen in self.pending if until >= earlier[-1])
            grown = Sum([], CENT)
            grown.plus(owed, 1.0 + _STRETCH_BEARS + borne(self.card.nights, earlier[-1], end + 1))
            if self.card.terms.late_fee is not None:
                grown.constant += yuan(self.card.terms.late_fee.floor_fen)
            self.programme.row([(asked, 1.0), *grown.negated()], upper=grown.constant)
        fallen = self.programme.column(upper=falling)
        self.programme.row([(asked, 1.0), (fallen, -1.0)], 0.0)
        return Asked(one(asked), one(fallen))

    def _ask_at_most(
        self, asked: int, end: int, now: Prepaying, before: Sequence[Prepaying]
    ) -> None:
        """What is asked in a stretch: what the last statement before it leaves unpaid of those
        due by its end, and what those of its days ask; more if something is prepaid before
        them, since it is meant as without that."""
        programme, start = self.programme, now.start
        due = [bill for bill in self.bills if bill.due_on <= end]
        total = Sum([], CENT * (len(due) + 1) + yuan(self.debt.tolerance_fen) * len(due))
        older = [bill for bill in due if bill.start < start or bill.start == self.span.first]
        for bill in due[len(older) :]:
            total.plus(bill.most)
            total.plus(one(now.column, bill.limit))
        if older:
            bill = older[-1]
            left = programme.column(upper=bill.limit)
            total.plus(one(left))
            overpaid = programme.column(upper=1.0, whole=True)
            paid = self._window(bill.start, start - 1)
            programme.row([(left, 1.0), (overpaid, bill.limit)], upper=bill.limit)
            over = bill.limit + yuan(self.card.principal)
            programme.row(
                [(left, 1.0), *bill.most.negated(), *paid.terms, (overpaid, -over)],
                upper=bill.most.constant - paid.constant + CENT,
            )
            # Only what is prepaid after a statement comes to more than it asks.
            said = [(one_of.column, -1.0) for one_of in before if one_of.end >= bill.start]
            programme.row([(overpaid, 1.0), *said], upper=0.0)
        programme.row([(asked, 1.0), *total.negated()], upper=total.constant)

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
            most = yuan(due.unpaid)
            self.rows.claims.append(DueClaim(due.due_on, due.last_safe_on, most))
        statements: list[tuple[int, int]] = []
        ahead = self.contract.days_ahead(self.span.first, self.span.last)
        for day in ahead[1:]:
            if day.statement_due is not None:
                statements.append((day.on, day.statement_due))
            if day.required:
                if self.rows.claims and self.rows.claims[-1].due_on == day.on:
                    self.rows.claims.pop()
                self.rows.claims.append(DueClaim(day.on, day.on + grace, yuan(day.required)))
        days = [day.on for day in ahead]
        return [
            (statement, due_on, yuan(ahead[bisect_right(days, due_on) - 1].unspent))
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
        self.rows.owing.constant += yuan(left_out - min(left_out, today))

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
            yuan(statement.rest),
        )

    def _decide(
        self,
        group: _CardGroup,
        pending: Sum,
        left: Sum,
        accrued: Sum,
    ) -> None:
        """At the end of grace: pending interest is billed unless all was paid in full."""
        programme, nights = self.programme, self.card.nights
        stands = group.rest is not None
        start = max(group.since, self.span.first) if stands else group.since
        if self.card.terms.interest_on == "remainder":
            pending, start = Sum(), group.since
            pending.plus(left, borne(nights, start, group.last_safe_on + 1))
        if not pending.terms and pending.constant <= 0:
            return
        most = group.pending + yuan(group.fen) * borne(nights, start, group.last_safe_on + 1)
        billed = programme.column()
        accrued.plus(one(billed))
        in_full = programme.column(upper=1.0, whole=True)
        self.rows.promises.append(in_full)
        programme.row([(billed, 1.0), *pending.negated(), (in_full, most)], pending.constant)
        tolerance = yuan(self.debt.tolerance_fen)
        if group.rest is not None:
            paid = self._window(self.span.first, group.last_safe_on)
            asked = max(0.0, group.rest - tolerance)
            programme.row([*paid.terms, (in_full, -asked)], -paid.constant)
            return
        total = self.remaining[self._last_day(group.last_safe_on)]
        bound = yuan(self.card.principal)
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
                least.constant -= max(0.0, share - ratio) * yuan(self.debt.tolerance_fen)
        return least, whole

    def _require(self) -> None:
        """Between a statement and its due day the minimum is paid."""
        programme, card = self.programme, self.card
        first = self.span.first
        for statement in card.statements:
            if statement.required and statement.unpaid:
                due_on = max(statement.due_on, first)
                self._pay_at_least(first, due_on, Sum([], yuan(statement.unpaid)))
        if card.late:
            self._pay_at_least(first, first, Sum([], yuan(card.late)))
        minimum = card.terms.minimum
        floor = 0.0 if minimum is None else yuan(minimum.floor_fen)
        if card.terms.monthly_spend_fen:
            floor = 0.0
        starts = [bill.start for bill in self.bills]
        for bill in self.bills:
            due_on, most = bill.due_on, bill.left
            if due_on > self.span.last:
                continue
            paid = self._pay_at_least(bill.start, due_on, bill.least)
            if due_on < first:
                continue
            end = self._last_day(due_on)
            later = [day for day in starts if bill.start < day <= due_on]
            if not later and self.pots[end].terms:
                for column, _ in self.pots[end].terms:
                    programme.upper[column] = 0.0
            if floor and most > 0:
                question = programme.column(upper=1.0, whole=True)
                total = programme.column(upper=most)
                whole = self.remaining[end]
                programme.row([(total, 1.0), *whole.negated()], whole.constant, whole.constant)
                programme.row([(total, 1.0), (question, -most)], upper=0.0)
                programme.row([*paid.terms, (question, -floor)], -paid.constant)
                self.rows.questions.append((question, total))

    def _pay_at_least(self, start: int, end: int, least: Sum) -> Sum:
        paid = self._window(start, end)
        difference = paid.copy()
        difference.plus(least, -1.0)
        self.programme.row(difference.terms, -HALF_A_FEN - difference.constant)
        return paid

    def _window(self, start: int, end: int) -> Sum:
        """What is paid from `start` up to and including `end`, as far as it is written."""
        days = sorted(self.paid)
        paid = Sum()
        for day in days[bisect_left(days, start) : bisect_right(days, end)]:
            paid.plus(self.paid[day])
        return paid


def _ratio(share: Fraction) -> float:
    return share.numerator / share.denominator
