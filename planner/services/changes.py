"""Writes that touch more than one row, each in one transaction.

Every change of figures takes the same way: rows → document, the change, the domain's parser,
document → rows. So there is one validator, a bad change is refused whole with its errors as data,
and undo is writing back an earlier document.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.domain.household.entries import Corrected
from planner.domain.household.household import (
    OPTIMAL,
    Household,
    household_document,
    parse_household,
)
from planner.domain.household.limits import too_long
from planner.domain.ledger.replay import PaymentRefused, replay
from planner.domain.values.money import format_yuan
from planner.domain.values.reading import DocumentError, InvalidDocument
from planner.hashes import canonical, digest
from planner.models import (
    ITEM_MODELS,
    HistoryEntry,
    HouseholdRow,
    IdempotencyKey,
    Reach,
    Revision,
    User,
)
from planner.services.documents import (
    DAY_KEYS,
    document_of,
    household_of,
    write_household,
)
from planner.services.errors import ConsentRequired, EntryRefused, KeyReused, StaleVersion
from planner.services.reach import renew_soon

logger = logging.getLogger(__name__)
LIVED_KEYS = (*DAY_KEYS, "history")
HEAD_KEYS = ("as_of", "buffer", "strategy", "order", "triage_order")

KEPT_REVISIONS = 50

CONSENT_VERSION = "2026-11-6"  # the privacy text a person agreed to; raise it when the text changes


def write(
    user: User,
    make: Callable[[HouseholdRow], str | None],
    *,
    sent: Mapping[str, Any] | None = None,
    key: str = "",
    revision: int | None = None,
    agrees: bool = False,
) -> str:
    """One write of a household, whole or not at all: the way that every service takes.

    `make` changes the locked household and returns the slug, or other short text, that a `key`
    leads to when it comes again with the same `sent`: that has no second effect. `revision` is the
    household's counter that the person saw. `agrees`: they agreed, with this, to the storing of
    their figures. Raises KeyReused, StaleVersion, and what `make` raises.
    """
    with writing(user) as household:
        fingerprint = digest(sent or {}) if key else ""
        if (done := done_before(user, key, fingerprint)) is not None:
            return done
        if revision not in (None, household.revision):
            raise StaleVersion
        if agrees:
            consent(household)
        made = make(household) or ""
        remember(user, key, fingerprint, made)
        return made


def replace_household(
    *, user: User, document: object, is_sample: bool | None = None
) -> dict[str, Any]:
    """Make the document the user's household. Raises InvalidDocument and changes nothing then."""
    with writing(user) as household:
        return change(household, document, is_sample=is_sample)


def renew_household(
    *,
    user: User,
    document: Mapping[str, Any],
    sent: Mapping[str, Any],
    revision: int,
    key: str,
    agrees: bool = False,
) -> None:
    """Replace the household as the person saw it, at its `revision`, by how it stands today.

    `sent` is what was typed. Raises StaleVersion, KeyReused, InvalidDocument.
    """
    # All figures are new: what happened before is in them, and is no longer laid onto them.
    rest = {name: value for name, value in document.items() if name not in LIVED_KEYS}

    def renew(household: HouseholdRow) -> None:
        change(household, rest)

    told = {"renew": sent, "revision": revision}
    write(user, renew, sent=told, key=key, revision=revision, agrees=agrees)


def begin(household: HouseholdRow) -> None:
    """Make room for own figures as of today: the sample goes, what is one's own stays."""
    if household.is_sample:
        empty = household.head() | {kind: [] for kind in ITEM_MODELS}
        wishes = {"order": [], "triage_order": [], "buffer": "0.00", "strategy": OPTIMAL}
        today = {"as_of": household.today().isoformat()}
        change(household, empty | wishes | today, is_sample=False)
        # Undo must not lead back to made-up figures that would count as one's own.
        Revision.objects.owned_by(household.owner).delete()
    elif not any(household.items.values()):
        change(household, document_of(household) | {"as_of": household.today().isoformat()})


def consent(household: HouseholdRow) -> None:
    """The person agreed, now, to the privacy text as it stands."""
    household.consented_on, household.consent_version = timezone.now(), CONSENT_VERSION
    household.save(update_fields=["consented_on", "consent_version"])


def change_household(
    *, user: User, was: Mapping[str, Any] | None = None, agrees: bool = False, **head: Any
) -> None:
    """Change what stands above the lists: as_of, buffer, strategy, order, triage_order.

    `was` is what the person saw there: what says something else by now, and not what is wanted
    either, raises StaleVersion.
    """
    if unknown := head.keys() - set(HEAD_KEYS):
        raise TypeError(f"A household has no {', '.join(sorted(unknown))}.")

    write(user, lambda household: change_head(household, was or {}, head), agrees=agrees)


