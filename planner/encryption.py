"""Fields whose content the database cannot read: names, notes, terms and what is made of them.

The keys (settings.DATA_KEYS) live outside the database. The first encrypts, all decrypt: a new
key is put in front, and the old one may go when every row has been written again.
"""

import json
import zlib
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models
from django.db.models import Lookup


class WrongDataKey(Exception):
    """The row was written with a key that is not among DATA_KEYS."""


@cache
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(content: bytes) -> str:
    return _cipher(tuple(settings.DATA_KEYS)).encrypt(content).decode("ascii")


def decrypt(token: str) -> bytes:
    try:
        return _cipher(tuple(settings.DATA_KEYS)).decrypt(token)
    except InvalidToken:
        raise WrongDataKey(
            "A stored value cannot be read with any of DATA_KEYS. "
            "Put the key it was written with back into DATA_KEYS, behind the newest."
        ) from None


if TYPE_CHECKING:  # what a field takes and gives is generic in the stubs only
    TextField = models.TextField[Any, Any]
else:
    TextField = models.TextField


class EncryptedTextField(TextField):
    """Text, encrypted. Equal texts look different in the database, so none can be searched for."""

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else encrypt(str(value).encode())

    def from_db_value(
        self, value: str | None, expression: object, connection: object
    ) -> str | None:
        return None if value is None else decrypt(value).decode()

    def get_lookup(self, lookup_name: str) -> "type[Lookup[Any]] | None":
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None


class EncryptedIntegerField(EncryptedTextField):
    """A whole number, encrypted; up to fifteen digits all look equally long."""

    # As for JSON below.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        return None if value is None else int(decrypt(value))

    def to_python(self, value: Any) -> Any:
        return value if value is None else int(value)


class EncryptedJSONField(EncryptedTextField):
    """A JSON value, compressed (a plan shrinks to a tenth) and encrypted."""

    # What the stubs take for what it is given and gives: their text field's would be text.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def get_prep_value(self, value: Any) -> Any:
        if value is None:
            return None
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return encrypt(zlib.compress(text.encode(), level=1))

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        return None if value is None else json.loads(zlib.decompress(decrypt(value)))

    def to_python(self, value: Any) -> Any:
        return value
