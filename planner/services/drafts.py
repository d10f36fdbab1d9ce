"""What was read of files and waits for its owner to confirm it: one draft a person, for an hour."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from planner.models import ImportDraft, User

KEPT_FOR = timedelta(hours=1)


def draft_of(user: User) -> dict[str, Any] | None:
    """The draft's document, None where there is none or its hour is over."""
    row = ImportDraft.objects.owned_by(user).first()
    if row is None or row.created_on < timezone.now() - KEPT_FOR:
        return None
    document: dict[str, Any] = row.document
    return document


@transaction.atomic
def keep_draft(*, user: User, document: dict[str, Any]) -> None:
    """Put this in the place of what there is; its hour begins anew."""
    ImportDraft.objects.update_or_create(
        owner=user, defaults={"document": document, "created_on": timezone.now()}
    )


def drop_draft(*, user: User) -> None:
    ImportDraft.objects.owned_by(user).delete()


def drop_old_drafts() -> None:
    """Whoever's, once their hour is over."""
    ImportDraft.objects.filter(created_on__lt=timezone.now() - KEPT_FOR).delete()
