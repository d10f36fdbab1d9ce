"""The answer to an offer, in lines."""

from dataclasses import dataclass

from planner.domain.household.household import Household
from planner.domain.offers.beside import Beside
from planner.domain.offers.check import OfferCheck, check_offer
from planner.domain.offers.offer import LenderOffer
from planner.domain.rulebook.sheets import load_sheet
from planner.plans.current import Current
from planner.words.facts import FactLine, answered, names_of_sources
from planner.words.figures import Amounts
from planner.words.language import spoken
from planner.words.names import certainty_word
from planner.words.offers import (
    GRAVE,
    beside_lines,
    finding_words,
    headline,
    rate_words,
    why_sites_differ,
)


@dataclass(frozen=True, slots=True)
class CeilingLine:
    """The limit for one kind of lender, how sure it is, and whether the offer keeps it."""

    lender: str
    rate: str
    words: str
    certainty: str
    sources: list[tuple[str, str]]
    is_exceeded: bool | None


@dataclass(frozen=True, slots=True)
class FindingLine:
    words: str
    is_grave: bool


@dataclass(frozen=True, slots=True)
class OfferAnswer:
    """What a page prints of an offer that was read."""

    headline: str
    state: str
    rate: str
    effective: str
    by_days: str
    form_rate: str
    total: str
    cost: str
    ceilings: list[CeilingLine]
    findings: list[FindingLine]
    beside: list[tuple[str, str, str]]
    charges: list[FactLine]
    sign: list[FactLine]
    why_differs: str

    @classmethod
    def of(
        cls, offer: LenderOffer, household: Household, amounts: Amounts, beside: Beside | None
    ) -> "OfferAnswer":
        check = check_offer(offer)
        found = [*(beside.findings if beside else ()), *check.findings]
        names = {one.id: one.name for one in (beside.plan.household if beside else household).debts}
        sheet = load_sheet("offers")
        is_bad = any(one.code in ("above_ceiling", "breaks", "withheld") for one in found)
        lines = [
            FindingLine(finding_words(one, amounts, household.as_of, names), one.code in GRAVE)
            for one in found
        ]
        return cls(
            headline=headline(check),
            state="short" if is_bad else "later",
            rate=rate_words(check.rates.nominal),
            effective=rate_words(check.rates.effective),
            by_days=rate_words(check.rates.by_days),
            form_rate="" if check.form_rate is None else rate_words(check.form_rate),
            total=amounts(offer.total_fen),
            cost=amounts(check.cost_fen),
            ceilings=_ceilings(check),
            findings=sorted(lines, key=lambda one: not one.is_grave),
            beside=beside_lines(beside, amounts) if beside else [],
            charges=[*map(answered, sheet["charges"])],
            sign=[*map(answered, sheet["sign"])],
            why_differs=why_sites_differ(),
        )


def _ceilings(check: OfferCheck) -> list[CeilingLine]:
    return [
        CeilingLine(
            lender=spoken(one.ceiling.lender),
            rate="" if one.rate is None else rate_words(one.rate),
            words=spoken(one.ceiling.words),
            certainty=certainty_word(one.ceiling.certainty),
            sources=names_of_sources([one.ceiling.source]),
            is_exceeded=one.is_exceeded,
        )
        for one in check.ceilings
    ]


def answer_of(current: Current, offer: LenderOffer, beside: Beside | None) -> OfferAnswer:
    return OfferAnswer.of(offer, current.position, current.amounts, beside)
