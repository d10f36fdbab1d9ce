"""The three steps of a new household: what is owed, what comes in and must be paid, the plan."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from planner.domain.rulebook.products import Product
from planner.domain.values.days import next_month_day
from planner.domain.values.reading import DocumentError
from planner.forms.fields import DayField, DayOfMonthField, YuanField, fen_of, field_of, yuan_text
from planner.forms.keyed import HouseholdForm
from planner.models import AccountRow, HouseholdRow
from planner.pages.debts.contracts import FORMS
from planner.pages.debts.forms import PLACES, DebtForm
from planner.services.documents import household_document_of
from planner.services.items import save_items

# What each contract asks first, with what belongs to any choice of it; everything else stays as the
# product has it, or empty.
ASKED: Mapping[str, tuple[str, ...]] = {
    "revolving": ("name", "statement_day", "due_day", "rate"),
    "instalment": ("name", "principal", "next_due", "method", "periods_left", "rate", "rows"),
    "open": (
        "name",
        "principal",
        "next_due",
        "minimum_kind",
        "minimum_fixed",
        "minimum_ratio",
        "rate",
    ),
}

# What a product knows of its own (花呗: billed on the 1st, 0.05% a day), and what that spares.
SPARED: Mapping[str, tuple[str, ...]] = {
    "statement_day": ("statement_day",),
    "rate": ("rate",),
    "due_after": ("due_day",),
    "minimum": ("minimum_kind", "minimum_fixed", "minimum_ratio"),
}


def start_form(
    contract: str, product: Product | None, data: Any, household: HouseholdRow, **kwargs: Any
) -> DebtForm:
    """The debt form of that contract, cut down to what the first step asks."""
    known = {} if product is None else product.starting_document()
    spared = {field for key in known.keys() & SPARED.keys() for field in SPARED[key]}
    asked = [name for name in ASKED[contract] if name not in spared]
    accounts = list(AccountRow.objects.owned_by(household.owner))
    if contract == "instalment":
        asked.append("loans")  # folded, below the others
    if contract != "revolving" and data and data.get("overdue_asked"):
        after = asked.index("next_due") + 1
        asked[after:after] = OVERDUE
    form = FORMS[contract](
        data, household=household, accounts=accounts, product=product, asked=asked, begins=True,
        **kwargs,
    )  # fmt: skip
    for name, words in OVERDUE.items():
        if name in form.fields:
            form.fields[name].label, form.fields[name].help_text = words
    return form


def with_what_is_overdue(data: Any, today: date) -> Any:
    """What was typed, with a due date that has passed as the one that was missed."""
    changed = data.copy()
    changed["overdue_asked"] = "on"
    field = DayField()
    field.today = today
    try:
        typed = field.clean(data.get("next_due", ""))
    except ValidationError:
        return changed
    if typed < today and not data.get("arrears_0_due_on"):
        following = typed
        while following < today:
            following = next_month_day(following, typed.day)
        changed["arrears_0_due_on"] = typed.isoformat()
        changed["next_due"] = following.isoformat()
    return changed


PLACES_ASKED = ("accounts", "alipay", "wechat")


def place_of(account: str) -> tuple[str, tuple[str, Any]]:
    return next((kind, place) for kind, place in PLACES.items() if place[0] == account)


# What is asked of a payment that was missed, and what it says beside.
OVERDUE: Mapping[str, tuple[Any, Any]] = {
    "arrears_0_due_on": (_("Which payment is missed? It was due on"), ""),
    "arrears_0_principal": (
        _("Principal of that payment"),
        _("It stays in the principal left above."),
    ),
    "arrears_0_interest": (_("Interest of that payment"), _("Empty: none.")),
}


class MoneyForm(HouseholdForm):
    """Step two: money at hand, the next pay day, and what living costs.

    What was entered elsewhere is not asked again; `entered` names it, by kind.
    """

    # The ids of what this step writes: taking it again changes them and adds none.
    ids: ClassVar[Mapping[str, str]] = {
        "accounts": "account-first",
        "alipay": "account-alipay",
        "wechat": "account-wechat",
        "incomes": "income-first",
        "rent": "expense-rent",
        "living": "expense-living",
    }
    asks: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "accounts": ("balance", "alipay", "wechat"),
        "incomes": ("pay_day", "pay"),
        "expenses": ("living", "rent", "rent_day"),
    }

    balance = YuanField(
        label=_("On bank cards and in cash today"),
        help_text=_("All together. You can tell them apart later."),
    )
    alipay = YuanField(
        label=_("In Alipay"), required=False, help_text=_("Balance and Yu'ebao. Empty: nothing.")
    )
    wechat = YuanField(label=_("In WeChat"), required=False, help_text=_("Empty: nothing."))
    pay_day = DayField(
        label=_("Next pay day"),
        required=False,
        help_text=_("Leave it and the amount empty if nothing comes in now."),
    )
    pay = YuanField(label=_("How much arrives then"), min_fen=1, required=False)
    living = YuanField(
        label=_("Living costs a week"),
        help_text=_(
            "Food, transport, phone: what you need each week. The plan always leaves one such "
            "week at hand before it repays anything early; you can change that on the plan."
        ),
    )
    rent = YuanField(
        label=_("Rent and other fixed costs a month"),
        required=False,
        help_text=_("Empty: none."),
    )
    rent_day = DayOfMonthField(label=_("Paid on"), required=False)

    def __init__(self, data: Any = None, *, household: HouseholdRow, **kwargs: Any) -> None:
        document = household_document_of(household.owner)
        self.was_taken = self.ids["living"] in {one["id"] for one in document["expenses"]}
        kwargs.setdefault("initial", self.shown(document))
        super().__init__(data, household=household, **kwargs)
        last = household.as_of + timedelta(days=366)
        pay_day = field_of(self, "pay_day", DayField)
        pay_day.bound(household.as_of, last)
        pay_day.error_messages["too_early"] = _(
            "This day has passed. Pay that came already counts as money at hand; "
            "write the next pay day here."
        )
        self.held = {entry["id"]: entry for entry in document["accounts"]}
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
        for place, name in zip(PLACES_ASKED, self.asks["accounts"], strict=True):
            account = held.get(ids[place])
            if account and (account["balance"] != "0.00" or ids["living"] in held):
                initial[name] = fen_of(account["balance"])
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
            head=self._buffer(), revision=self.cleaned_data["revision"],
            key=self.cleaned_data["key"], agrees=self.agrees,
        )  # fmt: skip

    def _buffer(self) -> dict[str, str]:
        """One week of living costs stays at hand, where the household is new and said nothing.

        What is stored once stays, also when this step is taken again.
        """
        is_new = not (self.entered or self.was_taken or self.household.buffer_fen)
        return {"buffer": yuan_text(self.cleaned_data["living"]) or "0.00"} if is_new else {}

    def _entries(self) -> dict[str, list[dict[str, Any]]]:
        cleaned, account = self.cleaned_data, self.account
        as_of = self.household.as_of
        entries: dict[str, list[dict[str, Any]]] = {"accounts": [], "incomes": [], "expenses": []}
        for place, name in zip(PLACES_ASKED, self.asks["accounts"], strict=True):
            if name not in self.fields:
                continue
            (kind, (slug, words)) = place_of(self.ids[place])
            if name == "balance" or cleaned[name] or slug in self.held:
                new = {"id": slug, "name": str(words), "kind": kind}
                held = self.held.get(slug, new)
                same = {key: held[key] for key in new}
                entries["accounts"].append(same | {"balance": yuan_text(cleaned[name] or 0)})
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
