"""Push: from the button to the device, sealed; never to an address of somebody's choosing."""

import json
import re
import socket
import ssl
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.conf import settings as site
from django.urls import reverse
from django.utils import timezone

from planner.models import Channel, Message, Reminder
from planner.reach import outside, push
from planner.reach.outcomes import Gone, Undeliverable
from planner.reach.renewal import hand_out
from planner.reach.sweep import CLAIM, deliver, gather, sweep
from planner.services import channels
from tests.households import debt
from tests.paths import ROOT
from tests.reach.push_service import PushService, standing_in
from tests.reach.signing_in import sign_in
from tests.test_models import raw_database

REMINDERS, PUSH = reverse("planner:reminders"), reverse("planner:reminder-push")
CONTENT = {"subject": "安还", "text": "还了吗？", "path": "/plan/"}


@pytest.fixture
def service(settings):
    with standing_in(settings) as one:
        yield one


@pytest.fixture
def rung(owner, service):
    channels.agree_to_push(user=owner, target=service.subscription())
    Channel.objects.update(confirmed_on=timezone.now())
    hand_out()
    return owner


def agree(client, target):
    values = {"action": "agree", "agrees": "on", "subscription": json.dumps(target)}
    return client.post(PUSH, values)


def on_the_12th(hour=9):
    return timezone.datetime(2026, 12, 12, hour - 8, 1, tzinfo=timezone.get_fixed_timezone(0))


# --- The person's way ------------------------------------------------------------------------


def test_from_agreement_to_the_first_push(signed_in, service, clock):
    page = signed_in.get(REMINDERS).content.decode()
    assert "中国大陆" in page
    assert "谷歌" in page  # who receives what
    assert push.public_key() in page
    refused = signed_in.post(PUSH, {"action": "agree", "subscription": "{}"})
    assert refused.status_code == 422
    assert not Channel.objects.exists()

    assert agree(signed_in, service.subscription()).status_code == 302
    sweep()
    code = re.search(r"\d{6}", service.posts[0]["title"])[0]
    hand_out()
    assert not Reminder.objects.exists()  # it does not ring yet
    assert signed_in.post(PUSH, {"action": "confirm", "code": "x"}).status_code == 422
    assert signed_in.post(PUSH, {"action": "confirm", "code": code}).status_code == 302
    hand_out()
    clock(on_the_12th())
    assert sweep().sent == 1

    said, headers = service.posts[1], service.headers_seen[1]
    assert "12 月 15 日" in said["body"].replace("\xa0", " ")
    assert said["path"].startswith("/plan/asked/")
    assert signed_in.get(said["path"]).status_code == 302
    assert headers["Authorization"].startswith("vapid t=")
    assert headers["Topic"] == said["tag"]
    assert (headers["TTL"], headers["Content-Encoding"]) == ("86400", "aes128gcm")


def test_it_names_neither_lender_nor_amount_unless_asked(rung, service, clock):
    clock(on_the_12th())
    sweep()
    assert "小李" not in str(service.posts)
    assert "500" not in service.posts[0]["title"] + service.posts[0]["body"]
    assert "/send/one" not in raw_database()


def test_hostile_names_stay_text_and_fit(make_member, service, clock):
    user = make_member("h", strategy="minimum", debts=[debt(name='<b>"\n还' + "长" * 60)])
    channels.agree_to_push(user=user, target=service.subscription())
    channels.change_reminding(user=user, is_discreet=False)
    Channel.objects.update(confirmed_on=timezone.now())
    hand_out()
    clock(on_the_12th())
    assert sweep().sent == 1

    assert '<b>"' in service.posts[0]["body"]
    assert len(service.posts[0]["body"]) <= push.LONGEST_TEXT


