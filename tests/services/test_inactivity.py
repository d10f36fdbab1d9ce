"""Accounts that nobody uses: deleted after two notices, never without."""

from datetime import date, timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from planner.models import CalendarFeed, User
from planner.services import inactivity, people

BEGAN = date(2026, 12, 1)


@pytest.fixture(autouse=True)
def deployed(settings):
    settings.DEPLOYED = settings.MAIL_IS_SENT = True


@pytest.fixture
def after(clock):
    def go(days):
        clock(BEGAN + timedelta(days=days))
        people.prune()
        return User.objects.count()

    return go


def test_an_unused_account_is_told_twice_and_deleted_a_month_later(owner, after):
    assert after(730) == 1
    assert mail.outbox == []
    for days, mails in ((731, 1), (760, 1), (761, 2), (790, 2)):
        assert (after(days), len(mail.outbox)) == (1, mails), days
    assert after(791) == 0

    first, second = mail.outbox
    assert (first.to, second.to) == ([owner.email], [owner.email])
    assert "2029 年 1 月 30 日" in first.body  # 731 + 60 days
    assert "2029 年 1 月 30 日" in second.body
    assert "小李" not in first.body + second.body
    assert reverse("account_login") in first.body


def test_who_comes_back_is_told_anew_years_later(owner, after, clock):
    after(731)
    after(761)
    client = Client()
    client.force_login(owner)
    client.get(reverse("planner:settings"))

    assert after(791) == 1
    assert after(761 + 730) == 1
    assert len(mail.outbox) == 2
    assert after(761 + 731) == 1
    assert len(mail.outbox) == 3


@pytest.mark.parametrize("name", ["DEPLOYED", "MAIL_IS_SENT"])
def test_where_nobody_can_be_told_nothing_is_deleted(owner, after, settings, name):
    setattr(settings, name, False)

    assert [after(days) for days in (731, 761, 791, 5_000)] == [1] * 4
    assert mail.outbox == []


def test_a_notice_that_the_server_does_not_take_does_not_count(owner, after, monkeypatch):
    def refuse(*_arguments, **_named):
        raise SMTPServerDisconnected

    after(731)
    with monkeypatch.context() as patched:
        patched.setattr(inactivity, "send_mail", refuse)
        assert [after(days) for days in (761, 791, 1_000)] == [1] * 3
    assert after(1_001) == 1
    assert after(1_030) == 1
    assert after(1_031) == 0


def test_a_calendar_that_is_asked_for_is_use(owner, after, clock):
    feed = CalendarFeed.objects.create(owner=owner, token="a" * 64)
    clock(BEGAN + timedelta(days=700))
    CalendarFeed.objects.filter(pk=feed.pk).update(fetched_on=timezone.now())

    assert [after(days) for days in (731, 761, 791)] == [1] * 3
    assert mail.outbox == []


@pytest.mark.django_db
def test_the_privacy_page_tells_it_where_it_is_done(client, settings):
    for is_sent in (True, False):
        settings.MAIL_IS_SENT = is_sent
        client.post(reverse("set_language"), {"language": "en"})
        assert ("two years" in client.get(reverse("planner:privacy")).content.decode()) is is_sent
