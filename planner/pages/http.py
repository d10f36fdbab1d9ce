"""What pages ask of a request."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from planner.models import IdempotencyKey


def is_in_wechat(request: HttpRequest) -> bool:
    """WeChat's own browser can neither download files nor open calendars."""
    return "micromessenger" in request.headers.get("User-Agent", "").lower()


def was_sent(request: HttpRequest) -> bool:
    """Whether this very form had its effect already: a second tap, a second try."""
    key = request.POST.get("key", "")
    return bool(key) and IdempotencyKey.objects.owned_by(request.user).filter(key=key).exists()


def reused() -> str:
    return _("This form was used before. Below is how things stand; please enter it again.")
