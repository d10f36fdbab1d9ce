"""The calendar under a private address: asked for, kept up to date, revoked, guessed at."""

import gzip
import re
import time
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from planner.models import CalendarFeed, Reach
from planner.plans.foreseen import working
from planner.reach.renewal import hand_out
from planner.services import feeds
from planner.services.entries import record_payment
from planner.services.people import change_settings
from tests.exports.readers import READERS, faults, read_by_icalendar
from tests.households import debt
from tests.test_models import raw_database

FEED = reverse("planner:calendar-feed")
KINDS = list(CalendarFeed.KINDS)


def address(token):
    return reverse("planner:calendar-feed-file", args=[token])


@pytest.fixture
def sign_in(client):
    """Signed in a moment ago, as who makes an address has to be."""

    def go(user):
        client.force_login(user)
        session = client.session
        session["signed_in_at"] = time.time()
        session.save()
        return client

    return go


@pytest.fixture
def token(owner):
    made = feeds.open_feed(user=owner, kinds=KINDS, months=12, is_discreet=True)
    assert hand_out() == 1
    return made


def read(token, **headers):
    return Client().get(address(token), headers=headers)


def told(token):
    return {one.uid: one for one in read_by_icalendar(read(token).content)}


def test_the_address_is_shown_once_and_kept_as_a_digest_only(sign_in, owner):
    client = sign_in(owner)
    made = client.post(
        FEED, {"kinds": KINDS, "months": "12", "agrees": "on", "action": "new"}
    ).content.decode()
    token = re.search(r"/calendar/feed/([\w-]{43})\.ics", made)[1]

    assert f"webcal://127.0.0.1:8000/calendar/feed/{token}.ics" in made
    assert 'src="data:image/svg+xml;base64,' in made
    assert token not in client.get(FEED).content.decode()
    assert token not in raw_database()
    assert "小李" not in raw_database()
    assert read(token).status_code == 200  # at once, before any worker looked


def test_where_its_plan_takes_long_a_worker_writes_it(sign_in, owner, settings):
    settings.PAGE_RECKONS_MS = 0
    client = sign_in(owner)
    values = {"kinds": KINDS, "months": "12", "agrees": "on", "action": "new"}
    made = client.post(FEED, values).content.decode()
    token = re.search(r"/calendar/feed/([\w-]{43})\.ics", made)[1]

    early = read(token)
    assert (early.status_code, early["Retry-After"]) == (503, "60")
    with working():
        hand_out()
    assert read(token).status_code == 200


def test_no_address_is_made_without_agreement(sign_in, owner):
    answer = sign_in(owner).post(FEED, {"kinds": KINDS, "months": "12", "action": "new"})

    assert answer.status_code == 422
    assert feeds.feed_of(owner) is None


def test_a_guest_is_led_to_sign_up(db, client):
    client.post(reverse("planner:sample-open"))

    assert client.get(FEED)["Location"] == reverse("account_signup")


def test_it_holds_the_events_of_the_file_read_alike_by_all_readers(token, owner_client):
    raw = read(token).content
    file = owner_client.get(reverse("planner:calendar-ics"), {"alarm": ["PT9H"]}).content

    first, *others = (reader(raw) for reader in READERS)
    assert faults(raw) == set()
    assert all(events == first for events in others)
    mine = {one.uid: (one.start, one.title) for one in read_by_icalendar(file)}
    assert {one.uid: (one.start, one.title) for one in first} == mine
    assert any(one.alarms for one in first)


def test_it_names_nobody_and_nothing_unless_asked(token, owner):
    assert "小李" not in read(token).content.decode()

    feeds.change_feed(user=owner, kinds=["pay"], months=3, is_discreet=False)
    hand_out()

    events = [one for one in told(token).values() if one.status != "CANCELLED"]
    assert all("小李" in one.title for one in events)
    assert {one.category for one in events} == {"付款日"}
    assert max(one.start for one in events) < date(2027, 3, 1)


