"""From a report and two pasted messages to a plan on a phone; a long file; a wrong password."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser import steps
from tests.imports.expected import BILLS, REPORTS

pytestmark = pytest.mark.browser

TAKEN = ("示例银行", "云杉消费金融", "招商银行")  # of all that is proposed


def messages(today):
    """Two bills: of a card that the report has, and of one that it has not."""
    due = today + timedelta(days=6)
    day = f"{due.month}月{due.day}日"
    return (
        f"【示例银行】您尾号0001的示例银行信用卡账单人民币4213.58元，最低还款额421.36元，"
        f"到期还款日{day}\n"
        f"【招商银行】您尾号5678的信用卡账单人民币1280.00元，最低还款额128.00元，到期还款日{day}"
    )


def read(page, *, file=None, text=""):
    if file is not None:
        page.set_input_files('[name="file"]', file)
    page.locator('[name="text"]').fill(text)
    page.locator('[name="agree"]').check()
    steps.send(steps.form(page, "planner:import-read"))
    steps.is_at(page, "planner:import-choose")


def take(page, lenders):
    """Tick one debt of each of these lenders, and nothing else."""
    left = list(lenders)
    lines = page.locator('#import li:has(input[name$="-take"])')
    for line in lines.all():
        lender = next((one for one in left if one in line.inner_text()), None)
        line.locator('input[name$="-take"]').set_checked(lender is not None)
        if lender is not None:
            left.remove(lender)
    assert left == []
    steps.send(steps.form(page, "planner:import-choose"))
    steps.is_at(page, "planner:import-rest")


def complete(page, today):
    """An answer to whatever is asked and still empty."""
    answers = {
        "statement_day": str((today - timedelta(days=12)).day),  # 18 days before it is due
        "due_day": "25", "to_pay": "1000", "missed": "0",
        "next_due": (today + timedelta(days=9)).isoformat(), "periods_left": "24",
        "amount": "1850",
    }  # fmt: skip
    for field in page.locator("#import input[required], #import [name$='-amount']").all():
        asked = field.get_attribute("name").partition("-")[2]
        if asked == "last" and field.get_attribute("value") == "full":
            field.check()
        elif field.get_attribute("type") not in ("radio", "checkbox") and not field.input_value():
            field.fill(answers[asked])
    steps.agree(page)
    steps.send(steps.form(page, "planner:import-rest"))


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_report_and_two_messages_lead_to_a_plan(browse, has_scripts):
    page, today = browse(has_scripts=has_scripts), timezone.localdate()
    steps.begin_as_guest(page)
    steps.link(page, "planner:import-read").click()
    steps.is_at(page, "planner:import-read")

    read(page, file=REPORTS / "report_brief.pdf")
    steps.link(page, "planner:import-read").last.click()
    read(page, text=messages(today))
    take(page, TAKEN)
    complete(page, today)
    steps.is_at(page, "planner:start-money")
    steps.fill_money(page)

    expect(page.locator("#plan h1")).to_be_visible()
    for lender in TAKEN:
        expect(page.locator("#plan .dues").first).to_contain_text(lender)
    expect(page.locator("#plan .dues").first).to_contain_text("4,213.58")


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
