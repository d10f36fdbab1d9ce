"""Writes that touch more than one row, each in one transaction.

Every change of figures takes the same way: rows → document, the change, the domain's parser,
document → rows. So there is one validator, a bad change is refused whole with its errors as data,
and undo is writing back an earlier document.
"""

import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from planner.domain.household.entries import Corrected
from planner.domain.household.household import (
    OPTIMAL,
    debt_document,
    household_document,
    parse_debt,
    parse_household,
)
from planner.domain.household.household import Household as Position
from planner.domain.household.terms import dormant, owed_fen, terms_document
from planner.domain.ledger.replay import PaymentRefused, replay, stand
from planner.domain.values.money import format_yuan, parse_yuan
from planner.domain.values.reading import InvalidDocument
from planner.hashes import canonical, digest, history_hash
from planner.models import (
    ITEM_MODELS,
    Account,
    Arrangement,
    Debt,
    HistoryEntry,
    Household,
    IdempotencyKey,
    Item,
    Revision,
    User,
)

logger = logging.getLogger(__name__)

DAY_KEYS = ("planned_from", "known_to")  # which only say how many days have passed
LIVED_KEYS = (*DAY_KEYS, "history")
SUBJECTS = ("debt", "income", "expense", "account", "from")  # whom an entry concerns, first wins
HEAD_KEYS = ("as_of", "buffer", "strategy", "order", "triage_order")

KEPT_REVISIONS = 50


class ConsentRequired(Exception):
    """Own figures are stored only after their owner agreed to it."""


class StaleVersion(Exception):
    """Somebody (a second tab, another phone) changed or removed it in the meantime.

    `current` is the item as it stands; None where it is gone, or where no single item was meant.
    """

    def __init__(self, current: Item | None = None) -> None:
        super().__init__("The item was changed in the meantime.")
        self.current = current


class KeyReused(Exception):
    """An idempotency key came back with another content."""


class Overtaken(Exception):
    """Another request changed the household between two things that were read of it."""


class EntryRefused(Exception):
    """What was to be entered cannot have happened; nothing was changed. Its text is a sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


# --- Households --------------------------------------------------------------------------------


def household_of(user: User) -> Household:
    """The user's settings row, made on first use."""
    household, _created = Household.objects.get_or_create(
        owner=user,
        defaults={"as_of": timezone.localdate(), "language": get_language() or "zh-hans"},
    )
    household.owner = user
    return household


def household_document_of(user: User) -> dict[str, Any]:
    """The document of the user's rows."""
    return document_of(household_of(user))


def document_of(household: Household) -> dict[str, Any]:
    """The household's document, from its rows."""
    document = household.head() | _lists(household)
    if not household.is_lived:
        return document
    return document | _lived(household) | {"history": [row.entry for row in household.entries]}


def _lived(household: Household) -> dict[str, str]:
    """Which day the plan runs from, and up to which one all is answered."""
    lived = {"planned_from": household.planned_from.isoformat()}
    if household.answered_to >= household.as_of:
        lived["known_to"] = household.answered_to.isoformat()
    return lived


def _lists(household: Household) -> dict[str, Any]:
    return {kind: [row.document() for row in rows] for kind, rows in household.items.items()}


def outline_of(household: Household) -> dict[str, Any]:
    """The document with a hash in place of the history: enough to find what is kept of it."""
    document = household.head() | _lists(household)
    if not household.is_lived:
        return document
    return document | _lived(household) | {"history_hash": household.history_hash}


@transaction.atomic
def replace_household(
    *, user: User, document: object, is_sample: bool | None = None
) -> dict[str, Any]:
    """Make the document the user's household. Raises InvalidDocument and changes nothing then."""
    return change(locked(user), document, is_sample=is_sample)


@transaction.atomic
def renew_household(
    *, user: User, document: Mapping[str, Any], sent: Mapping[str, Any], revision: int, key: str
) -> None:
    """Replace the household as the person saw it, at its `revision`, by how it stands today.

    `sent` is what was typed. Raises StaleVersion, KeyReused, InvalidDocument.
    """
    household = locked(user)
    fingerprint = digest({"renew": sent, "revision": revision})
    if done_before(user, key, fingerprint) is not None:
        return
    if household.revision != revision:
        raise StaleVersion
    # All figures are new: what happened before is in them, and is no longer laid onto them.
    change(household, {k: v for k, v in document.items() if k not in LIVED_KEYS})
    remember(user, key, fingerprint, "")


