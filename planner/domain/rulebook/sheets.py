"""What people ask about one matter, by parts: rule files that are nothing but answers."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from planner.domain.rulebook.questions import Answered, read_answers
from planner.domain.rulebook.rule_files import RULES, RuleReader, load_sources, reading_rules

# Each file with its parts, in the order in which they are read.
SHEETS: Final[Mapping[str, tuple[str, ...]]] = {
    "contacts": ("marks",),
    "offers": ("charges", "sign"),
    "real": ("first", "court", "caller", "offered", "night"),
}
Sheet = Mapping[str, tuple[Answered, ...]]


@cache
def load_sheet(name: str, rules: Path = RULES) -> Sheet:
    """The answers of a file by part. Raises RuleFileError with everything that is wrong."""
    sources = load_sources(rules)
    with reading_rules(rules.joinpath("sheets", f"{name}.toml")) as fields:
        reader = RuleReader(fields, sources)
        taken: set[str] = set()
        return MappingProxyType(
            {
                part: read_answers(fields, part, reader, taken, has_when=False)
                for part in SHEETS[name]
            }
        )


def load_sheets(rules: Path = RULES) -> None:
    """All of them. Raises RuleFileError for the first one that is wrong."""
    for name in SHEETS:
        load_sheet(name, rules)
