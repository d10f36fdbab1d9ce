"""Why the payments of a plan matter: each laid beside the same debt without it.

Nothing is estimated. A copy of the running contract takes the payment, another does not, both
pass the days through the same ledger's contracts, and the difference is what the payment saves.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from planner.domain.contracts.dues import Due
from planner.domain.household.household import Debt, Household
from planner.domain.household.terms import OpenTerms, RevolvingTerms
from planner.domain.ledger.consequences import Consequence, dated_rungs, rung_start
from planner.domain.ledger.ledger import HORIZON_MONTHS, Contract, Ledger
from planner.domain.ledger.replay import replay
from planner.domain.paying.lookahead import required_ahead
from planner.domain.paying.proposals import Decided, DecidedPayment, taken
from planner.domain.plan.plan import Plan, PlannedDue
from planner.domain.rulebook.ladders import CERTAINTIES, Rung
from planner.domain.values.days import add_months, month_day_on_or_before, next_month_day

LEAST_SAVED_FEN = 100
MOST_REASONS = 24
MOST_SHORT = 4
MOST_RUNGS = 2
SURENESS = (*CERTAINTIES, None)

WhyKind = Literal["in_full", "until_bill", "until_due", "ahead", "cure", "first", "waits"]


@dataclass(frozen=True, slots=True)
class WhyPaid:
    """Why a plan pays `amount_fen` to a debt on `on`.

    in_full     the whole of a statement by `until`: the next one bears `saved_fen` less interest
                than if its minimum alone were paid
    until_bill  more than is required, in all by `on`: the bill of `until` bears `saved_fen` less
    until_due   more than is required, on `on`: up to the due of `until` that much less is borne
    ahead       before it is due: `saved_fen` of interest and fees less than by the schedule;
                `whole_fen` is the payment that it is a part of
    cure        what is overdue, the last of it on `on`: left alone, `rungs` start on `until`
    first       while money is short: otherwise `rungs` start on `until`
    waits       `amount_fen` of the due of `on` is missing on its last safe day: `rungs` start
                on `until`, None where nothing is known to, and the graver `later_rungs` on `later`
    """

    kind: WhyKind
    debt: str
    on: date
    amount_fen: int
    saved_fen: int = 0
    until: date | None = None
    rungs: tuple[str, ...] = ()
    whole_fen: int = 0
    later: date | None = None
    later_rungs: tuple[str, ...] = ()


def reason_document(reason: WhyPaid) -> dict[str, Any]:
    """As JSON, amounts in fen; see `read_reason`."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(reason).items()
    }


def read_reason(document: Mapping[str, Any]) -> WhyPaid:
    """Of a document that `reason_document` wrote."""
    read = dict(document)
    for name in ("on", "until", "later"):
        read[name] = None if read[name] is None else date.fromisoformat(read[name])
    for name in ("rungs", "later_rungs"):
        read[name] = tuple(read[name])
    return WhyPaid(**read)


def reasons_of(household: Household, plan: Plan) -> list[WhyPaid]:
    """The reasons of a plan of the household, by day. Raises PaymentRefused."""
    rolled, books = replay(household)
    steps = [(one.on.toordinal(), one.debt, one.amount_fen) for one in plan.payments]
    following = Decided(rolled, steps)
    Ledger(rolled, following, books).run()
    found: list[WhyPaid] = []
    for debt in rolled.debts:
        mine = [step for step in steps if step[1] == debt.id]
        dues = [due for due in plan.dues if due.debt == debt.id]
        if isinstance(debt.terms, RevolvingTerms):
            found += _of_statements(debt, dues, mine, following)
        else:
            found += _of_prepayments(rolled, debt, mine, following)
    found = [one for one in found if one.saved_fen >= LEAST_SAVED_FEN]
    found = sorted(found, key=lambda one: -one.saved_fen)[:MOST_REASONS]
    arrears = _of_arrears(rolled, plan, steps, following, books.begun)
    grave = [*arrears, *_of_shortage(rolled, plan)]
    return sorted([*grave, *found], key=lambda one: one.on)


# --- Statements ---------------------------------------------------------------------------------


