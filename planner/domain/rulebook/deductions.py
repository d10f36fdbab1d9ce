"""What people ask about deductions from their accounts: planner/rules/deductions.toml."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from planner.domain.rulebook.ladders import Words
from planner.domain.rulebook.rule_files import (
    RULES,
    RuleReader,
    check_wording,
    load_sources,
    read_both,
    reading_rules,
)
from planner.domain.values.reading import Fields


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with its answer and from when it holds, or a remedy, which has no `when`.

    `more_sources` are there where one source tells of one lender only.
    """

    id: str
    asks: Words
    words: Words
    when: Words
    certainty: str
    source: str
    checked_on: date
    is_known: bool
    more_sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deductions:
    questions: tuple[Answered, ...]
    remedies: tuple[Answered, ...]


@cache
def load_deductions(rules: Path = RULES) -> Deductions:
    """Raises RuleFileError with everything that is wrong with the file."""
    sources = load_sources(rules)
    with reading_rules(rules.joinpath("deductions.toml")) as fields:
        reader = RuleReader(fields, sources)
        taken: set[str] = set()
        questions = [
            _read(item, reader, taken, has_when=True)
            for item in fields.objects("questions", required=True)
        ]
        remedies = [
            _read(item, reader, taken, has_when=False)
            for item in fields.objects("remedies", required=True)
        ]
    return Deductions(tuple(questions), tuple(remedies))


def _read(fields: Fields, reader: RuleReader, taken: set[str], *, has_when: bool) -> Answered:
    read = Answered(
        fields.slug("id", taken),
        read_both(fields, "asks"),
        read_both(fields, "words"),
        read_both(fields, "when") if has_when else (),
        *reader.origin(fields),
        not fields.flag("unknown", False),
        fields.words("more_sources", None),
    )
    reader.known_sources(fields, "more_sources", read.more_sources)
    for key in ("words", "when"):
        check_wording(fields, key, read.certainty)
    fields.close()
    return read
