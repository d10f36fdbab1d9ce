"""The calendar under a private address: chosen, shown once, changed, revoked; and its answer."""

from base64 import b64encode
from io import BytesIO

import qrcode
from allauth.core.internal.ratelimit import get_ip
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseGone
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods
from qrcode.image.svg import SvgPathImage

from planner.models import CalendarFeed
from planner.pages.guards import confirmed_recently, members_only
from planner.pages.http import Request, is_in_wechat
from planner.reach.feed import write_new_feed
from planner.services import feeds
from planner.services.attempts import TooMany
from planner.services.documents import household_of
from planner.services.reach import renew_before_its_turn
from planner.words.days import long_day

KIND_NAMES = {
    "pay": gettext_lazy("What to pay, on which day"),
    "move": gettext_lazy("Money to move between accounts"),
    "consequence": gettext_lazy("What starts if something is missed"),
    "statement": gettext_lazy("Statement days"),
    "income": gettext_lazy("Pay days"),
}
MONTHS_NAMES = {
    3: gettext_lazy("3 months"),
    6: gettext_lazy("6 months"),
    12: gettext_lazy("a year"),
}


class FeedForm(forms.Form):
    """What the calendar holds."""

    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("What it holds"),
        choices=[(kind, KIND_NAMES[kind]) for kind in CalendarFeed.KINDS],
        widget=forms.CheckboxSelectMultiple,
    )
    months = forms.TypedChoiceField(
        label=gettext_lazy("How far ahead"),
        choices=[(months, MONTHS_NAMES[months]) for months in CalendarFeed.MONTHS],
        coerce=int,
    )
    named = forms.BooleanField(
        label=gettext_lazy("Show names and amounts"),
        help_text=gettext_lazy("Otherwise each entry says just “Payment”, without notes."),
        required=False,
    )

    def choices(self) -> dict[str, object]:
        values = self.cleaned_data
        return {
            "kinds": values["kinds"],
            "months": values["months"],
            "is_discreet": not values["named"],
        }


class NewFeedForm(FeedForm):
    """With what has to be agreed to before the address is made."""

    agrees = forms.BooleanField(
        label=gettext_lazy(
            "I agree that whoever has the address, and the provider of the calendar I put it into, "
            "can read what stands there."
        ),
        error_messages={"required": gettext_lazy("Without your agreement no address is made.")},
    )


@members_only
@require_http_methods(["GET", "POST"])
@confirmed_recently
def calendar_feed(request: Request) -> HttpResponse:
    """Make the address, which is shown this once; change what it holds; revoke it."""
    feed = feeds.feed_of(request.user)
    action = request.POST.get("action", "")
    if request.method == "POST" and action == "revoke":
        feeds.revoke_feed(user=request.user)
        messages.success(request, _("Revoked. The address answers nothing any more."))
        return redirect("planner:calendar-feed")
    is_change = feed is not None and action != "new"
    form = (FeedForm if is_change else NewFeedForm)(
        request.POST if request.method == "POST" else None, initial=_initial(feed)
    )
    if request.method == "POST" and form.is_valid():
        if is_change:
            feeds.change_feed(user=request.user, **form.choices())  # type: ignore[arg-type]
            messages.success(request, _("Saved. Your calendar has it when it looks the next time."))
            return redirect("planner:calendar-feed")
        token = feeds.open_feed(user=request.user, **form.choices())  # type: ignore[arg-type]
        write_new_feed(request.user)
        return render(request, "planner/calendar/feed_made.html", _made(request, token))
    context = {
        "form": form,
        "feed": feed,
        "again": NewFeedForm(initial=_initial(feed)) if is_change else None,
        "made_on": feed and long_day(timezone.localdate(feed.created_on)),
        "fetched": _fetched(request, feed),
        "in_wechat": is_in_wechat(request),
    }
    status = 422 if form.errors else 200
    return render(request, "planner/calendar/feed.html", context, status=status)


def _initial(feed: CalendarFeed | None) -> dict[str, object]:
    if feed is None:
        return {"kinds": list(CalendarFeed.KINDS), "months": 12}
    return {"kinds": feed.kinds, "months": feed.months, "named": not feed.is_discreet}


def _fetched(request: Request, feed: CalendarFeed | None) -> str:
    """When a calendar asked last, as roughly as it is noted."""
    if feed is None or feed.fetched_on is None:
        return ""
    days = (household_of(request.user).today() - timezone.localdate(feed.fetched_on)).days
    if days < 1:
        return _("today")
    return ngettext("{days} day ago", "{days} days ago", days).format(days=days)


def _made(request: Request, token: str) -> dict[str, object]:
    address = settings.SITE_URL + reverse("planner:calendar-feed-file", args=[token])
    _scheme, _colon, rest = address.partition(":")
    code = qrcode.QRCode(border=2, image_factory=SvgPathImage)
    code.add_data(f"webcal:{rest}")
    drawn = BytesIO()
    code.make_image().save(drawn)
    return {
        "address": address,
        "webcal": f"webcal:{rest}",
        "code": f"data:image/svg+xml;base64,{b64encode(drawn.getvalue()).decode()}",
        "is_local": not settings.DEPLOYED,
        "in_wechat": is_in_wechat(request),
    }


@require_GET
@login_not_required
def calendar_feed_file(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar as it was last written, at once; nothing is worked out for it.

    An address that was revoked answers as one that never was; whoever asks for too many that never
    were gets no answer for an hour.
    """
    try:
        feed = feeds.look_up(token, get_ip(request))
    except TooMany as refused:
        response = HttpResponse(render_to_string("429.html"), status=429)
        response.headers["Retry-After"] = str(refused.seconds)
        return response
    if feed is None:
        return _gone()
    feeds.note_fetch(feed)
    if not feed.is_current:
        renew_before_its_turn(feed.owner)
    if not feed.etag:
        response = HttpResponse(status=503)
        response.headers["Retry-After"] = "60"
        return response
    etag = feed.etag
    unchanged = get_conditional_response(request, etag=f'"{etag}"')
    if unchanged is not None:
        response = unchanged
    elif (written := feeds.written(feed)) is not None:
        content, etag = written
        response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    else:
        return _gone()
    response.headers["ETag"] = f'"{etag}"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Disposition"] = 'inline; filename="anhuan.ics"'
    return response


def _gone() -> HttpResponse:
    return HttpResponseGone(_("There is no calendar at this address (any more)."))
