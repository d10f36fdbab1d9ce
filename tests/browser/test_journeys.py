"""Ways through the site, each with JavaScript and without, on a phone and on a desktop."""

from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar
from playwright.sync_api import expect

from planner.models import DebtRow, User
from planner.pages.front.sample import sample_document
from tests.browser import steps
from tests.browser.conftest import DESKTOP, PASSWORD, PHONE
from tests.households import debt, document

pytestmark = pytest.mark.browser

# htmx remembers the address of the page it is on, for this tab alone.
PATH_ALONE = "htmx-current-path-for-history"
EMAIL = "newcomer@example.com"
WAYS = [
    pytest.param("zh-hans", PHONE, True, id="phone-zh"),
    pytest.param("zh-hans", PHONE, False, id="phone-zh-no-scripts"),
    pytest.param("en", DESKTOP, True, id="desktop-en"),
    pytest.param("en", DESKTOP, False, id="desktop-en-no-scripts"),
]
SCRIPTS = pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no-scripts"])


@pytest.mark.parametrize(("language", "size", "has_scripts"), WAYS)
def test_a_newcomer_gets_a_plan_changes_it_takes_it_away_and_finds_it_again(
    browse, language, size, has_scripts
):
    page = browse(language=language, size=size, has_scripts=has_scripts)
    huabei = {"zh-hans": "花呗", "en": "Huabei"}[language]

    # Three steps as a guest.
    steps.begin_as_guest(page)
    steps.add_huabei(page)
    steps.add_jiebei(page)
    steps.enter_money(page)
    expect(page.locator("#plan h1")).to_be_visible()
    expect(page.locator("#plan .dues > li").first).to_be_visible()

    # An edit in place, then back.
    if has_scripts:
        page.evaluate("window.isTheSamePage = true")
    balance = steps.bill_of(page, huabei)
    expect(balance).to_have_value("2,386.40")
    balance.fill("1,386.40")
    steps.send(steps.debt_figures(page, huabei))
    undo = steps.form(page, "planner:plan-undo")
    expect(page.locator("#plan .change")).to_contain_text("1,386.40")
    steps.is_at(page, "planner:plan")
    steps.send(undo)
    expect(page.locator("#plan .change")).not_to_be_attached()
    expect(steps.bill_of(page, huabei)).to_have_value("2,386.40")
    if has_scripts:
        assert page.evaluate("window.isTheSamePage") is True
        assert stored_in(page) == [PATH_ALONE]

    # The calendar: by months, and as a file.
    page.locator(f'.tabs a[href="{reverse("planner:calendar")}"]').click()
    heading = page.locator("h1").inner_text()
    page.locator('a[rel="next"]').click()
    expect(page.locator("h1")).not_to_have_text(heading)
    steps.link(page, "planner:calendar-download").click()
    with page.expect_download() as download:
        steps.send(steps.form(page, "planner:calendar-ics"))
    events = Calendar.from_ical(Path(download.value.path()).read_bytes()).walk("VEVENT")
    assert download.value.suggested_filename.endswith(".ics")
    assert len(events) > 3
    assert any(event.walk("VALARM") for event in events)

    # An account keeps it.
    steps.sign_up(page, EMAIL, PASSWORD)
    page.goto(reverse("planner:plan"))
    expect(steps.bill_of(page, huabei)).to_have_value("2,386.40")
    steps.sign_out(page)
    steps.sign_in(page, EMAIL, PASSWORD)
    steps.is_at(page, "planner:plan")
    expect(steps.bill_of(page, huabei)).to_have_value("2,386.40")


@pytest.mark.parametrize(("language", "size", "has_scripts"), WAYS[1:3])
def test_the_sample_household_opens_without_an_account_and_may_be_changed(
    browse, language, size, has_scripts
):
    page = browse(language=language, size=size, has_scripts=has_scripts)

    steps.send(steps.form(page, "planner:sample-open"))
    steps.open_fold(page, "other-ways")
    ways = steps.form(page, "planner:plan-change", "strategy")
    ways.locator('[value="minimum"]').check()
    if not has_scripts:
        steps.send(ways)

    expect(page.locator("#plan .change")).to_be_visible()
    expect(page.locator('#plan [name="strategy"][value="minimum"]')).to_be_checked()
    assert page.locator("#plan .dues > li").count() >= 3


@SCRIPTS
def test_the_ladder_of_a_due_unfolds(browse, make_guest, has_scripts):
    guest = make_guest(sample_document(timezone.localdate()), is_sample=True)
    page = browse(reverse("planner:plan"), user=guest, has_scripts=has_scripts)

    due = page.locator(".dues > li").first
    due.locator("summary").click()
    if not has_scripts:
        due.locator('a[href*="/plan/dues/"]').click()

    expect(page.locator(".ladder").first).to_be_visible()
    if has_scripts:
        steps.is_at(page, "planner:plan")


