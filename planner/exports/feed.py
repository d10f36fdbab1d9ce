"""The repayment calendar as a subscription: the events of the file, each with a memory.

What was told before is kept by UID, so that an event which did not change stays as it was to the
byte, one that did has a higher SEQUENCE, and one that vanished is sent as cancelled for a while.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from icalendar import Calendar, Event, vDuration

from planner.domain.plan.plan import Plan
from planner.exports.ics import (
    ALARMS,
    RINGING,
    empty_calendar,
    entries_of,
    event_of,
    neutral_titles,
    ring,
    uid_of,
)
from planner.words.language import speaking

CANCELLED_FOR: Final = timedelta(days=30)
PAST_FOR: Final = timedelta(days=30)  # what was planned for days gone by stays so long
ASK_AGAIN: Final = timedelta(hours=6)

Told = dict[str, Any]


def calendar_feed(
    plan: Plan,
    *,
    language: str,
    salt: str,
    kinds: Collection[str],
    until: date,
    is_discreet: bool,
    told: Mapping[str, Any],
    now: datetime,
) -> tuple[bytes, Told]:
    """The .ics of the plan's events of those kinds before `until`, and what it told.

    `salt` as for `calendar_file`. `told` is what the last one told, empty at first. Titles that are
    discreet name neither lender nor amount, and no notes do: here the calendar's provider reads
    along.
    """
    number = told.get("number", 0) + 1
    before: Mapping[str, Told] = told.get("events", {})
    stamp = now.astimezone(UTC).replace(microsecond=0).isoformat()
    with speaking(language):
        wanted = _wanted(plan, salt, kinds, until, is_discreet)
        events: dict[str, Told] = {}
        for uid, what in wanted.items():
            old = before.get(uid)
            if old is None or old["what"] != what or old["gone_on"] is not None:
                old = {"what": what, "number": number, "at": stamp, "gone_on": None}
            events[uid] = old
        for uid, old in before.items():
            if uid not in wanted and (kept := _kept(old, plan.household.as_of, number, stamp)):
                events[uid] = kept
        calendar = _calendar(events, is_discreet)
        return bytes(calendar.to_ical()), {"number": number, "events": events}


def _wanted(
    plan: Plan, salt: str, kinds: Collection[str], until: date, is_discreet: bool
) -> dict[str, Told]:
    titles = neutral_titles()
    return {
        uid_of(salt, one): {
            "on": one.on.isoformat(),
            "kind": one.kind,
            "title": titles[one.kind] if is_discreet else one.open_title,
            "lines": [] if is_discreet else one.lines,
            "tentative": one.is_tentative,
        }
        for one in entries_of(plan)
        if one.kind in kinds and one.on < until
    }


def _kept(old: Told, today: date, number: int, stamp: str) -> Told | None:
    """What is still told of an event that the plan has no more."""
    now = datetime.fromisoformat(stamp)
    if old["gone_on"] is not None:
        gone = datetime.fromisoformat(old["gone_on"])
        return old if now - gone < CANCELLED_FOR else None
    on = date.fromisoformat(old["what"]["on"])
    if on < today:  # its day went by
        return old if today - on <= PAST_FOR else None
    return {**old, "number": number, "at": stamp, "gone_on": stamp}


def _calendar(events: Mapping[str, Told], is_discreet: bool) -> Calendar:
    calendar = empty_calendar(is_discreet=is_discreet)
    calendar.refresh_interval = ASK_AGAIN
    calendar.add("x-published-ttl", vDuration(ASK_AGAIN))
    titles = neutral_titles()
    for uid, one in sorted(events.items(), key=lambda item: (item[1]["what"]["on"], item[0])):
        calendar.add_component(_event(uid, one, titles[one["what"]["kind"]]))
    return calendar


def _event(uid: str, one: Told, category: str) -> Event:
    what = one["what"]
    on, title = date.fromisoformat(what["on"]), what["title"]
    event = event_of(on, title, what["lines"], category, what["tentative"])
    event.add("uid", uid)
    event.add("sequence", one["number"])
    event.add("dtstamp", datetime.fromisoformat(one["at"]))
    event.add("last-modified", datetime.fromisoformat(one["at"]))
    if one["gone_on"] is not None:
        event["status"] = "CANCELLED"
    elif what["kind"] in RINGING:
        ring(event, title, ALARMS)
    return event
