from typing import Any

from django.core.management.base import BaseCommand

from planner.services import people


class Command(BaseCommand):
    help = (
        "Write every encrypted value again with the newest of DATA_KEYS, so that old keys may go."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{people.reencrypt()} people's data written again")
