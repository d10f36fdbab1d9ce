"""Bills of Alipay and WeChat: the five layouts, and what becomes of files on their way."""

import io
from decimal import Decimal

import openpyxl
import pytest
import pyzipper

from planner.imports.reading import read
from tests.imports.expected import BILLS

ALIPAY = ["alipay_v1_2022_gb18030.csv", "alipay_v2_2026_gb18030.csv"]
WECHAT = ["wechat_2025_utf8bom.csv", "wechat_2026.xlsx"]


def found_in(name):
    return read((BILLS / name).read_bytes())


def text_of(name):
    return (BILLS / name).read_bytes().decode("gb18030")


@pytest.mark.parametrize("name", ALIPAY)
def test_each_row_of_an_alipay_bill_is_of_its_class(name):
    found = found_in(name)

    assert (found["source"], found["rows"], found["totals_agree"]) == ("alipay", 14, True)
    assert {kind: (one["count"], one["amount"]) for kind, one in found["classes"].items()} == {
        "income": (1, "300.00"),
        "spend": (1, "15.80"),
        "spend_on_credit": (2, "69.50"),
        "repayment_ok": (3, "1589.13"),
        "repayment_failed": (1, "812.35"),
        "loan_out": (1, "2000.00"),
        "card_repayment": (1, "500.00"),
        "refund": (1, "129.00"),
        "internal": (2, "200.11"),
        "ignore": (1, "129.00"),
    }
    assert found["declared"] == {
        "count": 14,
        "income": {"count": 1, "amount": "300.00"},
        "expense": {"count": 4, "amount": "214.30"},
        "neutral": {"count": 9, "amount": "5230.59"},
    }


@pytest.mark.parametrize("name", WECHAT)
def test_each_row_of_a_wechat_bill_is_of_its_class(name):
    found = found_in(name)

    assert (found["source"], found["rows"], found["totals_agree"]) == ("wechat", 9, True)
    assert {kind: (one["count"], one["amount"]) for kind, one in found["classes"].items()} == {
        "income": (1, "3200.00"),
        "spend": (3, "1544.50"),
        "spend_on_credit": (1, "52.40"),
        "repayment_ok": (1, "337.00"),
        "card_repayment": (1, "600.00"),
        "refund": (1, "18.00"),
        "internal": (1, "100.10"),
    }
    assert found["incomes"][0]["name"] == "示例用工平台"
    assert (found["incomes"][0]["amount"], found["incomes"][0]["day"]) == ("3200.00", 10)


def test_the_oldest_layout_states_its_totals_by_what_became_of_the_money():
    found = found_in("alipay_v0_web_2019_gb18030.csv")

    assert (found["rows"], found["totals_agree"]) == (3, True)
    assert found["declared"]["income"] == {"count": 1, "amount": "20.00"}
    assert [debt["lender"] for debt in found["debts"]] == ["花呗"]


def test_a_failed_deduction_is_no_repayment():
    found = found_in(ALIPAY[1])

    paid = [one["amount"] for one in found["repayments"] if one["is_paid"]]
    failed = [one for one in found["repayments"] if not one["is_paid"]]
    assert paid == ["350.00", "812.35", "426.78", "500.00"]
    assert [(one["amount"], one["at"]) for one in failed] == [("812.35", "07:00:03")]


def test_one_row_of_two_creditors_names_both():
    found = found_in(ALIPAY[1])

    both = next(debt for debt in found["debts"] if debt["may_be"])
    assert both["may_be"] == ["花呗", "信用购"]
    assert both["product"] is None


def test_a_time_of_a_workbook_is_rounded_to_the_second():
    repayments = found_in("wechat_2026.xlsx")["repayments"]

    assert (repayments[0]["on"], repayments[0]["at"]) == ("2026-10-28", "18:06:07")


def test_a_refund_is_taken_off_once():
    expenses = {one["kind"]: one for one in found_in("wechat_2026.xlsx")["expenses"]}

    assert expenses["food"]["monthly"] == "66.90"  # 26.50 and 52.40 less 12.00
    assert expenses["housing"]["monthly"] == "1500.00"


def test_money_lent_and_paid_on_within_days_is_a_loop():
    found = found_in(ALIPAY[1])
    lent = "2026-10-20 01:00:00,信用借还,借呗,/,借呗放款至银行卡,不计收支,900.00,,放款成功,77,,,"

    looped = read((text_of(ALIPAY[1]).rstrip() + f"\n{lent}\n").encode("gb18030"))

    assert found["loops"] == []
    assert [(one["lender"], one["amount"], one["repaid_to"]) for one in looped["loops"]] == [
        ("借呗", "900.00", ["花呗|信用购"])
    ]


def zipped(name, password=None, member=None):
    held = io.BytesIO()
    with pyzipper.AESZipFile(
        held, "w", compression=pyzipper.ZIP_DEFLATED, encryption=password and pyzipper.WZ_AES
    ) as archive:
        if password:
            archive.setpassword(password.encode())
        archive.writestr(member or name, (BILLS / name).read_bytes())
    return held.getvalue()


