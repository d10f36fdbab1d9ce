from datetime import date

import pytest

from planner.models import (
    Arrangement,
    DebtRow,
    HistoryEntry,
    HouseholdRow,
    Revision,
    User,
)
from planner.plans.kept import standing_household, stored_plan
from planner.plans.questions import answer_all_as_planned, answer_as_planned, open_questions
from planner.services import people
from planner.services.arrangements import (
    agree_arrangement,
    ask_arrangement,
    break_arrangement,
    document_if_broken,
    keep_arrangement,
    record_offer,
)
from planner.services.changes import replace_household, undo
from planner.services.documents import household_document_of
from planner.services.entries import (
    answer_unpaid,
    record_expense,
    record_payment,
    undo_entry,
)
from planner.services.errors import EntryRefused, KeyReused
from planner.services.items import delete_item, save_item
from tests.entering import enter
from tests.households import account, debt, document, expense, income


class Clock:
    today = date(2026, 12, 20)


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(HouseholdRow, "today", lambda self: clock.today)
    return clock


@pytest.fixture
def person(make_member, clock):
    return make_member("person", debts=[debt(rate=None)], strategy="minimum")


def pay(user, on=date(2026, 12, 15), amount_fen=50_000, **changes):
    values = {"debt": "friend", "account": "card"} | changes
    return record_payment(user=user, on=on, amount_fen=amount_fen, **values)


def balance(user):
    return standing_household(user).accounts[0].balance_fen


def owed(user):
    return standing_household(user).debts[0].terms.principal_fen


def test_a_household_without_a_history_is_planned_from_today(person):
    plan = stored_plan(user=person)

    assert plan["as_of"] == "2026-12-20"
    # Unanswered: the salary of the 10th has not arrived, the rent of the 5th is spent, the due of
    # the 15th is unpaid.
    assert (balance(person), owed(person)) == (-50_000, 300_000)
    assert plan["dues"][0] | {"due_on": "2026-12-15", "short": "500.00"} == plan["dues"][0]


def test_made_up_figures_stay_at_their_own_day(person):
    HouseholdRow.objects.owned_by(person).update(is_sample=True)

    assert stored_plan(user=person)["as_of"] == "2026-12-01"
    assert open_questions(person) == []


def test_a_plan_of_yesterday_is_not_shown_today(person, clock):
    before = stored_plan(user=person)
    clock.today = date(2026, 12, 21)

    assert stored_plan(user=person)["as_of"] == "2026-12-21" != before["as_of"]


def test_days_that_pass_are_no_change(person, clock):
    counter = HouseholdRow.objects.get(owner=person).revision
    replace_household(user=person, document=document(
        debts=[debt(rate=None)], strategy="minimum"
    ))  # fmt: skip

    assert HouseholdRow.objects.get(owner=person).revision == counter


def test_an_expense_on_other_days_is_not_spent_a_second_time(person, clock):
    answer_all_as_planned(user=person)
    held = balance(person)
    open_questions(person)

    enter(person, "expenses", "rent", reason="fee", on={"monthly": 12})

    assert balance(person) == held


def test_questions_are_asked_before_anything_was_entered(person):
    asked = open_questions(person)

    assert [one.kind for one in asked] == ["expense", "income", "payment"]
    assert not HistoryEntry.objects.owned_by(person).exists()


def test_an_entry_moves_the_plan_to_today(person):
    pay(person)

    assert stored_plan(user=person)["as_of"] == "2026-12-20"
    assert (balance(person), owed(person)) == (210_000 - 260_000 - 50_000, 250_000)


def test_all_as_planned_leaves_no_question_and_moves_what_is_known(person):
    assert answer_all_as_planned(user=person, key="all") == 3
    assert answer_all_as_planned(user=person, key="all") == 3

    assert open_questions(person) == []
    assert HouseholdRow.objects.get(owner=person).known_to == date(2026, 12, 19)
    assert balance(person) == 210_000 - 260_000 + 850_000 - 50_000


def test_all_up_to_a_day_leaves_the_later_ones(person):
    assert answer_all_as_planned(user=person, up_to=date(2026, 12, 10)) == 2

    assert [one.on for one in open_questions(person)] == [date(2026, 12, 15)]


def test_one_question_is_answered_as_planned(person):
    first = open_questions(person)[0]

    assert answer_as_planned(user=person, question=first, key="a") == 1

    assert first.key not in [one.key for one in open_questions(person)]