@transaction.atomic
def begin_household(*, user: User) -> None:
    """Make room for own figures as of today: the sample goes, what is one's own stays."""
    household = locked(user)
    if household.is_sample:
        empty = household.head() | {kind: [] for kind in ITEM_MODELS}
        wishes = {"order": [], "triage_order": [], "buffer": "0.00", "strategy": OPTIMAL}
        today = {"as_of": household.today().isoformat()}
        change(household, empty | wishes | today, is_sample=False)
        # Undo must not lead back to made-up figures that would count as one's own.
        Revision.objects.owned_by(user).delete()
    elif not has_figures(user):
        change(household, document_of(household) | {"as_of": household.today().isoformat()})


@transaction.atomic
def change_household(
    *, user: User, was: Mapping[str, Any] | None = None, **head: Any
) -> dict[str, Any]:
    """Change what stands above the lists: as_of, buffer, strategy, order, triage_order.

    `was` is what the person saw there: what says something else by now, and not what is wanted
    either, raises StaleVersion.
    """
    if unknown := head.keys() - set(HEAD_KEYS):
        raise TypeError(f"A household has no {', '.join(sorted(unknown))}.")
    household = locked(user)
    document = document_of(household)
    for name, value in (was or {}).items():
        if document[name] not in (value, head[name]):
            raise StaleVersion
    return change(household, document | head)


@transaction.atomic
def undo(*, user: User, revision: int | None = None) -> bool:
    """Back to how the household was before the last change. False when nothing is left to undo.

    `revision` is the household's counter that the person saw: sent twice, or after another change
    elsewhere, nothing is undone.
    """
    household = locked(user)
    last = Revision.objects.owned_by(user).first()
    if last is None or revision not in (None, household.revision):
        return False
    write_household(household, household_document(parse_household(last.document)))
    last.delete()
    return True


def locked(user: User) -> Household:
    """The user's row, locked: writers of one household go one after the other.

    SQLite has no row locks; there the transaction itself was begun as a writer's.
    """
    rows = Household.objects.select_for_update().filter(owner=user)
    household = rows.first()
    if household is None:
        household_of(user)
        household = rows.get()
    household.owner = user
    return household


def change(
    household: Household, document: object, *, is_sample: bool | None = None
) -> dict[str, Any]:
    """Validate, remember how it was, write. Nothing is written when nothing changed."""
    parsed = parse_household(document)
    if parsed.history:
        try:
            replay(parsed)
        except PaymentRefused as refused:
            raise refusal(parsed, refused) from None
    after = household_document(parsed)
    before = document_of(household)
    household.is_sample = household.is_sample if is_sample is None else is_sample
    if canonical(_written(after)) == canonical(_written(before)):
        household.save(update_fields=["is_sample"])
        return after
    if not household.is_sample and not household.has_consent and _holds_figures(after):
        raise ConsentRequired
    Revision.objects.create(owner=household.owner, number=household.revision, document=before)
    write_household(household, after)
    household.before = before
    _keep_newest(Revision.objects.owned_by(household.owner), "-number", KEPT_REVISIONS)
    return after


def _written(document: Mapping[str, Any]) -> dict[str, Any]:
    """What of a document is written down: the days that pass are not."""
    rest = {key: value for key, value in document.items() if key not in LIVED_KEYS}
    return rest | {"history": document.get("history", [])}


def refusal(household: Position, refused: PaymentRefused) -> EntryRefused:
    """Why a payment of the history cannot have been, in words."""
    entry = refused.entry
    name = next(debt.name for debt in household.debts if debt.id == entry.debt)
    words = {"debt": name, "day": entry.on.isoformat(), "most": format_yuan(refused.most_fen)}
    begun = next(
        (
            one.on
            for one in household.history
            if isinstance(one, Corrected) and one.debt == entry.debt and one.was_fen is None
        ),
        entry.on,
    )
    if refused.settle_fen == 0 and begun > entry.on:
        words["begun"] = begun.isoformat()
        code = "not_begun"
        sentence = _("{debt} stands here only since {begun}: nothing is known of it on {day}.")
    elif refused.settle_fen == 0:
        code, sentence = "finished", _("On {day} nothing was owed on {debt} any more.")
    elif refused.most_fen == refused.settle_fen:
        code = "above_settle"
        sentence = _("On {day} {most} paid off {debt}; more than that cannot have been paid.")
    elif refused.most_fen:
        code = "above_required"
        sentence = _("On {day} {debt} took at most {most}: it cannot be prepaid in part.")
    else:
        code = "not_due"
        sentence = _("On {day} nothing was due on {debt}, and it cannot be prepaid in part.")
    return EntryRefused(code, sentence.format(**words))