@pytest.mark.parametrize(("choice", "kept"), [("take", "Their own"), ("drop", "小李")])
def test_who_tried_as_a_guest_and_signs_in_is_asked_which_household_stays(
    browse, make_signed_up, make_guest, choice, kept
):
    member = make_signed_up()
    guest = make_guest(household_of("Their own"))
    page = browse(reverse("planner:settings"), user=guest, has_scripts=choice == "take")

    steps.sign_in(page, member.email, PASSWORD)
    steps.is_at(page, "planner:guest-settle")
    page.locator(f'button[value="{choice}"]').click()

    steps.is_at(page, "planner:plan")
    assert [one.name for one in DebtRow.objects.owned_by(member)] == [kept]
    assert not User.objects.filter(guest_since__isnull=False).exists()


@SCRIPTS
def test_back_after_signing_out_shows_nothing_private(browse, make_signed_up, has_scripts):
    page = browse(reverse("planner:debt-list"), user=make_signed_up(), has_scripts=has_scripts)
    expect(page.locator("#debt-board")).to_contain_text("小李")
    page.goto(reverse("planner:plan"))
    expect(page.locator("#plan")).to_contain_text("小李")

    steps.sign_out(page)
    for _step in range(2):
        page.go_back()
        expect(steps.form(page, "account_login")).to_be_visible()

        assert "小李" not in page.content()


def test_nothing_is_left_in_the_browsers_stores(browse, make_signed_up):
    page = browse(reverse("planner:income-list"), user=make_signed_up())

    steps.link(page, "planner:income-detail", "salary").click()
    expect(page.locator('#income-board [name="name"]')).to_be_visible()
    page.go_back()
    expect(steps.link(page, "planner:income-detail", "salary")).to_be_visible()
    while_signed_in = stored_in(page)
    steps.sign_out(page)

    assert while_signed_in == [PATH_ALONE]
    assert stored_in(page) == [PATH_ALONE]
    assert page.context.storage_state()["origins"] == []
    names = {cookie["name"] for cookie in page.context.cookies()}
    assert names <= {"csrf", "session", "language"}


@SCRIPTS
def test_a_refused_figure_stays_as_typed_with_a_sentence_beside_it(browse, has_scripts):
    page = browse(has_scripts=has_scripts)
    steps.begin_as_guest(page)
    steps.choose_product(page, "huabei")

    steps.fill(page, to_pay="两千多", due_day="45")
    steps.send(page.locator("#start form"))

    for name, typed in (("to_pay", "两千多"), ("due_day", "45")):
        field = page.locator(f'#start [name="{name}"]')
        expect(field).to_have_value(typed)
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(page.locator(f".field:has([name={name}]) .errorlist")).not_to_be_empty()
    expect(page.locator('.field:has([name="consent"]) .errorlist')).to_be_visible()
    assert not DebtRow.objects.exists()


@SCRIPTS
def test_a_refused_figure_on_the_plan_stays_where_it_was_typed(browse, make_signed_up, has_scripts):
    page = browse(reverse("planner:plan"), user=make_signed_up(), has_scripts=has_scripts)

    steps.balance_of(page, "小李").fill("三千")
    steps.send(steps.debt_figures(page, "小李"))

    field = page.locator('form[id^="figure-debts-"] input[name$="-balance"]')
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value("三千")
    expect(field).to_be_visible()
    expect(page.locator('form[id^="figure-debts-"] .errorlist')).to_be_visible()
    expect(page.locator("#plan .change")).not_to_be_attached()


@SCRIPTS
def test_what_was_changed_elsewhere_meanwhile_is_said(browse, make_signed_up, watch, has_scripts):
    watch.expected.add(409)
    member = make_signed_up()
    here = browse(reverse("planner:plan"), user=member, has_scripts=has_scripts)
    there = browse(reverse("planner:plan"), user=member, has_scripts=False)

    for page, amount in ((there, "2800"), (here, "2900")):
        steps.balance_of(page, "小李").fill(amount)
        steps.send(steps.debt_figures(page, "小李"))
        expect(page.locator("#plan .change, #plan [role=alert]").first).to_be_visible()

    expect(here.locator("#plan [role=alert]")).to_contain_text("2,800.00")
    expect(steps.balance_of(here, "小李")).to_have_value("2,800.00")


def test_a_failed_request_is_said_on_the_page(browse, make_signed_up, watch):
    watch.expected.add(500)
    page = browse(reverse("planner:plan"), user=make_signed_up())
    page.route("**/plan/figures/**", lambda route: route.fulfill(status=500, body="no"))

    steps.balance_of(page, "小李").fill("1")
    steps.send(steps.debt_figures(page, "小李"))

    expect(page.locator("#failure")).to_be_visible()
    expect(steps.balance_of(page, "小李")).to_have_value("1")


def test_the_language_switch_translates_the_page_one_is_on(browse, make_signed_up):
    page = browse(reverse("planner:calendar"), user=make_signed_up())
    chinese = page.locator("h1").inner_text()

    page.locator('button[name="language"][value="en"]').click()

    steps.is_at(page, "planner:calendar")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).not_to_have_text(chinese)


def household_of(name):
    return document(debts=[debt(name=name)])


def stored_in(page):
    """The keys of the page's localStorage and sessionStorage."""
    return page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]")
