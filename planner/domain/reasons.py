"""Why the payments of a plan matter: each laid beside the same debt without it.

Nothing is estimated. A copy of the running contract takes the payment, another does not, both
pass the days through the same ledger's contracts, and the difference is what the payment saves.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from planner.domain.consequences import Consequence, dated_rungs, rung_start
from planner.domain.contracts.dues import Due
from planner.domain.contracts.terms import OpenTerms, RevolvingTerms
from planner.domain.dates import add_months, next_month_day
from planner.domain.following import Following, Step, taken
from planner.domain.household import Debt, Household
from planner.domain.ledger import HORIZON_MONTHS, Contract, Ledger
from planner.domain.plan import Plan, PlannedDue
from planner.domain.replay import replay
from planner.domain.strategies import required_ahead

LEAST_SAVED_FEN = 100
MOST_REASONS = 24
MOST_SHORT = 4

Kind = Literal["in_full", "until_bill", "ahead", "first", "waits"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a plan pays `amount_fen` to a debt on `on`.

    in_full     the whole of a statement by `until`: its next one is `saved_fen` lower for it
    until_bill  more than is required, on `on`: the bill of `until` is `saved_fen` lower for it
    ahead       before it is due: `saved_fen` of interest and fees less than by the schedule
    first       while money is short: otherwise `rung` starts on `until`
    waits       `amount_fen` of the due of `on` is missing on its last safe day: `rung` starts
                on `until`, None where nothing is known to
    """

    kind: Kind
    debt: str
    on: date
    amount_fen: int
    saved_fen: int = 0
    until: date | None = None
    rung: str = ""


def reason_document(reason: Reason) -> dict[str, Any]:
    """As JSON, amounts in fen; see `read_reason`."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(reason).items()
    }


def read_reason(document: Mapping[str, Any]) -> Reason:
    """Of a document that `reason_document` wrote."""
    until = document["until"]
    days = {
        "on": date.fromisoformat(document["on"]),
        "until": None if until is None else date.fromisoformat(until),
    }
    return Reason(**{**document, **days})


def reasons_of(household: Household, plan: Plan) -> list[Reason]:
    """The reasons of a plan of the household, by day. Raises PaymentRefused."""
    rolled, books = replay(household)
    steps = [(one.on.toordinal(), one.debt, one.amount_fen) for one in plan.payments]
    following = Following(rolled, steps)
    Ledger(rolled, following, books).run()
    found: list[Reason] = []
    for debt in rolled.debts:
        mine = [step for step in steps if step[1] == debt.id]
        dues = [due for due in plan.dues if due.debt == debt.id]
        if isinstance(debt.terms, RevolvingTerms):
            found += _of_statements(debt, dues, mine, following)
        else:
            found += _of_prepayments(rolled, debt, mine, following)
    found = [one for one in found if one.saved_fen >= LEAST_SAVED_FEN]
    found = sorted(found, key=lambda one: -one.saved_fen)[:MOST_REASONS]
    return sorted([*_of_shortage(rolled, plan), *found], key=lambda one: one.on)


# --- Statements ---------------------------------------------------------------------------------


def _of_statements(
    debt: Debt, dues: Sequence[PlannedDue], steps: Sequence[Step], following: Following
) -> Iterable[Reason]:
    """Of each due, what paying more than its minimum takes off the next statement."""
    terms = debt.terms
    assert isinstance(terms, RevolvingTerms)
    since = 0
    for due in dues:
        paid = [step for step in steps if since < step[0] <= due.last_safe_on.toordinal()]
        since = due.last_safe_on.toordinal()
        total = sum(fen for _, _, fen in paid)
        if not paid or total <= due.required_fen or due.short_fen:
            continue
        start = following.before[paid[0][0], debt.id]
        bill_on = next_month_day(due.due_on, terms.statement_day)
        until = bill_on.toordinal()
        by_plan = _cost(start, [(day, fen) for day, _, fen in paid], until)
        least = _cost(start, [(due.due_on.toordinal(), due.required_fen)], until)
        if total >= due.amount_fen:
            yield Reason("in_full", debt.id, date.fromordinal(paid[-1][0]), total,
                         least - by_plan, due.last_safe_on)  # fmt: skip
        else:
            yield Reason("until_bill", debt.id, date.fromordinal(paid[-1][0]), total,
                         least - by_plan, bill_on)  # fmt: skip


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
    household: Household, debt: Debt, steps: Sequence[Step], following: Following
) -> Iterable[Reason]:
    """Of each payment above what is required, what it saves against paying by the schedule."""
    last_day = add_months(household.as_of, HORIZON_MONTHS).toordinal() - 1
    for day, _, fen in steps:
        before = following.before[day, debt.id]
        required = before.required_fen(day)
        if fen <= required:
            continue
        if isinstance(debt.terms, OpenTerms):
            until = before.next_day
            saved = _cost(before, [(day, required)], until) - _cost(before, [(day, fen)], until)
            yield Reason("until_bill", debt.id, date.fromordinal(day), fen, saved,
                         date.fromordinal(until))  # fmt: skip
            continue
        without = _by_schedule(before, day, required, last_day)
        saved = without - _by_schedule(before, day, fen, last_day)
        yield Reason("ahead", debt.id, date.fromordinal(day), fen - required, saved)


def _by_schedule(contract: Contract, day: int, amount: int, last_day: int) -> int:
    """Fen paid in all with `amount` on `day` and after that only what is required."""
    clone = contract.clone()
    if amount:
        clone.pay(day, amount)
    return amount + sum(fen for _, fen in required_ahead(clone, day, last_day))


# --- When money is short ------------------------------------------------------------------------


def _of_shortage(household: Household, plan: Plan) -> list[Reason]:
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
        if due.due_on > end or due in short or not due.required_fen:
            continue
        if late.get(due.debt, due.due_on) < due.due_on:
            continue  # in its episode, or after one: what would start anew is not certain
        first = _first_rung(debts[due.debt], due)
        if first is not None and due.short_fen == 0:
            found.append(Reason("first", due.debt, due.last_safe_on, due.required_fen,
                                until=first[0], rung=first[1]))  # fmt: skip
    return found


def _waits(due: PlannedDue, consequences: Sequence[Consequence]) -> Reason:
    """The gravest of what starts first under this due in the plan."""
    starting = [
        one
        for one in consequences
        if (one.debt, one.due_on) == (due.debt, due.due_on)
        and one.state == "will_start"
        and one.starts_on is not None
    ]
    first = min(starting, key=lambda one: (one.starts_on, -one.rung.severity), default=None)
    return Reason("waits", due.debt, due.due_on, due.short_fen,
                  until=first and first.starts_on, rung=first.rung.id if first else "")  # fmt: skip


def _first_rung(debt: Debt, due: PlannedDue) -> tuple[date, str] | None:
    """The day on which something would start if this due stayed unpaid, and the gravest of it."""
    missed = Due(
        due.due_on.toordinal(), due.last_safe_on.toordinal(), due.amount_fen, due.required_fen
    )
    starts = [(rung_start(rung, missed), -rung.severity, rung.id) for rung in dated_rungs(debt)]
    if not starts:
        return None
    day, _, rung = min(starts)
    return date.fromordinal(day), rung
