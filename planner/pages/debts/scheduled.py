"""The forms of contracts with a next due date: schedules and open balances."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from planner.domain.rulebook.products import Product
from planner.forms.arrears import all_in_arrears
from planner.forms.fields import (
    REQUIRED,
    DayField,
    DayOfMonthField,
    FactorField,
    LinesField,
    PercentField,
    RateField,
    RateWidget,
    WholeField,
    YuanField,
    choose,
    fen_of,
    field_of,
    shown_when,
    tell,
    yuan_text,
)
from planner.pages.debts.forms import DebtForm, late_fee_entry, next_names, shown_late_fee
from planner.pages.debts.loans import Loan, LoansField

METHODS = [
    ("level", _("Equal payments: the same total each time")),
    ("equal_principal", _("Equal principal: the total falls each time")),
    ("interest_only", _("Interest first, principal at the end")),
    ("flat_fee", _("Equal principal with a fixed fee, as in bill instalments")),
    ("listed", _("I copy the lender's schedule")),
]
MINIMUMS = [
    ("fixed", _("A fixed amount each time")),
    ("ratio", _("A share of the balance")),
    ("none", _("Nothing fixed until the end")),
]

# The unit in which the contracts of these state their rate; the others speak of days.
RATE_UNITS: Mapping[str, str] = {
    "mortgage": "year_monthly",
    "car_loan": "year",
    "consumer_finance": "year",
}


class DatedForm(DebtForm):
    """What contracts with a next due date and a penalty rate have in common."""

    paths = {
        "late_fee.ratio": "late_fee",
        "late_fee.floor": "late_fee_floor",
        "overdue.multiplier": "overdue_multiplier",
        "overdue.on": "overdue_on",
        "overdue": "overdue_rate",
    }
    places = {"overdue": "overdue_multiplier"}
    hidden = ("key", "version", "overdue_asked")
    own_of_each = (
        *DebtForm.own_of_each, "principal", "next_due", "due_day", "accrued_from", "amount",
        "fees_left", "rows",
    )  # fmt: skip

    principal = YuanField(label=_("Principal left"))
    next_due = DayField(label=_("Next due date"))
    due_day = DayOfMonthField(
        label=_("Later due dates"), required=False,
        help_text=_("Empty: the day of the next due date."),
    )  # fmt: skip
    accrued_from = DayField(
        label=_("Interest of this period runs from"), required=False,
        help_text=_("Empty: one month before the next due date."),
    )  # fmt: skip
    rate = RateField(label=_("Interest rate"), required=False)
    overdue_multiplier = FactorField(
        label=_("When overdue, the rate times"),
        high=10,
        required=False,
        help_text=_("Such as 1.5. Empty where no penalty was agreed."),
    )
    overdue_rate = RateField(
        label=_("Or: a penalty rate of its own"), required=False,
        help_text=_("Instead of a multiple."),
    )  # fmt: skip
    late_fee = PercentField(
        label=_("Late fee"), required=False, unit=_("percent of what is missing")
    )
    late_fee_floor = YuanField(label=_("Late fee, at least"), required=False)
    overdue_asked = forms.BooleanField(required=False, widget=forms.HiddenInput)

    @property
    def asks_overdue(self) -> bool:
        """Whether the short form asks for a payment that was missed."""
        return bool(self.data.get(self.add_prefix("overdue_asked")))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        next_due = field_of(self, "next_due", DayField)
        next_due.bound(self.seen_on)
        next_due.error_messages["too_early"] = self._where_a_past_day_goes()

    def _where_a_past_day_goes(self) -> Any:
        if self.asks_overdue:
            return _(
                "This day has passed. Enter here the first due date from today on, and below "
                "the one that was missed."
            )
        if self.unasked:  # the short form has a button for it
            return _(
                "This day has passed. If that payment is made, enter the next due date; "
                "if not, press “Something is overdue already”."
            )
        return _(
            "This day has passed. If that payment is made, enter the next due date; "
            "if not, enter it below, under “Already overdue”."
        )

    def shown(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        overdue = entry.get("overdue") or {}
        return super().shown(entry) | {
            "principal": fen_of(entry.get("principal")),
            "next_due": entry.get("next_due"),
            "due_day": _other_day(entry.get("due_day"), entry.get("next_due")),
            "accrued_from": entry.get("accrued_from"),
            "rate": entry.get("rate"),
            "overdue_multiplier": overdue.get("multiplier"),
            "overdue_rate": overdue if "rate" in overdue else None,
            **shown_late_fee(entry),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("overdue_multiplier") is not None and cleaned.get("overdue_rate"):
            self.add_error("overdue_rate", _("Give either a multiple or a rate, not both."))
        return cleaned

    def entry(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        accrued_from = cleaned["accrued_from"]
        entry = super().entry() | {
            "principal": yuan_text(cleaned["principal"]),
            "next_due": cleaned["next_due"] and cleaned["next_due"].isoformat(),
            "due_day": cleaned["due_day"] or self._same_day(),
            "accrued_from": accrued_from and accrued_from.isoformat(),
            "rate": self.given("rate"),
            "overdue": self.overdue(),
            "late_fee": late_fee_entry(cleaned["late_fee"], cleaned["late_fee_floor"]),
        }
        return entry if cleaned.get("method") == "listed" else self._fitted(entry)

    def _same_day(self) -> int | None:
        """Where the due day was that of the next due date, it moves with it."""
        held = {} if self.item is None else self.item.terms
        if not held.get("due_day") or _other_day(held["due_day"], held.get("next_due")):
            return None
        next_due = self.cleaned_data["next_due"]
        return None if next_due is None else int(next_due.day)

    def overdue(self) -> dict[str, Any] | None:
        multiplier = self.cleaned_data["overdue_multiplier"]
        if multiplier is not None:
            return {"multiplier": multiplier}
        return dict(self.cleaned_data["overdue_rate"] or {}) or None


def _other_day(due_day: int | None, next_due: str | None) -> int | None:
    """The due day where the next due date does not say it: the 31st, in February."""
    return None if next_due and due_day == date.fromisoformat(next_due).day else due_day


class InstalmentForm(DatedForm):
    """A schedule of dues: cash loans, mortgages, bill instalments."""

    contract = "instalment"
    folded = ("loans",)
    front: Sequence[str] = (
        "name",
        "principal",
        "method",
        "next_due",
        "periods_left",
        "amount",
        "rate",
        "rows",
    )
    cost_names: Sequence[str] = (
        "due_day", "accrued_from", "fees_left", "overdue_multiplier", "overdue_rate",
        "overdue_on", "late_fee", "late_fee_floor", "prepay_allowed", "prepay_fee",
        "prepay_keeps", "prepay_waives",
    )  # fmt: skip
    paths = DatedForm.paths | {
        "prepay.fee_ratio": "prepay_fee",
        "prepay": "prepay_allowed",
    }
    places = DatedForm.places | {"prepay": "prepay_allowed"}

    method = forms.ChoiceField(
        label=_("How it is repaid"),
        choices=METHODS,
        initial="level",
        error_messages={"required": REQUIRED},
    )
    next_due = DayField(label=_("Next due date"), required=False)
    periods_left = WholeField(
        label=_("Payments left"), low=0, high=600, required=False,
        help_text=_("From the next due date on, that one included."),
    )  # fmt: skip
    amount = YuanField(
        label=_("Payment each time"), min_fen=1, required=False,
        help_text=_("Only with equal payments. Empty: worked out by formula."),
    )  # fmt: skip
    rows = shown_when(
        "listed",
        LinesField(
            label=_("The lender's schedule"),
            day="due_on",
            amounts=["principal", "interest", "fee"],
            required=False,
            help_text=_("A line each: date, principal, interest, fee: 2026-12-20 400.00 26.78."),
        ),
    )
    loans = LoansField(
        label=_("One loan a line"), required=False,
        help_text=_(
            "Paste them from the app, a line each: next due date, principal left, payments left, "
            "such as 2026-12-15 5,000.00 10. Rate and way of repaying are the same for all; "
            "leave principal, date and payments below empty then."
        ),
    )  # fmt: skip
    fees_left = YuanField(label=_("Fees still to come, all together"), required=False)
    overdue_on = forms.ChoiceField(
        label=_("The penalty runs on"),
        choices=[("row", _("what is overdue")), ("principal", _("the whole principal"))],
    )
    prepay_allowed = forms.BooleanField(
        label=_("It can be repaid early"), required=False, initial=True
    )
    prepay_fee = PercentField(
        label=_("Fee for repaying early"), required=False, unit=_("percent of what is repaid early")
    )
    prepay_keeps = forms.ChoiceField(
        label=_("After repaying a part early"),
        choices=[
            ("amount", _("payments stay, and it ends sooner")),
            ("term", _("payments get smaller, and it ends on the same day")),
        ],
    )
    prepay_waives = forms.BooleanField(
        label=_("Fees still to come are dropped when it is repaid early"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("next_due", "periods_left", "amount"):
            if name in self.fields:
                tell(self.fields[name], unless="listed loans")
        tell(self.fields["principal"], unless="loans")
        field_of(self, "loans", LoansField).seen_on = self.seen_on
        if self.item is not None:
            del self.fields["loans"]
        elif self.is_bound and str(self.data.get(self.add_prefix("loans"), "")).strip():
            for name in ("principal", "next_due", "periods_left"):  # each line has its own
                self.fields[name].required = False
        if self.product is not None and self.item is None:
            widget = self.fields["rate"].widget
            assert isinstance(widget, RateWidget)
            widget.unit = RATE_UNITS.get(self.product.id, "day")
            if "method" not in self.known:
                choose(self, "method", [("", _("Please choose")), *METHODS])
                self.initial["method"] = self.initial.get("method", "")

    def shown(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        prepay = entry.get("prepay") or {}
        return super().shown(entry) | {
            "method": entry.get("method"),
            "periods_left": entry.get("periods_left"),
            "amount": fen_of(entry.get("amount")),
            "rows": field_of(type(self), "rows", LinesField).shown(entry.get("rows", [])),
            "fees_left": fen_of(entry.get("fees_left")) or None,
            "overdue_on": (entry.get("overdue") or {}).get("on", "row"),
            "prepay_allowed": prepay.get("allowed", True),
            "prepay_fee": _none_if_zero(PercentField.shown(prepay.get("fee_ratio"))),
            "prepay_keeps": prepay.get("keeps", "amount"),
            "prepay_waives": prepay.get("fees_waived", False),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        method = cleaned.get("method")
        needed = ["rows"] if method == "listed" else ["next_due", "periods_left"]
        if "loans" in self.errors:
            needed = []
        elif cleaned.get("loans"):
            needed = []
            if method == "listed":
                self.add_error("loans", _("A list has no place beside the lender's schedule."))
        if method in ("level", "equal_principal", "interest_only"):
            needed.append("rate")
        for name in needed:
            if method and name not in self.errors and cleaned.get(name) in (None, "", []):
                self.add_error(name, REQUIRED)
        return cleaned

    def entries(self) -> list[dict[str, Any]]:
        """One debt, or one for each line of the list, alike but for its figures."""
        loans: list[Loan] = self.cleaned_data.get("loans") or []
        if not loans:
            return super().entries()
        name, found = self.cleaned_data["name"], []
        own = {self.slug_of(number) for number in range(len(loans))}  # there already if sent twice
        names = chain([name], next_names(name, self.user.pk, but=own))
        for name_of_each, loan in zip(names, loans, strict=False):
            self.cleaned_data |= {
                "name": name_of_each,
                "principal": loan.principal_fen,
                "next_due": loan.next_due,
                "periods_left": loan.periods_left,
            }
            found.append(self.entry())
        self.cleaned_data["name"] = name
        return found

    def entry(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        entry = super().entry() | {
            "method": cleaned["method"],
            "prepay": {
                "allowed": cleaned["prepay_allowed"],
                "fee_ratio": cleaned["prepay_fee"] or "0",
                "keeps": cleaned["prepay_keeps"],
                "fees_waived": cleaned["prepay_waives"],
            },
        }
        if entry["overdue"] is not None:
            entry["overdue"]["on"] = cleaned["overdue_on"]
        if cleaned["method"] == "listed":
            for key in ("next_due", "accrued_from"):
                del entry[key]
            return entry | {"rows": cleaned["rows"]}
        return entry | {
            "periods_left": cleaned["periods_left"],
            "amount": yuan_text(cleaned["amount"]),
            "fees_left": yuan_text(cleaned["fees_left"] or 0),
        }


def _none_if_zero(text: str | None) -> str | None:
    return None if text == "0" else text


class OpenForm(DatedForm):
    """A balance with a payment rule: overdrafts, student loans, money owed to people."""

    contract = "open"
    front: Sequence[str] = (
        "name", "principal", "next_due", "minimum_kind", "minimum_fixed", "minimum_ratio",
        "ends_on", "rate",
    )  # fmt: skip
    cost_names: Sequence[str] = (
        "minimum_floor", "minimum_plus_interest", "due_day", "accrued_from", "compound",
        "overdue_multiplier", "overdue_rate", "late_fee", "late_fee_floor",
    )  # fmt: skip
    paths = DatedForm.paths | {
        "minimum.fixed": "minimum_fixed",
        "minimum.ratio": "minimum_ratio",
        "minimum.floor": "minimum_floor",
        "minimum": "minimum_kind",
    }

    principal = YuanField(label=_("What I owe"))
    minimum_kind = forms.ChoiceField(
        label=_("What has to be paid each month"), choices=MINIMUMS, widget=forms.RadioSelect,
        initial="fixed",
    )  # fmt: skip
    minimum_fixed = shown_when("fixed", YuanField(label=_("Each time"), required=False))
    minimum_ratio = shown_when(
        "ratio",
        PercentField(
            label=_("Share of the balance"), required=False, unit=_("percent of the balance")
        ),
    )
    minimum_floor = YuanField(label=_("But at least"), required=False)
    minimum_plus_interest = forms.BooleanField(
        label=_("The month's interest comes on top"), required=False
    )
    ends_on = DayField(
        label=_("All has to be paid by"), required=False, help_text=_("Empty: no last day.")
    )
    rate = RateField(label=_("Interest rate"), required=False, help_text=_("Empty: no interest."))
    compound = forms.BooleanField(label=_("Unpaid interest joins the principal"), required=False)

    def starting_values(self, product: Product) -> dict[str, Any]:
        values = super().starting_values(product)
        if "minimum" not in self.known:
            del values["minimum_kind"]
        return values

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.has_ended:
            del self.fields["next_due"]
            self.front = [name for name in self.front if name != "next_due"]

    @property
    def has_ended(self) -> bool:
        """Whether the last day is past: nothing falls due any more, all is overdue."""
        terms = {} if self.item is None else self.item.terms
        return bool(terms.get("ends_on")) and terms["ends_on"] < terms["next_due"]

    def shown(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        minimum = entry.get("minimum") or {}
        kind = next((key for key in ("fixed", "ratio") if key in minimum), "none")
        return super().shown(entry) | {
            "minimum_kind": kind,
            "minimum_fixed": fen_of(minimum.get("fixed")),
            "minimum_ratio": PercentField.shown(minimum.get("ratio")),
            "minimum_floor": fen_of(minimum.get("floor")),
            "minimum_plus_interest": minimum.get("plus_interest", False),
            "ends_on": entry.get("ends_on"),
            "compound": entry.get("compound", False),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        needed = {"fixed": "minimum_fixed", "ratio": "minimum_ratio"}
        name = needed.get(cleaned.get("minimum_kind", ""))
        if name and name not in self.errors and not cleaned.get(name):
            self.add_error(name, REQUIRED)
        return cleaned

    def entry(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        ends_on = cleaned["ends_on"]
        if self.has_ended:
            cleaned["next_due"] = self._following(ends_on)
        entry = super().entry() | {
            "minimum": self._minimum(cleaned),
            "ends_on": ends_on and ends_on.isoformat(),
            "compound": cleaned["compound"],
        }
        if self.has_ended and ends_on and ends_on < self.household.planned_from:
            entry["arrears"] = all_in_arrears(entry)
        return entry

    def _following(self, ends_on: date | None) -> date:
        """The next due date of a debt that had ended: there is one again if it ends later."""
        assert self.item is not None  # else it had not ended
        held = date.fromisoformat(self.item.terms["next_due"])
        if ends_on is None or ends_on < self.household.planned_from:
            return held
        return min(held, ends_on)

    @staticmethod
    def _minimum(cleaned: Mapping[str, Any]) -> dict[str, Any] | None:
        if cleaned["minimum_kind"] == "fixed":
            return {"fixed": yuan_text(cleaned["minimum_fixed"])}
        if cleaned["minimum_kind"] == "ratio":
            return {
                "ratio": cleaned["minimum_ratio"],
                "floor": yuan_text(cleaned["minimum_floor"] or 0),
                "plus_interest": cleaned["minimum_plus_interest"],
            }
        return None
