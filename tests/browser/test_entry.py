"""What three apps show is typed in on five days of a month, and the plan is right to the fen.

Every sum below was worked by hand from the figures that are typed:

- 花呗, billed on the 1st and due on the 8th: a tenth of what is new and all of what was left,
  0.05% a night from the due day on.
- A card billed on the 25th and due on the 13th: a tenth of all.
- Three loans, equal principal at 0.04% a night: 800.00 in 3 (266.67 and 31 nights of 0.32),
  5,000.00 in 10 (500.00 and 62.00), 3,000.00 in 6 (500.00 and 37.20).
"""

from dataclasses import dataclass, field
from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from planner.domain.household.household import parse_household
from planner.domain.make_plan import make_plan
from planner.domain.values.money import format_yuan
from planner.models import User
from planner.services.documents import household_document_of
from tests.browser import steps
from tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser

LOANS = "2027-01-03 800.00 3期\n1月15日 5,000.00元 剩10期\n2027/1/20\n¥3,000\n6 期"
DUES_OF_LOANS = [
    ("借呗", "2027-01-03", "276.59", "276.59"),
    ("借呗 2", "2027-01-15", "562.00", "562.00"),
    ("借呗 3", "2027-01-20", "537.20", "537.20"),
]


@dataclass(frozen=True)
class Case:
    """A day of December 2026, what two apps show on it, and the dues that follow from it."""

    day: int
    huabei: dict[str, str]
    card: dict[str, str]
    dues: list[tuple[str, str, str, str]] = field(default_factory=list)


CASES = [
    # 花呗's bill is made. Its minimum paid on the 8th, 2,610.00 bear 24 nights: 31.32; with the
    # 35.00 since, January's bill is 2,676.32, of which 2,641.32 and 3.50 have to be paid. The
    # card, its minimum paid: 5,400.00 from 26 October, 48 nights (129.60), then 4,860.00 for
    # 12 (29.16), and 300.00 spent since.
    Case(
        3,
        {"to_pay": "2,900", "since": "35"},
        {"to_pay": "5400", "since": "300"},
        [
            ("花呗", "2026-12-08", "2900.00", "290.00"),
            ("银行信用卡", "2026-12-13", "5400.00", "540.00"),
            ("花呗", "2027-01-08", "2676.32", "2644.82"),
            ("银行信用卡", "2027-01-13", "5318.76", "674.76"),
        ],
    ),
    # 花呗 was due yesterday, and is paid: the 2,900.00 are January's. Of the card's bill 1,000.00
    # were left of the one before: they bear 0.50 a night from 25 November, 18 nights (9.00), the
    # 4,400.00 that are new 2.20 from 26 October, 48 nights (105.60); after the minimum of 540.00
    # all 4,860.00 bear 2.43 for 12 nights (29.16), and a tenth of them has to be paid.
    Case(
        9,
        {"to_pay": "2,900"},
        {"to_pay": "5400", "last": "minimum", "left": "1000"},
        [
            ("银行信用卡", "2026-12-13", "5400.00", "540.00"),
            ("花呗", "2027-01-08", "2900.00", "290.00"),
            ("银行信用卡", "2027-01-13", "5003.76", "629.76"),
        ],
    ),
    # 1,000.00 of 花呗's last bill are left: 31 nights from 1 December are 15.50. The card's bill
    # grows until the 25th.
    Case(
        15,
        {"to_pay": "2,900", "last": "minimum", "left": "1000"},
        {"to_pay": "5400"},
        [
            ("花呗", "2027-01-08", "3915.50", "1305.50"),
            ("银行信用卡", "2027-01-13", "5400.00", "540.00"),
        ],
    ),
    Case(
        29,
        {"to_pay": "2,900"},
        {"to_pay": "5400", "since": "300"},
        [
            ("花呗", "2027-01-08", "2900.00", "290.00"),
            ("银行信用卡", "2027-01-13", "5400.00", "540.00"),
        ],
    ),
    # 100.00 of 花呗's last minimum are missing and paid today: 1,000.00 bear 30 nights (15.00),
    # 900.00 one more (0.45).
    Case(
        31,
        {"to_pay": "2,900", "last": "short", "left": "1000", "missing": "100"},
        {"to_pay": "5400", "since": "300"},
        [
            ("花呗", "2026-12-08", "100.00", "100.00"),
            ("花呗", "2027-01-08", "3815.45", "1205.45"),
            ("银行信用卡", "2027-01-13", "5400.00", "540.00"),
        ],
    ),
]


