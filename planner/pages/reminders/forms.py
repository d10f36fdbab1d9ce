"""When a person wants to be reminded; agreeing to a channel; the code of a test."""

import json
import secrets
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from planner.models import Channel, Reminding
from planner.reach.messengers import MESSENGERS
from planner.reach.push import is_subscription

DAYS = (0, 1, 2, 3, 5, 7)
HOURS = range(6, 23)
QUIET = {"22-8": (22, 8), "21-9": (21, 9), "23-7": (23, 7), "never": (0, 0)}


def _days(days: int) -> str:
    if days == 0:
        return _("only on the day itself")  # type: ignore[return-value]  # a text, once it is asked for
    return ngettext("{days} day before", "{days} days before", days).format(days=days)


class RemindingForm(forms.Form):
    days_before = forms.TypedChoiceField(
        label=_("Before something is due"),
        help_text=_("On the day itself too, as long as it is not entered as paid."),
        coerce=int,
    )
    at_hour = forms.TypedChoiceField(
        label=_("At"), choices=[(hour, f"{hour}:00") for hour in HOURS], coerce=int
    )
    quiet = forms.ChoiceField(
        label=_("Quiet"),
        choices=[
            ("22-8", "22:00 – 8:00"),
            ("21-9", "21:00 – 9:00"),
            ("23-7", "23:00 – 7:00"),
            ("never", _("never quiet")),
        ],
    )
    named = forms.BooleanField(
        label=_("Show names and amounts"),
        help_text=_("Otherwise they say just that something is due, and when."),
        required=False,
    )

    def __init__(self, data: QueryDict | None, *, row: Reminding) -> None:
        quiet = (row.quiet_from, row.quiet_to)
        initial = {
            "days_before": row.days_before,
            "at_hour": row.at_hour,
            "quiet": next(name for name, hours in QUIET.items() if hours == quiet),
            "named": not row.is_discreet,
        }
        super().__init__(data, initial=initial)
        field = self.fields["days_before"]
        field.choices = [(days, _days(days)) for days in DAYS]  # type: ignore[attr-defined]  # a choice

    def values(self) -> dict[str, object]:
        typed = self.cleaned_data
        quiet_from, quiet_to = QUIET[typed["quiet"]]
        return {
            "days_before": typed["days_before"],
            "at_hour": typed["at_hour"],
            "quiet_from": quiet_from,
            "quiet_to": quiet_to,
            "is_discreet": not typed["named"],
        }


class MailForm(forms.Form):
    """Agreeing to mail, naming who receives what."""

    agrees = forms.BooleanField(
        error_messages={"required": _("Without your agreement no reminder is sent.")}
    )

    def __init__(self, data: QueryDict | None, *, address: str) -> None:
        super().__init__(data, auto_id="mail_%s")
        host = address.rpartition("@")[2]
        said = _(
            "I agree that reminders of my dates go by mail to {address}: they pass through the "
            "mail server of this site ({server}) and lie with the provider of my mailbox ({host})."
        )
        server = getattr(settings, "EMAIL_HOST", "")
        self.fields["agrees"].label = said.format(address=address, server=server, host=host)


class PushForm(forms.Form):
    """Agreeing to push on the device in hand, naming who receives what."""

    agrees = forms.BooleanField(
        label=_(
            "I agree that reminders of my dates come to this device as push messages. They pass "
            "through the push service of this browser’s maker (Google, Apple, Mozilla or "
            "Microsoft), which may stand outside mainland China. It sees that something comes from "
            "this site, when, and for which device; what it says is sealed, and this device alone "
            "can read it."
        ),
        error_messages={"required": _("Without your agreement no reminder is sent.")},
    )
    subscription = forms.CharField(max_length=2_000, widget=forms.HiddenInput, required=False)
    subscription.widget.attrs["autocomplete"] = "off"

    def __init__(self, data: QueryDict | None) -> None:
        super().__init__(data, auto_id="push_%s")

    def clean(self) -> dict[str, Any]:
        """Of the subscription, as the browser wrote it, what is needed."""
        super().clean()
        try:
            target = json.loads(self.cleaned_data.get("subscription", ""))
        except (ValueError, RecursionError):
            target = None
        if is_subscription(target):
            keys = {name: target["keys"][name] for name in ("p256dh", "auth")}
            return self.cleaned_data | {
                "subscription": {"endpoint": target["endpoint"], "keys": keys}
            }
        raise forms.ValidationError(
            _("This browser named no push service that we know. Reminders by mail work.")
        )