def test_a_part_that_was_paid_is_an_answer(person):
    pay(person, amount_fen=20_000, planned_on=date(2026, 12, 15))

    assert "payment" not in [one.kind for one in open_questions(person)]
    assert stored_plan(user=person)["dues"][0]["short"] == "300.00"


def test_what_was_not_paid_is_an_answer_and_stays_unpaid(person):
    answer_unpaid(user=person, debt="friend", due_on=date(2026, 12, 15))

    assert "payment" not in [one.kind for one in open_questions(person)]
    assert stored_plan(user=person)["status"] == "overdue"


def test_a_day_later_only_the_new_day_is_asked(person, clock):
    answer_all_as_planned(user=person)
    clock.today = date(2027, 1, 6)

    assert [(one.kind, one.on) for one in open_questions(person)] == [("expense", date(2027, 1, 5))]


def test_a_clock_that_jumped_ahead_and_back_asks_nothing_twice(person, clock):
    answer_all_as_planned(user=person)
    clock.today = date(2027, 1, 30)
    open_questions(person)
    clock.today = date(2026, 12, 21)

    assert open_questions(person) == []
    clock.today = date(2027, 1, 6)
    assert [one.on for one in open_questions(person)] == [date(2027, 1, 5)]


def test_a_journey_into_yesterday_keeps_what_was_entered_today(person, clock):
    pay(person, on=date(2026, 12, 20))
    clock.today = date(2026, 12, 19)

    assert household_document_of(person)["planned_from"] == "2026-12-20"
    assert stored_plan(user=person)["as_of"] == "2026-12-20"


def test_what_is_kept_is_found_without_reading_the_history(person, django_assert_max_num_queries):
    pay(person)
    open_questions(person)
    first = stored_plan(user=person)
    standing_household(person)

    with django_assert_max_num_queries(60) as read:
        assert stored_plan(user=person) == first
        standing_household(person)
        open_questions(person)

    assert not [
        one for one in read.captured_queries if '"planner_historyentry"."entry"' in one["sql"]
    ]


REFUSED = {
    "above_settle": {"amount_fen": 300_001},
    "before_start": {"on": date(2026, 11, 30)},
    "future": {"on": date(2026, 12, 21)},
    "unknown": {"debt": "nobody"},
    "amount": {"amount_fen": 0},
}


@pytest.mark.parametrize("code", REFUSED)
def test_a_payment_that_cannot_have_been_is_refused_and_nothing_changes(person, code):
    before = household_document_of(person)

    with pytest.raises(EntryRefused) as caught:
        pay(person, **REFUSED[code])

    assert caught.value.code == code
    assert str(caught.value)
    assert household_document_of(person) == before
    assert not HistoryEntry.objects.owned_by(person).exists()


def test_a_payment_on_a_finished_debt_is_refused(person):
    pay(person, amount_fen=300_000)

    with pytest.raises(EntryRefused) as caught:
        pay(person, on=date(2026, 12, 18), amount_fen=1)

    assert caught.value.code == "finished"


def test_a_payment_sent_twice_counts_once(person):
    first, second = pay(person, key="form-1"), pay(person, key="form-1")

    assert first == second
    assert owed(person) == 250_000
    with pytest.raises(KeyReused):
        pay(person, key="form-1", amount_fen=1)


def test_a_stranger_cannot_undo_or_pay(person, stranger):
    entry = pay(person)

    with pytest.raises(HistoryEntry.DoesNotExist):
        undo_entry(user=stranger, entry=entry.pk)
    with pytest.raises(EntryRefused):
        pay(stranger, account="wallet")


def test_an_undone_entry_stays_with_its_counter_entry(person):
    entry = pay(person)

    assert undo_entry(user=person, entry=entry.pk)
    assert not undo_entry(user=person, entry=entry.pk)

    assert household_document_of(person)["history"] == []
    assert HistoryEntry.objects.get(pk=entry.pk).undone_by.kind == HistoryEntry.UNDO
    assert owed(person) == 300_000


def test_undoing_an_answer_asks_again(person):
    answer_all_as_planned(user=person)
    open_questions(person)
    entry = HistoryEntry.objects.owned_by(person).get(kind="income")

    undo_entry(user=person, entry=entry.pk)

    assert "income" in [one.kind for one in open_questions(person)]


