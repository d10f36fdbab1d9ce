"""Reminders, from the plan to a real mail server: when, what, once; and when that fails."""

import asyncio
import email
import json
import re
import smtplib
import socket
import threading
import time
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from email import policy
from io import StringIO

import pytest
from aiosmtpd.controller import Controller
from cryptography.fernet import Fernet
from django.core.mail import send_mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from planner.models import Channel, HouseholdRow, Message, Reach, Reminder, Reminding, User
from planner.reach.renewal import hand_out, hand_out_sweep
from planner.reach.sweep import CLAIM, FRESH, GIVEN_UP, deliver, gather, sweep
from planner.services import channels
from planner.services.documents import household_document_of
from planner.services.entries import record_payment
from tests.households import debt
from tests.page_reading import read
from tests.reach.signing_in import sign_in
from tests.test_models import raw_database
from tests.trust import mail
from tests.trust.served import free_port

REMINDERS = reverse("planner:reminders")
MAIL = reverse("planner:reminder-mail")


class Mailbox:
    """What a real server on this machine took; `answer` is what it says to a message, after it
    `waits` so many seconds."""

    def __init__(self):
        self.mails = []
        self.answer, self.waits = "250 OK", 0

    async def handle_DATA(self, _server, _session, envelope):
        await asyncio.sleep(self.waits)
        if self.answer.startswith("250"):
            self.mails.append(email.message_from_bytes(envelope.content, policy=policy.default))
        return self.answer

    def texts(self):
        return [one.get_content() for one in self.mails]


@pytest.fixture
def mailbox(settings):
    box = Mailbox()
    server = Controller(box, hostname="127.0.0.1", port=free_port())
    server.start()
    hand_to(settings, server.port)
    yield box
    server.stop()


@pytest.fixture
def hasty(settings):
    """A server that takes several commands at once."""
    box = mail.Mailbox()
    hand_to(settings, box.server.server_address[1])
    return box


def hand_to(settings, port):
    settings.EMAIL_BACKEND = "planner.reach.mailer.TimelyBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_TIMEOUT = 3
    settings.MAIL_IS_SENT = True


