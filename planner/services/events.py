"""What happened to a debt beside payments: written into its row."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from planner.domain.household.events import (
    LIMITS,
    MAX_EVENTS,
    with_event,
    without_event,
)
from planner.domain.household.household import Event
from planner.models import HouseholdRow, User
from planner.services.changes import change, write
from planner.services.documents import document_of
from planner.services.errors import EntryRefused


def record_event(
    *, user: User, debt: str, rung: str, on: date, key: str = "", agrees: bool = False
) -> None:
    """It happened on that day. Raises EntryRefused, KeyReused, ConsentRequired, and
    InvalidDocument where the debt's ladder has no such rung."""

    def record(household: HouseholdRow) -> None:
        if on > household.planned_from and rung not in LIMITS:
            raise EntryRefused("future", _("That day is still to come."))
        document = document_of(household)
        entry = _debt(document, debt)
        events = with_event(_events(entry), Event(rung, on))
        if len(events) > MAX_EVENTS:
            raise EntryRefused(
                "many", _("So many are entered already. Take back what is of no use any more.")
            )
        entry["events"] = _documents(events)
        change(household, document)

    write(user, record, sent={"event": [debt, rung, on.isoformat()]}, key=key, agrees=agrees)


def take_back_event(*, user: User, debt: str, rung: str, on: date) -> bool:
    """It did not happen after all; False where it was not there any more."""

    def take_back(household: HouseholdRow) -> str:
        document = document_of(household)
        entry = _debt(document, debt)
        held = _events(entry)
        rest = without_event(held, Event(rung, on))
        entry["events"] = _documents(rest)
        change(household, document)
        return rung if len(rest) < len(held) else ""

    return write(user, take_back) != ""


def _debt(document: dict[str, Any], slug: str) -> dict[str, Any]:
    debts: list[dict[str, Any]] = document["debts"]
    for entry in debts:
        if entry["id"] == slug:
            return entry
    raise EntryRefused("unknown", _("It is gone by now: deleted in another window."))


def _events(entry: dict[str, Any]) -> tuple[Event, ...]:
    return tuple(
        Event(one["rung"], date.fromisoformat(one["on"])) for one in entry.get("events") or []
    )


def _documents(events: Iterable[Event]) -> list[dict[str, str]]:
    return [{"rung": event.rung, "on": event.on.isoformat()} for event in events]
