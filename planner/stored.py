"""A stored plan document, read back: dates and fen in place of text.

The records carry the names of the domain's own, so that what reads a plan reads these too.
"""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from planner.domain.plan import PlannedDue, Totals


class Payment(NamedTuple):
    on: date
    debt: str
    amount_fen: int
    account: str


class Start(NamedTuple):
    """A consequence; its words stand in the debt's ladder."""

    debt: str
    due_on: date
    rung: str
    starts_on: date | None
    state: str
    severity: int


class CashDay(NamedTuple):
    on: date
    opening_fen: int
    income_fen: int
    expenses_fen: int
    payments_fen: int
    closing_fen: int


class Transfer(NamedTuple):
    on: date
    source: str
    target: str
    amount_fen: int


class Warned(NamedTuple):
    code: str
    on: date
    debt: str


class StoredPlan:
    """What the pages need of a plan; each part is read when it is first asked for.

    A page needs all of one plan, and a few figures of each other one to compare it with.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self.as_of = date.fromisoformat(document["as_of"])
        self.strategy: str = document["strategy"]
        self.debt_free_on = _day(document["debt_free_on"])
        self.harm = tuple(document["harm"])

    @cached_property
    def totals(self) -> Totals:
        return Totals(**{name: _fen(text) for name, text in self._document["totals"].items()})

    @property
    def cost_fen(self) -> int:
        return self.totals.interest + self.totals.fees + self.totals.penalties

    @cached_property
    def warnings(self) -> tuple[Warned, ...]:
        return tuple(
            Warned(one["code"], date.fromisoformat(one["on"]), one["debt"])
            for one in self._document["warnings"]
        )

    def warned(self, code: str) -> Warned | None:
        return next((one for one in self.warnings if one.code == code), None)

    @cached_property
    def dues(self) -> tuple[PlannedDue, ...]:
        return tuple(
            PlannedDue(
                one["debt"],
                date.fromisoformat(one["due_on"]),
                date.fromisoformat(one["last_safe_on"]),
                _fen(one["amount"]),
                _fen(one["required"]),
                _fen(one["paid_by_last_safe"]),
                _fen(one["short"]),
            )
            for one in self._document["dues"]
        )

    @cached_property
    def payments(self) -> tuple[Payment, ...]:
        return tuple(
            Payment(date.fromisoformat(one["on"]), one["debt"], _fen(one["amount"]), one["from"])
            for one in self._document["payments"]
        )

    @cached_property
    def consequences(self) -> tuple[Start, ...]:
        return tuple(
            Start(
                one["debt"],
                date.fromisoformat(one["due_on"]),
                one["rung"],
                _day(one["starts_on"]),
                one["state"],
                one["severity"],
            )
            for one in self._document["consequences"]
        )

    @property
    def will_start(self) -> int:
        """How many dues will have consequences under this plan."""
        return len(
            {
                (one["debt"], one["due_on"])
                for one in self._document["consequences"]
                if one["state"] == "will_start"
            }
        )

    @cached_property
    def cash(self) -> tuple[CashDay, ...]:
        return tuple(
            CashDay(
                date.fromisoformat(one["on"]),
                _fen(one["opening"]),
                _fen(one["income"]),
                _fen(one["expenses"]),
                _fen(one["payments"]),
                _fen(one["closing"]),
            )
            for one in self._document["cash"]
        )

    @cached_property
    def transfers(self) -> tuple[Transfer, ...]:
        return tuple(
            Transfer(date.fromisoformat(one["on"]), one["from"], one["to"], _fen(one["amount"]))
            for one in self._document["transfers"]
        )

    @cached_property
    def owed(self) -> tuple[tuple[date, int], ...]:
        return _owed(self._document["balances"])


def read_plan(document: Mapping[str, Any]) -> StoredPlan:
    return StoredPlan(document)


def _owed(balances: list[dict[str, Any]]) -> tuple[tuple[date, int], ...]:
    """What is owed in all, after each day on which it changed."""
    owing: dict[str, int] = {}
    total = 0
    changes: dict[str, int] = {}
    for one in balances:
        fen = sum(_fen(one[part]) for part in ("principal", "interest", "fee", "penalty"))
        total += fen - owing.get(one["debt"], 0)
        owing[one["debt"]] = fen
        changes[one["on"]] = total
    return tuple((date.fromisoformat(on), fen) for on, fen in changes.items())


def _fen(text: str) -> int:
    """Of a document that we wrote: always with two places."""
    return int(text.replace(".", ""))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
