"""Strict reading of nested data (a JSON document, a TOML file) with errors as data.

`Fields` reads each key of one object once. What is wrong is collected with its path, what
was found and what was expected; reading goes on with a harmless value, so that a person
sees every error at once. `close()` reports the keys nobody asked for.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final, TypeVar, cast

from planner.domain.values.money import MAX_FEN, format_yuan, parse_yuan

T = TypeVar("T")

FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2099, 12, 31)
MAX_TEXT = 200
MOST_ERRORS = 100  # more tell a person nothing, and a file can be made of nothing else
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,5})(?:\.([0-9]{1,12}))?", re.ASCII)

# Every sentence an error can carry; the edge translates by key and fills in the values.
EXPECTED: Final[Mapping[str, str]] = {
    "account": "the id of one of the accounts",
    "amount": "an amount from {low} to {high} such as 1234.56, as text",
    "at_most": "at most {limit} of these",
    "choice": "one of {options}",
    "contradiction": "{reason}",
    "counts_from": "due, grace_end, or event: and the id of another rung of the ladder",
    "day": "a date from {low} to {high} such as 2026-12-09",
    "flag": "true or false",
    "id": "an id of 1 to 64 letters a-z, digits, - or _, used once in its list",
    "known": "no such key here; known are {options}",
    "list": "a list",
    "object": "an object",
    "one_key": "exactly one of the keys {options}",
    "rate": "a decimal number from {low} to {high} such as 0.0005, as text",
    "required": "a value",
    "text": "text of at most {high} characters, without control characters",
    "unique_keys": "each key once",
    "whole": "a whole number from {low} to {high}",
}


@dataclass(frozen=True, slots=True)
class DocumentError:
    """One thing wrong: where (`debts[0].rate.per`), what stands there, what should.

    `code` and `values` are what a translation starts from; `expected` is the English.
    """

    path: str
    found: str
    code: str
    values: tuple[tuple[str, str], ...] = ()

    @property
    def expected(self) -> str:
        return EXPECTED[self.code].format(**dict(self.values))

    def __str__(self) -> str:
        return f"{self.path or 'document'}: found {self.found}, expected {self.expected}"


class InvalidDocument(ValueError):
    """A document that cannot be planned; `errors` has all that is wrong with it."""

    def __init__(self, errors: Collection[DocumentError]) -> None:
        super().__init__("\n".join(map(str, errors)))
        self.errors = tuple(errors)


def shown(value: object) -> str:
    """A short quotation of what stood there, safe to print on one line."""
    if value is _MISSING:
        return "nothing"
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, date):
        return value.isoformat()
    try:
        text = json.dumps(value, ensure_ascii=True)
    except (TypeError, ValueError):
        text = type(value).__name__
    return text if len(text) <= 60 else text[:57] + "..."


class _Missing:
    pass


_MISSING = _Missing()


class Fields:
    """The keys of one object. A key without a default is required.

    `path` is the object's own place ("" for the document), `errors` the list shared by all
    parts of one document.
    """

    __slots__ = ("_asked", "_values", "errors", "path")

    def __init__(self, value: object, path: str, errors: list[DocumentError]) -> None:
        self.path = path
        self.errors = errors
        self._asked: set[str] = set()
        if isinstance(value, Mapping):
            self._values: Mapping[str, Any] = value
        else:
            self._values = {}
            self._note(DocumentError(path, shown(value), "object"))

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def _note(self, error: DocumentError) -> None:
        """Record an error. Raises InvalidDocument at `MOST_ERRORS`."""
        self.errors.append(error)
        if len(self.errors) >= MOST_ERRORS:
            raise InvalidDocument(self.errors)

    def fail(self, key: str, code: str, **values: object) -> None:
        """Record that `key` holds something else than what `code` says.

        Raises InvalidDocument at `MOST_ERRORS`.
        """
        found = shown(self._values.get(key, _MISSING))
        texts = tuple((name, str(value)) for name, value in values.items())
        self._note(DocumentError(self.at(key), found, code, texts))

    def contradict(self, key: str, reason: str) -> None:
        """Record that `key` cannot stand beside the rest; `reason` says what would.

        Not where the value itself was refused already: then it is no longer its own.
        """
        path = self.at(key)
        if not any(error.path == path for error in self.errors):
            self.fail(key, "contradiction", reason=reason)

    def has(self, key: str) -> bool:
        """Whether the key stands there with a value other than null."""
        return self._values.get(key) is not None

    def stands(self, key: str) -> bool:
        """Whether the key stands there at all, null included."""
        return key in self._values

    def is_null(self, key: str) -> bool:
        """Whether a required key stands there as null, or (noted) not at all."""
        value = self._take(key, _MISSING)
        return value is None or value is _MISSING

    def _take(self, key: str, default: object) -> Any:
        """The value, or `_MISSING` after noting that a required one is not there."""
        self._asked.add(key)
        value = self._values.get(key, _MISSING)
        if value is _MISSING and default is _MISSING:
            self.fail(key, "required")
        return value

    def text(self, key: str, default: Any = _MISSING, *, longest: int = MAX_TEXT) -> str:
        value = self._take(key, default)
        if isinstance(value, str) and len(value) <= longest and _is_clean(value):
            return value
        return self._refuse(key, value, default, "", "text", high=longest)

    def slug(self, key: str, taken: set[str]) -> str:
        """An id, not yet in `taken`, which it joins."""
        value = self._take(key, _MISSING)
        if isinstance(value, str) and _SLUG.fullmatch(value) and value not in taken:
            taken.add(value)
            return value
        return self._refuse(key, value, _MISSING, "", "id")

    def amount(self, key: str, default: Any = _MISSING, *, low: int = 0) -> int:
        """Fen of an amount written as text, from `low` to `MAX_FEN`."""
        value = self._take(key, default)
        if isinstance(value, str):
            try:
                fen = parse_yuan(value)
            except ValueError:
                pass
            else:
                if fen >= low:
                    return fen
        return self._refuse(
            key, value, default, low, "amount", low=_bound(low), high=_bound(MAX_FEN)
        )

    def ratio(self, key: str, default: Any = _MISSING, *, high: int = 1) -> Fraction:
        """An exact decimal from 0 to `high`, written as text with at most 12 places."""
        value = self._take(key, default)
        if isinstance(value, str) and _DECIMAL.fullmatch(value):
            ratio = Fraction(value)
            if ratio <= high:
                return ratio
        return self._refuse(key, value, default, Fraction(0), "rate", low=0, high=high)

    def whole(self, key: str, default: Any = _MISSING, *, low: int, high: int) -> int:
        value = self._take(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        return self._refuse(key, value, default, low, "whole", low=low, high=high)

    def flag(self, key: str, default: Any = _MISSING) -> bool:
        value = self._take(key, default)
        if isinstance(value, bool):
            return value
        return self._refuse(key, value, default, False, "flag")

    def choice(self, key: str, options: Collection[str], default: Any = _MISSING) -> str:
        value = self._take(key, default)
        if isinstance(value, str) and value in options:
            return value
        fallback = next(iter(options), "")
        return self._refuse(key, value, default, fallback, "choice", options=listed(options))

    def day(self, key: str, default: Any = _MISSING) -> date:
        """A calendar day from 1990 to 2099, written 2026-12-09."""
        value = self._take(key, default)
        if isinstance(value, str) and _DAY.fullmatch(value):
            try:
                day = date.fromisoformat(value)
            except ValueError:
                pass
            else:
                if FIRST_DAY <= day <= LAST_DAY:
                    return day
        return self._refuse(key, value, default, FIRST_DAY, "day", low=FIRST_DAY, high=LAST_DAY)

    def optional_day(self, key: str) -> date | None:
        """A day, or None where the key is absent or null."""
        if not self.has(key):
            self._asked.add(key)
            return None
        return self.day(key)

    def words(
        self, key: str, options: Collection[str] | None, code: str = "choice"
    ) -> tuple[str, ...]:
        """A list of texts (empty by default), each one of `options` where given, each once."""
        found: dict[str, None] = {}
        for index, value in enumerate(self.items(key)):
            known = isinstance(value, str) and (
                _is_clean(value) and len(value) <= MAX_TEXT if options is None else value in options
            )
            if known and value not in found:
                found[value] = None
            else:
                self._note(
                    DocumentError(
                        f"{self.at(key)}[{index}]",
                        shown(value),
                        code if options is not None else "text",
                        (("options", listed(options or ())), ("high", str(MAX_TEXT))),
                    )
                )
        return tuple(found)

    def items(self, key: str, *, required: bool = False) -> list[Any]:
        """The raw items of a list; an absent or null one is empty unless required."""
        value = self._take(key, _MISSING if required else None)
        if isinstance(value, list):
            return value
        if value is not _MISSING and (value is not None or required):
            self.fail(key, "list")
        return []

    def objects(self, key: str, *, required: bool = False) -> Iterator["Fields"]:
        """Each item of a list, as an object of its own."""
        for index, value in enumerate(self.items(key, required=required)):
            yield Fields(value, f"{self.at(key)}[{index}]", self.errors)

    def child(self, key: str, *, required: bool = False) -> "Fields | None":
        """The object under `key`; None where it is absent or null and not required."""
        value = self._take(key, _MISSING if required else None)
        if value is _MISSING or (value is None and not required):
            return None
        return Fields(value, self.at(key), self.errors)

    def written(self, key: str) -> Mapping[str, Any] | None:
        """The object under `key` as it stands, unchecked; None where there is none."""
        value = self._take(key, None)
        if isinstance(value, Mapping):
            return value
        if value is not _MISSING and value is not None:
            self.fail(key, "object")
        return None

    def only_key(self, options: Collection[str]) -> str | None:
        """The one key of a tagged object such as {"monthly": 10}; notes an error if not."""
        present = [key for key in self._values if key in options]
        if len(present) == 1:
            return present[0]
        self._asked.update(present)
        self._note(
            DocumentError(
                self.path,
                listed(self._values) or "no key",
                "one_key",
                (("options", listed(options)),),
            )
        )
        return None

    def close(self) -> None:
        """Note each key that nobody asked for."""
        for key in self._values:
            if key not in self._asked:
                name = key if isinstance(key, str) else repr(key)
                path = self.at(shown(name)[1:-1])
                values = (("options", listed(sorted(self._asked))),)
                self._note(DocumentError(path, "the key", "known", values))

    def _refuse(
        self, key: str, value: object, default: Any, fallback: T, code: str, **values: object
    ) -> T:
        """The default where the key is absent (or null), else a note and a harmless value."""
        if value is _MISSING:
            return fallback if default is _MISSING else cast(T, default)
        if value is None and default is not _MISSING:
            return cast(T, default)
        self.fail(key, code, **values)
        return fallback if default is _MISSING else cast(T, default)


@lru_cache(maxsize=100)
def _bound(fen: int) -> str:
    """An end of the amounts that are taken, in words: asked for with every amount left out."""
    return format_yuan(fen)


def listed(words: Collection[str]) -> str:
    text = ", ".join(str(word) for word in words)
    return text if len(text) <= 300 else text[:297] + "..."


def _is_clean(text: str) -> bool:
    """No control characters, no lone surrogates: safe in any file we write."""
    return all(
        (character >= " " or character in "\n\t")
        and not "\ud800" <= character <= "\udfff"
        and not "\x7f" <= character <= "\x9f"
        for character in text
    )
