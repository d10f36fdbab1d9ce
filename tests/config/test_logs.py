"""What a log line keeps of an event, and what it drops."""

import logging
import sys

import pytest

from config.logs import Lines


def line_of(message, *values, error=None):
    """The line that is written, also while an exception is told of."""
    try:
        if error is not None:
            raise error
    except type(error):
        about = sys.exc_info()
    else:
        about = None
    record = logging.LogRecord("planner", logging.ERROR, __file__, 1, message, values, about)
    return Lines().format(record)


@pytest.mark.parametrize(
    ("written", "kept", "dropped"),
    [
        ("Not Found: /account/password/reset/key/1-abc-def/", "/key/…", "abc"),
        ("Gone: /guest/carry/abc-def/", "/carry/…", "abc"),
        ("Forbidden: /account/confirm-email/MTIz:sig/", "/confirm-email/…/", "MTIz"),
        ("Not Found: /nothing/a.b+c@example.com/x", "/nothing/…@…/x", "example"),
        ("Error handling request /plan/?name=zq", "/plan/?…", "zq"),
        ("Invalid request from ip=::1: bad", "from … bad", "::1"),
        ("client 203.0.113.7 went away", "client … went away", "203"),
        ("two\nlines \x1b[2J", "two\\nlines \\x1b[2J", "\x1b"),
        ("user 7 signed in", "user 7 signed in", "@"),
    ],
)
def test_a_line_keeps_the_event_and_drops_the_person(written, kept, dropped):
    line = line_of("%s", written)

    assert kept in line
    assert dropped not in line
    assert "\n" not in line


def test_an_exception_keeps_its_place_and_loses_its_words():
    line = line_of("failed", error=ValueError("Key (email)=(a@example.com) already exists"))

    assert "builtins.ValueError at tests/config/test_logs.py" in line
    assert "email" not in line
