"""Where a person is signed in, the end of what is not used, and a word of a new device."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from planner.models import User
from planner.pages.guards import members_only
from planner.pages.http import Request
from planner.pages.sign_in.devices import known_device
from planner.services import devices, inactivity
from planner.services.documents import household_of
from planner.words.days import long_day
from planner.words.devices import device_name
from planner.words.markup import markup

GetResponse = Callable[[Request], HttpResponse]


def in_use(get_response: GetResponse) -> GetResponse:
    """A session that nobody used for long ends; one in use lasts, and hears of a new device.

    Pages for anybody are left alone: they need no session.
    """

    def process_view(
        request: Request, view: Callable[..., HttpResponse], *_arguments: object
    ) -> HttpResponse | None:
        if not getattr(view, "login_required", True) or not request.user.is_authenticated:
            return None
        now = timezone.now().timestamp()
        idle = now - request.session.get(devices.SEEN, 0)
        stays = not request.session.get_expire_at_browser_close()
        if devices.SEEN not in request.session:
            request.session[devices.SEEN] = now
        elif idle > (settings.SESSION_COOKIE_AGE if stays else settings.SESSION_IDLE):
            logout(request)
            messages.info(request, _("Nobody was here for a while. Please sign in again."))
            return redirect_to_login(request.get_full_path())
        elif idle > settings.SESSION_SEEN_EVERY:
            request.session[devices.SEEN] = now
        inactivity.note_use(request.user)
        tell_of_new_device(request)
        return None

    def middleware(request: Request) -> HttpResponse:
        return get_response(request)

    middleware.process_view = process_view  # type: ignore[attr-defined]  # Django asks for it
    return middleware


def tell_of_new_device(request: Request) -> None:
    """Once, on the page that the person sees next where they signed in before."""
    user = request.user
    if user.new_device and devices.is_told_to(user, known_device(request, user.email or "")):
        at = shown_moment(user, datetime.fromisoformat(user.new_device["at"]))
        said = _("Somebody signed in on a device that was new here: {device}, {moment}.")
        text = said.format(device=device_name(user.new_device), moment=at)
        link = markup('{} <a href="{}">{}</a>', text, reverse("sessions"), _("Was that you?"))
        devices.told(user=user)
        messages.warning(request, link)


def shown_moment(user: User, moment: datetime) -> str:
    """Day and time where the person lives."""
    at = timezone.localtime(moment, ZoneInfo(household_of(user).time_zone))
    return f"{long_day(at.date())} {at:%H:%M}"


@members_only
@require_http_methods(["GET", "POST"])
def sessions(request: Request) -> HttpResponse:
    """Where the person is signed in; all others are signed out by one button."""
    here = request.session.session_key
    if request.method == "POST":
        devices.sign_out_others(user=request.user, but=here or "")
        messages.success(request, _("Signed out everywhere else."))
        return redirect("sessions")
    shown = [
        {
            "device": device_name(one.device),
            "began": one.began and shown_moment(request.user, one.began),
            "seen": one.seen and shown_moment(request.user, one.seen),
            "is_here": one.key == here,
        }
        for one in devices.signed_in(request.user)
    ]
    return render(request, "planner/sign_in/sessions.html", {"sessions": shown})
