"""The page of the person's own order."""

import pytest
from django.urls import reverse

from planner.services.changes import change_household
from planner.services.documents import household_document_of
from planner.services.items import save_item
from tests.households import debt

URL = reverse("planner:plan-order")


@pytest.fixture
def two_debts(owner):
    for slug in ("one", "two"):
        save_item(user=owner, kind="debts", item=debt(id=slug, name=slug))
    return owner


def order_of(user):
    return household_document_of(user)["order"]


@pytest.mark.parametrize(("headers", "is_page"), [({}, True), ({"HX-Request": "true"}, False)])
def test_the_order_is_a_page_or_a_fragment(owner_client, two_debts, headers, is_page):
    response = owner_client.get(URL, headers=headers)

    assert (b"<html" in response.content) is is_page
    assert b'id="order"' in response.content


def test_a_debt_moves_up_and_twice_sent_moves_once(owner_client, two_debts):
    sent = {"key": "k1", "was": "friend,one,two", "up": "two"}

    for _ in range(2):
        response = owner_client.post(URL, sent)

        assert response.status_code == 302
        assert order_of(two_debts) == ["friend", "two", "one"]


def test_an_order_changed_elsewhere_is_shown_and_kept(owner_client, two_debts):
    change_household(user=two_debts, order=["friend", "two", "one"])

    response = owner_client.post(URL, {"key": "k2", "was": "friend,one,two", "down": "two"})

    assert response.status_code == 409
    assert order_of(two_debts) == ["friend", "two", "one"]


def test_a_debt_of_nobody_here_is_refused(owner_client, two_debts):
    response = owner_client.post(URL, {"key": "k3", "was": "", "up": "not-mine"})

    assert response.status_code == 422
    assert order_of(two_debts) == []


def test_other_methods_are_refused(owner_client):
    assert owner_client.put(URL).status_code == 405
