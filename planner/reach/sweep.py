"""What is due is told: gathered into one message a person and channel, then sent.

Both steps may run on several machines at once, and be killed anywhere. Gathering is one transaction
for a handful of people, whose rows it locks. Messages are claimed by moving `due_on` on; each is
sent, and its outcome written before the next: one that was claimed and has none is sent again,
under the same id. So none is lost, and one comes twice only where a sweep was killed in between.
"""

import logging
import secrets
import smtplib
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from time import monotonic
from typing import Any, NamedTuple, TypeVar

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from planner.encryption import WrongDataKey
from planner.models import Channel, HouseholdRow, Message, Reminder, Reminding
from planner.reach import messengers, push
from planner.reach.mailer import open_mailer
from planner.reach.outcomes import Gone, NotNow, Undeliverable
from planner.services.channels import stop_address, stop_channel, ways_out
from planner.words.language import speaking
from planner.words.reminders import (
    GONE,
    KEY_REFUSED,
    PUSH_REFUSED,
    REFUSED,
    TOO_LATE,
    UNREACHABLE,
    digest_subject,
    digest_text,
)

logger = logging.getLogger(__name__)

Row = TypeVar("Row", Reminder, Message)

PEOPLE = 100  # gathered in one transaction
BATCH = 50  # messages claimed at once; mail servers end a connection that is used for many more
CLAIM = timedelta(minutes=5)  # longer than FRESH and ten answers of a server are waited for
FRESH = 10  # seconds after it was read in which the next one may be sent
READ = (
    *("owner__email", "message_id", "made_on", "due_on", "tries", "content"),
    *("channel__owner", "channel__kind", "channel__host", "channel__target", "channel__secret"),
)
GIVEN_UP = timedelta(days=1)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=4)
UNREADABLE = timedelta(hours=1)
PASSING = ("ahead", "today", "starts", "move")  # of no use once their day is over


class Swept(NamedTuple):
    """How many people were told something, and how many messages went out or not."""

    people: int
    sent: int
    failed: int
    later: int


def sweep(now: datetime | None = None, most: int = 1_000) -> Swept:
    """Gather and send what is due by `now`, at most so many messages."""
    now = now or timezone.now()
    people = 0
    while found := gather(now):
        people += found
    return Swept(people, *deliver(now, most))


def is_due(now: datetime) -> bool:
    """Whether a sweep would find anything."""
    return (
        Message.objects.filter(outcome="", due_on__lte=now).exists()
        or Reminder.objects.filter(told_on=None, send_on__lte=now).exists()
    )


def _read(rows: QuerySet[Row]) -> tuple[list[Row], list[int]]:
    """With the keys of those that cannot be read: they hold up nobody else."""
    try:
        return list(rows), []
    except WrongDataKey:
        keys = list(rows.values_list("pk", flat=True))
        if len(keys) == 1:
            name = rows.model._meta.model_name
            logger.error("%s %s cannot be read with any of DATA_KEYS", name, keys[0])
            return [], keys
        half = len(keys) // 2
        first, second = (_read(rows.filter(pk__in=part)) for part in (keys[:half], keys[half:]))
        return first[0] + second[0], first[1] + second[1]


# --- Gathering ---------------------------------------------------------------------------------


@transaction.atomic
def gather(now: datetime) -> int:
    """Turn the due reminders of some people into messages; of how many people."""
    due = Reminder.objects.filter(told_on=None, send_on__lte=now)
    owners = list(
        dict.fromkeys(due.order_by("send_on").values_list("owner_id", flat=True)[:PEOPLE])
    )
    skip = connection.features.has_select_for_update_skip_locked
    wishes = {
        one.owner_id: one
        for one in Reminding.objects.select_for_update(skip_locked=skip).filter(owner__in=owners)
    }
    households = HouseholdRow.objects.only("language", "time_zone").in_bulk(wishes.keys())
    channels: dict[int, list[Channel]] = defaultdict(list)
    ringing = Channel.objects.filter(owner__in=wishes, confirmed_on__isnull=False)
    for channel in ringing.only("owner", "kind", "secret"):
        channels[channel.owner_id].append(channel)
    rows: dict[int, list[Reminder]] = defaultdict(list)
    found, unreadable = _read(due.filter(owner__in=wishes).order_by("owner", "on", "pk"))
    Reminder.objects.filter(pk__in=unreadable).update(send_on=now + UNREADABLE)
    for row in found:
        rows[row.owner_id].append(row)
    messages: list[Message] = []
    waiting: list[Reminder] = []
    said: list[Reminder] = []
    told: dict[date, list[int]] = defaultdict(list)  # whose digest of that day went out
    for owner, reminders in rows.items():
        wish, household = wishes[owner], households[owner]
        until = _not_before(wish, household, reminders, now)
        if until is not None:
            for row in reminders:
                row.send_on = until
            waiting += reminders
            continue
        said += reminders
        today = timezone.localtime(now, household.zone).date()
        lines = [one for one in reminders if one.kind not in PASSING or one.on >= today]
        if lines and channels[owner]:
            told[today].append(wish.pk)
            messages += [
                _message(channel, wish, household, lines, now) for channel in channels[owner]
            ]
    Message.objects.bulk_create(messages)
    Reminder.objects.bulk_update(waiting, ["send_on"])
    Reminder.objects.filter(pk__in=[row.pk for row in said]).update(told_on=now)
    for day, wished in told.items():
        Reminding.objects.filter(pk__in=wished).update(told_on=day)
    return len(rows)


