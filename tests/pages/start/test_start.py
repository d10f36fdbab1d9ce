"""The three steps: from a guest without anything to the plan."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from planner.models import DebtRow, HouseholdRow, User
from planner.plans.kept import stored_plan
from planner.services.changes import undo
from planner.services.documents import household_document_of
from tests.households import account, debt, expense, income
from tests.page_reading import read
from tests.sending import as_sent, send_on

START = reverse("planner:start")
MONEY = reverse("planner:start-money")
HTMX = {"HX-Request": "true"}
HUABEI = f"{START}?product=huabei"


@pytest.fixture
def guest_client(client, db):
    client.post(reverse("planner:guest-start"))
    return client


def shown_form(client, url):
    return client.get(url).context["form"]


def household():
    return household_document_of(User.objects.get())


def add_huabei(client, **changes):
    answers = {"to_pay": "2,386.40元", "due_day": "9", "last": "full", "consent": "on"} | changes
    return send_on(client, HUABEI, shown_form(client, HUABEI), **answers)


def money(**changes):
    pay_day = (timezone.localdate() + timedelta(days=17)).isoformat()
    return {
        "balance": "2100", "pay_day": pay_day, "pay": "8,500", "living": "420", "rent": "2600",
        "rent_day": "5",
    } | changes  # fmt: skip


def test_from_nothing_to_a_plan_in_three_steps(guest_client):
    assert guest_client.get(START).status_code == 200
    assert add_huabei(guest_client).headers["Location"] == START

    sent = as_sent(shown_form(guest_client, MONEY), **money())
    assert guest_client.post(MONEY, sent).headers["Location"] == reverse("planner:plan")

    document = household()
    assert document["strategy"] == "optimal"
    assert document["as_of"] == timezone.localdate().isoformat()
    assert [entry["unbilled"] for entry in document["debts"]] == ["2386.40"]
    assert [entry["amount"] for entry in document["incomes"]] == ["8500.00"]
    assert {entry["amount"] for entry in document["expenses"]} == {"420.00", "2600.00"}
    assert [entry["balance"] for entry in document["accounts"]] == ["2100.00"]
    assert document["buffer"] == "420.00"  # a week of living
    assert stored_plan(user=User.objects.get())["dues"]


@pytest.mark.parametrize(
    ("query", "answers"),
    [
        ("product=huabei", {"to_pay": "1", "due_day": "10", "last": "full"}),
        (
            "product=credit_card",
            {"to_pay": "1", "due_day": "23", "statement_day": "5", "last": "full"},
        ),
        (
            "product=jiebei",
            {"principal": "1", "next_due": "2099-01-01", "periods_left": "3",
             "method": "level", "rate_value": "万分之四"},
        ),
        ("contract=revolving",
         {"name": "白条", "to_pay": "1", "due_day": "9", "statement_day": "1",
          "rate_value": "0.05", "last": "full"}),
        (
            "contract=instalment",
            {"name": "车贷", "principal": "1", "next_due": "2099-01-01", "periods_left": "3",
             "rate_value": "6", "rate_unit": "year"},
        ),
        (
            "contract=open",
            {"name": "小李", "principal": "1", "next_due": "2099-01-01", "minimum_fixed": "1"},
        ),
    ],
)  # fmt: skip
def test_each_kind_of_debt_needs_only_what_is_asked(guest_client, query, answers):
    url = f"{START}?{query}"

    response = send_on(guest_client, url, shown_form(guest_client, url), consent="on", **answers)

    assert response.status_code == 302, response.context["form"].errors
    assert DebtRow.objects.count() == 1


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize("url", [START, HUABEI])
def test_step_one_is_a_page_or_its_region(guest_client, url, headers):
    response = guest_client.get(url, headers=headers)

    assert (b"<html" in response.content) is not bool(headers)
    assert b'id="start"' in response.content


def test_without_consent_nothing_is_stored(guest_client):
    form = shown_form(guest_client, HUABEI)
    page = read(guest_client.get(HUABEI).content.decode())
    assert not next(
        one.control("consent") for one in page.posting() if one.control("consent")
    ).is_on

    response = send_on(guest_client, HUABEI, form, to_pay="2386.40", last="full")

    assert response.status_code == 422
    assert "2386.40" in response.content.decode()
    assert not DebtRow.objects.exists()
    assert not HouseholdRow.objects.get().has_consent


def test_consent_is_asked_once(guest_client):
    add_huabei(guest_client)

    assert HouseholdRow.objects.get().has_consent
    assert "consent" not in shown_form(guest_client, HUABEI).fields


def test_a_refused_figure_stores_no_consent_either(guest_client):
    response = add_huabei(guest_client, due_day="1")

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["due_day"]
    assert not HouseholdRow.objects.get().has_consent


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_mistake_keeps_what_was_typed(guest_client, headers):
    form = shown_form(guest_client, HUABEI)

    response = guest_client.post(
        HUABEI, as_sent(form, to_pay="两千", name="我的花呗"), headers=headers
    )

    page = response.content.decode()
    assert response.status_code == 422
    assert "两千" in page
    assert "我的花呗" in page


def test_sending_a_debt_twice_adds_it_once(guest_client):
    form = shown_form(guest_client, HUABEI)
    answers = {"to_pay": "100", "last": "full", "shows_made": "growing", "consent": "on"}
    asked = guest_client.post(HUABEI, as_sent(form, **answers))
    sent = as_sent(asked.context["form"])

    answers = [guest_client.post(HUABEI, sent).status_code for _ in range(3)]

    assert answers == [302, 302, 302]
    assert DebtRow.objects.count() == 1


def test_own_figures_take_the_place_of_the_sample(client, db):
    client.post(reverse("planner:sample-open"))
    page = client.get(START).content.decode()
    assert "6,240.75" not in page

    add_huabei(client)

    document = household()
    assert [entry["unbilled"] for entry in document["debts"]] == ["2386.40"]
    assert document["incomes"] == document["accounts"] == []
    assert not HouseholdRow.objects.get().is_sample
    assert undo(user=User.objects.get())
    assert household()["debts"] == []


def test_a_sample_stays_when_the_own_figure_is_refused(client, db):
    client.post(reverse("planner:sample-open"))
    before = household()

    add_huabei(client, due_day="1")

    assert household() == before
    assert HouseholdRow.objects.get().is_sample


def test_step_two_can_be_taken_again(guest_client):
    add_huabei(guest_client)
    guest_client.post(MONEY, as_sent(shown_form(guest_client, MONEY), **money()))

    form = shown_form(guest_client, MONEY)
    assert as_sent(form)["pay"] == "8,500.00"
    guest_client.post(
        MONEY, as_sent(form, **money(balance="50", pay="", pay_day="", rent="", rent_day=""))
    )

    document = household()
    assert [entry["balance"] for entry in document["accounts"]] == ["50.00"]
    assert document["incomes"] == []
    assert [entry["amount"] for entry in document["expenses"]] == ["420.00"]


def test_step_two_sent_twice_changes_nothing_more(guest_client):
    add_huabei(guest_client)
    sent = as_sent(shown_form(guest_client, MONEY), **money())
    guest_client.post(MONEY, sent)
    revision = HouseholdRow.objects.get().revision

    assert guest_client.post(MONEY, sent).status_code == 302
    assert HouseholdRow.objects.get().revision == revision


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"balance": ""}, {"balance"}),
        ({"balance": "-5"}, {"balance"}),
        ({"living": ""}, {"living"}),
        ({"pay": ""}, {"pay"}),
        ({"pay_day": ""}, {"pay_day"}),
        ({"pay_day": "2020-01-01"}, {"pay_day"}),
        ({"rent_day": ""}, {"rent_day"}),
        ({"rent_day": "32", "rent": "x"}, {"rent", "rent_day"}),
    ],
)
def test_step_two_says_what_is_missing(guest_client, changes, fields):
    add_huabei(guest_client)

    response = guest_client.post(
        MONEY, as_sent(shown_form(guest_client, MONEY), **money(**changes))
    )

    assert response.status_code == 422
    assert set(response.context["form"].errors) == fields
    assert household()["accounts"] == []


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_comes_up_is_no_mistake(guest_client, headers):
    """A card's bill can be asked about once its two days are known."""
    url = f"{START}?product=credit_card"
    form = shown_form(guest_client, url)
    assert "to_pay" not in form.fields
    days = {"consent": "on", "statement_day": "25", "due_day": "13"}

    asked = guest_client.post(url, as_sent(form, **days), headers=headers)
    typed = as_sent(asked.context["form"], to_pay="900", last="full")
    refused = guest_client.post(url, typed | {"to_pay": "没有"}, headers=headers)
    told = guest_client.post(url, typed, headers=headers)

    page = asked.content.decode()
    assert [one.status_code for one in (asked, refused, told)] == [422] * 3
    assert asked.context["form"].only_asks
    assert not refused.context["form"].only_asks
    assert [word in page for word in ("errorlist", "aria-invalid", 'data-state="bad"')] == [
        False
    ] * 3
    assert 'aria-invalid="true"' in refused.content.decode()
    assert DebtRow.objects.count() == 0
    sent = as_sent(told.context["form"])
    assert guest_client.post(url, sent, headers=headers).status_code == 302
    assert DebtRow.objects.count() == 1


