from typing import Any

from planner.management.checked import CheckedCommand
from planner.services import people


class Command(CheckedCommand):
    help = (
        "Write every encrypted value again with the newest of DATA_KEYS, so that old keys may go."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{people.reencrypt()} people's data written again")
