"""Restoring a household from a file."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from planner.domain.household.limits import MAX_BYTES
from planner.forms.keyed import KeyedForm
from planner.services import archive


class RestoreForm(KeyedForm):
    """The file that was exported here."""

    file = forms.FileField(label=gettext_lazy("Exported file (JSON)"), allow_empty_file=True)
    file.widget.attrs["accept"] = ".json,application/json"

    refused_field = "file"

    def save(self) -> None:
        """Raises RestoreRefused, ConsentRequired."""
        upload: Any = self.cleaned_data["file"]
        raw = upload.read(MAX_BYTES + 1)
        upload.close()  # it holds the same once more
        file = archive.read_file(raw)
        archive.restore_household(user=self.user, file=file, agrees=self.agrees)
