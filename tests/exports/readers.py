"""Four independent calendar readers, and what none of them notices."""

import atexit
import json
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

import icalendar
import vobject
from ical.calendar_stream import IcsCalendarStream
from py_mini_racer import MiniRacer

# That of Thunderbird and Nextcloud: `npm pack ical.js`, as it is (MPL-2.0).
ICAL_JS = Path(__file__).parent / "ical.js-2.2.1" / "ical.es5.min.cjs"
READ_JS = """
const value = (part, name) => part.getFirstPropertyValue(name);
const read = (text) => JSON.stringify(
  new ICAL.Component(ICAL.parse(text)).getAllSubcomponents("vevent").map(
    (part) => {
      const event = new ICAL.Event(part);
      return [
        event.uid, event.startDate.toString(), event.endDate.toString(),
        value(part, "dtstamp").toJSDate().toISOString(), event.sequence, event.summary,
        event.description, value(part, "status"), value(part, "categories"),
        part.getAllSubcomponents("valarm").map(
          (alarm) => [value(alarm, "trigger").toSeconds(), value(alarm, "description")]
        ),
      ];
    }
  )
);
"""


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


def read_by_ical_js(raw: bytes) -> list[ReadEvent]:
    rows = json.loads(_v8().eval(f"read({json.dumps(raw.decode())})"))
    return [
        ReadEvent(
            uid, date.fromisoformat(start), date.fromisoformat(end), datetime.fromisoformat(stamp),
            sequence, title, description, status, category,
            tuple((timedelta(seconds=seconds), words) for seconds, words in alarms),
        )
        for uid, start, end, stamp, sequence, title, description, status, category, alarms in rows
    ]  # fmt: skip


@cache
def _v8() -> MiniRacer:
    engine = MiniRacer()
    atexit.register(engine.close)  # one that is left open keeps the process from ending
    engine.eval(f"{ICAL_JS.read_text()}; {READ_JS}")
    return engine


READERS = (read_by_icalendar, read_by_vobject, read_by_ical, read_by_ical_js)


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
