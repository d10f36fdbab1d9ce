"""Consequence ladders: what may follow a missed due, how soon, and how sure that is.

A ladder belongs to a product (planner/rules, see docs/rules.md) or stands inline in a debt.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from planner.domain.values.reading import Fields

LANGUAGES: Final = ("zh", "en")
# The surest first. Of a rule file `contract` is not one: we read no operator's own agreement.
CERTAINTIES: Final = ("contract", "regulation", "retold", "practice", "reported")
RULE_CERTAINTIES: Final = CERTAINTIES[1:]
REPORTS_TO: Final = ("pboc", "zhima")
EARLIEST_NOTICE = -60
LATEST_RUNG = 20_000
LONGEST_WORDS = 600

# What a person can date although the ladder has no rung of that name.
EVENTS: Final = frozenset(
    {
        "demanded",
        "enforcement_notice",
        "judgment",
        "judgment_due",
        "objection",
        "payment_order",
        "second_demand",
        "settled",
        "summons",
    }
)
_COUNTS_FROM = re.compile(r"due|grace_end|event:[a-z0-9][a-z0-9_-]{0,63}", re.ASCII)

Words = tuple[tuple[str, str], ...]
"""The same text per language, as pairs so that it can be hashed: (("zh", …), ("en", …))."""


def in_language(words: Words, language: str) -> str:
    """The text in that language, else in the first there is; "" where there is none."""
    texts = dict(words)
    return texts.get(language) or next(iter(texts.values()), "")


@dataclass(frozen=True, slots=True)
class Rung:
    """One consequence of a missed due (semantics: after_days below 1 is a mere notice).

    It starts `after_days` after what it counts from: the due date (but not before grace has
    ended), the end of grace, or the day of an event that the person enters. Null days mean
    that no rule fixes a date; `condition` then says in words what it depends on.
    `source` is of the step itself; `right_sources` of what `right` says, where it has its own.
    """

    id: str
    after_days: int | None
    counts_from: str
    severity: int
    names: Words = ()
    needs: tuple[str, ...] = ()
    certainty: str | None = None
    source: str | None = None
    right_sources: tuple[str, ...] = ()
    checked_on: date | None = None
    before: Words = ()
    right: Words = ()
    condition: Words = ()

    @property
    def is_notice(self) -> bool:
        return self.after_days is not None and self.after_days < 1

    @property
    def event(self) -> str | None:
        """The id of the event it counts from."""
        return self.counts_from[6:] if self.counts_from.startswith("event:") else None

    def name(self, language: str) -> str:
        return in_language(self.names, language) or self.id

    def is_for(self, reports_to: Iterable[str]) -> bool:
        """Whether a debt that reports to these has the rung at all."""
        reporting = {f"reports_to:{bureau}" for bureau in reports_to}
        return all(need in reporting for need in self.needs if need.startswith("reports_to:"))


def read_rung(fields: Fields, taken: set[str]) -> Rung:
    """One rung of an inline ladder; what is wrong with it joins `fields.errors`."""
    rung = Rung(
        id=fields.slug("id", taken),
        after_days=_read_days(fields),
        counts_from=_read_counts_from(fields),
        severity=fields.whole("severity", low=1, high=5),
        names=read_words(fields, "names"),
        needs=fields.words("needs", None),
        certainty=fields.choice("certainty", CERTAINTIES, None),
        source=fields.text("source", "") or None,
        right_sources=fields.words("right_sources", None),
        checked_on=fields.optional_day("checked_on"),
        before=read_words(fields, "before"),
        right=read_words(fields, "right"),
        condition=read_words(fields, "condition"),
    )
    fields.close()
    return rung


def read_ladder(items: Iterable[Fields]) -> tuple[Rung, ...]:
    """The rungs of one ladder: ids once, and every event a rung of it or a known one."""
    taken: set[str] = set()
    rungs = []
    places = []
    for fields in items:
        rungs.append(read_rung(fields, taken))
        places.append(fields)
    for rung, fields in zip(rungs, places, strict=True):
        if rung.event is not None and (rung.event == rung.id or rung.event not in taken | EVENTS):
            fields.fail("counts_from", "counts_from")
    return tuple(rungs)


def rung_document(rung: Rung) -> dict[str, Any]:
    """The inverse of `read_rung`; what the rung does not say is left out."""
    document: dict[str, Any] = {
        "id": rung.id,
        "after_days": rung.after_days,
        "counts_from": rung.counts_from,
        "severity": rung.severity,
        "names": dict(rung.names),
        "needs": list(rung.needs),
        "certainty": rung.certainty,
        "source": rung.source,
        "right_sources": list(rung.right_sources),
        "checked_on": rung.checked_on.isoformat() if rung.checked_on else None,
        "before": dict(rung.before),
        "right": dict(rung.right),
        "condition": dict(rung.condition),
    }
    return {key: value for key, value in document.items() if value or key == "after_days"}


def read_words(fields: Fields, key: str) -> Words:
    """{"zh": …, "en": …}, either or none of them."""
    texts = fields.child(key)
    if texts is None:
        return ()
    found = [(language, texts.text(language, "", longest=LONGEST_WORDS)) for language in LANGUAGES]
    texts.close()
    return tuple((language, text) for language, text in found if text)


def _read_days(fields: Fields) -> int | None:
    if fields.is_null("after_days"):
        return None
    return fields.whole("after_days", low=EARLIEST_NOTICE, high=LATEST_RUNG)


def _read_counts_from(fields: Fields) -> str:
    noted = len(fields.errors)
    counts_from = fields.text("counts_from")
    if _COUNTS_FROM.fullmatch(counts_from):
        return counts_from
    if len(fields.errors) == noted:
        fields.fail("counts_from", "counts_from")
    return "due"
