"""The page of one debt: its figures in words, on its owner's page alone."""

import re
from datetime import date

import pytest
from django.urls import reverse
from django.utils import translation

from planner.models import User
from planner.services.changes import replace_household
from planner.services.entries import record_payment
from tests.households import account, debt, document, income

PAGE = reverse("planner:debt-schedule", args=["friend"])
PLAN = reverse("planner:plan")
HTMX = {"HX-Request": "true"}
LADDER = [
    {"id": name, "after_days": days, "counts_from": "due", "severity": severity,
     "names": {"zh": zh}}
    for name, days, severity, zh in (
        ("late", 1, 1, "计为逾期"), ("two", 31, 3, "征信升级"), ("four", 91, 5, "列为次级"),
    )
]  # fmt: skip
LOAN = {
    "id": "friend",
    "name": "借呗",
    "product": "jiebei",
    "contract": "instalment",
    "method": "equal_principal",
    "principal": "3000.00",
    "rate": {"rate": "0.012", "per": "month"},
    "periods_left": 3,
    "next_due": "2026-12-15",
    "autopay": ["card"],
    "quoted_rate": "年化 14.4%",
}


@pytest.fixture
def shown(make_member, client):
    """The text of the page for a household with these debts; `query` and `headers` as sent."""

    def show(*debts, path=PAGE, status=200, headers=None, **changes):
        user = User.objects.filter(email="owner@example.com").first() or make_member("owner")
        changes = {"expenses": [], "strategy": "minimum"} | changes
        replace_household(user=user, document=document(debts=list(debts), **changes))
        client.force_login(user)
        answer = client.get(path, headers=headers or {})
        assert answer.status_code == status
        return answer.content.decode()

    return show


def test_a_loan_shows_its_schedule_cost_and_rates(shown):
    text = shown(LOAN)

    for figure in ("1,036.00", "1,024.00", "1,012.00", "72.00", "3,072.00", "3,019.20"):
        assert figure in text  # three dues, interest in all, paid in all, settled today
    for rate in ("年化 14.4%", "14.40%", "15.39%", "24.00%"):
        assert rate in text
    assert "没有超过 24.00%" in text
    assert text.count("<svg class=") == 2
    assert reverse("planner:debt-detail", args=["friend"]) in text
    assert reverse("planner:debt-history", args=["friend"]) in text


def test_the_lines_of_the_headline_break_between_phrases(shown):
    text = shown(LOAN)

    headline = re.search(r'<p class="headline">(.*?)</p>', text)[1]
    phrases = re.findall(r"<span>(.*?)</span>", headline.replace("\u00a0", " "))
    assert len(phrases) == 3
    assert phrases[0] == "下一笔："
    assert re.fullmatch(r"还 ¥[0-9.,]+。", phrases[2])


def test_the_page_says_where_figures_stand_and_how_deduction_changes(shown):
    text = shown(LOAN)

    assert "储蓄卡" in text
    assert "支付宝余额 → 余额宝（开通后）→ 绑定的储蓄卡" in text
    assert "借款合同约定的还款扣款，撤回可能违反合同" in text
    assert "支付宝 → 借呗" in text


def test_a_day_that_was_asked_for_is_reckoned_as_page_and_as_fragment(shown):
    page = shown(LOAN, path=f"{PAGE}?on=2026-12-16")
    fragment = shown(LOAN, path=f"{PAGE}?on=2026-12-16", headers=HTMX)

    assert "2,000.77" in page  # 2,000.00 and one night of 24.00 over 31
    assert "计划在这之前会还 ¥1,036.00" in page
    assert "2,000.77" in fragment
    assert "<html" not in fragment
    assert 'id="payoff"' in fragment


@pytest.mark.parametrize("asked", ["2026-11-30", "2027-02-16", "soon", ""])
def test_a_day_outside_the_plan_is_refused_with_a_sentence(shown, asked):
    text = shown(LOAN, path=f"{PAGE}?on={asked}", status=422)

    assert "errorlist" in text
    assert "3,019.20" in text


def test_an_overdue_debt_says_since_when_how_much_and_the_next_line(shown):
    arrear = {"due_on": "2026-11-15", "principal": "500.00", "interest": "20.00"}
    late = LOAN | {"principal": "3500.00", "arrears": [arrear], "ladder": LADDER, "overdue": None}

    text = shown(late, accounts=[account(balance="0.00")])

    assert "今天还 ¥520.00，就不再逾期" in text
    assert "11\u00a0月\u00a015\u00a0日到期，已经逾期 16 天" in text
    assert (
        "下一条界线：<strong>12\u00a0月\u00a016\u00a0日</strong>，还有 15 天。从那天起：征信升级。"
        in text
    )
    assert "已经开始的有 1 项" in text


