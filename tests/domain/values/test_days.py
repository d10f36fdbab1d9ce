"""Month ends, recurrences and working days, against two independent calendars."""

import tomllib
from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.domain.values.days import (
    WORKING_DAYS,
    EveryDays,
    Monthly,
    Once,
    Weekly,
    WorkingDays,
    add_months,
    clip,
    month_day_on_or_before,
    next_month_day,
    occurrences,
)
from tests.paths import ROOT

TABLE = ROOT / "planner" / "rules" / "working_days.toml"
FIRST, LAST = date(1990, 1, 1), date(2099, 12, 31)
dates = st.dates(FIRST, LAST)
days_of_month = st.integers(1, 31)


def days_of(*years):
    for year in years:
        yield from occurrences(EveryDays(1), date(year, 1, 1), date(year, 12, 31))


def is_month_end(on):
    return (on + timedelta(days=1)).day == 1


def is_clipped_day(on, day):
    return on.day == day or (on.day < day and is_month_end(on))


# Month ends


@pytest.mark.parametrize(
    ("year", "month", "day", "expected"),
    [
        (2026, 2, 31, date(2026, 2, 28)),
        (2028, 2, 30, date(2028, 2, 29)),
        (2000, 2, 29, date(2000, 2, 29)),
        (2026, 4, 31, date(2026, 4, 30)),
        (2026, 12, 31, date(2026, 12, 31)),
        (2026, 2, 28, date(2026, 2, 28)),
    ],
)
def test_a_day_past_the_end_of_a_month_is_its_last_day(year, month, day, expected):
    assert clip(year, month, day) == expected


@pytest.mark.parametrize(("month", "day"), [(1, 0), (13, 1), (0, 31), (13, 31)])
def test_a_day_that_no_month_has_is_refused(month, day):
    with pytest.raises(ValueError, match=r"^(day|month)\b"):
        clip(2026, month, day)


def test_months_counted_from_one_date_never_drift():
    first = date(2026, 1, 31)

    dates = [add_months(first, months) for months in range(-2, 4)]

    assert dates == [
        date(2025, 11, 30),
        date(2025, 12, 31),
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
    ]
    assert add_months(date(2026, 2, 28), 1, day=31) == date(2026, 3, 31)


@pytest.mark.property
@given(dates, st.integers(-600, 600), days_of_month)
def test_adding_months_keeps_the_day_and_can_be_undone(on, months, day):
    moved = add_months(on, months, day)

    assert 12 * (moved.year - on.year) + moved.month - on.month == months
    assert is_clipped_day(moved, day)
    assert add_months(moved, -months, on.day) == on


@pytest.mark.property
@given(dates, days_of_month)
def test_the_next_month_day_is_the_first_one_after(after, day):
    found = next_month_day(after, day)

    assert after < found
    assert is_clipped_day(found, day)
    assert month_day_on_or_before(found, day) == found
    assert not any(
        is_clipped_day(on, day)
        for on in occurrences(EveryDays(1), after + timedelta(days=1), found - timedelta(days=1))
    )


@pytest.mark.property
@given(dates, days_of_month)
def test_every_date_lies_between_two_neighbouring_month_days(on, day):
    before = month_day_on_or_before(on, day)
    following = next_month_day(on, day)

    assert before <= on < following
    assert next_month_day(before, day) == following
    assert 28 <= (following - before).days <= 31


@pytest.mark.property
@given(dates, days_of_month)
def test_a_walk_of_month_days_never_drifts(on, day):
    walked = [on]
    for _ in range(30):
        walked.append(next_month_day(walked[-1], day))

    assert all(is_clipped_day(each, day) for each in walked[1:])
    assert walked[2:] == [add_months(walked[1], n, day) for n in range(1, 30)]


# Recurrences


def test_a_single_date_occurs_only_within_its_bounds():
    on = date(2026, 12, 18)

    assert list(occurrences(Once(on), on, on)) == [on]
    assert list(occurrences(Once(on), on + timedelta(days=1), LAST)) == []
    assert list(occurrences(Once(on), FIRST, on - timedelta(days=1))) == []


def test_a_monthly_recurrence_keeps_to_month_ends_and_includes_both_bounds():
    found = list(occurrences(Monthly(31), date(2026, 1, 31), date(2026, 4, 30)))

    assert found == [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
    ]


