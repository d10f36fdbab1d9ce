"""Households at the edges of what a person may enter: with nothing, without an end, with the
least and the most there is, and with more than anybody owes."""

from typing import Any

from tests.households import account, debt, document, income

DAILY = {"rate": "0.0005", "per": "day"}


def card(**changes: Any) -> dict[str, Any]:
    return {
        "id": "card",
        "name": "信用卡",
        "product": "credit_card",
        "contract": "revolving",
        "statement_day": 18,
        "due_day": 6,
        "billed": "5400.00",
        "unbilled": "730.50",
        "minimum": {"ratio": "0.10"},
        "rate": DAILY,
        "interest_from": "posting",
        "late_fee": {"ratio": "0.05", "floor": "10.00"},
    } | changes


def loan(**changes: Any) -> dict[str, Any]:
    return {
        "id": "loan",
        "name": "借呗",
        "product": "jiebei",
        "contract": "instalment",
        "principal": "9000.00",
        "rate": {"rate": "0.0004", "per": "day"},
        "method": "level",
        "periods_left": 9,
        "next_due": "2026-12-15",
        "overdue": {"multiplier": "1.5"},
        "prepay": {"allowed": True, "fee_ratio": "0", "keeps": "amount"},
    } | changes


def three(name: str = "") -> list[dict[str, Any]]:
    """One debt of each contract."""
    return [card(id=f"card{name}"), loan(id=f"loan{name}"), debt(id=f"friend{name}")]


def of_each(yuan: str) -> list[dict[str, Any]]:
    """One debt of each contract with that much owed."""
    return [card(billed=yuan, unbilled="0.00"), loan(principal=yuan), debt(principal=yuan)]


def many(count: int) -> list[dict[str, Any]]:
    debts = [one for number in range(count) for one in three(str(number))]
    return debts[:count]


MORTGAGE = {"principal": "1200000.00", "rate": {"rate": "0.036", "per": "year"}}
MOST = "999999999.99"

ODD: dict[str, dict[str, Any]] = {
    "no income": document(incomes=[], debts=three()),
    "no income and no money": document(
        incomes=[], accounts=[account(balance="0.00")], debts=three()
    ),
    "no debts": document(debts=[]),
    "nothing at all": document(incomes=[], expenses=[], accounts=[], debts=[]),
    "a debt that never ends": document(
        debts=[debt(principal="100000.00", rate={"rate": "0.36", "per": "year"}), card()]
    ),
    "1 fen of each": document(debts=of_each("0.01")),
    "1 fen of income": document(incomes=[income(amount="0.01")], debts=three()),
    "999,999,999.99 of each": document(debts=of_each(MOST)),
    "999,999,999.99 of all": document(
        debts=of_each(MOST), incomes=[income(amount=MOST)], accounts=[account(balance=MOST)]
    ),
    "360 months": document(
        debts=[loan(**MORTGAGE, periods_left=360)], incomes=[income(amount="9000.00")]
    ),
    "40 debts": document(debts=many(40), incomes=[income(amount="60000.00")]),
    "40 debts and all money short": document(debts=many(40)),
    "all money short": document(
        debts=three(), incomes=[income(amount="300.00")], accounts=[account(balance="10.00")]
    ),
}