def test_the_longest_text_is_taken_whole(service):
    """RFC 8291 leaves 3,993 bytes; written as escapes, these would be 6,000."""
    content = {"subject": "还了吗？", "text": "\N{WAVING HAND SIGN}" * 600, "path": "/plan/"}

    push.send(service.subscription(), content, "a" * 32)

    assert service.posts[0]["body"] == "\N{WAVING HAND SIGN}" * push.LONGEST_TEXT
    assert int(service.headers_seen[0]["Content-Length"]) <= 4096


def test_signing_out_ends_it_on_this_device_and_says_so(signed_in, owner, service):
    agree(signed_in, service.subscription("here"))
    Channel.objects.update(confirmed_on=timezone.now())
    channels.agree_to_push(user=owner, target=service.subscription("elsewhere"))
    assert "在这里退出登录" in signed_in.get(REMINDERS).content.decode()
    answer = signed_in.post(reverse("account_logout"), follow=True)

    assert "不再" in answer.content.decode()
    assert [one.target["endpoint"][-9:] for one in Channel.objects.all()] == ["elsewhere"]
    assert not signed_in.cookies[site.PUSH_COOKIE].value


def test_a_session_that_ends_by_itself_ends_none(signed_in, service):
    agree(signed_in, service.subscription())
    signed_in.session.flush()

    assert signed_in.get(REMINDERS).status_code == 302
    assert Channel.objects.count() == 1


def test_a_device_belongs_to_who_agreed_there_last(signed_in, service, make_member):
    other = make_member("other")
    channels.agree_to_push(user=other, target=service.subscription())
    agree(signed_in, service.subscription())

    assert Channel.objects.get().owner.email == "owner@example.com"


def test_nobody_stops_or_confirms_the_device_of_another(signed_in, service, make_member):
    other = make_member("other")
    theirs = channels.agree_to_push(user=other, target=service.subscription())
    signed_in.cookies[site.PUSH_COOKIE] = channels.stop_token(theirs)
    signed_in.post(PUSH, {"action": "stop", "channel": theirs.pk})
    signed_in.post(PUSH, {"action": "test"})

    assert Channel.objects.get() == theirs
    assert not Message.objects.exists()


def test_so_many_devices_and_no_more(signed_in, service):
    for number in range(channels.MOST_DEVICES + 3):
        agree(signed_in, service.subscription(str(number)))

    assert Channel.objects.count() == channels.MOST_DEVICES


# --- When it fails -----------------------------------------------------------------------------


@pytest.mark.parametrize("status", [404, 410])
def test_one_that_is_gone_is_dropped_and_said(signed_in, rung, service, clock, status):
    service.answer = status
    clock(on_the_12th())

    assert sweep().failed == 1
    assert not Channel.objects.exists()
    assert Message.objects.get().fault == "gone"
    assert "那台设备" in sign_in(signed_in, rung).get(REMINDERS).content.decode()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_service_that_is_busy_is_tried_again(rung, service, clock, status):
    service.answer = status
    clock(on_the_12th())
    assert sweep().later == 1
    service.answer = 201
    clock(on_the_12th() + timedelta(minutes=2))
    assert sweep().sent == 1


def test_a_service_that_is_down_holds_up_no_other(rung, service, clock, make_member, monkeypatch):
    """Though more waits for it than one sweep sends."""
    for name in ("one", "two", "three"):
        target = service.subscription() | {"endpoint": f"https://fcm.googleapis.com/{name}"}
        channels.agree_to_push(user=make_member(name, strategy="minimum"), target=target)
    Channel.objects.update(confirmed_on=timezone.now())
    hand_out()
    clock(on_the_12th())
    gather(on_the_12th())
    Message.objects.filter(owner=rung).update(due_on=on_the_12th())  # the last in line
    asked, look_up = [], socket.getaddrinfo

    def down(host, *arguments, **options):
        if host == "127.0.0.1":
            return look_up(host, *arguments, **options)
        asked.append(host)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", down)

    assert deliver(on_the_12th(), 2) == (1, 0, 1)
    assert asked == ["fcm.googleapis.com"]


