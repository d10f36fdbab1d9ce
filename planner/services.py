"""Writes that touch more than one row, each in one transaction; and the plans that are kept.

Every change of figures takes the same way: rows → document, the change, the domain's parser,
document → rows. So there is one validator, a bad change is refused whole with its errors as data,
and undo is writing back an earlier document.
"""

import hashlib
import json
import logging
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import get_language

from planner import domain
from planner.domain.household import household_document, parse_household
from planner.domain.money import parse_yuan
from planner.domain.plan import make_plans, plan_document
from planner.encryption import EncryptedTextField
from planner.models import (
    Account,
    Debt,
    Expense,
    Household,
    IdempotencyKey,
    Income,
    Item,
    Revision,
    Session,
    StoredPlan,
    User,
)

logger = logging.getLogger(__name__)

ITEM_MODELS: Mapping[str, type[Item]] = {
    "accounts": Account,
    "incomes": Income,
    "expenses": Expense,
    "debts": Debt,
}
HEAD_KEYS = ("as_of", "buffer", "strategy", "order", "triage_order")

KEPT_REVISIONS = 50
KEPT_PLANS = 12  # all strategies, of the household as it is and of two states before
GUEST_DAYS = 7
KEPT_KEY_DAYS = 2

CONSENT_VERSION = "2026-11"  # the privacy text a person agreed to; raise it when the text changes


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


# --- Households --------------------------------------------------------------------------------


def household_of(user: User) -> Household:
    """The user's settings row, made on first use."""
    household, _created = Household.objects.get_or_create(
        owner=user,
        defaults={"as_of": timezone.localdate(), "language": get_language() or "zh-hans"},
    )
    return household


def household_document_of(user: User) -> dict[str, Any]:
    """The document of the user's rows."""
    return _document(household_of(user))


def _document(household: Household) -> dict[str, Any]:
    lists = {
        kind: [row.document() for row in model.objects.owned_by(household.owner_id)]
        for kind, model in ITEM_MODELS.items()
    }
    return household.head() | lists


@transaction.atomic
def replace_household(
    *, user: User, document: object, is_sample: bool | None = None
) -> dict[str, Any]:
    """Make the document the user's household. Raises InvalidDocument and changes nothing then."""
    return _change(_locked(user), document, is_sample=is_sample)


@transaction.atomic
def renew_household(
    *, user: User, document: Mapping[str, Any], sent: Mapping[str, Any], revision: int, key: str
) -> None:
    """Replace the household as the person saw it, at its `revision`, by how it stands today.

    `sent` is what was typed. Raises StaleVersion, KeyReused, InvalidDocument.
    """
    household = _locked(user)
    fingerprint = _hash({"renew": sent, "revision": revision})
    if _done_before(user, key, fingerprint) is not None:
        return
    if household.revision != revision:
        raise StaleVersion
    _change(household, document)
    _remember(user, key, fingerprint, "")


@transaction.atomic
def begin_household(*, user: User) -> None:
    """Make room for own figures as of today: the sample goes, what is one's own stays."""
    household = _locked(user)
    if household.is_sample:
        empty = _document(household) | {kind: [] for kind in ITEM_MODELS}
        wishes = {"order": [], "triage_order": [], "buffer": "0.00", "strategy": "avalanche"}
        today = {"as_of": household.today().isoformat()}
        _change(household, empty | wishes | today, is_sample=False)
        # Undo must not lead back to made-up figures that would count as one's own.
        Revision.objects.owned_by(user).delete()
    elif not has_figures(user):
        _change(household, _document(household) | {"as_of": household.today().isoformat()})


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
    household = _locked(user)
    document = _document(household)
    for name, value in (was or {}).items():
        if document[name] not in (value, head[name]):
            raise StaleVersion
    return _change(household, document | head)


@transaction.atomic
def undo(*, user: User, revision: int | None = None) -> bool:
    """Back to how the household was before the last change. False when nothing is left to undo.

    `revision` is the household's counter that the person saw: sent twice, or after another change
    elsewhere, nothing is undone.
    """
    household = _locked(user)
    last = Revision.objects.owned_by(user).first()
    if last is None or revision not in (None, household.revision):
        return False
    _write(household, household_document(parse_household(last.document)))
    last.delete()
    return True


def _locked(user: User) -> Household:
    """The user's row, locked: writers of one household go one after the other.

    SQLite has no row locks; there the transaction itself was begun as a writer's.
    """
    household_of(user)
    return Household.objects.select_for_update().select_related("owner").get(owner=user)


