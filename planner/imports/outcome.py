"""Why a file is not read: codes, which `planner.words.imports` turns into sentences."""

from typing import Any

KINDS = ("report", "sms", "bill")
MOST_BYTES = 10 * 1024 * 1024


class Refused(Exception):
    """It cannot be read, whatever is sent with it; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Wanted(Exception):
    """A password is needed ("password"), or the one that came is not it ("wrong_password")."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def refusal(outcome: str, why: str, document: str = "other") -> dict[str, Any]:
    return {
        "document": document, "outcome": outcome, "why": why,
        "proposed": [], "shown_apart": [], "dropped": [],
    }  # fmt: skip
