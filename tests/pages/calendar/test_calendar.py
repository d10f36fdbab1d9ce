import csv
import io

import pytest
from django.urls import reverse
from django.utils.html import escape
from icalendar import Calendar

from planner.domain.values.money import parse_yuan
from tests.households import account, debt


def month_url(year, number):
    return reverse("planner:calendar-month", args=[year, number])


def test_the_calendar_opens_in_the_month_of_the_figures(owner_client):
    text = owner_client.get(reverse("planner:calendar")).content.decode()

    assert "2026\u00a0年\u00a012\u00a0月" in text
    assert escape(month_url(2027, 1)) in text


def test_the_calendar_opens_in_the_first_month_that_has_something_in_it(make_member, client, clock):
    user = make_member("owner", incomes=[], debts=[debt(due_day=20, next_due="2027-02-20")])
    client.force_login(user)

    page = client.get("/calendar/").content.decode()

    assert '<time datetime="2027-02-20">' in page
    assert reverse("planner:calendar-month", args=[2027, 1]) in page  # the months before stay


def test_a_month_shows_dues_pay_days_and_what_is_short(make_member, client):
    client.force_login(make_member("poor", accounts=[account(balance="0.00")], incomes=[]))

    text = client.get(month_url(2026, 12)).content.decode()

    assert "小李还差" in text
    assert 'data-state="short"' in text


def test_every_day_of_the_month_stands_in_the_grid_once(owner_client):
    text = owner_client.get(month_url(2027, 2)).content.decode()
    grid = text[text.index("<table") : text.index("</table>")]

    days = [f"2027-02-{day:02d}" for day in range(1, 29)]
    assert [grid.count(f'datetime="{day}"') for day in days] == [1] * 28
    assert "2027-03-01" not in grid


@pytest.mark.parametrize("number", [0, 13, 99])
def test_a_month_that_does_not_exist_leads_back(owner_client, number):
    response = owner_client.get(month_url(2026, number))

    assert (response.status_code, response["Location"]) == (302, reverse("planner:calendar"))


@pytest.mark.parametrize("year", [1, 1989, 2100, 9999, 10**20])
def test_a_year_beyond_the_plan_leads_back(owner_client, year):
    assert owner_client.get(f"/calendar/{year}/1/").status_code == 302


@pytest.mark.parametrize("month", [(1990, 1), (2099, 12)])
def test_the_first_and_the_last_month_have_a_page(owner_client, month):
    assert owner_client.get(month_url(*month)).status_code == 200


def test_an_empty_household_is_told_what_will_stand_there(make_member, client):
    client.force_login(make_member("new", debts=[], incomes=[], expenses=[], accounts=[]))

    assert client.get(reverse("planner:calendar")).status_code == 200


def test_a_strangers_debts_are_not_in_the_calendar(client, owner, make_member):
    client.force_login(make_member("stranger", debts=[debt(name="别人")]))

    text = client.get(month_url(2026, 12)).content.decode()

    assert "小李" not in text


def test_the_file_holds_an_event_for_each_due(owner_client):
    response = owner_client.get(reverse("planner:calendar-ics"), {"alarm": ["PT9H"], "named": "on"})
    calendar = Calendar.from_ical(response.content)
    events = calendar.walk("VEVENT")

    assert response["Content-Type"].startswith("text/calendar")
    assert response["Content-Disposition"].startswith("attachment")
    assert any("小李" in str(event["SUMMARY"]) for event in events)
    assert {str(alarm["TRIGGER"].to_ical(), "ascii") for alarm in calendar.walk("VALARM")} == {
        "PT9H"
    }


def test_the_file_is_neutral_unless_asked_otherwise(owner_client):
    response = owner_client.get(reverse("planner:calendar-ics"))
    events = Calendar.from_ical(response.content).walk("VEVENT")

    assert events
    assert not any("小李" in str(event["SUMMARY"]) for event in events)
    assert not Calendar.from_ical(response.content).walk("VALARM")


def test_an_unknown_alarm_leads_back_to_the_choice(owner_client):
    response = owner_client.get(reverse("planner:calendar-ics"), {"alarm": "PT10H"})

    assert (response.status_code, response["Location"]) == (
        302,
        reverse("planner:calendar-download"),
    )


def test_events_keep_their_ids_after_a_change_and_differ_between_people(
    owner_client, client, owner, make_member
):
    def ids():
        content = owner_client.get(reverse("planner:calendar-ics")).content
        return {str(event["UID"]) for event in Calendar.from_ical(content).walk("VEVENT")}

    mine = ids()
    owner_client.post(reverse("planner:plan-change", args=["buffer"]), {"buffer": "1", "key": "a"})
    again = ids()
    owner_client.force_login(make_member("other"))

    assert mine & again
    assert not mine & ids()


def test_the_table_adds_up(owner_client):
    response = owner_client.get(reverse("planner:plan-csv"))
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))

    assert response["Content-Type"].startswith("text/csv")
    assert sum(parse_yuan(row[9]) for row in rows[1:] if row[9]) == 3000_00