def _not_before(
    wish: Reminding, household: HouseholdRow, reminders: list[Reminder], now: datetime
) -> datetime | None:
    """Until when they wait: their quiet hours, or the next day's digest; None where they go out."""
    here = timezone.localtime(now, household.zone)
    if _is_quiet(here.hour, wish.quiet_from, wish.quiet_to):
        day = here.date() + timedelta(days=here.hour >= wish.quiet_to)
        return datetime.combine(day, time(wish.quiet_to), household.zone)
    if wish.told_on == here.date() and not any(one.is_urgent for one in reminders):
        return datetime.combine(here.date() + timedelta(days=1), time(wish.at_hour), household.zone)
    return None


def _is_quiet(hour: int, start: int, end: int) -> bool:
    """Whether it is from `start` up to `end`, over midnight or not; never where both are one."""
    if start <= end:
        return start <= hour < end
    return hour >= start or hour < end


def _message(
    channel: Channel,
    wish: Reminding,
    household: HouseholdRow,
    reminders: list[Reminder],
    now: datetime,
) -> Message:
    said = "discreet" if wish.is_discreet else "plain"
    lines: dict[str, list[str]] = {}  # each with where it is answered: two may read alike
    for one in reminders:
        paths = lines.setdefault(one.content[said], [])
        if path := one.content.get("path"):  # rows of an older version have none
            paths.append(path)
    with speaking(household.language):
        plan = reverse("planner:plan")
        content = {"subject": digest_subject(list(lines), is_discreet=wish.is_discreet)}
        if channel.kind == Channel.MAIL:
            told = {
                line: [settings.SITE_URL + path for path in paths] for line, paths in lines.items()
            }
            stop = stop_address(channel)
            content |= {"text": digest_text(told, settings.SITE_URL + plan, stop), "stop": stop}
        else:
            only = [path for paths in lines.values() for path in paths]
            path = only[0] if len(only) == 1 else plan
            content |= {"text": "\n".join(lines), "path": path, **ways_out(channel)}
    return Message(
        owner_id=channel.owner_id,
        channel=channel,
        message_id=secrets.token_hex(16),
        made_on=now,
        due_on=now,
        content=content,
    )


# --- Sending -----------------------------------------------------------------------------------


def deliver(now: datetime, most: int) -> tuple[int, int, int]:
    """Send what is due: how many went out, were given up, are tried later.

    Claimed a batch at a time; sent one by one, and the outcome of each is written before the next
    goes out, so that a kill sends one twice at most. Once a host cannot be reached what else goes
    there is left for the next sweep; what goes elsewhere is sent.
    """
    began = monotonic()
    counts = {"sent": 0, "failed": 0, "later": 0}
    down: set[str | None] = set()
    mailer = open_mailer()
    try:
        while (left := most - sum(counts.values())) > 0:
            # From when it is sent: where the server is slow, a sweep outlasts a claim.
            until = now + timedelta(seconds=int(monotonic() - began)) + CLAIM
            keys = _claim(min(left, BATCH), down, now, until)
            if not keys:
                break
            for outcome in _send_batch(keys, mailer, down, now, until):
                counts[outcome] += 1
            mailer.close()
    finally:
        mailer.close()
    return counts["sent"], counts["failed"], counts["later"]


def _claim(most: int, down: Collection[str | None], now: datetime, until: datetime) -> list[int]:
    """Keys of those that are due and nobody else's, left to this sweep up to `until`."""
    skip = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        due = Message.objects.filter(outcome="", due_on__lte=now).exclude(channel__host__in=down)
        locked = due.select_for_update(skip_locked=skip, of=("self",)).order_by("due_on")
        mine = [one.pk for one in locked.only("pk")[:most]]
        Message.objects.filter(pk__in=mine).update(due_on=until)
    return mine