def at(day, hour=9, minute=0):
    """A moment in Shanghai."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def ringing(user, **wishes):
    """Somebody whose mail is confirmed, with their rows written."""
    channels.agree_to_channel(user=user, kind="mail")
    Channel.objects.owned_by(user).update(confirmed_on=timezone.now())
    if wishes:
        channels.change_reminding(user=user, **wishes)
    hand_out()
    return user


@pytest.fixture
def rung(owner):
    return ringing(owner)


# --- The person's way ------------------------------------------------------------------------


def test_from_agreement_to_the_first_reminder(client, owner, mailbox, clock):
    sign_in(client, owner)
    assert client.post(MAIL, {"action": "agree"}).status_code == 422
    assert not Channel.objects.exists()

    page = client.get(REMINDERS).content.decode()
    assert "owner@example.com" in page
    assert "127.0.0.1" in page  # who receives what
    client.post(MAIL, {"action": "agree", "agrees": "on"})
    sweep()
    code = re.search(r"\d{6}", mailbox.texts()[0])[0]
    hand_out()
    assert not Reminder.objects.exists()  # it does not ring yet

    assert client.post(MAIL, {"action": "confirm", "code": "000000x"}).status_code == 422
    assert client.post(MAIL, {"action": "confirm", "code": code}).status_code == 302
    hand_out()
    clock(at(date(2026, 12, 12)))
    assert sweep().people == 1

    mail = mailbox.mails[1]
    assert mail["To"] == "owner@example.com"
    assert "12 月 15 日" in mail.get_content().replace("\xa0", " ")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Message-ID"]


def test_it_names_neither_lender_nor_amount_unless_asked(make_member, mailbox, clock):
    ringing(make_member("discreet", strategy="minimum"))
    ringing(make_member("plain", strategy="minimum"), is_discreet=False)
    clock(at(date(2026, 12, 12)))
    sweep()

    texts = {one["To"]: f"{one['Subject']} {one.get_content()}" for one in mailbox.mails}
    assert "小李" not in texts["discreet@example.com"]
    assert "500" not in texts["discreet@example.com"]
    assert "小李" in texts["plain@example.com"]
    assert "500.00" in texts["plain@example.com"]
    assert "小李" not in raw_database()


def test_paid_is_not_asked_for_again(rung, mailbox, clock):
    clock(at(date(2026, 12, 15), 7))
    record_payment(
        user=rung, debt="friend", on=date(2026, 12, 15), amount_fen=50_000, account="card",
        planned_on=date(2026, 12, 15),
    )  # fmt: skip
    hand_out()
    clock(at(date(2026, 12, 15), 9))
    sweep()

    assert not any("12 月 15 日" in one.replace("\xa0", " ") for one in mailbox.texts())


def test_while_unanswered_it_only_asks_twice_and_then_once_a_week(rung, mailbox, clock):
    days = {}
    for number in range(1, 40):
        on = date(2026, 12, 1) + timedelta(days=number)
        clock(at(on, 8, 30))
        Reach.objects.update(renew_on=timezone.now())
        hand_out()
        clock(at(on, 9, 1))
        before = len(mailbox.mails)
        sweep()
        days[on] = [one.replace("\xa0", " ") for one in mailbox.texts()[before:]]

    asked = [
        on for on, texts in days.items() if any("12 月 15 日" in t and "还了吗" in t for t in texts)
    ]
    assert asked[:4] == [date(2026, 12, day) for day in (16, 17, 24, 31)]
    assert all(len(texts) <= 1 for texts in days.values())


def test_one_digest_a_day_unless_it_cannot_wait(make_member, mailbox, clock):
    user = ringing(
        make_member(
            "two",
            strategy="minimum",
            debts=[debt(), debt(id="bank", name="银行", next_due="2026-12-16", due_day=16)],
        )
    )
    clock(at(date(2026, 12, 12)))
    sweep()
    Reminder.objects.owned_by(user).filter(told_on=None, kind="ahead").update(
        send_on=at(date(2026, 12, 12), 10)
    )
    clock(at(date(2026, 12, 12), 10, 1))
    assert sweep().sent == 0

    Reminder.objects.owned_by(user).filter(told_on=None, kind="today").update(
        send_on=at(date(2026, 12, 12), 10)
    )
    clock(at(date(2026, 12, 12), 10, 2))
    assert sweep().sent == 1
    assert len(mailbox.mails) == 2


def test_nothing_rings_in_quiet_hours(rung, mailbox, clock):
    Reminder.objects.update(send_on=at(date(2026, 12, 12), 22, 30))
    clock(at(date(2026, 12, 12), 23))
    assert sweep().sent == 0
    clock(at(date(2026, 12, 13), 7, 59))
    assert sweep().sent == 0
    clock(at(date(2026, 12, 13), 8))
    assert sweep().sent == 1


def test_the_hour_is_that_where_the_person_lives_in_summer_too(make_member, clock):
    user = make_member("far", strategy="minimum")
    user.household.time_zone = "America/New_York"
    user.household.save()
    clock(datetime(2027, 3, 10, 12, tzinfo=UTC))  # clocks go forward on the 14th
    ringing(user)

    hours = {one.send_on.astimezone(user.household.zone).hour for one in Reminder.objects.all()}
    moments = {one.send_on.astimezone(UTC).hour for one in Reminder.objects.all()}
    assert hours == {9}
    assert 13 in moments


def test_it_follows_the_plan(rung):
    before = Reminder.objects.filter(kind="ahead").count()
    record_payment(
        user=rung, debt="friend", on=date(2026, 12, 1), amount_fen=299_999, account="card"
    )
    hand_out()

    assert before == 2
    assert Reminder.objects.filter(kind="ahead").count() == 1


def test_a_guest_is_led_to_sign_up(db, client):
    client.post(reverse("planner:sample-open"))

    assert client.get(REMINDERS)["Location"] == reverse("account_signup")


# --- Where it leads ----------------------------------------------------------------------------


def led_to(mailbox):
    """The paths that the newest mail leads to, but the plan's and that which stops it."""
    found = re.findall(r"http://127\.0\.0\.1:8000(/\S+)", mailbox.texts()[-1])
    return [path for path in found if path.startswith("/plan/asked/")]


