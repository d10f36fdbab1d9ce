"""Recurrences, month ends and working days.

Days are dates, never clock times. Documents hold dates from 1990-01-01 to 2099-12-31;
nothing here fails just outside them (a pay day moved back from New Year 1990 is a date
in 1989). Unlike the rest of the core, which counts nights half-open, a stretch here
includes its first and its last day.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal, assert_never

_MONTH_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def clip(year: int, month: int, day: int) -> date:
    """The `day` of a month; past the end of the month, its last day.

    Raises ValueError for a day below 1, or a month or year that no date has.
    """
    if day > 28 and 1 <= month <= 12:
        day = min(day, _days_in_month(year, month))
    return date(year, month, day)


def _days_in_month(year: int, month: int) -> int:
    if month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
        return 29
    return _MONTH_DAYS[month - 1]


def next_month_day(after: date, day: int) -> date:
    """The first date strictly after `after` that is the clipped `day` of its month."""
    candidate = clip(after.year, after.month, day)
    if candidate > after:
        return candidate
    if after.month == 12:
        return clip(after.year + 1, 1, day)
    return clip(after.year, after.month + 1, day)


def month_day_on_or_before(on: date, day: int) -> date:
    """The last date up to and including `on` that is the clipped `day` of its month."""
    candidate = clip(on.year, on.month, day)
    if candidate <= on:
        return candidate
    if on.month == 1:
        return clip(on.year - 1, 12, day)
    return clip(on.year, on.month - 1, day)


def add_months(on: date, months: int, day: int | None = None) -> date:
    """The `day` (default: that of `on`) of the month that lies `months` after `on`'s.

    Months may be negative. A schedule never drifts if each date is counted from the same
    `on`, or if `day` is given: add_months(31 Jan, 1) is 28 Feb, and
    add_months(28 Feb, 1, day=31) is 31 Mar.
    """
    years, month = divmod(on.month - 1 + months, 12)
    return clip(on.year + years, month + 1, on.day if day is None else day)


@dataclass(frozen=True, slots=True)
class Once:
    """On one date."""

    on: date


@dataclass(frozen=True, slots=True)
class Monthly:
    """On a day of every month, 1 to 31; past the end of a month, on its last day."""

    day: int

    def __post_init__(self) -> None:
        if not 1 <= self.day <= 31:
            raise ValueError(f"a day of the month is 1 to 31, not {self.day}")


@dataclass(frozen=True, slots=True)
class Weekly:
    """On a day of every week, 0 (Monday) to 6 (Sunday)."""

    weekday: int

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise ValueError(f"a weekday is 0 to 6, not {self.weekday}")


@dataclass(frozen=True, slots=True)
class EveryDays:
    """Every so many days, at least 1, counted from the first date of the recurrence."""

    days: int

    def __post_init__(self) -> None:
        if self.days < 1:
            raise ValueError(f"a recurrence needs at least 1 day, not {self.days}")


Recurrence = Once | Monthly | Weekly | EveryDays


def occurrences(recurrence: Recurrence, first: date, until: date) -> Iterator[date]:
    """The dates of a recurrence from `first` to `until`, both included, rising.

    The dates are not moved off holidays. EveryDays counts from `first`, its first date:
    give it the recurrence's own start, not the start of the stretch that is wanted.
    """
    match recurrence:
        case Once(on):
            if first <= on <= until:
                yield on
        case Monthly(day):
            year, month = first.year, first.month
            last_month = (until.year, until.month)
            while (year, month) <= last_month:
                on = clip(year, month, day)
                if first <= on <= until:
                    yield on
                year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        case Weekly(weekday):
            start = first.toordinal() + (weekday - first.weekday()) % 7
            yield from map(date.fromordinal, range(start, until.toordinal() + 1, 7))
        case EveryDays(days):
            ordinals = range(first.toordinal(), until.toordinal() + 1, days)
            yield from map(date.fromordinal, ordinals)
        case _:
            assert_never(recurrence)


Adjust = Literal["none", "previous_workday", "next_workday"]

# New Year, Labour Day and National Day: the statutory holidays that stand on the same
# date every year, by article 2 of 全国年节及纪念日放假办法 as revised in November 2024.
# For years without a table.
_FIXED_HOLIDAYS: Final = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
_SATURDAY: Final = 5
_TABLE_KEYS: Final = ("status", "source", "checked_on", "holidays", "working_weekends")


class WorkingDays:
    """The working days of mainland China, make-up days included.

    Years whose arrangement the State Council has published are certain. A year that is
    not published yet has weekends and statutory holidays; a year without a table has
    weekends and those statutory holidays that need no lunar calendar. The days of both
    are provisional.
    """

    __slots__ = ("_holidays", "_official_years", "_tabled_years", "_working_weekends")

    def __init__(self, tables: Mapping[str, object]) -> None:
        """From the parsed tables that planner/rules/working_days.toml describes.

        Raises ValueError, naming the year, for anything that file does not allow.
        """
        holidays: set[date] = set()
        working_weekends: set[date] = set()
        official: set[int] = set()
        tabled: set[int] = set()
        for name, table in tables.items():
            year, is_official, off, worked = _read_year(name, table)
            holidays |= off
            working_weekends |= worked
            tabled.add(year)
            if is_official:
                official.add(year)
        self._holidays: Final = frozenset(holidays)
        self._working_weekends: Final = frozenset(working_weekends)
        self._tabled_years: Final = frozenset(tabled)
        self._official_years: Final = frozenset(official)

    def is_working_day(self, on: date) -> bool:
        """Is this day worked, as far as the calendar of its year is known?"""
        if on.weekday() >= _SATURDAY:
            return on in self._working_weekends
        if on.year in self._tabled_years:
            return on not in self._holidays
        return (on.month, on.day) not in _FIXED_HOLIDAYS

    def is_provisional(self, on: date) -> bool:
        """Is the calendar of this day's year not published, or not known here?"""
        return on.year not in self._official_years

    def adjusted(self, on: date, adjust: Adjust) -> date:
        """The date itself if it is worked, else the nearest working day on that side."""
        return self.adjusted_with_certainty(on, adjust)[0]

    def adjusted_with_certainty(self, on: date, adjust: Adjust) -> tuple[date, bool]:
        """The adjusted date, and whether any day looked at on the way is provisional.

        The days looked at reach from `on` to the adjusted date, both included, so a day
        that stays where it is may be provisional too. "none" looks at no day and is
        never provisional.
        """
        match adjust:
            case "none":
                return on, False
            case "previous_workday":
                step = -1
            case "next_workday":
                step = 1
            case _:
                assert_never(adjust)
        provisional = self.is_provisional(on)
        while not self.is_working_day(on):
            on = date.fromordinal(on.toordinal() + step)
            provisional = provisional or self.is_provisional(on)
        return on, provisional