def test_a_monthly_recurrence_skips_the_day_that_is_already_past():
    found = list(occurrences(Monthly(10), date(2026, 12, 11), date(2027, 2, 9)))

    assert found == [date(2027, 1, 10)]


def test_a_weekly_recurrence_starts_with_the_first_such_weekday():
    fridays = list(occurrences(Weekly(4), date(2026, 12, 1), date(2026, 12, 18)))

    assert fridays == [date(2026, 12, 4), date(2026, 12, 11), date(2026, 12, 18)]
    assert next(occurrences(Weekly(4), date(2026, 12, 4), LAST)) == date(2026, 12, 4)


def test_days_are_counted_from_the_first_date():
    found = list(occurrences(EveryDays(14), date(2026, 12, 1), date(2026, 12, 29)))

    assert found == [date(2026, 12, 1), date(2026, 12, 15), date(2026, 12, 29)]


@pytest.mark.parametrize("recurrence", [Monthly(31), Weekly(6), EveryDays(1)])
def test_a_recurrence_reaches_the_last_day_of_all_dates_and_stops(recurrence):
    found = list(occurrences(recurrence, date(9999, 11, 1), date.max))

    assert found[-1] <= date.max
    assert list(occurrences(recurrence, date(2026, 2, 1), date(2026, 1, 31))) == []


@pytest.mark.property
@given(dates, st.integers(0, 800), days_of_month, st.integers(0, 6))
def test_recurrences_are_the_matching_days_of_their_stretch(first, days, day, weekday):
    until = first + timedelta(days=days)
    stretch = [first + timedelta(days=n) for n in range(days + 1)]

    monthly = list(occurrences(Monthly(day), first, until))
    weekly = list(occurrences(Weekly(weekday), first, until))

    assert monthly == [on for on in stretch if is_clipped_day(on, day)]
    assert weekly == [on for on in stretch if on.weekday() == weekday]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Monthly, 0),
        (Monthly, 32),
        (Weekly, -1),
        (Weekly, 7),
        (EveryDays, 0),
    ],
)
def test_an_impossible_recurrence_is_refused(kind, value):
    with pytest.raises(ValueError, match=f"not {value}"):
        kind(value)


# Working days


def test_every_day_of_the_official_years_equals_both_calendars():
    other = holidays.China(years=(2024, 2025, 2026))

    different = [
        on
        for on in days_of(2024, 2025, 2026)
        if not (
            WORKING_DAYS.is_working_day(on)
            == chinese_calendar.is_workday(on)
            == other.is_working_day(on)
        )
    ]

    assert different == []
    assert not any(WORKING_DAYS.is_provisional(on) for on in days_of(2024, 2025, 2026))


def test_the_unpublished_year_has_statutory_days_without_days_in_lieu_or_make_up_days():
    with TABLE.open("rb") as file:
        year = tomllib.load(file)["2027"]
    computed = holidays.China(years=2027, observed=False, categories="public")

    assert year["status"] == "provisional"
    assert set(year["holidays"]) == set(computed)
    assert len(year["holidays"]) == 1 + 4 + 1 + 2 + 1 + 1 + 3
    assert year["working_weekends"] == []
    assert all(WORKING_DAYS.is_provisional(on) for on in days_of(2027))


@pytest.mark.parametrize(
    ("on", "adjust", "expected"),
    [
        (date(2026, 10, 5), "previous_workday", date(2026, 9, 30)),
        (date(2026, 10, 3), "next_workday", date(2026, 10, 8)),
        (date(2026, 10, 5), "none", date(2026, 10, 5)),
        (date(2026, 9, 20), "previous_workday", date(2026, 9, 20)),
        (date(2026, 9, 19), "next_workday", date(2026, 9, 20)),
        (date(2026, 10, 10), "next_workday", date(2026, 10, 10)),
        (date(2026, 10, 11), "previous_workday", date(2026, 10, 10)),
        (date(2026, 9, 25), "previous_workday", date(2026, 9, 24)),
        (date(2026, 2, 23), "previous_workday", date(2026, 2, 14)),
    ],
)
def test_a_pay_day_moves_off_holidays_and_onto_make_up_days(on, adjust, expected):
    assert WORKING_DAYS.adjusted(on, adjust) == expected
    assert WORKING_DAYS.adjusted_with_certainty(on, adjust) == (expected, False)


