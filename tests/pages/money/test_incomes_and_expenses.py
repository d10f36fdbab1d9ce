"""Incomes and expenses in the browser: their list, their form, two tabs, twice the same."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from django.urls import reverse

from planner.services.documents import household_document_of
from tests.households import account, expense, income
from tests.sending import as_sent


class Flow(NamedTuple):
    """Money that comes or goes again and again: its name in addresses, and the one there is."""

    noun: str
    slug: str
    make: Callable[..., dict[str, Any]]

    @property
    def kind(self):
        return f"{self.noun}s"

    @property
    def new(self):
        return reverse(f"planner:{self.noun}-create")

    @property
    def one(self):
        return self.url("detail")

    @property
    def delete(self):
        return self.url("delete")

    @property
    def list(self):
        return reverse(f"planner:{self.noun}-list")

    def url(self, name, slug=""):
        return reverse(f"planner:{self.noun}-{name}", args=[slug or self.slug])

    def entries(self, user):
        return household_document_of(user)[self.kind]


INCOME = Flow("income", "salary", income)
EXPENSE = Flow("expense", "rent", expense)
HTMX = {"HX-Request": "true"}


def shown_form(client, url):
    return client.get(url).context["form"]


@pytest.fixture(params=[INCOME, EXPENSE], ids=["income", "expense"])
def flow(request):
    return request.param


@pytest.mark.parametrize(("headers", "is_page"), [({}, True), (HTMX, False)])
@pytest.mark.parametrize("page", ["list", "new", "one", "delete"])
def test_each_address_is_a_page_or_its_region(owner_client, flow, page, headers, is_page):
    response = owner_client.get(getattr(flow, page), headers=headers)

    assert (b"<html" in response.content) is is_page
    assert f'id="{flow.noun}-board"'.encode() in response.content


WAYS = [
    ({"monthly": 31}, {}),
    ({"weekly": "fri"}, {}),
    ({"every_days": 14}, {"until": "2027-06-30"}),
    ({"once": "2026-12-18"}, {"from": "2026-12-18"}),
]


@pytest.mark.parametrize(("on", "bounds"), WAYS)
def test_a_form_sent_as_it_is_shown_changes_nothing(flow, client, make_member, on, bounds):
    owner = make_member(**{flow.kind: [flow.make(on=on, **bounds)]})
    client.force_login(owner)
    before = flow.entries(owner)

    response = client.post(flow.one, as_sent(shown_form(client, flow.one)))

    assert response.status_code == 302, response.context["form"].errors
    assert flow.entries(owner) == before


@pytest.mark.parametrize(
    ("typed", "on"),
    [
        ({"repeats": "monthly", "month_day": "每月10号"}, {"monthly": 10}),
        ({"repeats": "weekly", "weekday": "sun"}, {"weekly": "sun"}),
        ({"repeats": "every_days", "every_days": "14 天"}, {"every_days": 14}),
        ({"repeats": "once", "once": "2026年12月18日"}, {"once": "2026-12-18"}),
    ],
)
def test_each_way_of_coming_again_can_be_entered(flow, owner_client, owner, typed, on):
    sent = as_sent(shown_form(owner_client, flow.new), name="新的", amount="1,200元", **typed)

    response = owner_client.post(flow.new, sent)

    assert response.status_code == 302, response.context["form"].errors
    assert flow.entries(owner)[-1]["on"] == on
    assert flow.entries(owner)[-1]["amount"] == "1200.00"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "\u200b"}, "name"),
        ({"amount": "0"}, "amount"),
        ({"amount": "１e3"}, "amount"),
        ({"repeats": "yearly"}, "repeats"),
        ({"month_day": ""}, "month_day"),
        ({"month_day": "32"}, "month_day"),
        ({"repeats": "weekly", "weekday": "xyz"}, "weekday"),
        ({"repeats": "every_days", "every_days": "0"}, "every_days"),
        ({"repeats": "once", "once": "2026-02-30"}, "once"),
        ({"until": "2026-11-01"}, "until"),
        ({"account": "of-another"}, "account"),
        ({"account": None}, "account"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_is_wrong_is_said_at_its_field(flow, owner_client, owner, changes, field, headers):
    before = flow.entries(owner)

    response = owner_client.post(
        flow.one, as_sent(shown_form(owner_client, flow.one), **changes), headers=headers
    )

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert f'id="{flow.noun}-board"'.encode() in response.content
    assert flow.entries(owner) == before


def test_an_account_of_another_cannot_be_named(flow, client, make_member, stranger):
    make_member("owner", accounts=[account(), account(id="of-owner")])
    client.force_login(stranger)

    response = client.post(flow.one, as_sent(shown_form(client, flow.one), account="of-owner"))

    assert response.status_code == 422
    assert flow.entries(stranger)[0]["account"] == "card"


def test_sending_a_new_one_twice_adds_it_once(flow, owner_client, owner):
    sent = as_sent(shown_form(owner_client, flow.new), name="新的", amount="5", month_day="1")

    answers = [owner_client.post(flow.new, sent).status_code for _ in range(3)]

    assert answers == [302] * 3
    assert len(flow.entries(owner)) == 2


def test_the_second_of_two_tabs_sees_both_versions(flow, owner_client, owner):
    first = as_sent(shown_form(owner_client, flow.one), amount="7000")
    second = as_sent(shown_form(owner_client, flow.one), amount="8000")
    owner_client.post(flow.one, first)

    response = owner_client.post(flow.one, second)

    assert response.status_code == 409
    assert "7,000.00" in response.content.decode()
    assert 'value="8000"' in response.content.decode()
    assert flow.entries(owner)[0]["amount"] == "7000.00"
    assert owner_client.post(flow.one, as_sent(response.context["form"])).status_code == 302
    assert flow.entries(owner)[0]["amount"] == "8000.00"


def test_what_was_deleted_in_another_tab_can_be_entered_anew(flow, owner_client, owner):
    sent = as_sent(shown_form(owner_client, flow.one), name="想留下的")
    owner_client.post(flow.delete, as_sent(shown_form(owner_client, flow.delete)))

    response = owner_client.post(flow.one, sent)
    again = owner_client.post(response.context["action"], as_sent(response.context["form"]))

    assert (response.status_code, again.status_code) == (409, 302)
    assert [entry["name"] for entry in flow.entries(owner)] == ["想留下的"]


def test_deleting_asks_once(flow, owner_client, owner):
    form = shown_form(owner_client, flow.delete)
    assert len(flow.entries(owner)) == 1

    answers = [owner_client.post(flow.delete, as_sent(form)).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert flow.entries(owner) == []


@pytest.mark.parametrize("name", ["detail", "delete"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_finds_nothing(flow, client, make_member, stranger, name, method):
    make_member("owner", **{flow.kind: [flow.make(id="of-owner")]})
    client.force_login(stranger)

    response = getattr(client, method)(flow.url(name, "of-owner"))

    assert response.status_code == 404


@pytest.mark.parametrize("page", ["list", "new", "one", "delete"])
@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(owner_client, flow, page, method):
    assert getattr(owner_client, method)(getattr(flow, page)).status_code == 405


def test_the_list_takes_as_many_queries_for_20_as_for_2(
    flow, client, make_member, django_assert_max_num_queries
):
    counts = []
    for number in (2, 20):
        many = [flow.make(id=f"i{n}") for n in range(number)]
        client.force_login(make_member(f"owner{number}", **{flow.kind: many}))
        with django_assert_max_num_queries(15) as queries:
            client.get(flow.list)
            client.get(flow.url("detail", "i1"))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_without_an_account_one_is_asked_for_first(flow, client, make_member):
    client.force_login(make_member(accounts=[], incomes=[], expenses=[]))

    assert client.get(flow.new).headers["Location"] == reverse("planner:account-create")
    assert client.get(flow.list).status_code == 200


def test_an_uncertain_income_is_marked_in_the_list(owner_client, owner):
    form = shown_form(owner_client, INCOME.one)

    owner_client.post(INCOME.one, as_sent(form, certain=None, adjust="previous_workday"))

    assert INCOME.entries(owner)[0]["certain"] is False
    assert INCOME.entries(owner)[0]["adjust"] == "previous_workday"
    assert "没有算进计划" in owner_client.get(INCOME.list).content.decode()


def test_what_has_to_be_paid_is_marked_in_the_list(owner_client, owner):
    assert "必须付" in owner_client.get(EXPENSE.list).content.decode()

    owner_client.post(EXPENSE.one, as_sent(shown_form(owner_client, EXPENSE.one), essential=None))

    assert EXPENSE.entries(owner)[0]["essential"] is False
    assert "必须付" not in owner_client.get(EXPENSE.list).content.decode()
