import os
import secrets
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from planner import keys
from planner.ownership import hand_over


class Command(BaseCommand):
    help = "Make the folder and, on a person's own machine, the secrets that serving needs."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for folder in (settings.VAR_DIR, settings.VAR_DIR / "mail"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
            hand_over(folder)
        if settings.DEPLOYED:
            return  # there they come from the environment, or the checks refuse to start
        if not settings.HAS_SECRET_KEY:
            path = settings.VAR_DIR / settings.SECRET_FILE
            if path.exists():
                raise CommandError(f"{path} is empty. Delete it: everybody signs in anew then.")
            write_secret(path, secrets.token_urlsafe(48))
        if not settings.DATA_KEYS:
            path = settings.VAR_DIR / settings.DATA_KEYS_FILE
            if keys.holds_data():
                raise CommandError(
                    f"{path} {'is empty' if path.exists() else 'is gone'}, but the database holds "
                    "data that was written with the key in it. Put the file back from your copy: "
                    "nobody can read the data without it, and a new key would not help."
                )
            if path.exists():
                raise CommandError(f"{path} is empty. Nothing is stored yet, so delete it.")
            write_secret(path, Fernet.generate_key().decode())
        if not settings.VAPID_KEY:
            # Without the old one devices that agreed to push have to agree again.
            write_secret(settings.VAR_DIR / settings.VAPID_KEY_FILE, new_vapid_key())


def new_vapid_key() -> str:
    """The secret of a P-256 key, by which push services know this site (RFC 8292)."""
    secret = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return urlsafe_b64encode(secret.to_bytes(32, "big")).rstrip(b"=").decode()


def write_secret(path: Path, value: str) -> None:
    """Whole or not at all; never readable by others, not even for a moment; never over one that
    is there."""
    begun = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as stream:
            stream.write(value + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        hand_over(begun)
        os.link(begun, path)
    finally:
        begun.unlink()
