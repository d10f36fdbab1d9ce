"""What is folded on the plan page says its own answer while it is closed."""

import re
from datetime import date

import pytest
from django.urls import reverse

from planner.domain.values.money import format_yuan
from planner.pages.plan.page import PlanPage
from planner.words.days import month
from planner.words.names import strategy_name
from tests.households import account, debt, expense, income

PLAN = reverse("planner:plan")
ALL = reverse("planner:question-answer-all")
BUFFER = reverse("planner:plan-change", args=["buffer"])
EDIT = {"buffer": "450", "was": "300.00", "key": "a"}
HTMX = {"HX-Request": "true"}
FOLDS = ["why-so", "other-ways", "my-figures", "owed-to-the-end", "try-first", "take-away"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_fold_is_closed_and_says_something(client, make_member, language):
    client.cookies["language"] = language
    client.force_login(make_member("owner"))

    page = client.get(PLAN).content.decode()

    folds = re.findall(r'<details class="sheet fold[^>]* id="([^"]+)"([^>]*)>', page)
    assert [name for name, _rest in folds] == FOLDS
    assert not any(re.search(r"\bopen\b", rest.replace("wide-open", "")) for _name, rest in folds)
    said = re.findall(r'<span class="gist">([^<]*)</span>', page)
    assert len(said) == len(FOLDS)
    assert all(one.strip() for one in said)


def test_what_is_owed_comes_in_and_is_at_hand(make_member):
    user = make_member(
        "owner",
        debts=[debt(principal="3000.40"), debt(id="other", principal="500.20")],
        accounts=[account(balance="120.00"), account(id="purse", balance="30.00")],
        incomes=[income(name="工资", amount="8500.00")],
    )

    assert PlanPage(user).figures_said == "欠 ¥3,501 · 工资 ¥8,500 · 手上 ¥150"


def test_hidden_amounts_are_hidden_in_the_folds_too(client, make_member):
    user = make_member("owner")
    client.force_login(user)
    client.post(reverse("planner:plan-discreet"), {"hide": "yes"})

    said = PlanPage(user).figures_said

    assert not re.search(r"\d", said)


@pytest.mark.parametrize("strategy", ["avalanche", "snowball", "minimum"])
def test_the_way_that_is_taken_and_when_it_ends(make_member, strategy):
    page = PlanPage(make_member("owner", strategy=strategy, expenses=[]))

    end = page.plan.debt_free_on
    assert strategy_name(strategy) in page.ways_said
    assert page.ways_said.endswith(f"，{month(end)}还清")


def test_a_way_without_an_end_says_so(make_member):
    page = PlanPage(make_member("owner", strategy="minimum", incomes=[]))

    assert page.plan.debt_free_on is None
    assert page.ways_said.endswith("这样还不清")


def test_until_the_best_plan_is_there_its_fold_says_which_one_stands_in(make_member):
    page = PlanPage(make_member("owner", strategy="optimal"))

    assert page.optimum is None
    assert strategy_name(page.plan.strategy) in page.why_said


def test_the_debt_that_is_gone_first_is_named(make_member):
    """500.00 in one month and 3,000.00 in three: the smaller one is gone first."""
    debts = [
        debt(name="大的", rate=None, minimum={"fixed": "1000.00"}),
        debt(id="small", name="小的", rate=None, principal="500.00"),
    ]
    page = PlanPage(make_member("owner", strategy="minimum", debts=debts, expenses=[]))

    assert page.repaid == 0
    assert page.course_said == f"下一笔还清：小的，{month(date(2026, 12, 15))}"


def test_what_was_repaid_is_a_share_of_what_was_owed(client, make_member, clock):
    """3,000.00 in three parts; the first was paid as planned: 33 of 100, rounded down."""
    user = make_member(
        "owner",
        strategy="minimum",
        debts=[debt(rate=None, minimum={"fixed": "1000.00"})],
        expenses=[],
    )
    clock(date(2026, 12, 16))
    client.force_login(user)
    form = re.search(
        rf'<form[^>]*action="{ALL}".*?</form>', client.get(PLAN).content.decode(), re.S
    )
    client.post(ALL, dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*?value="([^"]*)"', form[0])))

    page = PlanPage(user)
    shown = client.get(PLAN).content.decode()

    assert format_yuan(sum(page._owed.values())) == "2000.00"
    assert page.repaid == 33
    assert page.course_said.startswith("已还 33%；")
    assert '<progress max="100" value="33"' in shown


# --- Words on the chart, by what they stand for ---


def test_the_strip_names_the_lowest_point_today_the_pay_day_and_the_rent(make_member):
    user = make_member(
        "owner",
        incomes=[income(name="工资")],
        expenses=[expense(name="吃饭", amount="300.00"), expense(id="r", name="房租")],
    )

    kinds = {kind: text for _on, text, kind in reversed(PlanPage(user)._named_places(45))}

    assert kinds["income"] == "▲ 工资"
    assert kinds["rent"] in ("房租", "吃饭")
    assert kinds["today"].startswith("今天 ¥")
    assert kinds["lowest"].startswith("最低 ")


# --- What a change did stands where the person is, and only right after it ---


def test_only_the_answer_to_an_edit_floats(client, make_member):
    client.force_login(make_member("owner", strategy="minimum"))
    client.get(PLAN)

    edited = client.post(BUFFER, EDIT, headers=HTMX).content.decode()
    hidden = client.post(
        reverse("planner:plan-discreet"), {"hide": "yes"}, headers=HTMX
    ).content.decode()
    later = client.get(PLAN).content.decode()

    assert 'class="change no-print floating"' in edited
    assert "data-dismiss" in edited
    for page in (hidden, later):
        assert 'id="change"' in page
        assert "floating" not in page
        assert "data-dismiss" not in page


def test_without_htmx_an_edit_leads_back_to_the_page(client, make_member):
    client.force_login(make_member("owner", strategy="minimum"))

    answer = client.post(BUFFER, EDIT)

    assert answer.status_code == 302
    assert "floating" not in client.get(PLAN).content.decode()
