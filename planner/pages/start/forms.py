"""The three steps of a new household: what is owed, what comes in and must be paid, the plan."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from planner.domain.rulebook.products import Product
from planner.domain.values.reading import DocumentError
from planner.forms.fields import DayField, DayOfMonthField, YuanField, fen_of, field_of, yuan_text
from planner.forms.keyed import HouseholdForm
from planner.models import HouseholdRow
from planner.pages.debts.contracts import FORMS
from planner.pages.debts.forms import DebtForm
from planner.services.documents import household_document_of
from planner.services.items import save_items

# What each contract asks first; everything else stays as the product has it, or empty.
ASKED: Mapping[str, tuple[str, ...]] = {
    "revolving": ("name", "billed", "due_day", "statement_day", "rate"),
    "instalment": ("name", "principal", "next_due", "method", "periods_left", "rate"),
    "open": ("name", "principal", "next_due", "minimum_kind", "minimum_fixed", "rate"),
}

# What a product knows of its own (花呗: billed on the 1st, 0.05% a day), and what that spares.
SPARED: Mapping[str, tuple[str, ...]] = {
    "statement_day": ("statement_day",),
    "rate": ("rate",),
    "due_after": ("due_day",),
    "minimum": ("minimum_kind", "minimum_fixed"),
}


def start_form(
    contract: str, product: Product | None, data: Any, household: HouseholdRow, **kwargs: Any
) -> DebtForm:
    """The debt form of that contract, cut down to what the first step asks."""
    known = {} if product is None else product.starting_document()
    spared = {field for key in known.keys() & SPARED.keys() for field in SPARED[key]}
    asked = [name for name in ASKED[contract] if name not in spared]
    if product is not None and not product.is_another:  # its name stands in the field already
        asked.sort(key=lambda name: name == "name")
    return FORMS[contract](
        data, household=household, accounts=(), product=product, asked=asked, begins=True, **kwargs
    )


class MoneyForm(HouseholdForm):
    """Step two: money at hand, the next pay day, and what living costs.

    What was entered elsewhere is not asked again; `entered` names it, by kind.
    """

    # The ids of what this step writes: taking it again changes them and adds none.
    ids: ClassVar[Mapping[str, str]] = {
        "accounts": "account-first",
        "incomes": "income-first",
        "rent": "expense-rent",
        "living": "expense-living",
    }
    asks: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "accounts": ("balance",),
        "incomes": ("pay_day", "pay"),
        "expenses": ("living", "rent", "rent_day"),
    }

    balance = YuanField(
        label=_("Money at hand today"),
        help_text=_("Bank cards, Alipay and WeChat together. You can tell them apart later."),
    )
    pay_day = DayField(
        label=_("Next pay day"),
        required=False,
        help_text=_("Leave it and the amount empty if nothing comes in now."),
    )
    pay = YuanField(label=_("How much arrives then"), min_fen=1, required=False)
    living = YuanField(
        label=_("Living costs a week"),
        help_text=_("Food, transport, phone: what you need each week."),
    )
    rent = YuanField(
        label=_("Rent and other fixed costs a month"),
        required=False,
        help_text=_("Empty: none."),
    )
    rent_day = DayOfMonthField(label=_("Paid on"), required=False)

    def __init__(self, data: Any = None, *, household: HouseholdRow, **kwargs: Any) -> None:
        document = household_document_of(household.owner)
        kwargs.setdefault("initial", self.shown(document))
        super().__init__(data, household=household, **kwargs)
        last = household.as_of + timedelta(days=366)
        field_of(self, "pay_day", DayField).bound(household.as_of, last)
        self.entered: dict[str, list[str]] = {}
        own = {*self.ids.values()}
        for kind, names in self.asks.items():
            if document[kind] and not own & {entry["id"] for entry in document[kind]}:
                self.entered[kind] = [entry["name"] for entry in document[kind]]
                for name in names:
                    del self.fields[name]
        self.account = (
            _account_used(document) if "accounts" in self.entered else self.ids["accounts"]
        )

    @property
    def asks_nothing(self) -> bool:
        return self.entered.keys() == self.asks.keys()

    def shown(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """What an earlier turn of this step wrote."""
        held = {
            entry["id"]: entry
            for kind in ("accounts", "incomes", "expenses")
            for entry in document[kind]
        }
        ids = self.ids
        initial: dict[str, Any] = {}
        if account := held.get(ids["accounts"]):
            initial["balance"] = fen_of(account["balance"])
        if income := held.get(ids["incomes"]):
            initial |= {"pay": fen_of(income["amount"]), "pay_day": income["from"]}
        if living := held.get(ids["living"]):
            initial["living"] = fen_of(living["amount"])
        if rent := held.get(ids["rent"]):
            initial |= {
                "rent": fen_of(rent["amount"]),
                "rent_day": rent["on"].get("monthly"),
            }
        return initial

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for one, other in (("pay", "pay_day"), ("pay_day", "pay"), ("rent", "rent_day")):
            if cleaned.get(one) and other not in self.errors and not cleaned.get(other):
                self.add_error(other, _("Please fill this in too."))
        return cleaned

    def save(self) -> None:
        save_items(
            user=self.user, items=self._entries(), removed=self._removed(),
            revision=self.cleaned_data["revision"], key=self.cleaned_data["key"],
            agrees=self.agrees,
        )  # fmt: skip

    def _entries(self) -> dict[str, list[dict[str, Any]]]:
        cleaned, account = self.cleaned_data, self.account
        as_of = self.household.as_of
        entries: dict[str, list[dict[str, Any]]] = {"accounts": [], "incomes": [], "expenses": []}
        if "balance" in cleaned:
            entries["accounts"].append(
                {"id": account, "name": gettext("Money at hand"), "kind": "other",
                 "balance": yuan_text(cleaned["balance"])}
            )  # fmt: skip
        if cleaned.get("pay"):
            pay_day: date = cleaned["pay_day"]
            entries["incomes"].append(
                {"id": self.ids["incomes"], "name": gettext("Salary"), "account": account,
                 "amount": yuan_text(cleaned["pay"]), "on": {"monthly": pay_day.day},
                 "from": pay_day.isoformat()}
            )  # fmt: skip
        if cleaned.get("living"):
            entries["expenses"].append(
                {"id": self.ids["living"], "name": gettext("Living costs"), "account": account,
                 "amount": yuan_text(cleaned["living"]), "on": {"every_days": 7},
                 "from": as_of.isoformat()}
            )  # fmt: skip
        if cleaned.get("rent"):
            entries["expenses"].append(
                {"id": self.ids["rent"], "name": gettext("Rent and fixed costs"),
                 "account": account, "amount": yuan_text(cleaned["rent"]),
                 "on": {"monthly": cleaned["rent_day"]}, "from": as_of.isoformat()}
            )  # fmt: skip
        return entries

    def _removed(self) -> dict[str, list[str]]:
        """What an earlier turn wrote and this one leaves empty."""
        cleaned, ids = self.cleaned_data, self.ids
        return {
            "incomes": [] if cleaned.get("pay") else [ids["incomes"]],
            "expenses": [ids[name] for name in ("living", "rent") if not cleaned.get(name)],
        }

    def field_of(self, error: DocumentError) -> str | None:
        of_pay = error.path.startswith("incomes") and "pay_day" in self.fields
        return "pay_day" if of_pay else None


def _account_used(document: Mapping[str, Any]) -> str:
    """Where pay comes in already; else a bank card; else the first account there is."""
    if document["incomes"]:
        return str(document["incomes"][0]["account"])
    cards = [one for one in document["accounts"] if one["kind"] == "debit_card"]
    return str((cards or document["accounts"])[0]["id"])
