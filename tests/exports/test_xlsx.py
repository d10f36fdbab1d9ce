import io
from datetime import date, datetime
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from planner.domain.household.household import parse_household, read_household
from planner.domain.make_plan import make_plan
from planner.domain.rulebook.rule_files import load_sources
from planner.exports.xlsx import plan_xlsx
from tests.households import account, debt, document
from tests.paths import EXAMPLES

PAID = {
    "kind": "payment",
    "on": "2026-12-10",
    "debt": "friend",
    "amount": "812.35",
    "account": "card",
}


def book_of(language="en", **changes):
    household = parse_household(document(**({"strategy": "minimum"} | changes)))
    raw = plan_xlsx(make_plan(household), household.history, language=language)
    return load_workbook(io.BytesIO(raw)), make_plan(household)


def test_days_are_dates_and_amounts_are_numbers_to_the_fen():
    book, plan = book_of()

    rows = list(book["Dues"].iter_rows(min_row=2, values_only=True))
    assert rows[0][:4] == (datetime(2026, 12, 15), "小李", 3014.79, 500)
    assert len(rows) == len(plan.dues)
    cell = book["Dues"]["C2"]
    assert (cell.data_type, cell.number_format) == ("n", "#,##0.00")
    assert book["Dues"]["A2"].is_date
    paid = [row[2] for row in book["Payments"].iter_rows(min_row=2, values_only=True)]
    assert sum(Decimal(str(one)) for one in paid) == Decimal(plan.totals.paid).scaleb(-2)


def test_there_is_a_sheet_for_each_thing_in_the_language_asked_for():
    book, _plan = book_of("zh")

    assert book.sheetnames == ["到期", "付款", "现金", "后果", "历史"]


def test_a_source_is_told_by_its_name_and_not_by_its_code():
    path = EXAMPLES / "huabei_jiebei_card.json"
    raw = plan_xlsx(make_plan(read_household(path.read_bytes()), "minimum"), language="zh")

    sheet = load_workbook(io.BytesIO(raw))["后果"]
    told = {row[-1] for row in sheet.iter_rows(min_row=2, values_only=True)} - {None}
    assert told
    assert told <= {dict(one.name)["zh"] for one in load_sources().values()}


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1+2", "@SUM(1)", "=HYPERLINK(1)", "＝1+1"])
def test_no_name_becomes_a_formula(name):
    book, _plan = book_of(
        debts=[debt(name=name)], accounts=[account(name=name)],
        planned_from="2026-12-12", history=[PAID],
    )  # fmt: skip

    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert {cell.data_type for cell in cells} == {"s", "n", "d"}
    named = [cell for cell in cells if cell.value == name]
    assert named
    assert all(cell.quotePrefix for cell in named)


def test_what_happened_stands_on_its_own_sheet():
    book, _plan = book_of(
        planned_from="2026-12-20",
        history=[
            PAID | {"planned_on": "2026-12-15"},
            {"kind": "unpaid", "on": "2026-12-16", "debt": "friend", "due_on": "2026-12-15"},
            {"kind": "balance", "on": "2026-12-17", "account": "card", "balance": "5.00"},
        ],
    )

    rows = list(book["History"].iter_rows(min_row=2, values_only=True))
    assert rows[0] == (
        datetime(2026, 12, 10), "Payment", "小李", 812.35, datetime(2026, 12, 15), "储蓄卡",
    )  # fmt: skip
    assert [row[1] for row in rows] == ["Payment", "Not paid", "Money counted"]


def test_the_same_plan_gives_the_same_contents_whenever_it_is_taken():
    book, plan = book_of()

    assert book.properties.created.date() == plan.household.as_of == date(2026, 12, 1)
