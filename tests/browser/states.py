"""Every page, in each state in which it looks different."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

import pyotp
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from playwright.sync_api import Page, expect

from planner.models import Channel, Message, User
from planner.pages.front.sample import sample_document
from planner.pages.waiting import LOOKS, Looks
from planner.plans.questions import open_questions, question_token
from planner.services import channels
from planner.services.arrangements import (
    agree_arrangement,
    ask_arrangement,
    break_arrangement,
    record_offer,
)
from planner.services.changes import change_household, replace_household
from planner.services.documents import household_document_of, household_of
from planner.services.entries import record_payment, undo_entry
from planner.services.events import record_event
from tests.browser import households, steps
from tests.browser.conftest import PASSWORD
from tests.entering import enter
from tests.imports.expected import BILLS, HERE, REPORTS
from tests.pages.sign_in.passkeys import passkey
from tests.trust.household import pay_too_much

Document = Callable[[date], dict[str, Any]]


@dataclass
class Site:
    """The site as one person comes to it."""

    browse: Callable[..., Page]
    make_guest: Callable[..., User]
    make_signed_up: Callable[..., User]
    language: str
    today: date

    @property
    def speech(self) -> str:
        return "en" if self.language == "en" else "zh"

    def open(self, name: str, *args: Any, who: User | None = None, query: str = "") -> Page:
        return self.browse(reverse(name, args=args) + query, user=who)

    def newcomer(self) -> User:
        with translation.override(self.language):
            return self.make_guest()

    def sample(self) -> User:
        with translation.override(self.language):
            return self.make_guest(sample_document(self.today), is_sample=True)

    def member(self, document: Document = sample_document) -> User:
        with translation.override(self.language):
            user = self.make_signed_up(**document(self.today))
            household_of(user)
        return user


# --- What brings a page into its state ---


def unfold(page: Page) -> None:
    """Open whatever opens, and wait for what is fetched then."""
    closed = page.locator("main details:not([open])")
    while closed.count():
        page.evaluate("document.querySelectorAll('main details').forEach((d) => (d.open = true))")
    page.wait_for_load_state("networkidle")
    expect(page.locator(".htmx-request")).to_have_count(0)


def refuse(page: Page, **values: str) -> None:
    """Send the page's own form with these values, past what the browser would check itself."""
    page.evaluate("document.querySelectorAll('form').forEach((f) => (f.noValidate = true))")
    steps.fill(page, **values)
    own = page.locator("main form[method=post]").first
    own.locator("button:not([formnovalidate])").last.click()
    expect(page.locator("main .errorlist").first).to_be_visible()


# --- States ---

State = Callable[[Site], Page]


def _of_visitors() -> Iterator[tuple[str, State]]:
    pages = {
        "front": "planner:home",
        "privacy": "planner:privacy",
        "sign-in": "account_login",
        "sign-up": "account_signup",
        "reset": "account_reset_password",
        "reset-sent": "account_reset_password_done",
        "code": "account_request_login_code",
        "inactive": "account_inactive",
        "reset-done": "account_reset_password_from_key_done",
    }
    for state, name in pages.items():
        yield state, lambda site, name=name: site.open(name)
    wrong = {
        "sign-in": {"login": "nobody@example.com", "password": "not this one"},
        "sign-up": {"email": "nobody", "password1": "short"},
        "reset": {"email": "nobody"},
        "code": {"email": "nobody"},
    }
    for state, values in wrong.items():
        yield f"{state}-refused", partial(_refused, pages[state], "visitor", values)
    yield "rule-source", lambda site: site.open("planner:rule", "CREDITREG")
    yield "rule-product", partial(_rule_unfolded, "weilidai")
    yield "rule-step", lambda site: site.open("planner:rule-step", site.speech, "huabei", "sms")
    yield "rule-law", lambda site: site.open("planner:rule-law", site.speech, query="claim=20000")
    yield "rule-real", lambda site: site.open("planner:rule-real", site.speech)
    yield "rule-calm", lambda site: site.open("planner:rule-calm", site.speech)
    yield "rule-list", lambda site: site.open("planner:rule-list", site.speech)
    yield "reset-used-link", lambda site: site.browse("/account/password/reset/key/1-used/")
    yield "code-sent", _code_sent
    yield "code-sent-refused", _code_refused
    for status in (400, 403, 429, 500):
        yield f"error-{status}", lambda site, status=status: site.open("fail", status)
    yield "error-404", lambda site: site.browse("/nothing/")
    yield "error-csrf", _forged


