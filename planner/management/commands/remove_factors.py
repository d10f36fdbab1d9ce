from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from planner.management.checked import CheckedCommand
from planner.models import User
from planner.services import factors


class Command(CheckedCommand):
    help = (
        "Remove the second factor of an account whose owner has lost it, codes and all. Make sure "
        "first who is asking: with the password this opens the account."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="the e-mail address of the account")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = User.objects.get_by_natural_key(options["address"])
        except User.DoesNotExist:
            raise CommandError("There is no account of this address.") from None
        self.stdout.write(f"{factors.remove_all(user)} removed")
