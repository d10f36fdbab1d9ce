"""Facts of rules with their certainty, source and day, in lines."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from planner.domain.rulebook.ladders import Rung
from planner.domain.rulebook.questions import Answered
from planner.domain.rulebook.rule_files import Fact, load_sources
from planner.words.language import spoken
from planner.words.names import LABELS, fact_certainty

HOW_SURE = {
    "text": gettext_lazy("We read the wording of the law or rule."),
    "official": gettext_lazy("We read an official page."),
    "secondary": gettext_lazy("Retold by others; we could not read the original."),
    "news": gettext_lazy("Reported by the press; we could not read the original."),
    "site": gettext_lazy("From a question-and-answer or news site, which may be wrong."),
    "practice": gettext_lazy("Industry practice; no formal source was found."),
}


@dataclass(frozen=True, slots=True)
class FactLine:
    """A fact in words, from when it holds, how sure it is, and the sources it leads to."""

    asks: str
    words: str
    when: str
    certainty: str
    sources: list[tuple[str, str]]  # ids and names


def answered(one: Answered) -> FactLine:
    sources = names_of_sources([one.source, *one.more_sources])
    return FactLine(spoken(one.asks), spoken(one.words), spoken(one.when), _checked(one), sources)


def fact_line(one: Fact) -> FactLine:
    return FactLine("", spoken(one.words), "", _checked(one), names_of_sources([one.source]))


def _checked(one: Fact | Answered) -> str:
    return f"{fact_certainty(one)} · {one.checked_on:%Y-%m}"


def names_of_sources(sources: Iterable[str]) -> list[tuple[str, str]]:
    """(id, name) of those that are known; a ladder of a person's own may name others."""
    known = load_sources()
    return [(one, spoken(known[one].name)) for one in sources if one in known]


def when(rung: Rung) -> str:
    """How long after what it starts, without a due to count from."""
    days = rung.after_days
    if rung.event:
        event = LABELS.get(rung.event, rung.event)
        if days is None:
            return _("after “{event}”, no fixed date").format(event=event)
        years, rest = divmod(days, 365)
        if years > 1 and rest <= 2:  # written as the longest case in days
            return _("{years} years after “{event}”").format(years=years, event=event)
        said = ngettext("{days} day after “{event}”", "{days} days after “{event}”", days)
        return said.format(days=days, event=event)
    if days is None:
        return _("no fixed date")
    if days < 0:
        return ngettext("{days} day before", "{days} days before", -days).format(days=-days)
    if days == 0:
        return _("on the due date")
    if rung.counts_from == "grace_end":
        return _("day {days} after the last safe day").format(days=days)
    return _("day {days} past due").format(days=days)
