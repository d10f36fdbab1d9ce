"""What a person does, told by addresses and field names, so that wording may change."""

from datetime import date, timedelta

from django.urls import reverse
from playwright.sync_api import Locator, Page, expect


def link(page: Page, name: str, *args: object) -> Locator:
    return page.locator(f'a[href="{reverse(name, args=args)}"]')


def form(page: Page, name: str, *args: object) -> Locator:
    return page.locator(f'form[action="{reverse(name, args=args)}"]')


def send(form: Locator) -> None:
    form.locator("button").first.click()


def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.locator(f'[name="{name}"]').fill(value)


def is_at(page: Page, name: str, *args: object) -> None:
    expect(page).to_have_url(f"{_origin(page)}{reverse(name, args=args)}")


def _origin(page: Page) -> str:
    return "/".join(page.url.split("/")[:3])


# --- The three steps ---


def begin_as_guest(page: Page) -> None:
    send(form(page, "planner:guest-start"))
    is_at(page, "planner:start")


def choose_product(page: Page, product: str) -> None:
    page.locator(f'a[href$="?product={product}"]').click()
    expect(page.locator('#start [name="name"]')).to_be_visible()


def add_huabei(page: Page, to_pay: str = "2,386.40") -> None:
    choose_product(page, "huabei")
    answer_bill(page, to_pay=to_pay)
    agree(page)
    add_bill(page, 1)


def answer_bill(page: Page, *, last: str = "full", **figures: str) -> None:
    """Fill in a bill's questions; on its statement day the app shows it as growing."""
    shows_made = page.locator('[name="shows_made"][value="growing"]')
    if shows_made.count():
        shows_made.check()
    page.locator(f'[name="last"][value="{last}"]').check()
    fill(page, **figures)


def add_bill(page: Page, count: int) -> None:
    """Send a bill and say yes to what was understood, where it was not said before already;
    then there are `count` debts."""
    added = page.locator("#start .items > li").nth(count - 1)
    asked = page.locator('#start a[href="#understood"]')
    send(page.locator("#start form"))
    expect(asked.or_(added).first).to_be_visible()
    if asked.count():
        send(page.locator("#start form"))
    expect(page.locator("#start .items > li")).to_have_count(count)


def add_jiebei(page: Page) -> None:
    choose_product(page, "jiebei")
    due = date.today() + timedelta(days=12)
    page.locator('[name="method"]').select_option("level")
    fill(page, principal="¥9600", periods_left="10", next_due=due.isoformat(), rate_value="0.04")
    send(page.locator("#start form"))
    expect(page.locator("#start .items > li")).to_have_count(2)


def agree(page: Page) -> None:
    """Tick the box where it is asked; it never comes ticked."""
    box = page.locator('[name="consent"]')
    expect(box).not_to_be_checked()
    box.check()


def enter_money(page: Page) -> None:
    link(page, "planner:start-money").click()
    fill_money(page)


def fill_money(page: Page) -> None:
    expect(page.locator('[name="balance"]')).to_be_visible()
    pay_day = date.today() + timedelta(days=8)
    fill(
        page,
        balance="4360",
        pay_day=pay_day.isoformat(),
        pay="8500元",
        living="420",
        rent="２６００",
        rent_day="5",
    )
    send(form(page, "planner:start-money"))
    is_at(page, "planner:plan")


# --- The plan ---


def open_fold(page: Page, name: str) -> Locator:
    """A part of the plan page that is folded until it is asked for; by its id."""
    fold = page.locator(f"#{name}")
    if fold.get_attribute("open") is None:
        fold.locator("> summary").click()
    return fold


def debt_figures(page: Page, name: str) -> Locator:
    """The form of a debt's own figures on the plan page, unfolded."""
    open_fold(page, "my-figures")
    figures = page.locator('form[id^="figure-debts-"]').filter(has_text=name)
    if figures.locator("details:not([open])").count():
        figures.locator("summary").click()
    return figures


def balance_of(page: Page, name: str) -> Locator:
    return debt_figures(page, name).locator('input[name$="-balance"]')


def bill_of(page: Page, name: str) -> Locator:
    """The bill to be paid next, made or growing, stands first among the figures of a card."""
    return (
        debt_figures(page, name).locator('input[name$="-balance"], input[name$="-unbilled"]').first
    )


# --- Accounts ---


def sign_up(page: Page, email: str, password: str) -> None:
    link(page, "account_signup").first.click()
    fill(page, email=email, password1=password)
    agree(page)
    send(form(page, "account_signup"))
    expect(form(page, "account_logout")).to_be_attached()


def sign_out(page: Page) -> None:
    send(form(page, "account_logout"))
    expect(link(page, "account_login").first).to_be_visible()


def sign_in(page: Page, email: str, password: str) -> None:
    link(page, "account_login").first.click()
    fill(page, login=email, password=password)
    send(form(page, "account_login"))