def test_one_that_nobody_thought_of_holds_up_no_other(
    rung, service, clock, make_member, monkeypatch
):
    other = make_member("other", strategy="minimum")
    channels.agree_to_push(user=other, target=service.subscription("other"))
    Channel.objects.update(confirmed_on=timezone.now())
    hand_out()
    clock(on_the_12th())
    send = push.send

    def broken(target, *rest):
        if target["endpoint"].endswith("one"):
            raise ValueError
        send(target, *rest)

    monkeypatch.setattr(push, "send", broken)

    assert sweep()[1:] == (1, 0, 1)
    assert Message.objects.get(owner=rung).fault == "unreachable"


def test_a_service_that_drips_is_left(service, monkeypatch):
    """A byte now and then begins the patience of a socket anew, and not ours."""
    monkeypatch.setattr(outside, "PATIENCE", 0.4)
    service.drips = True
    began = time.monotonic()
    with pytest.raises(OSError, match=r"HTTP|reset"):
        push.send(service.subscription(), CONTENT, "a" * 32)

    assert time.monotonic() - began < 2


def test_claimed_and_killed_it_is_sent_again_under_the_same_tag(rung, service, clock, monkeypatch):
    class Killed(BaseException):
        pass

    clock(on_the_12th())
    gather(on_the_12th())
    send = push.send

    def killed(*arguments):
        send(*arguments)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(push, "send", killed)
        with pytest.raises(Killed):
            deliver(on_the_12th(), 10)
    assert deliver(on_the_12th(), 10) == (0, 0, 0)  # claimed
    assert deliver(on_the_12th() + CLAIM, 10) == (1, 0, 0)
    first, second = service.posts
    assert first["tag"] == second["tag"]
    assert service.headers_seen[0]["Topic"] == service.headers_seen[1]["Topic"]


def test_a_redirect_is_not_followed(service):
    other = PushService()
    service.answer = 307
    service.headers = {"Location": f"http://{other.host}/send/one"}
    with pytest.raises(Undeliverable):
        push.send(service.subscription(), CONTENT, "a" * 32)
    other.stop()

    assert len(service.posts) == 1
    assert other.posts == []


def test_of_an_endless_answer_nothing_is_read(service):
    service.body = b"x" * 5_000_000
    push.send(service.subscription(), CONTENT, "a" * 32)  # no length is told: read, it would block
    service.answer = 410
    with pytest.raises(Gone):
        push.send(service.subscription(), CONTENT, "a" * 32)


# --- Where it goes -----------------------------------------------------------------------------

KNOWN = [
    "https://fcm.googleapis.com/fcm/send/abc:def",
    "https://updates.push.services.mozilla.com/wpush/v2/abc",
    "https://web.push.apple.com/abc",
    "https://wns2-sg2p.notify.windows.com/w/?token=abc",
]
STRANGE = [
    "http://fcm.googleapis.com/fcm/send/abc",
    "https://fcm.googleapis.com:8443/x",
    "https://fcm.googleapis.com.evil.example/x",
    "https://evilnotify.windows.com/x",
    "https://fcm.googleapis.com@evil.example/x",
    "https://user@fcm.googleapis.com/x",
    "https://evil.example/?https://fcm.googleapis.com/x",
    "https://evil.example\\@fcm.googleapis.com/x",
    "https://fcm.googleapis.com/x\r\nHost: evil.example",
    "https://fcm.googleapis.com",
    "https://127.0.0.1/x",
    "http://127.0.0.1:8000/x",
    "https://localhost/x",
    "https://10.0.0.1/x",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/x",
    "https://[::ffff:127.0.0.1]/x",
    "https://2130706433/x",
    "https://[/x",
    f"https://{'a' * 64}.notify.windows.com/x",
    "https://a..notify.windows.com/x",
    "file:///etc/passwd",
    "gopher://fcm.googleapis.com/x",
    "https://fcm.googleapis.com/" + "x" * 1_000,
    "",
]


