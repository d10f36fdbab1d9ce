"""What people ask, with an answer, from when it holds and its sources: the shape of rule files
that answer questions (deductions.toml, law.toml)."""

from dataclasses import dataclass
from datetime import date

from planner.domain.rulebook.ladders import Words
from planner.domain.rulebook.rule_files import RuleReader, check_wording, read_both
from planner.domain.values.reading import Fields


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with its answer and from when it holds, or a remedy, which has no `when`.

    `more_sources` are there where one source tells of one lender, or of one part, only.
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


def read_answers(
    fields: Fields, key: str, reader: RuleReader, taken: set[str], *, has_when: bool = True
) -> tuple[Answered, ...]:
    """All under one key, at least one; what is wrong with them joins the errors of `fields`."""
    items = fields.objects(key, required=True)
    return tuple(_read(item, reader, taken, has_when=has_when) for item in items)


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
