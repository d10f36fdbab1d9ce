from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import OperationalError

from planner.management.backups import make_backup
from planner.management.checked import CheckedCommand


class Command(CheckedCommand):
    help = "Write a copy of the database into a folder, while the site runs. It holds no key."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            self.stdout.write(str(make_backup(folder)))
        except (OSError, OperationalError) as error:  # no room, or no such folder
            raise CommandError(f"No backup was made: {error}") from None
