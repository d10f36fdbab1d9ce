"""Which channel of push is the device in hand: a cookie says so, which outlives the session."""

from django.conf import settings
from django.core.signing import BadSignature
from django.http import HttpRequest

from planner.models import Channel
from planner.services.channels import channel_to_stop


def this_device(request: HttpRequest) -> Channel | None:
    """Whoever it is of."""
    try:
        return channel_to_stop(request.COOKIES.get(settings.PUSH_COOKIE, ""))
    except BadSignature:
        return None
