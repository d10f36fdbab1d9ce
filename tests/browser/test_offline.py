"""Installed, the site says by itself that it cannot be reached; nothing is kept for that."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import PASSWORD

pytestmark = pytest.mark.browser

# A headless browser installs nothing: it is told that it did.
INSTALLED = """
const asked = matchMedia.bind(window);
window.matchMedia = (query) =>
  query === "(display-mode: standalone)" ? { matches: true } : asked(query);
"""
KEPT = """async () => [
  ...(await caches.keys()), ...(await indexedDB.databases()).map((one) => one.name),
  ...Object.keys(localStorage),
]"""
WORKERS = "navigator.serviceWorker.getRegistrations().then((all) => all.length)"


def test_offline_is_said_and_nothing_is_kept(browse, make_signed_up, watch):
    member = make_signed_up("member")
    page = browse(reverse("account_login"))
    assert page.evaluate(WORKERS) == 0
    page.context.add_init_script(INSTALLED)
    steps.fill(page, login=member.email, password=PASSWORD)
    steps.send(steps.form(page, "account_login"))
    steps.is_at(page, "planner:plan")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    for name in ("debt-list", "calendar", "settings"):
        page.goto(reverse(f"planner:{name}"))
    assert "小李" in page.goto(reverse("planner:plan")).text()

    page.context.set_offline(True)
    watch.expected.add(503)
    page.goto(reverse("planner:debt-list"))
    expect(page.locator("h1")).to_have_text("现在连不上安还")
    expect(page.locator("h2")).to_have_text("Anhuan cannot be reached")
    assert "小李" not in page.content()
    assert page.locator("body").evaluate("(one) => getComputedStyle(one).marginTop") == "0px"
    assert page.evaluate(KEPT) == []
    assert Axe().run(page).response["violations"] == []

    page.context.set_offline(False)
    page.locator("a").click()
    steps.is_at(page, "planner:debt-list")
    expect(page.get_by_text("小李").first).to_be_visible()
    steps.sign_out(page)
    assert page.evaluate(WORKERS) == 0
