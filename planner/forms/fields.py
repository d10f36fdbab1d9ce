"""The fields of every form: text typed by a person → fen, days, rates, clean text.

One field for money, one for a day, one cleaner for text. What is doubtful is refused with a
sentence that says the way out; what was typed and refused stays as it was typed.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from planner.domain.values.money import MAX_FEN, format_yuan, parse_yuan
from planner.domain.values.reading import FIRST_DAY, LAST_DAY, MAX_TEXT
from planner.models import HouseholdRow, Item
from planner.words.days import day as day_words

# What a Chinese keyboard types in place of ASCII. Not NFKC: that would read ² as 2.
FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    ord("\u3000"): " ",
    ord("\u00a0"): " ",
    ord("\u202f"): " ",
    ord("。"): ".",
    ord("、"): ",",
    ord("￥"): "¥",
    ord("−"): "-",
    ord("–"): "-",
}
ZERO_WIDTH_JOINER = "\u200d"
RIGHT_TO_LEFT = frozenset("\u200f\u202b\u202e\u2067")
LONGEST_FIGURE = 40
REQUIRED = _("Please fill this in.")
TOO_LONG = _("This can have %(limit_value)s characters at most.")
Row = dict[str, Any]


Kind = TypeVar("Kind", bound=forms.Field)


def field_of(form: forms.BaseForm | type[forms.Form], name: str, kind: type[Kind]) -> Kind:
    """The field of that name, of the kind that it was declared with; of a class, as declared."""
    field = (form.base_fields if isinstance(form, type) else form.fields)[name]
    assert isinstance(field, kind)
    return field


def choose(form: forms.BaseForm, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """Offer these in the form's choice of that name."""
    field_of(form, name, forms.ChoiceField).choices = list(choices)


def tell(field: forms.Field, **told: Any) -> None:
    """Give templates more of a field than Django's own attributes."""
    for name, value in told.items():
        setattr(field, name, value)


def shown_when(choice: str, field: Kind) -> Kind:
    """A field that belongs to one choice of another field, and is hidden with the others."""
    tell(field, when=choice)
    return field


def clean_text(text: str) -> str:
    """NFC without what cannot be seen: controls, bidi marks, zero-width signs, odd code points.

    Line breaks stay, and so does the joiner inside an emoji. Raises ValidationError for NUL and
    lone surrogates: those were not typed by a person.
    """
    if any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text):
        raise ValidationError(_("This holds signs that cannot be stored."), code="unreadable")
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = [
        char
        for index, char in enumerate(text)
        if char in "\n\t"
        or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
        or (char == ZERO_WIDTH_JOINER and _joins_emoji(text, index))
    ]
    return "".join(kept).strip()


def _joins_emoji(text: str, index: int) -> bool:
    before = text[:index].rstrip("\ufe0f")[-1:]
    after = text[index + 1 : index + 2]
    return all(char and unicodedata.category(char) in ("So", "Sk") for char in (before, after))


def plain(text: str) -> str:
    """Clean text as ASCII would write it: for figures, never for names."""
    if RIGHT_TO_LEFT & set(text):
        # What was seen and what would be stored are not the same number.
        raise ValidationError(_("Please type this again, in plain digits."), code="unreadable")
    return clean_text(text).translate(FULL_WIDTH).strip()


