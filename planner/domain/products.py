"""Products: what a debt of each starts from, its ladder, and where its figures stand.

A product is one TOML file of planner/rules; shared ladders stand in planner/rules/ladders,
shared places of figures in planner/rules/places and sources in planner/rules/sources.toml;
docs/rules.md says what goes where. A file with anything wrong in it is refused whole.
"""

import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NoReturn, TypeVar

from planner.domain.ladders import (
    CERTAINTIES,
    LANGUAGES,
    LONGEST_WORDS,
    REPORTS_TO,
    Rung,
    Words,
    in_language,
    read_ladder,
    read_rung,
    read_words,
    rung_document,
)
from planner.domain.reading import DocumentError, Fields

__all__ = [
    "Fact",
    "Figure",
    "Product",
    "RuleFileError",
    "Rung",
    "Source",
    "Where",
    "is_official",
    "load_products",
    "load_sources",
    "read_ladder",
    "read_rung",
    "reading_rules",
    "refused_files",
    "rung_document",
]

RULES: Final = Path(__file__).resolve().parent.parent / "rules"
NOT_PRODUCTS: Final = ("ceilings", "deductions", "sources", "working_days")
CONTRACTS: Final = ("revolving", "instalment", "open")
QUALITIES: Final = ("text", "official", "secondary", "news", "site", "practice")
UNSOURCED: Final = "OWN"
# The only hosts that a page may lead to: where laws, rules and standards are published.
OFFICIAL_HOSTS: Final = (
    "flk.npc.gov.cn",
    "openstd.samr.gov.cn",
    "www.court.gov.cn",
    "www.gov.cn",
    "www.nfra.gov.cn",
    "www.pbc.gov.cn",
)

# Fields that a person fills in, beside those a product has a value for.
FILLED_IN: Final = (
    "accrued_from",
    "amount",
    "arrears",
    "autopay",
    "billed",
    "carrying",
    "fees_left",
    "grace_days",
    "monthly_spend",
    "next_due",
    "periods_left",
    "principal",
    "purchases",
    "quoted_rate",
    "signed_on",
    "tolerance",
    "unbilled",
)

# What practice and hearsay must not be called, and what they must be called.
CERTAIN_WORDS: Final[Mapping[str, re.Pattern[str]]] = {
    "zh": re.compile("一定|必然|必定|必将|肯定|将会|将被|就会|都会|马上会|立即会"),
    "en": re.compile(r"\b(will|shall|certainly|definitely|always|inevitably)\b", re.IGNORECASE),
}
NOT_CERTAIN: Final[Mapping[str, re.Pattern[str]]] = {
    "zh": re.compile("不一定|未必"),
    "en": re.compile(r"\bnot (always|certainly|definitely)\b", re.IGNORECASE),
}
POSSIBLE_WORDS: Final[Mapping[str, re.Pattern[str]]] = {
    "zh": re.compile("可能|也许|或许|或会"),
    "en": re.compile(r"\b(may|might|could|possible|possibly)\b", re.IGNORECASE),
}

