"""Recompute every balance from history and compare with what the stored plans and pages say."""

from typing import Any

from django.core.management.base import CommandError

from planner.management.checked import CheckedCommand
from planner.models import User
from planner.plans import audit
from planner.plans.shown import check_optimum


class Command(CheckedCommand):
    help = (
        "Recomputes each household's plans and position from its figures and its history and "
        "compares them with what is stored; the payments of a stored optimum go through the ledger "
        "again. Prints what differs and ends with 1. Changes nothing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        people = User.objects.order_by("pk")
        checked = wrong = 0
        for user in people.iterator():
            checked += 1
            for sentence in [*audit.check_books(user), *check_optimum(user)]:
                wrong += 1
                self.stdout.write(f"user {user.pk}: {sentence}")
        if wrong:
            raise CommandError(f"{wrong} differences in the books of {checked} people")
        self.stdout.write(f"{checked} people, no difference")
