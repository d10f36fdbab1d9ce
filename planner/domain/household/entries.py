"""What happened since `as_of`: payments, arrivals, corrections; replayed, never guessed.

A household's position is that of its `as_of`; its history is laid onto it by the same
ledger rules, day by day, up to `planned_from`, from whose morning on the plan runs. An income
without an entry has not arrived, a due without a payment is unpaid; living costs without one
were spent as planned. The entries of one day hold in the order in which they were entered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from planner.domain.household.terms import Terms, read_terms, terms_document
from planner.domain.values.money import format_yuan
from planner.domain.values.reading import Fields

REASONS = ("interest", "fee", "unknown")


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment to a lender; `account` None where it came from elsewhere.

    `planned_on` is the day it was planned for, None where it was not.
    """

    on: date
    debt: str
    amount_fen: int
    account: str | None
    planned_on: date | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """An income that arrived or an expense that was paid; 0 fen: it did not happen.

    `planned_on` is the day it was planned for, which will not be counted again.
    """

    kind: Literal["income", "expense"]
    on: date
    flow: str
    planned_on: date
    amount_fen: int
    account: str


@dataclass(frozen=True, slots=True)
class Transferred:
    """Money moved between the household's own accounts."""

    on: date
    source: str
    target: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class LeftUnpaid:
    """The answer that a due was not paid; it moves nothing."""

    on: date
    debt: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Corrected:
    """The lender's own figures on a day: the contract starts anew from them.

    What falls due that day and was not entered before is still to come. `was_fen` is what was
    reckoned to be owed.
    """

    on: date
    debt: str
    terms: Terms
    contract: str
    reason: str
    was_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """What is really in an account on a day, after what was entered before.

    `was_fen` is what was reckoned to be in it, None where that was below zero.
    """

    on: date
    account: str
    balance_fen: int
    was_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Arranged:
    """A schedule agreed with the lender takes the place of the debt's from that day."""

    on: date
    debt: str
    terms: Terms
    contract: str


@dataclass(frozen=True, slots=True)
class ArrangementEnded:
    """The arrangement was broken: the old schedule and its ladder hold again."""

    on: date
    debt: str


Entry = Paid | Moved | Transferred | LeftUnpaid | Corrected | Counted | Arranged | ArrangementEnded

KINDS = (
    "payment",
    "income",
    "expense",
    "transfer",
    "unpaid",
    "correction",
    "balance",
    "arrangement",
    "arrangement_ended",
)


@dataclass(frozen=True, slots=True)
class Known:
    """The ids an entry may name."""

    debts: frozenset[str]
    accounts: frozenset[str]
    incomes: frozenset[str]
    expenses: frozenset[str]


def read_history(
    fields: Fields, known: Known, as_of: date, planned_from: date
) -> tuple[Entry, ...]:
    """The entries under `history`, by day; what is wrong joins `fields.errors`."""
    entries = []
    for item in fields.objects("history"):
        kind = item.choice("kind", KINDS)
        on = item.day("on")
        if not as_of <= on <= planned_from:
            item.contradict("on", "a day from as_of to planned_from")
        entries.append(_read_entry(kind, on, item, known))
        item.close()
    entries.sort(key=lambda entry: entry.on)
    return tuple(entries)


def _read_entry(kind: str, on: date, item: Fields, known: Known) -> Entry:
    match kind:
        case "payment":
            debt = item.choice("debt", known.debts)
            account = item.choice("account", known.accounts, "") or None
            amount_fen = item.amount("amount", low=1)
            return Paid(on, debt, amount_fen, account, item.optional_day("planned_on"))
        case "income" | "expense":
            flow = item.choice(kind, known.incomes if kind == "income" else known.expenses)
            return Moved(
                "income" if kind == "income" else "expense",
                on,
                flow,
                item.day("planned_on"),
                item.amount("amount"),
                item.choice("account", known.accounts),
            )
        case "transfer":
            source = item.choice("from", known.accounts)
            target = item.choice("to", known.accounts)
            if source == target:
                item.contradict("to", "another account than from")
            return Transferred(on, source, target, item.amount("amount", low=1))
        case "unpaid":
            return LeftUnpaid(on, item.choice("debt", known.debts), item.day("due_on"))
        case "correction":
            debt = item.choice("debt", known.debts)
            contract, terms = _read_new_terms(item, on)
            reason = item.choice("reason", REASONS)
            return Corrected(on, debt, terms, contract, reason, item.amount("was", None))
        case "balance":
            account = item.choice("account", known.accounts)
            return Counted(on, account, item.amount("balance"), item.amount("was", None))
        case "arrangement":
            debt = item.choice("debt", known.debts)
            contract, terms = _read_new_terms(item, on)
            return Arranged(on, debt, terms, contract)
        case _:
            return ArrangementEnded(on, item.choice("debt", known.debts))


def _read_new_terms(item: Fields, on: date) -> tuple[str, Terms]:
    """The contract of a `terms` object, as it stands on the morning of `on`."""
    terms = item.child("terms", required=True)
    if terms is None:
        terms = Fields({}, item.at("terms"), [])
    contract = terms.choice("contract", ("revolving", "instalment", "open"))
    read = read_terms(contract, terms, on)
    terms.close()
    return contract, read


def history_document(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """The entries as the document holds them."""
    return [_entry_document(entry) for entry in entries]


def _entry_document(entry: Entry) -> dict[str, Any]:
    on = entry.on.isoformat()
    match entry:
        case Paid():
            return {
                "kind": "payment",
                "on": on,
                "debt": entry.debt,
                "amount": format_yuan(entry.amount_fen),
                "account": entry.account,
                "planned_on": None if entry.planned_on is None else entry.planned_on.isoformat(),
            }
        case Moved():
            return {
                "kind": entry.kind,
                "on": on,
                entry.kind: entry.flow,
                "planned_on": entry.planned_on.isoformat(),
                "amount": format_yuan(entry.amount_fen),
                "account": entry.account,
            }
        case Transferred():
            return {
                "kind": "transfer",
                "on": on,
                "from": entry.source,
                "to": entry.target,
                "amount": format_yuan(entry.amount_fen),
            }
        case LeftUnpaid():
            due_on = entry.due_on.isoformat()
            return {"kind": "unpaid", "on": on, "debt": entry.debt, "due_on": due_on}
        case Corrected():
            terms = {"contract": entry.contract, **terms_document(entry.terms)}
            return {
                "kind": "correction",
                "on": on,
                "debt": entry.debt,
                "terms": terms,
                "reason": entry.reason,
                "was": _yuan_text(entry.was_fen),
            }
        case Counted():
            return {
                "kind": "balance",
                "on": on,
                "account": entry.account,
                "balance": format_yuan(entry.balance_fen),
                "was": _yuan_text(entry.was_fen),
            }
        case Arranged():
            terms = {"contract": entry.contract, **terms_document(entry.terms)}
            return {"kind": "arrangement", "on": on, "debt": entry.debt, "terms": terms}
        case ArrangementEnded():
            return {"kind": "arrangement_ended", "on": on, "debt": entry.debt}


def _yuan_text(fen: int | None) -> str | None:
    return None if fen is None else format_yuan(fen)