def test_a_mail_leads_to_the_question_which_one_tap_answers(client, rung, mailbox, clock):
    clock(at(date(2026, 12, 16), 8, 30))
    Reach.objects.update(renew_on=timezone.now())
    hand_out()
    clock(at(date(2026, 12, 16), 9, 1))
    sweep()
    (path,) = led_to(mailbox)
    assert "friend" not in path

    assert client.get(path)["Location"] == f"{reverse('account_login')}?next={path}"
    sign_in(client, rung)
    before = household_document_of(rung)
    page = client.get(path).content.decode()
    assert "还了吗？" in page
    assert "小李" in page
    assert household_document_of(rung) == before  # a link changes nothing
    (form,) = [one for one in read(page).forms if ("answer", "planned") in one.sent()]
    assert client.post(form.action, dict(form.sent())).status_code == 302
    paid = [one["debt"] for one in household_document_of(rung)["history"] if "debt" in one]
    assert paid == ["friend"]
    again = client.get(path)
    assert again.status_code == 200
    assert "这里没有要答的" in again.content.decode()


def test_before_its_day_it_leads_to_where_the_payment_is_entered(client, rung, mailbox, clock):
    clock(at(date(2026, 12, 12)))
    sweep()
    (path,) = led_to(mailbox)
    answer = sign_in(client, rung).get(path)

    assert answer["Location"] == reverse("planner:debt-paid", args=["friend"]) + "?due=2026-12-15"
    assert client.get(answer["Location"]).status_code == 200


def test_another_person_is_asked_nothing_there(client, rung, mailbox, clock, make_member):
    clock(at(date(2026, 12, 12)))
    sweep()
    (path,) = led_to(mailbox)
    page = sign_in(client, make_member("other", debts=[])).get(path).content.decode()

    assert "这里没有要答的" in page


# --- Stopping ----------------------------------------------------------------------------------


def test_one_click_stops_them_and_looking_does_not(rung, mailbox, clock):
    clock(at(date(2026, 12, 12)))
    sweep()
    address = (
        mailbox.mails[0]["List-Unsubscribe"]
        .strip()
        .strip("<>")
        .removeprefix("http://127.0.0.1:8000")
    )
    anybody = Client(enforce_csrf_checks=True)

    assert anybody.get(address).status_code == 200
    assert Channel.objects.exists()
    assert anybody.post(f"{address[:-3]}x/").status_code == 200  # a wrong one stops nobody
    assert Channel.objects.exists()
    once = anybody.post(address, {"List-Unsubscribe": "One-Click"})
    again = anybody.post(address, {"List-Unsubscribe": "One-Click"})
    assert (once.status_code, again.status_code) == (200, 200)
    assert not Channel.objects.exists()
    assert not Reminder.objects.exists()


# --- When it fails -----------------------------------------------------------------------------


def test_a_server_that_is_down_is_tried_later_and_then_given_up(rung, settings, clock):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens
        hand_to(settings, taken.getsockname()[1])
        moment = at(date(2026, 12, 12))
        clock(moment)
        assert sweep().later == 1
        assert sweep() == (0, 0, 0, 0)  # not at once again
        pauses = []
        while not Message.objects.get().outcome:
            due = Message.objects.get().due_on
            pauses.append(due - moment)
            moment = due
            clock(moment)
            sweep(moment)

    assert Message.objects.get().fault == "too_late"
    assert pauses[:3] == [timedelta(minutes=1), timedelta(minutes=4), timedelta(minutes=16)]
    assert moment - at(date(2026, 12, 12)) < 2 * GIVEN_UP


def test_down_for_an_hour_loses_nothing(rung, mailbox, settings, clock):
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    clock(at(date(2026, 12, 12)))
    assert sweep().later == 1
    settings.EMAIL_PORT = port
    clock(at(date(2026, 12, 12), 10))

    assert sweep().sent == 1
    assert sweep().sent == 0
    assert len(mailbox.mails) == 1


def test_a_server_that_takes_its_time_is_waited_for(rung, mailbox, settings, clock):
    """Left, it would send on what it was given, and so would the next try."""
    settings.EMAIL_TIMEOUT = 0.5
    mailbox.waits = 1.2  # as a minute is to ten seconds, nearly
    clock(at(date(2026, 12, 12)))

    assert sweep().sent == 1
    assert sweep() == (0, 0, 0, 0)
    assert len(mailbox.mails) == 1