def test_a_change_raises_the_sequence_and_what_vanished_is_cancelled_for_thirty_days(
    make_member, clock
):
    owner = make_member("two", debts=[debt(), debt(id="bank", name="银行")])
    token = feeds.open_feed(user=owner, kinds=KINDS, months=12, is_discreet=True)
    hand_out()
    before = told(token)
    record_payment(
        user=owner, debt="friend", on=date(2026, 12, 1), amount_fen=299_999, account="card"
    )
    hand_out()
    after = told(token)

    gone = {uid for uid, one in after.items() if one.status == "CANCELLED"}
    changed = {uid for uid in after if uid in before and after[uid] != before[uid]}
    same = {uid for uid in after if after[uid] == before.get(uid)}
    assert gone
    assert gone <= changed
    assert same
    assert all(after[uid].sequence > before[uid].sequence for uid in changed)
    assert all(not after[uid].alarms for uid in gone)

    clock(date(2027, 1, 5))
    hand_out()
    assert not gone & told(token).keys()


def test_a_day_that_went_by_is_not_called_off(token, owner, clock):
    before = told(token)
    clock(date(2026, 12, 12))
    hand_out()
    after = told(token)

    past = [uid for uid, one in before.items() if one.start < date(2026, 12, 12)]
    assert past
    assert all(after[uid].status != "CANCELLED" for uid in past)


def test_an_unchanged_plan_leaves_it_the_same_to_the_byte(token, owner):
    first = read(token)
    Reach.objects.update(renew_on=timezone.now())
    assert hand_out() == 1

    assert read(token).content == first.content
    assert read(token)["ETag"] == first["ETag"]


def test_what_a_calendar_has_already_is_not_sent_again(token):
    first = read(token)
    again = read(token, **{"If-None-Match": first["ETag"]})
    head = Client().head(address(token))
    part = read(token, Range="bytes=0-9")
    packed = read(token, **{"Accept-Encoding": "gzip"})

    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert (head.status_code, head.content) == (200, b"")
    assert head["Content-Length"] == str(len(first.content))
    assert (part.status_code, part.content) == (200, first.content)
    assert gzip.decompress(packed.content) == first.content
    assert read(token, **{"If-None-Match": packed["ETag"]}).status_code == 304
    assert {one["Cache-Control"] for one in (first, again, packed)} == {"private, no-cache"}


def test_a_request_works_nothing_out(token, owner, clock, monkeypatch):
    def refuse(*_arguments):
        raise AssertionError

    first = read(token).content
    clock(date(2026, 12, 2))
    Reach.objects.update(renew_on=timezone.now() + timedelta(hours=3))
    monkeypatch.setattr("planner.reach.feed.shown", refuse)

    assert read(token).content == first  # the old one
    monkeypatch.undo()
    clock(date(2026, 12, 2))
    assert hand_out() == 1  # and the worker was asked


def test_it_asks_the_database_little(token, django_assert_num_queries):
    first = read(token)
    with django_assert_num_queries(2):
        read(token)
    with django_assert_num_queries(1):
        assert read(token, **{"If-None-Match": first["ETag"]}).status_code == 304


def test_whoever_asks_all_day_long_leaves_no_trace_but_when(token, owner):
    before = {model: model.objects.count() for model in apps.get_models()}
    first = read(token)
    fetched = CalendarFeed.objects.get().fetched_on
    for number in range(40):
        again = read(token, **({"If-None-Match": first["ETag"]} if number % 2 else {}))
        assert again.status_code == (304 if number % 2 else 200)

    assert {model: model.objects.count() for model in apps.get_models()} == before
    assert CalendarFeed.objects.get().fetched_on == fetched  # nor is that written each time


def test_a_revoked_address_answers_as_one_that_never_was(token, owner):
    feeds.revoke_feed(user=owner)
    revoked, never = read(token), read("x" * 43)

    assert (revoked.status_code, never.status_code) == (410, 410)
    assert revoked.content == never.content
    assert {**revoked.headers} == {**never.headers}
    assert not Reach.objects.exists()
    assert CalendarFeed.objects.get().content == ""


