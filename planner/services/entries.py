"""What happened: entered by the person, asked of them, undone. Each service is one transaction.

Every entry takes the way of all changes: into the document's history, through the domain's parser
and its ledger, into rows. What cannot have happened is refused with a sentence (EntryRefused) and
changes nothing. Days are the person's.
"""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from planner.domain.values.money import MAX_FEN, format_yuan
from planner.models import ITEM_MODELS, HistoryEntry, HistoryQuerySet, HouseholdRow, User
from planner.services.changes import change, write
from planner.services.documents import ARRANGED, document_of, household_of
from planner.services.errors import EntryRefused

_LISTS = {"debt": "debts", "income": "incomes", "expense": "expenses", "account": "accounts"}


# --- Entering --------------------------------------------------------------------------------


def record_payment(
    *,
    user: User,
    debt: str,
    on: date,
    amount_fen: int,
    account: str | None = None,
    planned_on: date | None = None,
    key: str = "",
) -> HistoryEntry:
    """A payment to a lender, from an account or (None) from elsewhere.

    `planned_on` is the day of the due or planned payment that it answers; before that day it pays
    the next row early. What it leaves unpaid of a due is answered with it.
    """
    entry = {
        "kind": "payment",
        "on": on.isoformat(),
        "debt": debt,
        "amount": _positive(amount_fen),
        "account": account,
        "planned_on": planned_on and planned_on.isoformat(),
    }
    return enter(user, entry, key)


def record_arrival(
    *,
    user: User,
    income: str,
    on: date,
    amount_fen: int,
    planned_on: date,
    account: str | None = None,
    key: str = "",
) -> HistoryEntry:
    """An income that arrived, whole or in part; 0 fen: it will not come."""
    return enter(user, _move("income", user, income, on, amount_fen, planned_on, account), key)


def record_expense(
    *,
    user: User,
    expense: str,
    on: date,
    amount_fen: int,
    planned_on: date,
    account: str | None = None,
    key: str = "",
) -> HistoryEntry:
    """Living costs that were paid; 0 fen: they did not come up."""
    return enter(user, _move("expense", user, expense, on, amount_fen, planned_on, account), key)


def _move(
    kind: str,
    user: User,
    slug: str,
    on: date,
    amount_fen: int,
    planned_on: date,
    account: str | None,
) -> dict[str, Any]:
    model = ITEM_MODELS[_LISTS[kind]]
    row = model.objects.owned_by(user).filter(slug=slug).first()
    if row is None:
        raise _unknown()
    return {
        "kind": kind,
        "on": on.isoformat(),
        kind: slug,
        "planned_on": planned_on.isoformat(),
        "amount": _positive(amount_fen, low=0),
        "account": account or row.terms["account"],
    }


def answer_unpaid(*, user: User, debt: str, due_on: date, key: str = "") -> HistoryEntry:
    """The due, or planned payment, of that day was not paid; it is not asked about again."""
    today = household_of(user).today()
    if due_on > today:
        raise still_to_come()
    entry = {
        "kind": "unpaid",
        "on": today.isoformat(),
        "debt": debt,
        "due_on": due_on.isoformat(),
    }
    return enter(user, entry, key)


def undo_entry(*, user: User, entry: int) -> bool:
    """Take an entry back by a counter-entry; False where that was done already.

    With an arrangement goes its end. Raises HistoryEntry.DoesNotExist, and EntryRefused where
    a later payment or arrangement hangs on it.
    """

    def take_back(household: HouseholdRow) -> str:
        row = HistoryEntry.objects.owned_by(user).exclude(kind=HistoryEntry.UNDO).get(pk=entry)
        standing = household.entries
        if row not in standing:
            return ""
        steps = [one for one in standing if one.slug == row.slug and one.kind in ARRANGED]
        following = steps[steps.index(row) + 1 :] if row in steps else []
        gone = [row]
        if row.kind == "arrangement" and following and following[0].kind == "arrangement_ended":
            gone.append(following[0])
        if row.kind == "arrangement_ended" and following:
            raise EntryRefused(
                "arranged_again",
                _("Another arrangement was agreed on after it. Take that one back first."),
            )
        rest = [one.entry for one in standing if one not in gone]
        change(household, document_of(household) | {"history": rest})
        return str(row.pk)

    return write(user, take_back) != ""


# --- The way of every entry ------------------------------------------------------------------


def lived_document(household: HouseholdRow) -> dict[str, Any]:
    """The household's document with its history, which begins here where there is none yet."""
    document = document_of(household)
    if "planned_from" not in document:
        document |= {"planned_from": document["as_of"], "history": []}
    return document


def enter(user: User, entry: dict[str, Any], key: str) -> HistoryEntry:
    """One entry, as the household stands. Raises EntryRefused, InvalidDocument, KeyReused."""

    def make(household: HouseholdRow) -> str:
        return str(enter_in(household, entry).pk)

    told = {name: value for name, value in entry.items() if name != "was"}
    made = write(user, make, sent={"enter": told}, key=key)
    return HistoryEntry.objects.owned_by(user).get(pk=int(made))


def enter_in(household: HouseholdRow, entry: dict[str, Any]) -> HistoryEntry:
    """One entry more in a household that is locked."""
    document = lived_document(household)
    if household.is_sample:
        raise EntryRefused("sample", _("These are made-up figures. Enter your own first."))
    if entry["on"] > document["planned_from"]:
        raise still_to_come()
    if entry["on"] < document["as_of"]:
        raise EntryRefused(
            "before_start",
            _("That is before {day}, the day of whose morning your figures are.").format(
                day=document["as_of"]
            ),
        )
    for name in _LISTS:
        if entry.get(name) is not None:
            refuse_unknown(household, name, entry[name])
    for name in ("from", "to"):
        if name in entry:
            refuse_unknown(household, "account", entry[name])
    document["history"].append(entry)
    change(household, document)
    return max(household.entries, key=lambda row: row.pk)


def refuse_unknown(household: HouseholdRow, name: str, slug: str) -> None:
    if slug not in [row.slug for row in household.items[_LISTS[name]]]:
        raise _unknown()


def _unknown() -> EntryRefused:
    return EntryRefused("unknown", _("It is gone by now: deleted in another window."))


def still_to_come() -> EntryRefused:
    return EntryRefused("future", _("That day is still to come."))


def _positive(fen: int, low: int = 1) -> str:
    if not low <= fen <= MAX_FEN:
        raise EntryRefused(
            "amount",
            _("Enter an amount from {low} to {high}.").format(
                low=format_yuan(low), high=format_yuan(MAX_FEN)
            ),
        )
    return format_yuan(fen)


def entries_of(user: User, *, kind: str = "", slug: str = "") -> HistoryQuerySet:
    """All that was entered, newest first, undone ones with their `undone_by`; to be paged."""
    rows = HistoryEntry.objects.owned_by(user).exclude(kind=HistoryEntry.UNDO)
    if kind:
        rows = rows.filter(kind=kind)
    if slug:
        rows = rows.filter(slug=slug)
    return rows.select_related("undone_by").order_by("-on", "-pk")
