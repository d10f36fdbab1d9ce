"""Going back in the browser's history: what was private is gone once its owner signed out."""

import pytest
from django.urls import reverse
from playwright.sync_api import Error, Page, expect

from tests.browser import steps
from tests.browser.conftest import PATIENCE, PHONE, session_cookie

pytestmark = pytest.mark.browser

NAME = "小李"  # of the debt in the tests' household


@pytest.fixture(scope="module")
def remembering(browser_type, browser_type_launch_args):
    """A browser that keeps pages whole to go back to, as people's do and Playwright's does not."""
    kept = ["--disable-back-forward-cache"]
    browser = browser_type.launch(**browser_type_launch_args, ignore_default_args=kept)
    yield browser
    browser.close()


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no-scripts"])
def test_going_back_after_signing_out_shows_nothing_private(
    remembering, live_server, make_signed_up, has_scripts
):
    user = make_signed_up()
    context = remembering.new_context(
        base_url=live_server.url, viewport=PHONE, java_script_enabled=has_scripts
    )
    context.set_default_timeout(PATIENCE)
    context.add_cookies([session_cookie(user, live_server.url)])
    page = context.new_page()
    private = [reverse(f"planner:{one}") for one in ("settings", "debt-list", "plan")]
    for path in private:
        page.goto(path)
    expect(page.get_by_text(NAME).first).to_be_visible()  # the control: it is there before

    steps.send(steps.form(page, "account_logout"))
    seen = []
    for _page in private:
        _go_back(page)
        seen.append(page.content())

    assert not any(NAME in one for one in seen)
    assert any(reverse("account_login") in one for one in seen)
    context.close()


def _go_back(page: Page) -> None:
    """Go back and wait for it to load: a page that was kept whole would not, and fails here.

    While the browser changes over from one page to the next it refuses; it has then not moved.
    """
    for _attempt in range(50):
        try:
            page.go_back()
        except Error as refusal:
            if "Not attached to an active page" not in refusal.message:
                raise
            page.wait_for_timeout(100)
        else:
            return
    pytest.fail("the browser did not settle on a page")
