"""Figures entered as the pages do it: an item as it stands, with what was typed."""

from typing import Any

from planner.models import ITEM_MODELS, User
from planner.plans.kept import standing_household
from planner.services.items import as_it_stands, save_item


def enter(user: User, kind: str, slug: str, *, reason: str = "unknown", **changes: Any) -> None:
    """Once days have passed: of an account a balance, of a debt a correction."""
    row = ITEM_MODELS[kind].objects.owned_by(user).get(slug=slug)
    row = as_it_stands(standing_household(user), row)
    save_item(
        user=user, kind=kind, item=row.document() | changes, version=row.version, reason=reason
    )
