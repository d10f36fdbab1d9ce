"""The page of reminders; and the button that stops them, from a mail, without signing in."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.signing import BadSignature
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from planner.models import Channel, HouseholdRow, Message, Reminder, Reminding, User
from planner.pages.guards import confirmed_recently, members_only
from planner.pages.http import Request
from planner.pages.reminders.forms import (
    CodeForm,
    MailForm,
    MessengerForm,
    PushForm,
    RemindingForm,
)
from planner.pages.this_device import this_device
from planner.reach.messengers import MESSENGERS
from planner.reach.push import public_key
from planner.reach.renewal import sweep_soon
from planner.services import channels
from planner.services.documents import household_of
from planner.words.days import day, long_day
from planner.words.language import listed_names
from planner.words.reminders import channel_name, fault_words

SHOWN = 5


@members_only
@require_http_methods(["GET", "POST"])
def reminder_settings(request: Request) -> HttpResponse:
    """When; through what; what comes next, and what did not go out."""
    row = Reminding.objects.owned_by(request.user).first() or Reminding(owner=request.user)
    form = RemindingForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid():
        channels.change_reminding(user=request.user, **form.values())
        messages.success(request, _("Saved."))
        return redirect("planner:reminders")
    return _page(request, form, status=422 if form.errors else 200)


@members_only
@require_POST
@confirmed_recently
def reminder_mail(request: Request) -> HttpResponse:
    """Agree to mail, have a test sent, confirm it, or stop it."""
    form = MailForm(request.POST, address=request.user.email or "")
    return _one_of_a_kind(request, Channel.MAIL, form, is_offered=settings.MAIL_IS_SENT)


@members_only
@require_POST
@confirmed_recently
def reminder_messenger(request: Request, kind: str) -> HttpResponse:
    """The same of the messengers: Bark, Server酱, Server酱³ and ntfy."""
    if kind not in MESSENGERS:
        raise Http404
    form = MessengerForm(request.POST, kind=kind)
    return _one_of_a_kind(request, kind, form, is_offered=kind in settings.MESSENGERS)


def _one_of_a_kind(
    request: Request, kind: str, form: MailForm | MessengerForm, *, is_offered: bool
) -> HttpResponse:
    user, action = request.user, request.POST.get("action", "")
    channel = Channel.objects.owned_by(user).filter(kind=kind).first()
    if action == "stop":
        if channel is not None:
            channels.stop_channel(channel)
        messages.success(request, _("Stopped. Nothing is sent any more."))
        return redirect("planner:reminders")
    if not is_offered:
        return redirect("planner:reminders")
    if channel is None:
        if not form.is_valid():
            return _page(request, consent=form, asked=kind, status=422)
        values: dict[str, Any] = {}
        if isinstance(form, MessengerForm):
            key = form.cleaned_data["recipient"]
            values = {"target": {"key": key}, "host": MESSENGERS[kind].host}
        channel = channels.agree_to_channel(user=user, kind=kind, **values)
        action = "test"
    if action == "test":
        return _test(request, channel)
    code = CodeForm(request.POST, auto_id=f"{kind}_%s")
    if _is_confirmed(request, channel, code):
        return redirect("planner:reminders")
    return _page(request, code=code, asked=kind, status=422)


@members_only
@require_POST
@confirmed_recently
def reminder_push(request: Request) -> HttpResponse:
    """The same of push: on the device in hand, or of any device to stop it."""
    user, action = request.user, request.POST.get("action", "")
    mine = channels.channels_of(user, Channel.PUSH)
    here = this_device(request)
    if action == "stop":
        for one in mine:
            if str(one.pk) == request.POST.get("channel"):
                channels.stop_channel(one)
        messages.success(request, _("Stopped. Nothing is sent there any more."))
        return redirect("planner:reminders")
    if not settings.VAPID_KEY:
        return redirect("planner:reminders")
    if action == "agree":
        form = PushForm(request.POST)
        if not form.is_valid():
            return _page(request, consent=form, asked=Channel.PUSH, status=422)
        channel = channels.agree_to_push(user=user, target=form.cleaned_data["subscription"])
        if channel is None:
            messages.error(
                request, _("Too many devices already. Please stop it on another one first.")
            )
            return redirect("planner:reminders")
        response = _test(request, channel)
        response.set_cookie(
            settings.PUSH_COOKIE,
            channels.stop_token(channel),
            max_age=settings.PUSH_COOKIE_AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
        return response
    channel = next((one for one in mine if one == here), None)
    if channel is None:
        return redirect("planner:reminders")
    if action == "test":
        return _test(request, channel)
    code = CodeForm(request.POST, auto_id="push_%s")
    if _is_confirmed(request, channel, code):
        return redirect("planner:reminders")
    return _page(request, code=code, asked=Channel.PUSH, status=422)


def _test(request: Request, channel: Channel) -> HttpResponse:
    if channels.send_test(channel):
        sweep_soon()
        messages.success(request, _("A test is on its way; it holds a code."))
    else:
        messages.error(request, _("Those were many tests. Please try again in an hour."))
    return redirect("planner:reminders")


def _is_confirmed(request: Request, channel: Channel, form: CodeForm) -> bool:
    """Whether the code is the newest test's; else the form says so."""
    if not form.is_valid():
        return False
    if channels.confirm(channel, form.cleaned_data["code"]):
        messages.success(request, _("It reaches you. From now on your reminders come this way."))
        return True
    form.add_error("code", _("This is not the code of the newest test."))
    return False


