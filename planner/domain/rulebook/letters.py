"""Letters to lenders and what belongs beside them: planner/rules/letters/.

Every sentence has its certainty and source. What stands in braces is filled in by words; a name
that is not in `FILLED` is refused.
"""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from planner.domain.rulebook.ladders import Words
from planner.domain.rulebook.rule_files import (
    RULES,
    Fact,
    RuleReader,
    load_sources,
    read_both,
    reading_rules,
)
from planner.domain.values.reading import Fields

AIMS: Final = ("deferral", "instalments", "personal", "reduction", "settlement", "stop")
FILLED: Final = frozenset(
    (
        *("lender", "debt", "balance", "late", "today", "income", "costs", "others", "amount"),
        *("periods", "first_due", "total", "reply_by", "aim", "aim_low", "calls"),
    )
)
LENDERS: Final = ("bank", "consumer_finance", "small_lender", "platform", "person")
PARTS: Final = (
    *("subject", "opening", "plain", "closing", "papers", "proof", "script", "confirm"),
    *("refused", "mistakes"),
)


@dataclass(frozen=True, slots=True)
class Letter:
    """`lenders` are the kinds it can go to. `admits`: it says what is owed, which restarts
    limitation (LIMITRULE), so that the person is warned before it is written."""

    id: str
    names: Words
    lenders: tuple[str, ...]
    admits: bool
    hint: tuple[Fact, ...]
    asks: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Letters:
    """`parts` are what every letter shares, and the lists beside it."""

    by_aim: Mapping[str, Letter]
    parts: Mapping[str, tuple[Fact, ...]]

    def body(self, aim: str) -> tuple[Fact, ...]:
        """A letter from its first line to its last."""
        letter = self.by_aim[aim]
        opening = self.parts["opening" if letter.admits else "plain"]
        closing = self.parts["closing"] if letter.admits else self.parts["closing"][1:]
        return (*self.parts["subject"], *opening, *letter.asks, *closing)


@cache
def load_letters(rules: Path = RULES) -> Letters:
    """Raises RuleFileError for the first file that is wrong."""
    sources = load_sources(rules)
    with reading_rules(rules.joinpath("letters", "common.toml")) as fields:
        reader = RuleReader(fields, sources)
        parts = {part: _facts(fields, part, reader) for part in PARTS}
    letters = {}
    for aim in AIMS:
        with reading_rules(rules.joinpath("letters", f"{aim}.toml")) as fields:
            reader = RuleReader(fields, sources)
            letters[aim] = Letter(
                id=fields.choice("id", (aim,)),
                names=read_both(fields, "names"),
                lenders=fields.words("lenders", LENDERS),
                admits=fields.flag("admits"),
                hint=_facts(fields, "hint", reader),
                asks=_facts(fields, "asks", reader),
            )
    return Letters(MappingProxyType(letters), MappingProxyType(parts))


def _facts(fields: Fields, key: str, reader: RuleReader) -> tuple[Fact, ...]:
    facts = reader.facts(fields, key)
    for fact in facts:
        for _language, text in fact.words:
            for _text, name, _spec, _conversion in string.Formatter().parse(text):
                if name is not None and name not in FILLED:
                    fields.contradict(key, f"texts in braces out of {', '.join(sorted(FILLED))}")
    return facts
