"""Accounts in the browser: balances, who may deduct, and which one cannot go."""

import pytest
from django.urls import reverse

from planner.services.documents import household_document_of
from tests.households import account, debt
from tests.sending import as_sent

LIST = reverse("planner:account-list")
NEW = reverse("planner:account-create")
ONE = reverse("planner:account-detail", args=["card"])
DELETE = reverse("planner:account-delete", args=["card"])
HTMX = {"HX-Request": "true"}


def shown_form(client, url):
    return client.get(url).context["form"]


def entries(user):
    return household_document_of(user)["accounts"]


@pytest.mark.parametrize(("headers", "is_page"), [({}, True), (HTMX, False)])
@pytest.mark.parametrize("url", [LIST, NEW, ONE, DELETE])
def test_each_address_is_a_page_or_its_region(owner_client, url, headers, is_page):
    response = owner_client.get(url, headers=headers)

    assert (b"<html" in response.content) is is_page
    assert b'id="account-board"' in response.content


def test_a_form_sent_as_it_is_shown_changes_nothing(owner_client, owner):
    before = entries(owner)

    assert owner_client.post(ONE, as_sent(shown_form(owner_client, ONE))).status_code == 302
    assert entries(owner) == before


def test_a_new_account_is_added_once(owner_client, owner):
    form = shown_form(owner_client, NEW)
    sent = as_sent(form, name="零钱", account_kind="wechat_balance", balance="￥８８．８")

    answers = [owner_client.post(NEW, sent).status_code for _ in range(3)]

    assert answers == [302] * 3
    assert [(one["kind"], one["balance"]) for one in entries(owner)[1:]] == [
        ("wechat_balance", "88.80")
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"balance": ""}, "balance"),
        ({"balance": "NaN"}, "balance"),
        ({"balance": "1000000000"}, "balance"),
        ({"name": " "}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "名" * 201}, "name"),
        ({"account_kind": "gold"}, "account_kind"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_is_wrong_is_said_at_its_field(owner_client, owner, changes, field, headers):
    before = entries(owner)

    response = owner_client.post(
        ONE, as_sent(shown_form(owner_client, ONE), **changes), headers=headers
    )

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert entries(owner) == before


def test_the_second_of_two_tabs_sees_both_versions(owner_client, owner):
    first = as_sent(shown_form(owner_client, ONE), balance="7")
    second = as_sent(shown_form(owner_client, ONE), balance="8")
    owner_client.post(ONE, first)

    response = owner_client.post(ONE, second)

    assert response.status_code == 409
    assert "7.00" in response.content.decode()
    assert 'value="8"' in response.content.decode()
    assert entries(owner)[0]["balance"] == "7.00"


def test_an_account_in_use_stays_and_says_why(owner_client, owner):
    response = owner_client.post(DELETE, as_sent(shown_form(owner_client, DELETE)))

    assert response.status_code == 422
    assert "换成别的账户" in response.content.decode()
    assert len(entries(owner)) == 1


def test_an_unused_account_goes_and_with_it_its_mention(client, make_member):
    owner = make_member(incomes=[], expenses=[], debts=[debt(autopay=["card"])])
    client.force_login(owner)

    assert client.post(DELETE, as_sent(shown_form(client, DELETE))).status_code == 302
    assert entries(owner) == []
    assert household_document_of(owner)["debts"][0]["autopay"] == []


def test_the_list_says_who_may_deduct_in_which_order(client, make_member):
    owner = make_member(
        accounts=[account(), account(id="second", name="余额")],
        debts=[debt(name="花呗", autopay=["second", "card"])],
    )
    client.force_login(owner)

    page = client.get(LIST).content.decode()

    assert "花呗可以从这里扣款（第 1 顺位）" in page
    assert "花呗可以从这里扣款（第 2 顺位）" in page
    assert "4,200.00" in page


def test_an_account_says_of_whom_nobody_knows_whether_they_take_from_it(client, make_member):
    said = debt(id="said", name="花呗", autopay=["second"])
    unsaid = debt(id="unsaid", name="借呗", autopay=[])
    accounts = [
        account(), account(id="second", name="余额"), account(id="purse", name="钱包", kind="cash"),
    ]  # fmt: skip
    owner = make_member(accounts=accounts, debts=[said, unsaid])
    client.force_login(owner)

    rows = {row["name"]: row["possible"] for row in client.get(LIST).context["rows"]}
    page = client.get(LIST).content.decode()

    assert rows == {accounts[0]["name"]: "借呗", "余额": "借呗", "钱包": ""}
    assert page.count("还不知道谁能从这里扣，先当作可能被扣。") == 1  # the first account
    assert page.count("先当作可能会扣：借呗") == 1  # beside 花呗, which is known
    assert page.count("没有出借方可以从这里扣") == 1  # cash


def test_hidden_amounts_stay_hidden(owner_client, owner):
    household = owner.household
    household.is_discreet = True
    household.save()

    assert "2,100.00" not in owner_client.get(LIST).content.decode()


@pytest.mark.parametrize("name", ["account-detail", "account-delete"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_finds_nothing(client, make_member, stranger, name, method):
    make_member("owner", accounts=[account(), account(id="of-owner")])
    client.force_login(stranger)

    response = getattr(client, method)(reverse(f"planner:{name}", args=["of-owner"]))

    assert response.status_code == 404


@pytest.mark.parametrize("url", [LIST, NEW, ONE, DELETE])
@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(owner_client, url, method):
    assert getattr(owner_client, method)(url).status_code == 405


def test_the_list_takes_as_many_queries_for_20_as_for_2(
    client, make_member, django_assert_max_num_queries
):
    counts = []
    for number in (2, 20):
        many = [account(), *(account(id=f"a{n}") for n in range(number))]
        client.force_login(make_member(f"owner{number}", accounts=many))
        with django_assert_max_num_queries(15) as queries:
            client.get(LIST)
            client.get(reverse("planner:account-detail", args=["a1"]))
        counts.append(len(queries))

    assert counts[0] == counts[1]
