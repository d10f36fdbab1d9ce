"""Forms of incomes, living costs and bank accounts."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from planner.forms.fields import (
    REQUIRED,
    DayField,
    DayOfMonthField,
    TextField,
    WholeField,
    YuanField,
    choose,
    fen_of,
    tell,
    yuan_text,
)
from planner.forms.keyed import ItemForm
from planner.models import Item
from planner.words.days import WEEKDAYS
from planner.words.names import KINDS

REPEATS = [
    ("monthly", _("Every month")),
    ("weekly", _("Every week")),
    ("every_days", _("Every so many days")),
    ("once", _("Once")),
]


class FlowForm(ItemForm):
    """Money that comes in or goes out on its days, on one of the person's accounts."""

    paths = {
        "on.monthly": "month_day",
        "on.weekly": "weekday",
        "on.every_days": "every_days",
        "on.once": "once",
        "on": "repeats",
        "from": "first",
    }
    # The field that says more about each way of coming again.
    details = {
        "monthly": "month_day",
        "weekly": "weekday",
        "every_days": "every_days",
        "once": "once",
    }

    name = TextField(label=_("Name"))
    amount = YuanField(label=_("Amount"), min_fen=1)
    repeats = forms.ChoiceField(
        label=_("How often"), choices=REPEATS, widget=forms.RadioSelect, initial="monthly"
    )
    month_day = DayOfMonthField(
        label=_("On which day of the month"),
        help_text=_("31 means the last day of the month."),
        required=False,
    )
    weekday = forms.ChoiceField(label=_("On which weekday"), choices=WEEKDAYS, required=False)
    every_days = WholeField(
        label=_("Every how many days"), low=1, high=366, unit=_("days"), required=False
    )
    once = DayField(label=_("On which day"), required=False)
    account = forms.ChoiceField(label=_("Account"))
    first = DayField(
        label=_("From"),
        required=False,
        help_text=_("Empty: from the day of your figures."),
    )
    until = DayField(label=_("Until"), required=False, help_text=_("Empty: without end."))

    more_names: Sequence[str] = ("first", "until")

    def __init__(self, *args: Any, accounts: Sequence[Item], **kwargs: Any) -> None:
        self.accounts = accounts
        super().__init__(*args, **kwargs)
        choose(self, "account", [(account.slug, account.name) for account in accounts])
        for way, name in self.details.items():
            tell(self.fields[name], when=way)

    def construction(self) -> dict[str, Any]:
        return {"accounts": self.accounts}

    def shown(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        ((way, value),) = entry["on"].items()
        return {
            "name": entry["name"],
            "amount": fen_of(entry["amount"]),
            "account": entry["account"],
            "repeats": way,
            self.details[way]: value,
            "first": entry["from"],
            "until": entry["until"],
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        detail = self.details.get(cleaned.get("repeats", ""))
        if detail and detail not in self.errors and not cleaned.get(detail):
            self.add_error(detail, REQUIRED)
        return cleaned

    def entry(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        way = cleaned["repeats"]
        value = cleaned[self.details[way]]
        first, until = cleaned["first"], cleaned["until"]
        entry: dict[str, Any] = {
            "name": cleaned["name"],
            "amount": yuan_text(cleaned["amount"]),
            "account": cleaned["account"],
            "on": {way: value.isoformat() if way == "once" else value},
            "until": until and until.isoformat(),
        }
        if way == "once":
            # Its own day bounds it, also where that lies before the day of the figures.
            first = value
        entry["from"] = (first or self.household.planned_from).isoformat()
        return entry


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


class ExpenseForm(FlowForm):
    kind = "expenses"
    more_names = ("first", "until", "essential")

    essential = forms.BooleanField(
        label=_("It has to be paid, whatever happens"),
        help_text=_(
            "Such as rent, food, medicine: money for it is kept before any lender is paid. "
            "The plan pays the other expenses entered here, too."
        ),
        required=False,
        initial=True,
    )

    def shown(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        return super().shown(entry) | {"essential": entry["essential"]}

    def entry(self) -> dict[str, Any]:
        return super().entry() | {"essential": self.cleaned_data["essential"]}


class AccountForm(ItemForm):
    kind = "accounts"
    # The field cannot be called `kind`: that is the list which the form belongs to.
    paths = {"kind": "account_kind"}

    account_kind = forms.ChoiceField(label=_("Kind"), choices=KINDS)
    name = TextField(label=_("Name"), help_text=_("As you call it, such as “CMB salary card”."))
    balance = YuanField(
        label=_("Balance"),
        help_text=_("What is there now and may be used for living and repaying."),
    )

    def shown(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "account_kind": entry["kind"],
            "name": entry["name"],
            "balance": fen_of(entry["balance"]),
        }

    def entry(self) -> dict[str, Any]:
        return {
            "kind": self.cleaned_data["account_kind"],
            "name": self.cleaned_data["name"],
            "balance": yuan_text(self.cleaned_data["balance"]),
        }
