"""Coming back: what was planned since is asked, answered once, and the plan follows from it."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from django.urls import reverse

from planner.domain.rulebook.products import load_products
from planner.models import HistoryEntry, HouseholdRow
from planner.plans.kept import standing_household
from planner.plans.questions import open_questions
from tests.households import account, debt, expense

HTMX = {"HX-Request": "true", "HX-Target": "plan"}
PLAN = reverse("planner:plan")
ANSWER = reverse("planner:question-answer")
ALL = reverse("planner:question-answer-all")


@pytest.fixture
def owner(make_member):
    return make_member("owner", strategy="minimum")


@pytest.fixture
def back(clock, owner, client):
    """The owner, who comes back on the 12th: rent on the 5th and salary on the 10th lie between."""
    clock(date(2026, 12, 12))
    client.force_login(owner)
    return client


def asked(client, **headers):
    """The forms on the page that answer a question, as dictionaries of what they would send."""
    text = client.get(PLAN).content.decode()
    forms = re.findall(rf'<form[^>]*action="{ANSWER}".*?</form>', text, re.S)
    return [
        {
            name: unescape(value)
            for name, value in re.findall(r'<input[^>]*name="(\w+)"[^>]*?value="([^"]*)"', form)
        }
        for form in forms
    ]


def first_form(client, kind):
    return next(form for form in asked(client) if form["kind"] == kind)


def entries(user):
    return [one.entry for one in HistoryEntry.objects.owned_by(user).standing()]


def test_coming_back_asks_for_the_oldest_first(back):
    text = back.get(PLAN).content.decode()

    assert 'id="asking"' in text
    assert "工资" in text
    assert first_form(back, "income")["day"] == "2026-12-10"
    assert first_form(back, "expense")["day"] == "2026-12-05"


def test_nothing_is_asked_on_the_day_of_the_figures(clock, owner, client):
    client.force_login(owner)

    assert b'id="asking"' not in client.get(PLAN).content


def test_one_tap_answers_as_planned(back, owner):
    form = first_form(back, "income")
    response = back.post(ANSWER, form | {"answer": "planned"}, headers=HTMX, follow=True)

    assert response.status_code == 200
    assert [(one["kind"], one["on"], one["amount"]) for one in entries(owner)] == [
        ("income", "2026-12-10", "8500.00")
    ]
    assert b'id="plan"' in response.content
    assert not any(one["kind"] == "income" for one in asked(back))


def test_another_amount_and_day_is_taken_as_typed(back, owner):
    form = first_form(back, "income") | {
        "answer": "other", "amount": "８,０００元", "on": "12月11日", "account": "card",
    }  # fmt: skip
    response = back.post(ANSWER, form)

    assert response.status_code == 302
    entry = entries(owner)[0]
    assert (entry["on"], entry["planned_on"], entry["amount"]) == (
        "2026-12-11", "2026-12-10", "8000.00",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"amount": "abc"}, "812.35"),
        ({"amount": ""}, "请填"),
        ({"on": "2026-12-13"}, "2026-12-12"),  # tomorrow
        ({"on": "2026-11-30"}, "2026-12-01"),  # before the figures
        ({"account": "foreign"}, ""),
        ({"answer": "maybe"}, ""),
    ],
)
def test_a_refused_answer_keeps_what_was_typed(back, owner, values, words):
    form = first_form(back, "income") | {
        "answer": "other", "amount": "123.45", "on": "2026-12-10", "account": "card", **values,
    }  # fmt: skip
    response = back.post(ANSWER, form, headers=HTMX)
    text = response.content.decode()

    assert response.status_code == 422
    assert words in text
    assert text.lstrip().startswith("<div")
    assert entries(owner) == []


def test_not_arrived_is_an_answer(back, owner):
    back.post(ANSWER, first_form(back, "income") | {"answer": "not"})

    assert entries(owner)[0]["amount"] == "0.00"


def test_later_asks_again_tomorrow_and_counts_as_not_arrived(back, owner, clock):
    back.post(ANSWER, first_form(back, "income") | {"answer": "later"})
    today = {one["kind"] for one in asked(back)}
    clock(date(2026, 12, 13))

    assert entries(owner) == []
    assert "income" not in today
    assert first_form(back, "income")["day"] == "2026-12-10"


def test_what_was_put_off_can_be_answered_the_same_day(back):
    back.post(ANSWER, first_form(back, "income") | {"answer": "later"})
    response = back.post(reverse("planner:question-resume"), follow=True)

    assert 'value="income"' in response.content.decode()


def all_form(client):
    text = client.get(PLAN).content.decode()
    form = re.search(rf'<form[^>]*action="{ALL}".*?</form>', text, re.S)[0]
    return dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*?value="([^"]*)"', form))


def test_all_as_planned_in_one(back, owner):
    back.post(ALL, all_form(back))

    assert [one["kind"] for one in entries(owner)] == ["expense", "income"]
    assert open_questions(owner) == []
    assert b'id="asking"' not in back.get(PLAN).content
    account_now = standing_household(owner).accounts[0]
    assert account_now.balance_fen == 210_000 - 260_000 + 850_000


def test_all_as_planned_twice_is_once(back, owner):
    form = all_form(back)
    back.post(ALL, form)
    second = back.post(ALL, form)

    assert second.status_code == 302
    assert len(entries(owner)) == 2


def test_a_page_left_open_over_midnight_answers_only_what_it_asked(back, owner, clock):
    form = all_form(back)
    clock(date(2026, 12, 20))  # the due of the 15th was not on that page
    back.post(ALL, form)

    assert {one["kind"] for one in entries(owner)} == {"expense", "income"}
    assert [(one.kind, one.on) for one in open_questions(owner)] == [
        ("payment", date(2026, 12, 15))
    ]


def test_the_same_answer_from_two_windows_counts_once(back, owner):
    one, other = first_form(back, "income"), first_form(back, "income")
    back.post(ANSWER, one | {"answer": "planned"})
    again = back.post(ANSWER, one | {"answer": "planned"})
    elsewhere = back.post(ANSWER, other | {"answer": "planned"}, headers=HTMX)

    assert again.status_code == 302
    assert elsewhere.status_code == 409
    assert "已经回答过" in elsewhere.content.decode()
    assert len(entries(owner)) == 1


def test_a_stranger_cannot_answer(back, owner, stranger, client):
    form = first_form(back, "income")
    HouseholdRow.objects.owned_by(stranger).update(as_of=date(2026, 12, 12))
    client.force_login(stranger)
    response = client.post(ANSWER, form | {"answer": "planned"})

    assert response.status_code == 409
    assert entries(owner) == entries(stranger) == []


@pytest.mark.parametrize("name", ["question-answer", "question-answer-all", "question-resume"])
def test_answers_are_only_posted(owner_client, name):
    assert owner_client.get(reverse(f"planner:{name}")).status_code == 405


def test_hidden_amounts_stay_hidden_in_the_questions(back, owner):
    HouseholdRow.objects.owned_by(owner).update(is_discreet=True)
    text = back.get(PLAN).content.decode()
    shown = re.sub(r"<input[^>]*type=\"hidden\"[^>]*>", "", text[: text.index('id="answer"')])

    assert "8,500" not in shown
    assert "••••" in shown


def test_a_payment_above_what_settles_is_refused_with_a_sentence(back, owner, clock):
    back.post(ALL, all_form(back))
    clock(date(2026, 12, 20))
    form = first_form(back, "payment") | {
        "answer": "other", "amount": "99999", "on": "2026-12-15", "account": "card",
    }  # fmt: skip
    response = back.post(ANSWER, form, headers=HTMX)

    assert response.status_code == 422
    assert "小李" in response.content.decode()


def test_three_days_with_a_moved_clock(make_member, client, clock):
    user = make_member(
        accounts=[account(balance="600.00")], expenses=[expense(amount="50.00", on={"monthly": 2})],
        debts=[debt(next_due="2026-12-02", due_day=2)],
    )  # fmt: skip
    client.force_login(user)
    assert b'id="asking"' not in client.get(PLAN).content

    clock(date(2026, 12, 3))  # the due of the 2nd and the expense are asked
    assert {one["kind"] for one in asked(client)} == {"payment", "expense"}
    client.post(ANSWER, first_form(client, "payment") | {"answer": "not"})
    client.post(ALL, all_form(client))
    text = client.get(PLAN).content.decode()
    assert 'id="asking"' not in text
    assert 'data-state="overdue"' in text
    assert standing_household(user).accounts[0].balance_fen == 55_000

    clock(date(2026, 12, 4))  # nothing was planned for the 3rd
    form = {"on": "2026-12-04", "amount": "500", "account": "card", "key": "k1", "due": ""}
    paid = client.post(reverse("planner:debt-paid", args=["friend"]), form)
    assert paid.status_code == 302
    assert 'data-state="overdue"' not in client.get(PLAN).content.decode()
    assert standing_household(user).accounts[0].balance_fen == 5_000


def test_a_clock_that_jumps_back_loses_and_repeats_nothing(back, owner, clock):
    back.post(ALL, all_form(back))
    clock(date(2026, 12, 3))

    assert back.get(PLAN).status_code == 200
    assert b'id="asking"' not in back.get(PLAN).content
    clock(date(2026, 12, 12))
    assert b'id="asking"' not in back.get(PLAN).content
    assert len(entries(owner)) == 2


def test_a_journey_across_time_zones_asks_nothing_twice(back, owner, clock):
    back.post(ALL, all_form(back))
    clock(datetime(2026, 12, 11, 17, tzinfo=UTC))  # the 12th in Shanghai, the 11th in New York
    HouseholdRow.objects.owned_by(owner).update(time_zone="America/New_York")

    assert back.get(PLAN).status_code == 200
    assert b'id="asking"' not in back.get(PLAN).content
    clock(datetime(2026, 12, 11, 17, tzinfo=UTC) + timedelta(days=5))
    assert [one["kind"] for one in asked(back)][:1] == ["payment"]


# --- Before and after the questions are answered ---

LATE = re.compile("逾期")


def carrying():
    """A bill that bears interest: the plan pays it on the first day, before its due of the 9th."""
    return load_products()["credit_card"].starting_document() | {
        "id": "bill", "name": "信用卡", "statement_day": 25, "due_day": 9, "autopay": [],
        "billed": "1200.00", "unbilled": "0.00", "carrying": "1200.00",
    }  # fmt: skip


def main_of(client):
    """The plan without what is folded away."""
    page = client.get(PLAN).content.decode()
    page = page[page.index('<div id="plan"') :]
    return re.sub(r'<details class="sheet fold.*', "", page, flags=re.S)


@pytest.mark.parametrize("days", [5, 16, 40])
def test_nothing_is_called_late_before_the_questions_are_answered(make_member, client, clock, days):
    user = make_member(
        strategy="minimum",
        accounts=[account(balance="9000.00")],
        debts=[debt(rate=None, due_day=3, next_due="2026-12-03")],
        expenses=[],
    )
    clock(date(2026, 12, 1) + timedelta(days=days))
    client.force_login(user)

    before = main_of(client)
    first = re.search(r'<section[^>]*id="asking".*?<form[^>]*action="([^"]*)"', before, re.S)[1]
    client.post(ALL, all_form(client))
    after = main_of(client)

    assert 'data-state="asking"' in before
    assert not LATE.search(re.sub(r"<[^>]*>", "", before))
    assert first == ALL
    assert 'data-state="safe"' in after
    assert open_questions(user) == []


def test_what_is_not_paid_is_late_once_that_was_said(make_member, client, clock):
    user = make_member(debts=[debt(due_day=3, next_due="2026-12-03")], expenses=[], incomes=[])
    client.force_login(user)
    clock(date(2026, 12, 5))
    assert not LATE.search(re.sub(r"<[^>]*>", "", main_of(client)))  # the control

    client.post(ANSWER, first_form(client, "payment") | {"answer": "not"})

    assert 'data-state="overdue"' in main_of(client)


def test_what_was_prepaid_says_so_and_makes_no_entry_of_its_own(make_member, client, clock):
    user = make_member(
        accounts=[account(balance="30000.00")],
        debts=[carrying(), debt(rate=None)],
        expenses=[],
        incomes=[],
    )
    client.force_login(user)
    clock(date(2026, 12, 11))

    assert [(one.on.day, one.is_prepaid) for one in open_questions(user)] == [(1, False), (9, True)]
    assert "已提前还清" in main_of(client)
    client.post(ALL, all_form(client))

    assert [(one["kind"], one["on"]) for one in entries(user)] == [("payment", "2026-12-01")]
    assert open_questions(user) == []
