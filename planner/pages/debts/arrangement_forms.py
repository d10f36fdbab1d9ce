"""What was asked of a lender, offered, agreed, ended."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from planner.domain.household.terms import MAX_PERIODS
from planner.domain.values.days import add_months
from planner.domain.values.money import MAX_FEN, format_yuan
from planner.domain.values.reading import InvalidDocument
from planner.forms.fields import (
    REQUIRED,
    DayField,
    LinesField,
    TextField,
    WholeField,
    YuanField,
    fen_of,
    field_of,
    past_day,
    shown_when,
    shown_yuan,
    tell,
    yuan_text,
)
from planner.forms.keyed import KeyedForm
from planner.models import Arrangement, HouseholdRow


class AskForm(KeyedForm):
    """What a lender was asked for."""

    on = DayField(label=_("Asked on"))
    note = TextField(
        label=_("What I asked for"), required=False, max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Such as: pay in 12 parts, or three months later."),
    )  # fmt: skip

    def __init__(self, *args: Any, household: HouseholdRow, **kwargs: Any) -> None:
        super().__init__(*args, household=household, initial={"on": household.today()}, **kwargs)
        past_day(field_of(self, "on", DayField), household)


HOW = [
    ("equal", _("the same each month")),
    ("listed", _("each payment by itself")),
]


class ScheduleForm(KeyedForm):
    """Payments that were agreed on: equal ones each month, the first maybe another, or a list."""

    how = forms.ChoiceField(
        label=_("The payments are"), choices=HOW, widget=forms.RadioSelect, initial="equal"
    )
    first_due = DayField(label=_("First payment by"), required=False)
    count = WholeField(label=_("How many payments"), low=1, high=360, required=False)
    amount = YuanField(label=_("Each payment"), min_fen=1, required=False)
    first_amount = YuanField(
        label=_("The first one, if it is another amount"), min_fen=1, required=False
    )
    rows = shown_when(
        "listed",
        LinesField(
            label=_("The payments"),
            day="due_on",
            amounts=["principal", "interest", "fee"],
            required=False,
            help_text=_(
                "A line each: date and amount, such as 2026-12-20 400.00. "
                "Interest and fee may follow, where they are told by themselves."
            ),
        ),
    )
    total = YuanField(
        label=_("All payments together"), required=False,
        help_text=_("As the lender says it, to check what is written above. It may stay empty."),
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        household: HouseholdRow,
        arrangement: Arrangement | None = None,
        **kwargs: Any,
    ) -> None:
        initial = {"on": household.today(), **_schedule_of(arrangement)}
        super().__init__(*args, household=household, initial=initial, **kwargs)
        past_day(field_of(self, "on", DayField), household)
        first = max(household.today(), household.as_of)
        field_of(self, "first_due", DayField).bound(first)
        day = DayField()
        day.bound(first)
        day.today = first
        field_of(self, "rows", LinesField).day_field = day
        for name in ("first_due", "count", "amount", "first_amount"):
            tell(self.fields[name], unless="listed")

    def terms(self) -> dict[str, Any]:
        """The whole terms: the lender's own rows, without interest on top of what was agreed."""
        rows = self.cleaned_data["schedule"]
        total = yuan_text(sum(fen_of(row["principal"]) or 0 for row in rows))
        return {"contract": "instalment", "method": "listed", "principal": total, "rows": rows}

    def clean(self) -> dict[str, Any]:
        super().clean()
        values = self.cleaned_data
        if values.get("how") == "listed":
            self._check_listed(values.get("rows"))
            rows = values.get("rows") or []
        else:
            rows = self._equal(values)
        if not self.errors:
            self._check_total(rows)
        values["schedule"] = rows
        return values

    def add_document_errors(self, invalid: InvalidDocument) -> None:
        self.add_error(None, _("These dates do not fit together. Please check them."))

    def _equal(self, values: dict[str, Any]) -> list[dict[str, str]]:
        for name in ("first_due", "count", "amount"):
            if name not in self.errors and values.get(name) is None:
                self.add_error(name, REQUIRED)
        if self.errors:
            return []
        first, amount = values["first_due"], values["amount"]
        days = [add_months(first, index, first.day) for index in range(values["count"])]
        amounts = [values["first_amount"] or amount, *[amount] * (len(days) - 1)]
        return [
            {"due_on": on.isoformat(), "principal": format_yuan(fen)}
            for on, fen in zip(days, amounts, strict=True)
        ]

    def _check_listed(self, rows: list[dict[str, str]] | None) -> None:
        if rows is None:
            return  # a line could not be read, and that is said
        if not rows:
            self.add_error("rows", REQUIRED)
        if len(rows) > MAX_PERIODS:
            said = _("There are %(count)s lines; %(limit)s are the most.")
            self._refuse("rows", said, count=len(rows), limit=MAX_PERIODS)
        for number, row in enumerate(rows[1:], 2):
            if row["due_on"] <= rows[number - 2]["due_on"]:
                said = _("Payment %(number)s is not after the one before. Put the earliest first.")
                self._refuse("rows", said, number=number)
                break
        for number, row in enumerate(rows, 1):
            if not _sum_of(row):
                said = _("Payment %(number)s has no amount.")
                self._refuse("rows", said, number=number)
                break

    def _check_total(self, rows: list[dict[str, str]]) -> None:
        place = "rows" if self.cleaned_data["how"] == "listed" else "amount"
        fen, told = sum(map(_sum_of, rows)), self.cleaned_data["total"]
        if fen > MAX_FEN:
            self._refuse(place, _("All payments together are more than can be reckoned."))
        elif told is not None and told != fen:
            said = _("The payments come to %(sum)s, not to %(told)s. Please check which is right.")
            self._refuse("total", said, sum=shown_yuan(fen), told=shown_yuan(told))

    def _refuse(self, name: str, said: Any, **params: Any) -> None:
        self.add_error(name, ValidationError(said, code="schedule", params=params))


