"""What is known of each product, source and step, as the public pages of rules tell it.

Nobody's figures stand here: days are counted from a due that is nobody's. Call these inside
`speaking(language)`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner.domain.ledger.consequences import runs_from_due
from planner.domain.rulebook.deductions import load_deductions
from planner.domain.rulebook.ladders import Rung
from planner.domain.rulebook.law import CourtFee, load_law
from planner.domain.rulebook.products import Product, load_products
from planner.domain.rulebook.rule_files import Fact, Figure, Source, load_sources
from planner.domain.rulebook.sheets import load_sheet
from planner.words.facts import HOW_SURE, FactLine, answered, names_of_sources, when
from planner.words.figures import figure
from planner.words.language import spoken
from planner.words.names import certainty_word, fact_certainty

MEANS = {
    "regulation": gettext_lazy("a law, a court's interpretation or a regulator's rule"),
    "retold": gettext_lazy("the product's terms as told by others; your own contract decides"),
    "practice": gettext_lazy("what usually happens; no rule says so"),
    "reported": gettext_lazy("one weak source, or sources that disagree; not a fact"),
}

# What people ask, and the steps that answer it. What is in none of them stands in the last.
QUESTIONS = (
    ("due", gettext_lazy("By when must I pay, and is there any grace?"), ()),
    (
        "cost",
        gettext_lazy("What does it cost?"),
        (
            *("overdue", "penalty_interest", "interest_backdated", "late_fee"),
            *("overdue_interest", "acceleration", "allocation_flip"),
        ),
    ),
    (
        "contact",
        gettext_lazy("Which messages and calls come, and what is not allowed?"),
        (
            *("pre_reminder", "sms", "sms_d3", "phone", "sms_d5", "sms_d7", "sms_d10", "sms_d15"),
            *("contact", "emergency_contact", "third_party_contact", "outsourced"),
        ),
    ),
    ("deduction", gettext_lazy("Where is money taken from?"), ("due_debit", "daily_debit")),
    (
        "service",
        gettext_lazy("What is limited or switched off?"),
        ("limit_frozen", "related_products_off", "payment_limited"),
    ),
    (
        "record",
        gettext_lazy("What happens to the credit records, and when are they deleted?"),
        (
            *("sesame", "bureau_notice", "report_notice"),
            *(f"bureau_{status}" for status in range(1, 8)),
            *("later_loans", "objection", "objection_answer", "settled", "record_removed"),
        ),
    ),
    ("extension", gettext_lazy("Can I get more time or pay in parts?"), ()),
    (
        "court",
        gettext_lazy("Will I be sued, and what then?"),
        (
            *("pre_mediation", "preservation"),
            *("lawsuit", "payment_order", "payment_order_reply", "summons", "answer_due"),
            *("judgment", "appeal_due", "judgment_due", "delay_interest"),
            *("enforcement_possible", "enforcement_limit", "enforcement_notice"),
            *("asset_report", "account_frozen", "wages_taken", "property_sealed", "auction"),
            *("vehicle_recovery", "consumption_limit", "dishonest_list"),
            *("second_demand", "malicious_overdraft"),
        ),
    ),
    (
        "books",
        gettext_lazy("How does the lender book it?"),
        ("class_watch", "class_substandard", "class_doubtful", "class_loss", "writeoff"),
    ),
    ("limitation", gettext_lazy("Does the claim ever end?"), ("demanded", "limitation")),
)

# Figures of a product that answer a question beside its steps.
FIGURES = {
    "due": (*("statement_day", "due_day", "due_after", "minimum", "grace_days", "tolerance"),),
    "cost": (*("rate", "method", "interest_from", "interest_on", "overdue", "late_fee", "prepay"),),
    "record": ("reports_to",),
}

# What people ask about most stands open: what callers may do, and what follows a suit.
UNFOLDED = ("phone", "contact", "lawsuit")

# Of what people ask about deductions, what holds for any lender that deducts.
ASKED = ("cards", "wechat", "wages", "counts", "third_parties", "agents")

CLAIMS_FEN = (500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000)

# Who helps, by telephone; pages lead only to hosts of OFFICIAL_HOSTS.
CHANNELS = (
    (
        "12378",
        gettext_lazy("complaints about banks and consumer finance companies"),
        "https://www.nfra.gov.cn/",
    ),
    (
        "12363",
        gettext_lazy("the central bank: credit records, payment accounts, personal data"),
        "https://www.pbc.gov.cn/",
    ),
    ("12345", gettext_lazy("the local government: small-loan companies"), ""),
    (
        "12368",
        gettext_lazy("the courts: whether a paper is genuine, how a case stands"),
        "https://www.court.gov.cn/",
    ),
    ("12348", gettext_lazy("free legal advice and legal aid"), ""),
    ("110", gettext_lazy("the police: violence, threats, being held"), ""),
)


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A fact of a product in words, how sure it is, and the source it leads to."""

    words: str
    certainty: str
    checked: str
    source: str
    source_name: str