def _change(
    household: Household, document: object, *, is_sample: bool | None = None
) -> dict[str, Any]:
    """Validate, remember how it was, write. Nothing is written when nothing changed."""
    after = household_document(parse_household(document))
    before = _document(household)
    household.is_sample = household.is_sample if is_sample is None else is_sample
    if canonical(after) == canonical(before):
        household.save(update_fields=["is_sample"])
        return after
    if not household.is_sample and not household.has_consent and _holds_figures(after):
        raise ConsentRequired
    Revision.objects.create(owner=household.owner, number=household.revision, document=before)
    _write(household, after)
    _keep_newest(Revision.objects.owned_by(household.owner), "-number", KEPT_REVISIONS)
    return after


def _holds_figures(document: dict[str, Any]) -> bool:
    return document["buffer"] != "0.00" or any(document[kind] for kind in ITEM_MODELS)


def _write(household: Household, document: dict[str, Any]) -> None:
    """Document → rows. Rows that stay the same are not touched and keep their version."""
    household.as_of = date.fromisoformat(document["as_of"])
    household.buffer_fen = parse_yuan(document["buffer"])
    household.strategy = document["strategy"]
    household.order = document["order"]
    household.triage_order = document["triage_order"]
    household.revision += 1
    household.save(
        update_fields=[
            "as_of", "buffer_fen", "strategy", "order", "triage_order", "revision", "is_sample",
        ]
    )  # fmt: skip
    for kind, model in ITEM_MODELS.items():
        _write_items(model, household.owner, document[kind])


def _write_items(model: type[Item], owner: User, entries: list[dict[str, Any]]) -> None:
    rows = {row.slug: row for row in model.objects.owned_by(owner)}
    new, changed = [], []
    for position, entry in enumerate(entries):
        terms = {key: value for key, value in entry.items() if key not in ("id", *model.texts)}
        fields = {key: entry[key] for key in model.texts} | {"terms": terms}
        row = rows.pop(entry["id"], None)
        if row is None:
            new.append(model(owner=owner, slug=entry["id"], position=position, **fields))
            continue
        if any(getattr(row, name) != value for name, value in fields.items()):
            row.version += 1
        elif row.position == position:
            continue
        for name, value in (fields | {"position": position}).items():
            setattr(row, name, value)
        changed.append(row)
    model.objects.owned_by(owner).filter(slug__in=list(rows)).delete()
    model.objects.bulk_update(changed, ["position", "version", "terms", *model.texts])
    model.objects.bulk_create(new)


def _keep_newest(rows, ordering: str, count: int) -> None:
    too_old = rows.order_by(ordering).values_list("pk", flat=True)[count:]
    rows.filter(pk__in=list(too_old)).delete()


# --- One item ----------------------------------------------------------------------------------


@transaction.atomic
def save_item(
    *, user: User, kind: str, item: Mapping[str, Any], version: int | None = None, key: str = ""
) -> str:
    """Add an item (no version) or change the one of that id and version; returns its slug.

    `item` is an entry of the document's list `kind`; without an id it gets one. The same `key`
    with the same content leads to what it did the first time. Raises InvalidDocument,
    StaleVersion, KeyReused, ConsentRequired.
    """
    household = _locked(user)
    fingerprint = _hash({"save": kind, "item": item, "version": version})
    if (done := _done_before(user, key, fingerprint)) is not None:
        return done
    document = _document(household)
    entries = document[kind]
    entry = {"id": _new_slug(kind), **item}
    if version is None:
        entries.append(entry)
    else:
        _refuse_stale(user, kind, entry["id"], version)
        index = [existing["id"] for existing in entries].index(entry["id"])
        entries[index] = entry
    _change(household, document)
    _remember(user, key, fingerprint, entry["id"])
    return entry["id"]


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
    household = _locked(user)
    removed = removed or {}
    fingerprint = _hash({"save_items": items, "removed": removed})
    if _done_before(user, key, fingerprint) is not None:
        return
    if revision not in (None, household.revision):
        raise StaleVersion
    document = _document(household)
    for kind, slugs in removed.items():
        document[kind] = [entry for entry in document[kind] if entry["id"] not in slugs]
    for kind, entries in items.items():
        held = {entry["id"]: entry for entry in document[kind]}
        for entry in entries:
            held[entry["id"]] = {**held.get(entry["id"], {}), **entry}
        document[kind] = list(held.values())
    _change(household, document)
    _remember(user, key, fingerprint, "")