_T = TypeVar("_T")
_ReadValue = Callable[[Fields], Any]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact was found, and in one sentence what it says.

    `url` is only there on one of OFFICIAL_HOSTS: pages may link to it.
    """

    id: str
    name: Words
    says: Words
    dated: str
    quality: str
    url: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A value of a product, how sure it is and where from; unknown values stay null."""

    key: str
    is_known: bool
    value: Any
    certainty: str
    source: str
    checked_on: date
    note: Words


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact in words, with how sure it is and where it comes from; or that nothing was found."""

    words: Words
    certainty: str
    source: str
    checked_on: date
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class Where:
    """Where a person finds a figure: in the app, on the 综合融资成本明示表; and if left empty."""

    app: Words
    form: Words
    empty: Words
    certainty: str
    source: str
    checked_on: date


@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """What a new debt of this product starts from, and what follows a missed due."""

    id: str
    names: Words
    contract: str
    defaults: Mapping[str, Figure]
    possible: Mapping[str, Figure]
    due_days: tuple[Figure, ...]
    ladder: tuple[Rung, ...]
    autopay: tuple[Fact, ...]
    deduction: tuple[Fact, ...]
    service: tuple[Fact, ...]
    extension: tuple[Fact, ...]
    where: Mapping[str, Where]

    def name(self, language: str) -> str:
        return in_language(self.names, language) or self.id

    @property
    def is_another(self) -> bool:
        """Whether it stands for all that has no file of its own."""
        return self.id.startswith("other_")

    @property
    def grace_days_reported(self) -> int | None:
        """Days of grace to show as "possible, confirm"; the grace used is 0 until then."""
        figure = self.possible.get("grace_days")
        return figure.value if figure else None

    @property
    def facts(self) -> tuple[Fact, ...]:
        """All that it tells in words beside its figures and its ladder."""
        return (*self.autopay, *self.deduction, *self.service, *self.extension)

    @property
    def sources(self) -> tuple[str, ...]:
        """The ids of all sources that its values lead to, in alphabetical order."""
        cited: set[str | None] = {rung.source for rung in self.ladder}
        cited.update(source for rung in self.ladder for source in rung.right_sources)
        for figures in (self.defaults.values(), self.possible.values(), self.due_days):
            cited.update(figure.source for figure in figures)
        for facts in (self.facts, self.where.values()):
            cited.update(fact.source for fact in facts)
        return tuple(sorted(source for source in cited if source))

    def starting_document(self) -> dict[str, Any]:
        """The part of a debt document that is known before the person says anything."""
        known = {key: deepcopy(f.value) for key, f in self.defaults.items() if f.is_known}
        return {"product": self.id, "contract": self.contract, **known}


class RuleFileError(ValueError):
    """A rule file that must not be used: which file, which key, and why."""

    def __init__(self, file: Path, errors: Sequence[DocumentError]) -> None:
        super().__init__("\n".join(f"{file.name}: {error}" for error in errors))
        self.file = file
        self.errors = tuple(errors)

    @property
    def key(self) -> str:
        return self.errors[0].path

    @property
    def reason(self) -> str:
        return f"found {self.errors[0].found}, expected {self.errors[0].expected}"


@cache
def load_products(rules: Path = RULES) -> Mapping[str, Product]:
    """Every product of the folder by its id, or RuleFileError at the first bad file."""
    shared = _load_shared(rules)
    products = (_load_product(file, shared) for file in _product_files(rules))
    return MappingProxyType({product.id: product for product in products})


def refused_files(rules: Path = RULES) -> list[RuleFileError]:
    """What is wrong with each product; one error alone where what they share is wrong."""
    try:
        shared = _load_shared(rules)
    except RuleFileError as error:
        return [error]
    refused = []
    for file in _product_files(rules):
        try:
            _load_product(file, shared)
        except RuleFileError as error:
            refused.append(error)
    return refused


def _product_files(rules: Path) -> list[Path]:
    return [file for file in sorted(rules.glob("*.toml")) if file.stem not in NOT_PRODUCTS]


def _load_shared(rules: Path) -> "_Shared":
    sources = load_sources(rules)

    def each(folder: str, load: Callable[[Path, Mapping[str, Source]], _T]) -> dict[str, _T]:
        files = sorted((rules / folder).glob("*.toml"))
        return {file.stem: load(file, sources) for file in files}

    return _Shared(sources, each("ladders", _load_shared_ladder), each("places", _load_places))


@cache
def load_sources(rules: Path = RULES) -> Mapping[str, Source]:
    file = rules / "sources.toml"
    with reading_rules(file) as fields:
        sources: dict[str, Source] = {}
        for item in fields.objects("sources", required=True):
            source = _read_source(item)
            if source.id in sources:
                item.contradict("id", "an id that no other source has")
            sources[source.id] = source
    return MappingProxyType(sources)


def _read_source(fields: Fields) -> Source:
    source = Source(
        id=fields.text("id"),
        name=read_both(fields, "name"),
        says=read_both(fields, "says"),
        dated=fields.text("date"),
        quality=fields.choice("quality", QUALITIES),
        url=fields.text("url", None),
    )
    if source.url and not is_official(source.url):
        fields.contradict("url", "an https address of an official host (OFFICIAL_HOSTS)")
    fields.close()
    return source


def is_official(url: str) -> bool:
    """Whether a page may link there: https, one of our hosts, nothing hidden in the address."""
    return any(re.fullmatch(rf"https://{re.escape(host)}/[!-~]*", url) for host in OFFICIAL_HOSTS)


@contextmanager
def reading_rules(file: Path) -> Iterator[Fields]:
    """The keys of a TOML file; what was noted by the end raises RuleFileError."""
    errors: list[DocumentError] = []
    try:
        document = tomllib.loads(file.read_text("utf-8"), parse_float=_refuse_float)
    except (OSError, ValueError) as problem:
        values = (("reason", f"a TOML file that can be read ({problem})"),)
        raise RuleFileError(
            file, [DocumentError("", "the file", "contradiction", values)]
        ) from problem
    fields = Fields(document, "", errors)
    yield fields
    fields.close()
    if errors:
        raise RuleFileError(file, list(dict.fromkeys(errors)))


def _refuse_float(text: str) -> NoReturn:
    raise ValueError(f"the number {text} must be written as text")


class RuleReader:
    """What every value of one file has in common: its sources and the day it was checked."""

    def __init__(self, fields: Fields, sources: Mapping[str, Source]) -> None:
        self.sources = sources
        self.checked_on = fields.day("checked_on")

    def origin(self, fields: Fields) -> tuple[str, str, date]:
        certainty = fields.choice("certainty", CERTAINTIES)
        source = fields.text("source")
        if fields.has("source") and source not in self.sources:
            fields.fail("source", "choice", options="the ids in sources.toml")
        if source == UNSOURCED and certainty not in ("practice", "reported"):
            fields.contradict("certainty", "practice or reported, as no formal source was found")
        return certainty, source, fields.optional_day("checked_on") or self.checked_on

    def known_sources(self, fields: Fields, key: str, sources: Collection[str]) -> None:
        if not self.sources.keys() >= set(sources):
            fields.fail(key, "choice", options="the ids in sources.toml")

    def figure(self, fields: Fields, key: str, read: _ReadValue) -> Figure:
        state = fields.only_key(("value", "none", "unknown"))
        value = read(fields) if state == "value" else None
        if state in ("none", "unknown") and not fields.flag(state):
            fields.contradict(state, "true, or another key")
        certainty, source, checked_on = self.origin(fields)
        note = read_both(fields, "note") if fields.has("note") else ()
        fields.close()
        return Figure(key, state != "unknown", value, certainty, source, checked_on, note)

    def figures(self, fields: Fields | None) -> Mapping[str, Figure]:
        if fields is None:
            return MappingProxyType({})
        found = {}
        for key, read in _VALUES.items():
            part = fields.child(key)
            if part is not None:
                found[key] = self.figure(part, key, read)
        fields.close()
        return MappingProxyType(found)

    def due_days(self, fields: Fields) -> tuple[Figure, ...]:
        options = fields.objects("due_days")
        return tuple(self.figure(option, "due_day", _VALUES["due_day"]) for option in options)

    def facts(self, fields: Fields, key: str, *, required: bool = True) -> tuple[Fact, ...]:
        found = []
        for item in fields.objects(key, required=required):
            words = read_both(item, "words")
            is_known = not item.flag("unknown", False)
            found.append(Fact(words, *self.origin(item), is_known))
            check_wording(item, "words", found[-1].certainty)
            item.close()
        return tuple(found)

    def places(self, fields: Fields | None) -> Mapping[str, Where]:
        if fields is None:
            return MappingProxyType({})
        found = {}
        for key in sorted({*FILLED_IN, *_VALUES}):
            part = fields.child(key)
            if part is not None:
                found[key] = self.where(part)
        fields.close()
        return MappingProxyType(found)

    def where(self, fields: Fields) -> Where:
        app, form, empty = (read_both(fields, key) for key in ("app", "form", "empty"))
        where = Where(app, form, empty, *self.origin(fields))
        fields.close()
        return where

    def rung(self, fields: Fields, taken: set[str]) -> Rung:
        """A rung of ours: with every text in every language, a source, and sober words."""
        because = fields.text("severity_because", "")
        rung = read_rung(fields, taken)
        if not rung.checked_on:
            rung = replace(rung, checked_on=self.checked_on)
        self.origin(fields)
        self.known_sources(fields, "right_sources", rung.right_sources)
        required = ["names", "before", "right"]
        if rung.after_days is None:
            required.append("condition")
        for key in required:
            read_both(fields, key)
        if rung.is_notice and (rung.counts_from != "due" or rung.severity > 1):
            fields.contradict("after_days", "1 or more, as only a notice before the due is earlier")
        if not rung.event and not because and rung.severity != _usual_severity(rung):
            fields.contradict("severity", "the usual one for its days, or severity_because")
        for key in ("names", "before", "condition"):
            check_wording(fields, key, rung.certainty)
        if rung.certainty in ("practice", "reported") and not rung.is_notice:
            _check_possibility(fields, "names")
        return rung


@dataclass(frozen=True, slots=True)
class _SharedLadder:
    """A shared ladder: its rungs, and as they were written, for products to override."""

    rungs: tuple[Rung, ...]
    written: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class _Shared:
    """What products have in common: sources, ladders and places of figures, by name."""

    sources: Mapping[str, Source]
    ladders: Mapping[str, _SharedLadder]
    places: Mapping[str, Mapping[str, Where]]


def _load_places(file: Path, sources: Mapping[str, Source]) -> Mapping[str, Where]:
    """Where figures of one kind of contract stand; `{app}` is left for the product."""
    with reading_rules(file) as fields:
        return RuleReader(fields, sources).places(fields.child("where", required=True))


def _load_shared_ladder(file: Path, sources: Mapping[str, Source]) -> _SharedLadder:
    with reading_rules(file) as fields:
        reader = RuleReader(fields, sources)
        items = fields.items("rungs", required=True)
        taken: set[str] = set()
        rungs = [
            reader.rung(Fields(_dated(item), f"rungs[{index}]", fields.errors), taken)
            for index, item in enumerate(items)
        ]
    return _SharedLadder(tuple(rungs), {item["id"]: item for item in items})


def _load_product(file: Path, shared: _Shared) -> Product:
    with reading_rules(file) as fields:
        reader = RuleReader(fields, shared.sources)
        product = Product(
            id=fields.slug("id", set()),
            names=read_both(fields, "names"),
            contract=fields.choice("contract", CONTRACTS),
            defaults=reader.figures(fields.child("defaults", required=True)),
            possible=reader.figures(fields.child("possible")),
            due_days=reader.due_days(fields),
            ladder=_read_product_ladder(fields, reader, shared.ladders),
            autopay=reader.facts(fields, "autopay"),
            deduction=reader.facts(fields, "deduction"),
            service=reader.facts(fields, "service", required=False),
            extension=reader.facts(fields, "extension"),
            where=_read_product_places(fields, reader, shared.places),
        )
        if product.id != file.stem:
            fields.contradict("id", "the name of the file")
        for key, figure in product.defaults.items():
            if not figure.is_known and key not in product.where:
                fields.contradict(f"where.{key}", "where a person finds what we do not know")
    return product


def _read_product_places(
    fields: Fields, reader: RuleReader, shared: Mapping[str, Mapping[str, Where]]
) -> Mapping[str, Where]:
    """The shared places, in the product's own app, and its own in their stead."""
    names = fields.words("places", list(shared))
    app = dict(read_both(fields, "app")) if names else {}
    found: dict[str, Where] = {}
    for name in names:
        for key, place in shared[name].items():
            texts = ((one, text.replace("{app}", app.get(one, ""))) for one, text in place.app)
            found[key] = replace(place, app=tuple(texts))
    own = reader.places(fields.child("where", required=not names))
    return MappingProxyType({**found, **own})


