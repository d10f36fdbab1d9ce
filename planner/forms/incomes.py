"""The form of an income."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from planner.forms.recurrences import FlowForm

ADJUSTMENTS = [
    ("none", _("It comes on that day all the same")),
    ("previous_workday", _("It comes on the working day before")),
    ("next_workday", _("It comes on the working day after")),
]


class IncomeForm(FlowForm):
    kind = "incomes"
    more_names = ("adjust", "first", "until", "certain")

    adjust = forms.ChoiceField(label=_("If that is no working day"), choices=ADJUSTMENTS)
    certain = forms.BooleanField(
        label=_("It is certain"),
        help_text=_("The plan counts only on what is certain; the rest is shown beside it."),
        required=False,
        initial=True,
    )

    def shown(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        kept = {"adjust": entry["adjust"], "certain": entry["certain"]}
        return super().shown(entry) | kept

    def entry(self) -> dict[str, Any]:
        kept = {key: self.cleaned_data[key] for key in ("adjust", "certain")}
        return super().entry() | kept
