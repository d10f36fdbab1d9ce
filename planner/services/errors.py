"""Why a change was refused; pages answer with a sentence."""

from planner.models import (
    Item,
)


class ConsentRequired(Exception):
    """Own figures are stored only after their owner agreed to it."""


class StaleVersion(Exception):
    """Somebody (a second tab, another phone) changed or removed it in the meantime.

    `current` is the item as it stands; None where it is gone, or where no single item was meant.
    """

    def __init__(self, current: Item | None = None) -> None:
        super().__init__("The item was changed in the meantime.")
        self.current = current


class KeyReused(Exception):
    """An idempotency key came back with another content."""


class Overtaken(Exception):
    """Another request changed the household between two things that were read of it."""


class EntryRefused(Exception):
    """What was to be entered cannot have happened; nothing was changed. Its text is a sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
