"""A household as a programme: its contracts, its cash, and what may be late.

Between two incomes money only goes out, so that cash is lowest right before an income: one
row for each such stretch. What a debt is paid late stands beside its contract as a backlog;
the contract goes on as if paid, which lets through more than the ledger does.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from planner.domain.household.household import Debt
from planner.domain.household.terms import RevolvingTerms
from planner.domain.ledger.consequences import dated_rungs
from planner.domain.ledger.ledger import Ledger
from planner.domain.optimum.contracts import CENT, DebtRows, LateClaim, Span, Sum, one, write_debt
from planner.domain.optimum.episodes import Lateness
from planner.domain.optimum.programme import Programme
from planner.domain.rulebook.ladders import Rung

SLACK = 0.5  # yuan kept back in a plan, so that rounding never makes a payment fail
LATE_SLACK = 4.0  # the same where dues are late: late fees and penalties are only near


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days from an income to the next; `change` is what flows bring and take in it, `floor` how
    low cash may be at its end, `reached` what a plan that is never late leaves there. Yuan."""

    start: int
    change: float
    floor: float
    reached: float


@dataclass(slots=True)
class Model:
    """A programme and how to read its solution."""

    programme: Programme
    debts: list[DebtRows]
    payments: list[dict[int, Sum]]
    cost: Sum
    span: Span
    lateness: list[Lateness] = field(default_factory=list)
    backlog: Sum = field(default_factory=Sum)  # yuan-days
    cash: list[int] = field(default_factory=list)  # at the end of each stretch
    waits: list[dict[int, int]] = field(default_factory=list)  # by debt: day → what waits

    @property
    def billings(self) -> int:
        return sum(rows.billings for rows in self.debts)


def build(
    ledger: Ledger,
    span: Span,
    stretches: Sequence[Stretch],
    *,
    may_be_late: bool = False,
    may_wait: bool = False,
) -> Model:
    """The programme of a ledger that stands on the first day with its dues fallen.

    A plan in which dues are late prepays nothing: the ledger then asks what the programme
    thinks that it asks. Where dues `may_wait`, an income within their grace is soon enough.
    """
    programme = Programme()
    household = ledger.household
    debts = []
    for debt, contract in zip(household.debts, ledger.contracts, strict=True):
        if may_be_late and not span.is_bound:
            scratch = write_debt(Programme(), span, debt, contract.clone(), may_be_late=True)
            debts.append(_only_required(span, scratch.claims))
        else:
            rows = write_debt(programme, span, debt, contract.clone(), may_be_late=may_be_late)
            debts.append(rows)
    model = Model(programme, debts, [rows.flows for rows in debts], Sum(), span)
    if may_be_late:
        for index, (debt, rows) in enumerate(zip(household.debts, debts, strict=True)):
            begun = ledger.books.begun.get(debt.id, frozenset())
            model.payments[index] = _let_be_late(model, span, debt, rows, begun)
    elif may_wait:
        for index, (debt, rows) in enumerate(zip(household.debts, debts, strict=True)):
            model.waits.append({})
            if debt.grace_days:
                model.payments[index] = _let_wait_in_grace(programme, span, rows, model.waits[-1])
    for rows, payments in zip(debts, model.payments, strict=True):
        model.cost.plus(rows.owing)
        for paid in payments.values():
            model.cost.plus(paid)
    _write_cash(model, span, stretches, LATE_SLACK if may_be_late else SLACK)
    return model


def _only_required(span: Span, claims: list[LateClaim]) -> DebtRows:
    """A debt of which only what is required is ever paid."""
    rows = DebtRows(claims=claims)
    for claim in claims:
        rows.flows[max(claim.due_on, span.first)].constant += claim.most
    return rows


def _write_cash(model: Model, span: Span, stretches: Sequence[Stretch], slack: float) -> None:
    starts = [stretch.start for stretch in stretches]
    spent = [Sum() for _ in stretches]
    for payments in model.payments:
        for day, paid in payments.items():
            if day <= span.last:
                spent[bisect_right(starts, day) - 1].plus(paid)
    before = Sum()
    for stretch, paid in zip(stretches, spent, strict=True):
        cash = model.programme.column(lower=stretch.floor - CENT)
        model.cash.append(cash)
        change = stretch.change - paid.constant
        model.programme.row(
            [(cash, 1.0), *before.negated(), *paid.terms],
            change + before.constant,
            change + before.constant,
        )
        before = one(cash)
    if not span.is_bound:
        keep_back(model, stretches, slack)


def keep_back(model: Model, stretches: Sequence[Stretch], slack: float) -> None:
    """Let cash lie higher by `slack`, and above nothing where that can be."""
    unspent = 0.0
    for cash, stretch in zip(model.cash, stretches, strict=True):
        unspent += stretch.change
        kept = min(max(stretch.floor, 0.0) + slack, unspent, stretch.reached)
        model.programme.lower[cash] = kept - CENT