class MessengerForm(forms.Form):
    """Agreeing to one of the messengers, naming who receives what; its key or topic."""

    KEYS: ClassVar = {
        Channel.BARK: (
            _("Key of your device"),
            _("It stands in the Bark app, in the address there."),
        ),
        Channel.SERVERCHAN: (_("SendKey"), _("It begins with SCT and stands on sct.ftqq.com.")),
        Channel.SERVERCHAN3: (
            _("SendKey"),
            _("It begins with sctp and stands on sc3.ft07.com."),
        ),
        Channel.NTFY: (
            _("Topic"),
            _("Made for you, so that nobody guesses it. Subscribe to it in the ntfy app."),
        ),
    }
    CONSENTS: ClassVar = {
        Channel.BARK: _(
            "I agree that reminders of my dates go to the Bark app. They pass through Bark’s "
            "server (api.day.app) and Apple’s push service, which may stand outside mainland "
            "China; both can read them."
        ),
        Channel.SERVERCHAN: _(
            "I agree that reminders of my dates go to my WeChat. They pass through the server of "
            "Server酱 (sctapi.ftqq.com), lie there for some days, and come by WeChat (Tencent); "
            "both can read them."
        ),
        Channel.SERVERCHAN3: _(
            "I agree that reminders of my dates go to the Server酱³ app. They pass through its "
            "server (push.ft07.com), which may keep them, and through the push service of my "
            "phone’s maker; both can read them."
        ),
        Channel.NTFY: _(
            "I agree that reminders of my dates go to the ntfy app. They pass through the server "
            "ntfy.sh, outside mainland China, and lie there for some hours; it can read them, and "
            "so can whoever knows the topic."
        ),
    }
    WRONG: ClassVar = {
        Channel.BARK: _("This is no key of Bark: it is of letters and digits only."),
        Channel.SERVERCHAN: _(
            "This is no SendKey of Server酱 Turbo: that begins with SCT. One that begins with sctp "
            "is of Server酱³."
        ),
        Channel.SERVERCHAN3: _("This is no SendKey of Server酱³: that begins with sctp."),
        Channel.NTFY: _("At least 16 letters, digits, - or _, so that nobody guesses it."),
    }

    recipient = forms.CharField(max_length=200)
    agrees = forms.BooleanField(
        error_messages={"required": _("Without your agreement no reminder is sent.")}
    )

    def __init__(self, data: QueryDict | None, *, kind: str) -> None:
        topic = {"recipient": secrets.token_hex(12)} if kind == Channel.NTFY else {}
        super().__init__(data, auto_id=f"{kind}_%s", initial=topic)
        self.kind = kind
        key = self.fields["recipient"]
        key.label, key.help_text = self.KEYS[kind]
        key.widget.attrs.update(autocomplete="off", autocapitalize="off", spellcheck="false")
        self.fields["agrees"].label = self.CONSENTS[kind]

    def clean_recipient(self) -> str:
        key = str(self.cleaned_data["recipient"])
        if "/" in key:
            raise forms.ValidationError(_("Only the key, please, and no address."))
        if not MESSENGERS[self.kind].key.fullmatch(key):
            raise forms.ValidationError(self.WRONG[self.kind])
        return key


class CodeForm(forms.Form):
    code = forms.CharField(label=_("Code from the test"), max_length=12)
    code.widget.attrs.update(inputmode="numeric", autocomplete="one-time-code")

    def clean_code(self) -> str:
        return "".join(str(self.cleaned_data["code"]).split())