@transaction.atomic
def delete_item(*, user: User, kind: str, slug: str, version: int, key: str = "") -> None:
    """Remove an item, and its mention where nothing but a wish hangs on it.

    An account that incomes or expenses still use is refused with InvalidDocument.
    """
    household = _locked(user)
    fingerprint = _hash({"delete": kind, "slug": slug, "version": version})
    if _done_before(user, key, fingerprint) is not None:
        return
    _refuse_stale(user, kind, slug, version)
    document = _document(household)
    document[kind] = [entry for entry in document[kind] if entry["id"] != slug]
    if kind == "debts":
        for wish in ("order", "triage_order"):
            document[wish] = [debt for debt in document[wish] if debt != slug]
    if kind == "accounts":
        for debt in document["debts"]:
            debt["autopay"] = [account for account in debt["autopay"] if account != slug]
    _change(household, document)
    _remember(user, key, fingerprint, slug)


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


def _refuse_stale(user: User, kind: str, slug: str, version: int) -> None:
    row = ITEM_MODELS[kind].objects.owned_by(user).filter(slug=slug).first()
    if row is None or row.version != version:
        raise StaleVersion(row)


def _new_slug(kind: str) -> str:
    """Never an id that was there before: calendars know the things they remind of by it."""
    return f"{kind.removesuffix('s')}-{secrets.token_hex(4)}"


def _done_before(user: User, key: str, fingerprint: str) -> str | None:
    """The slug that the key led to, None for a new key."""
    done = key and IdempotencyKey.objects.owned_by(user).filter(key=key).first()
    if not done:
        return None
    if done.fingerprint != fingerprint:
        raise KeyReused
    return done.slug


def _remember(user: User, key: str, fingerprint: str, slug: str) -> None:
    if key:
        IdempotencyKey.objects.create(owner=user, key=key, fingerprint=fingerprint, slug=slug)


# --- People ------------------------------------------------------------------------------------


@transaction.atomic
def start_guest() -> User:
    """A visitor who tries without an account; owns ordinary rows for a week."""
    guest = User(guest_since=timezone.now())
    guest.set_unusable_password()
    guest.save()
    household_of(guest)
    return guest


def record_consent(*, user: User) -> None:
    """The person agreed, now, to the privacy text as it stands."""
    household_of(user)
    Household.objects.owned_by(user).update(
        consented_on=timezone.now(), consent_version=CONSENT_VERSION
    )


def has_figures(user: User) -> bool:
    """Whether there is anything in the user's household that could be lost."""
    return any(model.objects.owned_by(user).exists() for model in ITEM_MODELS.values())


@transaction.atomic
def take_over_guest(*, guest: User, user: User) -> None:
    """Give the guest's household to the member, whose own becomes the one undo leads back to."""
    household = _locked(user)
    if not User.objects.filter(pk=guest.pk).exists():
        return  # asked for twice at once: taken over already
    theirs = _locked(guest)
    if not has_figures(user):
        # Nothing to go back to but what the guest could go back to. Counters go on, not back.
        Revision.objects.owned_by(user).delete()
        Revision.objects.owned_by(guest).update(owner=user)
        household.revision = max(household.revision, theirs.revision)
        _write_over(household, theirs)
    else:
        _change(household, _document(theirs), is_sample=theirs.is_sample)
    erase(user=guest)


def _write_over(household: Household, theirs: Household) -> None:
    household.is_sample = theirs.is_sample
    household.is_discreet = theirs.is_discreet
    household.time_zone = theirs.time_zone
    household.save(update_fields=["is_discreet", "time_zone"])
    _write(household, _document(theirs))


@transaction.atomic
def erase(*, user: User) -> None:
    """The user and every row of theirs, sessions included; at once and for good."""
    user_id = user.pk
    user.delete()
    transaction.on_commit(_forget_pages)
    logger.info("erased user %s", user_id)


