"""One contact: when, who, to whom, in which words."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from planner.domain.household.contacts import LONGEST, Contact
from planner.forms.fields import (
    REQUIRED,
    TOO_LONG,
    DayField,
    TextField,
    choose,
    field_of,
    past_day,
    plain,
)
from planner.forms.keyed import KeyedForm
from planner.models import HouseholdRow
from planner.words.contacts import HEARER_WORDS, WAY_WORDS


class MinuteField(forms.CharField):
    """ "21:05", "21：5" or "9:30" → the minute of the day."""

    _time = re.compile(r"([01]?[0-9]|2[0-3]):([0-5]?[0-9])", re.ASCII)
    default_error_messages = {"required": REQUIRED}
    widget = forms.TimeInput({"type": "time"})

    def clean(self, value: Any) -> int:
        match = self._time.fullmatch(plain(super().clean(value) or ""))
        if match is None:
            raise ValidationError(_("Write the time like 21:05."), code="invalid")
        return 60 * int(match[1]) + int(match[2])


class CallerField(forms.CharField):
    """The caller's number, which may well be a phone's: it is what the log is about."""

    default_error_messages = {"max_length": TOO_LONG}

    def to_python(self, value: Any) -> str:
        return " ".join(plain(super().to_python(value) or "").split())


class ContactForm(KeyedForm):
    on = DayField(label=_("On which day"))
    minute = MinuteField(label=_("At what time"))
    way = forms.ChoiceField(label=_("How"), choices=list(WAY_WORDS.items()))
    said_to = forms.ChoiceField(label=_("To whom"), choices=list(HEARER_WORDS.items()))
    debt = forms.ChoiceField(label=_("About which debt"), required=False)
    who = TextField(
        label=_("Who it was"), required=False, max_length=200,
        help_text=_("Company, name or staff number, as they said it."),
    )  # fmt: skip
    number = CallerField(label=_("From which number"), required=False, max_length=60)
    words = TextField(
        label=_("What was said"), required=False, max_length=LONGEST,
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip
    promise = TextField(
        label=_("What was promised, by whom"), required=False, max_length=LONGEST,
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip

    def __init__(self, *args: Any, household: HouseholdRow, **kwargs: Any) -> None:
        super().__init__(*args, household=household, initial={"on": household.today()}, **kwargs)
        past_day(field_of(self, "on", DayField), household)
        debts = [(one.slug, one.name) for one in household.items["debts"]]
        choose(self, "debt", [("", gettext("I don't know")), *debts])

    def contact(self) -> Contact:
        """Only after `is_valid`."""
        names = ("on", "minute", "way", "said_to", "debt", "who", "number", "words", "promise")
        return Contact(**{name: self.cleaned_data[name] for name in names})
