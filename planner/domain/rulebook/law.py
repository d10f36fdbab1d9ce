"""What people ask about the law, and what a court costs: planner/rules/law.toml."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

from planner.domain.rulebook.questions import Answered, read_answers
from planner.domain.rulebook.rule_files import RULES, RuleReader, load_sources, reading_rules
from planner.domain.values.money import round_half_up
from planner.domain.values.reading import Fields


@dataclass(frozen=True, slots=True)
class CourtFee:
    """The fee of a claim for money, by steps (诉讼费用交纳办法, arts 13, 14, 15 and 16)."""

    first_fen: int
    steps: tuple[tuple[int, Fraction], ...]  # (above so many fen, share of the part above)
    certainty: str
    source: str

    def full_fen(self, claim_fen: int) -> int:
        """Of a claim of so many fen that is judged in ordinary procedure."""
        fee = Fraction(self.first_fen)
        ends = [above for above, _ in self.steps[1:]] + [claim_fen]
        for (above, ratio), end in zip(self.steps, ends, strict=True):
            fee += ratio * max(0, min(claim_fen, end) - above)
        return round_half_up(fee)

    def halved_fen(self, claim_fen: int) -> int:
        """If it is settled or judged in simplified procedure."""
        return round_half_up(Fraction(self.full_fen(claim_fen), 2))

    def payment_order_fen(self, claim_fen: int) -> int:
        """Of a payment order: a third."""
        return round_half_up(Fraction(self.full_fen(claim_fen), 3))


@dataclass(frozen=True, slots=True)
class Law:
    trouble: tuple[Answered, ...]
    court: tuple[Answered, ...]
    insolvency: tuple[Answered, ...]
    court_fee: CourtFee

    @property
    def answers(self) -> tuple[Answered, ...]:
        return (*self.trouble, *self.court, *self.insolvency)


@cache
def load_law(rules: Path = RULES) -> Law:
    """Raises RuleFileError with everything that is wrong with the file."""
    sources = load_sources(rules)
    with reading_rules(rules.joinpath("law.toml")) as fields:
        reader = RuleReader(fields, sources)
        taken: set[str] = set()
        return Law(
            trouble=read_answers(fields, "trouble", reader, taken),
            court=read_answers(fields, "court", reader, taken),
            insolvency=read_answers(fields, "insolvency", reader, taken),
            court_fee=_read_fee(fields.child("court_fee", required=True) or fields, reader),
        )


def _read_fee(fields: Fields, reader: RuleReader) -> CourtFee:
    first = fields.amount("first")
    steps: list[tuple[int, Fraction]] = []
    for item in fields.objects("steps", required=True):
        step = item.amount("above"), item.ratio("ratio")
        if steps and step[0] <= steps[-1][0]:
            item.contradict("above", "more than the step before")
        steps.append(step)
        item.close()
    certainty, source, _ = reader.origin(fields)
    fields.close()
    return CourtFee(first, tuple(steps), certainty, source)
