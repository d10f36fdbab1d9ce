"""What must be true before anything is served. Django runs these before its commands."""

from collections.abc import Sequence

from cryptography.fernet import Fernet
from django.conf import settings
from django.core import checks
from django.core.checks import Error, Tags, register
from django.db import connections

from planner import keys


@register(Tags.security)
def secrets_are_there(app_configs: object, **kwargs: object) -> list[Error]:
    errors = []
    hint = (
        "Set it in the environment: SITE_URL starts with https://."
        if settings.DEPLOYED
        else "Run `make run` once, or `manage.py make_keys`."
    )
    if not settings.HAS_SECRET_KEY:
        errors.append(Error("There is no SECRET_KEY.", hint=hint, id="planner.E001"))
    if not settings.DATA_KEYS:
        key_file = settings.VAR_DIR / settings.DATA_KEYS_FILE
        if not settings.DEPLOYED and key_file.exists():
            hint = f"{key_file} is empty. Put it back from your copy: data is read with it alone."
        errors.append(Error("There are no DATA_KEYS.", hint=hint, id="planner.E002"))
    for key in settings.DATA_KEYS:
        try:
            Fernet(key)
        except ValueError:
            errors.append(
                Error(
                    "DATA_KEYS holds something that is not a Fernet key.",
                    hint="A key is 32 random bytes in URL-safe base64.",
                    id="planner.E003",
                )
            )
    return errors


@register(Tags.database)
def data_keys_fit(
    app_configs: object, databases: Sequence[str] | None = None, **kwargs: object
) -> list[Error]:
    """What is stored can be read; else each page would fail by itself, and look like a hiccup."""
    if "default" not in (databases or []) or not settings.DATA_KEYS or secrets_are_there(None):
        return []
    if keys.fit():
        return []
    return [
        Error(
            "This database was written with a key that is not among DATA_KEYS.",
            hint=(
                "Put the right key back from your copy, behind a newer one if there is one: "
                "DATA_KEYS=new,old. Without it no name and no amount can be read again. Nothing "
                "has been changed."
            ),
            id="planner.E006",
        )
    ]


@register(Tags.security, deploy=True)
def mail_can_be_sent(app_configs: object, **kwargs: object) -> list[checks.Warning]:
    """On the internet a forgotten password needs a mail, not a file on the server."""
    if settings.MAIL_IS_SENT:
        return []
    hint = "Set EMAIL_URL, such as smtp://user:password@host:587."
    return [checks.Warning("No mail can be sent.", hint=hint, id="planner.W001")]


# What each connection must answer. 2 is FULL: the last commit survives a power cut.
SQLITE_ANSWERS = {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}


@register(Tags.database)
def sqlite_is_durable(
    app_configs: object, databases: Sequence[str] | None = None, **kwargs: object
) -> list[Error]:
    errors = []
    for alias in databases or []:
        connection = connections[alias]
        if connection.vendor != "sqlite":
            continue
        connection.ensure_connection()
        if getattr(connection, "transaction_mode", None) != "IMMEDIATE":
            errors.append(
                Error(
                    f"Database {alias}: transaction_mode is not IMMEDIATE.",
                    hint="Writers would fail with “database is locked” instead of queueing.",
                    id="planner.E004",
                )
            )
        with connection.cursor() as cursor:
            for pragma, wanted in SQLITE_ANSWERS.items():
                found = cursor.execute(f"PRAGMA {pragma}").fetchone()[0]
                if found != wanted:
                    errors.append(
                        Error(
                            f"Database {alias}: {pragma} is {found!r}, not {wanted!r}.",
                            hint="WAL needs a local disk, not a network folder.",
                            id="planner.E005",
                        )
                    )
    return errors