def _read_year(name: str, table: object) -> tuple[int, bool, frozenset[date], frozenset[date]]:
    """Year, whether it is official, dates off, weekends worked; ValueError if unsound."""
    where = f"working days of {name}:"
    if name not in map(str, range(1990, 2100)):
        raise ValueError(f"{where} not a year from 1990 to 2099")
    if not isinstance(table, dict) or table.keys() != set(_TABLE_KEYS):
        raise ValueError(f"{where} needs the keys {', '.join(_TABLE_KEYS)} and no other")
    status, source = table["status"], table["source"]
    if status not in ("official", "provisional"):
        raise ValueError(f"{where} the status {status!r} is unknown")
    if not isinstance(source, str) or not source.strip():
        raise ValueError(f"{where} the source is missing")
    if type(table["checked_on"]) is not date:
        raise ValueError(f"{where} checked_on is not a date")
    year = int(name)
    off = _read_dates(f"{where} holidays", year, table["holidays"])
    worked = _read_dates(f"{where} working_weekends", year, table["working_weekends"])
    if not off:
        raise ValueError(f"{where} no year is without holidays")
    if any(on.weekday() < _SATURDAY for on in worked):
        raise ValueError(f"{where} working_weekends holds a weekday")
    if not off.isdisjoint(worked):
        raise ValueError(f"{where} a date is both off and worked")
    if worked and status == "provisional":
        raise ValueError(f"{where} make-up days come from an official notice only")
    return year, status == "official", off, worked


def _read_dates(where: str, year: int, values: object) -> frozenset[date]:
    """Dates of one year in rising order, none twice; ValueError otherwise."""
    if not isinstance(values, list):
        raise ValueError(f"{where} is not a list")
    dates: list[date] = []
    for value in values:
        # Not isinstance: a TOML date with a time is a date as well.
        if type(value) is not date or value.year != year:
            raise ValueError(f"{where} holds {value}, not a date of {year}")
        if dates and value <= dates[-1]:
            raise ValueError(f"{where} is out of order at {value}")
        dates.append(value)
    return frozenset(dates)


def _load_working_days() -> WorkingDays:
    path = Path(__file__).resolve().parents[2] / "rules" / "working_days.toml"
    with path.open("rb") as file:
        return WorkingDays(tomllib.load(file))


WORKING_DAYS: Final = _load_working_days()
