"""Up to which yearly rate the law protects a lender: planner/rules/ceilings.toml.

A ceiling is a rate, or a multiple of the one-year LPR of the contract's day. Where that day or
its LPR is not known, neither is the ceiling.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path

from planner.domain.rulebook.ladders import RULE_CERTAINTIES, Words
from planner.domain.rulebook.rule_files import (
    RULES,
    check_wording,
    load_sources,
    read_both,
    reading_rules,
)
from planner.domain.values.reading import Fields


@dataclass(frozen=True, slots=True)
class Ceiling:
    """For one kind of lender: `rate` a year, or `lpr_multiple` times the LPR from a day on."""

    id: str
    lender: Words
    words: Words
    rate: Fraction | None
    lpr_multiple: int
    first: date | None
    products: tuple[str, ...]
    certainty: str
    source: str
    checked_on: date

    def is_after(self, signed_on: date | None) -> bool:
        """Whether it is a rate for new loans only, and the contract was signed before."""
        is_for_new = self.rate is not None
        return bool(is_for_new and signed_on and self.first and signed_on < self.first)


@dataclass(frozen=True, slots=True)
class Lpr:
    """The one-year rate by the day from which it held; known up to a day."""

    rows: tuple[tuple[date, Fraction], ...]
    known_to: date
    certainty: str
    source: str

    def on(self, day: date) -> Fraction | None:
        """The rate in force on that day; None where it is not known."""
        if day > self.known_to:
            return None
        held = [rate for first, rate in self.rows if first <= day]
        return held[-1] if held else None


@dataclass(frozen=True, slots=True)
class Ceilings:
    all: tuple[Ceiling, ...]
    lpr: Lpr

    def of(self, product: str | None, signed_on: date | None = None) -> tuple[Ceiling, ...]:
        """For each kind of lender that may stand behind a product; none for one not known.

        A rule of new loans is left out for a contract that is known to be older.
        """
        return tuple(
            one for one in self.all if product in one.products and not one.is_after(signed_on)
        )

    def rate(self, ceiling: Ceiling, signed_on: date | None) -> Fraction | None:
        """What it comes to for a contract of that day; None where that is not known."""
        if ceiling.rate is not None:
            return ceiling.rate
        if signed_on is None or (ceiling.first is not None and signed_on < ceiling.first):
            return None
        lpr = self.lpr.on(signed_on)
        return None if lpr is None else ceiling.lpr_multiple * lpr


@cache
def load_ceilings(rules: Path = RULES) -> Ceilings:
    """Raises RuleFileError with everything that is wrong with the file."""
    sources = load_sources(rules)
    with reading_rules(rules.joinpath("ceilings.toml")) as fields:
        checked_on = fields.day("checked_on")
        taken: set[str] = set()
        ceilings = tuple(
            _read_ceiling(item, taken, sources, checked_on)
            for item in fields.objects("ceilings", required=True)
        )
        lpr = _read_lpr(fields.child("lpr", required=True) or fields, sources)
    return Ceilings(ceilings, lpr)


def _read_ceiling(
    fields: Fields, taken: set[str], sources: Mapping[str, object], checked_on: date
) -> Ceiling:
    is_fixed = fields.only_key(("rate", "lpr_multiple")) != "lpr_multiple"
    ceiling = Ceiling(
        id=fields.slug("id", taken),
        lender=read_both(fields, "lender"),
        words=read_both(fields, "words"),
        rate=fields.ratio("rate") if is_fixed else None,
        lpr_multiple=0 if is_fixed else fields.whole("lpr_multiple", low=1, high=10),
        first=fields.optional_day("from"),
        products=fields.words("products", None),
        certainty=fields.choice("certainty", RULE_CERTAINTIES),
        source=_read_source(fields, sources),
        checked_on=checked_on,
    )
    check_wording(fields, "words", ceiling.certainty)
    fields.close()
    return ceiling


def _read_lpr(fields: Fields, sources: Mapping[str, object]) -> Lpr:
    rows: list[tuple[date, Fraction]] = []
    for item in fields.objects("rows", required=True):
        row = item.day("from"), item.ratio("one_year")
        if rows and row[0] <= rows[-1][0]:
            item.contradict("from", "a day after the row before")
        rows.append(row)
        item.close()
    lpr = Lpr(
        rows=tuple(rows),
        known_to=fields.day("known_to"),
        certainty=fields.choice("certainty", RULE_CERTAINTIES),
        source=_read_source(fields, sources),
    )
    fields.close()
    return lpr


def _read_source(fields: Fields, sources: Mapping[str, object]) -> str:
    source = fields.text("source")
    if fields.has("source") and source not in sources:
        fields.fail("source", "choice", options="the ids in sources.toml")
    return source
