"""The rungs of one due → lines of the page: when, what, how sure, what to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from planner.domain.household.events import is_enterable
from planner.domain.ledger.consequences import Consequence, runs_from_due
from planner.domain.rulebook.ladders import Rung
from planner.domain.rulebook.rule_files import load_sources
from planner.words.days import day
from planner.words.facts import names_of_sources, when
from planner.words.language import spoken
from planner.words.markup import address
from planner.words.names import certainty_word

SOON = 4


@dataclass(frozen=True, slots=True)
class RungLine:
    state: str
    when: str
    name: str
    certainty: str
    source: str
    rule: str
    condition: str
    before: str
    right: str
    right_sources: list[tuple[str, str]]  # the address of the rule and its name
    event_url: str  # where its day is entered once it has happened


@dataclass(frozen=True, slots=True)
class LadderLines:
    """What comes first, what would come later, and what nobody can date."""

    soon: list[RungLine]
    later: list[RungLine]
    undated: list[RungLine]


def ladder_lines(found: Iterable[Consequence], as_of: date) -> LadderLines:
    """Dated rungs by day, the gravest of a day first."""
    ordered = sorted(found, key=lambda one: (one.starts_on or date.max, -one.rung.severity))
    dated = [_line(one, as_of) for one in ordered if one.starts_on]
    undated = [_line(one, as_of) for one in ordered if not one.starts_on]
    return LadderLines(dated[:SOON], dated[SOON:], undated)


def _line(one: Consequence, as_of: date) -> RungLine:
    rung = one.rung
    source = load_sources().get(rung.source or "")
    return RungLine(
        state=_state(one),
        when=_when(one, as_of),
        name=spoken(rung.names) or rung.id,
        certainty=_certainty(rung),
        source=spoken(source.name) if source else "",
        rule=source.id if source else "",
        condition=spoken(rung.condition),
        before=spoken(rung.before),
        right=spoken(rung.right),
        right_sources=names_of_sources(rung.right_sources),
        event_url=f"{address('planner:debt-events', one.debt)}?rung={rung.id}"
        if one.state == "undated" and is_enterable(rung)
        else "",
    )


def _state(one: Consequence) -> str:
    """As in the plan; what an event dates and does no harm is only noted."""
    is_dated_by_event = one.starts_on is not None and not runs_from_due(one.rung)
    return "noted" if is_dated_by_event and one.rung.severity == 1 else one.state


def _when(one: Consequence, as_of: date) -> str:
    """Its day; without one, what it waits for."""
    if one.starts_on is None:
        return when(one.rung) if one.rung.event else ""
    shown = day(one.starts_on, as_of)
    if not runs_from_due(one.rung):
        return shown
    whens = {
        "started": _("since {day}"),
        "will_start": _("from {day} on"),
        "avoided": _("avoided; would be {day}"),
    }
    return whens[one.state].format(day=shown)


def _certainty(rung: Rung) -> str:
    word = certainty_word(rung.certainty)
    return f"{word} · {rung.checked_on:%Y-%m}" if rung.checked_on else word
