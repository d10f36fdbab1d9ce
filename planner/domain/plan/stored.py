"""What is stored of plans, read back: dates and fen in place of text.

The records carry the names of the domain's own, so that what reads a plan reads these too.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from planner.domain.ledger.repeats import Repeats, read_repeats, repeats_document
from planner.domain.plan.document import plan_document
from planner.domain.plan.plan import Plan, PlannedDue, Totals

Course = tuple[tuple[date, int], ...]  # fen owed in all, after each day on which that changed


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
    """What the pages need of a plan; each part is read when it is first asked for."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self.as_of = date.fromisoformat(document["as_of"])
        self.strategy: str = document["strategy"]
        self.debt_free_on = day_of(document["debt_free_on"])
        self.harm = tuple(document["harm"])

    @cached_property
    def totals(self) -> Totals:
        return Totals(**{name: fen_of(text) for name, text in self._document["totals"].items()})

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
                fen_of(one["amount"]),
                fen_of(one["required"]),
                fen_of(one["paid_by_last_safe"]),
                fen_of(one["short"]),
            )
            for one in self._document["dues"]
        )

    @cached_property
    def payments(self) -> tuple[Payment, ...]:
        return tuple(
            Payment(date.fromisoformat(one["on"]), one["debt"], fen_of(one["amount"]), one["from"])
            for one in self._document["payments"]
        )

    @cached_property
    def consequences(self) -> tuple[Start, ...]:
        return tuple(
            Start(
                one["debt"],
                date.fromisoformat(one["due_on"]),
                one["rung"],
                day_of(one["starts_on"]),
                one["state"],
                one["severity"],
            )
            for one in self._document["consequences"]
        )

    @cached_property
    def repeats(self) -> tuple[Repeats, ...]:
        return tuple(read_repeats(self._document["repeats"]))

    @cached_property
    def cash(self) -> tuple[CashDay, ...]:
        return tuple(
            CashDay(
                date.fromisoformat(one["on"]),
                fen_of(one["opening"]),
                fen_of(one["income"]),
                fen_of(one["expenses"]),
                fen_of(one["payments"]),
                fen_of(one["closing"]),
            )
            for one in self._document["cash"]
        )

    @cached_property
    def transfers(self) -> tuple[Transfer, ...]:
        return tuple(
            Transfer(date.fromisoformat(one["on"]), one["from"], one["to"], fen_of(one["amount"]))
            for one in self._document["transfers"]
        )

    @cached_property
    def owed(self) -> Course:
        parts = ("principal", "interest", "fee", "penalty")
        return course_of(
            (date.fromisoformat(one["on"]), one["debt"], sum(fen_of(one[part]) for part in parts))
            for one in self._document["balances"]
        )


def kept_document(plan: Plan) -> dict[str, Any]:
    """The plan's document, and what its ladders need besides."""
    return plan_document(plan) | {"repeats": repeats_document(plan.repeats)}


def read_plan(document: Mapping[str, Any]) -> StoredPlan:
    return StoredPlan(document)


def course_of(balances: Iterable[tuple[date, str, int]]) -> Course:
    """Day, debt and fen owed on it then → what is owed in all after each day with a change."""
    owing: dict[str, int] = {}
    total = 0
    changes: dict[date, int] = {}
    for on, debt, fen in balances:
        total += fen - owing.get(debt, 0)
        owing[debt] = fen
        changes[on] = total
    return tuple(changes.items())


def fen_of(text: str) -> int:
    """Of a document that we wrote: always with two places."""
    return int(text.replace(".", ""))


def day_of(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
