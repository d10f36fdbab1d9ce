"""The plan as a workbook: a sheet each for dues, payments, cash, consequences and history.

Days are dates and amounts numbers, exact to the fen. What people wrote is text, whatever it
starts with.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import pgettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from planner.domain.household.entries import (
    Arranged,
    ArrangementEnded,
    Corrected,
    Counted,
    Entry,
    LeftUnpaid,
    Moved,
    Paid,
    Transferred,
)
from planner.domain.household.household import Expense, Income
from planner.domain.plan.plan import Plan
from planner.domain.rulebook.rule_files import load_sources
from planner.words.language import one_line, speaking, spoken
from planner.words.names import account_names_of, certainty_word, name_of_rung, names_of

Cell = str | date | int | None  # words, a day, an amount in fen, nothing
DAY_FORMAT = "yyyy-mm-dd"
AMOUNT_FORMAT = "#,##0.00"
WIDTHS = {"day": 12, "amount": 14, "words": 24, "line": 90}


def plan_xlsx(plan: Plan, history: Sequence[Entry] = (), *, language: str, line: str = "") -> bytes:
    """The plan, and what happened before it. `line`, on a first sheet: which plan it is."""
    book = Workbook(write_only=True)
    # The same plan gives the same file, whenever it is taken.
    book.properties.creator = "Anhuan"
    book.properties.created = book.properties.modified = datetime(
        plan.household.as_of.year, plan.household.as_of.month, plan.household.as_of.day
    )
    with speaking(language):
        if line:
            _sheet(book, pgettext("sheet", "Which plan"), [("line", line)], [])
        _dues(book, plan)
        _payments(book, plan)
        _cash(book, plan)
        _consequences(book, plan)
        _history(book, plan, history)
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


def _sheet(
    book: Workbook, title: str, heads: Sequence[tuple[str, str]], rows: Iterable[Sequence[Cell]]
) -> None:
    """`heads` are (what the column holds, its title)."""
    sheet: WriteOnlyWorksheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number, (holds, _title) in enumerate(heads, 1):
        dimensions: Any = sheet.column_dimensions  # type: ignore[attr-defined]  # not in the stubs
        dimensions[get_column_letter(number)].width = WIDTHS[holds]
    header = []
    for _holds, head in heads:
        cell = _words(sheet, head)
        cell.font = Font(bold=True)
        header.append(cell)
    sheet.append(header)
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])


def _cell(sheet: WriteOnlyWorksheet, value: Cell) -> Any:
    if value is None:
        return None
    if isinstance(value, str):
        return _words(sheet, value)
    if isinstance(value, date):
        # The stubs know neither dates without a time nor decimals, which openpyxl writes.
        cell = WriteOnlyCell(sheet, value=value)  # type: ignore[arg-type]  # see above
        cell.number_format = DAY_FORMAT
        return cell
    cell = WriteOnlyCell(sheet, value=Decimal(value).scaleb(-2))  # type: ignore[arg-type]  # see above
    cell.number_format = AMOUNT_FORMAT
    return cell


def _words(sheet: WriteOnlyWorksheet, text: str) -> Any:
    """A cell that is text and stays text: never a formula, also not after it is edited."""
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", text))
    cell.data_type = "s"
    cell.quotePrefix = True
    return cell


def _dues(book: Workbook, plan: Plan) -> None:
    names = names_of(plan)
    heads = [
        ("day", pgettext("column", "Due")),
        ("words", pgettext("column", "Debt")),
        ("amount", pgettext("column", "Statement or instalment")),
        ("amount", pgettext("column", "Required")),
        ("day", pgettext("column", "Last safe day")),
        ("amount", pgettext("column", "Paid in time")),
        ("amount", pgettext("column", "Short")),
    ]
    rows = (
        (
            due.due_on,
            names[due.debt],
            due.amount_fen,
            due.required_fen,
            due.last_safe_on,
            due.paid_by_last_safe_fen,
            due.short_fen,
        )
        for due in plan.dues
    )
    _sheet(book, pgettext("sheet", "Dues"), heads, rows)


def _payments(book: Workbook, plan: Plan) -> None:
    names, accounts = names_of(plan), account_names_of(plan)
    heads = [
        ("day", pgettext("column", "Pay on")),
        ("words", pgettext("column", "Debt")),
        ("amount", pgettext("column", "Payment")),
        ("amount", pgettext("column", "of it principal")),
        ("amount", pgettext("column", "of it interest")),
        ("amount", pgettext("column", "of it fees")),
        ("amount", pgettext("column", "of it penalty")),
        ("words", pgettext("column", "From account")),
    ]
    rows = (
        (
            one.on,
            names[one.debt],
            one.amount_fen,
            one.principal_fen,
            one.interest_fen,
            one.fee_fen,
            one.penalty_fen,
            accounts[one.account],
        )
        for one in plan.payments
    )
    _sheet(book, pgettext("sheet", "Payments"), heads, rows)


def _cash(book: Workbook, plan: Plan) -> None:
    heads = [
        ("day", pgettext("column", "Date")),
        ("amount", pgettext("column", "Money in the morning")),
        ("amount", pgettext("column", "Income")),
        ("amount", pgettext("column", "Living costs")),
        ("amount", pgettext("column", "Repaid")),
        ("amount", pgettext("column", "Money in the evening")),
        *(("amount", name) for name in account_names_of(plan).values()),
    ]
    rows: Iterable[Sequence[Cell]] = (
        (
            one.on,
            one.opening_fen,
            one.income_fen,
            one.expenses_fen,
            one.payments_fen,
            one.closing_fen,
            *one.accounts,
        )
        for one in plan.cash
    )
    _sheet(book, pgettext("sheet", "Cash"), heads, rows)


def _consequences(book: Workbook, plan: Plan) -> None:
    names = names_of(plan)
    states = {
        "avoided": pgettext("state", "avoided"),
        "will_start": pgettext("state", "will start"),
        "started": pgettext("state", "has begun"),
        "undated": pgettext("state", "no fixed date"),
    }
    heads = [
        ("words", pgettext("column", "Debt")),
        ("day", pgettext("column", "Due")),
        ("day", pgettext("column", "Starts on")),
        ("words", pgettext("column", "State")),
        ("words", pgettext("column", "What")),
        ("words", pgettext("column", "How sure")),
        ("words", pgettext("column", "Source")),
    ]
    rows = (
        (
            names[one.debt],
            one.due_on,
            one.starts_on,
            states[one.state],
            name_of_rung(one.rung),
            certainty_word(one.rung.certainty),
            _source_name(one.rung.source),
        )
        for one in plan.consequences
    )
    _sheet(book, pgettext("sheet", "Consequences"), heads, rows)


def _source_name(source: str | None) -> str:
    """What a source is called; a person's own rungs may name any."""
    found = load_sources().get(source or "")
    return one_line(source or "") if found is None else spoken(found.name)


