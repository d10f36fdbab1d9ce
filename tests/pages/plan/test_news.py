"""What new rules of planning changed is told once to whom it concerns."""

from django.urls import reverse

from planner.models import HouseholdRow
from tests.households import debt

PLAN = reverse("planner:plan")
NEWS = reverse("planner:plan-news")


def had_a_plan_before(user):
    HouseholdRow.objects.owned_by(user).update(rules_told="")


def test_who_had_a_plan_before_is_told_until_they_have_read_it(make_member, client):
    user = make_member("owner", debts=[debt()])
    had_a_plan_before(user)
    client.force_login(user)

    assert 'id="news"' in client.get(PLAN).content.decode()

    answer = client.post(NEWS, headers={"HX-Request": "true"})

    assert 'id="news"' not in answer.content.decode()
    assert 'id="news"' not in client.get(PLAN).content.decode()


def test_a_new_household_is_not_told(make_member, client):
    client.force_login(make_member("owner", debts=[debt()]))

    assert 'id="news"' not in client.get(PLAN).content.decode()


def test_reading_it_changes_nothing_else(make_member, client):
    user = make_member("owner", debts=[debt()])
    had_a_plan_before(user)
    before = HouseholdRow.objects.get(owner=user).revision
    client.force_login(user)

    client.post(NEWS)

    assert HouseholdRow.objects.get(owner=user).revision == before