def test_a_new_address_ends_the_old_one_and_goes_on_from_it(token, owner):
    before = told(token)
    new = feeds.open_feed(user=owner, kinds=KINDS, months=12, is_discreet=True)
    hand_out()

    assert read(token).status_code == 410
    assert told(new) == before


def test_who_guesses_gets_no_answer_any_more_and_a_revoked_address_is_no_guess(token, owner):
    feeds.revoke_feed(user=owner)
    right = feeds.open_feed(user=owner, kinds=KINDS, months=12, is_discreet=True)
    hand_out()
    for _time in range(40):
        assert read(token).status_code == 410
    assert read(right).status_code == 200

    answers = [read(f"guess-{number}").status_code for number in range(25)]

    assert answers == [410] * 20 + [429] * 5
    assert read(right).status_code == 429
    other = Client().get(address(right), REMOTE_ADDR="203.0.113.9")
    assert other.status_code == 200


@pytest.mark.parametrize("odd", ["", "a", "x" * 5_000, "%00", "../../plan", "中文", "a.b"])
def test_odd_addresses_are_not_found(db, odd):
    assert Client().get(f"/calendar/feed/{odd}.ics").status_code in (302, 404, 410)


def test_it_follows_the_language(token, owner):
    assert "付款" in read(token).content.decode() or "还款" in read(token).content.decode()
    change_settings(
        user=owner, buffer="300.00", was="300.00", language="en", time_zone="Asia/Shanghai",
        is_discreet=False,
    )  # fmt: skip
    hand_out()

    assert "SUMMARY:Payment" in read(token).content.decode()


def test_who_does_not_come_gets_the_next_day_all_the_same(token, owner, clock):
    clock(date(2026, 12, 20))
    call_command("worker", once=True)

    assert CalendarFeed.objects.get().written_of.endswith("2026-12-20")
    assert hand_out() == 0


def test_what_cannot_be_made_is_tried_later_and_the_old_one_stays(token, owner, monkeypatch):
    first = read(token).content

    def broken(*_arguments):
        raise ValueError("小李")

    monkeypatch.setattr("planner.reach.feed.shown", broken)
    Reach.objects.update(renew_on=timezone.now())
    with working():
        hand_out()

    assert read(token).content == first
    assert Reach.objects.get().tries == 1
    assert Reach.objects.get().renew_on > timezone.now()


def test_a_long_life_of_edits_keeps_every_reader_content(token, owner):
    for number in range(5):
        record_payment(
            user=owner, debt="friend", on=date(2026, 12, 1), amount_fen=1_000 * (number + 1),
            account="card",
        )  # fmt: skip
        hand_out()
        raw = read(token).content
        first, *others = (reader(raw) for reader in READERS)
        assert faults(raw) == set()
        assert all(events == first for events in others)


def test_an_erased_person_leaves_no_address(token, owner):
    owner.delete()

    assert read(token).status_code == 410
    assert not CalendarFeed.objects.exists()


def test_hostile_names_stay_text(make_member):
    name = "zq7\nEND:VEVENT\nBEGIN:VEVENT\nUID:zq7"
    user = make_member("h", debts=[debt(name=name)])
    made = feeds.open_feed(user=user, kinds=KINDS, months=12, is_discreet=False)
    hand_out()

    raw = read(made).content
    assert faults(raw) == set()
    assert not any(one.uid == "zq7" for one in read_by_icalendar(raw))


def test_a_new_calendar_does_not_wait_for_the_best_plan(make_member, settings, monkeypatch):
    monkeypatch.setattr("planner.reach.renewal.ask", lambda *_arguments: "")  # it is under way
    user = make_member("optimal", strategy="optimal")
    made = feeds.open_feed(user=user, kinds=KINDS, months=12, is_discreet=True)
    hand_out()
    assert read(made).status_code == 200

    first = CalendarFeed.objects.get().written_on
    Reach.objects.update(renew_on=timezone.now())
    hand_out()
    assert CalendarFeed.objects.get().written_on == first  # the next one waits
