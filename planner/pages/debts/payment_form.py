"""A payment to a lender, typed in."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from planner.forms.fields import (
    DayField,
    YuanField,
)
from planner.forms.keyed import KeyedForm
from planner.models import AccountRow, HouseholdRow


def past_day(field: DayField, household: HouseholdRow) -> None:
    """Accept the days from that of the figures up to today, and read "12月9日" as the last one."""
    today = max(household.today(), household.as_of)
    field.bound(household.as_of, today)
    field.today = max(household.as_of, today - timedelta(days=364))


def account_choices(accounts: Sequence[AccountRow]) -> list[tuple[str, str]]:
    return [(one.slug, one.name) for one in accounts]


class PaymentForm(KeyedForm):
    """Money that went to a lender, planned or not."""

    amount = YuanField(label=_("Amount"), min_fen=1)
    on = DayField(label=pgettext_lazy("of a payment", "Paid on"))
    account = forms.ChoiceField(label=pgettext_lazy("of a payment", "From"), required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        household: HouseholdRow,
        accounts: Sequence[AccountRow],
        initial: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        initial = {"on": household.today(), **(initial or {})}
        super().__init__(data, household=household, initial=initial, **kwargs)
        past_day(self.fields["on"], household)
        self.fields["account"].choices = [
            *account_choices(accounts),
            ("", _("from elsewhere, none of my accounts")),
        ]
