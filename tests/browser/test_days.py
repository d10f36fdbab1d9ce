"""Three days with a moved clock: made on Monday, and come back to on the days after."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from planner.domain.rulebook.products import load_products
from planner.models import HistoryEntry, User
from planner.plans.kept import standing_household
from planner.services.documents import household_of
from tests.browser import steps
from tests.browser.conftest import DESKTOP, PHONE
from tests.households import account, debt, expense, income

pytestmark = pytest.mark.browser

MONDAY, TUESDAY, THURSDAY = date(2026, 12, 7), date(2026, 12, 8), date(2026, 12, 10)
FRIDAY = date(2026, 12, 11)
PLAN = reverse("planner:plan")
ALL_AS_PLANNED = f'#asking form[action="{reverse("planner:question-answer-all")}"] button'
LATE = re.compile("逾期|past due")
WAYS = [
    pytest.param("zh-hans", PHONE, True, id="phone-zh"),
    pytest.param("zh-hans", PHONE, False, id="phone-zh-no-scripts"),
    pytest.param("en", DESKTOP, True, id="desktop-en"),
]


def household() -> dict:
    """Free of interest, so that every figure below can be told at a glance."""
    first = {"from": MONDAY.isoformat()}
    return {
        "as_of": MONDAY.isoformat(),
        "strategy": "minimum",
        "buffer": "0.00",
        "accounts": [account(balance="3000.00")],
        "incomes": [income(amount="2000.00", on={"monthly": 9}, **first)],
        "expenses": [expense(id="food", name="吃饭", amount="100.00", on={"monthly": 8}, **first)],
        "debts": [
            debt(rate=None, due_day=8, next_due="2026-12-08"),
            debt(id="other", name="小王", rate=None, due_day=9, next_due="2026-12-09"),
        ],
    }


class Taps:
    """The page, counting what is pressed."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def __call__(self, selector: str) -> None:
        self.page.locator(selector).first.click()
        self.count += 1


def question(page: Page, kind: str) -> str:
    return page.locator(f'#asking > .question input[name="kind"][value="{kind}"]').first.evaluate(
        "(one) => one.form.elements.day.value"
    )


def told(user: User) -> list[tuple[str, str, str]]:
    rows = HistoryEntry.objects.owned_by(user).standing()
    return [(one.kind, one.entry["on"], one.entry.get("amount", "")) for one in rows]


@pytest.mark.parametrize(("language", "size", "has_scripts"), WAYS)
def test_three_days(browse, make_signed_up, clock, language, size, has_scripts):
    clock(MONDAY)
    user = make_signed_up(**household())
    household_of(user)

    # Monday: the next action is done a day before its due.
    page = browse(PLAN, user=user, language=language, size=size, has_scripts=has_scripts)
    expect(page.locator("#asking")).not_to_be_attached()
    tap = Taps(page)
    tap(".answer .next a.btn")
    expect(page.locator('[name="amount"]')).to_have_value("500.00")
    tap('form:has([name="amount"]) button')
    steps.is_at(page, "planner:plan")
    expect(page.locator("#plan .change")).to_be_visible()
    assert tap.count == 2
    assert told(user) == [("payment", "2026-12-07", "500.00")]

    # Tuesday: nothing was planned for Monday itself, and the 8th is met: nothing to ask.
    clock(TUESDAY)
    page.goto(PLAN)
    expect(page.locator("#asking")).not_to_be_attached()

    # Thursday: the due of the 9th, the salary of the 9th; food of the 8th is folded.
    clock(THURSDAY)
    page.goto(PLAN)
    assert question(page, "income") == "2026-12-09"
    expect(page.locator('#asking li [value="expense"]').first).not_to_be_visible()
    tap = Taps(page)
    tap('#asking > .question button[value="planned"]')  # the salary: one tap
    expect(page.locator('#asking > .question input[value="payment"]').first).to_be_attached()
    assert question(page, "payment") == "2026-12-09"
    tap('#asking > .question button[value="later"]')
    expect(steps.form(page, "planner:question-resume")).to_be_visible()
    assert [one[0] for one in told(user)] == ["payment", "income"]

    # Friday: asked again; paid, but another amount and a day later; then all the rest in one.
    clock(FRIDAY)
    page.goto(PLAN)
    assert question(page, "payment") == "2026-12-09"
    page.locator("#asking > .question details summary").click()
    typed = page.locator('#asking > .question form:has(button[value="other"])')
    typed.locator('[name="amount"]').fill("450")
    typed.locator('[name="on"]').fill("2026-12-10")
    typed.locator('button[value="other"]').click()
    expect(page.locator("#asking > .question")).not_to_be_attached()
    expect(page.locator('.answer[data-state="overdue"]')).to_be_visible()  # 50.00 are missing
    page.locator(ALL_AS_PLANNED).click()
    expect(page.locator("#asking")).not_to_be_attached()
    assert told(user) == [
        ("payment", "2026-12-07", "500.00"),
        ("expense", "2026-12-08", "100.00"),
        ("income", "2026-12-09", "2000.00"),
        ("payment", "2026-12-10", "450.00"),
    ]
    # 3,000 − 500 − 100 + 2,000 − 450
    assert standing_household(user).accounts[0].balance_fen == 395_000

    # The position beside what the lender should show; the lender's own figure is taken over.
    page.goto(reverse("planner:debt-history", args=["other"]))
    expect(page.locator("main")).to_contain_text("2,550.00")
    steps.link(page, "planner:debt-detail", "other").first.click()
    page.locator('[name="principal"]').fill("2,600")
    page.locator('form:has([name="principal"]) button').last.click()
    steps.is_at(page, "planner:debt-list")
    assert standing_household(user).debts[1].terms.principal_fen == 260_000
    correction = HistoryEntry.objects.owned_by(user).get(kind="correction").entry
    assert correction["was"] == "2550.00"

    # Taken back, by a counter-entry: both stay to be seen.
    page.goto(reverse("planner:debt-history", args=["other"]))
    page.locator(f'form[action="{reverse("planner:history-undo")}"] button').first.click()
    expect(page.locator("main s")).to_have_count(1)
    assert standing_household(user).debts[1].terms.principal_fen == 255_000
    assert HistoryEntry.objects.owned_by(user).filter(kind="correction").count() == 1


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no-scripts"])
def test_not_paid_is_an_answer_and_leads_to_what_cures_it(
    browse, make_signed_up, clock, has_scripts
):
    clock(MONDAY)
    user = make_signed_up(**household() | {"incomes": [], "expenses": []})
    clock(date(2026, 12, 9))
    page = browse(PLAN, user=user, has_scripts=has_scripts)
    assert question(page, "payment") == "2026-12-08"

    page.locator('#asking > .question button[value="not"]').click()

    expect(page.locator("#asking")).not_to_be_attached()
    expect(page.locator('.answer[data-state="overdue"]')).to_contain_text("500.00")
    expect(page.locator(".answer .next a.btn")).to_be_visible()
    assert told(user) == [("unpaid", "2026-12-09", "")]


