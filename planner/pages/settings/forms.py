"""Agreeing to what is stored, and a person's settings."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from planner.forms.fields import YuanField, copied, refuse_repeated, shown_yuan, yuan_text
from planner.forms.refusable import Refusable
from planner.models import HouseholdRow, Item
from planner.services import people

if TYPE_CHECKING:  # generic in the stubs only
    ModelForm = forms.ModelForm[HouseholdRow]
else:
    ModelForm = forms.ModelForm


class SettingsForm(Refusable, ModelForm):
    buffer = YuanField(
        label=_("Buffer"),
        help_text=_("This much is never used for paying earlier than required."),
    )

    was = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    was.widget.attrs["autocomplete"] = "off"

    class Meta:
        model = HouseholdRow
        fields = ["language", "time_zone", "is_discreet"]
        labels = {
            "language": _("Language"),
            "time_zone": _("Time zone"),
            "is_discreet": _("Hide amounts until I ask for them"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fen = self.instance.buffer_fen
        self.initial.update(buffer=fen, was=yuan_text(fen))

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]  # not in the stubs
        refuse_repeated(self)

    def save(self, commit: bool = True) -> HouseholdRow:
        """Raises ConsentRequired, and StaleVersion where the buffer was changed meanwhile."""
        values = self.cleaned_data
        people.change_settings(
            user=self.instance.owner,
            buffer=yuan_text(values["buffer"]) or "",
            was=values["was"],
            **{name: values[name] for name in ("language", "time_zone", "is_discreet")},
        )
        return self.instance

    def want_consent(self) -> None:
        self.add_error("buffer", _("Enter what you owe first, then the buffer."))

    def meet(self, current: Item | None) -> None:
        """Show both buffers, and let what was typed be sent again knowingly."""
        now = HouseholdRow.objects.get(pk=self.instance.pk).buffer_fen
        data = copied(self)
        data["was"] = yuan_text(now)
        self.data = data
        said = _("This was changed elsewhere meanwhile, to %(now)s. Save again to keep yours.")
        self.add_error(
            "buffer", ValidationError(said, code="stale", params={"now": shown_yuan(now)})
        )