def test_the_plan_lists_what_to_catch_up_with_in_order(shown):
    near = debt(id="near", name="近", rate=None, ladder=LADDER,
                arrears=[{"due_on": "2026-11-05", "principal": "900.00"}])  # fmt: skip
    cheap = near | {"id": "cheap", "name": "便宜",
                    "arrears": [{"due_on": "2026-11-05", "principal": "300.00"}]}  # fmt: skip

    text = shown(near, cheap, path=PLAN, accounts=[account(balance="0.00")])

    block = text.partition('class="overdue"')[2].partition("</ol>")[0]
    assert block.index("便宜") < block.index(">近<")
    assert "¥300.00" in block
    assert "下一条界线：<strong>12\u00a0月\u00a06\u00a0日</strong>" in block
    assert "先补哪一笔" in text
    assert "先补哪一笔" not in shown(LOAN, path=PLAN)


def test_a_debt_that_is_paid_off_is_told_so(shown):
    text = shown(LOAN | {"principal": "0.00", "periods_left": 0})

    assert "这笔已经还清" in text
    assert "补足要多少" not in text


def test_a_plan_that_never_pays_says_what_is_owed_then_and_no_cost(shown):
    text = shown(LOAN, incomes=[], accounts=[account(balance="0.00")])

    assert "31 年内还不清" in text
    assert "那时还欠" in text
    assert "利息和费用合计" not in text


@pytest.mark.parametrize(
    ("signed_on", "said"),
    [("2025-06-01", "超过了 12.00%"), ("2026-07-01", "不清楚"), (None, "填上签约日就能看到")],
)
def test_a_loan_between_people_is_laid_beside_four_times_the_lpr(shown, signed_on, said):
    text = shown(
        debt(product="private_loan", rate={"rate": "0.15", "per": "year"}, signed_on=signed_on)
    )

    assert said in text


def test_an_unknown_lender_has_no_ceiling_and_no_product_no_places(shown):
    text = shown(debt())

    assert "要看是谁借给你的" in text
    assert "每个数在哪里找" not in text
    assert "先当作可能从任何账户扣" in text


def test_what_happened_since_is_in_the_page(shown, clock, client):
    shown(LOAN, accounts=[account(balance="5000.00")])
    clock(date(2026, 12, 20))
    owner = User.objects.get(email="owner@example.com")
    record_payment(
        user=owner, debt="friend", on=date(2026, 12, 15), amount_fen=103_600, account="card"
    )
    client.force_login(owner)

    text = client.get(PAGE).content.decode()

    assert "1,036.00" not in text
    assert "1,024.00" in text
    assert "2,003.87" in text  # five of the 31 nights of 24.00: 3.87


def test_amounts_are_hidden_where_the_person_hides_them(shown, client):
    shown(LOAN)
    client.post(reverse("planner:plan-discreet"), {"hide": "yes"})

    text = client.get(PAGE).content.decode()

    for figure in ("1,036.00", "3,072.00", "3,019.20", "2,000.00"):
        assert figure not in text


def test_the_page_speaks_english(shown, client):
    shown(LOAN)
    with translation.override("en"):
        client.post(reverse("set_language"), {"language": "en"})
        text = client.get(PAGE).content.decode()

    assert "What it takes to catch up, or to pay it off" in text
    assert client.get(PAGE.replace("friend", "nothing")).status_code == 404
    assert client.post(PAGE).status_code == 405


def test_the_list_of_debts_leads_to_the_page(shown):
    assert f'href="{PAGE}"' in shown(LOAN, path=reverse("planner:debt-list"))


def test_an_income_that_never_comes_leaves_out_the_pay_day(shown):
    assert "下一个发薪日" in shown(LOAN, incomes=[income()])
    assert "下一个发薪日" not in shown(LOAN, incomes=[])


def test_a_later_due_without_money_is_told_at_the_head_of_the_page(shown, client):
    # 1,036.00 on 15 December leaves 464.00 of 1,500.00 for the 1,024.00 of 15 January.
    short = shown(LOAN, incomes=[], accounts=[account(id="card", balance="1500.00")])
    enough = shown(LOAN, accounts=[account(id="card", balance="9000.00")], incomes=[])

    assert '<section class="sheet answer" data-state="short"' in short
    assert "后面的钱还不够" in short
    assert "。 " not in short.partition('<p class="why">')[2].partition("</p>")[0]
    assert "560.00" in short
    assert '<section class="sheet answer" data-state="safe"' in enough
    assert "还不够" not in enough


def test_what_is_required_stands_under_what_is_paid_only_where_they_differ(shown):
    short = shown(LOAN, incomes=[], accounts=[account(id="card", balance="1500.00")])
    enough = shown(LOAN, accounts=[account(id="card", balance="9000.00")], incomes=[])

    assert "<small>应还\u00a01,024.00</small>" in short
    assert "<small>应还" not in enough
