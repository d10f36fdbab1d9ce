"""When money is not enough: why these dues wait, and what would keep the first consequence away.

Nothing is estimated: each answer is another household into the same make_plan.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal, NamedTuple

from planner.domain.answers.living_costs import Held, kept_beside
from planner.domain.answers.one_debt import OneDebt
from planner.domain.answers.scenarios import Starting, receive, starting
from planner.domain.contracts.dues import Due
from planner.domain.household.household import Debt, Household
from planner.domain.ledger.consequences import dated_rungs, rung_start
from planner.domain.ledger.replay import replay
from planner.domain.make_plan import ledger_until, make_plan
from planner.domain.plan.plan import Plan, PlannedDue, merit_of
from planner.domain.values.money import MAX_FEN

MOST_EXPLAINED = 4  # debts for which it is worked out what paying them first would do

SOON_DAYS = 31

Cause = Literal["living_first", "oldest_first", "no_money", "harm_elsewhere", "no_better"]


class Avoidance(NamedTuple):
    """`fen` more, at hand on the day `on`, and `starts` does not start, nor anything that day.

    It is the last day on which money helps. With one fen less it still starts. `then` is what
    would start first if the money is there, None where nothing would.
    """

    on: date
    fen: int
    starts: Starting
    then: Starting | None


def avoid_first(household: Household, plan: Plan) -> Avoidance | None:
    """The smallest sum that keeps the first consequence of the household's plan from starting.

    None where nothing starts, or no money of the world helps. Raises PaymentRefused.
    """
    first = next(iter(starting(plan)), None)
    if first is None:
        return None
    last_day = first.starts_on - timedelta(days=1)
    after: dict[int, Starting | None] = {}

    def helps(fen: int) -> bool:
        helped = make_plan(receive(household, fen, last_day), plan.strategy)
        after[fen] = next(iter(starting(helped)), None)
        then = after[fen]
        return then is None or then.starts_on > first.starts_on

    fen = least(helps, _guesses(household, plan, first, last_day))
    return None if fen is None else Avoidance(last_day, fen, first, after[fen])


def _guesses(household: Household, plan: Plan, first: Starting, last_day: date) -> Iterator[int]:
    """What it will probably be: what is missing of that due, or of all that starts that day,
    with what living costs have taken the money below zero by; or of all that is required then.
    """
    tolerance = next(one.tolerance_fen for one in household.debts if one.id == first.debt)
    due = next(one for one in plan.dues if (one.debt, one.due_on) == (first.debt, first.due_on))
    same_day = {one.debt for one in starting(plan) if one.starts_on == first.starts_on}
    together = sum(
        one.short_fen for one in plan.dues if one.debt in same_day and one.due_on <= last_day
    )
    closings = [one.closing_fen for one in plan.cash if one.on <= last_day]
    below = max(0, -closings[-1]) if closings else 0
    yield from (below + fen for fen in (due.short_fen - tolerance, due.short_fen, together))
    day = last_day.toordinal()
    ledger = ledger_until(household, plan.strategy, day)
    required = [one.required_fen(day) for one in ledger.contracts]
    missed = [
        fen
        for fen, one in zip(required, ledger.contracts, strict=True)
        if (oldest := one.oldest_unmet(day)) is not None and oldest.last_safe_on <= day
    ]
    above = ledger.cash_fen - ledger.flows.reserve(day)
    yield sum(missed) - above
    yield sum(required) - above


def least(helps: Callable[[int], bool], guesses: Iterable[int]) -> int | None:
    """The smallest positive number that helps, where one less does not; None where none does.

    Guesses only make it quicker: the first that helps is tried with one less at once. Where
    what helps does not go on helping with more, it is the end of some stretch that does not.
    """
    low, high = 0, None
    for guess in guesses:
        if low < guess <= MAX_FEN:
            if helps(guess):
                high = guess
                break
            low = guess
    if high is None:
        high = max(2 * low, 1)
        while not helps(high):
            if high >= MAX_FEN:
                return None
            low, high = high, min(2 * high, MAX_FEN)
    step_down = True
    while high - low > 1:
        middle = high - 1 if step_down else (low + high) // 2
        step_down = False
        if helps(middle):
            high = middle
        else:
            low = middle
    return high


class WhyShort(NamedTuple):
    """Why a due stays short.

    living_first    there was the money, `held` for living costs that come first
    oldest_first    the way of repaying looks at nothing but the age of what is due
    no_money        even paid first it would lack `short_fen`
    harm_elsewhere  paid first, `other` would lack `short_fen` of its due of `other_due_on`, and
                    `starts` would start: more harm than now
    no_better       paid first, nothing worse would come of it

    `held` is what lay there on its last safe day for living costs of the days after, whatever the
    cause: for which expense, of which day.
    """

    cause: Cause
    debt: str
    due_on: date
    short_fen: int = 0
    other: str = ""
    other_due_on: date | None = None
    starts: Starting | None = None
    held: tuple[Held, ...] = ()


def reasons(household: Household, plan: Plan, shorts: Sequence[PlannedDue]) -> list[WhyShort]:
    """Of the first short due of each debt: whether living costs come first, else what would come
    of paying that debt before all."""
    first_of: dict[str, PlannedDue] = {}
    for due in shorts:
        first_of.setdefault(due.debt, due)
    rolled, books = replay(household)
    flows = books.flows(rolled)
    order = order_of(plan)
    found: list[WhyShort] = []
    explained = 0
    for due in first_of.values():
        held = kept_beside(plan, max(due.last_safe_on, rolled.as_of), flows)
        if sum(one.fen for one in held) >= due.short_fen:
            why = WhyShort("living_first", due.debt, due.due_on, due.short_fen)
        elif plan.strategy == "minimum":
            why = WhyShort("oldest_first", due.debt, due.due_on)
        elif explained < MOST_EXPLAINED:
            explained += 1
            first = (due.debt, *(debt for debt in order if debt != due.debt))
            other = make_plan(replace(household, triage_order=first), plan.strategy)
            why = _reason(plan, other, due)
        else:
            continue
        found.append(why._replace(held=held))
    return found


def _reason(plan: Plan, other: Plan, due: PlannedDue) -> WhyShort:
    """`other` is the plan in which the debt of the due comes before all others."""
    same = next((d for d in other.dues if d[:2] == due[:2]), None)
    if same is not None and same.short_fen >= due.short_fen:
        return WhyShort("no_money", due.debt, due.due_on, same.short_fen)
    if merit_of(other) <= merit_of(plan):
        return WhyShort("no_better", due.debt, due.due_on)
    held = {one[:3] for one in starting(plan)}
    new = [one for one in starting(other) if one[:3] not in held and one.debt != due.debt]
    if not new:
        # It starts nothing more of another kind, but goes on for longer.
        return WhyShort("harm_elsewhere", due.debt, due.due_on)
    gravest = max(new, key=lambda one: (one.severity, -one.starts_on.toordinal()))
    missed = next(d for d in other.dues if d[:2] == gravest[:2])
    return WhyShort(
        "harm_elsewhere",
        due.debt,
        due.due_on,
        missed.short_fen,
        gravest.debt,
        missed.due_on,
        gravest,
    )


def caught_up(household: Household, plan: Plan) -> dict[str, date | None]:
    """Of each debt that is overdue, when its plan has paid all that is; None for never."""
    as_of = plan.household.as_of
    overdue = {due.debt for due in plan.dues if due.last_safe_on < as_of and due.short_fen}
    found: dict[str, date | None] = {}
    for debt in sorted(overdue):
        paid = ((one.on, one.amount_fen) for one in plan.payments if one.debt == debt)
        course = OneDebt(household, debt, paid).course(plan.debt_free_on)
        missed = [due for due in course.dues if due.last_safe_on < as_of.toordinal()]
        days = [due.met_on for due in missed if due.is_missed]
        last = max((day for day in days if day is not None), default=None)
        found[debt] = None if last is None or None in days else date.fromordinal(last)
    return found


def order_of(plan: Plan) -> tuple[str, ...]:
    """The order of debts that a plan comes out at: those that wait last, the first to wait
    behind all.

    With an order of the person's own it is that one.
    """
    household = plan.household
    debts = {debt.id: debt for debt in household.debts}
    waits: dict[str, date] = {}
    weights: dict[str, tuple[int, int]] = {}
    for due in plan.dues:
        if due.short_fen > debts[due.debt].tolerance_fen and due.last_safe_on >= household.as_of:
            waits.setdefault(due.debt, due.due_on)
        if due.due_on >= household.as_of and due.debt not in weights:
            weights[due.debt] = _gravity(debts[due.debt], due)
    named = {debt: place for place, debt in enumerate(household.triage_order)}
    places = {debt.id: place for place, debt in enumerate(household.debts)}

    def place(debt: str) -> tuple[int, int, tuple[int, int], int]:
        waits_on = waits.get(debt)
        return (
            named.get(debt, len(named)),
            0 if waits_on is None else 10**7 - waits_on.toordinal(),
            weights.get(debt, (0, 0)),
            places[debt],
        )

    return tuple(sorted((debt.id for debt in household.debts), key=place))


def _gravity(debt: Debt, due: PlannedDue) -> tuple[int, int]:
    """(− severity of the gravest rung of the month after, day of the due): heaviest first."""
    day = due.due_on.toordinal()
    missed = Due(day, due.last_safe_on.toordinal(), due.amount_fen, due.required_fen)
    rungs = dated_rungs(debt)
    soon = [one.severity for one in rungs if rung_start(one, missed) <= day + SOON_DAYS]
    return -max(soon, default=0), day