def _read_product_ladder(
    fields: Fields, reader: RuleReader, shared: Mapping[str, _SharedLadder]
) -> tuple[Rung, ...]:
    """Shared rungs, as the product overrides them, and its own; dated ones in their order."""
    ladder = [
        reader.rung(Fields(_dated(item), f"rungs[{index}]", fields.errors), set())
        for index, item in enumerate(fields.items("rungs"))
    ]
    overrides = fields.child("overrides")
    for name in fields.words("ladders", list(shared)):
        for rung in shared[name].rungs:
            changes = overrides.written(rung.id) if overrides else None
            if changes is not None:
                checked = {"checked_on": reader.checked_on.isoformat()}
                whole = {**_dated(shared[name].written[rung.id]), **checked, **_dated(changes)}
                rung = reader.rung(Fields(whole, f"overrides.{rung.id}", fields.errors), set())
            ladder.append(rung)
    if overrides:
        overrides.close()
    ids = [rung.id for rung in ladder]
    for rung in ladder:
        if ids.count(rung.id) > 1:
            _refuse_rung(fields, rung, "id", "twice", "each id once in the whole ladder")
        if rung.event and (rung.event not in ids or rung.event == rung.id):
            _refuse_rung(fields, rung, "counts_from", rung.event, "an event of the same ladder")
    return tuple(sorted(ladder, key=_place))


