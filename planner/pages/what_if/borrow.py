"""Think before you borrow: a purchase or a loan that is only thought of."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from planner.domain.answers.scenarios import (
    Offer,
    offer_of,
)
from planner.pages.what_if.forms import BorrowForm
from planner.pages.what_if.verdict import Verdict, verdict
from planner.plans.current import Current
from planner.words.days import day
from planner.words.figures import percent

MORE_FEN = (100_000, 300_000)


# --- Think before you borrow ---


@dataclass(frozen=True, slots=True)
class OfferLines:
    """What a new schedule asks for: its payments, its cost, its true yearly rate."""

    payments: str
    total: str
    cost: str
    rate: str
    effective: str


@dataclass(frozen=True, slots=True)
class BorrowAnswer:
    verdict: Verdict
    offer: OfferLines | None

    @classmethod
    def of(cls, current: Current, form: BorrowForm) -> "BorrowAnswer":
        """Of a form that is valid."""
        plan = current.plan_of(form.laid_over(current.household))
        offer = None
        if form.offer is not None:
            amount, on = form.cleaned_data["amount"], form.cleaned_data["on"]
            found = offer_of(form.offer, amount, on, current.as_of)
            offer = offer_lines(found, current)
        return cls(verdict(current, plan), offer)


def offer_lines(offer: Offer, current: Current) -> OfferLines:
    amounts, as_of = current.amounts, current.as_of
    first, last = offer.payments[0], offer.payments[-1]
    fen = [fen for _on, fen in offer.payments]
    if len(fen) == 1:
        said = _("{amount} on {day}, all at once")
    elif max(fen[:-1]) == min(fen[:-1]):
        said = _("{count} payments of {amount}, from {day} to {last}")
    else:
        said = _("{count} payments, from {amount} on {day} to {least} on {last}")
    return OfferLines(
        payments=said.format(
            count=len(fen),
            amount=amounts(fen[0]),
            day=day(first[0], as_of),
            least=amounts(fen[-1]),
            last=day(last[0], as_of),
        ),
        total=amounts(sum(fen)),
        cost=amounts(offer.cost_fen),
        rate="" if offer.nominal is None else percent(offer.nominal),
        effective="" if offer.effective is None else percent(offer.effective),
    )
