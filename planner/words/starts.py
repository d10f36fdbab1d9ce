"""What starts if something is missed, in lines."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from planner.domain.answers.scenarios import (
    Lack,
    Starting,
)
from planner.domain.household.household import Debt
from planner.domain.rulebook.ladders import Rung
from planner.domain.rulebook.rule_files import load_sources
from planner.words.days import day
from planner.words.figures import Amounts
from planner.words.language import spoken
from planner.words.markup import markup, strong
from planner.words.names import certainty_word, name_of_rung

MOST_STARTS = 40


# --- What starts, in lines ---


@dataclass(frozen=True, slots=True)
class StartLine:
    """A consequence that will start: when, what (`titled` with its debt), how sure, what to do."""

    when: str
    name: str
    titled: str
    certainty: str
    source: str
    rule: str
    before: str


class Words:
    """The debts, rungs and amounts of one answer, as a person reads them."""

    def __init__(self, debts: Iterable[Debt], as_of: date, amounts: Amounts) -> None:
        self.names: Mapping[str, str] = {debt.id: debt.name for debt in debts}
        self.rungs: Mapping[tuple[str, str], Rung] = {
            (debt.id, rung.id): rung for debt in debts for rung in debt.rungs()
        }
        self.as_of = as_of
        self.amounts = amounts

    def day(self, on: date) -> str:
        return day(on, self.as_of)

    def rung(self, one: Starting) -> Rung:
        return self.rungs[one.debt, one.rung]

    def what(self, one: Starting) -> str:
        return name_of_rung(self.rung(one))

    def lines(self, starts: Iterable[Starting]) -> list[StartLine]:
        return [self._line(one) for one in list(starts)[:MOST_STARTS]]

    def _line(self, one: Starting) -> StartLine:
        rung = self.rung(one)
        source = load_sources().get(rung.source or "")
        return StartLine(
            when=_("from {day} on").format(day=self.day(one.starts_on)),
            name=name_of_rung(rung),
            titled=_("{debt}: {what}").format(debt=self.names[one.debt], what=name_of_rung(rung)),
            certainty=certainty_word(rung.certainty),
            source=spoken(source.name) if source else "",
            rule=source.id if source else "",
            before=spoken(rung.before),
        )

    def lack(self, lack: Lack) -> SafeString:
        """ "on 9 December Huabei lacks ¥480.00" """
        if not lack.debt:
            return markup(
                _("on {day} living costs are {amount} more than the money there is"),
                day=strong(self.day(lack.on)),
                amount=self.amounts(lack.fen),
            )
        return markup(
            _("on {day} {debt} lacks {amount}"),
            day=strong(self.day(lack.on)),
            debt=self.names[lack.debt],
            amount=self.amounts(lack.fen),
        )