class TextField(forms.CharField):
    """A name or a note. What looks empty is empty."""

    default_error_messages = {"required": REQUIRED, "max_length": TOO_LONG}

    def __init__(self, *, max_length: int = MAX_TEXT, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def to_python(self, value: Any) -> str:
        text = clean_text(super().to_python(value) or "")
        if not isinstance(self.widget, forms.Textarea):
            text = " ".join(text.split())
        return text


class FigureField(forms.CharField):
    """A figure in one line of text, read by `read`; None where it is left empty."""

    inputmode = "decimal"
    default_error_messages = {"required": REQUIRED}

    def __init__(self, *, unit: Any = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.unit = unit
        self.widget.attrs.setdefault("inputmode", self.inputmode)
        self.widget.attrs.setdefault("autocomplete", "off")

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if text in self.empty_values:
            return None
        if len(text) > LONGEST_FIGURE:
            raise self.refuse("invalid")
        return self.read(text)

    def to_python(self, value: Any) -> str:
        return plain(super().to_python(value) or "")

    def read(self, text: str) -> Any:
        raise NotImplementedError

    def refuse(self, code: str, **params: Any) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code, params=params)


class YuanField(FigureField):
    """ "1,234.50", "￥１２３４．５", "812.35元" or "1.2万" → fen; anything doubtful is refused."""

    default_error_messages = {
        "invalid": _("Write the amount in digits, like 812.35."),
        "negative": _("Write the amount without a minus sign."),
        "places": _("An amount has two decimals at most, like 812.35."),
        "comma": _("Is this %(decimal)s or %(whole)s? Please write it without the comma."),
        "too_small": _("The amount must be at least %(limit)s."),
        "too_large": _("The amount can be %(limit)s at most."),
    }
    _amount = re.compile(
        r"(?:[¥Y]|RMB|CNY)? ?"
        r"(?P<whole>[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+)"
        r"(?:\.(?P<places>[0-9]+))?"
        r" ?(?P<ten_thousands>万)? ?(?:元|块)?",
        re.ASCII | re.IGNORECASE,
    )
    # "12,34": a decimal comma, or a separator of thousands in the wrong place.
    _comma = re.compile(r"[^0-9]*([0-9]{1,9}),([0-9]{1,2})[^0-9.,]*", re.ASCII)

    def __init__(self, *, min_fen: int = 0, max_fen: int = MAX_FEN, **kwargs: Any) -> None:
        super().__init__(unit=kwargs.pop("unit", _("yuan")), **kwargs)
        self.min_fen, self.max_fen = min_fen, max_fen

    def read(self, text: str) -> int:
        if re.fullmatch(r"-[^-]*[0-9][^-]*", text):
            raise self.refuse("negative")
        match = self._amount.fullmatch(text)
        if match is None and (comma := self._comma.fullmatch(text)):
            whole, places = comma.groups()
            raise self.refuse(
                "comma", decimal=f"{int(whole)}.{places}", whole=f"{int(whole + places)}"
            )
        if match is None:
            raise self.refuse("invalid")
        whole = re.sub("[, ]", "", match["whole"]).lstrip("0")
        places = match["places"] or ""
        if match["ten_thousands"]:
            whole, places = (whole + places.ljust(4, "0")[:4]).lstrip("0"), places[4:]
        if len(places) > 2:
            raise self.refuse("places")
        if len(whole) > 9:
            raise self.refuse("too_large", limit=shown_yuan(self.max_fen))
        fen = parse_yuan(f"{whole or '0'}.{places or '0'}")
        if fen < self.min_fen:
            raise self.refuse("too_small", limit=shown_yuan(self.min_fen))
        if fen > self.max_fen:
            raise self.refuse("too_large", limit=shown_yuan(self.max_fen))
        return fen

    def prepare_value(self, value: Any) -> Any:
        """Stored fen are shown as yuan; what was typed and refused stays as it was typed."""
        return shown_yuan(value) if isinstance(value, int) else value


def shown_yuan(fen: int) -> str:
    """ "1,234.50": as a person reads it, without a sign for the currency."""
    yuan, cents = format_yuan(fen).split(".")
    return f"{int(yuan):,}.{cents}"


class BoundQuestion(BoundField):
    """A field that is asked only now: what stands beside it is a question, and nothing is wrong."""

    def build_widget_attrs(self, attrs: Any, widget: Any = None) -> dict[str, Any]:
        built: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        if getattr(self.field, "is_asked", False):
            built.pop("aria-invalid", None)
        return built


class YuanQuestion(YuanField):
    """An amount that can be asked for once the rest is known: `is_asked` until it was answered."""

    is_asked = False

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> BoundQuestion:
        return BoundQuestion(form, self, field_name)


class WholeField(FigureField):
    """A count: "12", "１２", "12 期". Only digits, and never out of bounds."""

    inputmode = "numeric"
    default_error_messages = {
        "invalid": _("Write a whole number, like 12."),
        "bounds": _("This must be a whole number from %(low)s to %(high)s."),
    }
    _number = re.compile(
        r"(?:第|每月)? ?([0-9]{1,9}) ?(?:期|天|日|号|days?|st|nd|rd|th)?", re.ASCII
    )

    def __init__(self, *, low: int, high: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.low, self.high = low, high

    def read(self, text: str) -> int:
        match = self._number.fullmatch(text)
        if match is None:
            raise self.refuse("invalid")
        number = int(match[1])
        if not self.low <= number <= self.high:
            raise self.refuse("bounds", low=self.low, high=self.high)
        return number


class DayOfMonthField(WholeField):
    """The 1st to the 31st; in shorter months the 31st is the last day."""

    default_error_messages = {
        "invalid": _("Write the day of the month as a number from 1 to 31."),
        "bounds": _("Write the day of the month as a number from 1 to 31."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(low=1, high=31, unit=kwargs.pop("unit", _("of the month")), **kwargs)


class FactorField(FigureField):
    """A decimal without a unit, such as 1.5, as the document writes it."""

    # The document's number is so many places from the one shown.
    shift = 0
    default_error_messages = {
        "invalid": _("Write a number in digits, like 1.5."),
        "bounds": _("This can be %(high)s at most."),
    }
    _decimal = re.compile(r"([0-9]{1,6})(?:\.([0-9]{1,10}))? ?%?", re.ASCII)

    def __init__(self, *, high: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.high = high

    def read(self, text: str) -> str:
        match = self._decimal.fullmatch(text)
        if match is None:
            raise self.refuse("invalid")
        number = Decimal(f"{match[1]}.{match[2] or 0}")
        if number > self.high:
            raise self.refuse("bounds", high=self.high)
        return shown_decimal(number.scaleb(self.shift))


class PercentField(FactorField):
    """ "10" or "10%" → the document's ratio "0.1", exactly."""

    shift = -2
    default_error_messages = {"invalid": _("Write the percentage in digits, like 10 or 0.05.")}

    def __init__(self, *, high: int = 100, **kwargs: Any) -> None:
        super().__init__(high=high, unit=kwargs.pop("unit", "%"), **kwargs)

    @staticmethod
    def shown(ratio: str | None) -> str | None:
        """A document's ratio as this field shows it."""
        return None if ratio is None else shown_decimal(Decimal(ratio).scaleb(2))


def shown_decimal(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class DayInput(forms.DateInput):
    """The browser's own date picker; plain text where what was typed is no ISO date."""

    input_type = "date"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        shown = context["widget"]["value"]
        if shown and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", shown, re.ASCII):
            context["widget"]["type"] = "text"
        return context


class DayField(forms.DateField):
    """2026-12-09, 2026/12/9, 2026年12月9日; 12月9日 is the next such day from `today` on."""

    default_error_messages = {
        "required": REQUIRED,
        "invalid": _("Write the date like 2026-12-09."),
        "no_such_day": _("There is no such day. Write the date like 2026-12-09."),
        "too_early": _("Enter %(limit)s or a later day."),
        "too_late": _("Enter %(limit)s or an earlier day."),
    }
    _day = re.compile(
        r"(?P<y>[0-9]{4})(?:-(?P<m>[0-9]{1,2})-(?P<d>[0-9]{1,2})|/(?P<m1>[0-9]{1,2})/(?P<d1>[0-9]{1,2})"
        r"|\.(?P<m2>[0-9]{1,2})\.(?P<d2>[0-9]{1,2})"
        r"| ?年 ?(?P<m3>[0-9]{1,2}) ?月 ?(?P<d3>[0-9]{1,2}) ?[日号])",
        re.ASCII,
    )
    _month_day = re.compile(r"([0-9]{1,2}) ?月 ?([0-9]{1,2}) ?[日号]?", re.ASCII)

    def __init__(self, *, first: date = FIRST_DAY, last: date = LAST_DAY, **kwargs: Any) -> None:
        super().__init__(widget=kwargs.pop("widget", DayInput(format="%Y-%m-%d")), **kwargs)
        self.today: date | None = None
        self.widget.attrs.setdefault("autocomplete", "off")
        self.bound(first, last)

    def bound(self, first: date, last: date = LAST_DAY) -> None:
        """Accept the days from first to last, both included."""
        self.first, self.last = first, last
        self.widget.attrs.update(min=first.isoformat(), max=last.isoformat())

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values or isinstance(value, date):
            return value or None
        text = plain(str(value))
        if not text:
            return None
        day = self._read(text)
        if day < self.first:
            raise self._refuse("too_early", limit=self._words(self.first))
        if day > self.last:
            raise self._refuse("too_late", limit=self._words(self.last))
        return day

    def _read(self, text: str) -> date:
        match = self._day.fullmatch(text)
        short = self._month_day.fullmatch(text)
        try:
            if match:
                year, month, day = (int(part) for part in match.groups() if part)
                return date(year, month, day)
            if short and self.today:
                return _next_month_day(self.today, int(short[1]), int(short[2]))
        except ValueError:
            raise self._refuse("no_such_day") from None
        raise self._refuse("invalid")

    def _words(self, limit: date) -> str:
        return day_words(limit, self.today or date.min)  # with its year where today is not known

    def _refuse(self, code: str, **params: Any) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code, params=params)


def _next_month_day(today: date, month: int, day: int) -> date:
    """The next such day from today on; 29 February may be years away."""
    for year in range(today.year, today.year + 9):
        with suppress(ValueError):
            if (found := date(year, month, day)) >= today:
                return found
    raise ValueError("no year has this day")


# Unit of a rate as shown → what the document says beside the number, and places to shift.
RATE_UNITS: dict[str, tuple[dict[str, Any], int]] = {
    "year": ({"per": "year", "basis": 365, "monthly": False}, -2),
    "day": ({"per": "day"}, -2),
    "day_wan": ({"per": "day"}, -4),
    "month": ({"per": "month"}, -2),
    "year_monthly": ({"per": "year", "basis": 365, "monthly": True}, -2),
    "year_360": ({"per": "year", "basis": 360, "monthly": False}, -2),
}
PERIODS = {"day": 365, "month": 12, "year": 1}
RATE_UNIT_CHOICES = [
    ("day", _("% a day")),
    ("year", _("% a year")),
    ("month", _("% a month")),
    ("day_wan", _("per 10,000 a day")),
    ("year_monthly", _("% a year, one twelfth each month")),
    ("year_360", _("% a year of 360 days")),
]
_CHINESE_DIGITS = {char: str(value) for value, char in enumerate("零一二三四五六七八九")}


class RateWidget(forms.MultiWidget):
    template_name = "planner/_rate_widget.html"
    use_fieldset = False
    unit = "day"  # of an empty field

    def __init__(self) -> None:
        figure = forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})
        unit = forms.Select({"aria-label": _("Unit")}, choices=RATE_UNIT_CHOICES)
        super().__init__({"value": figure, "unit": unit})

    def decompress(self, value: Any) -> list[Any]:
        if not value:
            return [None, self.unit]
        unit, places = unit_of(value)
        return [shown_decimal(Decimal(value["rate"]).scaleb(-places)), unit]

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else id_


def unit_of(rate: dict[str, Any]) -> tuple[str, int]:
    """The unit in which a document's rate is shown."""
    if rate["per"] != "year":
        unit = rate["per"]
    elif rate.get("monthly"):
        # With the year divided by twelve the basis is not used.
        unit = "year_monthly"
    else:
        unit = "year_360" if rate.get("basis") == 360 else "year"
    return unit, RATE_UNITS[unit][1]


class RateField(forms.MultiValueField):
    """0.05 with a unit, or in one go: "万分之五", "年化 18.25%", "日利率0.05%", "月息1.2%"."""

    widget = RateWidget
    default_error_messages = {
        "required": REQUIRED,
        "invalid": _("Write the rate in digits, like 0.05, and choose its unit."),
        "places": _("Write the rate with 12 decimals at most, like 0.0123."),
        "too_large": _(
            "A year's interest would be more than ten times the debt. "
            "Please check the number and its unit."
        ),
    }
    _rate = re.compile(
        r"(?P<words>[日月年]利率|[日月]息|每[日天月年]|年化利率|年化|[日月年])?[ :]?"
        r"(?:(?P<wan>万分之) ?(?P<chinese>[零一二三四五六七八九])?)?"
        r"(?:(?P<whole>[0-9]{1,6})(?:\.(?P<places>[0-9]{1,12}))?)?"
        r" ?(?P<percent>%)?",
        re.ASCII,
    )

    def __init__(self, **kwargs: Any) -> None:
        fields = (
            forms.CharField(required=False),
            forms.ChoiceField(choices=RATE_UNIT_CHOICES, required=False),
        )
        super().__init__(fields, require_all_fields=False, **kwargs)

    def compress(self, values: Sequence[Any]) -> dict[str, Any] | None:
        text = plain(values[0]) if values else ""
        if not text:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        match = self._rate.fullmatch(text[: LONGEST_FIGURE + 1])
        if match is None or (match["whole"] is None) == (match["chinese"] is None):
            raise self._refuse("invalid")
        number = match["whole"] or _CHINESE_DIGITS[match["chinese"]]
        value = Decimal(f"{number}.{match['places'] or 0}")
        unit = self._unit(match, values[1] or "day")
        document, shift = RATE_UNITS[unit]
        rate = value.scaleb(shift)
        if rate * PERIODS[document["per"]] > 10:
            raise self._refuse("too_large")
        if len(shown_decimal(rate).partition(".")[2]) > 12:
            raise self._refuse("places")
        return {"rate": shown_decimal(rate), **document}

    @staticmethod
    def _unit(match: re.Match[str], chosen: str) -> str:
        """What the words say, else what was chosen."""
        if match["wan"]:
            return "day_wan"
        for sign, unit in (("日", "day"), ("天", "day"), ("月", "month"), ("年", "year")):
            if sign in (match["words"] or ""):
                return chosen if chosen.startswith(unit) and chosen != "day_wan" else unit
        return "day" if chosen == "day_wan" and match["percent"] else chosen

    def _refuse(self, code: str) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return True


class LinesField(forms.CharField):
    """A table typed or pasted as lines: a day, then amounts, with spaces or tabs between."""

    widget = forms.Textarea
    default_error_messages = {
        "line": _("Line %(number)s: %(reason)s"),
        "columns": _("a date and then %(count)s at most, with spaces between."),
    }

    def __init__(self, *, day: str, amounts: Sequence[str], **kwargs: Any) -> None:
        super().__init__(max_length=60_000, strip=False, **kwargs)
        self.day, self.amounts = day, tuple(amounts)
        self.day_field = DayField()
        self.amount_field = YuanField()
        self.widget.attrs.setdefault("rows", 6)
        self.widget.attrs.setdefault("autocomplete", "off")

    def clean(self, value: Any) -> list[Row]:
        lines = clean_text(super().clean(value) or "").splitlines()
        filled = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
        return [self._line(number, line) for number, line in filled]

    def _line(self, number: int, line: str) -> Row:
        day, *amounts = re.split(r"[\s\u3000;；，]+", line.strip())
        try:
            if not 1 <= len(amounts) <= len(self.amounts):
                count = _("%(count)s amounts") % {"count": len(self.amounts)}
                raise ValidationError(self.error_messages["columns"], params={"count": count})
            row: Row = {self.day: self.day_field.clean(day).isoformat()}
            for key, amount in zip(self.amounts, amounts, strict=False):
                row[key] = format_yuan(self.amount_field.clean(amount))
        except ValidationError as error:
            params = {"number": number, "reason": " ".join(error.messages)}
            raise ValidationError(self.error_messages["line"], "line", params) from None
        return row

    def shown(self, rows: Sequence[Row]) -> str:
        keys = (self.day, *self.amounts)
        return "\n".join(" ".join(str(row[key]) for key in keys if key in row) for row in rows)


def yuan_text(fen: int | None) -> str | None:
    """Fen from a form as the document writes them."""
    return None if fen is None else format_yuan(fen)


def fen_of(text: str | None) -> int | None:
    """A document's amount as fen, for a form to show."""
    return None if text is None else parse_yuan(text)


def copied(form: forms.BaseForm) -> Any:
    """What was sent, to be changed: a QueryDict, or a dict where a test sent one."""
    data: Any = form.data
    return data.copy()


def refuse_repeated(form: forms.BaseForm) -> None:
    """A value that was sent twice is refused: nobody can say which of the two was meant."""
    if not isinstance(form.data, MultiValueDict):
        return
    for name, field in form.fields.items():
        if isinstance(field, forms.MultipleChoiceField):
            continue
        sent = [form.add_prefix(name)]
        if isinstance(field, forms.MultiValueField):
            sent = [f"{sent[0]}{part}" for part in field.widget.widgets_names]
        if any(len(form.data.getlist(one)) > 1 for one in sent):
            form.add_error(name, _("This was sent twice. Please fill it in once."))


def past_day(field: DayField, household: HouseholdRow) -> None:
    """Accept the days from that of the figures up to today, and read "12月9日" as the last one."""
    today = max(household.today(), household.as_of)
    field.bound(household.as_of, today)
    field.today = max(household.as_of, today - timedelta(days=364))


def account_choices(accounts: Sequence[Item]) -> list[tuple[str, str]]:
    return [(one.slug, one.name) for one in accounts]