def _page(
    request: Request,
    form: RemindingForm | None = None,
    *,
    consent: Form | None = None,
    code: CodeForm | None = None,
    asked: str = "",
    status: int = 200,
) -> HttpResponse:
    """With the form that was refused in place of its own, of the kind of channel `asked`."""
    user = request.user
    household = household_of(user)
    row = Reminding.objects.owned_by(user).first() or Reminding(owner=user)
    coming = Reminder.objects.owned_by(user).filter(told_on=None).order_by("send_on")[: 4 * SHOWN]
    said = "discreet" if row.is_discreet else "plain"
    lost = Message.objects.owned_by(user).exclude(fault="").select_related("channel")
    ways = list(_ways(request, household, consent, code, asked))
    context: dict[str, Any] = {
        "form": form or RemindingForm(None, row=row),
        "ways": ways,
        "ringing": listed_names([way["name"] for way in ways if way["rings"]]),
        "coming": list(dict.fromkeys((_when(one, household), one.content[said]) for one in coming))[
            :SHOWN
        ],
        "lost": [
            {
                "day": long_day(timezone.localdate(one.made_on, household.zone)),
                "channel": channel_name(one.channel.kind) if one.channel else "",
                "words": fault_words(one.fault),
            }
            for one in lost.order_by("-made_on")[:SHOWN]
        ],
    }
    return render(request, "planner/reminders/reminders.html", context, status=status)


def _ways(
    request: Request,
    household: HouseholdRow,
    consent: Form | None,
    code: CodeForm | None,
    asked: str,
) -> Iterator[dict[str, Any]]:
    """Each kind of channel that is offered or in use, as its fold shows it."""
    user, here = request.user, this_device(request)
    mine: dict[str, list[Channel]] = {}
    for one in Channel.objects.owned_by(user).order_by("consented_on"):
        mine.setdefault(one.kind, []).append(one)
    offered = [Channel.MAIL, *([Channel.PUSH] if settings.VAPID_KEY else []), *settings.MESSENGERS]
    for kind in dict.fromkeys([*offered, *mine]):
        found = mine.get(kind, [])
        channel = next((one for one in found if kind != Channel.PUSH or one == here), None)
        rings = any(one.confirmed_on for one in found)
        is_waiting = channel is not None and channel.confirmed_on is None
        way: dict[str, Any] = {
            "kind": kind,
            "name": channel_name(kind),
            "channel": channel,
            "rings": rings,
            "is_waiting": is_waiting,
            "is_open": is_waiting or kind == asked,
            "code": code if code and kind == asked else CodeForm(None, auto_id=f"{kind}_%s"),
            "consent": consent if consent and kind == asked else _consent(kind, user),
            "address": reverse(f"planner:reminder-{kind}")
            if kind in (Channel.MAIL, Channel.PUSH)
            else reverse("planner:reminder-messenger", args=[kind]),
        }
        if kind == Channel.MAIL:
            way |= {"template": "_mail.html", "is_sent": settings.MAIL_IS_SENT}
        elif kind == Channel.PUSH:
            days = [timezone.localdate(one.consented_on, household.zone) for one in found]
            others = [
                {"pk": one.pk, "day": long_day(on)}
                for one, on in zip(found, days, strict=True)
                if one != channel
            ]
            way |= {"template": "_push.html", "key": public_key(), "others": others}
        else:
            way["template"] = "_messenger.html"
        yield way


def _consent(kind: str, user: User) -> Form:
    if kind == Channel.MAIL:
        return MailForm(None, address=user.email or "")
    return PushForm(None) if kind == Channel.PUSH else MessengerForm(None, kind=kind)


def _when(reminder: Reminder, household: HouseholdRow) -> str:
    """ "12 月 9 日 9:00", where the person lives."""
    moment = timezone.localtime(reminder.send_on, household.zone)
    return f"{day(moment.date(), household.today())} {moment.hour}:{moment.minute:02}"


@require_http_methods(["GET", "POST"])
@login_not_required
@csrf_exempt
def reminder_stop(request: HttpRequest, token: str) -> HttpResponse:
    """The address stands in each mail; a mail program may post to it (RFC 8058). Looking at it
    changes nothing, and sent twice it is the same."""
    try:
        channel = channels.channel_to_stop(token)
    except BadSignature:
        channel = None
    if request.method == "POST" and channel is not None:
        channels.stop_channel(channel)
        channel = None
    return render(request, "planner/reminders/stop.html", {"is_stopped": channel is None})
