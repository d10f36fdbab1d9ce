"""Midnight, a clock that jumps, a journey over the date line: nothing is asked twice, nothing lost.

Days are the person's. Salary on the 10th, rent on the 5th, a due of 500.00 on the 15th.
"""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from planner.models import HistoryEntry, HouseholdRow
from planner.plans.kept import standing_household, stored_plan
from planner.plans.questions import answer_all_as_planned, open_questions
from planner.services.documents import household_document_of
from planner.services.entries import answer_unpaid, record_payment
from planner.services.items import save_item
from tests.households import debt
from tests.page_reading import read

PLAN = reverse("planner:plan")
ANSWER = reverse("planner:question-answer")
ALL = reverse("planner:question-answer-all")
DONE = reverse("planner:debt-paid", args=["friend"])


@pytest.fixture
def owner(make_member):
    return make_member("owner", strategy="minimum", debts=[debt(rate=None)])


@pytest.fixture
def visitor(client, owner, clock):
    clock(date(2026, 12, 12))
    client.force_login(owner)
    return client


def moves_to(user, time_zone):
    HouseholdRow.objects.owned_by(user).update(time_zone=time_zone)


def asked(user):
    return [(one.kind, one.on.day) for one in open_questions(user)]


def told(user):
    rows = HistoryEntry.objects.owned_by(user).standing()
    return [(one.kind, one.entry["on"]) for one in rows]


def form(client, action, **wanted):
    forms = [dict(one.sent()) for one in read(page(client)).posting() if one.action == action]
    return next(one for one in forms if wanted.items() <= one.items())


def page(client):
    return client.get(PLAN).content.decode()


def plan_day(user):
    return stored_plan(user=user)["as_of"]


# --- New figures in place of the old ones ---


def test_figures_renewed_after_a_history_keep_what_was_added_and_what_is_late(
    visitor, owner, clock
):
    clock(date(2026, 12, 16))
    visitor.force_login(owner)
    answer_unpaid(user=owner, debt="friend", due_on=date(2026, 12, 15))
    save_item(user=owner, kind="debts", item=debt(id="new", rate=None, next_due="2027-01-15"))
    clock(date(2027, 1, 20))  # the dues of 15 January have no answer
    visitor.force_login(owner)
    renew = reverse("planner:plan-renew")
    forms = read(visitor.get(renew).content.decode()).posting()
    sent = dict(next(one for one in forms if one.control("principal-new")).sent())
    assert (sent["principal-friend"], sent["principal-new"]) == ("3,000.00", "3,000.00")
    sent |= {"principal-friend": "2500", "principal-new": "2500"}

    assert visitor.post(renew, sent).status_code == 302

    friend, new = standing_household(owner).debts
    assert (friend.terms.principal_fen, new.terms.principal_fen) == (250_000, 250_000)
    assert [one.due_on for one in friend.terms.arrears] == [date(2026, 12, 15)]
    assert new.terms.arrears == ()
    assert new.terms.next_due == date(2027, 2, 15)
    assert household_document_of(owner)["as_of"] == "2027-01-20"


# --- Midnight ---


def test_the_day_turns_at_the_persons_midnight(owner, clock):
    clock(datetime(2026, 12, 15, 15, 59, 59, tzinfo=UTC))  # 23:59:59 in Shanghai
    assert ("payment", 15) not in asked(owner)
    assert plan_day(owner) == "2026-12-15"

    clock(datetime(2026, 12, 15, 16, 0, 0, tzinfo=UTC))
    assert ("payment", 15) in asked(owner)
    assert plan_day(owner) == "2026-12-16"


def test_a_question_left_open_over_midnight_is_answered_once(visitor, owner, clock):
    sent = form(visitor, ANSWER, kind="income") | {"answer": "planned"}
    clock(date(2026, 12, 13))

    assert visitor.post(ANSWER, sent).status_code == 302
    assert visitor.post(ANSWER, sent).status_code == 302
    assert told(owner) == [("income", "2026-12-10")]
    assert asked(owner) == [("expense", 5)]


def test_a_payment_form_left_open_over_midnight_keeps_its_day(visitor, owner, clock):
    due = f"{DONE}?due=2026-12-15"
    forms = read(visitor.get(due).content.decode()).posting()
    sent = dict(next(one for one in forms if one.action == due).sent())
    clock(date(2026, 12, 14))

    assert visitor.post(due, sent).status_code == 302
    assert visitor.post(due, sent).status_code == 302  # the same tap again
    assert told(owner) == [("payment", "2026-12-12")]
    clock(date(2026, 12, 20))
    assert ("payment", 15) not in asked(owner)


def test_all_as_planned_from_before_midnight_leaves_what_the_night_brought(visitor, owner, clock):
    clock(date(2026, 12, 15))
    sent = form(visitor, ALL)
    clock(date(2026, 12, 16))

    assert visitor.post(ALL, sent).status_code == 302
    assert told(owner) == [("expense", "2026-12-05"), ("income", "2026-12-10")]
    assert asked(owner) == [("payment", 15)]


