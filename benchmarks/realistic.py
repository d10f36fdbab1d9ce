"""Households as people have them: 2 to 6 debts of common products with their own ladders, 12 to 24
months, one salary of 0.9 to 1.5 times the minimums of the first three months after living costs.
Fixed by their seeds.
"""

from datetime import date, timedelta
from random import Random
from typing import Any

from planner.domain.household.household import Household, parse_household
from planner.domain.make_plan import make_plan
from planner.domain.rulebook.products import load_products
from planner.domain.values.days import month_day_on_or_before, next_month_day
from planner.domain.values.money import format_yuan

COMMON = ("huabei", "credit_card", "jiebei")
OTHERS = ("credit_card", "consumer_finance", "weilidai", "jd_baitiao", "duxiaoman", "private_loan")
RENT_FEN, LIVING_FEN = 200_000, 40_000  # a month, a week
FIRST = date(2026, 12, 1)


def realistic_household(seed: int) -> Household:
    random = Random(f"realistic {seed}")
    as_of = FIRST + timedelta(days=random.randrange(28))
    number = random.randint(2, 6)
    months = random.choice((12, 18, 24))
    others = [random.choice(COMMON + OTHERS) for _ in range(6)]
    kinds = [*COMMON, *others][:number]
    debts = [
        _debt(random, f"{kind}{place}", kind, months, as_of) for place, kind in enumerate(kinds)
    ]
    payday = random.choice((5, 8, 10, 15, 20, 25))
    rich = _document(debts, as_of, payday, 10**8, 1_000_000)
    until = as_of + timedelta(days=92)
    dues = make_plan(parse_household(rich), "minimum").dues
    monthly = sum(due.required_fen for due in dues if due.due_on < until) // 3
    living = RENT_FEN + LIVING_FEN * 35 // 8
    salary = int(monthly * random.choice((0.9, 1.0, 1.1, 1.2, 1.3, 1.5))) + living
    balance = int(monthly * random.uniform(0.2, 0.8)) + 60_000
    return parse_household(_document(debts, as_of, payday, balance, salary))


def _document(
    debts: list[dict[str, Any]], as_of: date, payday: int, balance: int, salary: int
) -> dict[str, Any]:
    bank = {"id": "bank", "name": "bank", "kind": "debit_card", "balance": format_yuan(balance)}
    pay: dict[str, Any] = {"on": {"monthly": payday}, "adjust": "previous_workday"}
    rent: dict[str, Any] = {"amount": format_yuan(RENT_FEN), "on": {"monthly": 5}}
    living: dict[str, Any] = {"amount": format_yuan(LIVING_FEN), "on": {"weekly": "mon"}}
    return {
        "format": "repayment-household",
        "version": 1,
        "as_of": as_of.isoformat(),
        "currency": "CNY",
        "buffer": "200.00",
        "strategy": "optimal",
        "accounts": [bank],
        "incomes": [
            {"id": "salary", "name": "salary", "account": "bank", "amount": format_yuan(salary)}
            | pay
        ],
        "expenses": [
            {"id": "rent", "name": "rent", "account": "bank"} | rent,
            {"id": "living", "name": "living", "account": "bank"} | living,
        ],
        "debts": debts,
    }


def _debt(random: Random, name: str, kind: str, months: int, as_of: date) -> dict[str, Any]:
    yesterday = as_of - timedelta(days=1)
    day = random.randint(1, 28)
    common = load_products()[kind].starting_document() | {"id": name, "name": name}
    due = {
        "next_due": next_month_day(yesterday, day).isoformat(),
        "due_day": day,
        "accrued_from": month_day_on_or_before(yesterday, day).isoformat(),
    }
    if kind == "huabei":
        return common | {
            "statement_day": 1,
            "due_day": random.choice((8, 9, 10)),
            "billed": _yuan(random, 400, 4000),
            "unbilled": _yuan(random, 0, 900),
        }
    if kind == "jd_baitiao":
        return common | {
            "statement_day": day,
            "billed": _yuan(random, 400, 3000),
            "unbilled": _yuan(random, 0, 500),
            "minimum": {"ratio": "0.10", "floor": "0.00"},
        }
    if kind == "credit_card":
        return common | {
            "statement_day": day,
            "due_after": random.choice((18, 20, 25)),
            "billed": _yuan(random, 2000, 20_000),
            "unbilled": _yuan(random, 0, 2500),
            "grace_days": random.choice((0, 3)),
        }
    if kind in ("jiebei", "weilidai"):
        rate = {"rate": random.choice(("0.0002", "0.0003", "0.0004", "0.0005")), "per": "day"}
        return (
            common
            | due
            | {
                "principal": _yuan(random, 3000, 30_000),
                "rate": rate,
                "method": random.choice(("level", "equal_principal")),
                "periods_left": random.randint(6, 12),
            }
        )
    if kind in ("consumer_finance", "duxiaoman"):
        fee = random.choice(("0", "0.01", "0.03"))
        return (
            common
            | due
            | {
                "principal": _yuan(random, 5000, 50_000),
                "rate": {"rate": random.choice(("0.12", "0.18", "0.2399")), "per": "year"},
                "method": "level",
                "periods_left": months,
                "prepay": {
                    "allowed": True,
                    "fee_ratio": fee,
                    "keeps": "amount",
                    "fees_waived": False,
                },
            }
        )
    assert kind == "private_loan", kind
    return common | {
        "principal": _yuan(random, 3000, 20_000),
        "rate": None,
        "minimum": {"fixed": _yuan(random, 300, 1000)},
        "next_due": due["next_due"],
        "overdue": None,
    }


def _yuan(random: Random, least: int, most: int) -> str:
    return format_yuan(random.randint(least, most) * 100)
