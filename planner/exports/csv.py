"""Dues and payments as one table for a spreadsheet.

UTF-8 with a byte order mark, without which Excel reads Chinese as something else.
"""

import csv
import io
from datetime import date

from django.utils.translation import pgettext

from planner.domain.plan.plan import Plan
from planner.domain.values.money import format_yuan
from planner.words.language import speaking
from planner.words.names import account_names_of, names_of

# What makes a spreadsheet take a cell for a formula, in either width.
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


def plan_csv(plan: Plan, *, language: str, line: str = "") -> bytes:
    """Every due and every payment, by date, dues first. `line`, a last column: which plan it is."""
    with speaking(language):
        rows = sorted([*_due_rows(plan), *_payment_rows(plan)], key=lambda row: row[:2])
        header = [
            pgettext("column", "Date"),
            pgettext("column", "Kind"),
            pgettext("column", "Debt"),
            pgettext("column", "Statement or instalment"),
            pgettext("column", "Required"),
            pgettext("column", "Last safe day"),
            pgettext("column", "Paid in time"),
            pgettext("column", "Short"),
            pgettext("column", "Payment"),
            pgettext("column", "of it principal"),
            pgettext("column", "of it interest"),
            pgettext("column", "of it fees"),
            pgettext("column", "of it penalty"),
            pgettext("column", "From account"),
            *([pgettext("column", "Which plan")] if line else []),
        ]
    said = [safe_text(line)] if line else []
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([*cells, *said] for _on, _rank, cells in rows)
    return text.getvalue().encode("utf-8-sig")


def safe_text(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula.

    For words only: an amount below zero is a number and stays one.
    """
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text


def _due_rows(plan: Plan) -> list[tuple[date, int, list[str]]]:
    names = names_of(plan)
    kind = pgettext("row of a table", "Due")
    return [
        (
            due.due_on,
            0,
            [
                due.due_on.isoformat(),
                kind,
                safe_text(names[due.debt]),
                format_yuan(due.amount_fen),
                format_yuan(due.required_fen),
                due.last_safe_on.isoformat(),
                format_yuan(due.paid_by_last_safe_fen),
                format_yuan(due.short_fen),
                *[""] * 6,
            ],
        )
        for due in plan.dues
    ]


def _payment_rows(plan: Plan) -> list[tuple[date, int, list[str]]]:
    names, accounts = names_of(plan), account_names_of(plan)
    kinds = {
        "plan": pgettext("row of a table", "Payment"),
        "lender": pgettext("row of a table", "Taken by the lender"),
    }
    return [
        (
            payment.on,
            1,
            [
                payment.on.isoformat(),
                kinds[payment.by],
                safe_text(names[payment.debt]),
                *[""] * 5,
                format_yuan(payment.amount_fen),
                format_yuan(payment.principal_fen),
                format_yuan(payment.interest_fen),
                format_yuan(payment.fee_fen),
                format_yuan(payment.penalty_fen),
                safe_text(accounts[payment.account]),
            ],
        )
        for payment in plan.payments
    ]
