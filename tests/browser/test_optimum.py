"""The optimum in a browser: asked for once, and there by a link where htmx did not load."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import steps

pytestmark = pytest.mark.browser
ADDRESS = re.compile("/plan/optimum/")


@pytest.mark.parametrize("strategy", ["optimal", "snowball"])
def test_a_page_asks_once_and_shows_what_comes(browse, make_member, strategy):
    page = browse("/privacy/", user=make_member("asking", strategy=strategy))
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/plan/")

    told = {"optimal": "为什么这样还", "snowball": "最优方案会怎么还，为什么"}[strategy]
    waiting = page.locator("#optimum[hx-trigger]")
    expect(waiting).to_have_count(0)
    page.reload()
    expect(page.locator("#why")).to_have_text(told)
    expect(waiting).to_have_count(0)

    assert len([url for url in asked if ADDRESS.search(url)]) == 1


@pytest.mark.parametrize("has_scripts", [True, False])
def test_without_htmx_a_link_leads_to_the_optimum(browse, make_member, has_scripts):
    """Where scripts run but htmx did not come, and where none run."""
    user = make_member("linked", strategy="optimal")
    page = browse("/privacy/", user=user, has_scripts=has_scripts)
    page.route("**/*htmx*", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto("/plan/")

    steps.open_fold(page, "why-so").locator("#optimum a").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("最优方案")
    expect(page.locator("#against ~ dl dd")).to_have_count(4)
