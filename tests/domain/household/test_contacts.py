from datetime import date

import pytest

from planner.domain.household.contacts import Contact, contact_document, marks, read_contact
from planner.domain.values.reading import Fields

DAY = date(2026, 11, 20)


def contact(minute=12 * 60, way="call", said_to="me", **changes):
    return Contact(DAY, minute, way, said_to, **changes)


@pytest.mark.parametrize(
    ("minute", "way", "marked"),
    [
        (22 * 60, "call", True),
        (22 * 60 - 1, "call", False),
        (8 * 60, "message", False),
        (8 * 60 - 1, "message", True),
        (0, "missed", True),
        (0, "letter", False),
    ],
)
def test_the_night_runs_from_ten_to_eight(minute, way, marked):
    assert marks([contact(minute, way)]) == [("night",) if marked else ()]


def test_the_fourth_answered_call_of_a_day_is_marked_by_time_not_by_place():
    minutes = [600, 540, 700, 650, 800]
    found = marks([contact(minute) for minute in minutes])

    assert [minute for minute, names in zip(minutes, found, strict=True) if names] == [700, 800]


def test_calls_about_another_debt_count_apart():
    found = marks([contact(600 + n, debt="one" if n % 2 else "two") for n in range(6)])

    assert found == [()] * 6


def test_the_seventh_attempt_and_somebody_else_are_marked():
    found = marks([contact(600 + n, "missed") for n in range(7)])

    assert found == [()] * 6 + [("missed",)]
    assert marks([contact(said_to="family")]) == [("third",)]


def test_an_entry_is_what_it_was_after_its_document():
    one = contact(1265, "visit", "work", debt="card", who="某公司", words="一行\n两行")
    errors = []

    assert read_contact(Fields(contact_document(one), "", errors)) == one
    assert errors == []
    assert one.time == "21:05"
