"""A day of the plan to be asked for; sent by GET, so that the address can be kept."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from planner.forms.fields import DayField, field_of


class PayoffForm(forms.Form):
    """A day from the plan's first to its last, both included."""

    on = DayField(label=_("On another day"))

    def __init__(self, data: Any = None, *, first: date, last: date) -> None:
        super().__init__(data if data and "on" in data else None)
        field = field_of(self, "on", DayField)
        field.bound(first, last)
        field.today = first
