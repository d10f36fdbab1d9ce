"""Every address of the app, for nobody and for a stranger. A new address cannot be forgotten:
what is not listed here as public must send nobody to the sign-in page."""

import pytest
from django.urls import URLPattern, get_resolver, reverse
from django.urls.converters import IntConverter, StringConverter

PUBLIC = {
    "planner:home",
    "planner:guest-start",
    "planner:sample-open",
    "planner:privacy",
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


def addresses(patterns=None, namespace=""):
    """(name, path) of every pattern; arguments get values that belong to nobody."""
    for pattern in patterns or get_resolver().url_patterns:
        if not isinstance(pattern, URLPattern):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern.url_patterns, inner)
            continue
        name = f"{namespace}{pattern.name}"
        arguments = {
            key: 1 if isinstance(converter, IntConverter) else "2026-12"
            for key, converter in pattern.pattern.converters.items()
            if isinstance(converter, IntConverter | StringConverter)
        }
        if name not in PUBLIC:
            yield name, reverse(name, kwargs=arguments)


def test_every_address_has_a_name():
    assert all(name and not name.endswith("None") for name, _path in addresses())


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "fragment"])
def test_nobody_is_sent_to_sign_in_from_every_address(client, method, headers):
    answers = {name: getattr(client, method)(path, headers=headers) for name, path in addresses()}

    assert answers.keys() >= {"planner:settings", "planner:account-erase"}
    for name, answer in answers.items():
        target = answer.headers.get("Location") or answer.headers.get("HX-Redirect", "")
        assert target.startswith(reverse("account_login")), (name, answer.status_code)


def test_no_address_fails_for_a_person_with_figures(owner_client):
    for name, path in addresses():
        for headers in ({}, {"HX-Request": "true"}):
            assert owner_client.get(path, headers=headers).status_code < 500, name
            assert owner_client.put(path, headers=headers).status_code < 500, name
