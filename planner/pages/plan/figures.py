"""A person's own figures on the plan page: a few of an item's, edited where they stand."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from planner.domain.household.household import WAYS
from planner.domain.values.days import clip, next_month_day
from planner.forms.arrears import all_in_arrears, fitting_arrears, reason_field
from planner.forms.fields import (
    DayOfMonthField,
    FigureField,
    PercentField,
    YuanField,
    fen_of,
    field_of,
    unit_of,
    yuan_text,
)
from planner.forms.keyed import ItemForm, KeyedForm
from planner.models import Item
from planner.services.changes import change_household
from planner.words.bill import bill_labels
from planner.words.markup import markup, markup_join

LINE = (
    '<div class="line"><label for="{id}">{label}</label><span class="with-unit">'
    '<input name="{name}" id="{id}" value="{value}" inputmode="{mode}" autocomplete="off"'
    ' maxlength="40" required{wrong}>{unit}</span>{button}{errors}</div>'
)
CHOICE = (
    '<div class="line reason"><label for="{id}">{label}</label><span class="with-unit">'
    '<select name="{name}" id="{id}">{options}</select></span>{button}{errors}</div>'
)
UPDATE = (
    '<button class="btn quietly small">{said}<span class="visually-hidden"> {name}</span></button>'
)


def figure_lines(form: KeyedForm, name: str = "", *, is_single: bool = False) -> SafeString:
    """Label, figure and unit of each visible field, with a button behind the last one.

    `name` is whose figures they are; where it has but one, that stands for the label.
    """
    fields = [field for field in form.visible_fields() if field.name != "consent"]
    lines = []
    if form.asks_consent:
        lines.append(markup("<div>{}</div>", form["consent"].as_field_group()))
    for field in fields:
        button = ""
        if field is fields[-1]:
            button = markup(UPDATE, said=_("Update"), name=name or field.label)
        lines.append(_figure_line(field, name if is_single else field.label, button))
    return markup_join("", "{}", ((line,) for line in lines))


def _figure_line(field: BoundField, label: Any, button: str) -> SafeString:
    value, errors = field.value(), field.errors
    if isinstance(field.field, forms.ChoiceField):
        offered: Any = field.field.choices
        options = markup_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((key, mark_safe(" selected") if key == value else "", said) for key, said in offered),
        )
        return markup(
            CHOICE, id=field.auto_id, name=field.html_name, label=label, options=options,
            button=button, errors=errors or "",
        )  # fmt: skip
    figure = field.field
    assert isinstance(figure, FigureField | DayOfMonthField)
    unit = figure.unit
    wrong = ' aria-invalid="true" aria-describedby="{}_error"'
    return markup(
        LINE,
        id=field.auto_id,
        name=field.html_name,
        label=label,
        value="" if value is None else value,
        mode=figure.inputmode,
        wrong=markup(wrong, field.auto_id) if errors else "",
        # Amounts go without: the whole page is in yuan.
        unit=""
        if not unit or isinstance(figure, YuanField)
        else markup('<span class="quiet small">{}</span>', unit),
        button=button,
        errors=errors or "",
    )


UNITS = {
    "day": _("% a day"),
    "month": _("% a month"),
    "year": _("% a year"),
    "year_monthly": _("% a year"),
    "year_360": _("% a year"),
}


class FigureForm(ItemForm):
    """A few figures of one item, within the page that shows how everything stands."""

    stays = False
    item: Item

    def meet(self, current: Item | None) -> None:
        self.conflict = self._changed_elsewhere(current)

    def _changed_elsewhere(self, current: Item | None) -> str:
        if current is None:
            return gettext("This entry was removed elsewhere meanwhile. Nothing was saved.")
        told = [
            gettext("{label} is now {now}; you wrote {typed}").format(
                label=label, now=now, typed=typed
            )
            for label, now, typed in self.differences(current)
        ]
        if not told:
            return gettext(
                "{name} was changed elsewhere meanwhile; below is how it stands now."
            ).format(name=current.name)
        return gettext(
            "{name} was changed elsewhere meanwhile: {changes}. Nothing was saved."
        ).format(name=current.name, changes=gettext("; ").join(told))


class AccountFigures(FigureForm):
    kind = "accounts"

    balance = YuanField(label=_("There now"))

    def shown(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        return {"balance": fen_of(entry["balance"])}

    def entry(self) -> dict[str, Any]:
        return {"balance": yuan_text(self.cleaned_data["balance"])}


class IncomeFigures(FigureForm):
    kind = "incomes"
    paths: ClassVar[Mapping[str, str]] = {"on.monthly": "day", "on": "day"}

    amount = YuanField(label=_("Amount"))
    day = DayOfMonthField(label=_("Day of the month"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "monthly" not in self.item.terms["on"]:
            del self.fields["day"]

    def shown(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        return {"amount": fen_of(entry["amount"]), "day": entry["on"].get("monthly")}

    def entry(self) -> dict[str, Any]:
        changed: dict[str, Any] = {"amount": yuan_text(self.cleaned_data["amount"])}
        if "day" in self.fields:
            changed["on"] = {"monthly": self.cleaned_data["day"]}
        return changed


class DebtFigures(FigureForm):
    """Balance, rate and due day, as far as the contract has them."""

    kind = "debts"
    paths: ClassVar[Mapping[str, str]] = {
        "billed": "balance",
        "principal": "balance",
        "rate.rate": "rate",
        "next_due": "due_day",
        "accrued_from": "due_day",
    }

    balance = YuanField(label=_("Still owed"))
    unbilled = YuanField(label=_("Spent since the last bill"))
    rate = PercentField(label=_("Interest rate"), high=1000)
    due_day = DayOfMonthField(label=_("Due day"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        terms = self.item.terms
        if terms["contract"] == "revolving":
            self._name_bill(terms)
        else:
            del self.fields["unbilled"]
        if terms.get("method") == "listed":
            del self.fields["balance"]
            del self.fields["due_day"]
        elif (
            terms.get("due_after") is not None or terms.get("periods_left") == 0 or self._has_ended
        ):
            del self.fields["due_day"]
        if terms.get("rate"):
            field_of(self, "rate", PercentField).unit = UNITS[unit_of(terms["rate"])[0]]
        else:
            del self.fields["rate"]
        if self.household.is_lived and self.fields.keys() & {"balance", "unbilled"}:
            self.fields["reason"] = reason_field()

    def _name_bill(self, terms: Mapping[str, Any]) -> None:
        """The bill to be paid next stands first, by its day, as the app shows it."""
        billed, unbilled, is_made = bill_labels(terms, self.household.planned_from)
        self.fields["balance"].label, self.fields["unbilled"].label = billed, unbilled
        if not is_made:
            self.order_fields(["unbilled", "balance"])

    @property
    def _has_ended(self) -> bool:
        """Whether the last day of an open debt is past: all of it is overdue."""
        terms = self.item.terms
        return bool(terms.get("ends_on")) and terms["ends_on"] < terms["next_due"]

    def shown(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        next_due = entry.get("next_due")
        return {
            "balance": fen_of(entry["billed" if "billed" in entry else "principal"]),
            "unbilled": fen_of(entry.get("unbilled")),
            "rate": PercentField.shown((entry.get("rate") or {}).get("rate")),
            "due_day": entry.get("due_day")
            or (date.fromisoformat(next_due).day if next_due else None),
        }

    def entry(self) -> dict[str, Any]:
        terms, values = self.item.terms, self.cleaned_data
        changed: dict[str, Any] = {}
        if "balance" in self.fields:
            key = "billed" if terms["contract"] == "revolving" else "principal"
            changed[key] = yuan_text(values["balance"])
            fit = all_in_arrears if self._has_ended else fitting_arrears
            if self._has_ended or self.household.is_lived:
                changed["arrears"] = fit({**terms, **changed})
        if "unbilled" in self.fields:
            changed["unbilled"] = yuan_text(values["unbilled"])
            if terms.get("carrying") is not None:
                # What bears interest already cannot be more than what is left of the bill.
                carrying = min(fen_of(terms["carrying"]), values["balance"])
                changed["carrying"] = yuan_text(carrying)
        if "rate" in self.fields:
            changed["rate"] = {**terms["rate"], "rate": values["rate"]}
        if "due_day" in self.fields and values["due_day"] != self.initial["due_day"]:
            changed["due_day"] = values["due_day"]
            if terms.get("next_due"):
                changed["next_due"] = self._moved(terms["next_due"]).isoformat()
        return changed

    def _moved(self, next_due: str) -> date:
        """The next due date on its new day: in the same month, but not before the figures' day."""
        old = date.fromisoformat(next_due)
        day = self.cleaned_data["due_day"]
        moved = clip(old.year, old.month, day)
        return moved if moved >= self.household.planned_from else next_month_day(moved, day)


