"""The request that views get, and what they ask of it."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from planner.models import IdempotencyKey, User


class Request(HttpRequest):
    """Of somebody who is signed in, and whether htmx asks. Views for everybody look first."""

    user: User
    guest: User  # by pages.guards.guests_too
    htmx: HtmxDetails


def is_in_wechat(request: HttpRequest) -> bool:
    """WeChat's own browser can neither download files nor open calendars."""
    return "micromessenger" in request.headers.get("User-Agent", "").lower()


def was_sent(request: Request) -> bool:
    """Whether this very form had its effect already: a second tap, a second try."""
    key = request.POST.get("key", "")
    return bool(key) and IdempotencyKey.objects.owned_by(request.user).filter(key=key).exists()