def tap(page: Page, product: str) -> None:
    steps.choose_product(page, product)


def add_card(page: Page, answers: dict[str, str]) -> None:
    tap(page, "credit_card")
    steps.fill(page, statement_day="25", due_day="13")
    page.locator('[name="due_day"]').blur()
    if not page.locator('[name="to_pay"]').count():
        steps.send(page.locator("#start form"))
    expect(page.locator('[name="to_pay"]')).to_be_visible()
    steps.answer_bill(page, **answers)
    steps.add_bill(page, 2)


def add_loans(page: Page) -> None:
    tap(page, "jiebei")
    page.locator("#start details.more > summary").click()
    steps.fill(page, loans=LOANS, rate_value="0.04")
    page.locator('[name="method"]').select_option("equal_principal")
    steps.send(page.locator("#start form"))
    expect(page.locator("#start .items > li")).to_have_count(5)


def dues_of(user: User) -> list[tuple[str, str, str, str]]:
    """Name, day, amount and what is required of it, until 20 January; minimums are paid."""
    household = parse_household(household_document_of(user) | {"strategy": "minimum"})
    names = {debt.id: debt.name for debt in household.debts}
    return [
        (names[due.debt], due.due_on.isoformat(), format_yuan(due.amount_fen),
         format_yuan(due.required_fen))
        for due in make_plan(household).dues
        if due.due_on <= date(2027, 1, 20)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "has_scripts"),
    [
        *(pytest.param(case, True, id=f"on-the-{case.day}") for case in CASES),
        pytest.param(CASES[-1], False, id="on-the-31-no-scripts"),
    ],
)
def test_figures_as_the_apps_show_them_give_the_right_plan(browse, clock, case, has_scripts):
    clock(date(2026, 12, case.day))
    page = browse("/", size=PHONE, has_scripts=has_scripts)
    steps.begin_as_guest(page)
    tap(page, "huabei")
    steps.answer_bill(page, **case.huabei)
    steps.agree(page)
    steps.add_bill(page, 1)
    add_card(page, case.card)
    add_loans(page)
    steps.link(page, "planner:start-money").click()
    steps.fill(
        page, balance="30000", pay_day="2027-01-10", pay="8500", living="420", rent="2600",
        rent_day="5",
    )  # fmt: skip
    steps.send(steps.form(page, "planner:start-money"))
    steps.is_at(page, "planner:plan")

    user = User.objects.get()
    assert sorted(dues_of(user)) == sorted([*case.dues, *DUES_OF_LOANS])
    assert household_document_of(user)["buffer"] == "420.00"


def test_another_loan_like_the_first_takes_three_figures(browse, clock):
    clock(date(2026, 12, 29))
    page = browse("/", size=PHONE)
    steps.begin_as_guest(page)
    tap(page, "jiebei")
    steps.fill(
        page, principal="5000", next_due="2027-01-15", periods_left="10", rate_value="0.04"
    )  # fmt: skip
    page.locator('[name="method"]').select_option("equal_principal")
    page.locator('[name="autopay_1"][value="account-alipay"]').check()
    steps.agree(page)
    steps.send(page.locator("#start form"))
    page.locator("#start .again a").click()
    expect(page.locator('[name="name"]')).to_have_value("借呗 2")
    expect(page.locator('[name="principal"]')).to_have_value("")
    steps.fill(page, principal="3000", next_due="2027-01-20", periods_left="6")
    steps.send(page.locator("#start form"))
    expect(page.locator("#start .items > li")).to_have_count(2)

    document = household_document_of(User.objects.get())
    same = [
        (one["rate"]["rate"], one["method"], one["autopay"], one["autopay_known"])
        for one in document["debts"]
    ]
    assert same == [("0.0004", "equal_principal", ["account-alipay"], True)] * 2
    assert [one["principal"] for one in document["debts"]] == ["5000.00", "3000.00"]
    assert [one["kind"] for one in document["accounts"]] == ["alipay_balance"]


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_due_date_that_has_passed_leads_to_what_is_overdue(browse, clock, has_scripts):
    clock(date(2026, 12, 29))
    page = browse(reverse("planner:home"), size=PHONE, has_scripts=has_scripts)
    steps.begin_as_guest(page)
    tap(page, "jiebei")
    steps.fill(
        page, principal="5000", next_due="2026-12-15", periods_left="9", rate_value="0.04"
    )  # fmt: skip
    page.locator('[name="method"]').select_option("equal_principal")
    steps.agree(page)
    steps.send(page.locator("#start form"))
    expect(page.locator("#id_next_due_error")).to_contain_text("已经有逾期")

    page.locator('#start button[name="overdue"]').click()
    expect(page.locator('[name="arrears_0_due_on"]')).to_have_value("2026-12-15")
    expect(page.locator('[name="next_due"]')).to_have_value("2027-01-15")
    steps.fill(page, arrears_0_principal="500", arrears_0_interest="60")
    steps.send(page.locator("#start form"))
    expect(page.locator("#start .items > li")).to_have_count(1)

    entry = household_document_of(User.objects.get())["debts"][0]
    assert entry["next_due"] == "2027-01-15"
    assert [(one["due_on"], one["principal"], one["interest"]) for one in entry["arrears"]] == [
        ("2026-12-15", "500.00", "60.00")
    ]


