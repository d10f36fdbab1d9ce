"""What happened: a payment, an income, a living cost; answered as planned or otherwise."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from planner.domain.dates import add_months
from planner.domain.money import MAX_FEN
from planner.domain.questions import Question
from planner.forms.fields import (
    REQUIRED,
    DayField,
    TextField,
    WholeField,
    YuanField,
    fen_of,
    yuan_text,
)
from planner.forms.items import KeyedForm
from planner.models import Account, Arrangement, Household

ANSWERS = ("planned", "other", "not", "later")


def past_day(field: DayField, household: Household) -> None:
    """Accept the days from that of the figures up to today, and read "12月9日" as the last one."""
    today = max(household.today(), household.as_of)
    field.bound(household.as_of, today)
    field.today = max(household.as_of, today - timedelta(days=364))


def account_choices(accounts: Sequence[Account]) -> list[tuple[str, str]]:
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
        household: Household,
        accounts: Sequence[Account],
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


class AnswerForm(KeyedForm):
    """The answer to one question: done as planned, otherwise, not at all, or later.

    `amount` and `account` are what the page showed or what was typed; they are not asked again
    of the plan, which may be another by now.
    """

    answer = forms.ChoiceField(choices=[(name, name) for name in ANSWERS])
    amount = YuanField(label=_("Amount"), required=False)
    on = DayField(label=_("On"), required=False)
    account = forms.ChoiceField(label=_("Account"), required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        household: Household,
        question: Question,
        accounts: Sequence[Account],
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
        past_day(self.fields["on"], household)
        self.fields["account"].choices = account_choices(accounts)
        if question.kind == "payment":
            self.fields["on"].label = pgettext_lazy("of a payment", "Paid on")
            self.fields["account"].label = pgettext_lazy("of a payment", "From")
            self.fields["account"].choices += [("", _("from elsewhere, none of my accounts"))]
        elif question.kind == "income":
            self.fields["on"].label = _("Arrived on")
            self.fields["account"].label = _("Arrived in")
        else:
            self.fields["on"].label = pgettext_lazy("of a payment", "Paid on")
            self.fields["account"].label = pgettext_lazy("of a payment", "From")

    def typed_fields(self) -> list[Any]:
        return [self["amount"], self["on"], self["account"]]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("answer") in ("planned", "other"):
            if values.get("amount") is None and "amount" not in self.errors:
                self.add_error("amount", REQUIRED)
            if values.get("on") is None and "on" not in self.errors:
                values["on"] = self.question.on
        return values


class AllAsPlannedForm(KeyedForm):
    """Everything up to and including the day that the page asked about, and no later one."""

    until = forms.DateField(widget=forms.HiddenInput, input_formats=["%Y-%m-%d"])
    revision = forms.IntegerField(min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput)
    until.widget.attrs["autocomplete"] = revision.widget.attrs["autocomplete"] = "off"


class AskForm(KeyedForm):
    """What a lender was asked for."""

    on = DayField(label=_("Asked on"))
    note = TextField(
        label=_("What I asked for"), required=False, max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Such as: pay in 12 parts, or three months later."),
    )  # fmt: skip

    def __init__(self, *args: Any, household: Household, **kwargs: Any) -> None:
        super().__init__(*args, household=household, initial={"on": household.today()}, **kwargs)
        past_day(self.fields["on"], household)


class ScheduleForm(KeyedForm):
    """So many equal payments, one each month, from a day on."""

    first_due = DayField(label=_("First payment by"))
    count = WholeField(label=_("How many payments"), low=1, high=360)
    amount = YuanField(label=_("Each payment"), min_fen=1)

    def __init__(
        self,
        *args: Any,
        household: Household,
        arrangement: Arrangement | None = None,
        **kwargs: Any,
    ) -> None:
        initial = {"on": household.today(), **_schedule_of(arrangement)}
        super().__init__(*args, household=household, initial=initial, **kwargs)
        past_day(self.fields["on"], household)
        self.fields["first_due"].bound(max(household.today(), household.as_of))

    def terms(self) -> dict[str, Any]:
        """The whole terms: the lender's own rows, without interest on top of what was agreed."""
        values = self.cleaned_data
        first, amount = values["first_due"], yuan_text(values["amount"])
        rows = [
            {"due_on": add_months(first, index, first.day).isoformat(), "principal": amount}
            for index in range(values["count"])
        ]
        total = yuan_text(values["amount"] * values["count"])
        return {"contract": "instalment", "method": "listed", "principal": total, "rows": rows}

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if {"amount", "count"} <= values.keys() and values["amount"] * values["count"] > MAX_FEN:
            self.add_error("amount", _("All payments together are more than can be reckoned."))
        return values


def _schedule_of(arrangement: Arrangement | None) -> dict[str, Any]:
    """What was offered, to be agreed to."""
    rows = (arrangement and arrangement.terms or {}).get("rows")
    if not rows:
        return {}
    return {
        "first_due": date.fromisoformat(rows[0]["due_on"]),
        "count": len(rows),
        "amount": fen_of(rows[0]["principal"]),
    }


class OfferForm(ScheduleForm):
    """What the lender offers."""

    on = DayField(label=_("Offered on"))
    field_order = ["on", "first_due", "count", "amount"]


class AgreeForm(ScheduleForm):
    """What both agreed on, and how that is confirmed."""

    on = DayField(label=_("Agreed on"))
    confirmed_by = TextField(
        label=_("How it was confirmed"), required=False, max_length=200,
        help_text=_("Such as: a text message, a notice in the app, a recorded call."),
    )  # fmt: skip
    field_order = ["on", "first_due", "count", "amount", "confirmed_by"]


class EndForm(KeyedForm):
    """Kept to the end, or broken, on a day."""

    on = DayField(label=_("On"))

    def __init__(self, *args: Any, household: Household, **kwargs: Any) -> None:
        super().__init__(*args, household=household, initial={"on": household.today()}, **kwargs)
        past_day(self.fields["on"], household)