@pytest.mark.parametrize("endpoint", KNOWN)
def test_a_known_service_is_taken(endpoint):
    assert push.service_of(endpoint) is not None


@pytest.mark.parametrize("endpoint", STRANGE)
def test_no_other_address_is_taken_or_called(signed_in, service, monkeypatch, endpoint):
    def called(*_arguments, **_options):
        raise AssertionError("somebody was called")

    target = service.subscription() | {"endpoint": endpoint}
    assert agree(signed_in, target).status_code == 422
    assert not Channel.objects.exists()
    monkeypatch.setattr(socket, "create_connection", called)
    with pytest.raises(Undeliverable):  # nor where it had been kept
        push.send(target, CONTENT, "a" * 32)


@pytest.mark.parametrize(
    "target",
    [
        "[]", "null", "1", '"x"', "[" * 1_500,
        '{"endpoint": "https://fcm.googleapis.com/x"}',
        '{"endpoint": "https://fcm.googleapis.com/x", "keys": {"p256dh": "AA", "auth": "AA"}}',
        '{"endpoint": "https://fcm.googleapis.com/x", "keys": {"p256dh": "é", "auth": 1}}',
    ],
)  # fmt: skip
def test_what_is_no_subscription_is_refused(signed_in, service, target):
    values = {"action": "agree", "agrees": "on", "subscription": target}

    assert signed_in.post(PUSH, values).status_code == 422


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1",
     "0.0.0.0", "224.0.0.1", "::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1",
     "64:ff9b:1::1", "2002:7f00:1::1", "2001:0:7f00:1::1"],
)  # fmt: skip
def test_a_known_name_that_leads_into_a_private_network_is_not_called(
    service, monkeypatch, address
):
    def found(host, port, **_options):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        good = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("142.250.1.1", port))
        return [good, (family, socket.SOCK_STREAM, 6, "", (address, port))]

    called = []
    monkeypatch.setattr(socket, "getaddrinfo", found)
    monkeypatch.setattr(socket, "create_connection", lambda *one, **_more: called.append(one))
    with pytest.raises(OSError, match="private"):
        push.send(service.subscription() | {"endpoint": KNOWN[0]}, CONTENT, "a" * 32)

    assert called == []


def test_the_address_that_was_looked_at_is_the_one_called(service, monkeypatch):
    """And the certificate is asked for under the name."""
    asked, named = [], []

    def found(host, port, **_options):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("142.250.1.1", port))]

    class Context:
        def wrap_socket(self, plain, server_hostname, **_more):
            named.append((plain, server_hostname))
            raise OSError("far enough")

    monkeypatch.setattr(socket, "getaddrinfo", found)
    monkeypatch.setattr(socket, "create_connection", lambda address, *_rest: address)
    monkeypatch.setattr(ssl, "create_default_context", Context)
    with pytest.raises(OSError, match="far enough"):
        push.send(service.subscription() | {"endpoint": KNOWN[0]}, CONTENT, "a" * 32)

    assert asked == ["fcm.googleapis.com"]
    assert named == [(("142.250.1.1", 443), "fcm.googleapis.com")]


def test_the_stand_in_is_refused_where_the_site_is_deployed():
    result = subprocess.run(
        [sys.executable, "-c", "import config.settings"], cwd=ROOT, capture_output=True, text=True,
        env={"SITE_URL": "https://plan.example.com", "PUSH_TEST_HOST": "127.0.0.1:1"},
    )  # fmt: skip

    assert result.returncode != 0
    assert "PUSH_TEST_HOST" in result.stderr


def test_without_a_key_no_push_is_offered(signed_in, service, settings):
    settings.VAPID_KEY = ""

    assert b"data-push" not in signed_in.get(REMINDERS).content
    assert agree(signed_in, service.subscription()).status_code == 302
    assert not Channel.objects.exists()
