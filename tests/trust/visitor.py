"""A visitor who speaks HTTP to a served site, and members for it to be."""

import http.client
import io
import time
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from django.utils.functional import cached_property

from tests import page_reading

MOST_WAIT = 60  # seconds
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @cached_property
    def page(self) -> page_reading.Page:
        return page_reading.read(self.text)

    @property
    def location(self) -> str:
        return self.headers.get("location", "") or self.headers.get("hx-redirect", "")


def words(content: bytes) -> str:
    """What an answer says, also within a spreadsheet."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            content = b"\n".join(packed.read(name) for name in packed.namelist())
    return content.decode("utf-8", "replace")


def pairs_of(fields: Any) -> list[tuple[str, str]]:
    return list(fields.items() if hasattr(fields, "items") else fields or ())


class Visitor:
    """A browser without a screen; one connection a request, so threads may share it."""

    waits = True  # where a plan is still being worked out, as a page does

    def get(self, path: str, **headers: str) -> Answer:
        until = time.monotonic() + MOST_WAIT
        while True:
            answer = self.send("GET", path, headers=headers)
            if answer.status != 202 or not self.waits or time.monotonic() > until:
                return answer
            time.sleep(0.2)

    def post(self, path: str, fields: Any = (), **headers: str) -> Answer:
        return self.send("POST", path, fields=fields, headers=headers)

    def form(self, path: str, action: str | None = None) -> page_reading.PageForm:
        """The first form on the page that posts to `action` (or to anything but the language)."""
        answer = self.get(path)
        for form in answer.page.posting():
            to = form.action or path
            if to == action or (action is None and to not in ("/language/", "/account/logout/")):
                return form
        raise LookupError(f"{path} ({answer.status}, {answer.location}) has no form to {action}")

    def __init__(self, port: int, *, session: str = "", address: str = "") -> None:
        self.port = port
        self.cookies = {"session": session} if session else {}
        self.address = address

    def twin(self) -> "Visitor":
        other = Visitor(self.port, address=self.address)
        other.cookies = dict(self.cookies)
        return other

    def send(
        self,
        method: str,
        path: str,
        *,
        fields: Iterable | None = None,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        timeout: float = 60,
    ) -> Answer:
        sent = {"Host": f"127.0.0.1:{self.port}"}
        if method not in ("GET", "HEAD"):
            sent["X-CSRFToken"] = self.token()  # first, for it may be a cookie of its own
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if self.address:
            sent["X-Forwarded-For"] = self.address
        if body is None and method in ("POST", "PUT", "PATCH", "DELETE"):
            body = urlencode(pairs_of(fields), errors="surrogatepass").encode()
            sent["Content-Type"] = FORM
        sent |= {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body=body, headers=sent)
            response = connection.getresponse()
            text = words(response.read())
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        held = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, held, text)

    def token(self) -> str:
        if "csrf" not in self.cookies:
            self.cookies["csrf"] = "a" * 32
        return self.cookies["csrf"]


def member(name: str, document: dict[str, Any] | None = None) -> Any:
    """A member with a household; to be called where Django speaks to the site's database."""
    from allauth.account.models import EmailAddress

    from planner.models import User
    from planner.services import people
    from planner.services.changes import replace_household

    user = User.objects.create_user(f"{name}@example.com")
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    people.record_consent(user=user)
    if document is not None:
        replace_household(user=user, document=document)
    return user


def session_of(user: Any) -> str:
    """The key of a session in which the user is signed in, as after the form."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from planner.pages.guards import SIGNED_IN_SESSION_KEY
    from planner.sessions import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[SIGNED_IN_SESSION_KEY] = time.time()
    session.create()
    return session.session_key
