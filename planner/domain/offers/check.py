"""What an offer really costs: its yearly rates, the ceilings of its lender, and what stands out.

The rates are internal rates of return. `nominal` is twelve times the rate of a month, as the law's
ceilings and most contracts count; `by_days` 365 times that of a day; `form` adds up each item by
itself, as the form of all costs does (综合融资成本明示表, COSTDISC).
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from planner.domain.answers.true_rate import monthly_of
from planner.domain.offers.offer import LenderOffer, OfferRow, equal_parts
from planner.domain.rulebook.ceilings import Ceiling, load_ceilings
from planner.domain.values.days import add_months, clip
from planner.domain.values.money import divide_half_up, format_yuan
from planner.domain.values.rates import daily_irr, irr, periodic_irr

# Whose ceilings hold for a kind of lender; where nobody knows who lends, all but those of people.
CEILINGS_OF = {
    "bank": ("financial",),
    "consumer_finance": ("financial",),
    "small_lender": ("small_loan",),
    "platform": ("financial", "assisted"),
    "person": ("private",),
    None: ("financial", "assisted", "small_loan"),
}
COST_FORM_FROM = date(2026, 8, 1)  # COSTDISC: new business from this day on
RATES_APART = Fraction(1, 2000)  # 0.05 points: less is rounding


class Rates(NamedTuple):
    """Yearly rates; None where there is no such rate, or not one only."""

    nominal: Fraction | None
    effective: Fraction | None
    by_days: Fraction | None


class AppliedCeiling(NamedTuple):
    """A ceiling of the lender's kind: the rate that it comes to on the offer's day (None where that
    is not known), and whether the offer is above it."""

    ceiling: Ceiling
    rate: Fraction | None
    is_exceeded: bool | None


class Finding(NamedTuple):
    """Something to know before one signs, as a code; what it speaks of, where it does.

    no_rate            no yearly rate, or several, fit these payments
    above_ceiling      the nominal rate is above the ceiling `about`, of `rate`
    only_compounded    only with interest on interest is it above the ceiling `about`, of `rate`
    ceiling_unknown    the ceiling `about` is not known for that day
    withheld           `fen` less is received than is to be repaid
    paid_first         `fen` is to be paid on the first day
    first_fee          `fen` is taken once more with the first payment
    discounted         `fen` less is taken; without it the nominal rate is `rate`
    above_principal    what it costs, `fen`, is more than the principal
    flat_fee           the fee stays the same though less and less is owed: `rate` is the fee's
                       share of the principal a year
    form_differs       the form's sum, `rate`, is another than the true rate
    cost_form          the form of all costs must be shown; nothing off it may be charged
    settles            `fen` less is paid than is owed
    early_unknown      nothing is said of settling early
    early_costs        fees go on, or there is a charge, when it is settled early
    """

    code: str
    about: str = ""
    fen: int = 0
    rate: Fraction | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class OfferCheck:
    """Everything that an offer alone tells."""

    offer: LenderOffer
    rates: Rates
    form_rate: Fraction | None
    ceilings: tuple[AppliedCeiling, ...]
    findings: tuple[Finding, ...]

    @property
    def cost_fen(self) -> int:
        """Interest and fees: what is paid above what is received."""
        return self.offer.total_fen - self.offer.received_fen


def check_offer(offer: LenderOffer) -> OfferCheck:
    rates = rates_of(offer)
    form_rate = _form_rate(offer)
    ceilings = _ceilings(offer, rates)
    found = tuple(_findings(offer, rates, form_rate, ceilings))
    return OfferCheck(offer, rates, form_rate, ceilings, found)


def rates_of(offer: LenderOffer) -> Rates:
    first = offer.received_on
    paid = [(row.on, row.fen) for row in offer.rows]
    return _rates(first, offer.received_fen, [(first, offer.up_front_fen), *paid])


def _rate_without_discount(offer: LenderOffer) -> Fraction | None:
    rows = zip(offer.rows, offer.taken_off, strict=True)
    paid = [(row.on, row.fen + off) for row, off in rows]
    first = offer.received_on
    return _rates(first, offer.received_fen, [(first, offer.up_front_fen), *paid]).nominal


def _rates(first: date, received: int, paid: list[tuple[date, int]]) -> Rates:
    flows = [(first.toordinal(), received), *((on.toordinal(), -fen) for on, fen in paid)]
    daily = daily_irr(flows)
    by_days = None if daily is None else 365 * daily
    months = _by_months(first, received, paid)
    if months is not None:
        monthly = periodic_irr(months)
        if monthly is None:
            return Rates(None, None, by_days)
        return Rates(12 * monthly, (1 + monthly) ** 12 - 1, by_days)
    effective = irr(flows)
    nominal = None if effective is None else 12 * monthly_of(effective)
    return Rates(nominal, effective, by_days)


def _by_months(first: date, received: int, paid: list[tuple[date, int]]) -> list[int] | None:
    """Amounts by month where what is paid later falls on one (clipped) day of the month.

    The first of them counts as whole months after `first`, at least one; a single one only where
    it falls on that very day of its month.
    """
    later = [(on, fen) for on, fen in paid if on > first and fen]
    if not later:
        return None
    keeps = max(on.day for on, _ in later)
    if any(on != clip(on.year, on.month, keeps) for on, _ in later):
        return None
    begins = later[0][0]
    gone = _month(begins) - _month(first)
    if len(later) == 1 and add_months(first, gone) != begins:
        return None
    if add_months(first, gone) > begins:
        gone -= 1
    shift = _month(begins) - max(1, gone)
    amounts = [0] * (_month(later[-1][0]) - shift + 1)
    amounts[0] = received - sum(fen for on, fen in paid if on <= first)
    for on, fen in later:
        amounts[_month(on) - shift] -= fen
    return amounts


def _month(on: date) -> int:
    return 12 * on.year + on.month


def _form_rate(offer: LenderOffer) -> Fraction | None:
    """The sum of each item's yearly rate, each as if it were the only one.

    Items are the fee of the periods (or what payments hold above the principal), what is paid on
    the first day or once with the first payment, and what is kept back of the principal. None
    where nothing was told apart.
    """
    if not offer.is_itemised and not offer.up_front_fen and not offer.first_fee_fen:
        return None
    first, principal = offer.received_on, offer.principal_fen
    paid = [(row.on, row.fen) for row in offer.rows]
    begins, once = offer.rows[0].on, offer.first_fee_fen
    paid[0] = begins, offer.rows[0].fen - once
    bare = [
        (row.on, part) for row, part in zip(offer.rows, _bare(offer.rows, principal), strict=True)
    ]
    items = [_rates(first, principal, paid)]
    if offer.up_front_fen:
        items.append(_rates(first, principal, [(first, offer.up_front_fen), *bare]))
    if once:
        items.append(_rates(first, principal, [(begins, bare[0][1] + once), *bare[1:]]))
    if offer.received_fen != principal:
        items.append(_rates(first, offer.received_fen, bare))
    found = [one.nominal for one in items]
    return None if None in found else sum((one for one in found if one is not None), Fraction(0))


def _bare(rows: tuple[OfferRow, ...], principal: int) -> list[int]:
    """The payments if there were no other cost: principal as the rows repay it."""
    parts = [row.principal_fen for row in rows]
    return parts if sum(parts) == principal else equal_parts(principal, len(rows))


def _ceilings(offer: LenderOffer, rates: Rates) -> tuple[AppliedCeiling, ...]:
    known = load_ceilings()
    found = []
    for one in known.all:
        if one.id in CEILINGS_OF[offer.lender_kind] and not one.is_after(offer.received_on):
            rate = known.rate(one, offer.received_on)
            exceeded = None if rate is None or rates.nominal is None else rates.nominal > rate
            found.append(AppliedCeiling(one, rate, exceeded))
    return tuple(found)


def _findings(
    offer: LenderOffer,
    rates: Rates,
    form_rate: Fraction | None,
    ceilings: tuple[AppliedCeiling, ...],
) -> list[Finding]:
    found = []
    if rates.nominal is None:
        found.append(Finding("no_rate"))
    for one in ceilings:
        if one.is_exceeded:
            found.append(Finding("above_ceiling", one.ceiling.id, rate=one.rate))
        elif one.rate is None:
            found.append(Finding("ceiling_unknown", one.ceiling.id))
        elif rates.effective is not None and rates.effective > one.rate:
            found.append(Finding("only_compounded", one.ceiling.id, rate=one.rate))
    if offer.received_fen < offer.principal_fen:
        found.append(Finding("withheld", fen=offer.principal_fen - offer.received_fen))
    if offer.up_front_fen:
        found.append(Finding("paid_first", fen=offer.up_front_fen))
    if offer.first_fee_fen:
        found.append(Finding("first_fee", fen=offer.first_fee_fen))
    if offer.discount_fen:
        full = _rate_without_discount(offer)
        found.append(Finding("discounted", fen=offer.discount_fen, rate=full))
    cost = offer.total_fen - offer.received_fen
    if cost > offer.principal_fen:
        found.append(Finding("above_principal", fen=cost))
    flat = _flat_rate(offer)
    if flat is not None and rates.nominal is not None and rates.nominal - flat > RATES_APART:
        found.append(Finding("flat_fee", rate=flat))
    if _are_apart(form_rate, rates.nominal):
        found.append(Finding("form_differs", rate=form_rate))
    if offer.lender_kind != "person" and offer.received_on >= COST_FORM_FROM:
        found.append(Finding("cost_form"))
    owed_less = offer.principal_fen - offer.total_fen
    if offer.kind == "settlement" and owed_less > 0:
        found.append(Finding("settles", fen=owed_less))
    if len(offer.rows) > 1:
        if offer.early is None:
            found.append(Finding("early_unknown"))
        elif offer.early.fee_ratio or not (offer.early.allowed and offer.early.fees_waived):
            found.append(Finding("early_costs"))
    return found


def _are_apart(form_rate: Fraction | None, nominal: Fraction | None) -> bool:
    if form_rate is None or nominal is None:
        return False
    return abs(form_rate - nominal) > RATES_APART


def _flat_rate(offer: LenderOffer) -> Fraction | None:
    """The fee's share of the principal a year, as advertisements name it; None without such."""
    fee = sum(row.cost_fen for row in offer.rows) - offer.first_fee_fen
    if not offer.is_itemised or not fee or len(offer.rows) < 2:
        return None
    return Fraction(12 * fee, offer.principal_fen * len(offer.rows))