def _rule_unfolded(rule: str, site: Site) -> Page:
    page = site.open("planner:rule", rule)
    unfold(page)
    return page


def _refused(name: str, who: str, values: dict[str, str], site: Site, query: str = "") -> Page:
    user = None if who == "visitor" else getattr(site, who)()
    page = site.open(name, who=user, query=query)
    refuse(page, **values)
    return page


def _code_sent(site: Site) -> Page:
    page = site.open("account_request_login_code")
    steps.fill(page, email="nobody@example.com")
    steps.send(steps.form(page, "account_request_login_code"))
    steps.is_at(page, "account_confirm_login_code")
    return page


def _code_refused(site: Site) -> Page:
    page = _code_sent(site)
    steps.fill(page, code="AAAA-AAAA")
    steps.send(steps.form(page, "account_confirm_login_code"))
    expect(page.locator("main .errorlist")).to_be_visible()
    return page


def _forged(site: Site) -> Page:
    page = site.open("account_login")
    page.context.clear_cookies()
    steps.fill(page, login="nobody@example.com", password=PASSWORD)
    steps.send(steps.form(page, "account_login"))
    expect(page.locator("h1")).to_be_visible()
    return page


def _of_newcomers() -> Iterator[tuple[str, State]]:
    pages = {
        "plan-empty": "planner:plan",
        "start": "planner:start",
        "calendar-empty": "planner:calendar",
        "debts-empty": "planner:debt-list",
        "incomes-empty": "planner:income-list",
        "expenses-empty": "planner:expense-list",
        "accounts-empty": "planner:account-list",
        "deductions-empty": "planner:deduction-list",
        "account-new": "planner:account-create",
        "settings-guest": "planner:settings",
        "erase-guest": "planner:data-erase",
    }
    for state, name in pages.items():
        yield state, lambda site, name=name: site.open(name, who=site.newcomer())
    kinds = [f"product={one}" for one in ("huabei", "jiebei", "credit_card", "jd_baitiao", "fenfu")]
    kinds += ["contract=revolving", "contract=instalment", "contract=open"]
    for kind in kinds:
        state, query = f"start-{kind.partition('=')[2]}", f"?{kind}"
        yield state, partial(_unfolded, "planner:start", query)
        refused = partial(_refused, "planner:start", "newcomer", {"name": ""}, query=query)
        yield f"{state}-refused", refused
    yield "start-all-kinds", partial(_unfolded, "planner:start", "")
    yield "start-asked", _asked
    yield "start-understood", _understood
    yield "start-overdue", _overdue
    yield "start-past-day", _past_day
    yield "start-loans", _pasted
    yield "start-again", _again
    yield "start-rows", _with_first_debt
    yield "start-money", _at_money
    yield "start-money-refused", _at_money_refused


def _asked(site: Site) -> Page:
    """A card whose days are known by now: what does the app show of its bill?"""
    page = site.open("planner:start", who=site.newcomer(), query="?product=credit_card")
    statement, due = site.today - timedelta(days=12), site.today - timedelta(days=2)
    steps.fill(page, statement_day=str(statement.day), due_day=str(due.day))
    steps.agree(page)
    steps.send(page.locator("#start form"))
    expect(page.locator('[name="to_pay"]')).to_be_visible()
    return page


def _understood(site: Site) -> Page:
    """A bill whose last one was short, said back before it is saved."""
    page = site.open("planner:start", who=site.newcomer(), query="?product=huabei")
    steps.answer_bill(page, last="short", to_pay="2900", left="1000", missing="100")
    steps.agree(page)
    if not page.locator("#understood .understood").count():
        steps.send(page.locator("#start form"))
    expect(page.locator("#understood .understood")).to_be_visible()
    return page


def _overdue(site: Site) -> Page:
    """A loan of which one payment is missed."""
    page = site.open("planner:start", who=site.newcomer(), query="?product=jiebei")
    page.locator('#start button[name="overdue"]').click()
    expect(page.locator('[name="arrears_0_due_on"]')).to_be_visible()
    return page


def _past_day(site: Site) -> Page:
    """A next due date that has passed: the way to what is overdue stands beside it."""
    page = site.open("planner:start", who=site.newcomer(), query="?product=jiebei")
    past = site.today - timedelta(days=3)
    steps.fill(page, principal="5000", periods_left="9", next_due=past.isoformat())
    page.locator('[name="method"]').select_option("level")
    steps.send(page.locator("#start form"))
    expect(page.locator("#id_next_due_error")).to_be_visible()
    return page


