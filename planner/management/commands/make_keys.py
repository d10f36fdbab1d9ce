import secrets
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Make the folder and, on a person's own machine, the secrets that serving needs."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for folder in (settings.VAR_DIR, settings.VAR_DIR / "mail"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
        if settings.DEPLOYED:
            return  # there they come from the environment, or the checks refuse to start
        if not settings.HAS_SECRET_KEY:
            write_secret(settings.VAR_DIR / settings.SECRET_FILE, secrets.token_urlsafe(48))
        if not settings.DATA_KEYS:
            write_secret(settings.VAR_DIR / settings.DATA_KEYS_FILE, Fernet.generate_key().decode())


def write_secret(path: Path, value: str) -> None:
    """Never readable by others, not even for a moment; never over one that is there."""
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(value + "\n")
