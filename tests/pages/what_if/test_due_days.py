"""The page of the due days that products offer: what a day saves, and how sure it may be had."""

import json

import pytest
from django.urls import reverse

from tests.households import debt
from tests.paths import EXAMPLES

ADDRESS = "/plan/due-days/"


def example(name):
    return json.loads((EXAMPLES / f"{name}.json").read_bytes())


def test_the_best_day_is_told_with_what_it_saves_and_how_sure_it_is(client, make_member):
    """1,063.69 of interest, fees and penalties with the 10th, 1,053.88 with the 20th; as many dues
    are late, none of them for longer."""
    client.force_login(make_member("short", **example("short")))

    page = client.get(ADDRESS).content.decode()

    assert "改到每月 20 日更合适：利息与费用少 ¥9.81。" in page
    assert "能不能改成这一天只是网传，先在 App 里看看。" in page
    assert page.count("<tr>") == 5  # the head, and every other day on offer
    assert page.count("最合适</span>") == 1


def test_where_no_day_is_better_none_is_advised(client, make_member):
    document = example("huabei_jiebei_card")
    bill = [one for one in document["debts"] if one["id"] == "huabei"]  # paid whole on any day
    client.force_login(make_member("fine", **document | {"debts": bill}))

    page = client.get(ADDRESS).content.decode()

    assert "可选的日子都不比现在的更合适，不用改。" in page
    assert "先在 App 里看看" not in page
    assert "最合适</span>" not in page


def test_what_offers_no_other_day_is_neither_linked_nor_tried(client, make_member):
    client.force_login(make_member("bound", debts=[debt()]))

    assert ADDRESS not in client.get(reverse("planner:plan")).content.decode()
    assert "<table" not in client.get(ADDRESS).content.decode()


@pytest.mark.parametrize("name", ["short", "huabei_jiebei_card"])
def test_the_plan_leads_to_the_days_where_there_are_some(client, make_member, name):
    client.force_login(make_member("led", **example(name)))

    assert f'href="{ADDRESS}"' in client.get(reverse("planner:plan")).content.decode()


def test_nothing_is_sent_to_it(owner_client):
    assert owner_client.post(ADDRESS).status_code == 405
