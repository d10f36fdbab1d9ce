"""The page that says who can take money from which account."""

import re
from datetime import date
from html import unescape

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from planner.domain.rulebook.deductions import load_deductions
from planner.pages.front.sample import sample_document
from planner.services.changes import replace_household
from planner.services.documents import household_of
from tests.browser.households import kept_back, unbound, unsaid

TODAY = date(2026, 12, 3)
ADDRESS = reverse("planner:deduction-list")


def owed():
    """3,120.00 to 借呗 on the 8th; wages of 5,240.00 on the 10th, rent of 2,600.00 on the 5th."""
    row = {"due_on": "2026-12-08", "principal": "3120.00", "interest": "0.00", "fee": "0.00"}
    debt = {
        "id": "jiebei",
        "name": "借呗",
        "product": "jiebei",
        "contract": "instalment",
        "method": "listed",
        "rate": None,
        "principal": "3120.00",
        "rows": [row],
        "autopay": ["alipay", "cmb"],
    }
    accounts = [
        {"id": "alipay", "name": "余额", "kind": "alipay_balance", "balance": "0.00"},
        {"id": "cmb", "name": "<招行卡>", "kind": "debit_card", "balance": "0.00"},
        {"id": "wechat", "name": "零钱", "kind": "wechat_balance", "balance": "0.00"},
    ]
    income = {"id": "salary", "name": "工资", "amount": "5240.00", "account": "cmb"}
    rent = {"id": "rent", "name": "房租", "amount": "2600.00", "account": "cmb"}
    return sample_document(TODAY) | {
        "strategy": "minimum",
        "accounts": accounts,
        "debts": [debt],
        "incomes": [income | {"on": {"monthly": 10}}],
        "expenses": [rent | {"on": {"monthly": 5}, "from": "2026-12-06"}],
    }


@pytest.fixture
def page(client, make_member):
    """The page of a person with such a household, as markup."""
    user = make_member("owner")
    client.force_login(user)

    def read(document, language="zh-hans", *, hides=False):
        replace_household(user=user, document=document)
        household = household_of(user)
        household.is_discreet = hides
        household.save(update_fields=["is_discreet"])
        answer = client.get(ADDRESS, headers={"Accept-Language": language})
        assert answer.status_code == 200
        return answer.text

    return read


def words(markup):
    """What it says, without any space."""
    return re.sub(r"\s", "", unescape(strip_tags(markup)))


def test_it_says_what_is_taken_on_pay_day_and_what_the_rent_lacks(page):
    # The due of the 8th finds no money; on the 10th the plan pays what the rent of 5 January
    # leaves, 5,240.00 - 2,600.00, and the lender may take the rest of it from the rent.
    zh = words(page(owed()))
    en = words(page(owed(), language="en"))

    assert "12月10日工资到账后，借呗可能扣走¥480.00，房租还差¥480.00" in zh
    assert "借呗可能从<招行卡>扣走¥480.00" in zh
    assert "借呗可能从<招行卡>扣走¥3,120.00" in zh  # if nothing is paid
    assert "所有账户一共还剩¥2,120.00" in zh
    assert "12月10日：先付房租" in zh
    assert "On10December,once工资arrives,借呗maytake¥480.00,and房租wouldlack¥480.00" in en
    assert "借呗maytake¥480.00from<招行卡>" in en


def test_accounts_stand_with_their_lenders_and_their_order(page):
    text = words(page(owed()))

    assert "余额支付宝余额0.00借呗第1个扣这里" in text
    assert "<招行卡>银行卡0.00借呗第2个扣这里" in text
    assert "零钱微信零钱0.00没有出借方可以从这里扣：没有授权过。" in text


def test_a_plan_that_is_followed_in_time_leaves_nothing_to_take(page):
    rich = owed()
    rich["accounts"][1]["balance"] = "9000.00"
    text = words(page(rich))

    assert "照计划还，不会有欠着的钱被另外扣走" in text
    assert "如果一笔都没有主动还：12月8日，借呗可能扣走¥3,120.00。" in text
    assert "每一笔都在当天还上" in text
    assert "12/8周二借呗3,120.00余额" in text


def test_what_the_plan_keeps_for_a_graver_due_can_be_taken(page):
    text = words(page(kept_back(TODAY)))

    assert "12月5日，借呗可能扣走¥700.00，房租还差¥100.00" in text
    assert "计划里有还不上的部分，所以还可能被扣走" in text
    assert "这些还不知道会不会自动扣款微粒贷" in text


def test_nothing_owed_and_nobody_authorised_are_calm(page):
    assert "还没有记录欠款，也就没有人能扣钱" in words(page(owed() | {"debts": []}))
    text = words(page(unbound(TODAY)))
    assert "按你填的，没有出借方会自动扣款。" in text
    assert "没有出借方可以从这里扣" in text
    assert "可能扣走" not in text


def test_what_nobody_said_counts_as_possible_on_every_account(page):
    text = words(page(unsaid(TODAY)))

    assert "可能扣走" in text
    assert text.count("先当作可能会扣：花呗、借呗、信用卡") == len(
        sample_document(TODAY)["accounts"]
    )
    assert "支付宝→花呗→设置→自动还款和扣款顺序。" in text
    assert "没有出借方可以从这里扣" not in text


def test_one_who_is_known_and_one_who_is_not_stand_apart(page):
    document = owed()
    document["debts"].append(document["debts"][0] | {"id": "other", "name": "别的", "autopay": []})
    text = words(page(document))

    assert "余额支付宝余额0.00借呗第1个扣这里还不知道会不会从这里扣，先当作可能会扣：别的。" in text
    assert "零钱微信零钱0.00还不知道会不会从这里扣，先当作可能会扣：别的。" in text


def test_hidden_amounts_stay_hidden(page):
    text = words(page(owed(), hides=True))

    assert "借呗可能扣走¥••••，房租还差¥••••" in text
    assert not re.search(r"¥\d|3,120|480\.00", text)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_question_has_its_answer_its_day_and_its_source(page, language):
    markup = page(unbound(TODAY), language)
    text = words(markup)

    asked = load_deductions()
    for one in (*asked.questions, *asked.remedies):
        for said in (one.asks, one.words, one.when):
            spoken = dict(said).get(language[:2], "")
            assert re.sub(r"\s", "", spoken) in text
        for source in (one.source, *one.more_sources):
            assert reverse("planner:rule", args=[source]) in markup
    assert ("不清楚·" if language == "zh-hans" else "unknown·") in text
    assert "： " not in markup
    assert text.count("从哪天起：" if language == "zh-hans" else "Fromwhen:") == len(
        asked.questions
    )


def test_it_is_linked_from_where_a_person_would_look(client, make_member):
    client.force_login(make_member("owner", **owed()))

    for name, *arguments in (
        ("plan",),
        ("account-list",),
        ("debt-detail", "jiebei"),
        ("debt-schedule", "jiebei"),
    ):
        answer = client.get(reverse(f"planner:{name}", args=arguments))
        assert f'href="{ADDRESS}"' in answer.text, name
