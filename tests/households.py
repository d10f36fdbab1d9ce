"""Household documents for tests that are not about their content."""

from typing import Any


def account(**changes: Any) -> dict[str, Any]:
    return {"id": "card", "name": "储蓄卡", "kind": "debit_card", "balance": "2100.00"} | changes


def income(**changes: Any) -> dict[str, Any]:
    return {
        "id": "salary",
        "name": "工资",
        "amount": "8500.00",
        "account": "card",
        "on": {"monthly": 10},
        "from": "2026-12-01",
    } | changes


def expense(**changes: Any) -> dict[str, Any]:
    return {
        "id": "rent",
        "name": "房租",
        "amount": "2600.00",
        "account": "card",
        "on": {"monthly": 5},
    } | changes


def debt(**changes: Any) -> dict[str, Any]:
    return {
        "id": "friend",
        "name": "小李",
        "product": None,
        "contract": "open",
        "principal": "3000.00",
        "rate": {"rate": "0.06", "per": "year"},
        "minimum": {"fixed": "500.00"},
        "due_day": 15,
        "next_due": "2026-12-15",
    } | changes


def document(**changes: Any) -> dict[str, Any]:
    return {
        "format": "repayment-household",
        "version": 1,
        "as_of": "2026-12-01",
        "currency": "CNY",
        "buffer": "300.00",
        "strategy": "avalanche",
        "order": [],
        "triage_order": [],
        "accounts": [account()],
        "incomes": [income()],
        "expenses": [expense()],
        "debts": [debt()],
    } | changes
