"""What the public pages of rules ask, which is nobody's."""

from django import forms
from django.utils.translation import gettext_lazy as _

from planner.forms.fields import YuanField


class ClaimForm(forms.Form):
    """The sum that a lender sues for, in yuan."""

    claim = YuanField(label=_("Sum of the claim"), min_fen=1)
