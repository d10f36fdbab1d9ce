"""manage.py send_reminders: sends what is due. Workers do it too; this is for who runs none."""

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from planner.management.checked import CheckedCommand
from planner.models import Message, Reminder
from planner.reach.sweep import sweep


class Command(CheckedCommand):
    help = (
        "Sends the reminders that are due. Safe to run every minute, and on several machines: each "
        "is sent by one of them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--at", help="as if it were then: 2026-12-01T09:00")
        parser.add_argument("--dry-run", action="store_true", help="count, and send nothing")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        now = _moment(options["at"])
        if options["dry_run"]:
            reminders = Reminder.objects.filter(told_on=None, send_on__lte=now)
            told: dict[str, int] = {
                "people": reminders.values("owner").distinct().count(),
                "reminders": reminders.count(),
                "messages": Message.objects.filter(outcome="", due_on__lte=now).count(),
            }
        else:
            told = sweep(now)._asdict()
        if options["format"] == "json":
            self.stdout.write(json.dumps(told))
        else:
            self.stdout.write(", ".join(f"{name} {count}" for name, count in told.items()))


def _moment(text: str | None) -> datetime:
    if text is None:
        return timezone.now()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"--at: {text} is no moment such as 2026-12-01T09:00.") from None
    return moment if moment.tzinfo else timezone.make_aware(moment)
