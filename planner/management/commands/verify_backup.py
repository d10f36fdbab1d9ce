from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from planner.management.backups import verify_backup


class Command(BaseCommand):
    help = (
        "Open a backup elsewhere, check everybody's books in it, count its rows. Changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        for table, count in verify_backup(file).items():
            self.stdout.write(f"{count:>9} {table}")
        self.stdout.write(f"{file} is whole, and the books in it are right")
