"""Who may see a page, beside being signed in."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import check_for_language

from planner.pages.http import Request

View = Callable[..., HttpResponse]

FORGET_PAGES = '"cache", "storage"'


def members_only(view: View) -> View:
    """Guests have neither address nor password to change; signing up gives them both."""

    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
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
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect("account_login")
        return view(request, *args, **kwargs)

    return guarded


def guests_too(view: View) -> View:
    """A step of signing in, which allauth lets nobody take who is signed in, as guests are.

    Who they are is kept for `AccountAdapter.login`, which takes their figures along.
    """

    @wraps(view)
    @login_not_required
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated and request.user.is_guest:
            request.guest = request.user
            request.user = AnonymousUser()  # type: ignore[assignment]  # until they are a member
        return view(request, *args, **kwargs)

    return guarded


def confirmed_recently(view: View) -> View:
    """Members who signed in more than 15 minutes ago prove again that it is them.

    Guests have nothing to prove it with; their session is all they are.
    """

    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        proofs = [proof["at"] for proof in get_authentication_records(request, request.user)]
        last = max(proofs, default=request.session.get(SIGNED_IN_SESSION_KEY, 0))
        is_fresh = time.time() - last < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
        if not is_fresh and not request.user.is_guest:
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return guarded


# In the session: when it was signed in to, and by whom (see planner.pages.sign_in.views).
SIGNED_IN_SESSION_KEY = "signed_in_at"
# In the member's session: the guest whose household is still to be taken over or dropped.
GUEST_SESSION_KEY = "guest_to_settle"


def remember_language(response: HttpResponse, language: str) -> None:
    if check_for_language(language):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,  # type: ignore[arg-type]  # a word of Django's
        )
