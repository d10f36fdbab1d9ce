"""What happened to a debt beside payments: written into its row, and told in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from planner import hashes, plan_store, services
from planner.domain.household.events import (
    LIMITS,
    MAX_EVENTS,
    enterable,
    following,
    rungs_of,
    with_event,
    without_event,
)
from planner.domain.household.household import Debt, Event
from planner.domain.rulebook.ladders import Rung
from planner.exports.wording import spoken
from planner.models import Household, User
from planner.presentation import day, short_day

# By who acts: what a person would say has happened.
GROUPS = (
    (
        gettext_lazy("The lender or a collector"),
        {
            "report_notice": gettext_lazy("I was told that a negative record will be filed"),
            "payment_limited": gettext_lazy("Some payment functions were limited"),
            "related_products_off": gettext_lazy("Other credit of the platform was switched off"),
            "third_party_contact": gettext_lazy("Somebody else was contacted"),
            "contact": gettext_lazy("The lender called, wrote or came in person"),
            "outsourced": gettext_lazy("An outside agency took the debt over"),
            "acceleration": gettext_lazy("The whole balance was called, by a notice"),
            "second_demand": gettext_lazy("The card's second effective demand reached me"),
            "demanded": gettext_lazy("The last demand, deduction, payment or promise to pay"),
        },
    ),
    (
        gettext_lazy("A court"),
        {
            "payment_order": gettext_lazy("I received a payment order"),
            "summons": gettext_lazy("I received the claim and a summons"),
            "judgment": gettext_lazy("I received the judgment"),
            "judgment_due": gettext_lazy("Last day to pay, in the judgment or settlement"),
            "enforcement_notice": gettext_lazy("I received an enforcement notice"),
            "asset_report": gettext_lazy("I received an order to report my assets"),
            "account_frozen": gettext_lazy("The court froze an account"),
            "wages_taken": gettext_lazy("The court began to take part of my income"),
            "property_sealed": gettext_lazy("The court sealed property"),
            "auction": gettext_lazy("The home is to be auctioned"),
            "consumption_limit": gettext_lazy("The court limited my spending"),
            "dishonest_list": gettext_lazy("I was put on the list of dishonest debtors"),
        },
    ),
    (
        gettext_lazy("What I did"),
        {
            "objection": gettext_lazy("I objected to an entry in my credit record"),
            "settled": gettext_lazy("I settled this debt in full"),
        },
    ),
)
LABELS = {rung: label for _title, labels in GROUPS for rung, label in labels.items()}


def event_name(rung: Rung) -> str:
    """What has happened; the rung's own name where it is one of the person's ladder."""
    return str(LABELS.get(rung.id) or spoken(rung.names) or rung.id)


def choices(debt: Debt) -> list[tuple[str, list[tuple[str, str]]]]:
    """What may have happened to this debt, by who acts."""
    rungs = {rung.id: rung for rung in enterable(debt)}
    groups = [
        (str(title), [(one, event_name(rungs[one])) for one in labels if one in rungs])
        for title, labels in GROUPS
    ]
    groups.append(
        (_("Other"), [(one, event_name(rung)) for one, rung in rungs.items() if one not in LABELS])
    )
    return [(title, offered) for title, offered in groups if offered]


@transaction.atomic
def record_event(*, user: User, debt: str, rung: str, on: date, key: str = "") -> None:
    """It happened on that day. Raises EntryRefused, KeyReused, ConsentRequired, and
    InvalidDocument where the debt's ladder has no such rung."""
    household = services.locked(user)
    fingerprint = hashes.digest({"event": [debt, rung, on.isoformat()]})
    if services.done_before(user, key, fingerprint) is not None:
        return
    if on > household.planned_from and rung not in LIMITS:
        raise services.EntryRefused("future", _("That day is still to come."))
    document = services.document_of(household)
    entry = _debt(document, debt)
    events = with_event(_events(entry), Event(rung, on))
    if len(events) > MAX_EVENTS:
        raise services.EntryRefused(
            "many", _("So many are entered already. Take back what is of no use any more.")
        )
    entry["events"] = _documents(events)
    services.change(household, document)
    services.remember(user, key, fingerprint, "")


@transaction.atomic
def take_back_event(*, user: User, debt: str, rung: str, on: date) -> bool:
    """It did not happen after all; False where it was not there any more."""
    household = services.locked(user)
    document = services.document_of(household)
    entry = _debt(document, debt)
    held = _events(entry)
    rest = without_event(held, Event(rung, on))
    entry["events"] = _documents(rest)
    services.change(household, document)
    return len(rest) < len(held)


def _debt(document: dict[str, Any], slug: str) -> dict[str, Any]:
    for entry in document["debts"]:
        if entry["id"] == slug:
            return entry
    raise services.EntryRefused("unknown", _("It is gone by now: deleted in another window."))


def _events(entry: dict[str, Any]) -> tuple[Event, ...]:
    return tuple(
        Event(one["rung"], date.fromisoformat(one["on"])) for one in entry.get("events") or []
    )


def _documents(events: Iterable[Event]) -> list[dict[str, str]]:
    return [{"rung": event.rung, "on": event.on.isoformat()} for event in events]


# --- In words ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as a page lists it; `rung` and `on` name it when it is taken back.

    `year` where it is another than today's.
    """

    rung: str
    on: date
    day: str
    year: int | None
    name: str


@dataclass(frozen=True, slots=True)
class Step:
    """What an event dates: its day, and how long that is from today."""

    on: date
    day: str
    left: str
    is_past: bool
    name: str
    since: str
    condition: str
    before: str
    right: str


def happened(debt: Debt, today: date) -> list[Happened]:
    """The last one first."""
    rungs = {rung.id: rung for rung in rungs_of(debt)}
    ordered = sorted(debt.events, key=lambda event: event.on, reverse=True)
    return [
        Happened(
            rung=one.rung,
            on=one.on,
            day=short_day(one.on),
            year=one.on.year if one.on.year != today.year else None,
            name=event_name(rungs[one.rung]),
        )
        for one in ordered
        if one.rung in rungs
    ]


def steps(debt: Debt, today: date) -> list[Step]:
    """What follows from the events, the first day first."""
    rungs = {rung.id: rung for rung in rungs_of(debt)}
    found = []
    for one in following(debt):
        days = (one.on - today).days
        found.append(
            Step(
                on=one.on,
                day=day(one.on, today),
                left=_left(days),
                is_past=days < 0,
                name=spoken(one.rung.names) or one.rung.id,
                since=_("counted from {day}: {what}").format(
                    day=day(one.event.on, today), what=event_name(rungs[one.event.rung])
                )
                if one.event.rung in rungs and one.rung.id not in LIMITS
                else "",
                condition=spoken(one.rung.condition),
                before=spoken(one.rung.before),
                right=spoken(one.rung.right),
            )
        )
    return found


def _left(days: int) -> str:
    if days == 0:
        return _("today")
    if days < 0:
        return ngettext("{days} day ago", "{days} days ago", -days).format(days=-days)
    return ngettext("in {days} day", "in {days} days", days).format(days=days)


def standing_debt(household: Household, slug: str) -> Debt:
    """The debt as it stands on the day the plan runs from."""
    standing = plan_store.standing_household(household.owner, services.outline_of(household))
    return next(one for one in standing.debts if one.id == slug)