def _of_statements(
    debt: Debt, dues: Sequence[PlannedDue], steps: Sequence[DecidedPayment], following: Decided
) -> Iterable[WhyPaid]:
    """From each statement to the next, what paying more than is required takes off that one."""
    terms = debt.terms
    assert isinstance(terms, RevolvingTerms)
    periods: dict[date, list[tuple[int, int]]] = {}
    for day, _, fen in steps:
        opened = month_day_on_or_before(date.fromordinal(day), terms.statement_day)
        periods.setdefault(opened, []).append((day, fen))
    for opened, paid in periods.items():
        bill_on = next_month_day(opened, terms.statement_day)
        until = bill_on.toordinal()
        start = following.before[paid[0][0], debt.id]
        out = [due for due in dues if opened <= due.due_on < bill_on]
        if any(due.short_fen for due in out) or start.required_fen(opened.toordinal()):
            continue
        least, required = _least(start, paid[0][0], until)
        full = _paid_in_full(out, paid, debt.tolerance_fen)
        if full is not None and full.amount_fen > required:
            paid = [one for one in paid if one[0] <= full.last_safe_on.toordinal()]
            saved = least - _cost(start, paid, until)
            yield WhyPaid("in_full", debt.id, date.fromordinal(paid[-1][0]),
                         sum(fen for _, fen in paid), saved, full.last_safe_on)  # fmt: skip
        elif (total := sum(fen for _, fen in paid)) > required:
            saved = least - _cost(start, paid, until)
            yield WhyPaid("until_bill", debt.id, date.fromordinal(paid[-1][0]), total,
                         saved, bill_on)  # fmt: skip


def _paid_in_full(
    dues: Sequence[PlannedDue], paid: Sequence[tuple[int, int]], tolerance: int
) -> PlannedDue | None:
    """The one due of a period, where the period's payments pay its whole statement in time, or
    all but what the lender tolerates.
    """
    if len(dues) != 1:
        return None
    total = sum(fen for day, fen in paid if day <= dues[0].last_safe_on.toordinal())
    return dues[0] if total >= dues[0].amount_fen - tolerance else None


def _least(contract: Contract, day: int, until: int) -> tuple[int, int]:
    """With only what is required paid from `day` on: what `_cost` gives, and the fen paid."""
    clone = contract.clone()
    paid = clone.required_fen(day)
    clone.pay(day, paid)
    while clone.next_day < until:
        day = clone.next_day
        clone.morning(day)
        required = clone.required_fen(day)
        clone.pay(day, required)
        paid += required
    _pass_days(clone, until)
    return paid + clone.settle(until), paid


def _cost(contract: Contract, payments: Sequence[tuple[int, int]], until: int) -> int:
    """Fen paid, and fen that would settle the contract on `until`."""
    clone = contract.clone()
    paid = 0
    for day, fen in payments:
        _pass_days(clone, day)
        amount = taken(clone, day, fen)
        clone.pay(day, amount)
        paid += amount
    _pass_days(clone, until)
    return paid + clone.settle(until)


def _pass_days(contract: Contract, until: int) -> None:
    while contract.next_day <= until:
        contract.morning(contract.next_day)


# --- Schedules ----------------------------------------------------------------------------------


def _of_prepayments(
    household: Household, debt: Debt, steps: Sequence[DecidedPayment], following: Decided
) -> Iterable[WhyPaid]:
    """Of each payment above what is required, what it saves against paying by the schedule."""
    last_day = add_months(household.as_of, HORIZON_MONTHS).toordinal() - 1
    for day, _, fen in steps:
        before = following.before[day, debt.id]
        required = before.required_fen(day)
        if fen <= required:
            continue
        if isinstance(debt.terms, OpenTerms):
            bill_on = _next_bill(debt.terms, date.fromordinal(day))
            until = bill_on.toordinal()
            saved = _cost(before, [(day, required)], until) - _cost(before, [(day, fen)], until)
            yield WhyPaid("until_due", debt.id, date.fromordinal(day), fen, saved,
                         bill_on)  # fmt: skip
            continue
        without = _by_schedule(before, day, required, last_day)
        saved = without - _by_schedule(before, day, fen, last_day)
        yield WhyPaid("ahead", debt.id, date.fromordinal(day), fen - required, saved,
                     whole_fen=fen)  # fmt: skip


def _next_bill(terms: OpenTerms, after: date) -> date:
    """The first due day after a day: interest is billed then."""
    if after < terms.next_due:
        return terms.next_due
    return next_month_day(after, terms.due_day or terms.next_due.day)


def _by_schedule(contract: Contract, day: int, amount: int, last_day: int) -> int:
    """Fen paid in all with `amount` on `day` and after that only what is required."""
    clone = contract.clone()
    if amount:
        clone.pay(day, amount)
    return amount + sum(fen for _, fen in required_ahead(clone, day, last_day))


# --- What is overdue, and when money is short ---------------------------------------------------


