"""The watch over the browser tests sees what it should."""

import pytest

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="en"><title>Planted</title>{fault}"""


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ("<script>document.title = 'ran'</script>", "script-src 'self'"),
        ("<p style='color: red'>", "style-src 'self'"),
        ("<img src='http://elsewhere.invalid/one.png' alt=''>", "elsewhere.invalid"),
        ("<img src='/nothing.png' alt=''>", "404"),
    ],
)
def test_a_planted_fault_is_heard(browse, watch, live_server, fault, complaint):
    page = browse()
    policy = page.request.get("/privacy/").headers["content-security-policy"]
    page.route(
        "**/planted/",
        lambda route: route.fulfill(
            body=PAGE.format(fault=fault),
            headers={"Content-Type": "text/html", "Content-Security-Policy": policy},
        ),
    )

    page.goto("/planted/", wait_until="networkidle")

    assert any(complaint in one for one in watch.complaints)
    watch.complaints.clear()
