"""The forms of a debt: one for each of the three contracts.

What matters stands in front, the rest in groups behind it. Values that a product is known to have
fill a new form, and stand in again where a person empties the field; each field carries where its
figure is found.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from planner.domain.dates import month_day_on_or_before, next_month_day
from planner.domain.household import MAX_GRACE_DAYS
from planner.domain.ladders import in_language
from planner.domain.products import Product, load_products
from planner.forms.fields import (
    REQUIRED,
    DayField,
    DayOfMonthField,
    FactorField,
    LinesField,
    PercentField,
    RateField,
    TextField,
    WholeField,
    YuanField,
    YuanQuestion,
    fen_of,
    shown_when,
    yuan_text,
)
from planner.forms.items import ItemForm
from planner.models import Account
from planner.presentation import day

NEW_ARREARS = 3  # empty rows for what is already overdue, beside those there are
MAX_AUTOPAY = 6

BUREAUS = [("pboc", _("Credit bureau (PBOC)")), ("zhima", _("Zhima Credit"))]
METHODS = [
    ("level", _("Equal payments: the same total each time")),
    ("equal_principal", _("Equal principal: the total falls each time")),
    ("interest_only", _("Interest first, principal at the end")),
    ("flat_fee", _("Equal principal with a fixed fee, as in bill instalments")),
    ("listed", _("I copy the lender's schedule")),
]
INTEREST_FROM = [
    ("due", _("From the due date")),
    ("statement", _("From the statement date")),
    ("posting", _("From the day of each purchase")),
]
INTEREST_ON = [
    ("daily", _("On what is unpaid each night")),
    ("remainder", _("Only on what is left unpaid in the end")),
]
MINIMUMS = [
    ("fixed", _("A fixed amount each time")),
    ("ratio", _("A share of the balance")),
    ("none", _("Nothing fixed until the end")),
]
CERTAINTIES = {
    "contract": _("contract"),
    "regulation": _("regulation"),
    "practice": _("practice"),
    "reported": _("reported"),
}


UNKNOWN = _("unknown")
UNKNOWN_NOTE = _("We found nothing reliable on this; please see your contract or the app.")

REASON_CHOICES = [
    ("unknown", _("I do not know")),
    ("interest", _("interest")),
    ("fee", _("a fee")),
]


# The unit in which the contracts of these state their rate; the others speak of days.
RATE_UNITS: Mapping[str, str] = {
    "mortgage": "year_monthly",
    "car_loan": "year",
    "consumer_finance": "year",
}

NO_CHARGES = {"interest": "0.00", "fee": "0.00", "penalty": None}


def reason_field() -> forms.ChoiceField:
    """Why the lender's figure is another; who does not know leaves it as it is."""
    return forms.ChoiceField(
        label=_("Where the lender's figure differs, it is because of"),
        choices=REASON_CHOICES, required=False, initial="unknown",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that stand together behind a heading that opens."""

    title: Any
    fields: list[BoundField]

    @property
    def has_errors(self) -> bool:
        return any(field.errors for field in self.fields)

    @property
    def is_filled(self) -> bool:
        return any(field.value() or field.errors for field in self.fields)


class DebtForm(ItemForm):
    """What all contracts have in common. `product` gives defaults and where figures are found."""

    kind = "debts"
    contract: ClassVar[str]
    front: Sequence[str]
    arrear_rows: Sequence[int] = ()
    unasked: Mapping[str, forms.Field] = {}
    cost_names: ClassVar[Sequence[str]]
    # Document keys, as products speak of them, whose field is called otherwise.
    places: ClassVar[Mapping[str, str]] = {}

    name = TextField(label=_("Name"), help_text=_("As you call it."))
    grace_days = WholeField(
        label=_("Days of grace by your contract"), low=0, high=MAX_GRACE_DAYS, unit=_("days"),
        required=False,
    )  # fmt: skip
    tolerance = YuanField(
        label=_("Counts as paid when short by up to"), required=False,
        help_text=_("Empty: not a fen may be missing."),
    )  # fmt: skip
    reports_to = forms.MultipleChoiceField(
        label=_("Reports to"), choices=BUREAUS, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    signed_on = DayField(label=_("Signed on"), required=False)
    quoted_rate = TextField(
        label=_("Yearly rate as advertised"), required=False, max_length=60,
        help_text=_("To compare with what it really costs. The plan is the same without it."),
    )  # fmt: skip
    note = TextField(
        label=_("Note"), required=False, max_length=2000, widget=forms.Textarea({"rows": 3})
    )

    def __init__(
        self,
        *args: Any,
        accounts: Sequence[Account],
        product: Product | None = None,
        asked: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        self.accounts = accounts
        item = kwargs.get("item")
        if item is not None:
            product = load_products().get(item.terms["product"] or "")
        self.product = product
        self.begins_with = f"?product={product.id}" if product else f"?contract={self.contract}"
        self.known = {} if product is None else product.starting_document()
        if item is None and product is not None:
            kwargs["initial"] = self.starting_values(product) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self._add_autopay()
        self._add_arrears()
        self._add_reason()
        self._say_where()
        for field in self.fields.values():
            if isinstance(field, DayField):
                field.today = self.household.today()
        if asked:
            self._ask_only(asked)

    def starting_values(self, product: Product) -> dict[str, Any]:
        """What a new form shows; what is not known stays as it is without a product."""
        shown = self.shown(self.known) | {"name": _first_name(product)}
        return {name: value for name, value in shown.items() if value is not None}

    def _ask_only(self, asked: Sequence[str]) -> None:
        """Take the other fields out; in their place stands what they would have started with."""
        self.front = asked
        kept = {*asked, "key", "version", "told", "consent"}
        self.unasked = {name: one for name, one in self.fields.items() if name not in kept}
        for name in self.unasked:
            del self.fields[name]

    def _stand_in(self) -> None:
        for name, field in self.unasked.items():
            value = self.get_initial_for_field(field, name)
            if isinstance(field, RateField):
                value = field.widget.decompress(value)
            elif type(field) is forms.ChoiceField and not value:
                value = field.choices[0][0]
            self.cleaned_data[name] = field.clean(field.prepare_value(value))

    def construction(self) -> dict[str, Any]:
        return {"accounts": self.accounts}

    # --- Which account the lender may take from, in which order ---

    def _add_reason(self) -> None:
        """Once there is a history, another figure is a correction: the lender's holds."""
        if self.item is not None and self.household.is_lived:
            self.fields["reason"] = reason_field()

    def _add_autopay(self) -> None:
        held = [] if self.item is None else self.item.terms["autopay"]
        count = max(min(len(self.accounts), MAX_AUTOPAY), len(held))
        choices = [("", _("none")), *((one.slug, one.name) for one in self.accounts)]
        for place in range(1, count + 1):
            name = f"autopay_{place}"
            self.fields[name] = forms.ChoiceField(
                label=_("May deduct from") if place == 1 else _("then from"),
                choices=choices,
                required=False,
                initial=held[place - 1] if place <= len(held) else "",
            )

    def _autopay(self) -> list[str]:
        return [
            value
            for name, value in self.cleaned_data.items()
            if name.startswith("autopay_") and value
        ]

    # --- What is already overdue ---

    arrear_fields: ClassVar[Mapping[str, Any]] = {
        "principal": _("Principal"),
        "interest": _("Interest"),
        "fee": _("Fee"),
        "penalty": _("Penalty so far"),
    }
    most_arrears = 600

    def _add_arrears(self) -> None:
        held = [] if self.item is None else self.item.terms["arrears"]
        self.arrear_count = min(len(held) + NEW_ARREARS, self.most_arrears)
        last = self.household.planned_from - timedelta(days=1)
        for row in range(self.arrear_count):
            entry = held[row] if row < len(held) else {}
            was_due = DayField(label=_("Was due on"), required=False, initial=entry.get("due_on"))
            was_due.bound(was_due.first, last)
            self.fields[f"arrears_{row}_due_on"] = was_due
            for key, label in self.arrear_fields.items():
                self.fields[f"arrears_{row}_{key}"] = YuanField(
                    label=label, required=False, initial=fen_of(entry.get(key))
                )

    def _arrears(self) -> list[dict[str, Any]]:
        """The filled rows, oldest first; remembers which row of the form each one was."""
        found = []
        for row in range(self.arrear_count):
            due_on = self.cleaned_data.get(f"arrears_{row}_due_on")
            amounts = {
                key: yuan_text(self.cleaned_data.get(f"arrears_{row}_{key}"))
                for key in self.arrear_fields
            }
            if due_on:
                found.append((due_on, row, amounts))
        found.sort(key=lambda one: one[:2])
        self.arrear_rows = [row for _due_on, row, _amounts in found]
        return [
            {"due_on": due_on.isoformat(), **self._whole_arrear(amounts)}
            for due_on, _row, amounts in found
        ]

    def _fitted(self, entry: dict[str, Any]) -> dict[str, Any]:
        """With another figure of the lender, arrears that were not touched follow it."""
        held = None if self.item is None else self.item.terms["arrears"]
        if self.household.is_lived and entry["arrears"] == held:
            entry["arrears"] = fitting_arrears(entry)
        return entry

    @staticmethod
    def _whole_arrear(amounts: dict[str, str | None]) -> dict[str, str | None]:
        return {
            key: value if value is not None or key == "penalty" else "0.00"
            for key, value in amounts.items()
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._stand_in()
        for row in range(self.arrear_count):
            due_on = f"arrears_{row}_due_on"
            has_amount = any(cleaned.get(f"arrears_{row}_{key}") for key in self.arrear_fields)
            if has_amount and due_on not in self.errors and not cleaned.get(due_on):
                self.add_error(due_on, REQUIRED)
        chosen = self._autopay()
        for place, name in enumerate(chosen):
            if name in chosen[:place]:
                self.add_error(f"autopay_{place + 1}", _("This account is named already."))
        return cleaned

    def field_of(self, error: Any) -> str | None:
        path = error.path.partition(".")[2]
        if path.startswith("arrears["):
            index, _bracket, key = path.removeprefix("arrears[").partition("]")
            if "missed" not in self.fields and int(index) < len(self.arrear_rows):
                name = f"arrears_{self.arrear_rows[int(index)]}_{key.removeprefix('.')}"
                return name if name in self.fields else f"arrears_{self.arrear_rows[0]}_due_on"
        if path.startswith("arrears"):
            return next((one for one in ("missed", "arrears_0_due_on") if one in self.fields), None)
        if path.startswith("autopay"):
            return "autopay_1"
        return super().field_of(error)

    # --- Where figures are found, and what the product says of them ---

    def _say_where(self) -> None:
        if self.product is None:
            return
        language = (get_language() or "zh")[:2]
        names = {**{name: name for name in self.fields}, **self.places}
        for key, place in self.product.where.items():
            field = self.fields.get(names.get(key, _one_of(names, key)))
            if field is not None:
                texts = {"app": place.app, "form": place.form, "empty": place.empty}
                field.where = {name: in_language(words, language) for name, words in texts.items()}
        figures = {**self.product.defaults, **self.product.possible}
        for key, figure in figures.items():
            field = self.fields.get(names.get(key, _one_of(names, key)))
            if field is not None and (figure.note or not figure.is_known):
                field.note = in_language(figure.note, language) or UNKNOWN_NOTE
                field.certainty = CERTAINTIES[figure.certainty] if figure.is_known else UNKNOWN
                field.rule = figure.source
        if "due_day" in self.fields and self.product.due_days:
            self.fields["due_day"].options = [figure.value for figure in self.product.due_days]
            self.fields["due_day"].widget.attrs["list"] = "id_due_day_options"

    # --- What templates show ---

    def front_fields(self) -> list[BoundField]:
        last = ["reason"] if "reason" in self.fields else []
        return [self[name] for name in (*self.front, *last)]

    def groups(self) -> Iterator[Group]:
        """What stands behind the front, by subject."""

        def group(title: Any, names: Sequence[str]) -> Group:
            return Group(title, [self[name] for name in names if name in self.fields])

        yield group(_("Rate and fees"), self.cost_names)
        deduction = [name for name in self.fields if name.startswith("autopay_")]
        yield group(_("Who may deduct, and who is told"), [*deduction, "reports_to"])
        yield group(
            _("Grace, contract, note"),
            ["grace_days", "tolerance", "signed_on", "quoted_rate", "note"],
        )

    def arrear_rows_fields(self) -> list[Group]:
        return [
            Group(None, [self[name] for name in self.fields if name.startswith(f"arrears_{row}_")])
            for row in range(self.arrear_count)
        ]

    def arrears_are_open(self) -> bool:
        rows = self.arrear_rows_fields()
        return any(group.is_filled for group in rows)

    # --- The document ---

    def shown(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "name": entry.get("name", ""),
            "grace_days": entry.get("grace_days") or None,
            "tolerance": fen_of(entry.get("tolerance")) or None,
            "reports_to": entry.get("reports_to", []),
            "signed_on": entry.get("signed_on"),
            "quoted_rate": entry.get("quoted_rate"),
            "note": entry.get("note", ""),
        }

    def entry(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        signed_on = cleaned["signed_on"]
        return {
            "name": cleaned["name"],
            "product": self.product and self.product.id,
            "contract": self.contract,
            "grace_days": cleaned["grace_days"] or 0,
            "tolerance": yuan_text(cleaned["tolerance"] or 0),
            "autopay": self._autopay(),
            "reports_to": cleaned["reports_to"],
            "signed_on": signed_on and signed_on.isoformat(),
            "quoted_rate": cleaned["quoted_rate"] or None,
            "note": cleaned["note"],
            "arrears": self._arrears(),
        }

    def given(self, name: str, key: str | None = None) -> Any:
        """What was typed; where nothing was, what the product is known to have."""
        value = self.cleaned_data[name]
        return self.known.get(key or name) if value in (None, "") else value


def _first_name(product: Product) -> str:
    """ "花呗" of "花呗 / 信用购": short enough for a list on a phone. Another debt has none."""
    if product.is_another:
        return ""
    name = product.name((get_language() or "zh")[:2])
    return name.split(" / ")[0].split(" (")[0]


def _one_of(names: Mapping[str, str], key: str) -> str:
    """The first of several fields for one key of the document, such as autopay_1."""
    return next((name for name in names if name.startswith(f"{key}_")), key)


def _late_fee(ratio: str | None, floor_fen: int | None) -> dict[str, Any] | None:
    if ratio is None and not floor_fen:
        return None
    return {"ratio": ratio or "0", "floor": yuan_text(floor_fen or 0)}


def _shown_late_fee(entry: Mapping[str, Any]) -> dict[str, Any]:
    late_fee = entry.get("late_fee") or {}
    return {
        "late_fee": PercentField.shown(late_fee.get("ratio")),
        "late_fee_floor": fen_of(late_fee.get("floor")),
    }


class RevolvingForm(DebtForm):
    """Statement-based credit: a bill each month."""

    contract = "revolving"
    front = ("name", "billed", "due_day", "statement_day", "unbilled", "monthly_spend")
    cost_names = (
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
            "purchases": self.base_fields["purchases"].shown(entry.get("purchases", [])),
            **_shown_late_fee(entry),
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
            "late_fee": _late_fee(cleaned["late_fee"], cleaned["late_fee_floor"]),
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
        self.front = [*self.front]
        terms = self.known if self.item is None else self.item.terms
        if terms.get("due_after") and "due_day" in self.front:
            self.front[self.front.index("due_day")] = "due_after"
            self.fields["due_after"].label = _("Days from the statement to the due date")
            self.fields["due_after"].help_text = ""
            self.cost_names = [*self.cost_names[:-2], "due_day", *self.cost_names[-1:]]
        if self.is_bound and self.add_prefix("missed") in self.data:
            self._ask_what_was_missed()

    def _ask_what_was_missed(self) -> None:
        """A bill whose due date has passed: was its minimum paid? Nobody else can say."""
        self.fields["missed"] = YuanQuestion(
            label=_("Still missing of its minimum payment"),
            help_text=_("0 if at least the minimum was paid in time."),
        )
        self.front.insert(0, "missed")

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
            self.fields["missed"].is_asked = True
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["next_due"].bound(self.household.planned_from)

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
            **_shown_late_fee(entry),
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
            "late_fee": _late_fee(cleaned["late_fee"], cleaned["late_fee_floor"]),
        }
        return entry if cleaned.get("method") == "listed" else self._fitted(entry)

    def _same_day(self) -> int | None:
        """Where the due day was that of the next due date, it moves with it."""
        held = {} if self.item is None else self.item.terms
        if not held.get("due_day") or _other_day(held["due_day"], held.get("next_due")):
            return None
        next_due = self.cleaned_data["next_due"]
        return next_due and next_due.day

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
    front = ("name", "principal", "method", "next_due", "periods_left", "amount", "rate", "rows")
    cost_names = (
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
                self.fields[name].unless = "listed"
        if self.product is not None and self.item is None:
            self.fields["rate"].widget.unit = RATE_UNITS.get(self.product.id, "day")
            if "method" not in self.known:
                self.fields["method"].choices = [("", _("Please choose")), *METHODS]
                self.initial["method"] = self.initial.get("method", "")

    def shown(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        prepay = entry.get("prepay") or {}
        return super().shown(entry) | {
            "method": entry.get("method"),
            "periods_left": entry.get("periods_left"),
            "amount": fen_of(entry.get("amount")),
            "rows": self.base_fields["rows"].shown(entry.get("rows", [])),
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
        if method in ("level", "equal_principal", "interest_only"):
            needed.append("rate")
        for name in needed:
            if method and name not in self.errors and cleaned.get(name) in (None, "", []):
                self.add_error(name, REQUIRED)
        return cleaned

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
    front = (
        "name", "principal", "next_due", "minimum_kind", "minimum_fixed", "minimum_ratio",
        "ends_on", "rate",
    )  # fmt: skip
    cost_names = (
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
        held = date.fromisoformat(self.item.terms["next_due"])
        is_past = ends_on is None or ends_on < self.household.planned_from
        return held if is_past else min(held, ends_on)

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


def fitting_arrears(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The entry's arrears under a lower figure of the lender: what is gone was paid, and a
    payment settles the oldest first.
    """
    if entry["contract"] == "revolving":
        billed = fen_of(entry["billed"]) or 0
        lowered = [
            one | {"amount": yuan_text(min(fen_of(one["amount"]) or 0, billed))}
            for one in entry["arrears"]
        ]
        return [one for one in lowered if one["amount"] != "0.00"]
    left, kept = fen_of(entry["principal"]) or 0, []
    if sum(fen_of(one["principal"]) or 0 for one in entry["arrears"]) <= left:
        return [dict(one) for one in entry["arrears"]]
    for one in reversed(entry["arrears"]):
        fen = fen_of(one["principal"]) or 0
        if fen <= left:
            kept.append(dict(one))
        elif left:
            kept.append({**one, "principal": yuan_text(left), **NO_CHARGES})
        if fen >= left:
            break
        left -= fen
    return kept[::-1]


def all_in_arrears(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The arrears of an open debt that has ended: what is owed and in none of them joins the
    last, or one of its last day.
    """
    arrears = fitting_arrears(entry)
    rest = (fen_of(entry["principal"]) or 0) - sum(fen_of(one["principal"]) or 0 for one in arrears)
    if arrears and rest:
        arrears[-1]["principal"] = yuan_text((fen_of(arrears[-1]["principal"]) or 0) + rest)
    elif rest:
        arrears.append({"due_on": entry["ends_on"], "principal": yuan_text(rest), **NO_CHARGES})
    return arrears


FORMS: Mapping[str, type[DebtForm]] = {
    form.contract: form for form in (RevolvingForm, InstalmentForm, OpenForm)
}