def _of_arrears(
    household: Household,
    plan: Plan,
    steps: Sequence[DecidedPayment],
    following: Decided,
    begun: Mapping[str, frozenset[str]],
) -> Iterable[WhyPaid]:
    """Of each debt overdue at the start, what making up for it prevents."""
    for debt in household.debts:
        overdue = [
            due for due in plan.dues
            if due.debt == debt.id and due.last_safe_on < household.as_of
            and due.short_fen > debt.tolerance_fen
        ]  # fmt: skip
        if not overdue:
            continue
        amount = 0
        for day, fen in ((day, fen) for day, name, fen in steps if name == debt.id):
            required = following.before[day, debt.id].required_fen(day)
            amount += min(fen, required)
            if fen < required:
                continue
            starts = _still_to_start(debt, overdue, day, begun.get(debt.id, frozenset()))
            if starts:
                until, rungs = _gravest_first(starts)
                yield WhyPaid("cure", debt.id, date.fromordinal(day), amount,
                             until=until, rungs=rungs)  # fmt: skip
            break


def _still_to_start(
    debt: Debt, overdue: Sequence[PlannedDue], day: int, begun: frozenset[str]
) -> list[tuple[int, Rung]]:
    """What would start after a day if they all stayed unpaid: each rung once, by the first."""
    first: dict[str, tuple[int, Rung]] = {}
    for due in overdue:
        for on, rung in _starts(debt, due):
            if rung.id not in first or on < first[rung.id][0]:
                first[rung.id] = on, rung
    return [one for name, one in first.items() if one[0] > day and name not in begun]


def _of_shortage(household: Household, plan: Plan) -> list[WhyPaid]:
    """The first dues that have to wait, and what is paid before them for what would start."""
    debts = {debt.id: debt for debt in household.debts}
    as_of = household.as_of
    coming = [due for due in plan.dues if due.last_safe_on >= as_of]
    short = [due for due in coming if due.short_fen > debts[due.debt].tolerance_fen]
    if not short:
        return []
    short = sorted(short, key=lambda due: due.last_safe_on)[:MOST_SHORT]
    end = short[-1].last_safe_on
    found = [_waits(due, plan.consequences) for due in short]
    late = {due.debt: due.due_on for due in reversed(plan.dues) if due.short_fen}
    for due in coming:
        if due.due_on > end or due in short:
            continue
        if due.required_fen <= debts[due.debt].tolerance_fen:
            continue
        if late.get(due.debt, due.due_on) < due.due_on:
            continue  # in its episode, or after one: what would start anew is not certain
        starts = _starts(debts[due.debt], due)
        if starts and due.short_fen == 0:
            until, rungs = _gravest_first(starts)
            found.append(WhyPaid("first", due.debt, due.last_safe_on, due.required_fen,
                                until=until, rungs=rungs))  # fmt: skip
    return found


def _waits(due: PlannedDue, consequences: Sequence[Consequence]) -> WhyPaid:
    """What starts first under this due in the plan, and what is the gravest of the rest."""
    starts = [
        (one.starts_on.toordinal(), one.rung)
        for one in consequences
        if (one.debt, one.due_on) == (due.debt, due.due_on)
        and one.state == "will_start"
        and one.starts_on is not None
    ]
    if not starts:
        return WhyPaid("waits", due.debt, due.due_on, due.short_fen)
    until, rungs = _gravest_first(starts)
    most = max(rung.severity for _, rung in starts)
    later, graver = _gravest_first([one for one in starts if one[1].severity == most])
    is_later = later > until
    return WhyPaid("waits", due.debt, due.due_on, due.short_fen, until=until, rungs=rungs,
                  later=later if is_later else None,
                  later_rungs=graver if is_later else ())  # fmt: skip


def _starts(debt: Debt, due: PlannedDue) -> list[tuple[int, Rung]]:
    """What would start on which day if this due stayed unpaid."""
    missed = Due(
        due.due_on.toordinal(), due.last_safe_on.toordinal(), due.amount_fen, due.required_fen
    )
    return [(rung_start(rung, missed), rung) for rung in dated_rungs(debt)]


def _gravest_first(starts: Sequence[tuple[int, Rung]]) -> tuple[date, tuple[str, ...]]:
    """The first day, and the gravest of what starts on it, the most certain first."""
    day = min(day for day, _ in starts)
    rungs = {rung.id: rung for on, rung in starts if on == day}
    most = max(rung.severity for rung in rungs.values())
    gravest = [rung for rung in rungs.values() if rung.severity == most]
    gravest.sort(key=lambda rung: (SURENESS.index(rung.certainty), rung.id))
    return date.fromordinal(day), tuple(rung.id for rung in gravest[:MOST_RUNGS])