def _holds_figures(document: dict[str, Any]) -> bool:
    return document["buffer"] != "0.00" or any(document[kind] for kind in ITEM_MODELS)


def write_household(household: Household, document: dict[str, Any]) -> None:
    """Document → rows. Rows that stay the same are not touched and keep their version."""
    as_of = date.fromisoformat(document["as_of"])
    _write_history(household, as_of, document.get("history", []), document.get("known_to"))
    household.as_of = as_of
    household.buffer_fen = parse_yuan(document["buffer"])
    household.strategy = document["strategy"]
    household.order = document["order"]
    household.triage_order = document["triage_order"]
    household.revision += 1
    household.save(
        update_fields=[
            "as_of", "buffer_fen", "strategy", "order", "triage_order", "revision", "is_sample",
            "known_to", "history_hash",
        ]
    )  # fmt: skip
    household.forget_entries()
    household.items = {
        kind: _write_items(ITEM_MODELS[kind], household.owner, rows, document[kind])
        for kind, rows in household.items.items()
    }


def _write_history(
    household: Household, as_of: date, history: list[dict[str, Any]], known_to: str | None
) -> None:
    """Make the history stand: day by day, what differs is undone and entered anew.

    Rows are only added. What was answered by an entry that goes is open again, whatever the
    document says of the day up to which all is known.
    """
    held: dict[str, list[HistoryEntry]] = {}
    for row in household.entries:
        held.setdefault(row.on.isoformat(), []).append(row)
    wanted: dict[str, list[dict[str, Any]]] = {}
    for entry in history:
        wanted.setdefault(entry["on"], []).append(entry)
    undone, new = [], []
    for day in sorted(held.keys() | wanted.keys()):
        rows, entries = held.get(day, []), wanted.get(day, [])
        same = 0
        while same < min(len(rows), len(entries)) and rows[same].entry == entries[same]:
            same += 1
        undone += rows[same:]
        new += entries[same:]
    owner = household.owner
    counters = [
        HistoryEntry(
            owner=owner, on=row.on, kind=HistoryEntry.UNDO, slug=row.slug, entry=row.entry,
            undoes=row,
        )
        for row in undone
    ]  # fmt: skip
    HistoryEntry.objects.bulk_create(counters)
    HistoryEntry.objects.bulk_create([history_row(owner, entry) for entry in new])
    gone = [row.entry for row in undone]
    back = [entry for entry in new if entry in gone]  # only in another place of its day
    _tie_arrangements(
        household,
        [entry for entry in gone if entry not in back],
        [entry for entry in new if entry not in back],
    )
    household.history_hash = history_hash(history)
    reopened = [_answered_day(row.entry) - timedelta(days=1) for row in undone]
    told = date.min if known_to is None else date.fromisoformat(known_to)
    household.known_to = max(as_of - timedelta(days=1), min([told, *reopened]))


def history_row(
    owner: User, entry: dict[str, Any], entered_on: datetime | None = None
) -> HistoryEntry:
    on, kind, slug = columns_of(entry)
    return HistoryEntry(
        owner=owner, on=date.fromisoformat(on), kind=kind, slug=slug, entry=entry,
        created_on=entered_on or timezone.now(),
    )  # fmt: skip


def _answered_day(entry: Mapping[str, Any]) -> date:
    days = [entry["on"], entry.get("planned_on"), entry.get("due_on")]
    return date.fromisoformat(min(day for day in days if day))


def _tie_arrangements(
    household: Household, undone: list[dict[str, Any]], new: list[dict[str, Any]]
) -> None:
    """Arrangements follow the entries that stand for them: back when these go, on when they
    come again."""
    rows = Arrangement.objects.owned_by(household.owner_id)
    state = Arrangement.State
    for entry in reversed(undone):
        mine = rows.filter(debt=entry.get("debt"))
        if entry["kind"] == "arrangement_ended":
            mine.filter(state=state.BROKEN, ended_on=entry["on"]).update(
                state=state.AGREED, ended_on=None
            )
        if entry["kind"] == "arrangement":
            agreed = mine.filter(state__in=[state.AGREED, state.KEPT], agreed_on=entry["on"])
            agreed.update(state=state.OFFERED, offered_on=entry["on"], ended_on=None)
    for entry in new:
        mine = rows.filter(debt=entry.get("debt"))
        if entry["kind"] == "arrangement":
            again = [row for row in mine.filter(state=state.OFFERED) if row.terms == entry["terms"]]
            for row in again[:1]:
                rows.filter(pk=row.pk).update(state=state.AGREED, agreed_on=entry["on"])
        if entry["kind"] == "arrangement_ended":
            mine.filter(state=state.AGREED).update(state=state.BROKEN, ended_on=entry["on"])


