"""What the plan page offers when money is short: what helps first, a sum last, no new debt."""

import re
from datetime import date

import pytest
from django.urls import reverse

from planner.domain.rulebook.products import load_products
from planner.services.arrangements import propose_arrangement
from tests.households import account, debt, expense, income

PLAN = reverse("planner:plan")
LADDER = [{"id": "late", "after_days": 1, "counts_from": "due", "severity": 1}]


def huabei(**changes):
    return load_products()["huabei"].starting_document() | {
        "id": "huabei", "name": "花呗", "statement_day": 1, "due_day": 9,
        "billed": "0.00", "unbilled": "600.00", "autopay": ["card"],
    } | changes  # fmt: skip


def short(**changes):
    """60.00 are required on the 9th and nothing is there before the salary of the 10th."""
    return {
        "strategy": "minimum",
        "accounts": [account(balance="0.00")],
        "expenses": [],
        "debts": [huabei()],
    } | changes


def answer_of(client):
    page = client.get(PLAN).content.decode()
    return re.search(r'<section class="sheet answer".*?</section>', page, re.S)[0]


def text_of(html):
    return re.sub(r"\s+", "", re.sub(r"<[^>]*>", "", html))


def test_another_due_day_is_the_one_action_and_says_where(client, make_member):
    client.force_login(make_member("owner", **short()))

    answer = answer_of(client)

    action = re.search(r'<div class="next">.*?</div>', answer, re.S)[0]
    assert "把花呗的还款日改到每月10日，这一笔和以后每一笔都能按时还。" in text_of(action)
    assert reverse("planner:plan-due-days") in action
    assert reverse("planner:debt-detail", args=["huabei"]) in action
    assert "/paid/" not in answer


def test_the_sum_stands_among_the_others_and_what_is_asked_for_without_a_figure(
    client, make_member
):
    client.force_login(make_member("owner", **short()))

    found = re.findall(r"<li>(.*?)</li>", answer_of(client), re.S)

    said = [text_of(one) for one in found]
    assert said[0].startswith("凑¥60.00，最迟12月9日存进储蓄卡，花呗从那里扣。够了")
    assert said[1].startswith("问问工资能不能早1天，12月9日到账够了")
    assert said[2] == "问问花呗能不能改还款日（比如15或20日）、缓一缓或分几次还"
    assert reverse("planner:letter-list") in found[2]


def test_a_sum_to_be_found_leads_to_where_it_is_entered_and_how(client, make_member):
    debts = [debt(rate=None, due_day=8, next_due="2026-12-08")]
    incomes = [income(on={"monthly": 28})]
    client.force_login(make_member("owner", **short(debts=debts, incomes=incomes)))

    answer = answer_of(client)

    action = re.search(r'<div class="next">.*?</div>', answer, re.S)[0]
    assert "钱凑到了" in action
    assert reverse("planner:account-detail", args=["card"]) in action
    assert reverse("planner:plan-short") in action
    assert "/paid/" not in answer


def test_a_sum_is_enough_where_living_costs_take_of_it_first(client, make_member):
    """500.00 are due on the 8th, and 300.00 are spent on the 5th of 0.00: 800.00 help."""
    food = expense(id="food", amount="300.00", on={"monthly": 5})
    debts = [debt(rate=None, due_day=8, next_due="2026-12-08", ladder=LADDER)]
    incomes = [income(on={"monthly": 28})]
    values = short(debts=debts, incomes=incomes, expenses=[food])
    client.force_login(make_member("owner", **values))

    assert "凑¥800.00，最迟12月8日还给小李。" in text_of(answer_of(client))


@pytest.mark.parametrize("hidden", ["借新", "套现", "取现", "向朋友借", "borrow"])
def test_nothing_is_borrowed(client, make_member, hidden):
    trip = expense(id="trip", name="旅游", amount="80.00", on={"monthly": 5}, essential=False)
    client.force_login(make_member("owner", **short(expenses=[trip])))

    assert hidden not in answer_of(client)


def test_where_nothing_is_short_nothing_is_offered(owner_client):
    assert 'id="remedies"' not in owner_client.get(PLAN).content.decode()


def test_hidden_amounts_are_hidden_there_too(client, make_member):
    client.force_login(make_member("owner", **short()))
    client.post(reverse("planner:plan-discreet"), {"hide": "yes"})

    assert not re.search(r"¥\d", answer_of(client))


def test_what_a_lender_offered_helps_as_soon_as_it_is_entered(client, make_member):
    """500.00 are due on the 8th with nothing there; as offered, they are due after pay day."""
    lent = debt(rate=None, due_day=8, next_due="2026-12-08", ladder=LADDER)
    user = make_member("owner", **short(debts=[lent], incomes=[income(on={"monthly": 28})]))
    client.force_login(user)
    row = {"due_on": "2026-12-29", "interest": "0.00", "fee": "20.00"}
    owed = lent["principal"]
    terms = {"contract": "instalment", "method": "listed", "principal": owed,
             "rows": [row | {"principal": owed}]}  # fmt: skip
    assert "按对方给的方案" not in answer_of(client)

    propose_arrangement(user=user, debt=lent["id"], on=date(2026, 12, 1), terms=terms)

    answer = answer_of(client)
    assert "按对方给的方案还小李，这一笔和以后每一笔都能按时还。" in text_of(answer)
    assert reverse("planner:debt-arrangement", args=[lent["id"]]) in answer
