"""Markup in Python: pieces of a page that are made too often for a template."""

import re
from collections.abc import Iterable
from functools import lru_cache
from html import escape, unescape
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from planner.words.language import language, one_line


def markup(template: str, *parts: object, **named: object) -> SafeString:
    """What `format_html` gives, in a third of the time: a page of the plan does it 300 times.

    Parts are escaped, but for those that know their markup, such as the errors of a form.
    """
    escaped = {name: _escaped(part) for name, part in named.items()}
    return SafeString(template.format(*map(_escaped, parts), **escaped))


def markup_join(between: str, template: str, rows: Iterable[Iterable[object]]) -> SafeString:
    """One piece for each row of parts; `between` is markup."""
    return SafeString(between.join(template.format(*map(_escaped, row)) for row in rows))


def _escaped(part: object) -> str:
    return part.__html__() if hasattr(part, "__html__") else escape(str(part))


def text_of(words: str) -> str:
    """Words of a page as they stand in a file or on a terminal: without markup, on one line."""
    return one_line(unescape(re.sub("<[^>]*>", "", words)))


def strong(text: object) -> SafeString:
    return markup("<strong>{}</strong>", text)


def phrased(template: str, **values: Any) -> SafeString:
    """A headline whose phrases stay whole: "|" in the template marks where a line may break.

    The template is split before the values are filled in: a name may hold a "|" too.
    """
    parts = template.split("|")
    if values:
        parts = [markup(part, **values) for part in parts]
    space = "" if language() == "zh" else " "
    return markup_join(space, "<span>{}</span>", ((part,) for part in parts))


def sentences(parts: Iterable[str]) -> SafeString:
    """One after another, with the space that the language puts between sentences."""
    space = "" if language() == "zh" else " "
    return markup_join(space, "{}", ((part,) for part in parts))


def table_rows(rows: Iterable[Iterable[object]]) -> SafeString:
    """Rows of what stands at the head of each, then its figures."""
    return markup_join(
        "",
        '<tr><th scope="row">{}</th>{}</tr>',
        (
            (head, markup_join("", '<td class="num">{}</td>', zip(figures)))
            for head, *figures in rows
        ),
    )


@lru_cache(maxsize=4096)
def address(name: str, *args: Any) -> str:
    """`reverse`, which takes long, for what a page has many of."""
    return reverse(name, args=args)
