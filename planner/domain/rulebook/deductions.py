"""What people ask about deductions from their accounts: planner/rules/deductions.toml."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from planner.domain.rulebook.questions import Answered, read_answers
from planner.domain.rulebook.rule_files import RULES, RuleReader, load_sources, reading_rules


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
        questions = read_answers(fields, "questions", reader, taken)
        remedies = read_answers(fields, "remedies", reader, taken, has_when=False)
    return Deductions(questions, remedies)
