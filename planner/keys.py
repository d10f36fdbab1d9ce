"""What holds the installation's secrets together: DATA_KEYS outside the database, what they encrypt
in it, and the key of all digests, which is itself stored encrypted.
"""

import secrets
from collections.abc import Iterator
from contextlib import suppress
from functools import cache

from django.apps import apps
from django.db import DatabaseError, connection, models

from planner.encryption import EncryptedTextField, WrongDataKey
from planner.models import HouseholdRow, InstallationKey

DIGEST = "digest"


@cache
def digest_key() -> bytes:
    """Of this installation, random, the same for good: what is filed under a digest is found by it.

    Raises WrongDataKey, InstallationKey.DoesNotExist.
    """
    return _read_digest_key()


def _read_digest_key() -> bytes:
    return bytes.fromhex(InstallationKey.objects.get(name=DIGEST).secret)


def new_secret() -> str:
    return secrets.token_hex(32)


def keep_digest_key(**_signal: object) -> None:
    """After migrating: a database that holds nothing yet gets its key.

    One that has lost its key keeps none: another would fit nothing that is filed there.
    """
    digest_key.cache_clear()
    if InstallationKey._meta.db_table not in connection.introspection.table_names():
        return  # migrated to before there was one
    if not HouseholdRow.objects.exists():
        InstallationKey.objects.get_or_create(name=DIGEST, defaults={"secret": new_secret()})
        with suppress(WrongDataKey):  # told where it matters
            digest_key()


def encrypted() -> Iterator[tuple[type[models.Model], list[str]]]:
    """Each model that keeps something encrypted, with the names of those fields.

    What the whole installation hangs on comes last: so long as it is not written with a new key,
    the old one is still asked for.
    """
    found = []
    for model in apps.get_app_config("planner").get_models():
        names = [one.name for one in model._meta.fields if isinstance(one, EncryptedTextField)]
        if names:
            found.append((model, names))
    yield from sorted(found, key=lambda one: one[0] is InstallationKey)


def holds_data() -> bool:
    """Whether the database has anything in it that some data key was used for.

    Raises DatabaseError where it cannot be asked: then nobody knows.
    """
    tables = set(connection.introspection.table_names())
    return any(
        model._default_manager.exists()
        for model, _names in encrypted()
        if model._meta.db_table in tables
    )


def holds_people() -> bool:
    """Whether anybody has begun here; a database that was only made holds nobody."""
    tables = connection.introspection.table_names()
    return HouseholdRow._meta.db_table in tables and HouseholdRow.objects.exists()


def fit() -> bool:
    """Whether DATA_KEYS read what this database was written with."""
    try:
        _read_digest_key()
    except WrongDataKey:
        return False
    except (DatabaseError, InstallationKey.DoesNotExist):
        return True  # there is nothing yet, or it is not migrated
    return True
