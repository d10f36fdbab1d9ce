"""manage.py plan: a household document in, a plan out. Needs no database and no secret."""

import json
import os
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Sequence
from typing import Any

from planner.domain.household.household import WAYS, Household, read_household
from planner.domain.household.limits import MAX_BYTES
from planner.domain.ledger.replay import PaymentRefused, stand
from planner.domain.make_plan import make_exposed_plan, make_plan
from planner.domain.plan.document import plan_document
from planner.domain.plan.plan import Plan
from planner.domain.values.money import format_yuan
from planner.domain.values.reading import InvalidDocument
from planner.exports.csv import plan_csv
from planner.exports.ics import ALARMS, calendar_file
from planner.exports.table import plan_table
from planner.management.documents import DocumentCommand, locale_language
from planner.words.language import speaking

FORMATS = ("json", "table", "csv", "ics")


class Command(DocumentCommand):
    help = "Plan a household document: what to pay when, and what starts on which date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="a household document; - reads standard input")
        parser.add_argument("--strategy", choices=WAYS, help="instead of the one in the document")
        parser.add_argument("--format", choices=FORMATS, default="table")
        parser.add_argument(
            "--ladders",
            action="store_true",
            help="add what follows each due if it is missed (json and table)",
        )
        parser.add_argument(
            "--worst-case",
            action="store_true",
            help="let lenders take what stays unpaid from the accounts they may deduct from "
            "(json and csv: the plan is the worst case's; table: what could be taken)",
        )
        parser.add_argument(
            "--alarms",
            type=alarms_before,
            default=tuple(ALARMS),
            metavar="DAYS",
            help="on which days before one the calendar rings: some of 3,1,0, or none (ics)",
        )

    def handle(
        self,
        *,
        file: str,
        strategy: str | None,
        ladders: bool,
        worst_case: bool,
        alarms: Sequence[str],
        **options: Any,
    ) -> None:
        output: str = options["format"]
        language = locale_language(os.environ)
        with speaking(language):
            household = self._read(file)
            ladders = ladders and output in ("json", "table")
            try:
                plan = planned(household, strategy, output, ladders=ladders, worst_case=worst_case)
            except PaymentRefused as refused:
                most = format_yuan(refused.most_fen)
                self.fail(f"history: found {refused.entry}, expected at most {most}")
            content = written(
                plan, stand(household), output, language, ladders=ladders, alarms=alarms
            )
            self.write_out(content, is_text=output == "table")

    def _read(self, file: str) -> Household:
        """The household; else one line for each thing wrong, and status 2."""
        raw = self.read_bytes(file, MAX_BYTES)
        try:
            return read_household(raw)
        except InvalidDocument as error:
            self.fail_document(error)


def alarms_before(days: str) -> tuple[str, ...]:
    """The alarms of "3,1,0", each at nine in the morning; of "none", none."""
    if days == "none":
        return ()
    by_days = dict(zip(("3", "1", "0"), ALARMS, strict=True))
    chosen = days.split(",")
    if not set(chosen) <= by_days.keys():
        raise ArgumentTypeError("some of 3,1,0, or none")
    return tuple(alarm for day, alarm in by_days.items() if day in chosen)


def planned(
    household: Household, strategy: str | None, output: str, *, ladders: bool, worst_case: bool
) -> Plan:
    """The plan or its worst case; for people, who follow it, the plan and what could be taken."""
    if worst_case and output == "table":
        return make_exposed_plan(household, strategy, ladders=ladders)
    is_worst = worst_case and output != "ics"
    return make_plan(household, strategy, ladders=ladders, worst_case=is_worst)


def written(
    plan: Plan,
    position: Household,
    output: str,
    language: str,
    *,
    ladders: bool,
    alarms: Sequence[str],
) -> bytes:
    match output:
        case "json":
            text = json.dumps(plan_document(plan), ensure_ascii=False, indent=1)
            return f"{text}\n".encode()
        case "csv":
            return plan_csv(plan, language=language)
        case "ics":
            return calendar_file(plan, language=language, alarms=alarms)
        case _:
            return plan_table(plan, language=language, position=position, ladders=ladders).encode()
