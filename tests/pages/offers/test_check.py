"""The page that checks what a lender offers."""

import re
from html import unescape

import pytest
from django.urls import reverse

from planner.models import Arrangement
from planner.plans.current import Current
from planner.services.documents import household_document_of
from tests.households import account, debt
from tests.page_reading import read

OFFERS = reverse("planner:offer-check")
SENT = {
    "debt": "friend", "kind": "instalments", "principal": "3,000", "periods": "12",
    "first_due": "2027-01-05", "told": "per_period", "per_period": "19.50",
}  # fmt: skip


@pytest.fixture
def owner(client, make_member):
    user = make_member(
        "owner", accounts=[account(balance="9000.00")], debts=[debt(rate=None, name="小李")]
    )
    client.force_login(user)
    return user


def said(response):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


@pytest.mark.parametrize(("headers", "is_page"), [({}, True), ({"HX-Request": "true"}, False)])
def test_the_form_is_a_page_or_a_fragment(client, owner, headers, is_page):
    response = client.get(f"{OFFERS}?debt=friend", headers=headers)
    content = response.content.decode()

    assert ("<html" in content) is is_page
    assert 'id="offer"' in content
    assert 'value="3,000.00"' in content  # what is owed stands there already
    assert client.get(f"{OFFERS}?debt=nobody").status_code == 200


def test_an_offer_is_answered_in_plain_words(client, owner):
    text = said(client.post(OFFERS, SENT))

    assert "真实年化利率是 14.10%" in text
    assert "比照现在的还法多付 ¥234.00" in text
    assert "3,000.00 ¥3,234.00" in text
    assert "综合融资成本明示表" in text
    assert "法规" in text


def test_it_says_on_which_day_the_plan_breaks(client, make_member):
    poor = make_member("poor", accounts=[account(balance="100.00")], incomes=[], expenses=[])
    client.force_login(poor)
    text = said(client.post(OFFERS, SENT | {"told": "payment", "payment": "2000"}))

    assert "2027 年 1 月 5 日" in text.replace("\u00a0", " ")
    assert "小李" in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"periods": "0"}, "1"),
        ({"per_period": "-5"}, "负号"),
        ({"per_period": ""}, "填"),
        ({"first_due": "2020-01-05"}, "过去"),
        ({"kind": "gift"}, ""),
        ({"debt": "nobody"}, ""),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(client, owner, changes, words):
    response = client.post(OFFERS, SENT | changes)

    assert response.status_code == 422
    assert words in said(response)
    assert 'id="offer-answer"' not in response.content.decode()


def test_nothing_is_kept_until_it_is_written_down(client, owner):
    before = household_document_of(owner)
    client.post(OFFERS, SENT)

    assert household_document_of(owner) == before
    assert not Arrangement.objects.exists()


def test_written_down_it_is_their_offer_and_agreed_as_it_stands(client, owner):
    client.post(OFFERS, SENT | {"do": "arrange"})
    row = Arrangement.objects.get()
    page = reverse("planner:debt-arrangement", args=["friend"])
    agree = next(
        form
        for form in read(client.get(page).content.decode()).posting()
        if ("step", "agree") in form.sent() or "confirmed_by" in dict(form.sent())
    )
    response = client.post(page, dict(agree.sent()) | {"step": "agree"})
    after = Arrangement.objects.get()

    assert (row.state, len(row.terms["rows"])) == ("offered", 12)
    assert response.status_code == 302
    assert after.state == "agreed"
    agreed, offered = (
        [(one["due_on"], one["principal"], one["fee"]) for one in terms["rows"]]
        for terms in (after.terms, row.terms)
    )
    assert agreed == offered
    paid = sum(one.amount_fen for one in Current(owner).plan.payments if one.debt == "friend")
    assert paid == 323_400


def test_a_second_tap_makes_no_second_offer(client, owner):
    client.post(OFFERS, SENT | {"do": "arrange"})
    client.post(OFFERS, SENT | {"do": "arrange"})

    assert Arrangement.objects.count() == 1


def test_a_debt_of_somebody_else_is_none(client, owner, make_member):
    make_member("other", debts=[debt(id="secret")])
    response = client.post(OFFERS, SENT | {"debt": "secret", "do": "arrange"})

    assert response.status_code == 422
    assert not Arrangement.objects.exists()


def test_a_new_loan_is_laid_over_and_no_arrangement(client, owner):
    response = client.post(OFFERS, SENT | {"kind": "new_loan", "do": "arrange"})

    assert response.status_code == 200
    assert 'value="arrange"' not in response.content.decode()
    assert not Arrangement.objects.exists()


def test_what_is_typed_is_reckoned_beside_the_form(client, owner):
    as_typed = {"HX-Request": "true"}
    whole = client.post(OFFERS, SENT | {"look": "1"}, headers=as_typed)
    half = client.post(OFFERS, SENT | {"look": "1", "per_period": ""}, headers=as_typed)

    assert "真实年化利率是 14.10%" in said(whole)
    assert "利息和费用一共 ¥234.00" in said(whole)
    assert "<form" not in whole.content.decode()
    assert (half.status_code, said(half).strip()) == (200, "")


def test_single_fees_and_discounts_are_counted(client, owner):
    more = said(client.post(OFFERS, SENT | {"first_fee": "30"}))
    less = said(client.post(OFFERS, SENT | {"discount": "117"}))
    refused = client.post(OFFERS, SENT | {"discount": "234.01"})

    assert "比照现在的还法多付 ¥264.00" in more
    assert "第一期要另外收 ¥30.00" in more
    assert "比照现在的还法多付 ¥117.00" in less
    assert "没有它，真实年化利率是 14.10%" in less
    assert refused.status_code == 422
    assert "优惠最多等于利息和费用的合计" in said(refused)


def test_other_methods_are_refused(client, owner):
    assert client.put(OFFERS).status_code == 405
