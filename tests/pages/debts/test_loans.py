"""A list of loans as it is copied from an app."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from planner.models import User
from planner.pages.debts.loans import Loan, LoansField
from planner.services.documents import household_document_of
from tests.sending import as_sent

TODAY = date(2026, 12, 1)
JIEBEI = f"{reverse('planner:start')}?product=jiebei"


def field():
    found = LoansField(required=False)
    found.today = found.seen_on = TODAY
    return found


ONE = Loan(date(2026, 12, 15), 500_000, 10)


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-15 5000 10",
        "2026/12/15\t5,000.00\t10期",
        "12月15日 ¥5,000.00 还剩10期",
        "下次还款 2026年12月15日 剩余本金 5,000.00元 剩余 10 期",
        "12 月 15 日\n5,000.00元\n\n10 期",
        "10期 2026.12.15 5000元",
        "２０２６-１２-１５ ５０００ １０期",
    ],
)
def test_the_three_figures_may_stand_in_any_way(text):
    assert field().clean(text) == [ONE]


def test_each_line_is_a_loan():
    text = "2026-12-15 5000 10\n2026-12-20 3000.50 6期\n2027-1-3 800元 3"

    assert field().clean(text) == [
        ONE, Loan(date(2026, 12, 20), 300_050, 6), Loan(date(2027, 1, 3), 80_000, 3),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("2026-12-15 5000", "incomplete", "第 1 行"),
        ("2026-12-15 5000 10\n2026-12-20 5000", "incomplete", "第 2 行"),
        ("2026-12-15 5000 3/12期", "share", "还剩几期"),
        ("2026-11-15 5000 10", "passed", "已经有逾期|已经过了"),
        ("2026-12-15 2026-12-20 5000 10期", "twice", "同一种数"),
        ("2026-12-15 5000 3000 10期", "twice", "同一种数"),
        ("你好", "unread", "看不出"),
        ("2026-13-40 5000 10期", "line", "没有这一天"),
    ],
)
def test_what_is_doubtful_is_refused_with_its_line(text, code, words):
    with pytest.raises(ValidationError) as refused:
        field().clean(text)

    said = str(refused.value.messages[0]).replace("\u00a0", " ")
    assert refused.value.code == code
    assert any(one in said for one in words.split("|")), said


def test_a_list_becomes_debts_that_are_alike_but_for_their_figures(client, db):
    client.post(reverse("planner:guest-start"))
    form = client.get(JIEBEI).context["form"]
    answers = {"loans": "2026-12-15 5000 10\n2026-12-20 3000 6", "method": "level",
               "rate_value": "0.04", "consent": "on"}  # fmt: skip
    sent = as_sent(form, **answers)

    answers = [client.post(JIEBEI, sent).status_code for _ in range(2)]  # the same tap again

    document = household_document_of(User.objects.get())
    assert answers == [302, 302]
    assert [
        (one["name"], one["principal"], one["next_due"], one["periods_left"])
        for one in document["debts"]
    ] == [("借呗", "5000.00", "2026-12-15", 10), ("借呗 2", "3000.00", "2026-12-20", 6)]
    assert {one["rate"]["rate"] for one in document["debts"]} == {"0.0004"}


def test_a_wrong_line_keeps_all_that_was_pasted(client, db):
    client.post(reverse("planner:guest-start"))
    form = client.get(JIEBEI).context["form"]
    text = "2026-12-15 5000 10\n2026-12-20 三千 6"
    sent = as_sent(form, loans=text, method="level", rate_value="0.04", consent="on")

    response = client.post(JIEBEI, sent)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["loans"]
    assert "三千" in response.content.decode()
    assert household_document_of(User.objects.get())["debts"] == []
