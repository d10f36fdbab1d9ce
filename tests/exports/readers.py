"""Three independent calendar readers, and what none of them notices."""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import icalendar
import vobject
from ical.calendar_stream import IcsCalendarStream


class ReadEvent(NamedTuple):
    """An event as a reader understood it."""

    uid: str
    start: date
    end: date
    stamp: datetime
    sequence: int
    title: str
    description: str
    status: str
    category: str
    alarms: tuple[tuple[timedelta, str], ...]


def read_by_icalendar(raw: bytes) -> list[ReadEvent]:
    calendar = icalendar.Calendar.from_ical(raw)
    for component in calendar.walk():
        assert not component.errors
        assert all(name in component for name in component.required)
    return [
        ReadEvent(
            uid=str(event["UID"]),
            start=event.decoded("DTSTART"),
            end=event.decoded("DTEND"),
            stamp=event.decoded("DTSTAMP"),
            sequence=int(event["SEQUENCE"]),
            title=str(event["SUMMARY"]),
            description=str(event["DESCRIPTION"]),
            status=str(event["STATUS"]),
            category=str(event["CATEGORIES"].cats[0]),
            alarms=tuple(
                (alarm.decoded("TRIGGER"), str(alarm["DESCRIPTION"]))
                for alarm in event.walk("VALARM")
            ),
        )
        for event in calendar.walk("VEVENT")
    ]


def read_by_vobject(raw: bytes) -> list[ReadEvent]:
    calendar = vobject.readOne(raw.decode())
    calendar.validate(raiseException=True)
    return [
        ReadEvent(
            uid=event.uid.value,
            start=event.dtstart.value,
            end=event.dtend.value,
            stamp=event.dtstamp.value.astimezone(UTC),
            sequence=int(event.sequence.value),
            title=event.summary.value,
            description=event.description.value,
            status=event.status.value,
            category=event.categories.value[0],
            alarms=tuple(
                (alarm.trigger.value, alarm.description.value)
                for alarm in event.contents.get("valarm", [])
            ),
        )
        for event in calendar.contents.get("vevent", [])
    ]


def read_by_ical(raw: bytes) -> list[ReadEvent]:
    calendar = IcsCalendarStream.calendar_from_ics(raw.decode())
    return [
        ReadEvent(
            uid=event.uid,
            start=event.dtstart,
            end=event.dtend,
            stamp=event.dtstamp,
            sequence=event.sequence,
            title=event.summary,
            description=event.description,
            status=event.status.value,
            category=event.categories[0],
            alarms=tuple((alarm.trigger, alarm.description) for alarm in event.alarm),
        )
        for event in calendar.events
    ]


READERS = (read_by_icalendar, read_by_vobject, read_by_ical)


def faults(raw: bytes) -> set[str]:
    """What is wrong with a file, beyond what the readers notice."""
    found = set()
    if raw.startswith(b"\xef\xbb\xbf"):
        found.add("byte order mark")
    if (
        not raw.endswith(b"\r\n")
        or b"\n" in raw.replace(b"\r\n", b"")
        or b"\r" in raw.replace(b"\r\n", b"")
    ):
        found.add("line ending")
    physical = raw.split(b"\r\n")
    if any(len(line) > 75 for line in physical):
        found.add("line too long")
    for line in physical:
        try:
            line.decode()
        except UnicodeDecodeError:
            found.add("character cut")
    text = raw.decode(errors="replace").replace("\r\n ", "")
    lines = text.split("\r\n")
    names = [line.replace(";", ":").split(":")[0] for line in lines]
    if "METHOD" in names:
        found.add("method")
    if "COMMENT" in names:
        found.add("comment")
    if "RRULE" in names:
        found.add("recurrence")
    uids = [line for line in lines if line.startswith("UID:")]
    if len(set(uids)) < len(uids):
        found.add("uid twice")
    if len(uids) != names.count("BEGIN") - sum(
        line in ("BEGIN:VCALENDAR", "BEGIN:VALARM") for line in lines
    ):
        found.add("event without uid")
    for event in text.split("\r\nBEGIN:VEVENT\r\n")[1:]:
        own = event.split("\r\nEND:VEVENT")[0]
        start = _value(own, "DTSTART;VALUE=DATE:")
        end = _value(own, "DTEND;VALUE=DATE:")
        if not start or not end or end <= start:
            found.add("end before start")
        for alarm in own.split("\r\nBEGIN:VALARM\r\n")[1:]:
            if not _value(alarm, "DESCRIPTION:"):
                found.add("alarm without words")
    return found


def _value(text: str, name: str) -> str:
    return next(
        (line[len(name) :] for line in text.split("\r\n") if line.startswith(name)),
        "",
    )
