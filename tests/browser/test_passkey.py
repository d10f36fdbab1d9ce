"""A passkey of a virtual authenticator: added, and asked for when signing in."""

import pytest
from django.conf import settings as site
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import PASSWORD, session_cookie

pytestmark = pytest.mark.browser


def test_a_passkey_is_added_and_opens_the_account(browse, make_signed_up, live_server, watch):
    home = live_server.url.replace("127.0.0.1", "localhost")
    watch.home = home
    member = make_signed_up()
    page = browse(home + reverse("account_login"))
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True,
           "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": key})
    page.context.add_cookies([session_cookie(member, home)])

    page.goto(home + reverse("mfa_index"))
    page.get_by_role("link", name="添加通行密钥").click()
    steps.fill(page, password=PASSWORD)
    page.get_by_role("button", name="确认").click()
    page.get_by_role("button", name="添加通行密钥").click()
    expect(page.get_by_role("heading", name="备用码")).to_be_visible()
    page.context.clear_cookies(name=site.SESSION_COOKIE_NAME)
    page.goto(home + reverse("account_login"))
    steps.fill(page, login=member.email, password=PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()
    page.get_by_role("button", name="使用通行密钥").click()

    expect(page.get_by_role("link", name="计划")).to_be_visible()
    page.goto(home + reverse("sessions"))
    expect(page.get_by_role("main")).to_contain_text("Chrome · Linux")
