"""Messengers: a key in, a message out, and to no address of anybody's choosing."""

import json
import re
import socket
import subprocess
import sys
import time
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from django.urls import reverse
from django.utils import timezone
from lxml import html
from markdown import markdown

from planner.models import Channel, HouseholdRow, Message, Reminder
from planner.reach import messengers
from planner.reach.messengers import MESSENGERS
from planner.reach.outcomes import Undeliverable
from planner.reach.renewal import hand_out
from planner.reach.sweep import CLAIM, deliver, gather, sweep
from planner.services import archive, channels, people
from planner.words.language import one_line
from tests.households import debt
from tests.pages.test_hostile_names import HOSTILE
from tests.paths import ROOT
from tests.reach.peers import Peer
from tests.reach.signing_in import sign_in
from tests.reach.test_push import on_the_12th
from tests.test_models import raw_database

REMINDERS = reverse("planner:reminders")
KEYS = {
    "bark": "nysrshcqielvoxsaABC123",
    "serverchan": "SCT12345Tabcdef",
    "sc3": "sctp123tabcdefghijklmnop",
    "ntfy": "a1b2c3d4e5f6a7b8",
}
KINDS = sorted(KEYS)
HOSTS = {
    "bark": "api.day.app",
    "serverchan": "sctapi.ftqq.com",
    "sc3": "push.ft07.com",
    "ntfy": "ntfy.sh",
}
CALLED = HOSTS | {"sc3": "123.push.ft07.com"}
MARKDOWN = ("serverchan", "sc3")  # what they read
CONTENT = {
    "subject": "安还",
    "text": "还了吗？",
    "path": "/plan/",
    "open_words": "打开",
    "stop_words": "停止",
    "stop": "http://127.0.0.1:8000/reminders/stop/x/",
}


@pytest.fixture
def peer(settings):
    """What stands in for all of them, which it tells apart by the host in the path."""
    one = Peer()
    settings.PUSH_TEST_HOST = one.host
    yield one
    one.stop()


def ringing(user, kind):
    target = {"key": KEYS[kind]}
    channels.agree_to_channel(user=user, kind=kind, target=target, host=HOSTS[kind])
    Channel.objects.owned_by(user).update(confirmed_on=timezone.now())
    hand_out()
    return user


def post(client, kind, **values):
    return client.post(reverse("planner:reminder-messenger", args=[kind]), values)


def agree(client, kind, recipient):
    return post(client, kind, action="agree", agrees="on", recipient=recipient)


def said(post):
    """Kind, title, text and where it leads, of a post as that service wants it."""
    host, _slash, rest = post.path[1:].partition("/")
    kind = next(kind for kind, one in CALLED.items() if one == host)
    if kind in MARKDOWN:
        assert rest == {"serverchan": "", "sc3": "send/"}[kind] + f"{KEYS[kind]}.send"
        assert post.headers["Content-Type"] == "application/x-www-form-urlencoded"
        form = {name: one for name, (one,) in parse_qs(post.body.decode()).items()}
        assert set(form) == {"title", "desp"}
        assert len(form["title"]) <= 32
        return kind, form["title"], form["desp"], re.findall(r"\]\((\S+)\)", form["desp"])[-2]
    body = json.loads(post.body)
    if kind == "bark":
        assert rest == "push"
        assert body["device_key"] == KEYS[kind]
        return kind, body["title"], body["body"], body["url"]
    assert rest == ""
    assert body["topic"] == KEYS[kind]
    return kind, body["title"], body.get("message", ""), post.headers["X-Click"]