@dataclass(frozen=True, slots=True)
class LadderStep:
    """A rung without a due to count from: its days in words instead of a date."""

    id: str
    when: str
    is_dated: bool
    is_open: bool
    line: RuleLine
    condition: str
    before: str
    right: str
    right_sources: list[tuple[str, str]]  # ids and names of what `right` rests on


@dataclass(frozen=True, slots=True)
class PublicQuestion:
    """What people ask, with all that answers it: facts in words, then steps in their order."""

    id: str
    title: str
    facts: list[RuleLine]
    steps: list[LadderStep]


@dataclass(frozen=True, slots=True)
class Channel:
    number: str
    what: str
    url: str
    host: str


def of_source(source: Source) -> dict[str, Any]:
    users = [product for product in load_products().values() if source.id in product.sources]
    return {
        "name": spoken(source.name),
        "says": spoken(source.says),
        "dated": source.dated,
        "how_sure": HOW_SURE[source.quality],
        "is_practice": source.quality == "practice",
        "is_law": source.quality in ("text", "official"),
        "url": source.url,
        "host": _host(source.url),
        "products": [(product.id, spoken(product.names)) for product in users],
    }


def of_product(product: Product) -> dict[str, Any]:
    return {
        "product": product.id,
        "name": spoken(product.names),
        "questions": questions(product),
        "asked": asked(product),
        "channels": channels(spoken(rung.right) for rung in product.ladder),
        "means": [(certainty_word(one), means) for one, means in MEANS.items()],
    }


def of_rung(product: Product, rung: Rung) -> dict[str, Any]:
    step = _of_rung(rung)
    return {
        "product": product.id,
        "product_name": spoken(product.names),
        "name": spoken(rung.names),
        "step": step,
        "checked_on": rung.checked_on,
        "means": MEANS[rung.certainty or "practice"],
        "channels": channels([step.right]),
    }


def questions(product: Product) -> list[PublicQuestion]:
    """What people ask of a product; a question without an answer is left out."""
    facts = {
        "deduction": [*product.autopay, *product.deduction],
        "service": list(product.service),
        "extension": list(product.extension),
    }
    figures = {**product.possible, **product.defaults}
    rungs = {rung.id: rung for rung in product.ladder}
    found = []
    for name, title, steps in QUESTIONS:
        answered = PublicQuestion(
            name,
            str(title),
            [
                *(_of_figure(one) for one in _told(figures, FIGURES.get(name, ()))),
                *(_of_fact(fact) for fact in facts.get(name, [])),
            ],
            [_of_rung(rung) for rung in _in_turn(rungs[one] for one in steps if one in rungs)],
        )
        if answered.facts or answered.steps:
            found.append(answered)
    return found


def asked(product: Product) -> list[FactLine]:
    """What people ask about deductions; nothing where the lender has none."""
    if not any(rung.id == "due_debit" for rung in product.ladder):
        return []
    return [answered(one) for one in load_deductions().questions if one.id in ASKED]


def _told(figures: Mapping[str, Figure], keys: Iterable[str]) -> Iterator[Figure]:
    """Those of the figures that have something to say."""
    for key in keys:
        if key in figures and figures[key].note:
            yield figures[key]