def _pasted(site: Site) -> Page:
    """Several loans in a list, one of them refused with its line."""
    page = site.open("planner:start", who=site.newcomer(), query="?product=jiebei")
    page.locator("#start details.more > summary").first.click()
    due = site.today + timedelta(days=9)
    steps.fill(page, loans=f"{due.isoformat()} 5,000.00 10\n{due.isoformat()} 3/12", rate_value="1")
    page.locator('[name="method"]').select_option("level")
    steps.send(page.locator("#start form"))
    expect(page.locator("#id_loans_error")).to_be_visible()
    return page


def _again(site: Site) -> Page:
    """Another loan like the one that is there."""
    page = site.open("planner:start", who=site.newcomer())
    steps.add_huabei(page)
    steps.add_jiebei(page)
    page.locator("#start .again a").click()
    expect(page.locator('[name="principal"]')).to_have_value("")
    return page


def _unfolded(name: str, query: str, site: Site) -> Page:
    page = site.open(name, who=site.newcomer(), query=query)
    unfold(page)
    return page


def _with_first_debt(site: Site) -> Page:
    page = site.open("planner:start", who=site.newcomer())
    steps.add_huabei(page)
    return page


def _at_money(site: Site) -> Page:
    page = _with_first_debt(site)
    steps.link(page, "planner:start-money").click()
    expect(page.locator('[name="balance"]')).to_be_visible()
    return page


def _at_money_refused(site: Site) -> Page:
    page = _at_money(site)
    refuse(page, balance="没有", pay="12,34", rent="2600")
    return page


def _of_plans() -> Iterator[tuple[str, State]]:
    yield "plan-sample", lambda site: site.open("planner:plan", who=site.sample())
    yield "plan-sample-unfolded", _plan_unfolded
    documents = {
        "own": sample_document,
        "short": households.short,
        "overdue": households.overdue,
        "endless": households.endless,
        "old": households.old,
        "away": households.away,
        "long-words": households.long_words,
    }
    for state, document in documents.items():
        yield f"plan-{state}", partial(_plan_of, document)
    yield "plan-overdue-unfolded", partial(_plan_of, households.overdue, then=unfold)
    yield "plan-short-unfolded", partial(_plan_of, households.short, then=unfold)
    yield "plan-away-unfolded", partial(_plan_of, households.away, then=unfold)
    yield "carry", _carried
    yield "carry-open", lambda site: site.open("planner:carry-open", "abc")
    yield "carry-over", _carry_over
    for state, document in (("own", sample_document), ("short", households.short)):
        yield f"plan-optimum-{state}", partial(_plan_with_optimum, document)
        yield f"optimum-{state}", partial(_optimum_of, document)
    offers = {
        "own": sample_document,
        "short": households.short,
        "better": households.late_pay_day,
        "none": households.no_choice,
        "long-words": households.long_words,
    }
    for state, document in offers.items():
        days = partial(_item_page, "planner:plan-due-days", (), document=document)
        yield f"due-days-{state}", days
    answers = {
        "waiting": {"looks": Looks(0)},
        "not-yet": {"looks": Looks(len(LOOKS))},
        "failed": {"fault": "SolverError"},
    }
    for state, answer in answers.items():
        yield f"plan-optimum-{state}", partial(_plan_without_optimum, answer)
    deductions = {
        "safe": sample_document,
        "short": households.kept_back,
        "overdue": households.overdue,
        "unbound": households.unbound,
        "unsaid": households.unsaid,
        "long-words": households.long_words,
    }
    for state, document in deductions.items():
        yield f"deductions-{state}", partial(_deductions_of, document)
    yield "plan-changed", _plan_changed
    yield "plan-refused", _plan_refused
    yield "plan-conflict", _plan_conflict
    yield "plan-discreet", _plan_discreet
    yield "plan-failed", _plan_failed
    yield "renew", lambda site: site.open("planner:plan-renew", who=site.member(households.old))
    yield "ladder", _ladder
    for state, document in documents.items():
        if state in ("own", "overdue", "long-words"):
            yield f"calendar-{state}", partial(_calendar_of, document)
    yield "download", lambda site: site.open("planner:calendar-download", who=site.sample())


