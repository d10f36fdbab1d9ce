"""Days and months as a person reads them."""

from datetime import date
from typing import Any

from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from planner.domain.values.days import EveryDays, Monthly, Once, Recurrence, Weekly
from planner.words.language import language

NO_BREAK = "\u00a0"
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
WEEKDAYS = [
    ("mon", gettext_lazy("Monday")),
    ("tue", gettext_lazy("Tuesday")),
    ("wed", gettext_lazy("Wednesday")),
    ("thu", gettext_lazy("Thursday")),
    ("fri", gettext_lazy("Friday")),
    ("sat", gettext_lazy("Saturday")),
    ("sun", gettext_lazy("Sunday")),
]
_WEEKDAYS = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}


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


def ordinal(number: int) -> str:
    """ "10" before 日 or 号, "10th" in English: a day of the month."""
    if language() == "zh":
        return str(number)
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def long_day(on: date) -> str:
    # Translators: a format of Django's date filter, as in 9 December 2026.
    return dateformat.format(on, pgettext("date format", "j F Y"))


def said(recurrence: Recurrence, today: Any) -> str:
    """A recurrence in words."""
    match recurrence:
        case Once(on):
            return _("once, on %(day)s") % {"day": day(on, today)}
        case Monthly(number):
            return _("on the %(day)s of each month") % {"day": ordinal(number)}
        case Weekly(weekday):
            return _("each week on %(weekday)s") % {"weekday": WEEKDAYS[weekday][1]}
        case EveryDays(7):
            return _("each week")
        case EveryDays(days):
            return _("every %(days)s days") % {"days": days}
