"""The page of reminders; and the button that stops them, from a mail, without signing in."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from planner.models import Channel, HouseholdRow, Message, Reminder, Reminding
from planner.pages.guards import confirmed_recently, members_only
from planner.pages.http import Request
from planner.pages.reminders.forms import CodeForm, MailForm, PushForm, RemindingForm
from planner.pages.this_device import this_device
from planner.reach.push import public_key
from planner.reach.renewal import sweep_soon
from planner.services import channels
from planner.services.documents import household_of
from planner.words.days import day, long_day
from planner.words.reminders import fault_words

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
    user, action = request.user, request.POST.get("action", "")
    mail = Channel.objects.owned_by(user).filter(kind=Channel.MAIL).first()
    if action == "stop":
        if mail is not None:
            channels.stop_channel(mail)
        messages.success(request, _("Stopped. Nothing is sent any more."))
        return redirect("planner:reminders")
    if not settings.MAIL_IS_SENT:
        return redirect("planner:reminders")
    if mail is None:
        form = MailForm(request.POST, address=user.email or "")
        if not form.is_valid():
            return _page(request, mail_form=form, status=422)
        mail = channels.agree_to_channel(user=user, kind=Channel.MAIL)
        action = "test"
    if action == "test":
        return _test(request, mail)
    code = CodeForm(request.POST)
    if _is_confirmed(request, mail, code):
        return redirect("planner:reminders")
    return _page(request, code_form=code, status=422)


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
            return _page(request, push_form=form, status=422)
        channel = channels.agree_to_push(user=user, target=form.cleaned_data["subscription"])
        if channel is None:
            messages.error(request, _("That are many devices. Please stop it on another first."))
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
    return _page(request, push_code_form=code, status=422)


def _test(request: Request, channel: Channel) -> HttpResponse:
    if channels.send_test(channel):
        sweep_soon()
        messages.success(request, _("A test is on its way; it holds a code."))
    else:
        messages.error(request, _("That were many tests. Please try again in an hour."))
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
    mail_form: MailForm | None = None,
    code_form: CodeForm | None = None,
    push_form: PushForm | None = None,
    push_code_form: CodeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user = request.user
    household = household_of(user)
    row = Reminding.objects.owned_by(user).first() or Reminding(owner=user)
    mail = Channel.objects.owned_by(user).filter(kind=Channel.MAIL).first()
    devices, here = channels.channels_of(user, Channel.PUSH), this_device(request)
    here = here if here in devices else None
    coming = Reminder.objects.owned_by(user).filter(told_on=None).order_by("send_on")[: 4 * SHOWN]
    said = "discreet" if row.is_discreet else "plain"
    lost = Message.objects.owned_by(user).exclude(fault="").order_by("-made_on")[:SHOWN]
    context: dict[str, Any] = {
        "form": form or RemindingForm(None, row=row),
        "mail": mail,
        "mail_is_sent": settings.MAIL_IS_SENT,
        "mail_form": mail_form or MailForm(None, address=user.email or ""),
        "code_form": code_form or CodeForm(),
        "mail_rings": mail is not None and mail.confirmed_on is not None,
        "push_key": public_key(),
        "push_form": push_form or PushForm(None),
        "push_code_form": push_code_form or CodeForm(None, auto_id="push_%s"),
        "device": here,
        "others": [
            {"pk": one.pk, "day": long_day(timezone.localdate(one.consented_on, household.zone))}
            for one in devices
            if one != here
        ],
        "rings": any(one.confirmed_on for one in [*devices, *([mail] if mail else [])]),
        "coming": list(dict.fromkeys((_when(one, household), one.content[said]) for one in coming))[
            :SHOWN
        ],
        "lost": [
            {
                "day": long_day(timezone.localdate(one.made_on, household.zone)),
                "words": fault_words(one.fault),
            }
            for one in lost
        ],
    }
    return render(request, "planner/reminders/reminders.html", context, status=status)


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