def test_undo_takes_back_an_entry_and_the_one_before(person):
    before = household_document_of(person)
    pay(person)
    enter(person, "accounts", "card", balance="0.01")

    assert undo(user=person)
    assert len(household_document_of(person)["history"]) == 1
    assert undo(user=person)
    assert household_document_of(person) == before
    assert Revision.objects.owned_by(person).count() == 1


def test_editing_a_debt_with_a_history_is_a_correction(person):
    pay(person)

    enter(person, "debts", "friend", reason="fee", principal="2600.00", name="小王")

    entry = HistoryEntry.objects.owned_by(person).get(kind="correction").entry
    assert (entry["was"], entry["terms"]["principal"], entry["reason"]) == (
        "2500.00", "2600.00", "fee",
    )  # fmt: skip
    assert owed(person) == 260_000
    assert DebtRow.objects.owned_by(person).get().name == "小王"


def test_editing_only_a_name_enters_nothing(person):
    pay(person)

    enter(person, "debts", "friend", reason="fee", name="小王")

    assert HistoryEntry.objects.owned_by(person).count() == 1


RENT_ON = date(2026, 12, 5)


def test_editing_a_balance_counts_the_account(person):
    pay(person)
    record_expense(user=person, expense="rent", on=RENT_ON, planned_on=RENT_ON, amount_fen=0)

    enter(person, "accounts", "card", reason="fee", balance="5.00")

    assert HistoryEntry.objects.owned_by(person).get(kind="balance").entry["was"] == "1600.00"
    assert balance(person) == 500


def test_an_account_below_zero_is_not_counted_by_another_name(person):
    pay(person)  # with the rent, more than was there

    enter(person, "accounts", "card", reason="fee", name="工资卡")

    assert not HistoryEntry.objects.owned_by(person).filter(kind="balance").exists()
    assert balance(person) == -100_000


def test_a_debt_added_later_begins_on_that_day(person):
    pay(person)

    save_item(user=person, kind="debts", item=debt(id="new", next_due="2027-01-15"))

    assert standing_household(person).debts[1].terms.principal_fen == 300_000
    with pytest.raises(EntryRefused) as caught:
        pay(person, debt="new", on=date(2026, 12, 19), amount_fen=1)
    assert caught.value.code == "not_begun"
    assert "2026-12-20" in str(caught.value)


def test_an_account_added_later_holds_what_was_entered(person):
    pay(person)

    save_item(user=person, kind="accounts", item=account(id="cash", balance="7.00"))

    assert standing_household(person).accounts[1].balance_fen == 700


@pytest.mark.parametrize(
    ("kind", "slug"), [("debts", "friend"), ("incomes", "salary"), ("expenses", "rent")]
)
def test_deleting_an_item_with_a_history_keeps_the_balances(person, kind, slug):
    answer_all_as_planned(user=person)
    before = balance(person)

    delete_item(user=person, kind=kind, slug=slug, version=1)

    assert balance(person) == before
    assert stored_plan(user=person)
    assert undo(user=person)
    assert len(household_document_of(person)["history"]) == 3


def test_deleting_an_account_with_a_history_is_refused(make_member, clock):
    user = make_member(
        accounts=[account(), account(id="cash")], debts=[debt(rate=None)],
        incomes=[income()], expenses=[expense()],
    )  # fmt: skip
    pay(user, account="cash")

    with pytest.raises(EntryRefused) as caught:
        delete_item(user=user, kind="accounts", slug="cash", version=1)

    assert caught.value.code == "account_has_history"


LATER = {
    "contract": "instalment", "principal": "3000.00", "method": "listed", "rate": None,
    "rows": [{"due_on": "2027-03-01", "principal": "3000.00"}],
}  # fmt: skip


def agreed(user, **changes):
    asked = ask_arrangement(user=user, debt="friend", asked_on=date(2026, 12, 10))
    record_offer(user=user, arrangement=asked.pk, on=date(2026, 12, 11), terms=LATER)
    return agree_arrangement(
        user=user, arrangement=asked.pk, on=date(2026, 12, 12), terms=LATER, confirmed_by="短信"
    )


def test_an_agreed_arrangement_replaces_the_schedule(person):
    row = agreed(person)

    assert (row.state, row.agreed_on, row.confirmed_by) == ("agreed", date(2026, 12, 12), "短信")
    assert [one["due_on"] for one in stored_plan(user=person)["dues"]] == ["2027-03-01"]


