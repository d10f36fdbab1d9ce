"""Think before you borrow: a purchase or a loan that is only thought of. Nothing of it is kept."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from planner.domain.answers.scenarios import borrow, charge, next_statement, receive, spend
from planner.domain.household.household import Debt, Household, parse_debt
from planner.domain.household.terms import RevolvingTerms
from planner.domain.rulebook.products import Product, load_products
from planner.domain.values.days import add_months
from planner.domain.values.money import MAX_FEN, divide_half_up
from planner.domain.values.reading import InvalidDocument
from planner.forms.errors import sentence
from planner.forms.fields import (
    REQUIRED,
    DayField,
    RateField,
    WholeField,
    YuanField,
    choose,
    field_of,
    refuse_repeated,
    shown_when,
    shown_yuan,
    yuan_text,
)
from planner.words.days import day

PURCHASE, LOAN = "purchase", "loan"
INSTALMENTS = "instalments"
AHEAD_DAYS = 366
MOST_MONTHS = 360
METHODS = [
    ("level", _("Equal payments: the same total each time")),
    ("equal_principal", _("Equal principal: the total falls each time")),
    ("interest_only", _("Interest first, principal at the end")),
]
COSTS = [
    ("each", _("Payment each time")),
    ("rate", _("Interest rate")),
    ("fee", _("Fees, all together")),
]


class BorrowForm(forms.Form):
    """A purchase or a loan, laid over the household by `laid_over`.

    `household` is the one as it stands, with its day; the changes are laid over the one that
    has its history.
    """

    amount = YuanField(label=_("Amount"), min_fen=1)
    on = DayField(label=_("On which day"))
    how = forms.ChoiceField(label=_("Paid from"))
    into = forms.ChoiceField(label=_("The money comes into"), required=False)
    product = forms.ChoiceField(label=_("From whom"), required=False)
    months = WholeField(
        label=_("Number of monthly payments"), low=1, high=MOST_MONTHS, required=False
    )
    cost = forms.ChoiceField(
        label=_("What I know of its cost"), choices=COSTS, widget=forms.RadioSelect,
        initial="each", required=False,
    )  # fmt: skip
    each = shown_when("each", YuanField(label=_("Payment each time"), min_fen=1, required=False))
    rate = shown_when("rate", RateField(label=_("Interest rate"), required=False))
    method = shown_when(
        "rate", forms.ChoiceField(label=_("How it is repaid"), choices=METHODS, required=False)
    )
    fee = shown_when(
        "fee",
        YuanField(
            label=_("Fees, all together"), required=False,
            help_text=_("0 where it is really free."),
        ),
    )  # fmt: skip
    first_due = DayField(
        label=_("First payment"), required=False,
        help_text=_("Empty: one month after the day above."),
    )  # fmt: skip

    offer_names = ("product", "months", "cost", "each", "rate", "method", "fee", "first_due")

    def __init__(self, data: Any = None, *, what: str, household: Household, **kwargs: Any) -> None:
        self.what = what
        self.household = household
        self.today = household.as_of
        super().__init__(data, initial={"on": self.today}, **kwargs)
        accounts = [(f"account-{one.id}", one.name) for one in household.accounts]
        self.cards = [one for one in household.debts if isinstance(one.terms, RevolvingTerms)]
        cards = [
            (f"card-{one.id}", gettext("with {debt}").format(debt=one.name)) for one in self.cards
        ]
        instalments = (INSTALMENTS, gettext("by instalments or a loan"))
        choose(self, "how", [*accounts, *cards, instalments])
        choose(self, "into", accounts)
        choose(self, "product", _offered())
        if what == LOAN:
            del self.fields["how"]
            self.fields["amount"].label = _("How much I would get")
            self.fields["on"].label = _("The money comes on")
        else:
            del self.fields["into"]
            self.fields["amount"].label = _("What it costs")
            self.fields["on"].label = _("Bought on")
        for name, ahead in (("on", AHEAD_DAYS), ("first_due", 2 * AHEAD_DAYS)):
            field = field_of(self, name, DayField)
            field.today = self.today
            field.bound(self.today, self.today + timedelta(days=ahead))

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]  # not in the stubs
        refuse_repeated(self)

    # --- What templates show ---

    def front_fields(self) -> list[BoundField]:
        return [self[name] for name in self.fields if name not in self.offer_names]

    def offer_fields(self) -> list[BoundField]:
        return [self[name] for name in self.offer_names]

    @property
    def offer_has_errors(self) -> bool:
        return any(name in self.errors for name in self.offer_names)

    # --- What it means ---

    @property
    def is_offer(self) -> bool:
        """Whether it would be repaid by a new schedule."""
        return self.what == LOAN or self.cleaned_data.get("how") == INSTALMENTS

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.offer: Debt | None = None
        if self.errors:
            return cleaned
        if self.is_offer:
            self._clean_offer(cleaned)
        elif cleaned["how"].startswith("card-"):
            self._clean_card(cleaned)
        return cleaned

    def _clean_card(self, cleaned: dict[str, Any]) -> None:
        billed_on = next_statement(self.household, cleaned["how"].removeprefix("card-"))
        if billed_on is not None and cleaned["on"] > billed_on:
            said = gettext(
                "Its next bill is made on {day}; later ones cannot be foreseen here. "
                "Choose a day up to then, or another way to pay."
            )
            self.add_error("on", said.format(day=day(billed_on, self.today)))

    def _clean_offer(self, cleaned: dict[str, Any]) -> None:
        cost = cleaned.get("cost") or "each"
        needed = ["product", "months", cost]
        for name in needed:
            if cleaned.get(name) in (None, ""):
                self.add_error(name, REQUIRED)
        first_due = cleaned.get("first_due") or add_months(cleaned["on"], 1)
        if first_due <= cleaned["on"]:
            said = gettext("The first payment comes after the money: enter a day after {day}.")
            self.add_error("first_due", said.format(day=day(cleaned["on"], self.today)))
        if not self.errors and cost == "each":
            self._check_each(cleaned)
        if self.errors:
            return
        try:
            self.offer = parse_debt(
                self._document(cleaned, cost, first_due), as_of=self.today, account_ids=set()
            )
        except InvalidDocument as invalid:
            for said in dict.fromkeys(sentence(one) for one in invalid.errors):
                self.add_error(None, said)

    def _check_each(self, cleaned: dict[str, Any]) -> None:
        total = cleaned["each"] * cleaned["months"]
        if total < cleaned["amount"]:
            said = gettext(
                "{months} payments of {each} come to {total}: less than you would get. "
                "Please check both."
            )
            self.add_error(
                "each",
                said.format(
                    months=cleaned["months"],
                    each=shown_yuan(cleaned["each"]),
                    total=shown_yuan(total),
                ),
            )
        elif total > MAX_FEN:
            said = gettext("All payments together can be {limit} at most. Please check both.")
            self.add_error("each", said.format(limit=shown_yuan(MAX_FEN)))

    def _document(self, cleaned: dict[str, Any], cost: str, first_due: date) -> dict[str, Any]:
        """The offer as a debt's document: repaid as offered, nothing early."""
        product = load_products()[cleaned["product"]]
        known = product.starting_document() if product.contract == "instalment" else {}
        known.pop("grace_days", None)
        document = known | {
            "id": "offer",
            "name": self._name(product),
            "product": product.id,
            "contract": "instalment",
            "principal": yuan_text(cleaned["amount"]),
            "due_day": first_due.day,
            "prepay": {"allowed": False},
            "rate": known.get("rate"),
        }
        if cost == "each":
            return document | {"method": "listed", "rows": _rows(cleaned, first_due)}
        document |= {
            "next_due": first_due.isoformat(),
            "accrued_from": cleaned["on"].isoformat(),
            "periods_left": cleaned["months"],
        }
        if cost == "fee":
            return document | {"method": "flat_fee", "fees_left": yuan_text(cleaned["fee"])}
        return document | {"method": cleaned["method"] or "level", "rate": cleaned["rate"]}

    def _name(self, product: Product) -> str:
        return gettext("this loan") if self.what == LOAN else gettext("this purchase")

    def laid_over(self, household: Household) -> Household:
        """The household with it; only after `is_valid`."""
        cleaned = self.cleaned_data
        if self.offer is not None:
            changed = borrow(household, self.offer)
            if self.what == PURCHASE:
                return changed
            account = cleaned.get("into", "").removeprefix("account-") or None
            return receive(changed, cleaned["amount"], cleaned["on"], account)
        kind, _dash, slug = cleaned["how"].partition("-")
        if kind == "card":
            return charge(household, slug, cleaned["amount"])
        return spend(household, cleaned["amount"], cleaned["on"], slug)


def _rows(cleaned: dict[str, Any], first_due: date) -> list[dict[str, str | None]]:
    """As many equal payments; principal in equal parts, the rest of each is its cost."""
    rows, left = [], cleaned["amount"]
    for index in range(cleaned["months"]):
        principal = divide_half_up(left, cleaned["months"] - index)
        left -= principal
        rows.append(
            {
                "due_on": add_months(first_due, index).isoformat(),
                "principal": yuan_text(principal),
                "interest": yuan_text(max(0, cleaned["each"] - principal)),
            }
        )
    return rows


def _offered() -> Sequence[tuple[str, str]]:
    """Whom one may owe instalments: every product but those with a bill each month."""
    language = (get_language() or "zh")[:2]
    found = [one for one in load_products().values() if one.contract == "instalment"]
    found.sort(key=lambda one: one.is_another)
    choices = [(one.id, one.name(language)) for one in found]
    friend = load_products()["private_loan"]
    if friend not in found:
        choices.append((friend.id, friend.name(language)))
    return [("", gettext("Please choose")), *choices]
