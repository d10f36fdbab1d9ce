"""Arrangements with a lender: asked for, offered, agreed, kept or broken."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from planner.models import Arrangement, HouseholdRow, User
from planner.services.changes import write
from planner.services.documents import ARRANGED, household_of
from planner.services.entries import enter_in, lived_document, refuse_unknown, still_to_come
from planner.services.errors import EntryRefused


def ask_arrangement(
    *, user: User, debt: str, asked_on: date, note: str = "", terms: Mapping[str, Any] | None = None
) -> Arrangement:
    """Something was asked of a lender: more time, a new schedule."""

    def ask(household: HouseholdRow) -> str:
        refuse_unknown(household, "debt", debt)
        if asked_on > household.today():
            raise still_to_come()
        row = Arrangement.objects.create(
            owner=user, debt=debt, asked_on=asked_on, note=note, terms=terms and dict(terms)
        )
        return str(row.pk)

    return _standing(user, int(write(user, ask)))


def record_offer(
    *, user: User, arrangement: int, on: date, terms: Mapping[str, Any] | None = None
) -> Arrangement:
    """The lender offered something; `terms` may still be unknown."""

    def offer(household: HouseholdRow) -> None:
        row = _arrangement(user, arrangement, "asked", "offered")
        if on > household.today():
            raise still_to_come()
        row.state, row.offered_on = Arrangement.State.OFFERED, on
        row.terms = dict(terms) if terms else row.terms
        row.save(update_fields=["state", "offered_on", "terms"])

    write(user, offer)
    return _standing(user, arrangement)


def propose_arrangement(
    *, user: User, debt: str, on: date, terms: Mapping[str, Any], note: str = ""
) -> Arrangement:
    """An offer that was checked becomes what the lender offers: of what was asked, or anew."""

    def propose(household: HouseholdRow) -> str:
        refuse_unknown(household, "debt", debt)
        rows = Arrangement.objects.owned_by(user).filter(debt=debt)
        if rows.filter(state="agreed").exists():
            raise agreed_already()
        row = rows.filter(state__in=["asked", "offered"]).first()
        if row is None:
            row = Arrangement(owner=user, debt=debt, asked_on=on, note=note)
        row.state, row.offered_on, row.terms = Arrangement.State.OFFERED, on, dict(terms)
        row.save()
        return str(row.pk)

    return _standing(user, int(write(user, propose)))


def offered_terms_of(*, user: User) -> dict[str, Mapping[str, Any]]:
    """What lenders offered and nobody has agreed to yet: whole terms, by debt."""
    rows = Arrangement.objects.owned_by(user).filter(state=Arrangement.State.OFFERED)
    return {row.debt: row.terms for row in rows if row.terms}


def agreed_already() -> EntryRefused:
    return EntryRefused(
        "agreed_already", _("Another arrangement for this debt still holds. End it first.")
    )


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

    def agree(household: HouseholdRow) -> None:
        row = _arrangement(user, arrangement, "asked", "offered", "agreed")
        if row.state == Arrangement.State.AGREED:
            return
        _refuse_agreeing(household, row, on)
        entry = {
            "kind": "arrangement", "on": on.isoformat(), "debt": row.debt, "terms": dict(terms),
        }  # fmt: skip
        row.terms = enter_in(household, entry).entry["terms"]
        row.state, row.agreed_on, row.confirmed_by = Arrangement.State.AGREED, on, confirmed_by
        row.save(update_fields=["terms", "state", "agreed_on", "confirmed_by"])

    sent = {"agree": arrangement, "on": on.isoformat(), "terms": terms, "by": confirmed_by}
    write(user, agree, sent=sent, key=key)
    return _standing(user, arrangement)


def _refuse_agreeing(household: HouseholdRow, row: Arrangement, on: date) -> None:
    """Where another arrangement for the debt holds, or held after that day."""
    agreed = Arrangement.objects.owned_by(household.owner).filter(debt=row.debt, state="agreed")
    if agreed.exists():
        raise agreed_already()
    earlier = [one for one in household.entries if one.slug == row.debt and one.kind in ARRANGED]
    if earlier and on < earlier[-1].on:
        raise EntryRefused(
            "before_other",
            _("Another arrangement held until {day}; this one cannot begin before.").format(
                day=earlier[-1].on.isoformat()
            ),
        )


def break_arrangement(*, user: User, arrangement: int, on: date, key: str = "") -> Arrangement:
    """It was broken: the old schedule and its ladder hold again, with what was paid meanwhile."""

    def end(household: HouseholdRow) -> None:
        row = _arrangement(user, arrangement, "agreed", "broken")
        if row.state == Arrangement.State.AGREED:
            _refuse_before_agreed(row, on)
            enter_in(household, _ended(row.debt, on))  # which its row follows

    write(user, end, sent={"break": arrangement, "on": on.isoformat()}, key=key)
    return _standing(user, arrangement)


def keep_arrangement(*, user: User, arrangement: int, on: date) -> Arrangement:
    """It was kept to its end: the debt stands as it left it."""

    def end(household: HouseholdRow) -> None:
        row = _arrangement(user, arrangement, "agreed", "kept")
        if on > household.today():
            raise still_to_come()
        _refuse_before_agreed(row, on)
        row.state, row.ended_on = Arrangement.State.KEPT, on
        row.save(update_fields=["state", "ended_on"])

    write(user, end)
    return _standing(user, arrangement)


def _refuse_before_agreed(row: Arrangement, on: date) -> None:
    if row.agreed_on is not None and on < row.agreed_on:
        raise EntryRefused("before_agreed", _("It was agreed only after that day."))


def document_if_broken(*, user: User, arrangement: int) -> dict[str, Any]:
    """The household's document if the arrangement were broken today: to say so beforehand."""
    document = lived_document(household_of(user))
    row = _arrangement(user, arrangement, "agreed")
    ended = _ended(row.debt, date.fromisoformat(document["planned_from"]))
    return document | {"history": [*document["history"], ended]}


def _ended(debt: str, on: date) -> dict[str, Any]:
    return {"kind": "arrangement_ended", "on": on.isoformat(), "debt": debt}


def _standing(user: User, pk: int) -> Arrangement:
    return Arrangement.objects.owned_by(user).get(pk=pk)


def _arrangement(user: User, pk: int, *states: str) -> Arrangement:
    row = _standing(user, pk)
    if row.state not in states:
        raise EntryRefused(
            "wrong_state",
            _("This arrangement is {state} already.").format(state=row.get_state_display()),
        )
    return row