def _write_items(
    model: type[Item], owner: User, held: Sequence[Item], entries: list[dict[str, Any]]
) -> list[Item]:
    """The rows as they are then, in their order."""
    rows = {row.slug: row for row in held}
    standing, new, changed = [], [], []
    for position, entry in enumerate(entries):
        terms = {key: value for key, value in entry.items() if key not in ("id", *model.texts)}
        fields = {key: entry[key] for key in model.texts} | {"terms": terms}
        row = rows.pop(entry["id"], None)
        if row is None:
            new.append(model(owner=owner, slug=entry["id"], position=position, **fields))
            standing.append(new[-1])
            continue
        standing.append(row)
        if any(getattr(row, name) != value for name, value in fields.items()):
            row.version += 1
        elif row.position == position:
            continue
        for name, value in (fields | {"position": position}).items():
            setattr(row, name, value)
        changed.append(row)
    if rows:
        model.objects.owned_by(owner).filter(slug__in=list(rows)).delete()
    written = ["position", "version", "terms", *model.texts]
    if len(changed) == 1:
        changed[0].save(update_fields=written)  # several times as fast as a bulk of one
    else:
        model.objects.bulk_update(changed, written)
    model.objects.bulk_create(new)
    return standing


def _keep_newest(rows, ordering: str, count: int) -> None:
    too_old = list(rows.order_by(ordering).values_list("pk", flat=True)[count:])
    if too_old:
        rows.filter(pk__in=too_old).delete()


def has_figures(user: User) -> bool:
    """Whether there is anything in the user's household that could be lost."""
    return any(model.objects.owned_by(user).exists() for model in ITEM_MODELS.values())


def columns_of(entry: Mapping[str, Any]) -> tuple[str, str, str]:
    """Day, kind and item of an entry, as the columns of its row tell them."""
    return entry["on"], entry["kind"], next(entry[key] for key in SUBJECTS if entry.get(key))


# --- One item ----------------------------------------------------------------------------------


@transaction.atomic
def save_item(
    *,
    user: User,
    kind: str,
    item: Mapping[str, Any],
    version: int | None = None,
    reason: str = "unknown",
    key: str = "",
) -> str:
    """Add an item (no version) or change the one of that id and version; returns its slug.

    `item` is an entry of the document's list `kind`; without an id it gets one. Once there is a
    history its figures are those of today, and what differs joins it: of a debt a correction with
    that `reason`, of an account a balance. The same `key` with the same content leads to what it
    did the first time. Raises InvalidDocument, StaleVersion, KeyReused, ConsentRequired,
    EntryRefused.
    """
    household = locked(user)
    fingerprint = digest({"save": kind, "item": item, "version": version})
    if (done := done_before(user, key, fingerprint)) is not None:
        return done
    document = document_of(household)
    entry = {"id": _new_slug(kind), **item}
    if version is not None:
        _refuse_stale(household, kind, entry["id"], version)
    _put(document, kind, entry, reason)
    change(household, document)
    remember(user, key, fingerprint, entry["id"])
    return entry["id"]


def _put(document: dict[str, Any], kind: str, entry: dict[str, Any], reason: str) -> None:
    """Lay one item into the document: as it was at `as_of`, with what has changed since as history.

    Without a history that is the item as it is. Raises InvalidDocument.
    """
    entries = document[kind]
    places = [existing["id"] for existing in entries]
    index = places.index(entry["id"]) if entry["id"] in places else len(entries)
    if "planned_from" in document:
        held = entries[index] if index < len(entries) else None
        if kind == "debts":
            entry = _told_debt(document, entry, held, index, reason)
        elif kind == "accounts":
            entry = _told_account(document, entry, held)
        elif held is None:
            entry = {"from": document["planned_from"], **entry}
    entries[index : index + 1] = [entry]


DEBT_KEYS = (
    "id", "name", "product", "grace_days", "tolerance", "autopay", "reports_to", "ladder",
    "events", "note", "signed_on", "quoted_rate",
)  # fmt: skip