def _plan_unfolded(site: Site) -> Page:
    page = site.open("planner:plan", who=site.sample())
    unfold(page)
    return page


def _carried(site: Site) -> Page:
    page = site.open("planner:settings", who=site.newcomer())
    steps.send(steps.form(page, "planner:carry-create"))
    expect(page.locator("#address")).to_be_visible()
    return page


def _carry_over(site: Site) -> Page:
    page = site.open("planner:carry-open", "abc")
    page.locator("main form button").click()
    expect(page.locator("main [role=alert]")).to_be_visible()
    return page


def _plan_of(
    document: Document, site: Site, then: Callable[[Page], None] = lambda page: None
) -> Page:
    page = site.open("planner:plan", who=site.member(document))
    then(page)
    return page


def _plan_with_optimum(document: Document, site: Site) -> Page:
    page = site.open("planner:plan", who=site.member(document))
    expect(page.locator("#optimum")).not_to_have_attribute("hx-trigger", re.compile("load"))
    unfold(page)
    return page


def _optimum_of(document: Document, site: Site) -> Page:
    page = site.open("planner:plan-optimum", who=site.member(document))
    expect(page.locator("#against")).to_be_visible()
    unfold(page)
    return page


def _plan_without_optimum(answer: dict[str, Any], site: Site) -> Page:
    """It is being worked out; so it still is after the last look; or that failed."""
    with translation.override(site.language):
        body = render_to_string("planner/plan/_optimum.html", answer)
    user = site.member()
    page = site.browse(reverse("planner:privacy"), user=user)
    page.route("**/plan/optimum/**", lambda route: route.fulfill(body=body))
    page.goto(reverse("planner:plan"))
    steps.open_fold(page, "why-so")
    expect(page.locator("#optimum a")).to_be_visible()
    return page


def _deductions_of(document: Document, site: Site) -> Page:
    page = site.open("planner:deduction-list", who=site.member(document))
    unfold(page)
    return page


def _calendar_of(document: Document, site: Site) -> Page:
    page = site.open("planner:calendar", who=site.member(document))
    page.locator('a[rel="next"]').click()
    expect(page.locator('a[rel="prev"]')).to_be_visible()
    return page


def _edit(page: Page, amount: str) -> None:
    steps.open_fold(page, "my-figures")
    figures = page.locator("#figure-debts-jiebei")
    if figures.locator("details:not([open])").count():
        figures.locator("summary").click()
    figures.locator('input[name$="-balance"]').fill(amount)
    steps.send(figures)


def _plan_changed(site: Site) -> Page:
    page = site.open("planner:plan", who=site.sample())
    _edit(page, "8,600.00")
    expect(page.locator("#plan .change")).to_be_visible()
    return page


def _plan_refused(site: Site) -> Page:
    page = site.open("planner:plan", who=site.sample())
    _edit(page, "8600多")
    expect(page.locator("#plan .errorlist").first).to_be_visible()
    return page


def _plan_conflict(site: Site) -> Page:
    user = site.member()
    page = site.open("planner:plan", who=user)
    _change_elsewhere(user)
    _edit(page, "8,600.00")
    expect(page.locator("#plan [role=alert]")).to_be_visible()
    return page


def _change_elsewhere(user: User) -> None:
    document = household_document_of(user)
    document["debts"][1]["principal"] = "9000.00"
    replace_household(user=user, document=document)


def _plan_discreet(site: Site) -> Page:
    page = site.open("planner:plan", who=site.sample())
    sums = page.locator("#plan .amount").first.inner_text()
    steps.send(steps.form(page, "planner:plan-discreet"))
    expect(page.locator("#plan .amount").first).not_to_have_text(sums)
    return page


def _plan_failed(site: Site) -> Page:
    page = site.open("planner:plan", who=site.sample())
    page.route("**/plan/figures/**", lambda route: route.fulfill(status=500, body="no"))
    _edit(page, "8,600.00")
    expect(page.locator("#failure")).to_be_visible()
    return page


def _ladder(site: Site) -> Page:
    page = site.open("planner:plan", who=site.sample())
    page.goto(page.locator(".dues [hx-get]").first.get_attribute("hx-get"))
    return page