# --- The person's way ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_from_agreement_to_the_first_message(signed_in, peer, clock, kind):
    page = signed_in.get(REMINDERS).content.decode()
    assert HOSTS[kind] in page  # who receives what
    assert post(signed_in, kind, action="agree", recipient=KEYS[kind]).status_code == 422
    assert not Channel.objects.exists()

    assert agree(signed_in, kind, KEYS[kind]).status_code == 302
    assert sweep().sent == 1
    code = re.search(r"\d{6}", said(peer.posts[0])[1])[0]
    hand_out()
    assert not Reminder.objects.exists()  # it does not ring yet
    assert post(signed_in, kind, action="confirm", code="x").status_code == 422
    assert post(signed_in, kind, action="confirm", code=code).status_code == 302
    assert messengers.MESSENGERS[kind].name in signed_in.get(REMINDERS).content.decode()
    hand_out()
    clock(on_the_12th())
    assert sweep().sent == 1

    found, _title, text, page = said(peer.posts[1])
    assert found == kind
    assert "12 月 15 日" in text.replace("\xa0", " ")
    assert page.startswith("http://127.0.0.1:8000/plan/asked/")
    assert "小李" not in str(peer.posts)  # discreet
    assert "500" not in text.partition("[")[0]  # from where on there are links
    assert KEYS[kind] not in raw_database()

    assert post(signed_in, kind, action="stop").status_code == 302
    assert not Channel.objects.exists()
    assert not Reminder.objects.exists()


def test_in_the_language_of_the_person(make_member, peer, clock):
    user = make_member("en", strategy="minimum")
    HouseholdRow.objects.filter(owner=user).update(language="en")
    ringing(user, "serverchan")
    clock(on_the_12th())
    sweep()
    _kind, title, text, _page = said(peer.posts[0])

    assert "date" in title
    assert "Something is due" in text
    assert "[Stop reminders](" in text


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_and_nothing_else(signed_in, peer, kind):
    key = KEYS[kind]
    others = {
        "serverchan": [KEYS["sc3"]],
        "sc3": [
            KEYS["serverchan"],
            "sctp1.2tabcdefghijklm",
            "sctpevil.example/tabcdefghijk",
            "sctp１２３tabcdefghijklmnop",
            "sctptabcdefghijklmnop",
            f"sctp{'1' * 60}tabcdefghijklm",
        ],
        "ntfy": ["guessed", "长" * 20],
    }
    for wrong in (
        f"https://{HOSTS[kind]}/{key}/x", "evil.example", f"{key}@127.0.0.1", f"{key}?x=1",
        f"{key},{key}", f"{key} {key}", f"{key}\r\nHost: evil.example", "..", "",
        *others.get(kind, []),
    ):  # fmt: skip
        assert agree(signed_in, kind, wrong).status_code == 422
        with pytest.raises(Undeliverable):  # nor where it had been kept
            messengers.send(kind, wrong, CONTENT, "a" * 32)

    assert not Channel.objects.exists()
    assert peer.posts == []


def test_no_other_service(signed_in, peer):
    for kind in ("mail", "push", "slack", "wecombot", "x"):
        assert agree(signed_in, kind, "a" * 20).status_code == 404


def test_a_topic_is_proposed_that_nobody_guesses(signed_in, peer):
    def proposed():
        page = signed_in.get(REMINDERS).content.decode()
        return re.search(r'name="recipient" value="([0-9a-f]{24})"', page)[1]

    topic = proposed()
    assert proposed() != topic
    assert agree(signed_in, "ntfy", topic).status_code == 302
    assert Channel.objects.get().target == {"key": topic}


def test_one_that_the_operator_does_not_offer_is_neither_shown_nor_called(
    signed_in, owner, peer, settings, clock
):
    ringing(owner, "ntfy")
    settings.MESSENGERS = ["bark"]
    page = signed_in.get(REMINDERS).content.decode()
    assert "by-bark" in page
    assert "by-serverchan" not in page
    assert "by-ntfy" in page  # to stop it
    agree(signed_in, "serverchan", KEYS["serverchan"])
    assert [one.kind for one in Channel.objects.all()] == ["ntfy"]
    clock(on_the_12th())

    assert sweep().failed == 1
    assert peer.posts == []


def test_everything_of_a_person_holds_them_and_erasing_takes_them(owner, peer):
    for kind in KINDS:
        ringing(owner, kind)
    told = archive.export_of(owner)["reminders"]

    assert {one["kind"]: one["target"] for one in told["channels"]} == {
        kind: {"key": key} for kind, key in KEYS.items()
    }
    assert all(one["consent_version"] for one in told["channels"])
    people.erase(user=owner)
    assert not Channel.objects.exists()