@pytest.mark.parametrize(
    ("on", "adjust", "expected"),
    [
        # Back over New Year: the decision began in the unpublished year.
        (date(2027, 1, 3), "previous_workday", (date(2026, 12, 31), True)),
        # A working day as far as is known, which the notice may still take away.
        (date(2027, 2, 10), "previous_workday", (date(2027, 2, 10), True)),
        (date(2027, 2, 10), "none", (date(2027, 2, 10), False)),
        (date(2026, 12, 31), "next_workday", (date(2026, 12, 31), False)),
        (date(2023, 12, 30), "next_workday", (date(2024, 1, 2), True)),
        (date(2031, 10, 2), "previous_workday", (date(2031, 9, 30), True)),
    ],
)
def test_a_decision_that_looks_at_an_unpublished_year_says_so(on, adjust, expected):
    assert WORKING_DAYS.adjusted_with_certainty(on, adjust) == expected


def test_years_without_a_table_know_weekends_and_fixed_holidays():
    assert not WORKING_DAYS.is_working_day(date(2040, 1, 1))
    assert not WORKING_DAYS.is_working_day(date(2040, 10, 3))
    assert not WORKING_DAYS.is_working_day(date(2040, 6, 16))  # a Saturday
    assert WORKING_DAYS.is_working_day(date(2040, 2, 13))
    assert WORKING_DAYS.is_provisional(date(2040, 2, 13))


def test_the_bounds_of_the_calendar_can_be_moved_across():
    assert WORKING_DAYS.adjusted(FIRST, "previous_workday") == date(1989, 12, 29)
    assert WORKING_DAYS.adjusted(date(1990, 1, 1), "next_workday") == date(1990, 1, 2)
    assert WORKING_DAYS.adjusted(LAST, "next_workday") == date(2099, 12, 31)
    assert WORKING_DAYS.adjusted(date(2100, 1, 1), "previous_workday") == LAST


@pytest.mark.property
@given(dates)
def test_an_adjusted_date_is_the_nearest_working_day_on_its_side(on):
    back = WORKING_DAYS.adjusted(on, "previous_workday")
    ahead = WORKING_DAYS.adjusted(on, "next_workday")
    between = occurrences(EveryDays(1), back + timedelta(days=1), ahead - timedelta(days=1))

    assert back <= on <= ahead
    assert WORKING_DAYS.is_working_day(back)
    assert WORKING_DAYS.is_working_day(ahead)
    assert back == on or not any(WORKING_DAYS.is_working_day(each) for each in between)


def year_table(**changes):
    table = {
        "status": "official",
        "source": "a notice",
        "checked_on": date(2025, 11, 4),
        "holidays": [date(2026, 1, 1)],
        "working_weekends": [date(2026, 1, 4)],
    }
    return table | changes


def test_a_sound_table_is_taken_as_it_stands():
    working_days = WorkingDays({"2026": year_table()})

    assert working_days.is_working_day(date(2026, 1, 4))
    assert not working_days.is_working_day(date(2026, 1, 1))
    assert working_days.is_working_day(date(2026, 5, 1))  # the table alone decides


@pytest.mark.parametrize(
    ("name", "table", "reason"),
    [
        ("26", year_table(), "not a year"),
        ("2100", year_table(), "not a year"),
        ("20260", year_table(), "not a year"),
        ("2026", [], "keys"),
        ("2026", {"status": "official"}, "keys"),
        ("2026", year_table(note="more"), "keys"),
        ("2026", year_table(status="likely"), "status"),
        ("2026", year_table(status=[]), "status"),
        ("2026", year_table(status="provisional"), "make-up days"),
        ("2026", year_table(source=" "), "source"),
        ("2026", year_table(checked_on="2025-11-04"), "checked_on"),
        ("2026", year_table(holidays=[]), "without holidays"),
        ("2026", year_table(holidays="2026-01-01"), "not a list"),
        ("2026", year_table(holidays=["2026-01-01"]), "holds 2026-01-01"),
        ("2026", year_table(holidays=[date(2025, 1, 1)]), "holds 2025-01-01"),
        ("2026", year_table(holidays=[date(2026, 1, 1)] * 2), "out of order"),
        ("2026", year_table(working_weekends=[date(2026, 1, 5)]), "a weekday"),
        ("2026", year_table(holidays=[date(2026, 1, 4)]), "both off and worked"),
    ],
)
def test_an_unsound_table_is_refused_by_year_and_reason(name, table, reason):
    with pytest.raises(ValueError, match=reason) as refusal:
        WorkingDays({name: table})

    assert f"working days of {name}" in str(refusal.value)
