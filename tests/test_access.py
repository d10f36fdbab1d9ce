"""Every address of the app, for nobody, a stranger and the owner. None can be forgotten: what is
not listed here as public must send nobody to the sign-in page, and what names an owner's item
must not exist for a stranger."""

from datetime import date

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from planner import services
from tests.households import debt

PUBLIC = {
    "planner:home",
    "planner:guest-start",
    "planner:sample-open",
    "planner:privacy",
    "planner:start",  # sends nobody to the front page, where guests are made
    "set_language",
    "account_login",
    "account_logout",
    "account_signup",
    "account_inactive",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_request_login_code",
    "account_confirm_login_code",
}

# What stands in for the arguments of addresses; the slug belongs to the owner alone.
ARGUMENTS = {
    "slug": "of-owner",
    "debt": "of-owner",
    "kind": "debts",
    "name": "buffer",
    "due_on": date(2026, 12, 15),
    "year": 2026,
    "number": 12,
}


def addresses(patterns=None, namespace=""):
    """(name, path) of every pattern that is not public."""
    for pattern in patterns or get_resolver().url_patterns:
        if not isinstance(pattern, URLPattern):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern.url_patterns, inner)
            continue
        name = f"{namespace}{pattern.name}"
        if name not in PUBLIC:
            keys = pattern.pattern.converters
            yield name, reverse(name, kwargs={key: ARGUMENTS[key] for key in keys})


def answers(client):
    """Every address by every method, as a page and as a fragment."""
    for name, path in addresses():
        for method in ("get", "put", "delete", "post"):
            for headers in ({}, {"HX-Request": "true"}):
                answer = getattr(client, method)(path, headers=headers)
                yield f"{method} {name}", path, answer


@pytest.mark.django_db
def test_nobody_is_sent_to_sign_in_from_every_address(client):
    seen = set()
    for name, _path, answer in answers(client):
        seen.add(name)
        target = answer.headers.get("Location") or answer.headers.get("HX-Redirect", "")
        assert target.startswith(reverse("account_login")), (name, answer.status_code)

    assert {"get planner:settings", "post planner:account-erase"} <= seen


def test_what_names_an_owners_item_does_not_exist_for_a_stranger(make_member):
    owner = make_member("owner", debts=[debt(id="of-owner")])
    stranger = make_member("stranger")
    before = services.household_document_of(owner)
    client = Client()
    seen = []
    for name, path in addresses():
        if "of-owner" in path:
            for method in ("get", "post"):
                client.force_login(stranger)
                status = getattr(client, method)(path).status_code
                assert status in (404, 405), (method, name)
                seen.append(status)

    assert seen.count(404) > len(seen) / 2  # most are there at all
    assert services.household_document_of(owner) == before


def test_no_address_fails_for_a_person_with_figures(make_member):
    client = Client(raise_request_exception=False)
    client.force_login(make_member("owner", debts=[debt(id="of-owner")]))
    for name, path in addresses():
        for method in ("get", "put", "delete"):
            for headers in ({}, {"HX-Request": "true"}):
                answer = getattr(client, method)(path, headers=headers)
                assert answer.status_code < 500, (method, name)
