"""How much one household may hold, so that any file is read and reckoned within seconds.

Limits are asked about where something comes in: a file, or a change that adds to what is there.
A household that is stored is read whatever it holds, and may stay as large as it is.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from planner.domain.values.reading import DocumentError

MAX_BYTES = 8_000_000
MAX_PARTS = 250_000  # brackets and commas: what a parser makes an object of, or an entry
MAX_TEXT_BYTES = 50_000  # between two quotes: the longest text escaped takes 2,000 × 12, twice over
MAX_STEPS = 500_000  # of a replay, about two microseconds each
EDIT_ENTRIES = 200  # of one change made by hand: each debt corrected at once
LISTS: Final[Mapping[str, int]] = {
    "accounts": 100,
    "incomes": 1_000,
    "expenses": 1_000,
    "debts": 200,
    "history": 5_000,
}
ROWS: Final[Mapping[str, int]] = {
    "rows": 600,
    "arrears": 600,
    "purchases": 600,
    "ladder": 100,
    "events": 100,
}
"""Of one debt, or of the terms that an entry of the history brings."""

LIMITS: Final[Mapping[str, int]] = {**LISTS, **ROWS}


def parts_of(raw: bytes) -> int:
    """Of how many parts the JSON can be at most: what stands in a text counts too."""
    return sum(map(raw.count, (b"{", b"[", b",")))


def has_long_stretch(raw: bytes) -> bool:
    """Whether the JSON holds more than `MAX_TEXT_BYTES` without a quote: a text, or numbers, that
    nobody's household has.

    Told by looking for a quote within each so many bytes, so stretches of up to twice as many may
    pass. Space around the document is none.
    """
    raw = raw.strip()
    ends = range(MAX_TEXT_BYTES, len(raw), MAX_TEXT_BYTES)
    return any(raw.find(b'"', end - MAX_TEXT_BYTES, end) < 0 for end in ends)


def too_long(document: object, held: Mapping[str, Any] | None = None) -> list[DocumentError]:
    """The lists of a household's document that are longer than their limit, each name once.

    What is no document has none. Against `held`, the document it takes the place of, only those
    that are longer than the longest of that name there; a history that is above its limit still
    takes what a few edits enter.
    """
    had = {name: length for name, (_, length) in _longest(held or {}).items()}
    if had.get("history", 0) > LIMITS["history"]:
        had["history"] += EDIT_ENTRIES
    return [
        DocumentError(path, f"{length} entries", "at_most", (("limit", str(LIMITS[name])),))
        for name, (path, length) in _longest(document).items()
        if length > max(LIMITS[name], had.get(name, 0))
    ]


def _longest(document: object) -> dict[str, tuple[str, int]]:
    """The path and length of the longest list of each name that has a limit."""
    found: dict[str, tuple[str, int]] = {}
    for name, path, length in _lists(document):
        if length > found.get(name, ("", 0))[1]:
            found[name] = path, length
    return found


def _lists(document: object) -> Iterator[tuple[str, str, int]]:
    yield from _named(document, LISTS, "")
    for index, debt in enumerate(_list(document, "debts")):
        yield from _named(debt, ROWS, f"debts[{index}].")
    for index, entry in enumerate(_list(document, "history")):
        if isinstance(entry, Mapping) and "terms" in entry:
            yield from _named(entry["terms"], ROWS, f"history[{index}].terms.")


def _named(holder: object, names: Mapping[str, int], path: str) -> Iterator[tuple[str, str, int]]:
    for name in names:
        yield name, f"{path}{name}", len(_list(holder, name))


def _list(holder: object, name: str) -> list[Any]:
    found = holder.get(name) if isinstance(holder, Mapping) else None
    return found if isinstance(found, list) else []