class HeadForm(KeyedForm):
    """One figure of the household's own; `was` is what it was when the page was made."""

    name: ClassVar[str]
    stays = False

    was = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def now(self) -> str:
        raise NotImplementedError

    def wanted(self) -> str:
        raise NotImplementedError

    def save(self) -> None:
        """Raises StaleVersion where it was changed elsewhere meanwhile, to something else."""
        was = {self.name: self.cleaned_data["was"]}
        change_household(user=self.user, was=was, agrees=self.agrees, **{self.name: self.wanted()})

    def meet(self, current: Item | None) -> None:
        """What the person wrote, beside the page that shows what it is now."""
        field = self[self.name]
        self.conflict = gettext(
            "{label} was changed elsewhere meanwhile; you wrote {typed}. "
            "Below is how it stands now. Nothing was saved."
        ).format(label=field.label, typed=field.value())


class UndoForm(forms.Form):
    """The household's counter as the page showed it: only that change is taken back, and once."""

    revision = forms.IntegerField(min_value=0, max_value=2**63 - 1)


class BufferForm(HeadForm):
    name = "buffer"

    buffer = YuanField(label=_("Kept at hand"))

    def __init__(self, *args: Any, household: Any, **kwargs: Any) -> None:
        initial = {"buffer": household.buffer_fen, "was": yuan_text(household.buffer_fen)}
        super().__init__(*args, household=household, initial=initial, **kwargs)

    def now(self) -> str:
        return yuan_text(self.household.buffer_fen) or ""

    def wanted(self) -> str:
        return yuan_text(self.cleaned_data["buffer"]) or ""


class StrategyForm(HeadForm):
    name = "strategy"

    strategy = forms.ChoiceField(choices=[(name, name) for name in WAYS])

    def __init__(self, *args: Any, household: Any, **kwargs: Any) -> None:
        initial = {"strategy": household.strategy, "was": household.strategy}
        super().__init__(*args, household=household, initial=initial, **kwargs)

    def meet(self, current: Item | None) -> None:
        self.conflict = gettext(
            "This was changed elsewhere meanwhile; below is how it stands now. Nothing was saved."
        )

    def now(self) -> str:
        return self.household.strategy

    def wanted(self) -> str:
        return str(self.cleaned_data["strategy"])


FIGURES: Mapping[str, type[FigureForm]] = {
    "accounts": AccountFigures,
    "incomes": IncomeFigures,
    "debts": DebtFigures,
}