def test_one_that_never_answers_is_left(rung, mailbox, settings, clock, monkeypatch):
    monkeypatch.setattr("planner.reach.mailer._Patient.last_answer", 0.5)
    mailbox.waits = 1
    clock(at(date(2026, 12, 12)))
    began = time.monotonic()

    assert sweep().later == 1
    assert time.monotonic() - began < 3
    assert Message.objects.get().fault == "unreachable"


@pytest.mark.parametrize("at_first", [b"220 ", b"220 here\r\n250-"])
def test_one_that_drips_is_left(rung, settings, clock, at_first):
    """Each byte in time, and never an answer: to the greeting, or to the first word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        hand_to(settings, server.getsockname()[1])
        settings.EMAIL_TIMEOUT = 0.5
        threading.Thread(target=drip, args=(server, at_first), daemon=True).start()
        clock(at(date(2026, 12, 12)))
        began = time.monotonic()
        assert sweep().later == 1

    assert time.monotonic() - began < 3


def drip(server, at_first):
    connection, _address = server.accept()
    with connection, suppress(OSError):
        connection.sendall(at_first)
        for _byte in range(60):
            connection.sendall(b"x")
            time.sleep(0.1)


@pytest.mark.parametrize("kind", ["mail", "ntfy"])
def test_a_name_server_that_never_answers_is_left(owner, settings, monkeypatch, kind):
    hand_to(settings, 25)
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "mail.example.com", 0.3
    monkeypatch.setattr("planner.reach.outside.PATIENCE", 0.3)
    silent = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_asked, **_how: silent.wait(10))
    target = {"key": "a1b2c3d4e5f6a7b8"}
    channel = channels.agree_to_channel(user=owner, kind=kind, target=target, host=kind)
    assert channels.send_test(channel)
    began = time.monotonic()

    assert sweep().later == 1
    assert time.monotonic() - began < 5
    assert Message.objects.get().fault == "unreachable"
    silent.set()


def test_no_page_waits_for_a_mail_server(settings, mailbox, monkeypatch):
    """Neither where nobody says where it is, nor for its answer to a message."""
    settings.EMAIL_TIMEOUT = 0.3
    mailbox.waits = 10
    began = time.monotonic()
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send_mail("x", "x", None, ["somebody@example.com"])
    silent = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_asked, **_how: silent.wait(10))
    with pytest.raises(TimeoutError):
        send_mail("x", "x", None, ["somebody@example.com"])
    silent.set()

    assert time.monotonic() - began < 5


def test_where_the_server_is_slow_a_claim_holds_from_when_it_is_sent(
    make_member, mailbox, clock, monkeypatch
):
    for name in ("one", "two", "three"):
        ringing(make_member(name, strategy="minimum"))
    moment = at(date(2026, 12, 12))
    clock(moment)
    while gather(moment):
        pass
    minutes = []
    monkeypatch.setattr("planner.reach.sweep.monotonic", lambda: 60 * len(minutes))
    held = []

    def slowly(message, *_rest):
        held.append(message.due_on - moment - timedelta(minutes=len(minutes)))
        minutes.append(message.pk)
        Message.objects.filter(pk=message.pk).update(outcome="sent")
        return "sent"

    monkeypatch.setattr("planner.reach.sweep._send", slowly)
    deliver(moment, 10)

    assert held == [CLAIM] * 3


def test_who_stops_them_while_a_batch_is_on_its_way_gets_none(
    make_member, mailbox, clock, monkeypatch
):
    for name in ("one", "two"):
        ringing(make_member(name, strategy="minimum"))
    moment = at(date(2026, 12, 12))
    clock(moment)
    gather(moment)
    seconds = [0]
    monkeypatch.setattr("planner.reach.sweep.monotonic", lambda: seconds[0])
    sent = []

    def slowly(message, *_rest):
        sent.append(message.pk)
        Message.objects.filter(pk=message.pk).update(outcome="sent")
        seconds[0] += FRESH + 1
        for other in Channel.objects.exclude(owner=message.owner_id):
            channels.stop_channel(other)
        return "sent"

    monkeypatch.setattr("planner.reach.sweep._send", slowly)

    assert deliver(moment, 10) == (1, 0, 0)
    assert len(sent) == 1


def test_one_that_cannot_be_read_holds_up_nobody_else(make_member, mailbox, clock, settings):
    for name in ("one", "two", "three"):
        ringing(make_member(name, strategy="minimum"))
    moment = at(date(2026, 12, 12))
    clock(moment)
    gather(moment)
    lost = Message.objects.order_by("pk")[1]
    kept, settings.DATA_KEYS = settings.DATA_KEYS, [Fernet.generate_key().decode()]
    Message.objects.filter(pk=lost.pk).update(content={})
    settings.DATA_KEYS = kept

    assert deliver(moment, 10) == (2, 0, 0)
    assert len(mailbox.mails) == 2


def test_a_reminder_that_cannot_be_read_holds_up_nobody_else(make_member, mailbox, clock, settings):
    for name in ("one", "two"):
        ringing(make_member(name, strategy="minimum"))
    moment = at(date(2026, 12, 12))
    clock(moment)
    lost = Reminder.objects.filter(send_on__lte=moment).order_by("pk").first()
    kept, settings.DATA_KEYS = settings.DATA_KEYS, [Fernet.generate_key().decode()]
    Reminder.objects.filter(pk=lost.pk).update(content={})
    settings.DATA_KEYS = kept

    assert sweep() == (1, 1, 0, 0)
    assert sweep() == (0, 0, 0, 0)
    assert Reminder.objects.filter(pk=lost.pk, told_on=None, send_on__gt=moment).exists()


def test_what_goes_to_a_server_that_is_down_is_not_held(make_member, settings, clock):
    for name in ("one", "two", "three"):
        ringing(make_member(name, strategy="minimum"))
    hand_to(settings, 1)
    moment = at(date(2026, 12, 12))
    clock(moment)

    assert sweep() == (3, 0, 0, 1)
    assert Message.objects.filter(outcome="", due_on=moment).count() == 2


def test_a_refused_message_is_a_dead_letter_with_its_reason(client, rung, mailbox, clock):
    mailbox.answer = "550 no such person"
    clock(at(date(2026, 12, 12)))

    assert sweep().failed == 1
    assert sweep() == (0, 0, 0, 0)
    assert "你的邮箱没有收下" in sign_in(client, rung).get(REMINDERS).content.decode()
    assert Message.objects.get().content == {}


def test_a_busy_server_is_tried_again(rung, mailbox, clock):
    mailbox.answer = "451 later"
    clock(at(date(2026, 12, 12)))
    assert sweep().later == 1
    mailbox.answer = "250 OK"
    clock(at(date(2026, 12, 12), 9, 2))

    assert sweep().sent == 1


@pytest.mark.parametrize(
    ("command", "answer", "outcome"),
    [
        ("MAIL", "421 not now", "later"),
        ("RCPT", "550 no such person", "failed"),
        ("RCPT", "451 busy", "later"),
        ("DATA", "554 no", "failed"),
        (".", "552 too long", "failed"),
        (".", "451 busy", "later"),
    ],
)
def test_what_a_server_refuses_of_several_commands_at_once(
    make_member, hasty, clock, command, answer, outcome
):
    ringing(make_member("one", strategy="minimum"))
    clock(at(date(2026, 12, 12)))
    hasty.answers[command] = answer
    began = time.monotonic()
    assert getattr(sweep(), outcome) == 1
    assert time.monotonic() - began < 3  # what is left is not waited for
    assert hasty.kept == []

    ringing(make_member("two", strategy="minimum"))
    hasty.answers.clear()
    assert sweep().sent == 1


def test_a_line_of_a_dot_is_not_the_end_of_a_message(owner, hasty):
    channel = channels.agree_to_channel(user=owner, kind="mail")
    text = ".\n..\n还\n."
    channels.put_out(channel, {"subject": "x", "text": text})

    assert sweep().sent == 1
    assert hasty.last().rstrip("\n") == text


def test_claimed_and_killed_it_is_sent_once_more_under_the_same_id(
    rung, mailbox, clock, monkeypatch
):
    class Killed(BaseException):
        pass

    moment = at(date(2026, 12, 12))
    clock(moment)
    gather(moment)

    def killed(_message, _mailer, *_rest):
        from planner.reach import sweep as module

        module._mail(_message, _message.channel, _mailer)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("planner.reach.sweep._send", killed)
        with pytest.raises(Killed):
            deliver(moment, 10)
    assert deliver(moment, 10) == (0, 0, 0)  # claimed
    assert deliver(moment + CLAIM, 10) == (1, 0, 0)
    assert deliver(moment + 2 * CLAIM, 10) == (0, 0, 0)
    first, second = mailbox.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_a_clock_that_goes_back_and_forth_tells_nothing_twice(rung, mailbox, clock):
    for day in (12, 13, 12, 11, 12, 13):
        clock(at(date(2026, 12, day), 9, 5))
        Reach.objects.update(renew_on=timezone.now())
        hand_out()
        sweep()

    texts = [one for one in mailbox.texts() if "12 月 15 日" in one.replace("\xa0", " ")]
    assert len(texts) == 1


# --- The command -------------------------------------------------------------------------------


def test_the_command_says_what_it_would_do_and_does_it(rung, mailbox):
    def run(*options):
        out = StringIO()
        call_command(
            "send_reminders", "--at", "2026-12-12T09:01", "--format", "json", *options, stdout=out
        )
        return json.loads(out.getvalue())

    assert run("--dry-run") == {"people": 1, "reminders": 1, "messages": 0}
    assert mailbox.mails == []
    assert run()["sent"] == 1
    assert run()["sent"] == 0


def test_hostile_names_stay_in_their_line(make_member, mailbox, clock):
    name = "zq7\nBcc: zq7@example.com\n\nX"
    ringing(make_member("h", strategy="minimum", debts=[debt(name=name)]), is_discreet=False)
    clock(at(date(2026, 12, 12)))
    sweep()

    (mail,) = mailbox.mails
    assert mail["Bcc"] is None
    assert "\n" not in str(mail["Subject"])
    assert "zq7 Bcc" in mail.get_content().replace("\xa0", " ")


def test_the_worker_does_it_all(rung, mailbox, clock):
    clock(at(date(2026, 12, 12)))
    call_command("worker", once=True)

    assert len(mailbox.mails) == 1
    assert Reminding.objects.get().told_on == date(2026, 12, 12)


def test_more_than_one_task_may_send_goes_on_at_once(make_member, mailbox, clock, monkeypatch):
    monkeypatch.setattr("planner.tasks.AT_A_TIME", 1)
    for name in ("one", "two", "three"):
        ringing(make_member(name, strategy="minimum"))
    clock(at(date(2026, 12, 12)))
    while hand_out_sweep():
        pass

    assert len(mailbox.mails) == 3


@pytest.mark.slow
def test_a_thousand_due_in_the_same_minute_are_told_once_each(
    db, mailoutbox, django_assert_max_num_queries
):
    moment = at(date(2026, 12, 12))
    people = User.objects.bulk_create(User(email=f"p{one}@example.com") for one in range(1_000))
    HouseholdRow.objects.bulk_create(HouseholdRow(owner=one, as_of=moment.date()) for one in people)
    Reminding.objects.bulk_create(Reminding(owner=one) for one in people)
    Channel.objects.bulk_create(
        Channel(owner=one, kind="mail", secret="s", consent_version="1", confirmed_on=moment)
        for one in people
    )
    Reminder.objects.bulk_create(
        Reminder(
            owner=one, key=key, kind="ahead", on=date(2026, 12, 15), send_on=moment,
            content={"discreet": key, "plain": ""},
        )
        for one in people for key in ("one", "two")
    )  # fmt: skip

    with django_assert_max_num_queries(1_000 + 400):  # an outcome each, all else by the batch
        assert sweep(moment) == (1_000, 1_000, 0, 0)
    assert sweep(moment) == (0, 0, 0, 0)
    assert sorted(one.to[0] for one in mailoutbox) == sorted(one.email for one in people)


def test_too_many_tests_are_refused(client, owner, mailbox):
    sign_in(client, owner)
    client.post(MAIL, {"action": "agree", "agrees": "on"})
    for _time in range(8):
        client.post(MAIL, {"action": "test"})

    assert Message.objects.count() == channels.MOST_TESTS
