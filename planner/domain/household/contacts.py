"""What a lender or a collector said when: a log that is only added to.

Marks say which entries lie outside what the industry's guideline and the recommended standard
allow; the rules' words, certainty and sources stand in planner/rules/sheets/contacts.toml.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from planner.domain.values.reading import Fields

WAYS: Final = ("call", "missed", "message", "visit", "letter")
HEARERS: Final = ("me", "family", "work", "other")
LONGEST: Final = 2_000
NIGHT_FROM, NIGHT_UNTIL = 22 * 60, 8 * 60  # CBA54: no collection from 22:00 to 8:00
MOST_CALLS: Final = 3  # GBT: answered calls a day
MOST_MISSED: Final = 6  # CBA54: unanswered attempts to one number a day, 不宜
MARKS: Final = ("night", "calls", "missed", "third")


@dataclass(frozen=True, slots=True)
class Contact:
    """`minute` of the day; `debt` is its id, "" where nobody knows; texts as typed."""

    on: date
    minute: int
    way: str
    said_to: str
    debt: str = ""
    who: str = ""
    number: str = ""
    words: str = ""
    promise: str = ""

    @property
    def time(self) -> str:
        """ "21:05" """
        return f"{self.minute // 60:02d}:{self.minute % 60:02d}"


def read_contact(fields: Fields) -> Contact:
    """What is wrong joins the errors of `fields`."""
    return Contact(
        on=fields.day("on"),
        minute=fields.whole("minute", low=0, high=24 * 60 - 1),
        way=fields.choice("way", WAYS),
        said_to=fields.choice("said_to", HEARERS),
        debt=fields.slug("debt", set()) if fields.has("debt") else "",
        who=fields.text("who", ""),
        number=fields.text("number", ""),
        words=fields.text("words", "", longest=LONGEST),
        promise=fields.text("promise", "", longest=LONGEST),
    )


def contact_document(contact: Contact) -> dict[str, Any]:
    return {
        "on": contact.on.isoformat(),
        "minute": contact.minute,
        "way": contact.way,
        "said_to": contact.said_to,
        "debt": contact.debt or None,
        "who": contact.who,
        "number": contact.number,
        "words": contact.words,
        "promise": contact.promise,
    }


def marks(contacts: Sequence[Contact]) -> list[tuple[str, ...]]:
    """Of each, what of `MARKS` it goes beyond. All entries of its day have to be among them.

    The fourth answered call of a day about a debt is marked, and those after it; so is the
    seventh unanswered attempt.
    """
    found = {}
    seen: Counter[tuple[date, str, str]] = Counter()
    order = sorted(range(len(contacts)), key=lambda place: _moment(contacts[place]))
    for place in order:
        one = contacts[place]
        seen[one.on, one.debt, one.way] += 1
        times = seen[one.on, one.debt, one.way]
        is_night = not NIGHT_UNTIL <= one.minute < NIGHT_FROM
        said = {
            "night": is_night and one.way in ("call", "missed", "message", "visit"),
            "calls": one.way == "call" and times > MOST_CALLS,
            "missed": one.way == "missed" and times > MOST_MISSED,
            "third": one.said_to != "me",
        }
        found[place] = tuple(name for name in MARKS if said[name])
    return [found[place] for place in range(len(contacts))]


def _moment(contact: Contact) -> tuple[date, int]:
    return contact.on, contact.minute


def count_marks(found: Iterable[tuple[str, ...]]) -> dict[str, int]:
    counts = Counter(name for names in found for name in names)
    return {name: counts[name] for name in MARKS if counts[name]}