def _sum_of(row: dict[str, str]) -> int:
    return sum(fen_of(row.get(key)) or 0 for key in ("principal", "interest", "fee"))


def _schedule_of(arrangement: Arrangement | None) -> dict[str, Any]:
    """What was offered, to be agreed to: as equal payments where they are."""
    rows = ((arrangement and arrangement.terms) or {}).get("rows")
    if not rows:
        return {}
    first = date.fromisoformat(rows[0]["due_on"])
    sums = [_sum_of(row) for row in rows]
    is_monthly = all(
        row["due_on"] == add_months(first, index, first.day).isoformat()
        for index, row in enumerate(rows)
    )
    is_principal = all(fen_of(row["principal"]) == fen for row, fen in zip(rows, sums, strict=True))
    if not is_monthly or not is_principal or len(set(sums[1:])) > 1:
        shown = [
            {key: value for key, value in row.items() if key == "due_on" or value != "0.00"}
            for row in rows
        ]
        if not is_principal:
            shown = rows
        return {"how": "listed", "rows": field_of(ScheduleForm, "rows", LinesField).shown(shown)}
    other = {"first_amount": sums[0]} if sums[0] != sums[-1] else {}
    return {"first_due": first, "count": len(rows), "amount": sums[-1]} | other


class OfferForm(ScheduleForm):
    """What the lender offers."""

    on = DayField(label=_("Offered on"))
    field_order = ["on"]


class AgreeForm(ScheduleForm):
    """What both agreed on, and how that is confirmed."""

    on = DayField(label=_("Agreed on"))
    confirmed_by = TextField(
        label=_("How it was confirmed"), required=False, max_length=200,
        help_text=_("Such as: a text message, a notice in the app, a recorded call."),
    )  # fmt: skip
    field_order = [
        "on", "how", "first_due", "count", "amount", "first_amount", "rows", "total",
        "confirmed_by",
    ]  # fmt: skip


class EndForm(KeyedForm):
    """Kept to the end, or broken, on a day."""

    on = DayField(label=_("On"))

    def __init__(self, *args: Any, household: HouseholdRow, **kwargs: Any) -> None:
        super().__init__(*args, household=household, initial={"on": household.today()}, **kwargs)
        past_day(field_of(self, "on", DayField), household)
