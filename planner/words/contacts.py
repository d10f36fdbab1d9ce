"""Contacts in words: what each was, and what of it lies outside the rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from planner.domain.household.contacts import Contact, marks
from planner.domain.rulebook.sheets import load_sheet
from planner.words.days import day
from planner.words.facts import FactLine, answered

WAY_WORDS = {
    "call": _("a call that was answered"),
    "missed": _("a call that was not answered"),
    "message": _("a message"),
    "visit": _("a visit"),
    "letter": _("a letter"),
}
HEARER_WORDS = {
    "me": _("to me"),
    "family": _("to family"),
    "work": _("to people at work"),
    "other": _("to somebody else"),
}


@dataclass(frozen=True, slots=True)
class ContactLine:
    """An entry as it is read; `marks` are the rules that it goes beyond."""

    day: str
    time: str
    what: str
    debt: str
    who: str
    number: str
    words: str
    promise: str
    marks: list[FactLine]


def contact_lines(
    contacts: Sequence[Contact], names: Mapping[str, str], today: date
) -> list[ContactLine]:
    """Of whole days; `names` are those of the debts that are there."""
    rules = {one.id: answered(one) for one in load_sheet("contacts")["marks"]}
    return [
        ContactLine(
            day=day(one.on, today),
            time=one.time,
            what=f"{WAY_WORDS[one.way]} · {HEARER_WORDS[one.said_to]}",
            debt=names.get(one.debt, ""),
            who=one.who,
            number=one.number,
            words=one.words,
            promise=one.promise,
            marks=[rules[name] for name in found],
        )
        for one, found in zip(contacts, marks(contacts), strict=True)
    ]