def test_the_link_in_a_message_stops_that_way_alone(client, owner, peer, clock):
    ringing(owner, "bark")
    ringing(owner, "serverchan")
    clock(on_the_12th())
    sweep()
    text = next(said(one)[2] for one in peer.posts if said(one)[0] == "serverchan")
    stop = re.findall(r"\]\(http://127\.0\.0\.1:8000(\S+)\)", text)[-1]
    assert client.get(stop).status_code == 200
    assert Channel.objects.count() == 2  # following it changed nothing
    client.post(stop)

    assert [one.kind for one in Channel.objects.all()] == ["bark"]


# --- Hostile names ---------------------------------------------------------------------------


def test_hostile_names_come_as_text_from_plan_to_messenger(make_member, peer, clock):
    name = "<b>![x](http://evil.example/p.png) [y](http://e.example)\nX: 1"
    user = make_member("h", strategy="minimum", debts=[debt(name=name)])
    channels.change_reminding(user=user, is_discreet=False)
    for kind in KINDS:
        ringing(user, kind)
    clock(on_the_12th())
    assert sweep().sent == len(KINDS)

    for one in peer.posts:
        kind, title, text, page = said(one)
        assert page.startswith("http://127.0.0.1:8000/plan/")
        assert "\n" not in title
        assert "evil" not in str(one.headers)
        assert ("![x](http://evil" in text) == (kind not in MARKDOWN)


def test_no_name_is_markup_or_a_link_of_its_own(peer):
    links = ["http://127.0.0.1:8000/plan/", CONTENT["stop"]]
    more = {"picture": "![x](http://e.example/p.png)", "bare": "http://e.example www.e.example"}
    for name in (*HOSTILE.values(), *more.values(), "# x", "* x", "    x", "`x`", "x\n---"):
        for kind in KINDS:
            text = one_line(name)
            messengers.send(kind, KEYS[kind], CONTENT | {"text": text}, "a" * 32)
            _kind, _title, told, _page = said(peer.posts[-1])
            if kind not in MARKDOWN:
                assert told == text.rstrip()
                continue
            shown = html.document_fromstring(markdown(told))
            assert {one.tag for one in shown.iter()} == {"html", "body", "p", "a"}
            assert [one.get("href") for one in shown.iter("a")] == links
            assert "://e" not in told


def test_what_is_cut_says_so():
    assert messengers._cut("长" * 33, 32) == "长" * 31 + "…"
    assert messengers._cut("长" * 32, 32) == "长" * 32


# --- When it fails -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_refused_is_a_dead_letter_with_its_reason(signed_in, owner, peer, clock, kind):
    peer.answer = 400
    ringing(owner, kind)
    clock(on_the_12th())

    assert sweep().failed == 1
    assert sweep() == (0, 0, 0, 0)
    assert Message.objects.get().fault == "key_refused"
    assert Message.objects.get().content == {}
    page = sign_in(signed_in, owner).get(REMINDERS).content.decode()
    assert f"{MESSENGERS[kind].name}（" in page
    assert "没有收下" in page
    assert Channel.objects.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_no_redirect_is_followed_and_little_of_an_answer_read(peer, kind):
    other = Peer()
    for peer.answer, peer.body in (
        (302, b""), (307, b""), (403, b"{}"), (404, b"x" * 5_000_000), (200, b'{"code": 40001}'),
    ):  # fmt: skip
        peer.headers = {"Location": f"http://{other.host}/"}
        with pytest.raises(Undeliverable):
            messengers.send(kind, KEYS[kind], CONTENT, "a" * 32)
    other.stop()

    assert other.posts == []
    assert len(peer.posts) == 5


@pytest.mark.parametrize("kind", KINDS)
def test_busy_or_down_it_is_tried_again(owner, peer, clock, kind):
    ringing(owner, kind)
    for pause, status in ((0, 429), (2, 503), (10, 500)):
        peer.answer = status
        clock(on_the_12th() + timedelta(minutes=pause))
        assert sweep()[1:] == (0, 0, 1)
    peer.answer = 200
    clock(on_the_12th() + timedelta(minutes=60))
    assert sweep().sent == 1


def test_one_that_is_down_holds_up_no_other(make_member, peer, clock):
    for kind in KINDS:
        ringing(make_member(kind, strategy="minimum"), kind)
    ringing(make_member("second", strategy="minimum"), "ntfy")
    peer.down = {"ntfy.sh"}
    clock(on_the_12th())

    assert sweep()[1:] == (len(KINDS) - 1, 0, 1)
    assert [said(one)[0] for one in peer.posts].count("ntfy") == 1  # the second was not tried
    peer.down = set()
    clock(on_the_12th() + timedelta(minutes=2))
    assert sweep().sent == 2


