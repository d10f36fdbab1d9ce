"""Agreeing to what is stored, and a person's settings."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from planner.forms.fields import YuanField
from planner.models import Household


class ConsentForm(forms.Form):
    """The box a guest ticks with the first own figures; members ticked it when they signed up."""

    consent = forms.BooleanField(
        label=_("I agree that my figures are stored here and used to compute my plan."),
        error_messages={"required": _("Without your agreement nothing of yours can be stored.")},
    )


class SettingsForm(forms.ModelForm):
    buffer = YuanField(
        label=_("Buffer"),
        help_text=_("This much is never used for paying earlier than required."),
    )

    class Meta:
        model = Household
        fields = ["language", "time_zone", "is_discreet"]
        labels = {
            "language": _("Language"),
            "time_zone": _("Time zone"),
            "is_discreet": _("Hide amounts until I ask for them"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["buffer"] = self.instance.buffer_fen

    def save(self) -> Household:
        """The settings alone: the document's head may be changed by another tab meanwhile."""
        self.instance.save(update_fields=self._meta.fields)
        return self.instance