def _history(book: Workbook, plan: Plan, history: Sequence[Entry]) -> None:
    flows: list[Income | Expense] = [*plan.household.incomes, *plan.household.expenses]
    names = {one.id: one_line(one.name) for one in flows}
    debts, accounts = names_of(plan), account_names_of(plan)
    heads = [
        ("day", pgettext("column", "Date")),
        ("words", pgettext("column", "Kind")),
        ("words", pgettext("column", "What")),
        ("amount", pgettext("column", "Amount")),
        ("day", pgettext("column", "Planned for")),
        ("words", pgettext("column", "Account")),
    ]
    rows = (_event(entry, debts, accounts, names) for entry in history)
    _sheet(book, pgettext("sheet", "History"), heads, rows)


def _event(
    entry: Entry,
    debts: Mapping[str, str],
    accounts: Mapping[str, str],
    flows: Mapping[str, str],
) -> Sequence[Cell]:
    match entry:
        case Paid():
            kind = pgettext("row of a table", "Payment")
            account = accounts.get(entry.account or "", "")
            name = debts.get(entry.debt, entry.debt)
            return entry.on, kind, name, entry.amount_fen, entry.planned_on, account
        case Moved():
            kind = (
                pgettext("row of a table", "Income")
                if entry.kind == "income"
                else pgettext("row of a table", "Living costs")
            )
            account = accounts.get(entry.account, "")
            name = flows.get(entry.flow, entry.flow)
            return entry.on, kind, name, entry.amount_fen, entry.planned_on, account
        case LeftUnpaid():
            kind = pgettext("row of a table", "Not paid")
            return entry.on, kind, debts.get(entry.debt, entry.debt), None, entry.due_on, ""
        case Transferred():
            kind = pgettext("row of a table", "Moved between accounts")
            source, target = accounts.get(entry.source, ""), accounts.get(entry.target, "")
            return entry.on, kind, source, entry.amount_fen, None, target
        case Counted():
            kind = pgettext("row of a table", "Money counted")
            account = accounts.get(entry.account, entry.account)
            return entry.on, kind, "", entry.balance_fen, None, account
        case Corrected():
            kind = pgettext("row of a table", "Lender's figures taken over")
        case Arranged():
            kind = pgettext("row of a table", "Arrangement agreed")
        case ArrangementEnded():
            kind = pgettext("row of a table", "Arrangement ended")
    return entry.on, kind, debts.get(entry.debt, entry.debt), None, None, ""
