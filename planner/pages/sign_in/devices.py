"""Which accounts this browser has signed in to: a signed cookie, nothing on the server.

What others guess does not keep a known device out (see planner.services.attempts).
"""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from planner.hashes import digest
from planner.services.devices import Device

SALT = "planner.device"
MOST = 5  # accounts of one browser

# What stands in a browser's name for itself, the particular first: nearly all say Chrome or Safari.
BROWSERS = (
    ("MicroMessenger", "wechat"),
    ("QQBrowser", "qq"),
    ("UCBrowser", "uc"),
    ("HuaweiBrowser", "huawei"),
    ("MiuiBrowser", "mi"),
    ("Edg", "edge"),
    ("Firefox", "firefox"),
    ("FxiOS", "firefox"),
    ("Chrome", "chrome"),
    ("CriOS", "chrome"),
    ("Safari", "safari"),
)
SYSTEMS = (
    ("HarmonyOS", "harmony"),
    ("OpenHarmony", "harmony"),
    ("Android", "android"),
    ("iPhone", "iphone"),
    ("iPad", "ipad"),
    ("Windows", "windows"),
    ("Macintosh", "mac"),
    ("Linux", "linux"),
)


def known_device(request: HttpRequest, account: str) -> str | None:
    """The id under which this browser is known to the account."""
    return _devices(request).get(_name(account))


def remember_device(request: HttpRequest, response: HttpResponse, account: str) -> str:
    """The browser signed in to the account; gives the id under which it is known from now on."""
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
    return device


def device_of(request: HttpRequest) -> Device:
    """Browser and system by what the browser says of itself; "" for what is not known."""
    says = request.META.get("HTTP_USER_AGENT", "")
    browser, system = (
        next((code for mark, code in marks if mark in says), "") for marks in (BROWSERS, SYSTEMS)
    )
    return {"browser": browser, "system": system}


def _devices(request: HttpRequest) -> dict[str, str]:
    cookie = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    try:
        return dict(signing.loads(cookie, salt=SALT, max_age=settings.DEVICE_COOKIE_AGE))
    except signing.BadSignature:
        return {}


def _name(account: str) -> str:
    return digest({"account": account})[:32]
