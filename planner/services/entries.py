"""What happened: entered by the person, asked of them, undone. Each service is one transaction.

Every entry takes the way of all changes: into the document's history, through the domain's parser
and its ledger, into rows. What cannot have happened is refused with a sentence (EntryRefused) and
changes nothing. Days are the person's.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from planner import hashes
from planner.domain.household.household import parse_household
from planner.domain.household.terms import owed_fen
from planner.domain.ledger.replay import stand
from planner.domain.values.money import MAX_FEN, format_yuan
from planner.models import ITEM_MODELS, HistoryEntry, HouseholdRow, User
from planner.services.changes import change, done_before, locked, remember
from planner.services.documents import document_of, household_of
from planner.services.errors import EntryRefused

ARRANGED = ("arrangement", "arrangement_ended")
_LISTS = {"debt": "debts", "income": "incomes", "expense": "expenses", "account": "accounts"}


# --- Entering --------------------------------------------------------------------------------


@transaction.atomic
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


@transaction.atomic
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


@transaction.atomic
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


@transaction.atomic
def record_transfer(
    *, user: User, source: str, target: str, on: date, amount_fen: int, key: str = ""
) -> HistoryEntry:
    """Money moved between the person's own accounts."""
    if source == target:
        raise EntryRefused("same_account", _("Choose two different accounts."))
    entry = {
        "kind": "transfer",
        "on": on.isoformat(),
        "from": source,
        "to": target,
        "amount": _positive(amount_fen),
    }
    return enter(user, entry, key)


@transaction.atomic
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


@transaction.atomic
def correct_debt(
    *,
    user: User,
    debt: str,
    terms: Mapping[str, Any],
    reason: str = "unknown",
    on: date | None = None,
    key: str = "",
) -> HistoryEntry:
    """The lender's own figures: the debt's whole terms, its contract among them, of a day.

    They are those at that moment (today, by default): what was entered before is in them.
    Raises InvalidDocument, paths as within the history.
    """
    document, household = begun(user)
    on = on or date.fromisoformat(document["planned_from"])
    entry = {
        "kind": "correction",
        "on": on.isoformat(),
        "debt": debt,
        "terms": dict(terms),
        "reason": reason,
        "was": _owed(document, debt, on),
    }
    return enter(user, entry, key)


def _owed(document: dict[str, Any], debt: str, on: date) -> str | None:
    """What the books say is owed on that day, as text."""
    then = document | {
        "planned_from": on.isoformat(),
        "history": [one for one in document["history"] if one["on"] <= on.isoformat()],
    }
    if on.isoformat() < document["as_of"]:
        return None  # refused in a moment
    position = {one.id: one for one in stand(parse_household(then)).debts}
    return format_yuan(owed_fen(position[debt].terms)) if debt in position else None


@transaction.atomic
def count_account(
    *, user: User, account: str, balance_fen: int, on: date | None = None, key: str = ""
) -> HistoryEntry:
    """What is really in an account; what was entered for that day before is in it."""
    document, household = begun(user)
    on = on or date.fromisoformat(document["planned_from"])
    was = None
    if on.isoformat() == document["planned_from"]:
        balances = {one.id: one.balance_fen for one in stand(parse_household(document)).accounts}
        was = balances.get(account)
    entry = {
        "kind": "balance",
        "on": on.isoformat(),
        "account": account,
        "balance": _positive(balance_fen, low=0),
        "was": format_yuan(was) if was is not None and was >= 0 else None,
    }
    return enter(user, entry, key)


@transaction.atomic
def undo_entry(*, user: User, entry: int, key: str = "") -> bool:
    """Take an entry back by a counter-entry; False where that was done already.

    With an arrangement goes its end. Raises HistoryEntry.DoesNotExist, and EntryRefused where
    a later payment or arrangement hangs on it.
    """
    household = locked(user)
    row = HistoryEntry.objects.owned_by(user).exclude(kind=HistoryEntry.UNDO).get(pk=entry)
    standing = list(HistoryEntry.objects.owned_by(user).standing())
    if row not in standing:
        return False
    document = document_of(household)
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
    document["history"] = [one.entry for one in standing if one not in gone]
    change(household, document)
    return True


# --- The way of every entry ------------------------------------------------------------------


def lived_document(household: HouseholdRow) -> dict[str, Any]:
    """The household's document with its history, which begins here where there is none yet."""
    document = document_of(household)
    if "planned_from" not in document:
        document |= {"planned_from": document["as_of"], "history": []}
    return document


def begun(user: User) -> tuple[dict[str, Any], HouseholdRow]:
    household = locked(user)
    return lived_document(household), household


def enter(user: User, entry: dict[str, Any], key: str) -> HistoryEntry:
    document, household = begun(user)
    told = {name: value for name, value in entry.items() if name != "was"}
    fingerprint = hashes.digest({"enter": told})
    if done := done_before(user, key, fingerprint):
        return HistoryEntry.objects.owned_by(user).get(pk=int(done))
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
            refuse_unknown(user, name, entry[name])
    for name in ("from", "to"):
        if name in entry:
            refuse_unknown(user, "account", entry[name])
    document["history"].append(entry)
    change(household, document)
    made = HistoryEntry.objects.owned_by(user).exclude(kind=HistoryEntry.UNDO).latest("pk")
    remember(user, key, fingerprint, str(made.pk))
    return made


def refuse_unknown(user: User, name: str, slug: str) -> None:
    model = ITEM_MODELS[_LISTS[name]]
    if not model.objects.owned_by(user).filter(slug=slug).exists():
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


def entries_of(user: User, *, kind: str = "", slug: str = "") -> Sequence[HistoryEntry]:
    """All that was entered, newest first, undone ones with their `undone_by`; to be paged."""
    rows = HistoryEntry.objects.owned_by(user).exclude(kind=HistoryEntry.UNDO)
    if kind:
        rows = rows.filter(kind=kind)
    if slug:
        rows = rows.filter(slug=slug)
    return rows.select_related("undone_by").order_by("-on", "-pk")
