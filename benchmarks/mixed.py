"""Households of every contract with more or less money: fixed by their seeds."""

from random import Random
from typing import Any

from benchmarks.households import LADDER
from planner.domain.household.household import Household, parse_household
from planner.domain.make_plan import make_plan
from planner.domain.values.money import format_yuan

DEBTS = (3, 6, 12, 24)
MONTHS = (12, 24, 36, 60)
AS_OF = "2026-12-01"


def mixed_household(seed: int, debts: int, months: int, income: float) -> Household:
    """`debts` of all contracts that end in about `months`; incomes come to `income` times the
    minimums of the first three months, after living costs. Money at hand is scarce.
    """
    random = Random(f"{seed} {debts} {months}")
    written = [_debt(random, number, months) for number in range(debts)]
    rich = _document(written, 10**8, 1_000_000, 5)
    first = make_plan(parse_household(rich), "minimum").dues
    days = sorted({due.due_on for due in first})
    until = days[0].replace(day=1).toordinal() + 92
    minimums = sum(due.required_fen for due in first if due.due_on.toordinal() < until) // 3
    salary = int(minimums * income) + 260_000
    return parse_household(
        _document(written, minimums // 3, salary, random.choice((5, 10, 15, 25)))
    )


def _document(
    written: list[dict[str, Any]], balance: int, salary: int, payday: int
) -> dict[str, Any]:
    return {
        "format": "repayment-household",
        "version": 1,
        "as_of": AS_OF,
        "currency": "CNY",
        "buffer": "200.00",
        "accounts": [
            {"id": "card", "name": "card", "kind": "debit_card", "balance": format_yuan(balance)}
        ],
        "incomes": [
            {
                "id": "salary",
                "name": "salary",
                "amount": format_yuan(salary),
                "account": "card",
                "on": {"monthly": payday},
                "adjust": "previous_workday",
            }
        ],
        "expenses": [
            {
                "id": "rent",
                "name": "rent",
                "amount": "2600.00",
                "account": "card",
                "on": {"monthly": payday},
            }
        ],
        "debts": written,
    }


def _debt(random: Random, number: int, months: int) -> dict[str, Any]:
    day = random.randint(1, 28)
    size = random.choice((3000, 6000, 12000, 24000)) * 100
    common: dict[str, Any] = {
        "id": f"debt{number}",
        "name": f"debt{number}",
        "ladder": LADDER,
        "grace_days": random.choice((0, 0, 3)),
    }
    next_due = f"2026-12-{day:02d}"
    rate = {"rate": random.choice(("0.0002", "0.00035", "0.0005", "0.0006")), "per": "day"}
    late = {"overdue": {"multiplier": "1.5"}}
    kind = random.choice(("card", "level", "equal", "interest", "flat", "listed", "open", "share"))
    if kind == "card":
        return common | {
            "contract": "revolving",
            "statement_day": (day + 10 - 1) % 28 + 1,
            "due_after": 18,
            "billed": format_yuan(size),
            "unbilled": format_yuan(size // 10),
            "minimum": {
                "ratio": random.choice(("0.05", "0.10")),
                "floor": format_yuan(size // months),
            },
            "rate": {"rate": "0.0005", "per": "day"},
            "interest_from": random.choice(("posting", "statement", "due")),
            "late_fee": {"ratio": "0.05", "floor": "10.00"},
        }
    if kind == "open":
        return common | {
            "contract": "open",
            "principal": format_yuan(size),
            "rate": {"rate": random.choice(("0", "0.06", "0.12")), "per": "year"},
            "minimum": {"fixed": format_yuan(size * 115 // 100 // months)},
            "next_due": next_due,
            "overdue": None,
        }
    if kind == "share":
        return (
            common
            | late
            | {
                "contract": "open",
                "principal": format_yuan(size),
                "rate": rate,
                "minimum": {
                    "ratio": "0.03",
                    "floor": format_yuan(size // months),
                    "plus_interest": True,
                },
                "next_due": next_due,
            }
        )
    loan = common | late | {"contract": "instalment", "principal": format_yuan(size), "rate": rate}
    rows = {"periods_left": months, "next_due": next_due}
    if kind == "level":
        keeps = random.choice(("amount", "amount", "term"))
        return loan | rows | {"method": "level", "prepay": {"keeps": keeps}}
    if kind == "equal":
        fee = random.choice(("0", "0.01"))
        return loan | rows | {"method": "equal_principal", "prepay": {"fee_ratio": fee}}
    if kind == "interest":
        return loan | rows | {"method": "interest_only", "periods_left": max(3, months // 2)}
    if kind == "flat":
        waived = random.choice((True, False))
        return (
            loan
            | rows
            | {
                "method": "flat_fee",
                "rate": None,
                "fees_left": format_yuan(size * 7 * months // 1000),
                "prepay": {"fees_waived": waived},
            }
        )
    row = size // months
    listed = [
        {
            "due_on": f"{2026 + (11 + n) // 12}-{(11 + n) % 12 + 1:02d}-{day:02d}",
            "principal": format_yuan(row),
            "interest": format_yuan((months - n) * row // 100),
        }
        for n in range(months)
    ]
    total = format_yuan(row * months)
    return loan | {"method": "listed", "principal": total, "rows": listed, "rate": None}