def test_step_two_asks_only_for_what_is_not_there(client, make_member):
    owner = make_member(debts=[debt()], accounts=[account()], incomes=[], expenses=[])
    client.force_login(owner)

    form = shown_form(client, MONEY)
    page = client.get(MONEY).content.decode()
    answer = client.post(MONEY, as_sent(form, living="420", pay="", pay_day="", rent=""))

    assert "balance" not in form.fields
    assert account()["name"] in page
    assert answer.headers["Location"] == reverse("planner:plan")
    document = household_document_of(owner)
    assert [one["id"] for one in document["accounts"]] == [account()["id"]]
    assert [one["account"] for one in document["expenses"]] == [account()["id"]]


def test_step_two_is_left_out_where_it_has_nothing_to_ask(client, make_member):
    owner = make_member(
        debts=[debt()], accounts=[account()], incomes=[income()], expenses=[expense()]
    )
    client.force_login(owner)
    before = household_document_of(owner)

    answers = [client.get(MONEY), client.post(MONEY, {})]

    assert {one.headers["Location"] for one in answers} == {reverse("planner:plan")}
    assert household_document_of(owner) == before


def test_step_two_waits_for_step_one(guest_client):
    assert guest_client.get(MONEY).headers["Location"] == START


def test_nobody_is_sent_to_the_front_page(client, db):
    assert client.get(START).headers["Location"] == reverse("planner:home")
    assert client.post(HUABEI, {"to_pay": "1"}).headers["Location"] == reverse("planner:home")


@pytest.mark.parametrize("url", [START, MONEY])
def test_other_methods_are_refused(guest_client, url):
    assert guest_client.put(url).status_code == 405
    assert guest_client.delete(url).status_code == 405


def test_a_guest_sees_only_what_is_their_own(client, make_member):
    make_member("owner", debts=[debt(name="别人的债")])
    client.post(reverse("planner:guest-start"))

    assert "别人的债" not in client.get(START).content.decode()


def test_step_one_takes_as_many_queries_for_20_as_for_2(
    client, make_member, django_assert_max_num_queries
):
    counts = []
    for number in (2, 20):
        owner = make_member(f"owner{number}", debts=[debt(id=f"d{n}") for n in range(number)])
        client.force_login(owner)
        with django_assert_max_num_queries(30) as queries:
            client.get(START)
            client.get(MONEY)
        counts.append(len(queries))

    assert counts[0] == counts[1]