def _of_items() -> Iterator[tuple[str, State]]:
    nouns = {"debt": "jiebei", "income": "salary", "expense": "living", "account": "bank"}
    for noun, slug in nouns.items():
        yield f"{noun}s", partial(_item_page, f"planner:{noun}-list", ())
        yield (
            f"{noun}s-long-words",
            partial(_item_page, f"planner:{noun}-list", (), document=households.long_words),
        )
        yield noun, partial(_item_page, f"planner:{noun}-detail", (slug,))
        yield f"{noun}-refused", partial(_item_refused, f"planner:{noun}-detail", slug)
        yield f"{noun}-delete", partial(_item_page, f"planner:{noun}-delete", (slug,))
    yield "debt-huabei", partial(_item_page, "planner:debt-detail", ("huabei",), then=unfold)
    yield "debt-card", partial(_item_page, "planner:debt-detail", ("card",), then=unfold)
    yield (
        "debt-new-open",
        partial(_item_page, "planner:debt-create", (), query="?contract=open", then=unfold),
    )
    yield "income-new", partial(_item_page, "planner:income-create", ())
    yield "debt-conflict", _debt_conflict
    yield from _of_one_debt()


def _of_one_debt() -> Iterator[tuple[str, State]]:
    pages: dict[str, tuple[str, Document]] = {
        "huabei": ("huabei", sample_document),
        "jiebei": ("jiebei", sample_document),
        "card": ("card", sample_document),
        "overdue": ("jiebei", households.overdue),
        "endless": ("card", households.endless),
        "long-words": ("jiebei", households.long_words),
        "mortgage": ("home", households.mortgage),
        "paid-off": ("jiebei", households.paid_off),
    }
    for state, (slug, document) in pages.items():
        yield (
            f"debt-page-{state}",
            partial(_item_page, "planner:debt-schedule", (slug,), document=document, then=unfold),
        )
    yield (
        "debt-page-refused",
        partial(_item_page, "planner:debt-schedule", ("jiebei",), query="?on=soon"),
    )


def _item_page(
    name: str,
    args: tuple[str, ...],
    site: Site,
    document: Document = sample_document,
    query: str = "",
    then: Callable[[Page], None] = lambda page: None,
) -> Page:
    page = site.open(name, *args, who=site.member(document), query=query)
    then(page)
    return page


def _item_refused(name: str, slug: str, site: Site) -> Page:
    page = site.open(name, slug, who=site.member())
    unfold(page)
    refuse(page, name="")
    return page


def _debt_conflict(site: Site) -> Page:
    user = site.member()
    page = site.open("planner:debt-detail", "jiebei", who=user)
    _change_elsewhere(user)
    steps.fill(page, principal="8600")
    steps.send(page.locator("main form[method=post]").first)
    expect(page.locator("main [role=alert]").first).to_be_visible()
    return page


def _of_what_happened() -> Iterator[tuple[str, State]]:
    yield "order", partial(_item_page, "planner:plan-order", ())
    yield "restore", partial(_item_page, "planner:household-import", ())
    yield "paid", partial(_item_page, "planner:debt-paid", ("jiebei",))
    yield "paid-refused", _paid_refused
    yield "history", partial(_lived, "planner:history-list", ())
    yield "history-debt", partial(_lived, "planner:debt-history", ("card",))
    yield "history-of-nothing", partial(_item_page, "planner:debt-history", ("jiebei",))
    yield "plan-lived", partial(_lived, "planner:plan", ())
    for step in ("ask", "asked", "offered", "agreed", "broken"):
        yield f"arrangement-{step}", partial(_arranged, step)
    yield "events", partial(_item_page, "planner:debt-events", ("jiebei",))
    yield "events-refused", _event_refused
    yield "events-entered", partial(_with_events, "planner:debt-events")
    yield "history-with-events", partial(_with_events, "planner:debt-history")
    yield "plan-with-events", partial(_with_events, "planner:plan")
    yield "mend", _mend