# --- Coming back after a while ---


def prepaying() -> dict:
    """A bill that bears interest, paid before its due, and a loan of a friend."""
    return household() | {
        "strategy": "avalanche",
        "accounts": [account(balance="30000.00")],
        "debts": [
            debt(rate=None, due_day=8, next_due="2026-12-08"),
            load_products()["credit_card"].starting_document()
            | {
                "id": "bill",
                "name": "信用卡",
                "statement_day": 1,
                "due_day": 9,
                "autopay": [],
                "billed": "1200.00",
                "unbilled": "0.00",
                "carrying": "1200.00",
            },
        ],
    }


# Days away, and what the account holds then: 3,000 − 500 − 100 + 2,000 − 500; a month later again
# 100 spent, 2,000 in, 500 and 500 repaid.
AWAY = [(1, 300_000), (5, 390_000), (40, 480_000)]


@pytest.mark.parametrize(("days", "left_fen"), AWAY, ids=[str(days) for days, _fen in AWAY])
@pytest.mark.parametrize(("language", "size", "has_scripts"), WAYS)
def test_coming_back_begins_with_what_happened(
    browse, make_signed_up, clock, language, size, has_scripts, days, left_fen
):
    """No word of lateness before the questions are answered; one tap answers them."""
    clock(MONDAY)
    user = make_signed_up(**household())
    household_of(user)
    clock(MONDAY + timedelta(days=days))

    page = browse(PLAN, user=user, language=language, size=size, has_scripts=has_scripts)
    if days > 1:  # nothing was planned for Monday itself
        expect(page.locator('.answer[data-state="asking"]')).to_be_visible()
        assert not LATE.search(page.locator("main").inner_text())
        assert page.locator("#asking button").first.is_visible()
        assert page.locator("#asking button").first.evaluate(
            "(one, all) => one === document.querySelector(all)", ALL_AS_PLANNED
        )
        page.locator(ALL_AS_PLANNED).click()
    expect(page.locator("#asking")).not_to_be_attached()

    expect(page.locator('.answer[data-state="safe"]')).to_be_visible()
    assert not LATE.search(page.locator("main").inner_text())
    assert standing_household(user).accounts[0].balance_fen == left_fen


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no-scripts"])
def test_what_was_paid_ahead_says_so_and_stays_so(browse, make_signed_up, clock, has_scripts):
    clock(MONDAY)
    user = make_signed_up(**prepaying())
    household_of(user)
    clock(FRIDAY)

    page = browse(PLAN, user=user, has_scripts=has_scripts)
    page.locator("#asking > details.more > summary").first.click()
    expect(page.locator("table.as-planned")).to_contain_text("已提前还清")
    page.locator(ALL_AS_PLANNED).click()

    expect(page.locator("#asking")).not_to_be_attached()
    assert "unpaid" not in [kind for kind, _on, _amount in told(user)]
    expect(page.locator('.answer[data-state="safe"]')).to_be_visible()
