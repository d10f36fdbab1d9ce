"""The plan on a phone: as long as two and a half screens, and still while it changes."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from planner.pages.front.sample import sample_document
from tests.browser import steps
from tests.browser.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.browser

LONGEST = 2_000  # px of the sample at 390 × 844
STILL = 4  # px

# Every word of a drawn chart as a box of the screen, with its text.
WORDS = """() => [...document.querySelectorAll(".chart svg")]
  .filter((one) => one.checkVisibility())
  .map((svg) => ({
    canvas: svg.getBoundingClientRect().toJSON(),
    words: [...svg.querySelectorAll("text")].map((one) => (
      { ...one.getBoundingClientRect().toJSON(), text: one.textContent })),
  }))"""


@pytest.fixture
def sample(browse, make_guest):
    """The sample's plan, with the optimum there already."""

    def open_sample(**options) -> Page:
        guest = make_guest(sample_document(timezone.localdate()), is_sample=True)
        page = browse(reverse("planner:plan"), user=guest, **options)
        expect(page.locator("#optimum[hx-trigger]")).to_have_count(0)
        return page

    return open_sample


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_sample_is_short_on_a_phone(sample, language):
    page = sample(language=language)

    height = page.evaluate("document.documentElement.scrollHeight")

    assert height <= LONGEST
    assert page.locator("main details[open]").count() == 0


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_words_of_a_chart_stay_on_it_and_apart(sample, language, size):
    page = sample(language=language, size=size)
    steps.open_fold(page, "owed-to-the-end")

    charts = page.evaluate(WORDS)

    assert len(charts) == 2
    for chart in charts:
        canvas, words = chart["canvas"], chart["words"]
        assert any("¥" in word["text"] for word in words)
        for place, one in enumerate(words):
            assert one["left"] >= canvas["left"] - 1
            assert one["right"] <= canvas["right"] + 1
            assert one["bottom"] <= canvas["bottom"] + 1
            for other in words[place + 1 :]:
                across = min(one["right"], other["right"]) - max(one["left"], other["left"])
                down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
                assert across <= 0 or down <= 3, (one["text"], other["text"])


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_an_edited_figure_stays_where_it_is_and_says_what_it_did(sample, size):
    page = sample(size=size)
    steps.open_fold(page, "my-figures")
    field = page.locator('#my-figures input[name$="-amount"]').first
    field.scroll_into_view_if_needed()
    field.fill("9900")
    before = top(page, field)

    with page.expect_response("**/plan/figures/**"):
        field.press("Enter")
    bar = page.locator("#plan > .change.floating")
    expect(bar).to_be_visible()
    after_the_edit = top(page, field)
    expect(page.locator("#optimum[hx-trigger]")).to_have_count(0)
    page.wait_for_load_state("networkidle")
    after_the_optimum = top(page, field)

    assert abs(after_the_edit - before) <= STILL
    assert abs(after_the_optimum - before) <= STILL
    expect(bar).to_be_in_viewport()
    assert page.locator("#my-figures").get_attribute("open") is not None

    page.locator("[data-dismiss]").click()
    expect(bar).to_have_count(0)
    assert abs(top(page, field) - before) <= STILL


def test_what_is_looked_at_stays_when_the_optimum_arrives(browse, make_guest):
    """The answer above becomes another one; the chart that is looked at does not move."""
    guest = make_guest(sample_document(timezone.localdate()), is_sample=True)
    page = browse(reverse("planner:privacy"), user=guest)
    held = []
    page.route("**/plan/optimum/**", lambda route: held.append(route))
    page.goto(reverse("planner:plan"))
    chart = page.locator("#money")
    page.evaluate("document.querySelector('#money').scrollIntoView({behavior: 'instant'})")
    page.evaluate("document.querySelector('#answer').textContent += ' long'.repeat(60)")
    before = top(page, chart)

    with page.expect_response("**/plan/optimum/**"):
        held.pop().continue_()
    expect(page.locator("#optimum[hx-trigger]")).to_have_count(0)
    page.wait_for_load_state("networkidle")

    assert "long" not in page.locator("#answer").inner_text()  # what stood above was swapped
    assert abs(top(page, chart) - before) <= STILL


# How far what is seen moves without anybody having touched the page, in px.
SHIFTS = """() => {
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const shift of list.getEntries()) {
      if (shift.hadRecentInput) continue;
      for (const { previousRect: was, currentRect: is } of shift.sources) {
        if (was.height && is.height) shifts.push(Math.abs(is.top - was.top));
      }
    }
  }).observe({ type: "layout-shift", buffered: true });
}"""


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_nothing_shifts_while_the_page_comes_and_the_optimum_after_it(browse, make_guest, size):
    guest = make_guest(sample_document(timezone.localdate()), is_sample=True)
    page = browse(reverse("planner:privacy"), user=guest, size=size)
    page.goto(reverse("planner:plan"))
    page.evaluate(SHIFTS)

    expect(page.locator("#optimum[hx-trigger]")).to_have_count(0)
    page.wait_for_load_state("networkidle")

    assert max(page.evaluate("shifts"), default=0) <= STILL
    page.evaluate("document.querySelector('#main').insertAdjacentHTML('afterbegin', '<h1>…</h1>')")
    page.wait_for_timeout(700)  # what follows an input within half a second is not counted
    page.evaluate("document.querySelector('#main').insertAdjacentHTML('afterbegin', '<h1>…</h1>')")
    page.wait_for_timeout(200)
    assert max(page.evaluate("shifts"), default=0) > STILL  # the control


def test_the_folds_are_printed_open(sample):
    page = sample(size=DESKTOP)

    page.emulate_media(media="print")

    for name in ("strategies", "figure"):
        assert page.locator(f"#plan .{name}").first.bounding_box()["height"] > 0
    assert page.locator("#owed-to-the-end svg").bounding_box()["height"] > 0
    expect(page.locator("#take-away")).to_be_hidden()


def top(page: Page, one) -> float:
    """Where it stands on the screen once nothing scrolls any more."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")
    return one.evaluate("(found) => found.getBoundingClientRect().top")
