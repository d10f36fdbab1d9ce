"""What commands that read a file and print an answer have in common: bytes in, bytes out."""

import os
import sys
from typing import NoReturn

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from planner.domain.values.reading import InvalidDocument
from planner.words.language import one_line


class DocumentCommand(BaseCommand):
    """Needs no database and no secret. What is refused is a line each, and status 2."""

    requires_system_checks: list[str] = []

    def read_bytes(self, file: str, most: int) -> bytes:
        """At most so many bytes of a file, or of standard input where it is "-"."""
        try:
            if file == "-":
                raw = sys.stdin.buffer.read(most + 1) if sys.stdin else b""
            else:
                with open(file, "rb") as stream:
                    raw = stream.read(most + 1)
        except (OSError, ValueError) as error:  # ValueError: a name with a null character
            reason = getattr(error, "strerror", None) or str(error)
            self.fail(_("Cannot read {file}: {reason}.").format(file=file, reason=reason))
        if len(raw) > most:
            self.fail(_("{file} is larger than {count} bytes.").format(file=file, count=most))
        return raw

    def fail(self, *lines: str) -> NoReturn:
        for line in lines:
            self.stderr.write(one_line(line), style_func=str)
        raise SystemExit(2)

    def fail_document(self, invalid: InvalidDocument) -> NoReturn:
        self.fail(*map(str, invalid.errors))

    def write_out(self, content: bytes, *, is_text: bool) -> None:
        """Bytes as they are; text for people in what the terminal can show."""
        buffer = getattr(self.stdout, "buffer", None)
        if buffer is None:  # a stream of text, as call_command may give
            self.stdout.write(content.decode(), ending="")
            return
        if is_text:
            encoding = getattr(self.stdout, "encoding", None) or "utf-8"
            content = content.decode().encode(encoding, "replace")
        try:
            buffer.write(content)
            buffer.flush()
        except BrokenPipeError:
            # Whoever read us has seen enough. What is still buffered must not fail at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.stdout.fileno())
            raise SystemExit(1) from None
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.stdout.fileno())
            self.fail(_("Cannot write: {reason}.").format(reason=error.strerror))


def locale_language(environment: "os._Environ[str] | dict[str, str]") -> str:
    """Chinese unless the locale's language is English; C and POSIX name no language."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name):
            return "en" if value.split("_")[0].split(".")[0].lower() == "en" else "zh"
    return "zh"
