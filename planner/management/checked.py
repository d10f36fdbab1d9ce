"""What the commands share that touch what is encrypted."""

from typing import Any

from django.core.management.base import BaseCommand


class CheckedCommand(BaseCommand):
    """Begins only with keys that read the database, as the server does.

    Else each would break at the first row, and a backup would name keys that do not open it.
    """

    def get_check_kwargs(self, options: dict[str, Any]) -> Any:
        return {**super().get_check_kwargs(options), "databases": ["default"]}
