"""Rule files: TOML in which every value has its source, how sure it is and the day of the check.

Sources stand in planner/rules/sources.toml; docs/rules.md says what goes where. A file with
anything wrong in it is refused whole.
"""

import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NoReturn

from planner.domain.rulebook.ladders import (
    LANGUAGES,
    LONGEST_WORDS,
    REPORTS_TO,
    RULE_CERTAINTIES,
    Rung,
    Words,
    read_rung,
    read_words,
)
from planner.domain.values.reading import DocumentError, Fields

RULES: Final = Path(__file__).resolve().parents[2] / "rules"
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
    """A fact in words, with how sure it is and where it comes from; or that nothing was found.

    `not_from`: the kinds of accounts of which it says that the lender cannot take from them.
    """

    words: Words
    certainty: str
    source: str
    checked_on: date
    is_known: bool = True
    not_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Where:
    """Where a person finds a figure: in the app, on the 综合融资成本明示表; and if left empty."""

    app: Words
    form: Words
    empty: Words
    certainty: str
    source: str
    checked_on: date


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
        certainty = fields.choice("certainty", RULE_CERTAINTIES)
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
            not_from = item.words("not_from", None)
            found.append(Fact(words, *self.origin(item), is_known, not_from))
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

# The keys of a debt of which rules may say something, and a person may have read them themselves.
FIGURE_KEYS: Final = tuple(_VALUES)
