"""A household as a programme: its contracts, its cash, and which dues may be late.

Between two incomes the money that lenders may have only shrinks, so that no more can have been
paid by the end of a stretch than there was at its beginning, or at that of an earlier one.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from planner.domain.contracts.instalment import Instalment
from planner.domain.contracts.open_end import OpenEnd
from planner.domain.household.household import Debt
from planner.domain.ledger.ledger import Contract, Ledger
from planner.domain.optimum.programme import INFINITE, Programme, Sum, one
from planner.domain.optimum.rows.card import Card
from planner.domain.optimum.rows.debt import CENT, DebtRows, Span
from planner.domain.optimum.rows.late import (
    Asked,
    Backlog,
    Bears,
    LateDue,
    Lateness,
    Prepaying,
    let_be_late,
)
from planner.domain.optimum.rows.loan import Loan
from planner.domain.optimum.rows.open_balance import OpenBalance
from planner.domain.paying.triage import WINDOW_DAYS


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days from an income to the next, in yuan: all the `money` there is until its end, living
    costs paid; how much of it lenders may have had by then, at the most (`payable`), and how much
    with buffer and reserve there at its end (`beside_buffer`) or on one of its days (`free`); how
    low cash may be at its end (`floor`), and what a plan that is never late leaves there
    (`reached`)."""

    start: int
    end: int
    money: float
    payable: float
    beside_buffer: float
    free: float
    floor: float
    reached: float


@dataclass(slots=True)
class Model:
    """A programme and how to read its solution. `spent` are the columns of all that is paid by
    the end of each stretch; `late` the dues of each debt where they may be late."""

    programme: Programme
    span: Span
    stretches: Sequence[Stretch]
    debts: list[DebtRows] = field(default_factory=list)
    payments: list[dict[int, Sum]] = field(default_factory=list)
    waits: list[dict[int, int]] = field(default_factory=list)  # within grace, by debt and day
    late: list[Lateness] = field(default_factory=list)
    backlogs: list[Backlog | Card] = field(default_factory=list)
    cost: Sum = field(default_factory=Sum)
    spent: list[int] = field(default_factory=list)

    @property
    def billings(self) -> int:
        return sum(rows.billings for rows in self.debts)

    def counted(self, place: int) -> list[int]:
        """The columns of all dues that count at the place of a severity."""
        return [
            due.columns[due.deadlines[place]]
            for late in self.late
            for due in late.dues
            if place in due.deadlines
        ]

    def lacks_at(self, day: int) -> Sum:
        """What is required and unpaid at the end of a day, of all debts that may be late."""
        total = Sum()
        for backlog in self.backlogs:
            if isinstance(backlog, Card):
                lacks = backlog.lacks_at(day)
                if lacks is not None:
                    total.plus(lacks)
            elif (column := backlog.at(day)) is not None:
                total.plus(one(column))
        return total

    def keep_back(self, yuan: Sequence[float]) -> None:
        """Pay so much less by the end of each stretch, but no less than a plan that is never
        late."""
        for column, stretch, less in zip(self.spent, self.stretches, yuan, strict=True):
            kept = max(_limit(stretch) - less, stretch.money - stretch.reached, 0.0)
            self.programme.upper[column] = min(_limit(stretch), kept) + CENT


def _limit(stretch: Stretch) -> float:
    return min(stretch.payable, stretch.money - stretch.floor)


def build(
    ledger: Ledger,
    span: Span,
    stretches: Sequence[Stretch],
    *,
    may_be_late: bool = False,
    may_wait: bool = False,
) -> Model:
    """The programme of a ledger that stands on the first day with its dues fallen.

    Where dues `may_wait`, an income within their grace is soon enough.
    """
    model = Model(Programme(), span, stretches)
    for debt, contract in zip(ledger.household.debts, ledger.contracts, strict=True):
        if may_be_late:
            _write_late(model, debt, contract.clone())
            continue
        rows = _write(model, debt, contract.clone())
        model.debts.append(rows)
        model.waits.append({})
        payments: dict[int, Sum] = rows.flows
        if may_wait and debt.grace_days:
            payments = _wait_in_grace(model.programme, span, rows, model.waits[-1])
        model.payments.append(payments)
    for rows, payments in zip(model.debts, model.payments, strict=True):
        model.cost.plus(rows.owing)
        for paid in payments.values():
            model.cost.plus(paid)
    _write_cash(model)
    if may_be_late:
        _write_buffer(model)
    return model


