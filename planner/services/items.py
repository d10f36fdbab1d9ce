"""One item of a household, or several: saved, removed, as they stand."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from planner.domain.household.household import (
    Household,
    debt_document,
    parse_debt,
    parse_household,
)
from planner.domain.household.terms import dormant, owed_fen, terms_document
from planner.domain.ledger.replay import stand
from planner.domain.values.money import format_yuan, parse_yuan
from planner.domain.values.reading import InvalidDocument
from planner.models import (
    ITEM_MODELS,
    AccountRow,
    DebtRow,
    HouseholdRow,
    Item,
    Revision,
    User,
)
from planner.services.changes import KEPT_REVISIONS, begin, change, write
from planner.services.documents import document_of, position_of
from planner.services.errors import EntryRefused, Overtaken, StaleVersion

# --- One item ----------------------------------------------------------------------------------


def save_item(
    *,
    user: User,
    kind: str,
    item: Mapping[str, Any],
    version: int | None = None,
    reason: str = "unknown",
    key: str = "",
    agrees: bool = False,
    begins: bool = False,
) -> str:
    """Add an item (no version) or change the one of that id and version; returns its slug.

    `item` is an entry of the document's list `kind`; without an id it gets one. Once there is a
    history its figures are those of today, and what differs joins it: of a debt a correction with
    that `reason`, of an account a balance. The same `key` with the same content leads to what it
    did the first time. `agrees` as for `write`; `begins`: it takes the place of made-up figures.
    Raises InvalidDocument, StaleVersion, KeyReused, ConsentRequired, EntryRefused.
    """

    def save(household: HouseholdRow) -> str:
        if begins:
            begin(household)
        document = document_of(household)
        entry = {"id": new_slug(kind), **item}
        if version is not None:
            _refuse_stale(household, kind, entry["id"], version)
        _put(document, kind, entry, reason, lambda: position_of(household))
        change(household, document)
        return str(entry["id"])

    sent = {"save": kind, "item": item, "version": version}
    return write(user, save, sent=sent, key=key, agrees=agrees)


def _put(
    document: dict[str, Any],
    kind: str,
    entry: dict[str, Any],
    reason: str,
    position: Callable[[], Household],
) -> None:
    """Lay one item into the document: as it was at `as_of`, with what has changed since as history.

    Without a history that is the item as it is. `position` tells how the household stands today.
    Raises InvalidDocument.
    """
    entries = document[kind]
    places = [existing["id"] for existing in entries]
    index = places.index(entry["id"]) if entry["id"] in places else len(entries)
    if "planned_from" in document:
        held = entries[index] if index < len(entries) else None
        if kind == "debts":
            entry = _told_debt(document, entry, held, index, reason, position)
        elif kind == "accounts":
            entry = _told_account(document, entry, held, position)
        elif held is None:
            entry = {"from": document["planned_from"], **entry}
    entries[index : index + 1] = [entry]


DEBT_KEYS = (
    "id", "name", "product", "grace_days", "tolerance", "autopay", "autopay_known", "reports_to",
    "ladder", "events", "note", "signed_on", "quoted_rate", "confirmed",
)  # fmt: skip


def _told_debt(
    document: dict[str, Any],
    entry: dict[str, Any],
    held: dict[str, Any] | None,
    index: int,
    reason: str,
    position: Callable[[], Household],
) -> dict[str, Any]:
    today = document["planned_from"]
    accounts = {account["id"] for account in document["accounts"]}
    try:
        debt = parse_debt(entry, as_of=date.fromisoformat(today), account_ids=accounts)
    except InvalidDocument as invalid:
        raise InvalidDocument(
            [replace(one, path=f"debts[{index}].{one.path}") for one in invalid.errors]
        ) from None
    told = debt_document(debt)
    was = None
    if held is None:
        anchor = debt_document(replace(debt, terms=dormant(debt.terms)))
    else:
        standing = next(one for one in position().debts if one.id == debt.id)
        if (standing.contract, standing.terms) == (debt.contract, debt.terms):
            return {**held, **{key: told[key] for key in DEBT_KEYS}}
        anchor = {**held, **{key: told[key] for key in DEBT_KEYS}}
        was = format_yuan(owed_fen(standing.terms))
    terms = {"contract": debt.contract, **terms_document(debt.terms)}
    document["history"].append(
        {
            "kind": "correction", "on": today, "debt": debt.id, "terms": terms,
            "reason": reason, "was": was,
        }
    )  # fmt: skip
    return anchor


def _told_account(
    document: dict[str, Any],
    entry: dict[str, Any],
    held: dict[str, Any] | None,
    position: Callable[[], Household],
) -> dict[str, Any]:
    fen = 0
    if held is not None:
        fen = next(one.balance_fen for one in position().accounts if one.id == entry["id"])
    balance = entry.get("balance")
    try:
        parse_yuan(balance or "")
    except (ValueError, TypeError):
        return entry  # the parser will say so, in its place
    if held is None or balance != format_yuan(max(0, fen)):  # as the form showed it
        document["history"].append(
            {
                "kind": "balance", "on": document["planned_from"], "account": entry["id"],
                "balance": balance, "was": format_yuan(fen) if fen >= 0 else None,
            }
        )  # fmt: skip
    return {**entry, "balance": "0.00" if held is None else held["balance"]}


def as_it_stands(position: Household, row: Item) -> Item:
    """The row with its figures of the day on which the household stands so (see
    `standing_household`), to be shown and edited; not to be saved itself. Raises Overtaken."""
    row = copy(row)
    if isinstance(row, AccountRow | DebtRow):
        held = position.accounts if isinstance(row, AccountRow) else position.debts
        if row.slug not in [one.id for one in held]:
            raise Overtaken
    if isinstance(row, AccountRow):
        fen = next(one.balance_fen for one in position.accounts if one.id == row.slug)
        # Below zero by what was entered: nobody can have that, and no form takes it.
        row.terms = row.terms | {"balance": format_yuan(max(0, fen))}
    if isinstance(row, DebtRow):
        debt = next(one for one in position.debts if one.id == row.slug)
        texts = ("id", *row.texts)
        row.terms = {key: value for key, value in debt_document(debt).items() if key not in texts}
    return row


def save_items(
    *,
    user: User,
    items: Mapping[str, Sequence[Mapping[str, Any]]],
    removed: Mapping[str, Sequence[str]] | None = None,
    head: Mapping[str, Any] | None = None,
    revision: int | None = None,
    key: str = "",
    agrees: bool = False,
    begins: bool = False,
) -> None:
    """Add or change several items by their ids, and remove others, as one change.

    `head` is what changes above the lists along with them.

    Meant for steps that own their items: not their versions count but the household's `revision`
    that the person saw; StaleVersion where that is another by now. Keys of an item that are not
    sent stay as they are. `begins` as for `save_item`.
    """
    going = removed or {}

    def save(household: HouseholdRow) -> None:
        if begins:
            begin(household)
        document = {**document_of(household), **(head or {})}
        for kind, slugs in going.items():
            for slug in slugs:
                _take_out(document, kind, slug)
        for kind, entries in items.items():
            standing = {one["id"]: one for one in _as_they_stand(document, kind)}
            for entry in entries:
                whole = {**standing.get(entry["id"], {}), **entry}
                _put(document, kind, whole, "unknown", lambda: stand(parse_household(document)))
        change(household, document)

    sent = {"save_items": items, "removed": going}
    write(user, save, sent=sent, key=key, revision=revision, agrees=agrees)


def _as_they_stand(document: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    if kind not in ("debts", "accounts") or "planned_from" not in document:
        return list(document[kind])
    position = stand(parse_household(document))
    if kind == "debts":
        return [debt_document(debt) for debt in position.debts]
    balances = {one.id: format_yuan(one.balance_fen) for one in position.accounts}
    return [entry | {"balance": balances[entry["id"]]} for entry in document[kind]]


def delete_item(*, user: User, kind: str, slug: str, version: int, key: str = "") -> None:
    """Remove an item, and its mention where nothing but a wish hangs on it.

    An account that incomes or expenses still use is refused with InvalidDocument, one that the
    history names with EntryRefused. What was entered for a debt, an income or an expense is undone
    with it; what that did to the accounts stays, as their balances of today.
    """

    def delete(household: HouseholdRow) -> str:
        _refuse_stale(household, kind, slug, version)
        document = document_of(household)
        _take_out(document, kind, slug)
        change(household, document)
        return slug

    sent = {"delete": kind, "slug": slug, "version": version}
    write(user, delete, sent=sent, key=key)


def _take_out(document: dict[str, Any], kind: str, slug: str) -> None:
    """Remove an item, its mention and its history; what that did to accounts stays as balances.

    An account that history names is refused.
    """
    names = {"accounts": ("account", "from", "to"), "debts": ("debt",)}
    names |= {"incomes": ("income",), "expenses": ("expense",)}
    history = document.get("history", [])
    rest = [one for one in history if slug not in [one.get(name) for name in names[kind]]]
    if kind == "accounts" and any(one["kind"] != "balance" for one in history if one not in rest):
        raise EntryRefused(
            "account_has_history",
            _("Something was entered for this account. Set its balance to 0.00 instead."),
        )
    is_told = len(rest) < len(history)
    # Living costs count as spent without an entry.
    has_moved = is_told or (kind == "expenses" and "planned_from" in document)
    before = stand(parse_household(document)).accounts if has_moved else ()
    document[kind] = [entry for entry in document[kind] if entry["id"] != slug]
    if kind == "debts":
        for wish in ("order", "triage_order"):
            document[wish] = [debt for debt in document[wish] if debt != slug]
    if kind == "accounts":
        for debt in document["debts"]:
            if slug in debt["autopay"]:
                debt["autopay"] = [account for account in debt["autopay"] if account != slug]
                # Nobody said that the lender now takes from nowhere.
                debt["autopay_known"] = bool(debt["autopay"])
    if kind != "accounts" and has_moved:
        document["history"] = rest
        after = stand(parse_household(document)).accounts
        for held, left in zip(before, after, strict=True):
            # What nobody told and nobody can have spent goes with the costs themselves.
            if held.balance_fen != left.balance_fen and (is_told or held.balance_fen >= 0):
                rest.append(_kept_balance(document, held))
    elif has_moved:
        document["history"] = rest


def _kept_balance(document: dict[str, Any], account: Any) -> dict[str, Any]:
    if account.balance_fen < 0:
        raise EntryRefused(
            "account_below_zero",
            _("By what was entered, {account} is below zero. Enter what is in it first.").format(
                account=account.name
            ),
        )
    balance = format_yuan(account.balance_fen)
    return {
        "kind": "balance", "on": document["planned_from"], "account": account.id,
        "balance": balance, "was": balance,
    }  # fmt: skip


def removed_item(*, user: User, kind: str, slug: str) -> Item | None:
    """An item that its owner once had and that is gone, as it last was; not in the database."""
    for revision in Revision.objects.owned_by(user)[:KEPT_REVISIONS]:
        for entry in revision.document[kind]:
            if entry["id"] == slug:
                model = ITEM_MODELS[kind]
                texts = {key: entry[key] for key in model.texts}
                terms = {k: v for k, v in entry.items() if k not in ("id", *model.texts)}
                return model(owner=user, slug=slug, terms=terms, **texts)
    return None


def _refuse_stale(household: HouseholdRow, kind: str, slug: str, version: int) -> None:
    row = next((row for row in household.items[kind] if row.slug == slug), None)
    if row is None or row.version != version:
        raise StaleVersion(row)


def new_slug(kind: str) -> str:
    """Never an id that was there before: calendars know the things they remind of by it."""
    return f"{kind.removesuffix('s')}-{secrets.token_hex(4)}"
