"""Generated households for the benchmarks: fixed, plausible, with enough money to the end."""

from dataclasses import replace
from datetime import date
from typing import Any

from planner.domain.household.household import Household, parse_household
from planner.domain.rulebook.products import load_products
from planner.domain.values.days import Weekly, add_months
from planner.domain.values.money import format_yuan

LADDER = [
    {"id": "penalty", "after_days": 1, "counts_from": "grace_end", "severity": 1},
    {"id": "record", "after_days": 1, "counts_from": "grace_end", "severity": 2},
    *(
        {"id": f"day_{day}", "after_days": day, "counts_from": "due", "severity": severity}
        for day, severity in ((31, 3), (61, 4), (91, 5))
    ),
]


def paying_household(debts: int, months: int) -> Household:
    """A card, a daily-interest loan and an open balance in turn; each ends in `months`.

    Incomes cover what is required with some over, so that every strategy may prepay.
    """
    written = [_debt(number, months) for number in range(debts)]
    required = sum(fen for _, fen in written)
    return parse_household(
        {
            "format": "repayment-household",
            "version": 1,
            "as_of": "2026-12-01",
            "currency": "CNY",
            "buffer": "300.00",
            "accounts": [
                {"id": "card", "name": "card", "kind": "debit_card", "balance": "3000.00"},
                {"id": "cash", "name": "cash", "kind": "cash", "balance": "500.00"},
            ],
            "incomes": [
                {
                    "id": "salary",
                    "name": "salary",
                    "amount": format_yuan(required * 13 // 10 + 260_000),
                    "account": "card",
                    "on": {"monthly": 10},
                    "adjust": "previous_workday",
                }
            ],
            "expenses": [
                {
                    "id": "rent",
                    "name": "rent",
                    "amount": "2600.00",
                    "account": "card",
                    "on": {"monthly": 5},
                }
            ],
            "debts": [document for document, _ in written],
        }
    )


def short_household(debts: int, months: int) -> Household:
    """The same with a third of the income in the first half year; lenders may deduct from it."""
    paying = paying_household(debts, months)
    salary = paying.incomes[0]
    later = add_months(paying.as_of, 6)
    third = replace(
        salary,
        id="third",
        amount_fen=salary.amount_fen // 3,
        until=date.fromordinal(later.toordinal() - 1),
    )
    authorised = tuple(replace(debt, autopay=("card", "cash")) for debt in paying.debts)
    return replace(paying, incomes=(third, replace(salary, first=later)), debts=authorised)


def weekly_household(debts: int, months: int) -> Household:
    """The short household with each income split into three that come each week."""
    short = short_household(debts, months)
    weekly = tuple(
        replace(
            income,
            id=f"{income.id}-{weekday}",
            amount_fen=income.amount_fen * 12 // 52 // 3,
            on=Weekly(weekday),
            adjust="none",
        )
        for income in short.incomes
        for weekday in (0, 2, 4)
    )
    return replace(short, incomes=weekly)


def household_of_all_products(months: int) -> Household:
    """A debt with the whole ladder of each of the eighteen products."""
    products = [product for product in load_products().values() if not product.is_another]
    household = paying_household(len(products), months)
    debts = tuple(
        replace(debt, product=product.id, ladder=None, reports_to=("pboc", "zhima"))
        for debt, product in zip(household.debts, products, strict=True)
    )
    return replace(household, debts=debts)


def _debt(number: int, months: int) -> tuple[dict[str, Any], int]:
    """One debt's document, and about what it requires a month in fen."""
    day = 12 + number % 15
    common: dict[str, Any] = {"id": f"debt{number}", "name": f"debt{number}", "ladder": LADDER}
    if number % 3 == 0:  # a card whose minimum clears it in about `months`
        return {
            **common,
            "contract": "revolving",
            "statement_day": 1 + number % 10,
            "due_after": 18,
            "billed": "6000.00",
            "unbilled": "400.00",
            "minimum": {"ratio": "0.10", "floor": format_yuan(700_000 // months)},
            "rate": {"rate": "0.0005", "per": "day"},
            "interest_from": "posting",
            "late_fee": {"ratio": "0.05", "floor": "10.00"},
        }, 70_000
    if number % 3 == 1:
        return {
            **common,
            "contract": "instalment",
            "method": "level" if number % 2 else "equal_principal",
            "principal": "24000.00",
            "rate": {"rate": "0.00045", "per": "day"},
            "periods_left": months,
            "next_due": f"2026-12-{day}",
            "overdue": {"multiplier": "1.5"},
        }, 2_400_000 // months * 5 // 4
    return {
        **common,
        "contract": "open",
        "principal": "9000.00",
        "rate": {"rate": "0.12", "per": "year"},
        "minimum": {"fixed": format_yuan(1_050_000 // months)},
        "next_due": f"2026-12-{day}",
        "overdue": None,
    }, 1_050_000 // months
