"""Restoring a household from a file."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner.domain.household.household import MAX_BYTES
from planner.forms.keyed import KeyedForm
from planner.services import archive
from planner.services.errors import ConsentRequired


class RestoreForm(KeyedForm):
    """The file that was exported here."""

    file = forms.FileField(label=gettext_lazy("Exported file (JSON)"), allow_empty_file=True)
    file.widget.attrs["accept"] = ".json,application/json"

    def restore(self) -> bool:
        """Whether it went well; else the form says why."""
        upload: Any = self.cleaned_data["file"]
        raw = upload.read(MAX_BYTES + 1)
        try:
            archive.restore_household(user=self.user, raw=raw, agrees=self.agrees)
        except archive.RestoreRefused as refused:
            self.add_error("file", str(refused))
        except ConsentRequired:
            self.add_error(None, _("Agree to the storing of your figures first."))
        return not self.errors
