"""A payment to a lender, typed in."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from planner.forms.fields import DayField, YuanField, account_choices, choose, field_of, past_day
from planner.forms.keyed import KeyedForm
from planner.models import HouseholdRow, Item


class PaymentForm(KeyedForm):
    """Money that went to a lender, planned or not."""

    refused_field = "amount"

    amount = YuanField(label=_("Amount"), min_fen=1)
    on = DayField(label=pgettext_lazy("of a payment", "Paid on"))
    account = forms.ChoiceField(label=pgettext_lazy("of a payment", "From"), required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        household: HouseholdRow,
        accounts: Sequence[Item],
        initial: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        initial = {"on": household.today(), **(initial or {})}
        super().__init__(data, household=household, initial=initial, **kwargs)
        past_day(field_of(self, "on", DayField), household)
        elsewhere = ("", _("from elsewhere, none of my accounts"))
        choose(self, "account", [*account_choices(accounts), elsewhere])
