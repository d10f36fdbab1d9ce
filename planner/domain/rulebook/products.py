"""Products: what a debt of each starts from, its ladder, and where its figures stand.

A product is one TOML file of planner/rules; shared ladders stand in planner/rules/ladders,
shared places of figures in planner/rules/places and sources in planner/rules/sources.toml;
docs/rules.md says what goes where. A file with anything wrong in it is refused whole.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar

from planner.domain.rulebook.ladders import (
    Rung,
    Words,
    in_language,
    read_ladder,
    read_rung,
    rung_document,
)
from planner.domain.rulebook.rule_files import (
    RULES,
    Fact,
    Figure,
    RuleFileError,
    RuleReader,
    Source,
    Where,
    is_official,
    load_sources,
    read_both,
    reading_rules,
)
from planner.domain.values.reading import DocumentError, Fields

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
NOT_PRODUCTS: Final = ("ceilings", "deductions", "law", "sources", "working_days")
CONTRACTS: Final = ("revolving", "instalment", "open")

_T = TypeVar("_T")


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
    def facts(self) -> tuple[Fact, ...]:
        """All that it tells in words beside its figures and its ladder."""
        return (*self.autopay, *self.deduction, *self.service, *self.extension)

    @property
    def out_of_reach(self) -> frozenset[str]:
        """The kinds of accounts from which the lender cannot take, by what is known."""
        return frozenset(kind for fact in self.deduction for kind in fact.not_from)

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
