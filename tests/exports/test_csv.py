import csv
import io

import pytest

from planner.domain.household.household import parse_household
from planner.domain.make_plan import make_plan
from planner.exports.csv import plan_csv, safe_text
from tests.exports.generated import household
from tests.households import account, debt, document


def planned(**changes):
    return make_plan(parse_household(document(**({"strategy": "minimum"} | changes))))


def rows_of(raw):
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def test_the_table_holds_every_due_and_payment_by_date():
    plan = planned()

    header, *rows = rows_of(plan_csv(plan, language="en"))
    assert header[:5] == ["Date", "Kind", "Debt", "Statement or instalment", "Required"]
    assert rows[0][:8] == [
        "2026-12-15", "Due", "小李", "3014.79", "500.00", "2026-12-15", "500.00", "0.00",
    ]  # fmt: skip
    assert rows[1][:3] == ["2026-12-15", "Payment", "小李"]
    assert rows[1][8:] == ["500.00", "485.21", "14.79", "0.00", "0.00", "储蓄卡"]
    assert len(rows) == len(plan.dues) + len(plan.payments)
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)


def test_the_headers_are_in_the_language_asked_for():
    header = rows_of(plan_csv(planned(), language="zh"))[0]

    assert header[:3] == ["日期", "类别", "欠款"]


def test_the_file_starts_with_one_byte_order_mark_and_ends_lines_for_windows():
    raw = plan_csv(planned(), language="zh")

    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\xef\xbb\xbf") == 1
    assert raw.endswith(b"\r\n")
    assert raw.count(b"\n") == raw.count(b"\r\n")


@pytest.mark.parametrize(
    "name",
    [
        "=1+1",
        "+1",
        "-1+2",
        "@SUM(1)",
        "\t=1+1",
        " =1+1",
        "\n=1+1",
        "＝1+1",
        "－1",
        "\u200b=1+1",
        '=HYPERLINK("https://example.com";"x")',
        "=1\n+2",
    ],
)
def test_a_name_is_never_a_formula(name):
    plan = planned(accounts=[account(name=name)], debts=[debt(name=name)])

    _header, *rows = rows_of(plan_csv(plan, language="en"))
    assert all(row[2].startswith("'") for row in rows)
    assert rows[1][-1].startswith("'")


@pytest.mark.parametrize("text", ["=", "+", "-", "@", "\t", "\r", "\r\n=1", "-12.00", "  =1"])
def test_text_that_starts_like_a_formula_is_escaped(text):
    assert safe_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["花呗", "a=b", "1-2", "", "'x"])
def test_other_text_stays_as_it_is(text):
    assert safe_text(text) == text


@pytest.mark.property
def test_every_figure_of_generated_households_is_a_plain_number():
    for number in range(100):
        for row in rows_of(plan_csv(make_plan(household(number)), language="zh"))[1:]:
            figures = [*row[3:5], *row[6:13]]
            assert all(cell == "" or float(cell) is not None for cell in figures)
            assert len(row) == 14
