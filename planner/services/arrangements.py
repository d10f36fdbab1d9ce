"""Arrangements with a lender: asked for, offered, agreed, kept or broken."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from planner.models import Arrangement, HistoryEntry, User
from planner.services.changes import locked
from planner.services.entries import ARRANGED, begun, enter, refuse_unknown, still_to_come
from planner.services.errors import EntryRefused

# --- Arrangements ----------------------------------------------------------------------------


@transaction.atomic
def ask_arrangement(
    *, user: User, debt: str, asked_on: date, note: str = "", terms: Mapping[str, Any] | None = None
) -> Arrangement:
    """Something was asked of a lender: more time, a new schedule."""
    household = locked(user)
    refuse_unknown(user, "debt", debt)
    if asked_on > household.today():
        raise still_to_come()
    return Arrangement.objects.create(
        owner=user, debt=debt, asked_on=asked_on, note=note, terms=terms and dict(terms)
    )


@transaction.atomic
def record_offer(
    *, user: User, arrangement: int, on: date, terms: Mapping[str, Any] | None = None
) -> Arrangement:
    """The lender offered something; `terms` may still be unknown."""
    household = locked(user)
    row = _arrangement(user, arrangement, "asked", "offered")
    if on > household.today():
        raise still_to_come()
    row.state, row.offered_on = Arrangement.State.OFFERED, on
    row.terms = dict(terms) if terms else row.terms
    row.save(update_fields=["state", "offered_on", "terms"])
    return row


@transaction.atomic
def agree_arrangement(
    *,
    user: User,
    arrangement: int,
    on: date,
    terms: Mapping[str, Any],
    confirmed_by: str = "",
    key: str = "",
) -> Arrangement:
    """Both agreed: from that day the new schedule takes the place of the debt's.

    `terms` are whole terms with their contract, such as an instalment of listed rows. Raises
    InvalidDocument.
    """
    locked(user)
    row = _arrangement(user, arrangement, "asked", "offered", "agreed")
    if row.state == Arrangement.State.AGREED:
        return row
    if Arrangement.objects.owned_by(user).filter(debt=row.debt, state="agreed").exists():
        raise EntryRefused(
            "agreed_already", _("Another arrangement for this debt still holds. End it first.")
        )
    earlier = (
        HistoryEntry.objects.owned_by(user).standing().filter(slug=row.debt, kind__in=ARRANGED)
    )
    last = earlier.last()
    if last is not None and on < last.on:
        raise EntryRefused(
            "before_other",
            _("Another arrangement held until {day}; this one cannot begin before.").format(
                day=last.on.isoformat()
            ),
        )
    entry = {
        "kind": "arrangement",
        "on": on.isoformat(),
        "debt": row.debt,
        "terms": dict(terms),
    }
    made = enter(user, entry, key)
    row.terms = made.entry["terms"]
    row.state, row.agreed_on, row.confirmed_by = Arrangement.State.AGREED, on, confirmed_by
    row.save(update_fields=["terms", "state", "agreed_on", "confirmed_by"])
    return row


@transaction.atomic
def break_arrangement(*, user: User, arrangement: int, on: date, key: str = "") -> Arrangement:
    """It was broken: the old schedule and its ladder hold again, with what was paid meanwhile."""
    locked(user)
    row = _arrangement(user, arrangement, "agreed", "broken")
    if row.state == Arrangement.State.BROKEN:
        return row
    if row.agreed_on is not None and on < row.agreed_on:
        raise EntryRefused("before_agreed", _("It was agreed only after that day."))
    enter(user, _ended(row.debt, on), key)
    row.refresh_from_db()
    return row


@transaction.atomic
def keep_arrangement(*, user: User, arrangement: int, on: date) -> Arrangement:
    """It was kept to its end: the debt stands as it left it."""
    household = locked(user)
    row = _arrangement(user, arrangement, "agreed", "kept")
    if on > household.today():
        raise still_to_come()
    if row.agreed_on is not None and on < row.agreed_on:
        raise EntryRefused("before_agreed", _("It was agreed only after that day."))
    row.state, row.ended_on = Arrangement.State.KEPT, on
    row.save(update_fields=["state", "ended_on"])
    return row


def document_if_broken(*, user: User, arrangement: int) -> dict[str, Any]:
    """The household's document if the arrangement were broken today: to say so beforehand."""
    document, _household = begun(user)
    row = _arrangement(user, arrangement, "agreed")
    ended = _ended(row.debt, date.fromisoformat(document["planned_from"]))
    return document | {"history": [*document["history"], ended]}


def _ended(debt: str, on: date) -> dict[str, Any]:
    return {"kind": "arrangement_ended", "on": on.isoformat(), "debt": debt}


def _arrangement(user: User, pk: int, *states: str) -> Arrangement:
    row = Arrangement.objects.owned_by(user).get(pk=pk)
    if row.state not in states:
        raise EntryRefused(
            "wrong_state",
            _("This arrangement is {state} already.").format(state=row.get_state_display()),
        )
    return row
