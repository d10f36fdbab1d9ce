"""Every page in every state: axe finds nothing, nothing sticks out, everything can be tapped."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as site_settings
from django.utils import timezone

from planner.domain.rulebook.products import load_products
from planner.domain.values.days import next_month_day
from planner.pages.front.sample import sample_document
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.states import STATES, Site, unfold

pytestmark = pytest.mark.browser

WIDTHS = (320, 390, 768, 1280)
SCREENSHOTS = site_settings.BASE_DIR / "var" / "screenshots"

# Parts that stick out of the window, by how much; what scrolls within itself may.
OVERFLOW = """() => {
  const root = document.scrollingElement;
  return root.scrollWidth > root.clientWidth ? root.scrollWidth - root.clientWidth : 0;
}"""

# Controls smaller than a fingertip. A link within a sentence is as high as its line.
TOO_SMALL = """() => {
  const found = [];
  const controls = "a[href], button, summary, select, textarea, input:not([type=hidden])";
  for (const control of document.querySelectorAll(controls)) {
    const isLink = control.matches("a") && !control.closest("nav, form, header, footer");
    if (isLink && getComputedStyle(control).display === "inline") continue;
    const inSentence = control.matches("p a") && getComputedStyle(control).display === "inline";
    const isBox = control.matches("[type=checkbox], [type=radio]");
    const target = (isBox && control.closest("label")) || control;
    const { width, height: own, right } = target.getBoundingClientRect();
    const around = getComputedStyle(control, "::before");  // reaches beyond what is seen
    const height = Math.max(own, around.position === "absolute" ? parseFloat(around.height) : 0);
    if (inSentence || width === 0 || right < 0 || !control.checkVisibility()) continue;
    if (width < 43.5 || height < 43.5) {
      found.push(`${Math.round(width)}x${Math.round(height)} ${control.outerHTML.slice(0, 90)}`);
    }
  }
  return found;
}"""


@pytest.fixture
def site_in(browse, make_guest, make_signed_up, watch, settings):
    settings.ROOT_URLCONF = "tests.browser.urls"
    watch.expected |= {400, 403, 404, 409, 410, 429, 500}

    def bring(language):
        def browse_in(at, **options):
            return browse(at, language=language, **options)

        return Site(browse_in, make_guest, make_signed_up, language, timezone.localdate())

    return bring


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("state", STATES)
def test_a_page_is_accessible_fits_and_can_be_tapped(site_in, language, state):
    page = STATES[state](site_in(language))
    page.wait_for_load_state("networkidle")  # what a plan fetches afterwards is there

    problems = [
        f"{over} too wide at {width}" for width in WIDTHS if (over := overflow(page, width))
    ]
    page.set_viewport_size(PHONE)
    problems += page.evaluate(TOO_SMALL)
    if language == "en":
        page.set_viewport_size(DESKTOP)
    problems += faults(page)
    if page.locator("link[rel=stylesheet]").count():
        # Without a sheet the dark colours are the browser's own, and axe takes them for white.
        page.emulate_media(color_scheme="dark")
        problems += faults(page, rules=["color-contrast"])

    assert not problems, "\n".join(problems)


@pytest.mark.long
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("state", STATES)
def test_a_picture_of_every_page_is_kept_to_be_looked_at(site_in, language, state):
    """Under var/screenshots; `pytest -m "browser and long"`."""
    page = STATES[state](site_in(language))
    page.wait_for_load_state("networkidle")

    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for size, viewport in (("phone", PHONE), ("desktop", DESKTOP)):
        page.set_viewport_size(viewport)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            name = f"{state}-{language[:2]}-{size}-{scheme}.png"
            page.screenshot(path=SCREENSHOTS / name, full_page=True)


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("<img src='/static/icon.svg'>", "image-alt"),
        ("<p><font color='#cccccc'>安还</font></p>", "color-contrast"),
        ("<input>", "label"),
    ],
)
def test_a_planted_fault_is_found(browse, fault, rule):
    page = browse()

    page.evaluate("(html) => { document.querySelector('main').innerHTML += html; }", fault)

    assert any(one.startswith(f"{rule}:") for one in faults(page))


def test_a_fault_of_the_dark_alone_is_found(browse):
    page = browse(language="en")

    page.evaluate(
        "document.querySelector('main').innerHTML += '<p><font color=#333>安还</font></p>'"
    )

    assert faults(page) == []
    page.emulate_media(color_scheme="dark")
    assert any(one.startswith("color-contrast:") for one in faults(page, rules=["color-contrast"]))


def test_what_sticks_out_or_is_too_small_is_found(browse):
    page = browse()

    page.evaluate("() => { document.querySelector('h1').style.width = '400px'; }")
    page.evaluate("() => { document.querySelector('.btn').style.minHeight = '20px'; }")

    assert overflow(page, 390)
    assert page.evaluate(TOO_SMALL)


def overflow(page, width):
    page.set_viewport_size({"width": width, "height": 844})
    return page.evaluate(OVERFLOW)


def faults(page, rules=None):
    options = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = rules
    found = Axe().run(page, options=options).response["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


# What can only be seen by pushing a table to the side.
CUT_OFF = """() => [...document.querySelectorAll("main .scroll")]
  .filter((box) => box.checkVisibility() && box.scrollWidth > box.clientWidth)
  .map((box) => `${box.scrollWidth - box.clientWidth}: ${box.innerText.slice(0, 20)}`)"""


@pytest.mark.parametrize("width", [360, 390])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_table_of_a_debt_is_cut_off_on_a_phone(site_in, language, width):
    """A mortgage of over a million that is short: the longest figures there are."""
    site = site_in(language)
    page = site.open("planner:debt-schedule", "home", who=site.member(_mortgage))
    page.set_viewport_size({"width": width, "height": 844})

    unfold(page)

    assert page.evaluate(CUT_OFF) == []
    page.evaluate(
        "document.querySelectorAll('.scroll td').forEach((d) => (d.style.padding = '3em'))"
    )
    assert page.evaluate(CUT_OFF)


def _mortgage(today):
    document = sample_document(today)
    home = load_products()["mortgage"].starting_document() | {
        **{"id": "home", "name": "房贷", "principal": "1286543.21", "method": "level"},
        **{"rate": {"rate": "0.032", "per": "year"}, "periods_left": 48, "autopay": ["bank"]},
        "next_due": next_month_day(today, 20).isoformat(),
    }
    return document | {"debts": [*document["debts"], home], "strategy": "minimum"}
