"""Amounts, dates and percentages as a person reads them, in the language of the request."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from html import escape
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

HIDDEN = "••••"
NO_BREAK = "\u00a0"
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_STEPS = {
    "zh": ((100_000_000, "亿"), (10_000, "万"), (1_000, "千")),
    "en": ((1_000_000, "m"), (1_000, "k")),
}
_WEEKDAYS = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}


def language() -> str:
    """ "zh" or "en": the key under which rule files keep their words."""
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


def grouped(fen: int) -> str:
    """ "1,234.50" """
    sign, fen = ("−", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100:,}.{fen % 100:02d}"


@dataclass(frozen=True, slots=True)
class Amounts:
    """Writes amounts, or dots in their place while the person hides them."""

    hidden: bool = False

    def __call__(self, fen: int) -> str:
        """ "¥1,234.50": in sentences."""
        if self.hidden:
            return f"¥{HIDDEN}"
        return f"−¥{grouped(-fen)}" if fen < 0 else f"¥{grouped(fen)}"

    def plain(self, fen: int) -> str:
        """ "1,234.50": in columns."""
        return HIDDEN if self.hidden else grouped(fen)

    def short(self, fen: int) -> str:
        """ "8千", "1.2万", "12k", "3m": on an axis."""
        if self.hidden:
            return ""
        yuan = fen // 100
        for step, unit in _STEPS[language()]:
            if abs(yuan) >= step:
                text = f"{Decimal(yuan) / step:.2f}".rstrip("0").rstrip(".")
                return f"{text}{unit}".replace("-", "−")
        return f"{yuan}".replace("-", "−")


def day(on: date, today: date | None = None) -> str:
    """ "12 月 9 日", "9 December", never broken; with the year where it is not today's."""
    needs_year = today is not None and on.year != today.year
    if language() == "zh":
        text = f"{on.month} 月 {on.day} 日"
        text = f"{on.year} 年 {text}" if needs_year else text
    else:
        text = f"{on.day} {_MONTHS[on.month - 1]}"
        text = f"{text} {on.year}" if needs_year else text
    return text.replace(" ", NO_BREAK)


def short_day(on: date) -> str:
    """ "12/9", "9 Dec": in a column of dates."""
    if language() == "zh":
        return f"{on.month}/{on.day}"
    return f"{on.day} {_MONTHS[on.month - 1][:3]}"


def weekday(on: date) -> str:
    return _WEEKDAYS[language()][on.weekday()]


def month(on: date) -> str:
    """ "2028 年 3 月", "March 2028"."""
    if language() == "zh":
        return f"{on.year} 年 {on.month} 月".replace(" ", NO_BREAK)
    return f"{_MONTHS[on.month - 1]} {on.year}".replace(" ", NO_BREAK)


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


def listed(parts: Iterable[str]) -> str:
    """ "甲、乙", "one, two"."""
    return _(", ").join(parts)
