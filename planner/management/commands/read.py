"""manage.py read: a credit report, messages or a bill in, proposals out. Needs no database."""

import json
import os
import sys
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any, NoReturn

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from planner.exports.readings import reading_table
from planner.imports.apart import read_apart
from planner.imports.outcome import KINDS, MOST_BYTES
from planner.management.documents import locale_language
from planner.words.imports import of_message, what_lacks, why_not
from planner.words.language import one_line, speaking


class Command(BaseCommand):
    help = (
        "Reads a credit report (brief version: PDF or text), bill messages or a bill of Alipay or "
        "WeChat, and prints what it proposes. Nothing is kept. Ends with 2 where nothing is read."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="what to read; - reads standard input")
        parser.add_argument("--kind", choices=KINDS, help="what it is, instead of finding out")
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="the first line of standard input is the file's password",
        )
        parser.add_argument("--format", choices=("json", "table"), default="table")
        parser.add_argument(
            "--received",
            type=a_day,
            metavar="DATE",
            help="the day on which messages came that do not say so (2026-11-20)",
        )

    def handle(
        self,
        *,
        file: str,
        kind: str | None,
        password_stdin: bool,
        received: date | None,
        **options: Any,
    ) -> None:
        with speaking(locale_language(os.environ)):
            password = _first_line() if password_stdin else None
            content = self._content(file)
            document = read_apart(content, kind=kind, password=password, received=received)
            is_read = document["outcome"] == "read"
            said = what_lacks(document) if is_read else why_not(document)
            if said:
                document["say"] = said
            for message in document.get("messages", []):
                if sentence := of_message(message):
                    message["say"] = sentence
            if options["format"] == "json":
                text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
            else:
                text = reading_table(document) if is_read else ""
            self._write(text)
            if not is_read:
                self._fail(said)

    def _content(self, file: str) -> bytes:
        try:
            if file == "-":
                return sys.stdin.buffer.read(MOST_BYTES + 1) if sys.stdin else b""
            with open(file, "rb") as stream:
                return stream.read(MOST_BYTES + 1)
        except (OSError, ValueError) as error:  # ValueError: a name with a null character
            reason = getattr(error, "strerror", None) or str(error)
            self._fail(_("Cannot read {file}: {reason}.").format(file=file, reason=reason))

    def _write(self, text: str) -> None:
        buffer = getattr(self.stdout, "buffer", None)
        if buffer is None:  # a stream of text, as call_command may give
            self.stdout.write(text, ending="")
            return
        try:
            buffer.write(text.encode("utf-8", "replace"))
            buffer.flush()
        except BrokenPipeError:
            # Whoever read us has seen enough. What is still buffered must not fail at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.stdout.fileno())
            raise SystemExit(1) from None

    def _fail(self, line: str) -> NoReturn:
        self.stderr.write(one_line(line), style_func=str)
        raise SystemExit(2)


def _first_line() -> str:
    return sys.stdin.buffer.readline(1025).decode("utf-8", "replace").rstrip("\r\n")


def a_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no date such as 2026-12-09") from None