def _send_batch(
    keys: Sequence[int], mailer: Any, down: set[str | None], now: datetime, until: datetime
) -> list[str]:
    """What became of those that were sent; the others are given back. Hosts that cannot be reached
    come to those that are `down`."""
    began = monotonic()
    rows = Message.objects.filter(pk__in=keys).select_related("channel", "owner")
    messages, _unreadable = _read(rows.only(*READ).order_by("pk"))
    outcomes = []
    try:
        while messages:
            message = messages.pop(0)
            outcome = _send(message, mailer, now)
            if outcome == "down":
                outcome = "later"
                host = _host_of(message)
                down.add(host)
                there = [one for one in messages if _host_of(one) == host]
                messages = [one for one in messages if _host_of(one) != host]
                _give_back(there, now, until)
            outcomes.append(outcome)
            if monotonic() - began > FRESH:
                break  # read so long ago that somebody may have stopped one since
    finally:
        _give_back(messages, now, until)
    return outcomes


def _host_of(message: Message) -> str | None:
    """None where the channel was stopped."""
    return message.channel.host if message.channel else None


def _give_back(messages: Collection[Message], now: datetime, until: datetime) -> None:
    if messages:
        mine = Message.objects.filter(pk__in=[one.pk for one in messages])
        mine.filter(outcome="", due_on=until).update(due_on=now)


def _send(message: Message, mailer: Any, now: datetime) -> str:
    """Send it and write the outcome: sent, failed, later, or down: later, like all of its host."""
    rows, channel = Message.objects.filter(pk=message.pk), message.channel
    tries = message.tries + 1
    if channel is None:  # stopped while it was gathered
        rows.delete()
        return "failed"
    content, message_id = message.content, message.message_id
    try:
        if channel.kind == Channel.MAIL:
            _mail(message, channel, mailer)
        elif channel.kind == Channel.PUSH:
            push.send(channel.target, content, message_id)
        else:
            messengers.send(channel.kind, channel.target["key"], content, message_id)
    except Undeliverable as refused:
        logger.warning("message %s was refused", message.pk)
        faults = {Channel.MAIL: REFUSED, Channel.PUSH: PUSH_REFUSED}
        fault = GONE if isinstance(refused, Gone) else faults.get(channel.kind, KEY_REFUSED)
        rows.update(outcome=Message.FAILED, fault=fault, tries=tries, content={})
        if fault == GONE:
            stop_channel(channel)
        return "failed"
    except Exception as error:
        is_down = isinstance(error, (OSError, smtplib.SMTPException))
        if not is_down and not isinstance(error, NotNow):
            # Of one message: what nobody thought of must not hold up the others for ever.
            logger.exception("message %s could not be sent", message.pk)
        logger.warning("message %s could not be sent: %s", message.pk, type(error).__name__)
        if now - message.made_on >= GIVEN_UP:
            rows.update(outcome=Message.FAILED, fault=TOO_LATE, tries=tries, content={})
            return "failed"
        pause = min(FIRST_PAUSE * 4 ** min(message.tries, 5), LONGEST_PAUSE)
        rows.update(due_on=now + pause, fault=UNREACHABLE, tries=tries)
        return "down" if is_down else "later"
    _write_sent(message, tries)
    return "sent"


def _write_sent(message: Message, tries: int) -> None:
    """What was said is of no use any more. As text: to compose it anew takes the ORM longer than
    the database takes to write it, once for every message."""
    table, content = Message._meta.db_table, Message._meta.get_field("content")
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET outcome = %s, fault = '', tries = %s, content = %s WHERE id = %s",
            [Message.SENT, tries, content.get_prep_value({}), message.pk],
        )


def _mail(message: Message, channel: Channel, mailer: Any) -> None:
    """Raises Undeliverable, NotNow, OSError, SMTPException."""
    content = message.content
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    stop = content.get("stop") or stop_address(channel)  # tests have none, nor older messages
    mail = EmailMessage(
        subject=content["subject"],
        body=content["text"],
        to=[message.owner.email or ""],
        headers={
            "Message-ID": f"<{message.message_id}@{host}>",
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
        connection=mailer,
    )
    try:
        mailer.open()  # and stays open for the next one
        mail.send()
    except smtplib.SMTPRecipientsRefused as refused:
        mailer.close()
        codes = [code for code, _words in refused.recipients.values()]
        raise (Undeliverable if all(500 <= code < 600 for code in codes) else NotNow) from None
    except smtplib.SMTPDataError as refused:
        mailer.close()
        raise (Undeliverable if 500 <= refused.smtp_code < 600 else NotNow) from None
    except (OSError, smtplib.SMTPException):
        mailer.close()
        raise