@pytest.mark.parametrize("name", [ALIPAY[1], "wechat_2026.xlsx"])
def test_a_bill_is_read_in_the_archive_in_which_it_comes(name):
    content = zipped(name, "654321")

    wanted, wrong = read(content), read(content, password="1")
    found = read(content, password="654321")

    assert (wanted["outcome"], wanted["why"]) == ("ask_password", "zip_password")
    assert (wrong["outcome"], wrong["why"]) == ("ask_password", "wrong_password")
    assert found == found_in(name)
    assert read(zipped(name)) == found_in(name)


@pytest.mark.parametrize("name", ALIPAY)
def test_columns_are_found_by_name_in_any_order(name):
    lines = text_of(name).replace("\t", "").splitlines()
    at = next(number for number, line in enumerate(lines) if line.count(",") > 8)
    end = next((n for n, line in enumerate(lines) if n > at and line.count(",") < 9), len(lines))
    turned = [
        ",".join(["x", *reversed(line.split(","))]) if at <= number < end else line
        for number, line in enumerate(lines)
    ]

    found = read("\n".join(turned).encode("gb18030"))

    assert found["classes"] == found_in(name)["classes"]


@pytest.mark.parametrize("blank", [0, 1, 7])
@pytest.mark.parametrize("codec", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
def test_the_header_may_stand_on_any_line_and_the_text_in_any_code(blank, codec):
    text = "支付宝交易\n" * blank + text_of(ALIPAY[1]).replace("（中国）网络技术", "支付科技")

    assert read(text.encode(codec))["classes"] == found_in(ALIPAY[1])["classes"]


def test_rows_that_come_twice_count_once():
    text = text_of(ALIPAY[1])
    rows = text[text.index("2026-10-28 10:05:11") :].rstrip()

    found = read((text.rstrip() + "\n" + rows + "\n").encode("gb18030"))

    assert (found["rows"], found["duplicates"]) == (14, 14)


def test_an_unknown_kind_never_stops_a_file():
    text = text_of(ALIPAY[1]).replace(
        "账户存取      ,示例银行      ,/         ,提现-实时提现", "新种类,甲,/,新事"
    )

    found = read(text.encode("gb18030"))

    assert found["unknown"] == [{"kind": "新种类", "count": 1}]
    assert found["rows"] == 14


def test_totals_that_do_not_agree_are_a_warning():
    found = read(text_of(ALIPAY[1]).replace("23.50", "23.60").encode("gb18030"))

    assert (found["outcome"], found["totals_agree"]) == ("read", False)


@pytest.mark.parametrize(
    ("old", "new"),
    [("10:05:11", "10:05"), ("20261028000000000000000000000001", "2.0261E+31")],
)
def test_a_file_that_a_spreadsheet_saved_again_is_refused(old, new):
    found = read(text_of(ALIPAY[1]).replace(old, new).encode("gb18030"))

    assert (found["outcome"], found["why"]) == ("refuse", "resaved")


def test_an_amount_may_have_separators_and_signs():
    text = text_of(ALIPAY[1]).replace("350.00    ", '"￥1,350.00"')

    paid = read(text.encode("gb18030"))["repayments"][0]

    assert paid["amount"] == "1350.00"


def test_formulas_and_markup_in_names_are_text():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(
        ["交易时间", "交易类型", "交易对方", "商品", "收/支", "金额(元)", "支付方式", "当前状态",
         "交易单号", "商户单号", "备注"]
    )  # fmt: skip
    sheet.append(
        ["2026-10-10 08:30:00", "商家转账", "=HYPERLINK(\"http://x\")", "工资<script>", "收入",
         3200, "零钱", "已存入零钱", "1", "1", "/"]
    )  # fmt: skip
    held = io.BytesIO()
    book.save(held)

    found = read(held.getvalue())

    assert found["rows"] == 1
    assert "<script>" not in str(found)


def test_other_files_are_refused_with_what_to_do():
    assert (
        read("日期,账户,分类,金额\n2026-10-01,现金,餐饮,12\n".encode(), kind="bill")["why"]
        == "not_a_bill"
    )
    header = text_of(ALIPAY[1])
    empty = header[: header.index("2026-10-28 10:05:11")]
    assert read(empty.encode("gb18030"))["rows"] == 0


def test_a_bill_keeps_nobody_but_who_lends_and_who_pays():
    for name in (*ALIPAY, *WECHAT):
        document = str(found_in(name))
        for words in ("示例用户", "demo@", "李某", "138**", "示例面馆", "示例数码店", "SHOP0001"):
            assert words not in document


def test_sums_are_exact():
    found = found_in(ALIPAY[1])

    paid = sum(Decimal(one["amount"]) for one in found["repayments"] if one["is_paid"])
    assert paid == Decimal("350.00") + Decimal("812.35") + Decimal("426.78") + Decimal("500.00")