def _of_what_may_be() -> Iterator[tuple[str, State]]:
    documents = {
        "enough": households.enough,
        "not-enough": households.short,
        "overdue": households.overdue,
        "long-words": households.long_words,
    }
    for state, document in documents.items():
        yield f"short-{state}", partial(_ruled, "planner:plan-short", document)
    yield (
        "short-own-order",
        partial(_ruled, "planner:plan-short", households.short, order=["huabei"]),
    )
    yield "borrow", partial(_item_page, "planner:plan-borrow", ())
    yield "borrow-loan", partial(_item_page, "planner:plan-borrow", (), query="?what=loan")
    yield "borrow-answer", partial(_borrowed, "?what=loan")
    yield "borrow-long-words", partial(_borrowed, "?what=loan", document=households.long_words)
    yield "borrow-refused", _borrow_refused
    yield "offer", partial(_item_page, "planner:offer-check", (), query="?debt=card")
    yield "contacts", partial(_item_page, "planner:contact-list", ())
    yield "letters", partial(_item_page, "planner:letter-list", ())
    for aim, debt in (("personal", "card"), ("stop", "huabei")):
        yield f"letter-{aim}", partial(_item_page, "planner:letter-pack", (debt, aim))
    yield "offer-answer", _offer_checked
    yield "offer-refused", _offer_refused
    yield "stress", partial(_item_page, "planner:plan-stress", ())
    for case in ("late-15", "lower-20"):
        yield (
            f"stress-{case}",
            partial(_item_page, "planner:plan-stress", (), query=f"?case={case}"),
        )
    yield "stress-unknown", partial(_item_page, "planner:plan-stress", (), query="?case=x")


def _ruled(name: str, document: Document, site: Site, order: list[str] | None = None) -> Page:
    """By a rule of thumb, which follows the person's own order."""
    user = site.member(document)
    change_household(user=user, strategy="avalanche", triage_order=order or [])
    page = site.open(name, who=user)
    if not order:
        unfold(page)
    return page


def _borrowed(query: str, site: Site, document: Document = sample_document) -> Page:
    page = site.open("planner:plan-borrow", who=site.member(document), query=query)
    page.locator("select[name=product]").select_option("other_loan")
    steps.fill(page, amount="12000", months="12", each="1100")
    steps.send(page.locator("main form").first)
    expect(page.locator("#borrow-answer")).to_be_visible()
    unfold(page)
    return page


def _offer_checked(site: Site) -> Page:
    page = site.open("planner:offer-check", who=site.member(), query="?debt=card")
    first = site.today + timedelta(days=31)
    page.locator('input[name="told"][value="per_period"]').check()
    steps.fill(page, periods="12", first_due=first.isoformat(), per_period="39", principal="5000")
    steps.send(page.locator("main form").first)
    expect(page.locator("#offer-answer")).to_be_visible()
    unfold(page)
    return page


def _offer_refused(site: Site) -> Page:
    page = site.open("planner:offer-check", who=site.member())
    refuse(page, principal="12,34", periods="0")
    return page


def _borrow_refused(site: Site) -> Page:
    page = site.open("planner:plan-borrow", who=site.member(), query="?what=loan")
    refuse(page, amount="12,34", months="0")
    return page


def _lived(name: str, args: tuple[str, ...], site: Site) -> Page:
    """Something was paid and taken back, and an account counted anew."""
    user = site.member()
    paid = record_payment(user=user, debt="card", on=site.today, amount_fen=5_000, account="bank")
    undo_entry(user=user, entry=paid.pk)
    record_payment(user=user, debt="card", on=site.today, amount_fen=6_000, account="bank")
    enter(user, "accounts", "bank", balance="3800.00")
    page = site.open(name, *args, who=user)
    unfold(page)
    return page


def _paid_refused(site: Site) -> Page:
    page = site.open("planner:debt-paid", "jiebei", who=site.member())
    refuse(page, amount="99999999")
    return page


def _event_refused(site: Site) -> Page:
    page = site.open("planner:debt-events", "jiebei", who=site.member())
    refuse(page, on="2099-12-31")
    return page


def _with_events(name: str, site: Site) -> Page:
    """A court's papers and a settlement, of this year and of another."""
    user, today = site.member(), site.today
    for rung, ago in (("payment_order", 5), ("judgment_due", -40), ("demanded", 500)):
        record_event(user=user, debt="jiebei", rung=rung, on=today - timedelta(days=ago))
    return site.open(name, *([] if name == "planner:plan" else ["jiebei"]), who=user)


