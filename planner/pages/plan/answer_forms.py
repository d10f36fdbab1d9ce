"""Forms that answer a question about what was planned."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from planner.domain.answers.unanswered import Question
from planner.forms.fields import (
    REQUIRED,
    DayField,
    YuanField,
    account_choices,
    choose,
    field_of,
    past_day,
)
from planner.forms.keyed import KeyedForm
from planner.models import HouseholdRow, Item
from planner.services.errors import EntryRefused

ANSWERS = ("planned", "other", "not", "later")


class AnswerForm(KeyedForm):
    """The answer to one question: done as planned, otherwise, not at all, or later.

    `amount` and `account` are what the page showed or what was typed; they are not asked again
    of the plan, which may be another by now.
    """

    stays = False
    changed = _("The plan changed meanwhile. Please look at the questions once more.")

    answer = forms.ChoiceField(choices=[(name, name) for name in ANSWERS])
    amount = YuanField(label=_("Amount"), required=False)
    on = DayField(label=_("On"), required=False)
    account = forms.ChoiceField(label=_("Account"), required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        household: HouseholdRow,
        question: Question,
        accounts: Sequence[Item],
        is_hidden: bool = False,
        **kwargs: Any,
    ) -> None:
        self.question = question
        initial = {
            "amount": None if is_hidden else question.amount_fen or question.required_fen,
            "on": question.on,
            "account": question.account or "",
        }
        super().__init__(data, household=household, initial=initial, **kwargs)
        past_day(field_of(self, "on", DayField), household)
        offered: list[tuple[str, Any]] = [*account_choices(accounts)]
        if question.kind == "payment":
            self.fields["on"].label = pgettext_lazy("of a payment", "Paid on")
            self.fields["account"].label = pgettext_lazy("of a payment", "From")
            offered.append(("", _("from elsewhere, none of my accounts")))
        elif question.kind == "income":
            self.fields["on"].label = _("Arrived on")
            self.fields["account"].label = _("Arrived in")
        else:
            self.fields["on"].label = pgettext_lazy("of an expense", "Paid on")
            self.fields["account"].label = pgettext_lazy("of a payment", "From")
        choose(self, "account", offered)

    @property
    def refused_field(self) -> str | None:
        return "amount" if self.cleaned_data["answer"] == "other" else None

    def typed_fields(self) -> list[Any]:
        return [self["amount"], self["on"], self["account"]]

    def clean(self) -> dict[str, Any]:
        super().clean()
        values = self.cleaned_data
        if values.get("answer") in ("planned", "other"):
            if values.get("amount") is None and "amount" not in self.errors:
                self.add_error("amount", REQUIRED)
            if values.get("on") is None and "on" not in self.errors:
                values["on"] = self.question.on
        return values


class AllAsPlannedForm(KeyedForm):
    """Everything up to and including the day that the page asked about, and no later one."""

    stays = False
    changed = AnswerForm.changed

    until = forms.DateField(widget=forms.HiddenInput, input_formats=["%Y-%m-%d"])
    revision = forms.IntegerField(min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput)
    until.widget.attrs["autocomplete"] = revision.widget.attrs["autocomplete"] = "off"

    def refuse(self, refused: EntryRefused) -> None:
        self.conflict = str(refused)
