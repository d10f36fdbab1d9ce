"""The household a visitor may try: an office worker with 花呗, 借呗 and a credit card."""

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from planner.domain.answers.scenarios import next_arrivals
from planner.domain.household.household import FORMAT, VERSION, household_document, parse_household
from planner.domain.rulebook.products import load_products
from planner.domain.values.days import month_day_on_or_before, next_month_day
from planner.domain.values.money import format_yuan, parse_yuan


def sample_document(today: date) -> dict[str, Any]:
    """Made-up figures around today, in the reader's language; the terms are the products'."""
    yesterday = date.fromordinal(today.toordinal() - 1)
    products = load_products()
    document: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "as_of": today.isoformat(),
        "currency": "CNY",
        "buffer": "300.00",
        "strategy": "optimal",
        "order": [],
        "triage_order": [],
        "accounts": [
            {"id": "alipay", "name": _("Alipay balance"), "kind": "alipay_balance",
             "balance": "460.00"},
            {"id": "bank", "name": _("Bank card"), "kind": "debit_card", "balance": "3900.00"},
        ],
        "incomes": [
            {"id": "salary", "name": _("Salary"), "amount": "8500.00", "account": "bank",
             "on": {"monthly": 10}, "adjust": "previous_workday"},
        ],
        "expenses": [
            {"id": "rent", "name": _("Rent"), "amount": "2600.00", "account": "bank",
             "on": {"monthly": 5}},
            {"id": "living", "name": _("Food and transport"), "amount": "420.00",
             "account": "bank", "on": {"weekly": "mon"}},
        ],
        "debts": [
            products["huabei"].starting_document()
            | {"id": "huabei", "name": _("Huabei"), "statement_day": 1, "due_day": 9,
                 "billed": "2386.40", "unbilled": "518.00", "autopay": ["alipay", "bank"]},
            products["jiebei"].starting_document()
            | {"id": "jiebei", "name": _("Jiebei"), "principal": "9600.00", "method": "level",
                 "rate": {"rate": "0.0004", "per": "day"}, "periods_left": 10,
                 "next_due": next_month_day(yesterday, 20).isoformat(), "due_day": 20,
                 "accrued_from": month_day_on_or_before(yesterday, 20).isoformat(),
                 "autopay": ["alipay", "bank"]},
            products["credit_card"].starting_document()
            | {"id": "card", "name": _("Credit card"), "statement_day": 5, "due_day": 23,
                 "billed": "6240.75", "unbilled": "905.30", "autopay": ["bank"]},
        ],
    }  # fmt: skip
    household = parse_household(document)
    (pay_day,) = next_arrivals(household)
    if pay_day.arrives_on.month != today.month:
        bank = document["accounts"][1]
        bank["balance"] = format_yuan(parse_yuan(bank["balance"]) + _kept_for_the_month(today))
        household = parse_household(document)
    return household_document(household)


def _kept_for_the_month(today: date) -> int:
    """Fen that lie there after pay day for what is still to come until the month ends: else the
    second half of each month would be a catastrophe, and nobody's."""
    next_month = (today.replace(day=1) + timedelta(days=31)).replace(day=1)
    days = [date.fromordinal(one) for one in range(today.toordinal(), next_month.toordinal())]
    dues = {9: 240_00, 20: 1_030_00, 23: 630_00}
    return sum(dues.get(day.day, 0) + (420_00 if day.weekday() == 0 else 0) for day in days)
