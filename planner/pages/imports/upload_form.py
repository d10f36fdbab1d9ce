"""What is to be read: a file, or what is pasted."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner.forms.fields import (
    DayField,
)
from planner.imports.outcome import MOST_BYTES

MOST_PASTED = 100_000  # characters


class UploadForm(forms.Form):
    """A file or a text, and the agreement to have it read. Nothing typed here is shown again."""

    file = forms.FileField(
        label=gettext_lazy("A file: credit report (PDF), Alipay or WeChat bill"),
        required=False,
        allow_empty_file=True,
    )
    file.widget.attrs["accept"] = ".pdf,.csv,.xlsx,.zip,.txt"
    text = forms.CharField(
        label=gettext_lazy("Or paste: bill messages, one or many, or the text of a report"),
        required=False,
        max_length=MOST_PASTED,
        strip=False,
        widget=forms.Textarea({"rows": 6, "autocomplete": "off"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password of the file, if it has one"),
        required=False,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "off"}),
    )
    received = DayField(
        label=gettext_lazy("The messages came on"),
        required=False,
        help_text=gettext_lazy("Bills name a day without a year; this tells which one is meant."),
    )
    agree = forms.BooleanField(
        label=gettext_lazy(
            "I agree that this is read here, once, to propose debts from it. The file, the text "
            "and the password are dropped at once; what is proposed waits an hour, encrypted, for "
            "me to choose from."
        ),
        error_messages={"required": gettext_lazy("Without your agreement nothing is read.")},
    )

    only_asks = False

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        received = self.fields["received"]
        assert isinstance(received, DayField)
        received.today = today
        received.bound(today - timedelta(days=400), today)
        received.initial = today

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        upload = cleaned.get("file")
        if upload is None and not (cleaned.get("text") or "").strip() and not self.errors:
            self.add_error("file", _("Choose a file, or paste a text."))
        if upload is not None and upload.size > MOST_BYTES:
            self.add_error("file", _("This file is larger than 10 MB. Choose a shorter period."))
        return cleaned

    def content(self) -> bytes:
        upload = self.cleaned_data.get("file")
        if upload is not None:
            return bytes(upload.read(MOST_BYTES + 1))
        return str(self.cleaned_data["text"]).encode("utf-8", "replace")

    def forget(self) -> None:
        """Drop what was typed, so that no answer can show it again; only the agreement stays."""
        kept = {"agree": self.data.get("agree", ""), "received": self.data.get("received", "")}
        self.data, self.files = kept, {}  # type: ignore[assignment]  # what it reads of them is all
