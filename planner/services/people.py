"""People and their data: guests, consent, what is taken over, erased, pruned, encrypted anew."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from planner.domain.household.household import household_document
from planner.keys import encrypted
from planner.models import (
    GUEST_DAYS,
    HouseholdRow,
    IdempotencyKey,
    Revision,
    Session,
    User,
)
from planner.services import attempts, factors, inactivity, workers
from planner.services.changes import change, change_head, locked, write, writing
from planner.services.channels import forget_reminders
from planner.services.documents import (
    RULES,
    document_of,
    has_figures,
    household_from,
    household_of,
    write_household,
)
from planner.services.drafts import drop_old_drafts
from planner.services.feeds import forget_feeds

logger = logging.getLogger(__name__)

KEPT_KEY_DAYS = 2


@transaction.atomic
def start_guest() -> User:
    """A visitor who tries without an account; owns ordinary rows for a week."""
    guest = User(guest_since=timezone.now())
    guest.set_unusable_password()
    guest.save()
    household_of(guest)
    return guest


@transaction.atomic
def open_account(make: Callable[[], User]) -> User:
    """The member that `make` stores, who has agreed to the privacy text by signing up."""
    user = make()
    record_consent(user=user)
    return user


def record_consent(*, user: User) -> None:
    """The person agreed, now, to the privacy text as it stands."""
    write(user, lambda _household: None, agrees=True)


def change_settings(
    *, user: User, buffer: str, was: str, language: str, time_zone: str, is_discreet: bool
) -> None:
    """The settings, and the buffer, which is a figure of the household: undone with the others.

    `was` is the buffer that the person saw. Raises ConsentRequired, and StaleVersion.
    """

    def change_them(household: HouseholdRow) -> None:
        change_head(household, {"buffer": was}, {"buffer": buffer})
        household.language, household.time_zone = language, time_zone
        household.is_discreet = is_discreet
        household.save(update_fields=["language", "time_zone", "is_discreet"])

    write(user, change_them)


def hide_amounts(*, user: User, is_discreet: bool) -> None:
    """Hide the amounts, or show them again."""

    def hide(household: HouseholdRow) -> None:
        household.is_discreet = is_discreet
        household.save(update_fields=["is_discreet"])

    write(user, hide)


def tell_of_rules(*, user: User) -> None:
    """The person has read what the rules of planning changed."""

    def tell(household: HouseholdRow) -> None:
        household.rules_told = RULES
        household.save(update_fields=["rules_told"])

    write(user, tell)


def take_over_guest(*, guest: User, user: User) -> None:
    """Give the guest's household to the member, whose own becomes the one undo leads back to."""
    with writing(user) as household:
        if not User.objects.filter(pk=guest.pk).exists():
            return  # asked for twice at once: taken over already
        theirs = locked(guest)
        if not has_figures(user):
            # Nothing to go back to but what the guest could go back to. Counters go on, not back.
            Revision.objects.owned_by(user).delete()
            Revision.objects.owned_by(guest).update(owner=user)
            household.revision = max(household.revision, theirs.revision)
            _write_over(household, theirs)
        else:
            change(household, document_of(theirs), is_sample=theirs.is_sample)
        erase(user=guest)


def _write_over(household: HouseholdRow, theirs: HouseholdRow) -> None:
    household.is_sample = theirs.is_sample
    household.is_discreet = theirs.is_discreet
    household.time_zone = theirs.time_zone
    household.save(update_fields=["is_discreet", "time_zone"])
    parsed = household_from(theirs)
    write_household(household, parsed, household_document(parsed))


@transaction.atomic
def erase(*, user: User) -> None:
    """The user and every row of theirs, sessions included; at once and for good."""
    user_id = user.pk
    if user.email:
        attempts.forget(user.email)
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
    for user in inactivity.forgotten():
        erase(user=user)
    pruned = 0
    while _prune_one_guest(now - timedelta(days=GUEST_DAYS)):
        pruned += 1
    IdempotencyKey.objects.filter(created_on__lt=now - timedelta(days=KEPT_KEY_DAYS)).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    attempts.forget_old()
    workers.forget_tasks()
    drop_old_drafts()
    forget_feeds(now)
    forget_reminders(now)
    return pruned


@transaction.atomic
def _prune_one_guest(moment: datetime) -> bool:
    skip = connection.features.has_select_for_update_skip_locked
    guest = User.objects.guests_before(moment).select_for_update(skip_locked=skip).first()
    if guest is not None:
        erase(user=guest)
    return guest is not None


def reencrypt() -> int:
    """Write every encrypted value again with the newest of DATA_KEYS; returns how many people.

    One person a transaction, behind the same lock as their changes; what belongs to nobody last.
    Safe to stop and run again.
    """
    people = User.objects.order_by("pk").values_list("pk", flat=True)
    for key in people.iterator():
        user = User.objects.filter(pk=key).first()
        if user is not None:
            with writing(user):
                _write_again(user)
    with transaction.atomic():
        _write_again(None)
    return len(people)


def _write_again(user: User | None) -> None:
    """What is encrypted of a person; without one, what is nobody's."""
    for model, names in encrypted():
        if hasattr(model, "owner") != (user is not None):
            continue
        rows: Any = model._default_manager.all()
        rows = rows if user is None else rows.owned_by(user)
        rows.bulk_update(list(rows), names, batch_size=500)
    if user is not None:
        factors.write_again(user)
