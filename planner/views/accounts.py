"""Signing out, and what becomes of a guest's household when a member signs in."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.views import logout
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from planner import people
from planner.accounts import GUEST_SESSION_KEY, SIGNED_IN_SESSION_KEY
from planner.models import User

View = Callable[..., HttpResponse]

FORGET_PAGES = '"cache", "storage"'


def members_only(view: View) -> View:
    """Guests have neither address nor password to change; signing up gives them both."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated and request.user.is_guest:
            return redirect("account_signup")
        return view(request, *args, **kwargs)

    return guarded


def signed_out_only(view: View) -> View:
    """A code by mail starts a new session, which allauth offers to nobody who has one.

    Members sign out on the way (see account/reauthenticate.html), guests use their password.
    """

    @wraps(view)
    @login_not_required
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect("account_login")
        return view(request, *args, **kwargs)

    return guarded


def confirmed_recently(view: View) -> View:
    """Members who signed in more than 15 minutes ago prove again that it is them.

    Guests have nothing to prove it with; their session is all they are.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        proofs = [proof["at"] for proof in get_authentication_records(request, request.user)]
        last = max(proofs, default=request.session.get(SIGNED_IN_SESSION_KEY, 0))
        is_fresh = time.time() - last < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
        if not is_fresh and not request.user.is_guest:
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return guarded


@require_http_methods(["GET", "POST"])
@login_not_required
def sign_out(request: HttpRequest) -> HttpResponse:
    """Allauth's, and the browser forgets every page it kept."""
    response = logout(request)
    if request.method == "POST":
        response.headers["Clear-Site-Data"] = FORGET_PAGES
    return response


@require_http_methods(["GET", "POST"])
def guest_settle(request: HttpRequest) -> HttpResponse:
    """A member who was a guest a moment ago: take that household over, or drop it?"""
    guest_id = request.session.get(GUEST_SESSION_KEY)
    guest = User.objects.filter(pk=guest_id, guest_since__isnull=False).first()
    if guest is None:
        return redirect("planner:home")
    choice = request.POST.get("choice")
    if choice not in ("take", "drop"):
        return render(request, "planner/guest_settle.html", {"expires_in": people.GUEST_DAYS})
    if choice == "take":
        people.take_over_guest(guest=guest, user=request.user)
        messages.success(request, _("Taken over. Undo leads back to what you had before."))
    else:
        people.erase(user=guest)
        messages.success(request, _("Dropped. Your household is as it was."))
    del request.session[GUEST_SESSION_KEY]
    return redirect("planner:home")
