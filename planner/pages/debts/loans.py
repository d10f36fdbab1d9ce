"""A list of loans as a person copies it from an app: next due date, principal, payments left."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from planner.domain.values.reading import FIRST_DAY
from planner.forms.fields import DayField, WholeField, YuanField, plain
from planner.words.days import day as day_words

MOST_LOANS = 50


@dataclass(frozen=True, slots=True)
class Loan:
    """One loan of a line of credit: fen, and the payments from `next_due` on."""

    next_due: date
    principal_fen: int
    periods_left: int


class LoansField(forms.CharField):
    """Loans one by one. The three figures of a loan may stand in one line or below each other.

    What is doubtful is refused with its line: "3/12 期" may be the third or three that are left.
    """

    widget = forms.Textarea
    default_error_messages = {
        "line": _("Line %(number)s: %(reason)s"),
        "unread": _(
            "this is neither a date, nor an amount, nor a number of payments. "
            "Write it like 2026-12-15 5,000.00 10."
        ),
        "twice": _(
            "a second figure of the same kind. Write the three of one loan, then those of the next."
        ),
        "incomplete": _(
            "of this loan something is missing: next due date, principal left, payments left."
        ),
        "share": _("please write how many payments are left, like 10 期."),
        "passed": _(
            "%(day)s has passed. Write the next due date; a loan that is overdue is added alone."
        ),
        "many": _("There can be %(limit)s of these at most."),
    }
    _day = re.compile(
        r"[0-9]{4}(?:-|/|\.)[0-9]{1,2}(?:-|/|\.)[0-9]{1,2}"
        r"|(?:[0-9]{4} ?年 ?)?[0-9]{1,2} ?月 ?[0-9]{1,2} ?[日号]",
        re.ASCII,
    )
    _share = re.compile(r"[0-9]+ ?/ ?[0-9]+ ?期?", re.ASCII)
    _periods = re.compile(r"([0-9]{1,3}) ?期", re.ASCII)
    _figure = re.compile(r"(?:[¥Y] ?)?[0-9][0-9,]*(?:\.[0-9]+)?(?: ?[万元块])*", re.ASCII)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=10_000, strip=False, **kwargs)
        self.today: date | None = None
        self.seen_on: date = FIRST_DAY
        self.widget.attrs |= {"rows": 6, "autocomplete": "off"}
        self.widget.attrs["placeholder"] = " "  # so that a sheet can tell that it is empty

    def clean(self, value: Any) -> list[Loan]:
        lines = [plain(line) for line in (super().clean(value) or "").splitlines()]
        loans: list[Loan] = []
        held: dict[str, Any] = {}
        last = 0
        for number, line in enumerate(lines, 1):
            if not line:
                continue
            last = number
            for kind, figure in self._read(line, number):
                if kind in held:
                    raise self._refused(number, "twice")
                held[kind] = figure
            if len(held) == 3:
                loans.append(Loan(held["day"], held["principal"], held["periods"]))
                held = {}
        if held:
            raise self._refused(last, "incomplete")
        if len(loans) > MOST_LOANS:
            raise ValidationError(self.error_messages["many"], params={"limit": MOST_LOANS})
        return loans

    def _read(self, line: str, number: int) -> list[tuple[str, Any]]:
        """The figures of a line by their kind, words around them left out."""
        found: list[tuple[str, Any]] = []
        for match in self._day.finditer(line):
            day = self._field(DayField(), match[0], number)
            if day < self.seen_on:
                words = day_words(day, self.today)
                raise self._refused(number, "passed", day=words)
            found.append(("day", day))
        rest = self._day.sub(" ", line)
        if self._share.search(rest):
            raise self._refused(number, "share")
        for match in self._periods.finditer(rest):
            periods = WholeField(low=1, high=600)
            found.append(("periods", self._field(periods, match[1], number)))
        rest = self._periods.sub(" ", rest)
        figures = [match[0].strip() for match in self._figure.finditer(rest)]
        if figures:
            found.append(("principal", self._field(YuanField(min_fen=1), figures[0], number)))
        for figure in figures[1:]:
            is_count = figure.isdecimal() and "periods" not in dict(found)
            if not is_count:
                raise self._refused(number, "twice")
            found.append(("periods", self._field(WholeField(low=1, high=600), figure, number)))
        if not found:
            raise self._refused(number, "unread")
        return found

    def _field(self, field: forms.Field, text: str, number: int) -> Any:
        if isinstance(field, DayField):
            field.today = self.today
        try:
            return field.clean(text)
        except ValidationError as error:
            params = {"number": number, "reason": " ".join(error.messages)}
            raise ValidationError(self.error_messages["line"], "line", params) from None

    def _refused(self, number: int, code: str, **values: Any) -> ValidationError:
        reason = self.error_messages[code] % values if values else self.error_messages[code]
        params = {"number": number, "reason": reason}
        return ValidationError(self.error_messages["line"], code, params)
