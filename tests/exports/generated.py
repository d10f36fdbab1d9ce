"""Households by number: the same number gives the same household on every machine."""

import random
from datetime import date, timedelta
from typing import Any

from planner.domain.household.household import Household, parse_household
from planner.domain.values.days import clip

NAMES = (
    "花呗",
    "Visa, Gold; card",
    "back\\slash \\n no newline",
    "two\nlines\tand a tab",
    "“引号”与‘单引号’，逗号；分号：冒号",
    "名" * 200,
    "x" * 200,
    "👨‍👩‍👧 家 🏠",
    "é" * 60,
    "=SUM(A1:A9)",
    "-1+2",
    "@me",
    "BEGIN:VEVENT",
    "line\u2028separator\u2029and\u0085none".replace("\u0085", ""),
    "\u202eright to left\u202c",
    "a\u0301\u0302\u0303 zalgo",
    "𠮷野家",
    " ",
    '"quoted"',
    "100%",
    "{debt}",
)
CERTAINTIES = ("contract", "regulation", "practice", "reported", None)


def household(number: int) -> Household:
    return parse_household(household_document(number))


def household_document(number: int) -> dict[str, Any]:
    chance = random.Random(number)
    # Documents end with 2099, and so do their plans: late years keep those short that never end.
    year = 2026 if number % 50 == 0 else 2097
    as_of = date(year, 1, 1) + timedelta(days=chance.randrange(700))
    accounts = [
        {"id": f"a{i}", "name": chance.choice(NAMES), "balance": _yuan(chance, 0, 3_000)}
        for i in range(chance.randint(1, 3))
    ]
    flows = ("accounts", accounts, as_of)
    return {
        "format": "repayment-household",
        "version": 1,
        "as_of": as_of.isoformat(),
        "currency": "CNY",
        "buffer": _yuan(chance, 0, 500),
        "strategy": chance.choice(("minimum", "avalanche", "snowball", "custom")),
        "accounts": accounts,
        "incomes": [
            _flow(chance, i, flows, 3_000, 9_000)
            | {
                "adjust": chance.choice(("none", "previous_workday", "next_workday")),
                "certain": chance.random() < 0.8,
            }
            for i in range(chance.randint(0, 2))
        ],
        "expenses": [_flow(chance, i, flows, 100, 1_500) for i in range(chance.randint(0, 2))],
        "debts": [_debt(chance, i, accounts, as_of) for i in range(chance.randint(0, 4))],
    }


def _yuan(chance: random.Random, low: int, high: int) -> str:
    return f"{chance.randint(low, high)}.{chance.randrange(100):02d}"


def _flow(chance: random.Random, number: int, about: Any, low: int, high: int) -> dict[str, Any]:
    _kind, accounts, as_of = about
    on = chance.choice(
        (
            {"monthly": chance.randint(1, 31)},
            {"monthly": chance.randint(1, 31)},
            {"weekly": chance.choice(("mon", "fri", "sun"))},
            {"every_days": chance.randint(7, 40)},
            {"once": (as_of + timedelta(days=chance.randrange(60))).isoformat()},
        )
    )
    return {
        "id": f"f{number}",
        "name": chance.choice(NAMES),
        "amount": _yuan(chance, low, high),
        "account": chance.choice(accounts)["id"],
        "on": on,
        "from": (as_of + timedelta(days=chance.randint(-90, 30))).isoformat(),
    }


def _debt(chance: random.Random, number: int, accounts: Any, as_of: date) -> dict[str, Any]:
    ids = [account["id"] for account in accounts]
    shared = {
        "id": f"d{number}",
        "name": chance.choice(NAMES),
        "product": None,
        "grace_days": chance.choice((0, 0, 3, 10)),
        "tolerance": chance.choice(("0.00", "10.00")),
        "autopay": chance.sample(ids, chance.randint(0, len(ids))),
        "ladder": _ladder(chance),
    }
    is_behind = chance.random() < 0.25
    missed_on = (as_of - timedelta(days=chance.randint(1, 70))).isoformat()
    match chance.randrange(4):
        case 0:
            statement_day, due_day = chance.sample(range(1, 32), 2)
            due = {"due_day": due_day} if chance.random() < 0.5 else {"due_after": due_day}
            return shared | {
                "contract": "revolving",
                "statement_day": statement_day,
                **due,
                "billed": _yuan(chance, 500, 9_000),
                "unbilled": _yuan(chance, 0, 3_000),
                "minimum": {"ratio": "0.10", "floor": "200.00"},
                "rate": {"rate": "0.0005", "per": "day"},
                "interest_from": chance.choice(("due", "statement", "posting")),
                "late_fee": None,
                "arrears": [{"due_on": missed_on, "amount": "120.00"}] if is_behind else [],
            }
        case 1:
            return shared | {
                "contract": "open",
                "principal": _yuan(chance, 500, 9_000),
                "rate": {"rate": "0.12", "per": "year"},
                "minimum": {"fixed": _yuan(chance, 300, 800)},
                "next_due": (as_of + timedelta(days=chance.randrange(31))).isoformat(),
                "arrears": [],
            }
        case 2:
            days = sorted(chance.sample(range(90), chance.randint(1, 6)))
            rows = [
                {"due_on": (as_of + timedelta(days=day)).isoformat(), "principal": "400.00"}
                for day in days
            ]
            return shared | {
                "contract": "instalment",
                "principal": f"{400 * len(rows)}.00",
                "rate": None,
                "method": "listed",
                "rows": rows,
                "overdue": None,
                "late_fee": None,
            }
        case _:
            month = as_of + timedelta(days=31)
            return shared | {
                "contract": "instalment",
                "principal": _yuan(chance, 2_000, 20_000),
                "rate": {"rate": "0.0004", "per": "day"},
                "method": chance.choice(("level", "equal_principal", "interest_only")),
                "periods_left": chance.randint(1, 24),
                "next_due": clip(month.year, month.month, chance.randint(1, 31)).isoformat(),
                "overdue": {"multiplier": "1.5"},
                "late_fee": None,
                "arrears": [{"due_on": missed_on, "principal": "500.00", "interest": "20.00"}]
                if is_behind
                else [],
            }


def _ladder(chance: random.Random) -> list[dict[str, Any]]:
    rungs = []
    for i, after_days in enumerate(sorted(chance.sample(range(1, 100), chance.randint(0, 4)))):
        rung = {
            "id": f"r{i}",
            "after_days": after_days,
            "counts_from": chance.choice(("due", "grace_end")),
            "severity": chance.randint(1, 5),
            "names": {"zh": chance.choice(NAMES), "en": chance.choice(NAMES)},
            "before": {"zh": "先还最早的一期，" * chance.randint(0, 9)},
        }
        if certainty := chance.choice(CERTAINTIES):
            rung["certainty"] = certainty
        rungs.append(rung)
    return rungs
