"""What is overdue, in words: since when, how much, what has started, and the next dated step."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planner.domain.answers.relief import Relief
from planner.domain.rulebook.ladders import Rung
from planner.words.answer import Situation
from planner.words.days import day
from planner.words.figures import Amounts
from planner.words.markup import address
from planner.words.names import name_of_rung


@dataclass(frozen=True, slots=True)
class OverdueLine:
    """An overdue debt; `next_*` is empty where no dated step lies ahead."""

    name: str
    url: str
    cure: str
    since: str
    next_day: str
    next_in: str
    next_what: str
    started: list[tuple[str, str]]


def overdue_lines(situation: Situation) -> list[OverdueLine]:
    """What is overdue on the plan's first day, the first to be caught up with first."""
    amounts = situation.amounts
    return [overdue_line(one, situation.as_of, amounts) for one in situation.to_catch_up]


def overdue_line(one: Relief, as_of: date, amounts: Amounts) -> OverdueLine:
    late = (as_of - one.due_on).days
    left = 0 if one.next_on is None else (one.next_on - as_of).days
    since = ngettext(
        "Past due for {days} day, since {day}", "Past due for {days} days, since {day}", late
    )
    return OverdueLine(
        name=one.debt.name,
        url=address("planner:debt-schedule", one.debt.id),
        cure=amounts(one.cure_fen),
        since=since.format(days=late, day=day(one.due_on, as_of)),
        next_day="" if one.next_on is None else day(one.next_on, as_of),
        next_in=ngettext("in {days} day", "in {days} days", left).format(days=left),
        next_what=_what(one.next_rungs),
        started=[
            (_("since {day}").format(day=day(on, as_of)), name_of_rung(rung))
            for on, rung in one.started
        ],
    )


def _what(rungs: Iterable[Rung]) -> str:
    """The gravest first."""
    return _("; ").join(name_of_rung(rung) for rung in sorted(rungs, key=lambda r: -r.severity))
