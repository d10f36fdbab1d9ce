"""The form of a revolving contract."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from planner.domain.values.days import month_day_on_or_before, next_month_day
from planner.forms.fields import (
    REQUIRED,
    DayOfMonthField,
    LinesField,
    PercentField,
    RateField,
    WholeField,
    YuanField,
    YuanQuestion,
    fen_of,
    field_of,
    tell,
    yuan_text,
)
from planner.pages.debts.forms import DebtForm, late_fee_entry, shown_late_fee
from planner.words.days import day

INTEREST_FROM = [
    ("due", _("From the due date")),
    ("statement", _("From the statement date")),
    ("posting", _("From the day of each purchase")),
]
INTEREST_ON = [
    ("daily", _("On what is unpaid each night")),
    ("remainder", _("Only on what is left unpaid in the end")),
]


class RevolvingForm(DebtForm):
    """Statement-based credit: a bill each month."""

    contract = "revolving"
    front: Sequence[str] = (
        "name",
        "billed",
        "due_day",
        "statement_day",
        "unbilled",
        "monthly_spend",
    )
    cost_names: Sequence[str] = (
        "rate", "minimum", "minimum_floor", "minimum_carried", "carrying", "interest_from",
        "interest_on", "late_fee", "late_fee_floor", "due_after", "purchases",
    )  # fmt: skip
    paths = {
        "minimum.ratio": "minimum",
        "minimum.floor": "minimum_floor",
        "minimum.carried": "minimum_carried",
        "late_fee.ratio": "late_fee",
        "late_fee.floor": "late_fee_floor",
    }
    arrear_fields = {"amount": _("Missing of the minimum payment")}
    most_arrears = 1
    passed_due_date: date | None = None

    billed = YuanField(label=_("Left to pay of the last bill"), help_text=_("0 if it is paid."))
    statement_day = DayOfMonthField(label=_("Statement day"), required=False)
    due_day = DayOfMonthField(label=_("Due day"), required=False)
    unbilled = YuanField(
        label=_("Spent since the last bill"), required=False, help_text=_("Empty: nothing.")
    )
    monthly_spend = YuanField(
        label=_("New spending each month"), required=False, help_text=_("Empty: none from now on.")
    )
    rate = RateField(label=_("Interest on what is not paid"), required=False)
    minimum = PercentField(
        label=_("Minimum payment"),
        required=False,
        unit=_("percent of the bill"),
    )
    minimum_floor = YuanField(label=_("Minimum payment, at least"), required=False)
    minimum_carried = PercentField(
        label=_("Minimum payment of what was left last time"), required=False, unit="%",
        help_text=_("Empty: the same share. 100 where it is due in full with the next bill."),
    )  # fmt: skip
    carrying = YuanField(label=_("Of the bill, bears interest already"), required=False)
    interest_from = forms.ChoiceField(
        label=_("Interest runs"), choices=INTEREST_FROM, initial="posting"
    )
    interest_on = forms.ChoiceField(label=_("Interest is counted"), choices=INTEREST_ON)
    late_fee = PercentField(
        label=_("Late fee"), required=False, unit=_("percent of the missing minimum")
    )
    late_fee_floor = YuanField(label=_("Late fee, at least"), required=False)
    due_after = WholeField(
        label=_("Or: due so many days after the statement"), low=1, high=60, unit=_("days"),
        required=False, help_text=_("Instead of a fixed due day."),
    )  # fmt: skip
    purchases = LinesField(
        label=_("Purchases one by one"), day="on", amounts=["amount"], required=False,
        help_text=_("A line each: date and amount, such as 2026-11-03 128.00."),
    )  # fmt: skip

    def shown(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        minimum = entry.get("minimum") or {}
        return super().shown(entry) | {
            "billed": fen_of(entry.get("billed")),
            "statement_day": entry.get("statement_day"),
            "due_day": entry.get("due_day"),
            "due_after": entry.get("due_after"),
            "unbilled": fen_of(entry.get("unbilled")),
            "monthly_spend": fen_of(entry.get("monthly_spend")) or None,
            "rate": entry.get("rate"),
            "minimum": PercentField.shown(minimum.get("ratio")),
            "minimum_floor": fen_of(minimum.get("floor")) or None,
            "minimum_carried": PercentField.shown(minimum.get("carried")),
            "carrying": fen_of(entry.get("carrying")),
            "interest_from": entry.get("interest_from"),
            "interest_on": entry.get("interest_on", "daily"),
            "purchases": field_of(type(self), "purchases", LinesField).shown(
                entry.get("purchases", [])
            ),
            **shown_late_fee(entry),
        }

    def entry(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        due_after = cleaned["due_after"]
        entry = super().entry() | {
            "billed": yuan_text(cleaned["billed"]),
            "unbilled": yuan_text(cleaned["unbilled"] or 0),
            "monthly_spend": yuan_text(cleaned["monthly_spend"] or 0),
            "carrying": yuan_text(cleaned["carrying"]),
            "minimum": self._minimum(),
            "interest_from": cleaned["interest_from"],
            "interest_on": cleaned["interest_on"],
            "late_fee": late_fee_entry(cleaned["late_fee"], cleaned["late_fee_floor"]),
            "purchases": cleaned["purchases"],
            "due_day": cleaned["due_day"] if due_after else self.given("due_day"),
            "due_after": due_after,
            "rate": self.given("rate"),
            "statement_day": self.given("statement_day"),
        }
        entry = self._fitted(entry)
        held = None if self.item is None else self.item.terms["carrying"]
        if self.household.is_lived and held is not None and entry["carrying"] == held:
            # What bears interest already cannot be more than what is left of the bill.
            entry["carrying"] = yuan_text(min(fen_of(held) or 0, cleaned["billed"]))
        return entry

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        front = [*self.front]
        terms = self.known if self.item is None else self.item.terms
        if terms.get("due_after") and "due_day" in front:
            front[front.index("due_day")] = "due_after"
            self.fields["due_after"].label = _("Days from the statement to the due date")
            self.fields["due_after"].help_text = ""
            self.cost_names = [*self.cost_names[:-2], "due_day", *self.cost_names[-1:]]
        self.front = front
        if self.is_bound and self.add_prefix("missed") in self.data:
            self._ask_what_was_missed()

    def _ask_what_was_missed(self) -> None:
        """A bill whose due date has passed: was its minimum paid? Nobody else can say."""
        self.fields["missed"] = YuanQuestion(
            label=_("Still missing of its minimum payment"),
            help_text=_("0 if at least the minimum was paid in time."),
        )
        self.front = ["missed", *self.front]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        is_products = self.item is None and cleaned.get("due_after") == self.known.get("due_after")
        if is_products and cleaned.get("due_day"):
            cleaned["due_after"] = None  # the person's own day holds
        self._require_days(cleaned)
        passed = None if self.errors or self.item is not None else self._passed_due_date(cleaned)
        self.passed_due_date = passed
        if passed and "missed" not in self.fields:
            self._ask_what_was_missed()
            tell(self.fields["missed"], is_asked=True)
            said = _("It was due on %(day)s. How much of its minimum payment is still missing?")
            params = {"day": day(passed, self.household.today())}
            self.add_error("missed", ValidationError(said, code="passed", params=params))
        return cleaned

    def _passed_due_date(self, cleaned: Mapping[str, Any]) -> date | None:
        """When the last bill was due, if that day has passed and something is left of it."""
        if not cleaned["billed"] or self._arrears():
            return None
        as_of, due_day = self.household.planned_from, self.given("due_day")
        statement = month_day_on_or_before(as_of - timedelta(days=1), self.given("statement_day"))
        if cleaned["due_after"]:
            due_on = statement + timedelta(days=cleaned["due_after"])
        else:
            due_on = next_month_day(statement, due_day)
        return due_on if due_on < as_of else None

    def _arrears(self) -> list[dict[str, Any]]:
        missed = self.cleaned_data.get("missed")
        if missed and self.passed_due_date:
            amount = yuan_text(missed)
            return [{"due_on": self.passed_due_date.isoformat(), "amount": amount}]
        return super()._arrears()

    def _require_days(self, cleaned: Mapping[str, Any]) -> None:
        needed = {"statement_day": self.known.get("statement_day"), "rate": self.known.get("rate")}
        if not cleaned.get("due_after") and "due_after" not in self.errors:
            needed["due_day"] = self.known.get("due_day")
        for name, known in needed.items():
            if name not in self.errors and not cleaned.get(name) and not known:
                self.add_error(name, REQUIRED)

    def _minimum(self) -> dict[str, Any] | None:
        cleaned = self.cleaned_data
        known = self.known.get("minimum") or {}
        ratio = cleaned["minimum"] or known.get("ratio")
        if ratio is None:
            return None
        carried = cleaned["minimum_carried"] or (None if cleaned["minimum"] else known["carried"])
        floor = yuan_text(cleaned["minimum_floor"] or 0)
        return {"ratio": ratio, "floor": floor, "carried": carried or ratio}
