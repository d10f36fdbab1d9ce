"""Text at twice its size on a phone: nothing is pushed out of the window, on any page."""

from functools import partial

import pytest
from django.urls import reverse
from django.utils import timezone

from planner.services.documents import household_of
from tests.browser.households import long_words, overdue
from tests.trust.addresses import addresses

pytestmark = pytest.mark.browser

# Where a click, not an address, leads, and what is no page.
LEFT_OUT = {"account_logout", "planner:plan-csv", "planner:plan-xlsx", "planner:calendar-ics",
            "planner:data-export", "planner:household-export"}  # fmt: skip
FORMS = ("?product=huabei", "?product=credit_card", "?product=jiebei", "?contract=open")

LARGE = "document.documentElement.style.fontSize = '200%'"
OPENED = "document.querySelectorAll('main details').forEach((one) => (one.open = true))"
# By how much the page is wider than the window, and what reaches out of it.
STICKS_OUT = """() => {
  const root = document.scrollingElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const outside = [...document.querySelectorAll("body *")].filter((one) =>
    one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 1);
  const named = (one) => `${one.tagName}.${one.className}: ${one.innerText?.slice(0, 20)}`;
  return [`${root.scrollWidth - root.clientWidth} px`, ...outside.slice(0, 4).map(named)];
}"""


def pages_of(user):
    """Every address that a page of this person may have."""
    items = {kind: [row.slug for row in rows] for kind, rows in household_of(user).items.items()}
    found = [one.path for one in addresses(items, []) if one.name not in LEFT_OUT]
    forms = [reverse(name) + query for name in ("planner:start", "planner:debt-create")
             for query in FORMS]  # fmt: skip
    return [*found, *forms]


@pytest.mark.parametrize(
    ("document", "language"),
    [(long_words, "zh-hans"), (overdue, "en")],
    ids=["long-words", "overdue"],
)
def test_large_text_needs_no_push_to_the_side(browse, make_guest, watch, document, language):
    watch.expected |= {404, 409}
    user = make_guest(document(timezone.localdate()))
    page = browse(reverse("planner:privacy"), user=user, language=language)

    seen, wide = set(), {}
    for path in pages_of(user):
        found = page.request.get(path)
        if not found.ok or "html" not in found.headers["content-type"] or found.url in seen:
            continue  # a file, an address that only takes what is sent, or one that led elsewhere
        seen.add(found.url)
        page.route(partial(str.__eq__, found.url), partial(fulfilled, found), times=1)
        page.goto(found.url)  # its style sheets, too
        page.evaluate(LARGE)
        page.evaluate(OPENED)
        if sticks_out := page.evaluate(STICKS_OUT):
            wide[path] = sticks_out

    assert wide == {}
    assert len(seen) > 25


def fulfilled(found, route):
    """With what was answered already: each page is made once."""
    route.fulfill(response=found)


def test_what_is_too_wide_in_large_text_is_found(browse):
    page = browse()
    page.evaluate(LARGE)
    assert page.evaluate(STICKS_OUT) == []

    page.evaluate("document.querySelector('h1').style.width = '13rem'")

    assert page.evaluate(STICKS_OUT)
