"""Payments of the history that cannot be reckoned any more.

Such a payment is never entered; but one that was entered under an older reading of the contract
may be too much by a fen under the newer one, and then nothing of the household can be reckoned.
It is for the person to say what holds: that it was not so, or the lender's figures.
"""

from dataclasses import dataclass
from typing import Any

from planner.domain.household.household import parse_household
from planner.domain.ledger.replay import PaymentRefused, replay, stand
from planner.domain.values.money import format_yuan, parse_yuan
from planner.models import HistoryEntry, HouseholdRow, User
from planner.services.changes import change, refusal, write
from planner.services.documents import document_of, household_of


@dataclass(frozen=True, slots=True)
class Refused:
    """An entry, and why it cannot have been, in a sentence."""

    row: HistoryEntry
    sentence: str


def refused_entries(user: User) -> list[Refused]:
    """The payments that their contracts do not take, each with those before it left out."""
    household = household_of(user)
    return _refused(document_of(household), household.entries)


def _refused(document: dict[str, Any], standing: list[HistoryEntry]) -> list[Refused]:
    if not document.get("history"):
        return []
    rows = list(standing)
    found: list[Refused] = []
    while True:
        household = parse_household(document | {"history": [row.entry for row in rows]})
        try:
            replay(household)
        except PaymentRefused as refused:
            row = _row_of(rows, refused)
            found.append(Refused(row, str(refusal(household, refused))))
            rows.remove(row)
        else:
            return found


def _row_of(rows: list[HistoryEntry], refused: PaymentRefused) -> HistoryEntry:
    """Of several that are alike, the last one: the ones before it were taken."""
    paid = refused.entry
    amount = format_yuan(paid.amount_fen)
    return [
        row
        for row in rows
        if row.kind == "payment"
        and (row.on, row.slug, row.entry["amount"]) == (paid.on, paid.debt, amount)
    ][-1]


def set_aside(*, user: User, revision: int, keeps_money: bool) -> list[str]:
    """Take back what is refused, in the household at that `revision`; returns the debts' slugs.

    `keeps_money`: it was paid nevertheless, so the accounts stay as they stand, and what the
    lender shows is to be entered next. Raises StaleVersion.
    """
    refused: list[HistoryEntry] = []

    def set_refused_aside(household: HouseholdRow) -> None:
        document = document_of(household)
        refused.extend(one.row for one in _refused(document, household.entries))
        document["history"] = [row.entry for row in household.entries if row not in refused]
        if keeps_money:
            document["history"] += _spent(document, refused)
        if refused:
            change(household, document)

    write(user, set_refused_aside, revision=revision)
    return [row.slug for row in refused]


def _spent(document: dict[str, Any], refused: list[HistoryEntry]) -> list[dict[str, Any]]:
    """The balances of today of the accounts that were paid from; one below zero is left out."""
    paid: dict[str, int] = {}
    for row in refused:
        if row.entry["account"] is not None:
            account, fen = row.entry["account"], parse_yuan(row.entry["amount"])
            paid[account] = paid.get(account, 0) + fen
    return [
        {
            "kind": "balance", "on": document["planned_from"], "account": account.id,
            "balance": format_yuan(account.balance_fen - paid[account.id]),
            "was": format_yuan(account.balance_fen),
        }
        for account in stand(parse_household(document)).accounts
        if account.id in paid and account.balance_fen >= paid[account.id]
    ]  # fmt: skip