def _forget_pages() -> None:
    """SQLite's log still holds what was erased until it is written back and cut."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def prune() -> int:
    """Delete what has had its time; returns the number of guests. Safe to run twice, anywhere.

    One guest a transaction, claimed by its row, so that several machines can share the work.
    """
    now = timezone.now()
    pruned = 0
    while _prune_one_guest(now - timedelta(days=GUEST_DAYS)):
        pruned += 1
    IdempotencyKey.objects.filter(created_on__lt=now - timedelta(days=KEPT_KEY_DAYS)).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    return pruned


@transaction.atomic
def _prune_one_guest(moment) -> bool:
    skip = connection.features.has_select_for_update_skip_locked
    guest = User.objects.guests_before(moment).select_for_update(skip_locked=skip).first()
    if guest is not None:
        erase(user=guest)
    return guest is not None


def reencrypt() -> int:
    """Write every encrypted value again with the newest of DATA_KEYS; returns how many people.

    One person a transaction, behind the same lock as their changes. Safe to stop and run again.
    """
    people = User.objects.order_by("pk").values_list("pk", flat=True)
    for key in people.iterator():
        user = User.objects.filter(pk=key).first()
        if user is not None:
            _reencrypt_one(user)
    return len(people)


@transaction.atomic
def _reencrypt_one(user: User) -> None:
    _locked(user)
    StoredPlan.objects.owned_by(user).delete()  # can be computed again
    for model in (*ITEM_MODELS.values(), Revision):
        names = [
            field.name for field in model._meta.fields if isinstance(field, EncryptedTextField)
        ]
        model.objects.bulk_update(model.objects.owned_by(user), names)


def export_of(user: User) -> dict[str, Any]:
    """Everything that is stored of a person, for them to take away; plans can be computed."""
    household = household_of(user)
    return {
        "format": "anhuan-export",
        "version": 1,
        "exported_on": timezone.now().isoformat(),
        "account": {
            "email": user.email,
            "joined_on": user.joined_on.isoformat(),
            "last_signed_in_on": user.last_login and user.last_login.isoformat(),
            "consented_on": household.consented_on and household.consented_on.isoformat(),
            "consent_version": household.consent_version,
        },
        "settings": {
            "language": household.language,
            "time_zone": household.time_zone,
            "is_discreet": household.is_discreet,
            "is_sample": household.is_sample,
        },
        "household": _document(household),
        "earlier": [
            {"saved_on": revision.created_on.isoformat(), "household": revision.document}
            for revision in Revision.objects.owned_by(user)
        ],
    }


# --- Plans -------------------------------------------------------------------------------------


def canonical(document: Mapping[str, Any]) -> bytes:
    """The same bytes for the same content, whatever the order of its keys."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def _hash(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(document)).hexdigest()


@cache
def engine_fingerprint() -> str:
    """Changes with the engine and its rules: an upgrade must not show plans of the old one."""
    digest = hashlib.sha256()
    roots = [Path(domain.__path__[0]), settings.BASE_DIR / "planner" / "rules"]
    for path in sorted(path for root in roots for path in root.rglob("*.*")):
        if path.suffix in (".py", ".toml"):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def household_hash(document: Mapping[str, Any]) -> str:
    """What plans of a household are filed under; the chosen strategy is no part of it."""
    rest = {key: value for key, value in document.items() if key != "strategy"}
    return _hash({"household": rest, "engine": engine_fingerprint()})


def stored_plans(
    *, user: User, strategies: Iterable[str], document: dict[str, Any] | None = None
) -> dict[str, dict[str, Any]]:
    """The plan documents of the user's household by strategy, computed where none is kept.

    `document` asks for another household of the same user, such as the one before a change.
    """
    document = household_document_of(user) if document is None else document
    filed_under = household_hash(document)
    wanted = list(dict.fromkeys(strategies))
    rows = StoredPlan.objects.owned_by(user).filter(household_hash=filed_under, strategy__in=wanted)
    plans = {row.strategy: row.document for row in rows}
    missing = [strategy for strategy in wanted if strategy not in plans]
    if missing:
        household = parse_household(document)
        made = make_plans(household, missing)
        computed = {name: plan_document(plan) for name, plan in made.items()}
        # Two requests may compute the same plan at once: the same bytes, so either may stay.
        StoredPlan.objects.bulk_create(
            [
                StoredPlan(owner=user, household_hash=filed_under, strategy=name, document=plan)
                for name, plan in computed.items()
            ],
            ignore_conflicts=True,
        )
        _keep_newest(StoredPlan.objects.owned_by(user), "-pk", KEPT_PLANS)
        plans |= computed
    return {strategy: plans[strategy] for strategy in wanted}


def stored_plan(
    *, user: User, strategy: str | None = None, document: dict[str, Any] | None = None
) -> dict[str, Any]:
    """One of them; without a strategy, by the household's own."""
    document = household_document_of(user) if document is None else document
    name = strategy or document["strategy"]
    return stored_plans(user=user, strategies=[name], document=document)[name]
