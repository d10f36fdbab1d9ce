"""Writes that touch more than one row, each in one transaction.

Every change of figures takes the same way: rows → document, the change, the domain's parser,
document → rows. So there is one validator, a bad change is refused whole with its errors as data,
and undo is writing back an earlier document.
"""

import logging
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from planner.domain.household.entries import Corrected
from planner.domain.household.household import (
    OPTIMAL,
    Household,
    household_document,
    parse_household,
)
from planner.domain.ledger.replay import PaymentRefused, replay
from planner.domain.values.money import format_yuan
from planner.hashes import canonical, digest
from planner.models import (
    ITEM_MODELS,
    HouseholdRow,
    IdempotencyKey,
    Revision,
    User,
)
from planner.services.documents import (
    DAY_KEYS,
    document_of,
    has_figures,
    household_of,
    write_household,
)
from planner.services.errors import ConsentRequired, EntryRefused, KeyReused, StaleVersion

logger = logging.getLogger(__name__)
LIVED_KEYS = (*DAY_KEYS, "history")
HEAD_KEYS = ("as_of", "buffer", "strategy", "order", "triage_order")

KEPT_REVISIONS = 50


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


def locked(user: User) -> HouseholdRow:
    """The user's row, locked: writers of one household go one after the other.

    SQLite has no row locks; there the transaction itself was begun as a writer's.
    """
    rows = HouseholdRow.objects.select_for_update().filter(owner=user)
    household = rows.first()
    if household is None:
        household_of(user)
        household = rows.get()
    household.owner = user
    return household


def change(
    household: HouseholdRow, document: object, *, is_sample: bool | None = None
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


def _holds_figures(document: dict[str, Any]) -> bool:
    return document["buffer"] != "0.00" or any(document[kind] for kind in ITEM_MODELS)


def _keep_newest(rows, ordering: str, count: int) -> None:
    too_old = list(rows.order_by(ordering).values_list("pk", flat=True)[count:])
    if too_old:
        rows.filter(pk__in=too_old).delete()


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
