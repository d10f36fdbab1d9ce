"""An offer's figures and what stands out, in plain words."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext as _

from planner.domain.offers.beside import Beside, OfferRefused
from planner.domain.offers.check import Finding, OfferCheck
from planner.domain.rulebook.ceilings import load_ceilings
from planner.words.days import NO_BREAK, day
from planner.words.figures import Amounts, percent
from planner.words.language import spoken

GRAVE = ("above_ceiling", "above_principal", "breaks", "withheld", "costs_more")


def rate_words(rate: Fraction | None) -> str:
    if rate is None:
        return _("there is none")
    return f"−{percent(-rate)}" if rate < 0 else percent(rate)


def headline(check: OfferCheck) -> str:
    """What the offer costs, in a sentence."""
    if check.rates.nominal is None:
        return _("No single yearly rate fits these payments.")
    said = _("What you really pay is {rate} a year.")
    return said.format(rate=rate_words(check.rates.nominal))


def finding_words(
    one: Finding, amounts: Amounts, as_of: date, names: Mapping[str, str] | None = None
) -> str:
    """One finding as a sentence. `names` are those of the debts that it may speak of."""
    lender = next((c.lender for c in load_ceilings().all if c.id == one.about), ())
    values = {
        "amount": amounts(one.fen),
        "rate": rate_words(one.rate),
        "day": "" if one.on is None else day(one.on, as_of),
        "lender": spoken(lender),
        "debt": (names or {}).get(one.about, one.about),
    }
    return _SENTENCES[one.code if one.code != "breaks" or one.about else "breaks_living"]().format(
        **values
    )


_SENTENCES = {
    "no_rate": lambda: _(
        "These payments have no yearly rate, or several. Check the amounts and the days."
    ),
    "above_ceiling": lambda: _(
        "That is above {rate}, the limit for: {lender}. You can refuse what lies above it."
    ),
    "only_compounded": lambda: _(
        "Below {rate} by the month, above it with interest on interest; the limit for: {lender}. "
        "Ask how the yearly rate on the form is counted."
    ),
    "ceiling_unknown": lambda: _(
        "The limit for: {lender} is four times the LPR of that day, which is not known here yet."
    ),
    "withheld": lambda: _(
        "You receive {amount} less than you are to repay. Interest counts on what you really "
        "receive; ask for it to be put right."
    ),
    "paid_first": lambda: _(
        "{amount} is to be paid on the first day. It must stand on the form of all costs, with "
        "who takes it; pay nothing in advance to a person or an agent."
    ),
    "first_fee": lambda: _(
        "{amount} is taken once more with the first payment. It counts like all other fees, and "
        "dearer than they look, because it is paid first."
    ),
    "discounted": lambda: _(
        "{amount} less is taken by a discount or subsidy; without it the true rate would be "
        "{rate}. Ask until when it holds, and whether it falls away if one payment is late."
    ),
    "above_principal": lambda: _(
        "Interest and fees, {amount}, are more than the sum itself. Please check what was typed."
    ),
    "flat_fee": lambda: _(
        "The fee is {rate} a year of the whole sum, and stays so while you owe less and less. "
        "That is why the true rate is higher than the one advertised."
    ),
    "form_differs": lambda: _(
        "The form may say {rate}: it adds up every item by itself. Both can be right; only the "
        "way of counting differs."
    ),
    "cost_form": lambda: _(
        "A new loan or instalment plan needs a form of all costs before you sign. What is not on "
        "it may not be charged."
    ),
    "settles": lambda: _(
        "You would pay {amount} less than is owed. Before you pay, have it in writing that this "
        "settles everything, and that you get a certificate; pay into the lender's own account."
    ),
    "early_unknown": lambda: _(
        "Ask before you sign: if I settle early, are the remaining fees dropped, and is there a "
        "charge?"
    ),
    "early_costs": lambda: _(
        "Settling early saves little: fees go on, it costs a charge, or it is not allowed."
    ),
    "spending_stops": lambda: _(
        "New purchases on this debt, {amount} a month, are left out on both sides. If you go on "
        "buying, that money must come from elsewhere."
    ),
    "leaves_rest": lambda: _(
        "The offer leaves {amount} of the debt; it is reckoned as due on {day}. Ask what is to "
        "become of it."
    ),
    "above_owed": lambda: _(
        "The offer is about {amount} more than you owe by your figures. Ask for a breakdown."
    ),
    "costs_more": lambda: _("Together it costs {amount} more than staying as it is."),
    "costs_less": lambda: _("Together it costs {amount} less than staying as it is."),
    "ends_later": lambda: _("The last payment comes later, on {day}."),
    "fewer_late": lambda: _("Fewer payments would be late."),
    "breaks": lambda: _(
        "With it, {amount} is missing for {debt} on {day}, which is not so without it."
    ),
    "breaks_living": lambda: _(
        "With it, {amount} is missing for living on {day}, which is not so without it."
    ),
}  # fmt: skip


def refused_words(refused: OfferRefused) -> str:
    if refused.code == "past":
        return _("The first payment lies in the past. Enter what is still to come.")
    return _("There is no such debt in these figures.")


def why_sites_differ() -> str:
    return _(
        "A site may show another figure: it divides the fees by the whole sum, doubles that, or "
        "shows the rate with interest on interest. Here it is the internal rate of return, twelve "
        "times that of a month."
    )


def beside_lines(beside: Beside, amounts: Amounts) -> list[tuple[str, str, str]]:
    """(what, staying as it is, with the offer)."""
    stay, taken = beside.stay, beside.taken
    as_of = beside.plan.as_of

    def on(found: date | None) -> str:
        # In two columns on a phone a day may break into two lines.
        return _("not in sight") if found is None else day(found, as_of).replace(NO_BREAK, " ")

    return [
        (_("Paid on this debt"), amounts(stay.paid_fen), amounts(taken.paid_fen)),
        (_("Its last payment"), on(stay.ends_on), on(taken.ends_on)),
        (_("Interest and fees of all debts"), amounts(stay.cost_fen), amounts(taken.cost_fen)),
        (_("Late payments"), str(stay.late_dues), str(taken.late_dues)),
        (_("Free of debt"), on(stay.debt_free_on), on(taken.debt_free_on)),
    ]