def _arranged(step: str, site: Site) -> Page:
    """Up to this step of an arrangement: two rows in place of the debt's own."""
    user, today = site.member(), site.today
    document = household_document_of(user)
    debt = next(one for one in document["debts"] if one["id"] == "jiebei")
    rows = [
        {
            "due_on": (today + timedelta(days=days)).isoformat(),
            "principal": "4800.00",
            "interest": "0.00",
            "fee": "0.00",
        }
        for days in (30, 60)
    ]
    terms = {
        "contract": "instalment",
        "principal": debt["principal"],
        "method": "listed",
        "rows": rows,
    }
    if step != "ask":
        row = ask_arrangement(user=user, debt="jiebei", asked_on=today, note="电话")
    if step in ("offered", "agreed", "broken"):
        record_offer(user=user, arrangement=row.pk, on=today, terms=terms)
    if step in ("agreed", "broken"):
        agree_arrangement(user=user, arrangement=row.pk, on=today, terms=terms)
    if step == "broken":
        break_arrangement(user=user, arrangement=row.pk, on=today)
    page = site.open("planner:debt-arrangement", "jiebei", who=user)
    unfold(page)
    return page


def _question(site: Site) -> Page:
    """One due of the past month, as a reminder leads to it."""
    user = site.member(households.away)
    one = next(one for one in open_questions(user) if one.kind == "payment")
    page = site.open("planner:question", question_token(one.kind, one.slug, one.on), who=user)
    unfold(page)
    return page


def _reminders_in_use(site: Site) -> Page:
    """One way that rings, one that waits for its code, the others to be chosen, all unfolded."""
    page = _signed_in("planner:reminders", site)
    user = User.objects.get()
    for kind, key in (("serverchan", "SCT1234567T"), ("ntfy", "a1b2c3d4e5f6a7b8")):
        channels.agree_to_channel(user=user, kind=kind, target={"key": key}, host="ntfy.sh")
    rings = Channel.objects.filter(kind="serverchan")
    rings.update(confirmed_on=timezone.now())
    sent = channels.put_out(rings.get(), {})
    Message.objects.filter(pk=sent.pk).update(outcome=Message.FAILED, fault="key_refused")
    page.reload()
    unfold(page)
    page.locator("#by-bark [name=recipient]").fill("https://api.day.app/x")
    page.locator("#by-bark [name=agrees]").check()
    page.locator("#by-bark button").click()
    expect(page.locator("#by-bark .errorlist")).to_be_visible()
    unfold(page)
    return page


def _mend(site: Site) -> Page:
    """A payment that cannot be reckoned any more."""
    user = site.member()
    pay_too_much(user, site.today, "99999.00", debt="card", account="bank")
    return site.open("planner:history-mend", who=user)


def _of_members() -> Iterator[tuple[str, State]]:
    pages = {
        "settings": "planner:settings",
        "erase": "planner:data-erase",
        "feed": "planner:calendar-feed",
        "reminders": "planner:reminders",
        "sign-out": "account_logout",
        "email": "account_email",
        "password": "account_change_password",
        "confirm": "account_reauthenticate",
        "devices": "sessions",
        "second-step": "mfa_index",
    }
    for state, name in pages.items():
        yield state, partial(_signed_in, name)
    yield "settings-refused", partial(_refused, "planner:settings", "member", {"buffer": "x"})
    yield "feed-made", _feed_made
    yield "reminders-in-use", _reminders_in_use
    yield "question", _question
    yield "question-answered", lambda site: site.open("planner:question", "abc", who=site.member())
    yield "reminders-stop", lambda site: site.open("planner:reminder-stop", "abc")
    yield "password-refused", _password_refused
    yield "email-waiting", _address_waiting
    yield "settle", _settle
    yield "app", partial(_confirmed, "mfa_activate_totp")
    yield "app-refused", _app_refused
    yield "passkey", partial(_confirmed, "mfa_add_webauthn")
    yield "second-step-on", _with_passkeys
    for state, name in {
        "recovery-codes": "mfa_view_recovery_codes",
        "app-remove": "mfa_deactivate_totp",
    }.items():
        yield state, partial(_with_app, name)
    yield "second-step-asked", _code_asked


def _feed_made(site: Site) -> Page:
    page = _signed_in("planner:calendar-feed", site)
    page.locator("[name=agrees]").check()
    page.locator("button[value=new]").click()
    expect(page.locator("img.code")).to_be_visible()
    return page


def _signed_in(name: str, site: Site) -> Page:
    """Signed in by password just now, so that nothing has to be confirmed first."""
    member = site.member()
    page = site.open("account_login")
    steps.fill(page, login=member.email, password=PASSWORD)
    steps.send(steps.form(page, "account_login"))
    steps.is_at(page, "planner:plan")
    page.goto(reverse(name))
    return page