def _in_turn(rungs: Iterable[Rung]) -> list[Rung]:
    """The rungs with those that a due dates by their days, in the places that they take."""
    ordered = list(rungs)
    places = [place for place, rung in enumerate(ordered) if runs_from_due(rung)]
    dated = sorted((ordered[place] for place in places), key=lambda rung: rung.after_days or 0)
    for place, rung in zip(places, dated, strict=True):
        ordered[place] = rung
    return ordered


def channels(texts: Iterable[str]) -> list[Channel]:
    """Those whose number one of the texts names."""
    said = " ".join(texts)
    return [
        Channel(number, str(what), url, _host(url))
        for number, what, url in CHANNELS
        if number in said
    ]


def listed_products() -> list[tuple[str, str]]:
    return [(product.id, spoken(product.names)) for product in load_products().values()]


@dataclass(frozen=True, slots=True)
class LawPart:
    """What people ask about one side of the law."""

    id: str
    title: str
    answers: list[FactLine]


@dataclass(frozen=True, slots=True)
class CourtCost:
    """What a court takes for a claim: judged, settled or simplified, as a payment order."""

    claim: str
    full: str
    halved: str
    order: str


def of_law(claim_fen: int | None) -> dict[str, Any]:
    """The answers of law.toml, and the court's fee of some claims and of the one asked about."""
    law = load_law()
    parts = [
        LawPart("trouble", _("Can a debt send me to prison?"), [*map(answered, law.trouble)]),
        LawPart("court", _("What a court does and costs"), [*map(answered, law.court)]),
        LawPart(
            "insolvency",
            _("Personal insolvency and debt clean-up, by place"),
            [*map(answered, law.insolvency)],
        ),
    ]
    return {
        "parts": parts,
        "costs": [_cost(law.court_fee, claim) for claim in CLAIMS_FEN],
        "asked_cost": None if claim_fen is None else _cost(law.court_fee, claim_fen),
        "fee_sources": names_of_sources([law.court_fee.source]),
        "channels": channels(spoken(one.words) for one in law.answers),
    }


def of_real() -> dict[str, Any]:
    """What people ask about messages, callers and help for money, what to do first on top."""
    sheet = load_sheet("real")
    parts = [
        LawPart("court", _("Messages about a court"), [*map(answered, sheet["court"])]),
        LawPart("caller", _("Who calls, writes or comes"), [*map(answered, sheet["caller"])]),
        LawPart("offered", _("Help for money"), [*map(answered, sheet["offered"])]),
    ]
    said = [spoken(one.words) for part in sheet.values() for one in part]
    return {
        "first": [*map(answered, sheet["first"])],
        "parts": parts,
        "channels": channels(said),
    }


def of_calm() -> dict[str, Any]:
    return {"answers": [*map(answered, load_sheet("real")["night"])]}


def _cost(fee: CourtFee, claim_fen: int) -> CourtCost:
    fees = fee.full_fen(claim_fen), fee.halved_fen(claim_fen), fee.payment_order_fen(claim_fen)
    return CourtCost(figure(claim_fen), *map(figure, fees))


def listed_sources() -> list[tuple[str, str]]:
    return [(source.id, spoken(source.name)) for source in load_sources().values()]


def _host(url: str | None) -> str:
    return url.split("/")[2] if url else ""


def _of_figure(figure: Figure) -> RuleLine:
    return _line(spoken(figure.note), fact_certainty(figure), figure)


def _of_fact(fact: Fact) -> RuleLine:
    return _line(spoken(fact.words), fact_certainty(fact), fact)


def _of_rung(rung: Rung) -> LadderStep:
    return LadderStep(
        id=rung.id,
        when=when(rung),
        is_dated=rung.after_days is not None,
        is_open=rung.id in UNFOLDED,
        line=_line(spoken(rung.names), certainty_word(rung.certainty), rung),
        condition=spoken(rung.condition),
        before=spoken(rung.before),
        right=spoken(rung.right),
        right_sources=names_of_sources(rung.right_sources),
    )


def _line(words: str, sure: str, of: Figure | Fact | Rung) -> RuleLine:
    source = load_sources()[of.source or ""]
    checked = f"{of.checked_on:%Y-%m}" if of.checked_on else ""
    return RuleLine(words, sure, checked, source.id, spoken(source.name))
