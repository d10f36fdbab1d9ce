"""A browser before a running copy of the app, watched for everything a page should not do."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as site
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from planner.models import User
from planner.services import people
from planner.services.changes import replace_household

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
LOCALES = {"zh-hans": "zh-CN", "en": "en-US"}
PASSWORD = "eleven purple llamas"

PATIENCE = 30_000  # milliseconds: a solve may take all of its time, on a busy machine too
expect.set_options(timeout=PATIENCE)

# Chromium and htmx write a line for every answer that is an error, however well the page deals
# with it; and Chromium one for each sign-out that cleared what it kept.
_ANSWERED = re.compile(
    r"(?:Failed to load resource: the server responded with a status of"
    r"|Response Status Error Code) (\d+)"
)
_CLEARED = "Clear-Site-Data header on "


class Watch:
    """What pages said in the console, threw, or fetched from elsewhere."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.expected = {422}  # statuses that are part of the test
        self.complaints: list[str] = []

    def attach(self, context: BrowserContext) -> None:
        context.on("console", lambda message: self._hear(message.type, message.text))
        context.on("weberror", lambda error: self.complaints.append(f"thrown: {error.error}"))
        context.on("request", lambda request: self._see(request.url))

    def _hear(self, kind: str, text: str) -> None:
        answered = _ANSWERED.match(text)
        is_expected = answered is not None and int(answered[1]) in self.expected
        if not is_expected and not text.startswith(_CLEARED):
            self.complaints.append(f"{kind}: {text}")

    def _see(self, url: str) -> None:
        if urlsplit(url).scheme in ("http", "https") and not url.startswith(f"{self.home}/"):
            self.complaints.append(f"fetched from elsewhere: {url}")


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    """What `browse` does not choose itself."""
    return {"timezone_id": browser_context_args["timezone_id"]}


@pytest.fixture
def watch(live_server):
    watch = Watch(live_server.url)
    yield watch
    assert watch.complaints == []


@pytest.fixture(autouse=True)
def no_limits_used_up(transactional_db):
    """The counters' table is no model's, so it is not emptied after a test."""
    cache.clear()


@pytest.fixture
def browse(new_context, live_server, watch) -> Callable[..., Page]:
    """Open the site as somebody new, or as `user` who is signed in already."""

    def open_page(
        at: str = "/",
        *,
        language: str = "zh-hans",
        size: dict[str, int] = PHONE,
        has_scripts: bool = True,
        user: User | None = None,
        **options: object,
    ) -> Page:
        context = new_context(
            base_url=live_server.url,
            locale=LOCALES[language],
            viewport=size,
            java_script_enabled=has_scripts,
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(PATIENCE)
        watch.attach(context)
        if user is not None:
            context.add_cookies([session_cookie(user, live_server.url)])
        page = context.new_page()
        page.goto(at)
        return page

    return open_page


def session_cookie(user: User, url: str) -> dict[str, str]:
    client = Client()
    client.force_login(user)
    value = client.cookies[site.SESSION_COOKIE_NAME].value
    return {"name": site.SESSION_COOKIE_NAME, "value": value, "url": url}


@pytest.fixture
def make_signed_up(make_member) -> Callable[..., User]:
    """Members who can sign in with PASSWORD."""

    def make(name: str = "member", **changes: object) -> User:
        user = make_member(name, **changes)
        user.set_password(PASSWORD)
        user.save()
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
        return user

    return make


@pytest.fixture
def make_guest(transactional_db) -> Callable[..., User]:
    """Guests, with a household when a document is given."""

    def make(document: dict | None = None, *, is_sample: bool = False) -> User:
        user = people.start_guest()
        if document is not None:
            if not is_sample:
                people.record_consent(user=user)
            replace_household(user=user, document=document, is_sample=is_sample)
        return user

    return make