def test_put_off_until_tomorrow_is_asked_after_midnight(visitor, owner, clock):
    visitor.post(ANSWER, form(visitor, ANSWER, kind="income") | {"answer": "later"})
    assert 'name="kind" value="income"' not in page(visitor)

    clock(datetime(2026, 12, 12, 16, tzinfo=UTC))
    assert 'name="kind" value="income"' in page(visitor)


# --- A clock that jumps ---


@pytest.mark.parametrize("back_to", [date(2026, 12, 13), date(2026, 12, 1), date(2020, 2, 29)])
def test_a_clock_set_back_keeps_every_entry_and_asks_nothing_again(owner, clock, back_to):
    clock(date(2026, 12, 20))
    answer_all_as_planned(user=owner)
    before, plan = told(owner), stored_plan(user=owner)
    assert asked(owner) == []

    clock(back_to)
    assert asked(owner) == []
    assert told(owner) == before
    # Not before the last entry: what is known is not forgotten.
    assert plan_day(owner) == max(back_to, date(2026, 12, 15)).isoformat()

    clock(date(2026, 12, 20))
    assert asked(owner) == []
    assert stored_plan(user=owner) == plan


def test_a_clock_set_back_before_the_figures_shows_them_as_they_were(visitor, owner, clock):
    clock(date(2026, 11, 20))
    visitor.force_login(owner)

    assert visitor.get(PLAN).status_code == 200
    assert 'id="asking"' not in page(visitor)
    assert plan_day(owner) == "2026-12-01"


def test_a_clock_set_wrong_by_years_forward_and_right_again(visitor, owner, clock):
    clock(date(2036, 12, 12))
    visitor.force_login(owner)
    assert visitor.get(PLAN).status_code == 200
    assert len(asked(owner)) > 100

    clock(date(2026, 12, 12))
    visitor.force_login(owner)
    assert asked(owner) == [("expense", 5), ("income", 10)]
    assert told(owner) == []


def test_an_entry_made_while_the_clock_was_back_is_no_lost_one(owner, clock):
    record_payment(user=owner, debt="friend", on=date(2026, 12, 1), amount_fen=5_000)
    clock(date(2026, 11, 25))

    record_payment(user=owner, debt="friend", on=date(2026, 12, 1), amount_fen=6_000)

    clock(date(2026, 12, 3))
    assert standing_household(owner).debts[0].terms.principal_fen == 300_000 - 11_000


# --- A journey ---


@pytest.mark.parametrize("away", ["America/Los_Angeles", "Australia/Sydney"])
def test_a_journey_over_the_date_line_and_home_asks_nothing_twice(owner, clock, away):
    moment = datetime(2026, 12, 15, 22, tzinfo=UTC)  # the 16th in Shanghai and Sydney
    clock(moment)
    assert asked(owner) == [("expense", 5), ("income", 10), ("payment", 15)]
    answer_all_as_planned(user=owner)
    before = told(owner)

    moves_to(owner, away)  # the 15th still, in Los Angeles
    assert asked(owner) == []
    answer_all_as_planned(user=owner)
    assert told(owner) == before
    moves_to(owner, "Asia/Shanghai")
    assert asked(owner) == []
    assert told(owner) == before

    clock(moment + timedelta(days=31))
    assert asked(owner) == [("expense", 5), ("income", 10), ("payment", 15)]


def test_a_due_of_the_day_that_a_journey_skips_is_asked(owner, clock):
    moves_to(owner, "America/Los_Angeles")
    clock(datetime(2026, 12, 15, 9, tzinfo=UTC))  # 01:00 on the 15th there
    assert ("payment", 15) not in asked(owner)

    moves_to(owner, "Australia/Sydney")
    clock(datetime(2026, 12, 15, 23, tzinfo=UTC))  # 10:00 on the 16th there
    assert ("payment", 15) in asked(owner)


def test_what_was_paid_tomorrow_stays_paid_on_the_way_back(owner, clock):
    """Paid on the 16th in Sydney; in Los Angeles it is the 15th, the day of the due."""
    moves_to(owner, "Australia/Sydney")
    clock(datetime(2026, 12, 15, 20, tzinfo=UTC))
    record_payment(
        user=owner, debt="friend", on=date(2026, 12, 16), amount_fen=50_000,
        planned_on=date(2026, 12, 15),
    )  # fmt: skip

    moves_to(owner, "America/Los_Angeles")
    assert plan_day(owner) == "2026-12-16"
    assert standing_household(owner).debts[0].terms.principal_fen == 250_000
    assert ("payment", 15) not in asked(owner)


def test_the_page_tells_the_day_of_the_place(visitor, owner, clock):
    clock(datetime(2026, 12, 15, 22, tzinfo=UTC))
    visitor.force_login(owner)
    debts = reverse("planner:debt-history", args=["friend"])
    assert "推算到 12 月 16 日" in visitor.get(debts).content.decode().replace("\u00a0", " ")

    moves_to(owner, "America/New_York")
    assert "推算到 12 月 15 日" in visitor.get(debts).content.decode().replace("\u00a0", " ")