def _let_wait_in_grace(
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
    return payments


def _let_be_late(
    model: Model,
    span: Span,
    debt: Debt,
    rows: DebtRows,
    begun: frozenset[str],
) -> dict[int, Sum]:
    """Payments of a debt of which some may wait, and when its rungs would start."""
    programme = model.programme
    days = sorted(set(rows.flows) | {span.first} | {d for d in span.paydays if d <= span.last})
    claims = sorted(rows.claims, key=lambda claim: claim.due_on)
    payments: dict[int, Sum] = {}
    backlog: dict[int, int] = {}
    before = Sum()
    fallen = 0.0
    position = 0
    growth = 0.0 if span.is_bound else _growth(debt)
    late_fee = debt.terms.late_fee
    fee = 0.0
    if late_fee is not None:
        fee = late_fee.ratio.numerator / late_fee.ratio.denominator
    since = span.first
    for number, day in enumerate(days):
        while position < len(claims) and claims[position].due_on <= day:
            fallen += claims[position].most
            position += 1
        waits = programme.column(upper=fallen * (1.0 if span.is_bound else 1.5) + CENT)
        backlog[day] = waits
        paid = Sum()
        paid.plus(rows.flows.get(day, Sum()))
        factor = 1.0 + growth * (day - since)
        if not span.is_bound:
            factor += fee * sum(since <= claim.last_safe_on < day for claim in claims)
        paid.plus(before, factor)
        since = day
        paid.terms.append((waits, -1.0))
        programme.row(paid.terms, -paid.constant)
        payments[day] = paid
        before = one(waits)
        end = days[number + 1] if number + 1 < len(days) else span.last + 1
        _count_days(model, debt, claims[:position], day, end, waits)
    model.cost.plus(before)  # what still waits is left owing
    model.waits.append(backlog)
    rungs = _by_severity(debt)
    started = {severity for severity in rungs if any(r.id in begun for r in rungs[severity])}
    starts = {
        severity: [min(_start(rung, claim) for rung in rungs[severity]) for claim in claims]
        for severity in sorted(rungs, reverse=True)
    }
    model.lateness.append(Lateness(debt, claims, starts, started, days, backlog))
    return payments


def _growth(debt: Debt) -> float:
    """What is late grows by this each night, about: the penalty rate, else the debt's."""
    terms = debt.terms
    rate = terms.rate
    factor = 1.0
    if not isinstance(terms, RevolvingTerms):
        if terms.overdue is not None and terms.overdue.rate is not None:
            rate = terms.overdue.rate
        elif terms.overdue is not None and terms.overdue.multiplier is not None:
            multiplier = terms.overdue.multiplier
            factor = multiplier.numerator / multiplier.denominator
    if rate is None:
        return 0.0
    return rate.annual.numerator / rate.annual.denominator / 365 * factor


def _count_days(
    model: Model, debt: Debt, claims: Sequence[LateClaim], day: int, end: int, waits: int
) -> None:
    """Yuan-days of the backlog of [day, end), without what is in grace or tolerated."""
    tolerated = in_grace = 0.0
    for claim in claims:
        small = min(claim.most, (debt.tolerance_fen + 1) * CENT + claim.uncounted)
        tolerated += small
        in_grace += small * (end - day)
        if claim.last_safe_on >= day:
            in_grace += (claim.most - small) * (min(end, claim.last_safe_on + 1) - day)
    counted = model.programme.column()
    model.programme.row([(counted, 1.0), (waits, float(day - end))], -in_grace)
    # Once the grace of all is over, whatever waits counts.
    nights = end - max([day, *(claim.last_safe_on + 1 for claim in claims)])
    if nights > 0:
        model.programme.row([(counted, 1.0), (waits, -float(nights))], -tolerated * nights)
    model.backlog.plus(one(counted))


def _by_severity(debt: Debt) -> dict[int, list[Rung]]:
    found: dict[int, list[Rung]] = {}
    for rung in dated_rungs(debt):
        found.setdefault(rung.severity, []).append(rung)
    return found


def _start(rung: Rung, claim: LateClaim) -> int:
    assert rung.after_days is not None
    if rung.counts_from == "grace_end":
        return claim.last_safe_on + rung.after_days
    return max(claim.due_on + rung.after_days, claim.last_safe_on + 1)


def minimise(programme: Programme, goal: Sum) -> None:
    programme.cost = [0.0] * len(programme.cost)
    programme.constant = goal.constant
    for column, entry in goal.terms:
        programme.cost[column] += entry


def value(total: Sum, values: list[float]) -> float:
    return total.constant + sum(values[column] * entry for column, entry in total.terms)


def free(programme: Programme) -> None:
    """Let whole columns be answered anew."""
    for column in programme.whole:
        programme.lower[column], programme.upper[column] = 0.0, 1.0