def _write(model: Model, debt: Debt, contract: Contract) -> DebtRows:
    """A debt as if all were paid on its day."""
    rows = DebtRows()
    programme, span = model.programme, model.span
    if isinstance(contract, Instalment):
        standing = contract.standing(span.first)
        Loan(programme, span, debt, contract, standing, rows).write()
    elif isinstance(contract, OpenEnd):
        OpenBalance(programme, span, debt, contract, contract.standing(span.first), rows).write()
    else:
        Card(programme, span, debt, contract, contract.standing(span.first), rows).write()
    return rows


def _write_late(model: Model, debt: Debt, contract: Contract) -> None:
    """A debt of which any due may be late."""
    rows = DebtRows()
    programme, span = model.programme, model.span
    late = Lateness(programme, span, debt)
    model.debts.append(rows)
    model.late.append(late)
    if isinstance(contract, Instalment):
        standing = contract.standing(span.first)
        share = 0.0 if standing.bears_on_all else 1.0  # a penalty may take its place
        Loan(programme, span, debt, contract, standing, rows, share).write()
        nights = None if standing.bears_on_all else standing.nights
    elif isinstance(contract, OpenEnd):
        balance = contract.standing(span.first)
        OpenBalance(programme, span, debt, contract, balance, rows).write()
        # What is unpaid goes on to bear with the balance; where interest is billed to that, more.
        nights = None if balance.terms.compound else balance.nights
    else:
        card = Card(programme, span, debt, contract, contract.standing(span.first), rows, late)
        card.write()
        model.backlogs.append(card)
        model.payments.append(rows.flows)
        return
    for claim in sorted(rows.claims, key=lambda claim: claim.due_on):
        due = LateDue(
            claim.due_on,
            claim.last_safe_on,
            claim.most,
            claim.charges,
            claim.exists,
            nights=nights if isinstance(contract, Instalment) else None,
        )
        late.add(due)
    joins = isinstance(contract, Instalment)
    bears = Bears(programme, late, nights, joins)
    payments, backlog = let_be_late(programme, span, rows, late, bears)
    model.backlogs.append(backlog)
    model.payments.append(payments)


def _write_cash(model: Model) -> None:
    starts = [stretch.start for stretch in model.stretches]
    spent = [Sum() for _ in starts]
    for payments in model.payments:
        for day, paid in payments.items():
            if day <= model.span.last:
                spent[bisect_right(starts, day) - 1].plus(paid)
    before = Sum()
    for stretch, paid in zip(model.stretches, spent, strict=True):
        column = model.programme.column(lower=-INFINITE, upper=_limit(stretch) + CENT)
        model.spent.append(column)
        constant = before.constant + paid.constant
        terms = [(column, 1.0), *before.negated(), *paid.negated()]
        model.programme.row(terms, constant, constant)
        before = one(column)