def _refuse_rung(fields: Fields, rung: Rung, key: str, found: str, reason: str) -> None:
    """Record what is wrong with a rung of the put-together ladder."""
    path = f"ladder.{rung.id}.{key}"
    fields.errors.append(DocumentError(path, found, "contradiction", (("reason", reason),)))


def _dated(written: Any) -> Any:
    """The rung with null days where TOML, which has no null, says `undated = true`."""
    if isinstance(written, dict) and written.get("undated") is True and "after_days" not in written:
        return {**{k: v for k, v in written.items() if k != "undated"}, "after_days": None}
    return written


def _place(rung: Rung) -> tuple[bool, int]:
    """Dated rungs by their days, then the others; else the product's own come first."""
    if rung.event or rung.after_days is None:
        return True, 0
    return False, rung.after_days


def _usual_severity(rung: Rung) -> int:
    """By days past due; below day 31 and without a date the file alone decides."""
    days = rung.after_days or 0
    return next((s for s, first in ((5, 91), (4, 61), (3, 31)) if days >= first), rung.severity)


def read_both(fields: Fields, key: str) -> Words:
    """A text in every language; ours have no gaps."""
    texts = fields.child(key, required=True)
    if texts is None:
        return ()
    for language in LANGUAGES:
        if not texts.has(language) or not texts.text(language, longest=LONGEST_WORDS).strip():
            texts.fail(language, "required")
    return read_words(fields, key)


