"""What the forms of a debt have in common, whatever its contract.

What matters stands in front, the rest in groups behind it. Values that a product is known to have
fill a new form, and stand in again where a person empties the field; each field carries where its
figure is found.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Any, ClassVar

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from planner.domain.household.household import MAX_GRACE_DAYS
from planner.domain.rulebook.ladders import in_language
from planner.domain.rulebook.products import Product, load_products
from planner.domain.rulebook.rule_files import Figure
from planner.forms.arrears import fitting_arrears, reason_field
from planner.forms.fields import (
    REQUIRED,
    DayField,
    PercentField,
    RateField,
    TextField,
    WholeField,
    YuanField,
    fen_of,
    tell,
    yuan_text,
)
from planner.forms.keyed import ItemForm, field_choices
from planner.hashes import digest
from planner.models import DebtRow, Item
from planner.services.items import save_items
from planner.words.names import CERTAINTY_WORDS

NEW_ARREARS = 3  # empty rows for what is already overdue, beside those there are
MAX_AUTOPAY = 6
UNSAID, NOWHERE = "?", "-"  # no account: nobody knows, and the person said that there is none

# Where money lies, for who has entered no account of that kind yet: kind → id and name.
PLACES: Mapping[str, tuple[str, Any]] = {
    "debit_card": ("account-first", _("Bank card")),
    "alipay_balance": ("account-alipay", _("Alipay")),
    "wechat_balance": ("account-wechat", _("WeChat")),
}

BUREAUS = [("pboc", _("Credit bureau (PBOC)")), ("zhima", _("Sesame Credit"))]
CONFIRMED_NOTE = _("You compared this with your own contract.")
UNKNOWN = _("unknown")
UNKNOWN_NOTE = _("We found nothing reliable on this; please see your contract or the app.")


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
    bill: Sequence[str] = ()
    behind: Sequence[str] = ("autopay_1",)
    folded: Sequence[str] = ()  # asked too, behind a heading that opens
    hidden: Sequence[str] = ("key", "version")
    own_of_each: Sequence[str] = ("note", "signed_on")  # not the same of another debt like it
    arrear_rows: Sequence[int] = ()
    unasked: Mapping[str, forms.Field] = {}
    cost_names: Sequence[str]
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
        accounts: Sequence[Item],
        product: Product | None = None,
        asked: Sequence[str] = (),
        like: DebtRow | None = None,
        **kwargs: Any,
    ) -> None:
        item = kwargs.get("item")
        if item is not None:
            product = load_products().get(item.terms["product"] or "")
        self.product = product
        self.begins_with = f"?product={product.id}" if product else f"?contract={self.contract}"
        self.known = {} if product is None else product.starting_document()
        household = kwargs["household"]
        # A sample household makes room for figures of today.
        is_made_room = kwargs.get("begins") and household.is_sample
        self.seen_on: date = household.today() if is_made_room else household.planned_from
        self.accounts: Sequence[Item] = () if is_made_room else accounts
        if item is None and product is not None:
            kwargs["initial"] = self.starting_values(product) | kwargs.get("initial", {})
        self.like: Mapping[str, Any] = {} if like is None else like.document()
        if like is not None:
            same = {name: value for name, value in self.shown(self.like).items()
                    if name not in self.own_of_each}  # fmt: skip
            kwargs["initial"] = {
                **kwargs.get("initial", {}),
                **same,
                "name": next(next_names(like.name, like.owner_id)),
            }
        super().__init__(*args, **kwargs)
        self._add_autopay()
        self._add_arrears()
        self._add_reason()
        self._add_confirmed()
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
        is_named = self.product is not None and not self.product.is_another
        late = {"rate": bool(self.bill), "name": is_named}  # behind the questions of a bill
        last = [name for name, is_late in late.items() if is_late and name in asked]
        self.front = [name for name in asked if name not in (*last, *self.folded)]
        self.behind = ("autopay_1", *last)
        kept = {*asked, *self.bill, *self.behind, *self.hidden, "told", "consent"}
        self.unasked = {name: one for name, one in self.fields.items() if name not in kept}
        for name in self.unasked:
            del self.fields[name]

    def _stand_in(self) -> None:
        for name, field in self.unasked.items():
            value = self.get_initial_for_field(field, name)
            if isinstance(field, RateField):
                widget: Any = field.widget
                value = widget.decompress(value)
            elif type(field) is forms.ChoiceField and not value:
                offered: Any = field.choices
                value = offered[0][0]
            self.cleaned_data[name] = field.clean(field.prepare_value(value))

    def construction(self) -> dict[str, Any]:
        return {"accounts": self.accounts}

    # --- Which account the lender may take from, in which order ---

    def _add_reason(self) -> None:
        """Once there is a history, another figure is a correction: the lender's holds."""
        if self.item is not None and self.household.is_lived:
            self.fields["reason"] = reason_field()

    def _add_autopay(self) -> None:
        terms = self.like if self.item is None else self.item.terms
        held = terms.get("autopay", [])
        out_of_reach = {"cash", *(self.product.out_of_reach if self.product else ())}
        own = [
            (one.slug, one.name)
            for one in self.accounts
            if one.terms.get("kind") not in out_of_reach or one.slug in held
        ]
        kinds = out_of_reach | {one.terms.get("kind") for one in self.accounts}
        taken = {one.slug for one in self.accounts}
        places = [place for kind, place in PLACES.items() if kind not in kinds]
        accounts = [*own, *((slug, name) for slug, name in places if slug not in taken)]
        said = NOWHERE if terms.get("autopay_known") else UNSAID
        self.fields["autopay_1"] = forms.ChoiceField(
            label=_("Is it deducted by itself? From where?"),
            choices=[
                (UNSAID, _("I don't know (then it counts as possible)")),
                (NOWHERE, _("No, I pay it myself")),
                *((slug, _("Yes, from: %(account)s") % {"account": name})
                  for slug, name in accounts),
            ],
            required=False,
            initial=held[0] if held else said,
            widget=forms.RadioSelect if len(accounts) < MAX_AUTOPAY else forms.Select,
        )  # fmt: skip
        count = max(min(len(own), MAX_AUTOPAY), len(held))
        for place in range(2, count + 1):
            self.fields[f"autopay_{place}"] = forms.ChoiceField(
                label=_("then from"),
                choices=[("", _("none")), *accounts],
                required=False,
                initial=held[place - 1] if place <= len(held) else "",
            )

    def _autopay(self) -> list[str]:
        """The accounts named, in their order."""
        return [
            value
            for name, value in self.cleaned_data.items()
            if name.startswith("autopay_") and value not in ("", UNSAID, NOWHERE)
        ]

    def new_accounts(self) -> list[dict[str, Any]]:
        """The places that were named and are no accounts yet; what is in them is asked later."""
        held = {one.slug for one in self.accounts}
        return [
            {"id": slug, "name": str(name), "kind": kind, "balance": "0.00"}
            for kind, (slug, name) in PLACES.items()
            if slug in self._autopay() and slug not in held
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
        last = self.seen_on - timedelta(days=1)
        for row in range(self.arrear_count):
            entry = held[row] if row < len(held) else {}
            was_due = DayField(label=_("Was due on"), required=False, initial=entry.get("due_on"))
            was_due.bound(was_due.first, last)
            was_due.error_messages["too_late"] = _(
                "What falls due today or later is not overdue. Enter it as the next due date."
            )
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
                self.add_error(
                    f"autopay_{place + 1}",
                    _("This account is named already. Choose another one, or none."),
                )
        return cleaned

    def field_of(self, error: Any) -> str | None:
        path = error.path.partition(".")[2]
        if path.startswith("arrears["):
            index, _bracket, key = path.removeprefix("arrears[").partition("]")
            if int(index) < len(self.arrear_rows):
                name = f"arrears_{self.arrear_rows[int(index)]}_{key.removeprefix('.')}"
                return name if name in self.fields else f"arrears_{self.arrear_rows[0]}_due_on"
        if path.startswith("arrears"):
            return "arrears_0_due_on" if "arrears_0_due_on" in self.fields else None
        if path.startswith("autopay"):
            return "autopay_1"
        return super().field_of(error)

    # --- Where figures are found, and what the product says of them ---

    @property
    def _figures(self) -> Mapping[str, Figure]:
        """What the product says of a figure, by its key in the document."""
        return {} if self.product is None else {**self.product.defaults, **self.product.possible}

    def _field_for(self, key: str) -> str | None:
        """The name of the field for a key of the document."""
        name = self.places.get(key, key)
        if name in self.fields:
            return name
        return next((one for one in self.fields if one.startswith(f"{key}_")), None)

    def _add_confirmed(self) -> None:
        """Let the person say what they compared with their own contract."""
        labels = {
            key: self.fields[name].label for key in self._figures if (name := self._field_for(key))
        }
        if labels:
            self.fields["confirmed"] = forms.MultipleChoiceField(
                label=_("I compared these with my own contract"),
                choices=list(labels.items()),
                required=False,
                initial=[key for key in self._confirmed if key in labels],
                widget=forms.CheckboxSelectMultiple,
            )

    @property
    def _confirmed(self) -> Sequence[str]:
        return [] if self.item is None else self.item.terms.get("confirmed", [])

    def _say_where(self) -> None:
        if self.product is None:
            return
        language = (get_language() or "zh")[:2]
        for key, place in self.product.where.items():
            if name := self._field_for(key):
                texts = {"app": place.app, "form": place.form, "empty": place.empty}
                said = {name: in_language(words, language) for name, words in texts.items()}
                tell(self.fields[name], where=said)
        for key, figure in self._figures.items():
            name = self._field_for(key)
            if name and key in self._confirmed:
                sure = CERTAINTY_WORDS["contract"]
                tell(self.fields[name], note=CONFIRMED_NOTE, certainty=sure)
            elif name and (figure.note or not figure.is_known):
                tell(
                    self.fields[name],
                    note=in_language(figure.note, language) or UNKNOWN_NOTE,
                    certainty=CERTAINTY_WORDS[figure.certainty] if figure.is_known else UNKNOWN,
                    rule=figure.source,
                )
        if "due_day" in self.fields and self.product.due_days:
            days = self.fields["due_day"]
            tell(days, options=[figure.value for figure in self.product.due_days])
            days.widget.attrs["list"] = "id_due_day_options"

    # --- What templates show ---

    def look(self) -> None:
        """Show what is typed so far, with no complaint about what is not."""
        self.is_valid()
        self._errors = forms.utils.ErrorDict()

    def front_fields(self) -> list[BoundField]:
        return [self[name] for name in self.front if name in self.fields]

    def folded_fields(self) -> list[BoundField]:
        return [self[name] for name in self.folded if name in self.fields]

    def behind_fields(self) -> list[BoundField]:
        """What stands in front too, but behind the questions about a bill."""
        names = (*self.behind, "reason")
        return [self[name] for name in names if name in self.fields]

    def groups(self) -> Iterator[Group]:
        """What stands behind the front, by subject."""

        def group(title: Any, names: Sequence[str]) -> Group:
            return Group(title, [self[name] for name in names if name in self.fields])

        yield group(_("Rate and fees"), self.cost_names)
        deduction = [name for name in self.fields if name.startswith("autopay_")]
        yield group(_("Who may deduct, and who is told"), [*deduction[1:], "reports_to"])
        yield group(
            _("Grace, contract, note"),
            ["grace_days", "tolerance", "signed_on", "quoted_rate", "confirmed", "note"],
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
            "autopay_known": self.cleaned_data["autopay_1"] not in ("", UNSAID),
            "reports_to": cleaned["reports_to"],
            "signed_on": signed_on and signed_on.isoformat(),
            "quoted_rate": cleaned["quoted_rate"] or None,
            "confirmed": self._confirmed_now(),
            "note": cleaned["note"],
            "arrears": self._arrears(),
        }

    def _confirmed_now(self) -> list[str]:
        """What is ticked; what is not asked here stays as it was."""
        if "confirmed" not in self.fields:
            return list(self._confirmed)
        asked = dict(field_choices(self.fields["confirmed"]))
        rest = [key for key in self._confirmed if key not in asked]
        return [*rest, *self.cleaned_data["confirmed"]]

    def entries(self) -> list[dict[str, Any]]:
        """The debts that a new form adds: mostly one."""
        return [self.entry()]

    def save(self) -> str:
        """A new debt brings the accounts with it that it names, as one change."""
        new = self.new_accounts()
        if self.item is not None and not new:
            return super().save()
        if self.item is not None:
            save_items(user=self.user, items={"accounts": new}, agrees=self.agrees)
            return super().save()
        key = self.cleaned_data["key"]
        debts = [{"id": self.slug_of(n), **entry} for n, entry in enumerate(self.entries())]
        save_items(
            user=self.user, items={"accounts": new, "debts": debts}, key=key,
            agrees=self.agrees, begins=self.begins,
        )  # fmt: skip
        return str(debts[0]["id"])

    def slug_of(self, number: int) -> str:
        """The id of one of the debts that a new form adds: the same when it is sent twice."""
        return f"debt-{digest({'key': self.cleaned_data['key'], 'debt': number})[:8]}"

    def given(self, name: str, key: str | None = None) -> Any:
        """What was typed; where nothing was, what the product is known to have."""
        value = self.cleaned_data[name]
        return self.known.get(key or name) if value in (None, "") else value


def next_names(name: str, owner: int, *, but: Collection[str] = ()) -> Iterator[str]:
    """ "借呗 2", "借呗 3" after "借呗": those that none of the person's debts has but those with
    the ids in `but`."""
    base = re.sub(r" [0-9]{1,3}$", "", name)
    held = {one.name for one in DebtRow.objects.owned_by(owner) if one.slug not in but}
    return (one for number in count(2) if (one := f"{base} {number}") not in held)


def _first_name(product: Product) -> str:
    """ "花呗" of "花呗 / 信用购": short enough for a list on a phone. Another debt has none."""
    if product.is_another:
        return ""
    name = product.name((get_language() or "zh")[:2])
    return name.split(" / ")[0].split(" (")[0]


def late_fee_entry(ratio: str | None, floor_fen: int | None) -> dict[str, Any] | None:
    """The document's late fee; None where neither share nor least amount was given."""
    if ratio is None and not floor_fen:
        return None
    return {"ratio": ratio or "0", "floor": yuan_text(floor_fen or 0)}


def shown_late_fee(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A document's late fee as the two fields show it, percent and fen."""
    late_fee = entry.get("late_fee") or {}
    return {
        "late_fee": PercentField.shown(late_fee.get("ratio")),
        "late_fee_floor": fen_of(late_fee.get("floor")),
    }
