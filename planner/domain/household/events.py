"""What happened to a debt beside payments: a letter, papers of a court, its settlement.

The person enters it with its day (`Debt.events`). It dates a rung that no rule could date, and
the rungs that run from it, whether or not anything is still due on the debt.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from typing import Final, NamedTuple

from planner.domain.household.household import Debt, Event
from planner.domain.rulebook.ladders import EVENTS, Rung
from planner.domain.rulebook.products import load_products

# Without a date, and nothing that happens on a day either.
NO_EVENTS: Final = frozenset({"lawsuit", "later_loans", "malicious_overdraft"})
# The day is a time limit that a paper names; every other day is one on which something happened.
LIMITS: Final = frozenset({"judgment_due"})
MAX_EVENTS: Final = 100
ANY_DEBT: Final = "other_balance"  # of which nothing is known but the steps that all share


class DatedStep(NamedTuple):
    """A rung that runs from an event, or the time limit that the event itself is; and its day."""

    rung: Rung
    event: Event
    on: date


def rungs_of(debt: Debt) -> tuple[Rung, ...]:
    """The ladder that holds, and where it is the person's own or none, the steps of the law that
    every debt has: courts, limitation, the end of a record."""
    held = debt.rungs()
    if debt.product is not None and debt.ladder is None:
        return held
    known = {rung.id for rung in held}
    return (*held, *(rung for rung in _lawful() if rung.id not in known))


@cache
def _lawful() -> tuple[Rung, ...]:
    ladder = load_products()[ANY_DEBT].ladder
    return tuple(
        rung
        for rung in ladder
        if rung.id in EVENTS or (rung.event is not None and rung.after_days is not None)
    )


def is_enterable(rung: Rung) -> bool:
    """Whether a person may say on which day it happened."""
    return rung.after_days is None and rung.id not in NO_EVENTS


def enterable(debt: Debt) -> tuple[Rung, ...]:
    """What may have happened to the debt, in the order of its ladder."""
    return tuple(
        rung for rung in rungs_of(debt) if is_enterable(rung) and rung.is_for(debt.reports_to)
    )


def following(debt: Debt) -> list[DatedStep]:
    """What the debt's events date, the first day first; of one event entered twice the later
    day counts."""
    latest = {event.rung: event for event in sorted(debt.events, key=lambda event: event.on)}
    found = []
    for rung in rungs_of(debt):
        event = latest.get(rung.id if rung.id in LIMITS else rung.event or "")
        if event is not None and rung.is_for(debt.reports_to):
            if rung.id in LIMITS:
                found.append(DatedStep(rung, event, event.on))
            elif rung.after_days is not None:
                on = event.on + timedelta(days=rung.after_days)
                found.append(DatedStep(rung, event, on))
    return sorted(found, key=lambda one: one.on)


def with_event(events: Iterable[Event], added: Event) -> tuple[Event, ...]:
    """By day, so that of one event the latest stands last and holds; each once."""
    return tuple(sorted({*events, added}, key=lambda event: (event.on, event.rung)))


def without_event(events: Iterable[Event], removed: Event) -> tuple[Event, ...]:
    return tuple(event for event in events if event != removed)