def check_wording(fields: Fields, key: str, certainty: str | None) -> None:
    """What is only practice or hearsay is never worded as certain."""
    texts = fields.child(key)
    if texts is None or certainty not in ("practice", "reported"):
        return
    for language, text in read_words(fields, key):
        found = CERTAIN_WORDS[language].search(NOT_CERTAIN[language].sub("", text))
        if found:
            texts.contradict(language, f"no word as certain as {found[0]} for {certainty}")


def _check_possibility(fields: Fields, key: str) -> None:
    texts = fields.child(key)
    if texts is None:
        return
    for language, text in read_words(fields, key):
        if not POSSIBLE_WORDS[language].search(text):
            texts.contradict(language, "a word that says that it is only possible")


def _whole(low: int, high: int) -> _ReadValue:
    return lambda fields: fields.whole("value", low=low, high=high)


def _choice(*options: str) -> _ReadValue:
    return lambda fields: fields.choice("value", options)


def _terms(**readers: Callable[[Fields, str], Any]) -> _ReadValue:
    """An object of a debt document, each key optional here; kept as it is written."""

    def read(fields: Fields) -> dict[str, Any]:
        terms = fields.child("value", required=True)
        if terms is None:
            return {}
        value = {key: part(terms, key) for key, part in readers.items() if terms.has(key)}
        terms.close()
        return value

    return read


def _written(check: Callable[[Fields, str], object]) -> Callable[[Fields, str], str]:
    """Text that the check accepts, as it was written."""

    def read(fields: Fields, key: str) -> str:
        noted = len(fields.errors)
        check(fields, key)
        return fields.text(key) if len(fields.errors) == noted else ""

    return read


_ratio = _written(Fields.ratio)
_amount = _written(Fields.amount)
_multiplier = _written(lambda fields, key: fields.ratio(key, high=10))

# The keys of a debt document that a product may have a value for, and how each is read.
_VALUES: Final[Mapping[str, _ReadValue]] = {
    "statement_day": _whole(1, 31),
    "due_day": _whole(1, 31),
    "due_after": _whole(1, 60),
    "grace_days": _whole(0, 60),
    "tolerance": lambda fields: _amount(fields, "value"),
    "minimum": _terms(ratio=_ratio, floor=_amount, carried=_ratio, plus_interest=Fields.flag),
    "rate": _terms(
        rate=_ratio, per=lambda fields, key: fields.choice(key, ("day", "month", "year"))
    ),
    "interest_from": _choice("due", "statement", "posting"),
    "interest_on": _choice("daily", "remainder"),
    "late_fee": _terms(ratio=_ratio, floor=_amount),
    "method": _choice("level", "equal_principal", "interest_only", "flat_fee", "listed"),
    "overdue": _terms(
        multiplier=_multiplier, on=lambda fields, key: fields.choice(key, ("row", "principal"))
    ),
    "prepay": _terms(
        allowed=Fields.flag,
        fee_ratio=_ratio,
        keeps=lambda fields, key: fields.choice(key, ("amount", "term")),
        fees_waived=Fields.flag,
    ),
    "reports_to": lambda fields: list(fields.words("value", REPORTS_TO)),
}
