"""Ways on which a person is reminded: agreed to, tried, confirmed, stopped."""

import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from planner.hashes import digest
from planner.models import Channel, Message, Reminder, Reminding, User
from planner.services.reach import reach, reach_no_more, renew_soon
from planner.words.reminders import (
    open_words,
    stop_words,
    test_messenger,
    test_push,
    test_subject,
    test_text,
)

CHANNEL_VERSION = "2026-11-2"  # the words agreed to; raise it when they change
SALT = "planner.reminders.stop"
TOLD_KEPT, SENT_KEPT = timedelta(days=120), timedelta(days=30)
MOST_TESTS = 5  # an hour
MOST_TRIES = 5  # of one code
MOST_DEVICES = 10


def reminding_of(user: User) -> Reminding:
    row, _made = Reminding.objects.get_or_create(owner=user)
    return row


def listed(user: User) -> dict[str, Any]:
    """When they want to be reminded, and on which ways; for the person."""
    wishes = Reminding.objects.owned_by(user).first()
    return {
        "wishes": wishes
        and {
            "days_before": wishes.days_before,
            "at_hour": wishes.at_hour,
            "quiet": [wishes.quiet_from, wishes.quiet_to],
            "is_discreet": wishes.is_discreet,
        },
        "channels": [
            {
                "kind": one.kind,
                "target": one.target,
                "consented_on": one.consented_on.isoformat(),
                "consent_version": one.consent_version,
                "confirmed_on": one.confirmed_on and one.confirmed_on.isoformat(),
            }
            for one in Channel.objects.owned_by(user).order_by("pk")
        ],
    }


def channels_of(user: User, kind: str) -> list[Channel]:
    return list(Channel.objects.owned_by(user).filter(kind=kind).order_by("consented_on"))


@transaction.atomic
def agree_to_channel(
    *, user: User, kind: str, target: dict[str, str] | None = None, host: str = ""
) -> Channel:
    """The person agreed to what its form names. It does not ring before `confirm`.

    `target` is what a messenger knows them by, `host` where it is handed in.
    """
    reminding_of(user)
    defaults = {
        "target": target or {},
        "host": host,
        "secret": secrets.token_urlsafe(16),
        "consent_version": CHANNEL_VERSION,
    }
    channel, _made = Channel.objects.get_or_create(owner=user, kind=kind, defaults=defaults)
    reach(user.pk)
    return channel


@transaction.atomic
def agree_to_push(*, user: User, target: dict[str, Any]) -> Channel | None:
    """The same of push on one device, whoever used it before; None where there are too many.

    `target` is a subscription as a browser writes it, of a push service that we know.
    """
    reminding_of(user)
    device = digest({"push": target["endpoint"]})
    for other in Channel.objects.filter(kind=Channel.PUSH, device=device).exclude(owner=user):
        stop_channel(other)
    mine = Channel.objects.owned_by(user).filter(kind=Channel.PUSH)
    if mine.exclude(device=device).count() >= MOST_DEVICES:
        return None
    host = urlsplit(target["endpoint"]).netloc
    values = {"target": target, "host": host, "consent_version": CHANNEL_VERSION}
    channel, _made = Channel.objects.update_or_create(
        owner=user,
        kind=Channel.PUSH,
        device=device,
        defaults=values,
        create_defaults=values | {"secret": secrets.token_urlsafe(16)},
    )
    reach(user.pk)
    return channel


@transaction.atomic
def change_reminding(*, user: User, **values: object) -> None:
    reminding_of(user)
    Reminding.objects.owned_by(user).update(**values)
    renew_soon(user.pk)


@transaction.atomic
def send_test(channel: Channel) -> bool:
    """Put a test with a new code on its way; False after too many within an hour."""
    channel = Channel.objects.select_for_update().get(pk=channel.pk)
    since = timezone.now() - timedelta(hours=1)
    tests = Message.objects.owned_by(channel.owner_id).filter(is_test=True, made_on__gt=since)
    if tests.count() >= MOST_TESTS:
        return False
    channel.code, channel.code_tries = f"{secrets.randbelow(1_000_000):06}", 0
    channel.save(update_fields=["code", "code_tries"])
    content = {"subject": test_subject(channel.code)}
    if channel.kind == Channel.MAIL:
        content["text"] = test_text(channel.code, stop_address(channel))
    else:
        text = test_push() if channel.kind == Channel.PUSH else test_messenger()
        content |= {"text": text, "path": reverse("planner:reminders"), **ways_out(channel)}
    put_out(channel, content, is_test=True)
    return True


def ways_out(channel: Channel) -> dict[str, str]:
    """What is under a short message: where it leads, and what ends such messages."""
    return {"open_words": open_words(), "stop_words": stop_words(), "stop": stop_address(channel)}


def put_out(channel: Channel, content: dict[str, str], *, is_test: bool = False) -> Message:
    """A message, to be sent by whoever sweeps next."""
    now = timezone.now()
    return Message.objects.create(
        owner_id=channel.owner_id,
        channel=channel,
        message_id=secrets.token_hex(16),
        made_on=now,
        due_on=now,
        is_test=is_test,
        content=content,
    )


@transaction.atomic
def confirm(channel: Channel, code: str) -> bool:
    """Whether that is the code of the last test: then it rings from now on."""
    found = Channel.objects.select_for_update().filter(pk=channel.pk).first()
    if found is None:
        return False
    channel = found
    if not channel.code or channel.code_tries >= MOST_TRIES:
        return False
    if not secrets.compare_digest(channel.code.encode(), code.encode()):
        channel.code_tries += 1
        channel.save(update_fields=["code_tries"])
        return False
    channel.confirmed_on, channel.code = timezone.now(), ""
    channel.save(update_fields=["confirmed_on", "code"])
    reach(channel.owner_id)
    return True


@transaction.atomic
def stop_channel(channel: Channel) -> None:
    """For good: what waits to go out on it goes with it."""
    owner = channel.owner_id
    Message.objects.filter(channel=channel, outcome="").delete()
    channel.delete()
    if not Channel.objects.owned_by(owner).exists():
        Reminder.objects.owned_by(owner).delete()
    reach_no_more(owner)


def forget_reminders(now: datetime) -> None:
    """What was said long ago, so that it would not be said again; and what became of it."""
    Reminder.objects.filter(told_on__lt=now - TOLD_KEPT).delete()
    Message.objects.exclude(outcome="").filter(made_on__lt=now - SENT_KEPT).delete()


def stop_address(channel: Channel) -> str:
    return settings.SITE_URL + reverse("planner:reminder-stop", args=[stop_token(channel)])


def stop_token(channel: Channel) -> str:
    """By which whoever holds it may stop the channel, and a device knows which one it is."""
    return signing.dumps([channel.pk, channel.secret], salt=SALT)


def channel_to_stop(token: str) -> Channel | None:
    """The channel of such an address, if it is still there. Raises BadSignature."""
    key, secret = signing.loads(token, salt=SALT)
    return Channel.objects.filter(pk=key, secret=secret).first()
