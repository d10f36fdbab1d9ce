from typing import Any

from planner.management.checked import CheckedCommand
from planner.models import GUEST_DAYS
from planner.services import people


class Command(CheckedCommand):
    help = (
        f"Delete guests after {GUEST_DAYS} days, used form keys and expired sessions. "
        "Run it daily; running it twice, or on several machines at once, does no harm."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{people.prune()} guests deleted")