def _told_debt(
    document: dict[str, Any],
    entry: dict[str, Any],
    held: dict[str, Any] | None,
    index: int,
    reason: str,
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
        standing = {one.id: one for one in stand(parse_household(document)).debts}[debt.id]
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
    document: dict[str, Any], entry: dict[str, Any], held: dict[str, Any] | None
) -> dict[str, Any]:
    fen = 0
    if held is not None:
        standing = stand(parse_household(document)).accounts
        fen = next(one.balance_fen for one in standing if one.id == entry["id"])
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


def as_it_stands(position: Position, row: Item) -> Item:
    """The row with its figures of the day on which the household stands so (see
    `standing_household`), to be shown and edited; not to be saved itself. Raises Overtaken."""
    if isinstance(row, Account | Debt):
        held = position.accounts if isinstance(row, Account) else position.debts
        if row.slug not in [one.id for one in held]:
            raise Overtaken
    if isinstance(row, Account):
        fen = next(one.balance_fen for one in position.accounts if one.id == row.slug)
        # Below zero by what was entered: nobody can have that, and no form takes it.
        row.terms = row.terms | {"balance": format_yuan(max(0, fen))}
    if isinstance(row, Debt):
        debt = next(one for one in position.debts if one.id == row.slug)
        texts = ("id", *row.texts)
        row.terms = {key: value for key, value in debt_document(debt).items() if key not in texts}
    return row


@transaction.atomic
def save_items(
    *,
    user: User,
    items: Mapping[str, Sequence[Mapping[str, Any]]],
    removed: Mapping[str, Sequence[str]] | None = None,
    revision: int | None = None,
    key: str = "",
) -> None:
    """Add or change several items by their ids, and remove others, as one change.

    Meant for steps that own their items: not their versions count but the household's `revision`
    that the person saw; StaleVersion where that is another by now. Keys of an item that are not
    sent stay as they are.
    """
    household = locked(user)
    removed = removed or {}
    fingerprint = digest({"save_items": items, "removed": removed})
    if done_before(user, key, fingerprint) is not None:
        return
    if revision not in (None, household.revision):
        raise StaleVersion
    document = document_of(household)
    for kind, slugs in removed.items():
        for slug in slugs:
            _take_out(document, kind, slug)
    for kind, entries in items.items():
        standing = {one["id"]: one for one in _as_they_stand(document, kind)}
        for entry in entries:
            _put(document, kind, {**standing.get(entry["id"], {}), **entry}, "unknown")
    change(household, document)
    remember(user, key, fingerprint, "")


def _as_they_stand(document: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    if kind not in ("debts", "accounts") or "planned_from" not in document:
        return document[kind]
    position = stand(parse_household(document))
    if kind == "debts":
        return [debt_document(debt) for debt in position.debts]
    balances = {one.id: format_yuan(one.balance_fen) for one in position.accounts}
    return [entry | {"balance": balances[entry["id"]]} for entry in document[kind]]


@transaction.atomic
def delete_item(*, user: User, kind: str, slug: str, version: int, key: str = "") -> None:
    """Remove an item, and its mention where nothing but a wish hangs on it.

    An account that incomes or expenses still use is refused with InvalidDocument, one that the
    history names with EntryRefused. What was entered for a debt, an income or an expense is undone
    with it; what that did to the accounts stays, as their balances of today.
    """
    household = locked(user)
    fingerprint = digest({"delete": kind, "slug": slug, "version": version})
    if done_before(user, key, fingerprint) is not None:
        return
    _refuse_stale(household, kind, slug, version)
    document = document_of(household)
    _take_out(document, kind, slug)
    change(household, document)
    remember(user, key, fingerprint, slug)


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
            debt["autopay"] = [account for account in debt["autopay"] if account != slug]
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


def _refuse_stale(household: Household, kind: str, slug: str, version: int) -> None:
    row = next((row for row in household.items[kind] if row.slug == slug), None)
    if row is None or row.version != version:
        raise StaleVersion(row)


def _new_slug(kind: str) -> str:
    """Never an id that was there before: calendars know the things they remind of by it."""
    return f"{kind.removesuffix('s')}-{secrets.token_hex(4)}"


def done_before(user: User, key: str, fingerprint: str) -> str | None:
    """The slug that the key led to, None for a new key."""
    done = key and IdempotencyKey.objects.owned_by(user).filter(key=key).first()
    if not done:
        return None
    if done.fingerprint != fingerprint:
        raise KeyReused
    return done.slug


def remember(user: User, key: str, fingerprint: str, slug: str) -> None:
    if key:
        IdempotencyKey.objects.create(owner=user, key=key, fingerprint=fingerprint, slug=slug)
