"""Check the rule files, and say what has not been compared with its source for a year."""

import tomllib
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from planner.domain.rulebook.ceilings import load_ceilings
from planner.domain.rulebook.deductions import load_deductions
from planner.domain.rulebook.law import load_law
from planner.domain.rulebook.letters import load_letters
from planner.domain.rulebook.products import refused_files
from planner.domain.rulebook.rule_files import RULES, RuleFileError
from planner.domain.rulebook.sheets import load_sheets
from planner.domain.values.days import clip


def a_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no date such as 2026-12-09") from None


def a_year_before(day: date) -> date:
    """The same day of the year before; 28 February for the 29th."""
    return clip(day.year - 1, day.month, day.day)


class Command(BaseCommand):
    help = (
        "Reads every rule file and prints what is wrong with it (ends with 1), then what was "
        "last compared with its source more than a year ago, and what is known only to a day "
        "that has passed."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", type=a_day, help="as if it were this day (2027-12-01)")
        parser.add_argument("--rules", type=Path, default=RULES, help="another folder of rules")

    def handle(self, *, on: date | None, rules: Path, **options: Any) -> None:
        refused = refused_files(rules) or list(_refused_others(rules))
        for error in refused:
            self.stdout.write(str(error))
        if refused:
            raise CommandError(f"{len(refused)} files cannot be used")
        old = [*unchecked_since(a_year_before(on or timezone.localdate()), rules)]
        for file, place, checked_on in old:
            self.stdout.write(f"{file}: {place or 'all without a day of their own'} ({checked_on})")
        ended = [*known_before(on or timezone.localdate(), rules)]
        for file, place, known_to in ended:
            self.stdout.write(f"{file}: {place} is known only to {known_to}")
        files = len([*rules.rglob("*.toml")])
        self.stdout.write(
            f"{files} files, nothing wrong, {len(old)} to compare again, {len(ended)} to look up"
        )


def _refused_others(rules: Path) -> Iterator[RuleFileError]:
    """What is wrong with the files that are no products."""
    for load in (load_ceilings, load_deductions, load_law, load_letters, load_sheets):
        try:
            load(rules)
        except RuleFileError as error:
            yield error


def unchecked_since(day: date, rules: Path) -> Iterator[tuple[str, str, str]]:
    """(file, key, day) of all that was compared last before `day`; key "" is the whole file."""
    return _dated_before(day, rules, "checked_on")


def known_before(day: date, rules: Path) -> Iterator[tuple[str, str, str]]:
    """(file, key, day) of all of which nothing is known from a day before `day` on."""
    return _dated_before(day, rules, "known_to")


def _dated_before(day: date, rules: Path, key: str) -> Iterator[tuple[str, str, str]]:
    for file in sorted(rules.rglob("*.toml")):
        document = tomllib.loads(file.read_text("utf-8"))
        for place, dated in _dated(document, "", key):
            if dated < day.isoformat():
                yield str(file.relative_to(rules)), place, dated


def _dated(part: Any, place: str, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(part, dict):
        if key in part:
            yield place, str(part[key])
        for name, value in part.items():
            yield from _dated(value, f"{place}.{name}" if place else name, key)
    elif isinstance(part, list):
        for index, value in enumerate(part):
            name = value.get("id", index) if isinstance(value, dict) else index
            yield from _dated(value, f"{place}[{name}]", key)
