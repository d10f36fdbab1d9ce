"""A guest's figures in another browser, by an address that works once."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from planner.models import User
from planner.services import people
from planner.services.changes import replace_household
from tests.households import document

CREATE = reverse("planner:carry-create")
PLAN = reverse("planner:plan")
WECHAT = {"User-Agent": "Mozilla/5.0 MicroMessenger/8.0"}


@pytest.fixture
def guest(db):
    user = people.start_guest()
    people.record_consent(user=user)
    replace_household(user=user, document=document())
    return user


@pytest.fixture
def address(guest, client):
    client.force_login(guest)
    page = client.post(CREATE).content.decode()
    return unescape(re.search(r'<input id="address"[^>]*value="([^"]*)"', page)[1])


def path_of(address):
    return "/" + address.split("/", 3)[3]


def test_the_address_opens_the_figures_elsewhere_once(address, guest):
    elsewhere = Client()

    shown = elsewhere.get(path_of(address))
    opened = elsewhere.post(path_of(address))

    assert shown.status_code == 200
    assert '<form method="post">' in shown.content.decode()
    assert opened.url == PLAN
    assert elsewhere.get(PLAN).wsgi_request.user == guest
    assert Client().post(path_of(address)).status_code == 410


def test_a_preview_uses_nothing_up(address):
    for _time in range(3):
        assert Client().get(path_of(address)).status_code == 200
        assert Client().head(path_of(address)).status_code in (200, 405)

    assert Client().post(path_of(address)).status_code == 302


def test_after_ten_minutes_it_is_over(address, clock):
    clock(timezone.now() + timedelta(minutes=11))

    assert Client().post(path_of(address)).status_code == 410


def test_the_guests_week_does_not_begin_anew(address, guest, clock):
    User.objects.filter(pk=guest.pk).update(guest_since=timezone.now() - timedelta(days=6))
    elsewhere = Client()

    elsewhere.post(path_of(address))

    assert 0 < elsewhere.session.get_expiry_age() <= 86_400


def test_an_address_of_nobody_opens_nothing(db):
    response = Client().post(reverse("planner:carry-open", args=["abc"]))

    assert response.status_code == 410


def test_members_get_no_address(owner_client):
    assert owner_client.post(CREATE).url == PLAN


def test_figures_that_are_there_already_stay(address, owner_client, owner):
    response = owner_client.post(path_of(address))

    assert response.status_code == 409
    assert owner_client.get(PLAN).wsgi_request.user == owner
    assert Client().post(path_of(address)).status_code == 302  # not used up


def test_what_is_kept_does_not_hold_the_address(address):
    token = path_of(address).rstrip("/").rpartition("/")[2]

    assert cache.get(f"carry-{token}") is None
    assert len(token) >= 40


def test_in_wechat_guests_are_offered_it_on_the_plan_and_everywhere_in_the_settings(
    guest, client, owner_client
):
    client.force_login(guest)

    assert CREATE in client.get(PLAN, headers=WECHAT).content.decode()
    assert CREATE not in client.get(PLAN).content.decode()
    assert CREATE in client.get(reverse("planner:settings")).content.decode()


def test_a_member_in_wechat_signs_in_elsewhere(owner_client):
    assert CREATE not in owner_client.get(PLAN, headers=WECHAT).content.decode()


def test_an_address_is_only_made_by_a_post(owner_client):
    assert owner_client.get(CREATE).status_code == 405
