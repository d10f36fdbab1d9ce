"""Markup that is put together outside of templates: what is escaped, and what knows its own."""

from django.forms.utils import ErrorList
from django.utils.functional import lazystr
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from planner.words.markup import markup, markup_join

PARTS = [
    "<b>&\"'",
    mark_safe("<b>"),
    ErrorList(["<i>"]),
    lazystr("<u>"),
    7,
]


def test_markup_is_what_djangos_own_would_be():
    for part in PARTS:
        assert markup("<p>{}</p>", part) == format_html("<p>{}</p>", part)
        assert markup("<p>{a}</p>", a=part) == format_html("<p>{a}</p>", a=part)
    rows = [(part,) for part in PARTS]
    assert markup_join(" ", "<p>{}</p>", rows) == format_html_join(" ", "<p>{}</p>", rows)
    assert "&lt;b&gt;" in markup("{}", PARTS[0])
