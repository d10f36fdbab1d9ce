"""What a form says when what it asks for was refused (see `planner.pages.attempt`)."""

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from planner.domain.values.reading import DocumentError, InvalidDocument
from planner.forms.errors import sentence
from planner.models import Item
from planner.services.errors import EntryRefused

CHANGED = _("Something changed meanwhile. Below is how things stand now.")
SENT_BEFORE = _(
    "This page was sent before with other figures, and those are saved. "
    "Send it again only if these are to be saved as well."
)
USED_BEFORE = _("This form was used before. Below is how things stand; please enter it again.")
CONSENT_FIRST = _("Agree to the storing of your figures first.")

if TYPE_CHECKING:  # beside a Form or a ModelForm
    Form = forms.Form
else:
    Form = object


class Refusable(Form):
    """A form that says why nothing was changed: in itself where it `stays` as it was typed, else
    in `conflict`, a sentence for the page that shows how things stand."""

    stays: ClassVar[bool] = True
    changed: ClassVar[str | Promise] = CHANGED
    conflict: str = ""

    @property
    def refused_field(self) -> str | None:
        """The field that a refusal concerns; None for the whole form."""
        return None

    def field_of(self, error: DocumentError) -> str | None:
        """The field that what the domain's parser found concerns; None for the whole form."""
        return None

    def add_document_errors(self, invalid: InvalidDocument) -> None:
        found = [(self.field_of(error), sentence(error)) for error in invalid.errors]
        for field, said in dict.fromkeys(found):
            self.add_error(field, said)

    def refuse(self, refused: EntryRefused) -> None:
        self.add_error(self.refused_field, str(refused))

    def want_consent(self) -> None:
        self.add_error(None, CONSENT_FIRST)

    def meet(self, current: Item | None) -> None:
        """Somebody was faster: `current` is the item as it stands, if it is one and is there."""
        self._say(self.changed)

    def reuse(self) -> None:
        """Its key has had its effect, with another content."""
        self._say(SENT_BEFORE if self.stays else USED_BEFORE)

    def _say(self, said: str | Promise) -> None:
        if self.stays:
            self.renew()
            self.add_error(None, str(said))
        else:
            self.conflict = str(said)

    def renew(self, **values: Any) -> None:
        """What is to be sent along with it the next time."""
