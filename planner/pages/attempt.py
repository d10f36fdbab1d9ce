"""Writing what was sent: the one place where a refused write becomes a status and a sentence."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from planner.domain.values.reading import InvalidDocument
from planner.forms.refusable import USED_BEFORE
from planner.models import Item
from planner.services.errors import ConsentRequired, EntryRefused, KeyReused, StaleVersion

Made = TypeVar("Made")


class Attempted(Protocol):
    """What can say, each in its own words and place, why nothing was changed."""

    def is_valid(self) -> bool: ...

    def add_document_errors(self, invalid: InvalidDocument) -> None: ...

    def refuse(self, refused: EntryRefused) -> None: ...

    def want_consent(self) -> None: ...

    def meet(self, current: Item | None) -> None: ...

    def reuse(self) -> None: ...


class Saved(Attempted, Protocol):
    def save(self) -> object: ...


Tell = Callable[[Attempted, Any], None]

# 422: it cannot be so. 409: it could, but the household is not what the page showed any more.
REFUSALS: Mapping[type[Exception], tuple[int, Tell]] = {
    InvalidDocument: (422, lambda form, invalid: form.add_document_errors(invalid)),
    EntryRefused: (422, lambda form, refused: form.refuse(refused)),
    ConsentRequired: (422, lambda form, _consent: form.want_consent()),
    StaleVersion: (409, lambda form, stale: form.meet(stale.current)),
    KeyReused: (409, lambda form, _reused: form.reuse()),
}


def save(form: Saved) -> int:
    """Save a form that was sent: 200, or the status to show the form with, which says why."""
    return attempt(form, form.save)


def attempt(form: Attempted, write: Callable[[], object]) -> int:
    """The same of a write that is not the form's own. What is no refusal is raised."""
    if not form.is_valid():
        return 422
    try:
        write()
    except tuple(REFUSALS) as refused:
        kind = next(kind for kind in REFUSALS if isinstance(refused, kind))
        status, tell = REFUSALS[kind]
        tell(form, refused)
        return status
    return 200


class _Button:
    """A form without figures: what is refused is said beside it."""

    said = ""

    def is_valid(self) -> bool:
        return True

    def add_document_errors(self, invalid: InvalidDocument) -> None:
        raise invalid

    def refuse(self, refused: EntryRefused) -> None:
        self.said = str(refused)

    def want_consent(self) -> None:
        raise ConsentRequired

    def meet(self, current: Item | None) -> None:
        raise StaleVersion(current)

    def reuse(self) -> None:
        self.said = str(USED_BEFORE)


def press(write: Callable[[], Made]) -> tuple[Made | None, str]:
    """A write by a button: what it made, or None and the sentence of why it was refused."""
    button, made = _Button(), list[Made]()
    attempt(button, lambda: made.append(write()))
    return (made[0] if made else None), button.said