# --- As JSON --------------------------------------------------------------------------------


def check_document(check: OfferCheck) -> dict[str, Any]:
    """The answer as JSON: rates as decimals of six places, amounts in yuan."""
    return {
        "nominal_rate": decimal(check.rates.nominal),
        "effective_rate": decimal(check.rates.effective),
        "yearly_rate_by_days": decimal(check.rates.by_days),
        "form_rate": decimal(check.form_rate),
        "total": format_yuan(check.offer.total_fen),
        "interest_and_fees": format_yuan(check.cost_fen),
        "ceilings": [
            {
                "id": one.ceiling.id,
                "rate": decimal(one.rate),
                "exceeded": one.is_exceeded,
                "certainty": one.ceiling.certainty,
                "source": one.ceiling.source,
            }
            for one in check.ceilings
        ],
        "findings": [finding_document(one) for one in check.findings],
    }


def finding_document(one: Finding) -> dict[str, Any]:
    """Its code, and what of the rest it speaks of."""
    told: dict[str, Any] = {"code": one.code}
    if one.about:
        told["about"] = one.about
    if one.fen:
        told["amount"] = format_yuan(one.fen)
    if one.rate is not None:
        told["rate"] = decimal(one.rate)
    if one.on is not None:
        told["on"] = one.on.isoformat()
    return told


def decimal(rate: Fraction | None) -> str | None:
    """ "0.146000", half up; with a minus sign for a negative one."""
    if rate is None:
        return None
    millionths = divide_half_up(rate.numerator * 10**6, rate.denominator)
    sign = "-" if millionths < 0 else ""
    return f"{sign}{abs(millionths) // 10**6}.{abs(millionths) % 10**6:06d}"