def test_a_number_that_is_nobodys_holds_up_no_other(make_member, peer, clock, monkeypatch):
    for name in ("first", "second"):
        ringing(make_member(name, strategy="minimum"), "sc3")
    made_up = Channel.objects.order_by("pk").first()
    made_up.target = {"key": "sctp999tabcdefghijklmnop"}
    made_up.save()
    known = messengers.post

    def unknown(service, *how, **more):
        if "/999." in service.path:
            raise socket.gaierror
        return known(service, *how, **more)

    monkeypatch.setattr(messengers, "post", unknown)
    clock(on_the_12th())

    assert sweep()[1:] == (1, 0, 1)


def test_one_that_drips_is_left(peer, monkeypatch):
    monkeypatch.setattr("planner.reach.outside.PATIENCE", 0.4)
    peer.drips = True
    began = time.monotonic()
    with pytest.raises(OSError, match=r"HTTP|reset"):
        messengers.send("ntfy", KEYS["ntfy"], CONTENT, "a" * 32)

    assert time.monotonic() - began < 2


def test_claimed_and_killed_bark_shows_the_second_in_place_of_the_first(owner, peer, clock):
    ringing(owner, "bark")
    clock(on_the_12th())
    gather(on_the_12th())
    (message,) = Message.objects.all()
    messengers.send("bark", KEYS["bark"], message.content, message.message_id)
    # Killed there: nothing was written down.
    assert deliver(on_the_12th() + CLAIM, 10) == (1, 0, 0)

    first, second = (json.loads(one.body) for one in peer.posts)
    assert first["id"] == second["id"] == message.message_id


# --- Where it goes -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "::1"])
def test_a_name_that_leads_into_a_private_network_is_not_called(monkeypatch, kind, address):
    def found(host, port, **_options):
        assert host == CALLED[kind]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    called = []
    monkeypatch.setattr(socket, "getaddrinfo", found)
    monkeypatch.setattr(socket, "create_connection", lambda *one, **_more: called.append(one))
    with pytest.raises(OSError, match="private"):
        messengers.send(kind, KEYS[kind], CONTENT, "a" * 32)

    assert called == []


def test_an_address_that_a_plugin_makes_up_is_not_called(peer, monkeypatch):
    plugins = messengers._plugins()
    monkeypatch.setattr(plugins.ntfy.NotifyNtfy, "cloud_notify_url", "https://ntfy.sh.evil.example")
    with pytest.raises(Undeliverable):
        messengers.send("ntfy", KEYS["ntfy"], CONTENT, "a" * 32)

    assert peer.posts == []


def test_the_hosts_are_those_and_no_others():
    assert {kind: one.host for kind, one in MESSENGERS.items()} == HOSTS


def test_no_page_loads_apprise_and_sending_loads_three_plugins_of_it():
    program = """
import os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()
import config.urls, planner.tasks
assert not [one for one in sys.modules if one.split(".")[0] in ("apprise", "requests")]
from planner.reach.messengers import _plugins
_plugins()
print(*sorted(one[16:] for one in sys.modules if one.startswith("apprise.plugins.")))
"""
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert result.stdout.split() == ["bark", "base", "ntfy", "serverchan"]


def test_nothing_of_a_key_or_a_text_gets_into_the_log(peer, caplog):
    caplog.set_level("INFO")
    for kind in KINDS:
        messengers.send(kind, KEYS[kind], CONTENT, "a" * 32)
        with pytest.raises(Undeliverable):
            messengers.send(kind, "no key / at all", CONTENT, "a" * 32)

    assert not any(key in caplog.text for key in (*KEYS.values(), "no key"))


def test_a_service_of_another_name_is_refused_at_start():
    result = subprocess.run(
        [sys.executable, "-c", "import config.settings"], cwd=ROOT, capture_output=True, text=True,
        env={"MESSENGERS": "bark,slack"},
    )  # fmt: skip

    assert result.returncode != 0
    assert "MESSENGERS" in result.stderr
