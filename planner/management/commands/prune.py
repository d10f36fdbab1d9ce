from django.core.management.base import BaseCommand

from planner import services


class Command(BaseCommand):
    help = (
        f"Delete guests after {services.GUEST_DAYS} days, used form keys and expired sessions. "
        "Run it daily; running it twice, or on several machines at once, does no harm."
    )

    def handle(self, *args, **options) -> None:
        self.stdout.write(f"{services.prune()} guests deleted")
