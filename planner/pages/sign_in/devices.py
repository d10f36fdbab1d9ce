"""Which accounts this browser has signed in to: a signed cookie, nothing on the server.

What others guess does not keep a known device out (see planner.services.attempts).
"""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from planner.hashes import digest

SALT = "planner.device"
MOST = 5  # accounts of one browser


def known_device(request: HttpRequest, account: str) -> str | None:
    """The id under which this browser is known to the account."""
    return _devices(request).get(_name(account))


def remember_device(request: HttpRequest, response: HttpResponse, account: str) -> None:
    """The browser signed in to the account."""
    held = _devices(request)
    name = _name(account)
    device = held.pop(name, None) or secrets.token_urlsafe(16)
    newest = dict([*held.items(), (name, device)][-MOST:])
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps(newest, salt=SALT),
        max_age=settings.DEVICE_COOKIE_AGE,
        secure=settings.DEPLOYED,
        httponly=True,
        samesite="Lax",
    )


def _devices(request: HttpRequest) -> dict[str, str]:
    cookie = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    try:
        return dict(signing.loads(cookie, salt=SALT, max_age=settings.DEVICE_COOKIE_AGE))
    except signing.BadSignature:
        return {}


def _name(account: str) -> str:
    return digest({"account": account})[:32]