def test_what_breaking_it_leads_to_is_known_beforehand(person):
    row = agreed(person)

    document = document_if_broken(user=person, arrangement=row.pk)
    plan = stored_plan(user=person, document=document)

    assert plan["dues"][0]["due_on"] == "2026-12-15"
    assert stored_plan(user=person)["status"] == "on_time"


def test_a_broken_arrangement_brings_the_old_schedule_back(person):
    row = break_arrangement(user=person, arrangement=agreed(person).pk, on=date(2026, 12, 20))

    assert (row.state, row.ended_on) == ("broken", date(2026, 12, 20))
    assert stored_plan(user=person)["status"] == "overdue"


def test_undo_takes_the_arrangement_back_with_its_entry(person):
    row = agreed(person)

    undo(user=person)

    assert Arrangement.objects.get(pk=row.pk).state == "offered"
    agree_arrangement(user=person, arrangement=row.pk, on=date(2026, 12, 12), terms=LATER)
    break_arrangement(user=person, arrangement=row.pk, on=date(2026, 12, 20))
    undo(user=person)
    assert Arrangement.objects.get(pk=row.pk).state == "agreed"


def test_an_entry_taken_back_on_the_day_of_an_arrangement_leaves_it_as_it_is(person):
    before = pay(person, on=date(2026, 12, 12), amount_fen=1_00)
    row = agreed(person)
    keep_arrangement(user=person, arrangement=row.pk, on=date(2026, 12, 20))

    undo_entry(user=person, entry=before.pk)

    kept = Arrangement.objects.get(pk=row.pk)
    assert (kept.state, kept.ended_on) == ("kept", date(2026, 12, 20))


def entry_of(user, kind):
    return HistoryEntry.objects.owned_by(user).standing().filter(kind=kind).last()


def test_an_arrangement_is_taken_back_with_its_end(person):
    row = agreed(person)
    break_arrangement(user=person, arrangement=row.pk, on=date(2026, 12, 18))

    undo_entry(user=person, entry=entry_of(person, "arrangement").pk)

    assert household_document_of(person)["history"] == []
    assert Arrangement.objects.get(pk=row.pk).state == "offered"


def test_an_end_stays_once_something_else_was_agreed_on(person):
    row = agreed(person)
    break_arrangement(user=person, arrangement=row.pk, on=date(2026, 12, 13))
    end = entry_of(person, "arrangement_ended")
    second = ask_arrangement(user=person, debt="friend", asked_on=date(2026, 12, 13))
    values = {"arrangement": second.pk, "terms": LATER}
    with pytest.raises(EntryRefused) as caught:
        agree_arrangement(user=person, on=date(2026, 12, 12), **values)
    assert caught.value.code == "before_other"
    agree_arrangement(user=person, on=date(2026, 12, 14), **values)

    with pytest.raises(EntryRefused) as caught:
        undo_entry(user=person, entry=end.pk)

    assert caught.value.code == "arranged_again"
    assert [one.state for one in Arrangement.objects.owned_by(person)] == ["agreed", "broken"]


@pytest.mark.parametrize(("amount", "left"), [("2000.00", 10_000), ("2600.00", 210_000)])
def test_living_costs_that_go_leave_an_account_as_it_stands_but_not_below_zero(
    make_member, clock, amount, left
):
    user = make_member(expenses=[expense(amount=amount)])

    delete_item(user=user, kind="expenses", slug="rent", version=1)

    assert balance(user) == left


def test_a_kept_arrangement_can_no_longer_be_broken(person):
    row = keep_arrangement(user=person, arrangement=agreed(person).pk, on=date(2026, 12, 20))

    assert row.state == "kept"
    with pytest.raises(EntryRefused):
        break_arrangement(user=person, arrangement=row.pk, on=date(2026, 12, 20))


@pytest.mark.django_db
def test_a_guest_who_signs_up_keeps_the_history(clock):
    guest = people.start_guest()
    people.record_consent(user=guest)
    replace_household(user=guest, document=document(debts=[debt(rate=None)]))
    pay(guest)
    before = household_document_of(guest)
    member = User.objects.create_user("new@example.com")
    people.record_consent(user=member)

    people.take_over_guest(guest=guest, user=member)

    assert household_document_of(member) == before


def test_made_up_figures_have_no_history(db, clock):
    guest = people.start_guest()
    replace_household(user=guest, document=document(), is_sample=True)

    with pytest.raises(EntryRefused) as caught:
        pay(guest)

    assert caught.value.code == "sample"
    assert open_questions(guest) == []
    assert isinstance(guest, User)
