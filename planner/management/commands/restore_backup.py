from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from planner.management.backups import restore_backup


class Command(BaseCommand):
    help = "Make a backup the database of this installation, which must hold nothing yet."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        restore_backup(file)
        call_command("migrate", verbosity=0)
        self.stdout.write(f"{file} is restored. Now run `make run`, or start the service.")