class Count:
    """What a person types and taps, by what the page then holds."""

    def __init__(self, page: Page) -> None:
        self.page, self.typed, self.signs, self.taps = page, 0, 0, 0

    def type(self, **values: str) -> None:
        for name, value in values.items():
            self.page.locator(f'[name="{name}"]').fill(value)
            self.typed += 1
            self.signs += len(value)

    def pick(self, name: str, value: str) -> None:
        self.page.locator(f'[name="{name}"][value="{value}"]').check()
        self.taps += 1

    def choose(self, name: str, value: str) -> None:
        self.page.locator(f'[name="{name}"]').select_option(value)
        self.taps += 2

    def tap(self, one: Locator) -> None:
        one.click()
        self.taps += 1


def test_a_newcomer_needs_few_fields_and_taps(browse, clock):
    """花呗, a card, 借呗 with two loans, salary and rent, on a phone on the 29th."""
    clock(date(2026, 12, 29))
    page = browse("/", size=PHONE)
    count = Count(page)
    sent = page.locator("#start form button.btn").first
    rows = page.locator("#start .items > li")

    count.tap(steps.form(page, "planner:guest-start").locator("button"))
    count.tap(page.locator('a[href$="?product=huabei"]'))
    count.type(to_pay="2900")
    count.pick("last", "full")
    count.tap(page.locator('[name="consent"]'))
    expect(page.locator("#understood .understood")).to_be_visible()
    count.tap(sent)
    expect(rows.or_(page.locator('#start a[href="#understood"]')).first).to_be_visible()
    if not rows.count():
        count.tap(sent)
    expect(rows).to_have_count(1)

    count.tap(page.locator('a[href$="?product=credit_card"]'))
    count.type(statement_day="25", due_day="13")
    page.locator('[name="due_day"]').blur()
    expect(page.locator('[name="to_pay"]')).to_be_visible()
    count.type(to_pay="5400")
    count.pick("last", "full")
    expect(page.locator("#understood .understood")).to_be_visible()
    count.tap(sent)
    expect(rows.nth(1).or_(page.locator('#start a[href="#understood"]')).first).to_be_visible()
    if rows.count() < 2:
        count.tap(sent)
    expect(rows).to_have_count(2)

    count.tap(page.locator('a[href$="?product=jiebei"]'))
    count.type(principal="5000", next_due="2027-01-15", periods_left="10", rate_value="0.04")
    count.choose("method", "level")
    count.tap(sent)
    expect(rows).to_have_count(3)
    count.tap(page.locator("#start .again a"))
    expect(page.locator('[name="name"]')).to_have_value("借呗 2")
    count.type(principal="3000", next_due="2027-01-20", periods_left="6")
    count.tap(sent)
    expect(rows).to_have_count(4)

    count.tap(steps.link(page, "planner:start-money"))
    count.type(balance="4360", pay_day="2027-01-10", pay="8500", living="420", rent="2600",
               rent_day="5")  # fmt: skip
    count.tap(steps.form(page, "planner:start-money").locator("button").first)
    steps.is_at(page, "planner:plan")

    assert (count.typed, count.signs) == (17, 73)
    assert count.taps == 16
