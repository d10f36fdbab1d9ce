"""What the page of an import says while a file is read, and where a password was wrong."""

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.imports.expected import BILLS, REPORTS

pytestmark = pytest.mark.browser


def test_while_a_long_file_is_read_it_says_so(browse):
    page = browse()
    steps.begin_as_guest(page)
    steps.link(page, "planner:import-read").click()
    reading = page.locator(".reading")
    expect(reading).not_to_be_visible()

    held = []
    page.route("**/*", lambda route: held.append(route) if route.request.method == "POST"
               else route.continue_())  # fmt: skip
    page.set_input_files('[name="file"]', BILLS / "wechat_2026.xlsx")
    page.locator('[name="agree"]').check()
    steps.send(steps.form(page, "planner:import-read"))

    expect(reading).to_be_visible()
    expect(page.locator('form:has([name="file"]) button')).to_be_disabled()
    held[0].continue_()
    steps.is_at(page, "planner:import-choose")


def test_a_wrong_password_says_that_the_file_is_to_be_chosen_again(browse):
    page = browse()
    steps.begin_as_guest(page)
    steps.link(page, "planner:import-read").click()

    page.set_input_files('[name="file"]', REPORTS / "report_encrypted.pdf")
    steps.fill(page, password="4711")
    page.locator('[name="agree"]').check()
    steps.send(steps.form(page, "planner:import-read"))

    expect(page.locator("#id_password_error")).to_contain_text("文件也请再选一次")
    assert page.locator('[name="file"]').evaluate("(field) => field.files.length") == 0
    assert page.locator('[name="password"]').input_value() == ""
