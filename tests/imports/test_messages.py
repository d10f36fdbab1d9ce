"""Bill messages: the eighteen of the sample, and what else people paste."""

import json
from datetime import date

import pytest

from planner.imports.messages import read_messages
from tests.imports.expected import HERE

ON = date(2026, 11, 20)
EXPECTED = json.loads((HERE / "sms.expected.json").read_text())["messages"]


def one(text, received=ON):
    return read_messages(text, received)["messages"][0]


@pytest.mark.parametrize("wanted", EXPECTED, ids=lambda message: message["id"])
def test_a_message_comes_to_what_is_expected(wanted):
    messages = read_messages((HERE / "sms.txt").read_text())["messages"]

    found = next(message for message in messages if message["id"] == wanted["id"])

    told = {key: value for key, value in wanted.items() if key not in ("why", "say", "accept")}
    assert {key: found.get(key) for key in told} == told


def test_the_rate_of_an_instalment_is_computed_beside_the_printed_one():
    messages = read_messages((HERE / "sms.txt").read_text())["messages"]

    assert messages[7]["instalment"]["annual_rate_percent"] == "14.10"
    assert messages[7]["internal_rate_percent"] == "14.098"


def test_no_text_of_a_message_is_in_the_document():
    document = json.dumps(read_messages((HERE / "sms.txt").read_text()), ensure_ascii=False)

    for words in ("482913", "FQZD", "bill.example", "010-00000000", "王调解员", "SL-0001"):
        assert words not in document


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("gap", [1, 2])
def test_messages_without_numbers_are_parted_by_lines_or_empty_lines(end, gap):
    text = (end * gap).join(
        [
            "您的兴业信用卡0001本期账单人民币4213.58元，到期还款日11月26日，最低还款额421.36元[兴业银行]",
            "【微众银行】您的微粒贷本期应还800.15元，还款日11月25日",
        ]
    )

    found = read_messages(text, ON)["messages"]

    assert [message["amount"] for message in found] == ["4213.58", "800.15"]


def test_one_message_over_several_lines_stays_one():
    found = read_messages(
        "【平安银行】个人信用卡账单提醒：11月账单RMB2446.90元\n最低还款额RMB122.35元\n到期还款日11月29日",
        ON,
    )["messages"]

    assert [(message["amount"], message["minimum"]) for message in found] == [("2446.90", "122.35")]


@pytest.mark.parametrize(
    ("received", "due"),
    [(date(2026, 12, 20), "2027-01-06"), (date(2027, 1, 2), "2027-01-06"), (None, None)],
)
def test_the_year_is_the_one_nearest_to_the_receipt(received, due):
    text = "【平安银行】12月账单RMB100.00元，到期还款日01月06日"

    assert one(text, received)["due_date"] == due


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("【招商银行】信用卡账单100.00元，还款日26日", "2026-11-26"),
        ("【招商银行】信用卡账单100.00元，还款日06日", "2026-12-06"),
        ("【招商银行】信用卡账单100.00元，还款日次月06日", "2026-12-06"),
        ("【招商银行】信用卡账单100.00元，还款日2026-11-28", "2026-11-28"),
        ("【招商银行】信用卡账单100.00元，还款日2026年11月28日", "2026-11-28"),
        ("【招商银行】信用卡账单100.00元，还款日02月30日", None),
    ],
)
def test_other_ways_to_say_the_day(text, due):
    assert one(text)["due_date"] == due


def test_an_equal_message_twice_offers_nothing_new():
    text = "【招商银行】您个人信用卡11月账单￥5,120.40，还款日11月24日"

    found = read_messages(f"{text}\n\n{text}", ON)["messages"]

    assert [message["import"] for message in found] == [True, False]
    assert found[1]["duplicate_of"] == "01"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("【招商银行】您的信用卡已成功还款1,000.00元，感谢您的还款。", "payment_receipt"),
        ("【招商银行】校验码 123456，用于还款，请勿告知他人", "verification_code"),
        ("【示例公司】您的欠款5000元，请添加微信号处理还款", "phishing"),
        ("【招商銀行】您的信用卡11月账单5,000.00元，还款日11月24日", "phishing"),
        ("【示例公司】请将欠款5000元转账至专员个人账户", "phishing"),
        ("【样例科技】您的借款已严重逾期3,200元，请尽快处理", "collection"),
        ("【招商银行】恭喜您获得最高50,000元额度，年化低至3%，退订回T", "advert"),
        ("【快递】您的包裹已到，取件码 1-2-3456", "not_understood"),
        ("【招商银行】您的信用卡美元账单USD120.00，还款日11月24日", "not_understood"),
    ],
)
def test_what_is_no_bill_is_never_imported(text, kind):
    message = one(text)

    assert (message["class"], message["import"]) == (kind, False)


def test_a_bill_that_is_paid_already_if_so_is_still_a_bill():
    text = "【招商银行】您个人信用卡11月账单￥5,120.40，还款日11月24日，如已还款请忽略"

    assert one(text)["class"] == "card_bill"


def test_a_minimum_that_is_not_printed_stays_empty():
    assert one("【招商银行】您个人信用卡11月账单￥5,120.40，还款日11月24日")["minimum"] is None
