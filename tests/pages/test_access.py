"""Every address of the app by the table of who may see what (tests/trust/addresses.py), for its
owner, a stranger, a guest and nobody, by every method, as a page and as a fragment."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from planner.services.documents import household_document_of
from tests.trust.addresses import ITEM, MEMBER, PUBLIC, TABLE, addresses, names, unlisted
from tests.trust.household import full
from tests.trust.visitor import words

MARK = "只给主人看"
WAYS = [
    (method, headers)
    for method in ("get", "post", "put", "delete")
    for headers in ({}, {"HX-Request": "true"})
]
DUE_ON = date(2026, 12, 15)


@pytest.fixture
def document():
    return full(date(2026, 12, 3), MARK, start="of-owner-")


@pytest.fixture
def every(document):
    items = {
        kind: [one["id"] for one in document[kind]]
        for kind in ("debts", "incomes", "expenses", "accounts")
    }
    return addresses(items, [("of-owner-friend", DUE_ON)])


@pytest.fixture
def person(make_member, document):
    owner = make_member("owner", **document)

    def make(role):
        client = Client(raise_request_exception=False)
        if role == "owner":
            client.force_login(owner)
        elif role == "stranger":
            client.force_login(make_member("stranger"))
        elif role == "guest":
            client.post(reverse("planner:sample-open"))
        return client

    make.owner = owner
    return make


def leads_to(answer):
    return answer.headers.get("Location") or answer.headers.get("HX-Redirect", "")


def test_every_address_is_in_the_table_and_nothing_else_is():
    assert unlisted() == set()
    assert TABLE.keys() - {name for name, _keys in names()} == set()


def is_well(address, answer):
    """Nothing broke. Where no worker is about, who watches the server is told so by a 503."""
    if address.name == "health-ready":
        return answer.status_code in (405, 503)
    return answer.status_code < 500


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("role", ["stranger", "guest", "nobody"])
def test_nobody_but_the_owner_sees_or_changes_what_is_theirs(person, every, role):
    client, other = person(role), person("owner")
    before = household_document_of(person.owner)
    signed_in = client.session.get("_auth_user_id")
    seen = set()
    for address in every:
        for method, headers in WAYS:
            if address.name in ("planner:data-erase", "account_logout") and method == "post":
                continue  # ends the session of whoever sends it; below
            answer = getattr(client, method)(address.path, headers=headers)
            what = (address.name, method, headers, answer.status_code)
            seen.add((address.kind, answer.status_code))

            assert is_well(address, answer), what
            assert MARK not in words(answer.getvalue()), what
            if role == "nobody" and address.kind != PUBLIC:
                assert leads_to(answer).startswith(reverse("account_login")), what
            elif address.kind == ITEM:
                assert answer.status_code in (404, 405), what
            elif role == "guest" and address.kind == MEMBER:
                assert leads_to(answer) == reverse("account_signup"), what
            if signed_in is None:
                client.cookies.clear()
    client.post(reverse("planner:data-erase"))

    assert household_document_of(person.owner) == before
    assert MARK in other.get(reverse("planner:debt-list")).content.decode()
    if role != "nobody":
        assert (ITEM, 404) in seen  # the control: it was not all wrong methods


@pytest.mark.slow
@pytest.mark.django_db
def test_the_owner_sees_it_on_many_pages(person, every):
    client, shown = person("owner"), 0
    for address in every:
        for headers in ({}, {"HX-Request": "true"}):
            answer = client.get(address.path, headers=headers)
            shown += MARK in words(answer.getvalue())
            assert is_well(address, answer), address
            assert answer.status_code != 404, address

    assert shown >= 20