def _write_buffer(model: Model) -> None:
    """What a stretch may cost in which something is prepaid.

    Nothing is prepaid on a day that leaves something required unpaid. What is prepaid leaves buffer
    and reserve on that day, and on those to come on which less is there than without it, if only
    what is required is paid from then on. So after the last such day of a stretch only dues are
    paid that fall after it. And at the end of the stretch buffer and reserve are there, or no more
    was paid in it than a plan pays that prepays nothing in it: all that is required. Where nothing
    is prepaid, that holds for each debt. Nor is anything prepaid in the days before a due that is
    missed; one that fell due on or before that day was not missed, for it did not wait beside idle
    money.
    """
    programme = model.programme
    if any(debt.keeps_spending for debt in model.backlogs):
        return
    written_to = min((debt.written_to for debt in model.backlogs), default=model.span.last)
    before = Sum()
    prepaying: list[Prepaying] = []
    for stretch, column in zip(model.stretches, model.spent, strict=True):
        if stretch.end > written_to:
            return
        prepays = programme.column(upper=1.0, whole=True)
        now = Prepaying(stretch.start, stretch.end, prepays)
        parts = [debt.asked_in(stretch.end, now, prepaying) for debt in model.backlogs]
        unpaid = [debt.left_at(stretch.end) for debt in model.backlogs]
        asked, falling, left = Sum(), Sum(), Sum()
        for part in parts:
            asked.plus(part.asked)
            falling.plus(part.falling)
        for rest in unpaid:
            left.plus(rest.asked)
        most_left = sum(rest.most for rest in unpaid)
        keeps = programme.column(upper=1.0, whole=True)  # the buffer to its end
        programme.row([(prepays, 1.0), (keeps, -1.0)], 0.0)
        above = max(0.0, stretch.payable - stretch.beside_buffer)
        programme.row([(column, 1.0), (keeps, above)], upper=stretch.payable + CENT)
        paid = [(column, 1.0), *before.negated(), *asked.negated()]
        most = max(0.0, stretch.payable)
        programme.row([*paid, (keeps, -most)], upper=asked.constant + CENT)
        programme.row(
            [*paid, *left.terms, (prepays, -most - most_left)],
            upper=asked.constant - left.constant + CENT,
        )
        loose = max(0.0, stretch.payable - stretch.free) + most_left
        programme.row(
            [(column, 1.0), *falling.negated(), *left.terms, (prepays, loose)],
            upper=stretch.free + falling.constant - left.constant + loose + CENT,
        )
        _prepay_only_where_said(model, stretch, parts, prepays)
        if stretch.start <= model.span.exact_to:
            _pay_when_due(model, stretch, now, prepaying)
        prepaying.append(now)
        before = one(column)
        for part, rest in zip(parts, unpaid, strict=True):
            # What is unpaid at the end fell due after the day of the prepayment.
            if rest.asked.terms:
                most = rest.most + rest.asked.constant
                programme.row(
                    [*rest.asked.terms, *part.falling.negated(), (prepays, most)],
                    upper=most - rest.asked.constant + part.falling.constant + CENT,
                )
        for due in (due for late in model.late for due in late.dues):
            outlasts = [day for day in due.columns if day >= stretch.end]
            if due.due_on <= stretch.start and outlasts:
                programme.row([(prepays, 1.0), (due.columns[min(outlasts)], 1.0)], upper=1.0)
            if stretch.start < due.due_on <= stretch.start + WINDOW_DAYS and due.columns:
                programme.row([(prepays, 1.0), (due.columns[min(due.columns)], 1.0)], upper=1.0)


def _prepay_only_where_said(
    model: Model, stretch: Stretch, parts: Sequence[Asked], prepays: int
) -> None:
    """A debt is paid no more in a stretch than is asked of it, or something is prepaid in it."""
    most = max(0.0, stretch.payable)
    for part, payments in zip(parts, model.payments, strict=True):
        paid = Sum()
        for day, one_paid in payments.items():
            if stretch.start <= day <= stretch.end:
                paid.plus(one_paid)
        if paid.terms:
            model.programme.row(
                [*paid.terms, *part.asked.negated(), (prepays, -most)],
                upper=part.asked.constant - paid.constant + CENT,
            )


def _pay_when_due(
    model: Model, stretch: Stretch, now: Prepaying, before: Sequence[Prepaying]
) -> None:
    """Nor is a due paid before its day, or something is prepaid in the stretch."""
    most = max(0.0, stretch.payable)
    for debt, payments in zip(model.backlogs, model.payments, strict=True):
        written = sorted(payments)
        for due_on in sorted(set(debt.due_days)):
            if not stretch.start < due_on <= stretch.end:
                continue
            paid = Sum()
            for day, following in zip(written, [*written[1:], model.span.last + 1], strict=True):
                if stretch.start <= day and following <= due_on:
                    paid.plus(payments[day])
            if not paid.terms:
                continue
            asked = debt.asked_in(due_on - 1, now, before).asked
            model.programme.row(
                [*paid.terms, *asked.negated(), (now.column, -most)],
                upper=asked.constant - paid.constant + CENT,
            )


def _wait_in_grace(
    programme: Programme, span: Span, rows: DebtRows, waiting: dict[int, int]
) -> dict[int, Sum]:
    """Payments of a debt whose claims may wait for an income that comes within their grace.

    `waiting` takes up what waits, by day.
    """
    days = sorted(set(rows.flows) | {span.first} | {d for d in span.paydays if d <= span.last})
    payments: dict[int, Sum] = {}
    before = Sum()
    for day, following in zip(days, [*days[1:], span.last + 1], strict=True):
        paid = payments[day] = Sum()
        paid.plus(rows.flows.get(day, Sum()))
        paid.plus(before)
        before = Sum()
        most = sum(c.most for c in rows.claims if c.due_on <= day and following <= c.last_safe_on)
        if most > 0:
            waits = waiting[day] = programme.column(upper=most + CENT)
            paid.terms.append((waits, -1.0))
            programme.row(paid.terms, -paid.constant)
            before = one(waits)
    rows.owing.plus(before)  # at the end
    return payments
