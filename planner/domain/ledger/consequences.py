"""Rungs become dates and states; episodes and harm. Reads only what the ledger did.

An episode of a debt begins when a due is missed past grace and ends on the day on which
nothing required is unpaid any more. Within one episode each rung starts at most once. Harm knows
no episodes: it counts dues, each by its own days.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from planner.domain.contracts.dues import Due
from planner.domain.household.household import Debt
from planner.domain.ledger.ledger import Ledger
from planner.domain.rulebook.ladders import Rung
from planner.domain.values.money import divide_half_up

RungState = Literal["avoided", "will_start", "started", "undated"]


class Consequence(NamedTuple):
    """A rung under a due. `starts_on` None: no rule fixes a date; avoided: it would have."""

    debt: str
    due_on: date
    rung: Rung
    starts_on: date | None
    state: RungState


class Harm(NamedTuple):
    """For each severity, 5 first: the dues that are missed and then unpaid for so long that a
    rung of it, or a graver one, starts by their own days; then what is overdue at the end of each
    day, summed, in yuan-days.

    Plans are compared by the five `counts`, from the left, then by cost, then by yuan-days (see
    `planner.domain.plan.plan.merit`).
    """

    severity_5: int
    severity_4: int
    severity_3: int
    severity_2: int
    severity_1: int
    yuan_days: int

    @property
    def counts(self) -> tuple[int, ...]:
        """Dues by severity, 5 first."""
        return self[:5]


@dataclass(frozen=True, slots=True)
class Started:
    """Where each rung of one debt starts: (index of due, rung id) → day.

    `repeated` are rungs that started under an older due of the same episode.
    """

    days: dict[tuple[int, str], int]
    repeated: set[tuple[int, str]]


def rung_start(rung: Rung, due: Due) -> int:
    """The day on which a dated rung starts if the due is still unpaid then.

    Due + days, but not before the day after grace; `grace_end` counts from the end of it.
    """
    assert rung.after_days is not None
    if rung.counts_from == "grace_end":
        return due.last_safe_on + rung.after_days
    return max(due.due_on + rung.after_days, due.last_safe_on + 1)


def dated_rungs(debt: Debt) -> tuple[Rung, ...]:
    """The rungs that run from a due: no notices, no words without a date, no events."""
    return tuple(rung for rung in shown_rungs(debt) if runs_from_due(rung))


def shown_rungs(debt: Debt) -> tuple[Rung, ...]:
    """The rungs that this debt has at all, without mere notices."""
    return tuple(
        rung for rung in debt.rungs() if not rung.is_notice and rung.is_for(debt.reports_to)
    )


def first_starts(rungs: Iterable[Rung], due: Due) -> tuple[int | None, ...]:
    """By severity, 5 first: the first day on which a dated rung of it or a graver one starts if
    the due is unpaid until then; None where there is none."""
    starts: list[int | None] = [None] * 5
    for rung in rungs:
        start = rung_start(rung, due)
        for place in range(5 - rung.severity, 5):
            known = starts[place]
            if known is None or start < known:
                starts[place] = start
    return tuple(starts)


def count_late(rungs: Sequence[Rung], dues: Iterable[Due], as_of: int) -> list[int]:
    """Dues that harm counts, by severity, 5 first; `rungs` are the dated ones of the debt.

    A due counts in a place if it was missed and the first such rung starts after `as_of`; one
    that is paid on the day of the rung was paid too late.
    """
    counts = [0] * 5
    delays: dict[int, tuple[int | None, ...]] = {}  # days from the due on, by its days of grace
    for due in dues:
        if not due.is_missed:
            continue
        grace = due.last_safe_on - due.due_on
        if grace not in delays:
            delays[grace] = first_starts(rungs, Due(0, grace, 0, 0))
        for place, delay in enumerate(delays[grace]):
            if delay is None or due.due_on + delay <= as_of:
                continue
            if due.met_on is None or due.met_on >= due.due_on + delay:
                counts[place] += 1
    return counts


def runs_from_due(rung: Rung) -> bool:
    """Whether a missed due dates it, and not an event or nobody."""
    return rung.after_days is not None and rung.event is None


def weigh_consequences(ledger: Ledger, *, ladders: bool = False) -> tuple[list[Consequence], Harm]:
    """What a finished ledger leads to, and its harm.

    Lists the rungs that start or have started and those of each debt's next due; with
    `ladders` those of every due.
    """
    consequences: list[Consequence] = []
    since = ledger.household.as_of
    for debt, contract in zip(ledger.household.debts, ledger.contracts, strict=True):
        rungs = shown_rungs(debt)
        if not rungs or not contract.dues:
            continue
        begun = ledger.books.begun.get(debt.id, frozenset())
        started = walk_episodes(contract.dues, rungs, since.toordinal(), begun)
        consequences += _of_debt(debt, contract.dues, rungs, started, since, ladders=ladders)
    consequences.sort(key=lambda one: one.due_on)
    return consequences, weigh_harm(ledger)


def weigh_harm(ledger: Ledger) -> Harm:
    """The harm that a finished ledger does."""
    as_of = ledger.household.as_of.toordinal()
    counts = [0] * 5
    for debt, contract in zip(ledger.household.debts, ledger.contracts, strict=True):
        found = count_late(dated_rungs(debt), contract.dues, as_of)
        counts = [total + count for total, count in zip(counts, found, strict=True)]
    return Harm._make((*counts, divide_half_up(ledger.overdue_fen_days, 100)))


def ladder_of_due(ledger: Ledger, debt_id: str, due_on: date) -> list[Consequence]:
    """All rungs of one due of one debt; KeyError where there is no such due."""
    consequences, _ = weigh_consequences(ledger, ladders=True)
    found = [one for one in consequences if one.debt == debt_id and one.due_on == due_on]
    if not found and not any(
        debt.id == debt_id and due.due_on == due_on.toordinal() for debt, due in ledger.dues()
    ):
        raise KeyError((debt_id, due_on))
    return found


def walk_debt(
    debt: Debt, dues: Sequence[Due], as_of: date, begun: frozenset[str] = frozenset()
) -> Started:
    """Where the rungs of a debt start by its dues; `begun` as in `walk_episodes`."""
    return walk_episodes(dues, shown_rungs(debt), as_of.toordinal(), begun)


def ladder_of_dues(
    debt: Debt, dues: Sequence[Due], due: Due, as_of: date, begun: frozenset[str] = frozenset()
) -> list[Consequence]:
    """All rungs of one of the dues of a debt, as `ladder_of_due` gives them."""
    started, due_on = walk_debt(debt, dues, as_of, begun), date.fromordinal(due.due_on)
    found = _of_debt(debt, dues, shown_rungs(debt), started, as_of, ladders=True)
    return [one for one in found if one.due_on == due_on]


def walk_episodes(
    dues: Sequence[Due], rungs: Sequence[Rung], as_of: int, begun_before: frozenset[str]
) -> Started:
    """Where the rungs of one debt start, episode by episode.

    `begun_before` are those that started before `as_of` under dues met since, in an episode
    that still lasts: the first one, if its dues were missed already.
    """
    days: dict[tuple[int, str], int] = {}
    repeated: set[tuple[int, str]] = set()
    is_first = True
    dated = [rung for rung in rungs if runs_from_due(rung)]
    index = 0
    while index < len(dues):
        if not dues[index].is_missed:
            index += 1
            continue
        members = _episode(dues, index)
        begun = set(begun_before) if is_first and dues[index].last_safe_on < as_of else set()
        is_first = False
        for member in members:
            due = dues[member]
            for rung in dated:
                if rung.id in begun:
                    repeated.add((member, rung.id))
                    continue
                start = rung_start(rung, due)
                if due.is_missed and start <= (due.met_on or start):
                    days[member, rung.id] = start
                    begun.add(rung.id)
        index = members[-1] + 1
    return Started(days, repeated)


def _episode(dues: Sequence[Due], first: int) -> range:
    """Indices of the dues of the episode that begins with the miss of `first`."""
    end = dues[first].met_on
    last = first
    while end is not None and last + 1 < len(dues) and dues[last + 1].due_on <= end:
        last += 1
        met_on = dues[last].met_on
        end = None if met_on is None else max(end, met_on)
    if end is None:
        last = len(dues) - 1
    return range(first, last + 1)


def _of_debt(
    debt: Debt,
    dues: Sequence[Due],
    rungs: Sequence[Rung],
    started: Started,
    as_of: date,
    *,
    ladders: bool,
) -> Iterable[Consequence]:
    events = {event.rung: event.on for event in debt.events}
    coming = as_of.toordinal()
    following = next((i for i, due in enumerate(dues) if due.due_on >= coming), len(dues) - 1)
    wanted = {following} | {member for member, _ in started.days}
    for member in range(len(dues)) if ladders else sorted(wanted):
        due = dues[member]
        due_on = date.fromordinal(due.due_on)
        is_next = member == following
        for rung in rungs:
            if not runs_from_due(rung):
                if is_next:
                    yield _by_event(debt, due_on, rung, events, as_of)
                continue
            start = started.days.get((member, rung.id))
            if start is not None:
                starts_on = date.fromordinal(start)
                state: RungState = "started" if starts_on <= as_of else "will_start"
                yield Consequence(debt.id, due_on, rung, starts_on, state)
            elif (is_next or ladders) and (member, rung.id) not in started.repeated:
                starts_on = date.fromordinal(rung_start(rung, due))
                yield Consequence(debt.id, due_on, rung, starts_on, "avoided")


def _by_event(
    debt: Debt, due_on: date, rung: Rung, events: dict[str, date], as_of: date
) -> Consequence:
    """A rung without a date of its own: dated once what it waits for has been entered."""
    starts_on = events.get(rung.id)
    if starts_on is None and rung.event in events and rung.after_days is not None:
        starts_on = date.fromordinal(events[rung.event].toordinal() + rung.after_days)
    if starts_on is None:
        return Consequence(debt.id, due_on, rung, None, "undated")
    state: RungState = "started" if starts_on <= as_of else "will_start"
    return Consequence(debt.id, due_on, rung, starts_on, state)
