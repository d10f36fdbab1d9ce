"""The form of a living expense."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from planner.forms.recurrences import FlowForm


class ExpenseForm(FlowForm):
    kind = "expenses"
    more_names = ("first", "until", "essential")

    essential = forms.BooleanField(
        label=_("It has to be paid, whatever happens"),
        help_text=_("Such as rent, food, medicine. The plan pays all expenses entered here."),
        required=False,
        initial=True,
    )

    def shown(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        return super().shown(entry) | {"essential": entry["essential"]}

    def entry(self) -> dict[str, Any]:
        return super().entry() | {"essential": self.cleaned_data["essential"]}
