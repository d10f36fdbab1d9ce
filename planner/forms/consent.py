"""Consent to store one's own figures."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ConsentForm(forms.Form):
    """The box a guest ticks with the first own figures; members ticked it when they signed up."""

    consent = forms.BooleanField(
        label=_("I agree that my figures are stored here and used to compute my plan."),
        error_messages={"required": _("Without your agreement nothing of yours can be stored.")},
    )
