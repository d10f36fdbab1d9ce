"""A guest's figures in another browser: by an address that works once, for ten minutes.

WeChat's own browser can neither save files nor hand its cookies to another. The address leads to a
button and nothing more, so that a preview that fetches it uses nothing up.
"""

import hashlib
import secrets
from datetime import timedelta

from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from planner.models import GUEST_DAYS, User
from planner.pages.http import Request
from planner.services.documents import has_figures

MINUTES = 10


@require_POST
def carry_create(request: Request) -> HttpResponse:
    """A new address; members sign in with their own means and get none."""
    if not request.user.is_guest:
        return redirect("planner:plan")
    token = secrets.token_urlsafe(32)
    until = timezone.now() + timedelta(minutes=MINUTES)
    cache.set(_name(token), (request.user.pk, until), 60 * MINUTES)
    address = request.build_absolute_uri(reverse("planner:carry-open", args=[token]))
    context = {"address": address, "minutes": MINUTES}
    return render(request, "planner/sign_in/carry.html", context)


@require_http_methods(["GET", "POST"])
@login_not_required
def carry_open(request: Request, token: str) -> HttpResponse:
    """The button; pressing it signs this browser in as the guest, and uses the address up."""
    if request.method == "GET":
        return render(request, "planner/sign_in/carry_open.html")
    too_many: HttpResponse | None = ratelimit.consume_or_429(request, action="guest")
    if too_many:
        return too_many
    if request.user.is_authenticated and has_figures(request.user):
        context = {"is_taken": True}
        return render(request, "planner/sign_in/carry_open.html", context, status=409)
    guest = _guest_of(token)
    if guest is None:
        return render(request, "planner/sign_in/carry_open.html", {"is_over": True}, status=410)
    login(request, guest, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session.set_expiry(_left(guest))
    return redirect("planner:plan")


def _guest_of(token: str) -> User | None:
    """Whose address it is; asked twice at once, only one of the two is told."""
    guest, until = cache.get(_name(token), (None, None))
    if until is None or until < timezone.now() or not cache.delete(_name(token)):
        return None
    return User.objects.filter(pk=guest, guest_since__isnull=False).first()


def _left(guest: User) -> int:
    """Seconds until a guest's week is over."""
    assert guest.guest_since is not None
    ends = guest.guest_since + timedelta(days=GUEST_DAYS)
    return max(60, int((ends - timezone.now()).total_seconds()))


def _name(token: str) -> str:
    """Of what is kept: who reads the table cannot open the address."""
    return f"carry-{hashlib.sha256(token.encode()).hexdigest()}"
