"""What a lender offers, as a person hears it on the phone: few fields first."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from planner.domain.household.household import Household
from planner.domain.household.terms import MAX_PERIODS, owed_fen
from planner.domain.offers.offer import FORMAT, LENDER_OF, VERSION, LenderOffer, parse_offer
from planner.domain.values.reading import InvalidDocument
from planner.forms.errors import sentence
from planner.forms.fields import (
    REQUIRED,
    DayField,
    PercentField,
    WholeField,
    YuanField,
    choose,
    field_of,
    refuse_repeated,
    shown_when,
    yuan_text,
)

KINDS = [
    ("instalments", _("instalments, or a longer term")),
    ("deferral", _("pay it later")),
    ("settlement", _("settle at once, for less")),
    ("new_loan", _("a new loan")),
]
LENDERS = [
    ("", _("I don't know")),
    ("bank", _("a bank")),
    ("consumer_finance", _("a consumer finance company")),
    ("small_lender", _("a small-loan company")),
    ("platform", _("a bank, through a platform")),
    ("person", _("a person")),
]
TOLD = [
    ("payment", _("Payment each time")),
    ("per_period", _("Fee each period, besides the principal")),
    ("per_period_ratio", _("Fee each period, as a percentage")),
    ("total", _("Fees, all together")),
    ("total_ratio", _("Fees, all together, as a percentage")),
]
EARLY = [
    ("", _("nothing was said")),
    ("waived", _("remaining fees are dropped")),
    ("stays", _("remaining fees go on")),
]


class OfferForm(forms.Form):
    """`household` is the one as it stands on its day; `debt` the one that was asked about."""

    debt = forms.ChoiceField(label=_("Which debt"), required=False)
    kind = forms.ChoiceField(label=_("What they offer"), choices=KINDS)
    principal = YuanField(label=_("The sum it is about"), min_fen=1)
    periods = WholeField(
        label=_("How many payments"), low=1, high=MAX_PERIODS, initial="12",
        help_text=_("1 where it is paid at once."),
    )  # fmt: skip
    first_due = DayField(label=_("First payment"))
    told = forms.ChoiceField(
        label=_("What I know of its cost"), choices=TOLD, widget=forms.RadioSelect,
        initial="payment",
    )  # fmt: skip
    payment = shown_when("payment", YuanField(label=_("Payment each time"), required=False))
    per_period = shown_when("per_period", YuanField(label=_("Fee each period"), required=False))
    per_period_ratio = shown_when(
        "per_period_ratio",
        PercentField(
            label=_("Fee each period"), required=False, help_text=_("Of the sum, such as 0.65.")
        ),
    )
    total = shown_when("total", YuanField(label=_("Fees, all together"), required=False))
    total_ratio = shown_when(
        "total_ratio",
        PercentField(
            label=_("Fees, all together"), required=False, help_text=_("Of the sum, such as 7.8.")
        ),
    )
    lender = forms.ChoiceField(label=_("Who lends"), choices=LENDERS, required=False)
    received = YuanField(label=_("What I really receive, if it is less"), min_fen=1, required=False)
    received_on = DayField(
        label=_("From which day it counts"), required=False, help_text=_("Empty: today.")
    )
    up_front = YuanField(label=_("To be paid at once, besides"), required=False)
    first_fee = YuanField(
        label=_("A fee taken once, with the first payment"), required=False,
        help_text=_("Besides what stands above."),
    )  # fmt: skip
    discount = YuanField(
        label=_("Discount or subsidy, all together"), required=False,
        help_text=_("Only where the fee or payment above does not have it taken off already."),
    )  # fmt: skip
    early = forms.ChoiceField(label=_("If I settle early"), choices=EARLY, required=False)

    more_names = (
        *("lender", "received", "received_on", "up_front", "first_fee", "discount", "early"),
    )

    def __init__(
        self, data: Any = None, *, household: Household, debt: str = "", **kwargs: Any
    ) -> None:
        self.household = household
        self.today = household.as_of
        super().__init__(data, initial=self._known(debt), **kwargs)
        names = [(one.id, one.name) for one in household.debts]
        choose(self, "debt", [("", gettext("none of mine")), *names])
        for name in ("first_due", "received_on"):
            field_of(self, name, DayField).today = self.today

    def _known(self, slug: str) -> dict[str, Any]:
        """What the figures say of that debt."""
        debt = next((one for one in self.household.debts if one.id == slug), None)
        if debt is None:
            return {}
        lender = LENDER_OF.get(debt.product or "", "")
        return {"debt": slug, "principal": owed_fen(debt.terms) or None, "lender": lender}

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]  # not in the stubs
        refuse_repeated(self)

    def front_fields(self) -> Sequence[BoundField]:
        return [self[name] for name in self.fields if name not in self.more_names]

    def more_fields(self) -> Sequence[BoundField]:
        return [self[name] for name in self.more_names]

    @property
    def more_has_errors(self) -> bool:
        return any(name in self.errors for name in self.more_names)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.offer: LenderOffer | None = None
        told = cleaned.get("told")
        if told and told not in self.errors and cleaned.get(told) in (None, ""):
            self.add_error(told, REQUIRED)
        begins = cleaned.get("received_on") or self.today
        first = cleaned.get("first_due")
        if first is not None and first < max(begins, self.today):
            self.add_error("first_due", _("The first payment lies in the past, or too early."))
        if self.errors:
            return cleaned
        try:
            self.offer = parse_offer(self._document(cleaned, begins))
        except InvalidDocument as invalid:
            said = {sentence(one): one.path for one in invalid.errors}
            for words, path in said.items():
                self.add_error(path if path in self.fields else None, words)
        return cleaned

    def _document(self, cleaned: dict[str, Any], begins: date) -> dict[str, Any]:
        told = cleaned["told"]
        value = cleaned[told]
        cost = value if told.endswith("ratio") else yuan_text(value)
        early = {"waived": {"fees_waived": True}, "stays": {"fees_waived": False}}
        return {
            "format": FORMAT,
            "version": VERSION,
            "kind": cleaned["kind"],
            "lender_kind": cleaned["lender"] or None,
            "principal": yuan_text(cleaned["principal"]),
            "received": yuan_text(cleaned["received"]),
            "received_on": begins.isoformat(),
            "periods": cleaned["periods"],
            "first_due": cleaned["first_due"].isoformat(),
            "payment" if told == "payment" else "fee": cost if told == "payment" else {told: cost},
            "up_front": yuan_text(cleaned["up_front"]),
            "first_fee": yuan_text(cleaned["first_fee"]),
            "discount": yuan_text(cleaned["discount"]),
            "early_settlement": early.get(cleaned["early"]),
        }