def _confirmed(name: str, site: Site) -> Page:
    """What concerns the second step asks for the password again, however fresh the sign-in is."""
    page = _signed_in(name, site)
    steps.fill(page, password=PASSWORD)
    steps.send(steps.form(page, "account_reauthenticate"))
    steps.is_at(page, name)
    return page


def _app_refused(site: Site) -> Page:
    page = _confirmed("mfa_activate_totp", site)
    refuse(page, code="000000")
    return page


def _with_passkeys(site: Site) -> Page:
    page = _with_app("mfa_index", site)
    member = User.objects.latest("pk")
    for device in ("wechat android", "chrome windows"):
        WebAuthn.add(member, device, passkey()).instance.record_usage()
    page.reload()
    return page


def _with_app(name: str, site: Site) -> Page:
    page = _confirmed("mfa_activate_totp", site)
    steps.fill(page, code=pyotp.TOTP(page.locator("main code").inner_text()).now())
    steps.send(steps.form(page, "mfa_activate_totp"))
    steps.is_at(page, "mfa_view_recovery_codes")
    page.goto(reverse(name))
    return page


def _code_asked(site: Site) -> Page:
    page = _with_app("planner:settings", site)
    member = page.locator("main dd").first.inner_text()
    page.context.clear_cookies()
    page.goto(reverse("account_login"))
    steps.fill(page, login=member, password=PASSWORD)
    steps.send(steps.form(page, "account_login"))
    steps.is_at(page, "mfa_authenticate")
    return page


def _password_refused(site: Site) -> Page:
    page = _signed_in("account_change_password", site)
    refuse(page, oldpassword="not this one", password1="short")
    return page


def _address_waiting(site: Site) -> Page:
    page = _signed_in("account_email", site)
    steps.fill(page, email="new@example.com")
    steps.send(steps.form(page, "account_email"))
    expect(page.locator("main form")).to_have_count(2)
    return page


def _settle(site: Site) -> Page:
    member = site.member()
    page = site.open("account_login", who=site.sample())
    steps.fill(page, login=member.email, password=PASSWORD)
    steps.send(steps.form(page, "account_login"))
    steps.is_at(page, "planner:guest-settle")
    return page


def _of_imports() -> Iterator[tuple[str, State]]:
    yield "import-read", _import_of
    yield "import-read-refused", partial(_import_refused, "report_scan.pdf")
    yield "import-password", partial(_import_refused, "report_encrypted.pdf")
    for name in ("report_brief.pdf", "report_truncated.pdf", "sms.txt", "wechat_2026.xlsx"):
        yield f"import-choose-{name.partition('.')[0]}", partial(_chosen_of, name)
    for name in ("report_brief.pdf", "wechat_2026.xlsx"):
        yield f"import-rest-{name.partition('.')[0]}", partial(_rest_of, name)
    yield "import-rest-refused", _rest_refused


def _import_of(site: Site) -> Page:
    page = site.open("planner:import-read", who=site.newcomer())
    unfold(page)
    return page


def _sent_file(name: str, site: Site) -> Page:
    page = site.open("planner:import-read", who=site.newcomer())
    file = next(one for one in (REPORTS / name, BILLS / name, HERE / name) if one.is_file())
    page.set_input_files('[name="file"]', file)
    page.locator('[name="agree"]').check()
    steps.send(steps.form(page, "planner:import-read"))
    return page


def _import_refused(name: str, site: Site) -> Page:
    page = _sent_file(name, site)
    expect(page.locator("main .errorlist").first).to_be_visible()
    return page


def _chosen_of(name: str, site: Site) -> Page:
    page = _sent_file(name, site)
    steps.is_at(page, "planner:import-choose")
    return page


def _rest_of(name: str, site: Site) -> Page:
    page = _chosen_of(name, site)
    steps.send(steps.form(page, "planner:import-choose"))
    steps.is_at(page, "planner:import-rest")
    unfold(page)
    return page


def _rest_refused(site: Site) -> Page:
    page = _rest_of("report_brief.pdf", site)
    steps.send(steps.form(page, "planner:import-rest"))
    expect(page.locator("main .errorlist").first).to_be_visible()
    return page


STATES: dict[str, State] = {
    **dict(_of_visitors()),
    **dict(_of_newcomers()),
    **dict(_of_plans()),
    **dict(_of_items()),
    **dict(_of_what_happened()),
    **dict(_of_what_may_be()),
    **dict(_of_members()),
    **dict(_of_imports()),
}
