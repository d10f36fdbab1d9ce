"""Signing out, and what becomes of a guest's household when a member signs in."""

from functools import wraps
from typing import Any

from allauth.account.views import logout
from allauth.mfa.base.views import IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView, RemoveWebAuthnView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from planner.models import GUEST_DAYS, User
from planner.pages.guards import FORGET_PAGES, GUEST_SESSION_KEY, View
from planner.pages.http import Request
from planner.pages.sign_in.factor_forms import ReauthenticateWebAuthnForm
from planner.pages.sign_in.factors import passkey_words, passkeys_work
from planner.pages.this_device import this_device
from planner.services import people
from planner.services.channels import stop_channel


@require_http_methods(["GET", "POST"])
@login_not_required
def sign_out(request: HttpRequest) -> HttpResponse:
    """Allauth's, and the browser forgets every page it kept, and with them its push messages: so
    they end here too, whoever asked for them. A session that ends by itself ends none."""
    channel = this_device(request) if request.method == "POST" else None
    response: HttpResponse = logout(request)
    if request.method == "POST":
        response.headers["Clear-Site-Data"] = FORGET_PAGES
        response.delete_cookie(settings.PUSH_COOKIE)
    if channel is not None:
        stop_channel(channel)
        messages.info(request, _("No more reminders come to this device as push messages."))
    return response


class SecondStep(IndexView):
    """Allauth's, with passkeys that the person can tell apart."""

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**context)
        user = self.request.user
        held = found["authenticators"].get(Authenticator.Type.WEBAUTHN, [])
        held = sorted((one.instance for one in held), key=lambda one: one.pk)  # not so by allauth
        found["passkeys"] = [passkey_words(user, one) for one in held]
        return found | {"passkeys_work": passkeys_work()}


class RemovePasskey(RemoveWebAuthnView):
    """Allauth's, which says which one it is."""

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**context)
        return found | {"passkey": passkey_words(self.request.user, self.object)}


class ConfirmByPasskey(ReauthenticateWebAuthnView):
    """Allauth's, which leads who was refused to the sign-in page, though they are signed in."""

    def form_invalid(self, form: ReauthenticateWebAuthnForm) -> HttpResponse:
        for text in form.errors["credential"]:
            messages.error(self.request, str(text))
        return redirect(self.request.get_full_path())


def if_there(view: View) -> View:
    """Who asks for a factor that they do not have is led to where one is set up."""

    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Http404:
            return redirect("mfa_index")

    return guarded


@require_GET
def passkey_list(request: Request) -> HttpResponse:
    """Where allauth leads after removing one: they stand with everything of the second step."""
    return redirect("mfa_index")


@require_http_methods(["GET", "POST"])
def guest_settle(request: Request) -> HttpResponse:
    """A member who was a guest a moment ago: take that household over, or drop it?"""
    guest_id = request.session.get(GUEST_SESSION_KEY)
    guest = None
    if guest_id is not None:
        guest = User.objects.filter(pk=guest_id, guest_since__isnull=False).first()
    if guest is None:
        return redirect("planner:home")
    choice = request.POST.get("choice")
    if choice not in ("take", "drop"):
        context = {"expires_in": GUEST_DAYS}
        return render(request, "planner/sign_in/guest_settle.html", context)
    if choice == "take":
        people.take_over_guest(guest=guest, user=request.user)
        messages.success(request, _("Taken over. Undo leads back to what you had before."))
    else:
        people.erase(user=guest)
        messages.success(request, _("Dropped. Your household is as it was."))
    del request.session[GUEST_SESSION_KEY]
    return redirect("planner:home")