def change_head(household: HouseholdRow, was: Mapping[str, Any], head: Mapping[str, Any]) -> None:
    """The same of a household that is locked."""
    document = document_of(household)
    for name, value in was.items():
        if document[name] not in (value, head[name]):
            raise StaleVersion
    change(household, {**document, **head})


def undo(*, user: User, revision: int | None = None) -> bool:
    """Back to how the household was before the last change. False when nothing is left to undo.

    `revision` is the household's counter that the person saw: sent twice, or after another change
    elsewhere, nothing is undone.
    """
    with writing(user) as household:
        last = Revision.objects.owned_by(user).first()
        if last is None or revision not in (None, household.revision):
            return False
        parsed = parse_household(last.document)
        write_household(household, parsed, household_document(parsed))
        last.delete()
        return True


@contextmanager
def writing(user: User) -> Iterator[HouseholdRow]:
    """The user's row, locked, in a transaction; where it fails, what was read is forgotten."""
    try:
        with transaction.atomic():
            household = locked(user)
            yield household
            if household.has_reach:
                renew_soon(user.pk)
    except BaseException:
        user._state.fields_cache.pop("household", None)
        raise


def locked(user: User) -> HouseholdRow:
    """The user's row, locked: writers of one household go one after the other.

    SQLite has no row locks; there the transaction itself was begun as a writer's. What was read of
    the household by way of `user.household` is not read again while its counter is the same.
    """
    held: HouseholdRow | None = user._state.fields_cache.get("household")
    reaches = Exists(Reach.objects.filter(owner=OuterRef("owner")))
    rows = HouseholdRow.objects.select_for_update().filter(owner=user).annotate(reaches=reaches)
    household = rows.first()
    if household is None:
        household_of(user)
        household = rows.get()
    household.owner = user
    household.has_reach = household.reaches
    if held is not None and held.revision == household.revision:
        household.take_over(held)
    return household


def change(
    household: HouseholdRow, document: object, *, is_sample: bool | None = None
) -> dict[str, Any]:
    """Validate, remember how it was, write. Nothing is written when nothing changed.

    Raises InvalidDocument, EntryRefused, ConsentRequired.
    """
    return put(household, checked(document), is_sample=is_sample)


def checked(document: object) -> Household:
    """The household of a document whose books can be reckoned.

    Raises InvalidDocument, EntryRefused.
    """
    parsed = parse_household(document)
    if parsed.history:
        refuse_unreckonable(parsed)
    return parsed


def refuse_unreckonable(parsed: Household) -> None:
    """Raises EntryRefused where a payment of the history cannot have been."""
    try:
        replay(parsed)
    except PaymentRefused as refused:
        raise refusal(parsed, refused) from None


def put(
    household: HouseholdRow,
    parsed: Household,
    *,
    is_sample: bool | None = None,
    told: Sequence[HistoryEntry] | None = None,
) -> dict[str, Any]:
    """Remember how it was, write. Nothing is written when nothing changed.

    `told` are the rows of the history, as `write_household` takes them. Raises InvalidDocument
    where a list is above its limit and longer than it was, EntryRefused where that is the history,
    ConsentRequired.
    """
    after = household_document(parsed)
    before = document_of(household)
    if errors := too_long(after, before):
        raise _no_room(errors)
    household.is_sample = household.is_sample if is_sample is None else is_sample
    if canonical(_written(after)) == canonical(_written(before)):
        household.save(update_fields=["is_sample"])
        return after
    if not household.is_sample and not household.has_consent and _holds_figures(after):
        raise ConsentRequired
    Revision.objects.create(owner=household.owner, number=household.revision, document=before)
    household.before, household.stood = before, household.position
    write_household(household, parsed, after, told)
    _forget_oldest(household)
    return after


def _written(document: Mapping[str, Any]) -> dict[str, Any]:
    """What of a document is written down: the days that pass are not."""
    rest = {key: value for key, value in document.items() if key not in LIVED_KEYS}
    return rest | {"history": document.get("history", [])}


def refusal(household: Household, refused: PaymentRefused) -> EntryRefused:
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


def _no_room(errors: Sequence[DocumentError]) -> InvalidDocument | EntryRefused:
    for error in errors:
        if error.path == "history":
            said = _(
                "What happened has {limit} entries by now, as many as there can be. Enter your "
                "figures of today anew on the plan page: all that happened is in them."
            )
            return EntryRefused("full", said.format(**dict(error.values)))
    return InvalidDocument(errors)


def _holds_figures(document: dict[str, Any]) -> bool:
    return document["buffer"] != "0.00" or any(document[kind] for kind in ITEM_MODELS)


def _forget_oldest(household: HouseholdRow) -> None:
    """Of the earlier households the newest stay: those that one may go back to."""
    rows = Revision.objects.owned_by(household.owner)
    newest = rows.order_by("-number").values("pk")[:KEPT_REVISIONS]
    rows.exclude(pk__in=newest).delete()


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
