"""A plan, its first days entered as history, and planned again: the same plan goes on."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.domain.answers.unanswered import unanswered
from planner.domain.household.entries import Counted, Moved, Paid
from planner.domain.household.household import Income, household_document, parse_household
from planner.domain.ledger.replay import PaymentRefused, replay, stand
from planner.domain.make_plan import cure, make_plan, settle
from planner.domain.values.days import WORKING_DAYS, occurrences
from planner.domain.values.reading import InvalidDocument
from tests.domain.generate import households, one_in
from tests.households import account, debt, document, expense, income

DAY = timedelta(days=1)


def as_history(household, plan, end):
    """What the plan has before `end`, as if it had happened."""
    entries = []
    for flow in (*household.incomes, *household.expenses):
        if isinstance(flow, Income) and not flow.is_certain:
            continue
        kind = "income" if isinstance(flow, Income) else "expense"
        for on in occurrences(flow.on, flow.first, flow.until or end + 60 * DAY):
            if on >= end + 60 * DAY:
                break
            moved = WORKING_DAYS.adjusted(on, getattr(flow, "adjust", "none"))
            if household.as_of <= moved < end:
                entries.append(Moved(kind, moved, flow.id, moved, flow.amount_fen, flow.account))
    entries += [
        Paid(one.on, one.debt, one.amount_fen, one.account) for one in plan.payments if one.on < end
    ]
    return tuple(sorted(entries, key=lambda entry: entry.on))


def one_account(document):
    """The household of a generated document; transfers are not part of its plans."""
    household = parse_household(document)
    first = household.accounts[0]
    money = sum(one.balance_fen for one in household.accounts)
    return replace(
        household,
        accounts=(replace(first, balance_fen=money),),
        incomes=tuple(replace(one, account=first.id) for one in household.incomes),
        expenses=tuple(replace(one, account=first.id) for one in household.expenses),
        debts=tuple(replace(one, autopay=()) for one in household.debts),
    )


@pytest.mark.property
@one_in(5)
@given(document=households(), days=st.integers(1, 200))
def test_a_plan_entered_as_history_goes_on_as_it_was(document, days):
    if not document["accounts"]:
        return
    household = one_account(document)
    whole = make_plan(household, "minimum")
    start = household.as_of + days * DAY
    if whole.debt_free_on is None or whole.debt_free_on < start:
        return

    lived = replace(household, planned_from=start, history=as_history(household, whole, start))
    rest = make_plan(lived, "minimum")

    assert list(rest.payments) == [one for one in whole.payments if one.on >= start]
    dues = [one for one in rest.dues if one.due_on >= start]
    coming = [one for one in whole.dues if one.due_on >= start]
    assert dues == [one for one in coming if one in dues]
    # What is due later and was met before is no longer listed.
    assert not any(one.short_fen for one in coming if one not in dues)
    assert rest.debt_free_on == whole.debt_free_on
    assert starts(rest, start) == starts(whole, start)


@pytest.mark.property
@one_in(5)
@given(
    document=households(),
    days=st.integers(1, 200),
    strategy=st.sampled_from(["avalanche", "snowball", "custom"]),
)
def test_a_plan_that_prepays_stays_on_time_when_entered_as_history(document, days, strategy):
    """Not payment by payment: the day it goes on from is one more on which it looks ahead, and
    may prepay what had to wait for the next pay day, or choose another way while money is short.
    """
    if not document["accounts"]:
        return
    household = one_account(document)
    whole = make_plan(household, strategy)
    start = household.as_of + days * DAY
    if whole.status != "on_time" or whole.debt_free_on is None or whole.debt_free_on < start:
        return

    lived = replace(household, planned_from=start, history=as_history(household, whole, start))
    rest = make_plan(lived, strategy)

    assert rest.status == "on_time"
    assert starts(rest, start) == starts(whole, start)
    # What a court does is dated by its own event, whether or not anything was missed.
    of_courts = {(one.debt, one.rung.id) for one in rest.consequences if one.rung.event}
    assert {one[:2] for one in starts(rest, start)} <= of_courts
    assert rest.debt_free_on is not None


def starts(plan, start):
    return sorted(
        (one.debt, one.rung.id, one.starts_on)
        for one in plan.consequences
        if one.state == "will_start" and one.starts_on is not None and one.starts_on > start
    )


@pytest.mark.property
@one_in(5)
@given(document=households(), days=st.integers(1, 200))
def test_a_lived_household_is_read_as_it_was_written(document, days):
    if not document["accounts"]:
        return
    household = one_account(document)
    start = household.as_of + days * DAY
    plan = make_plan(household, "minimum")
    lived = replace(household, planned_from=start, history=as_history(household, plan, start))

    assert parse_household(household_document(lived)) == lived


@pytest.mark.property
@one_in(5)
@given(document=households(), days=st.integers(1, 200))
def test_a_position_can_be_read_and_planned(document, days):
    if not document["accounts"]:
        return
    household = one_account(document)
    start = household.as_of + days * DAY

    position = stand(replace(household, planned_from=start))
    accounts = tuple(replace(one, balance_fen=max(0, one.balance_fen)) for one in position.accounts)
    read = parse_household(household_document(replace(position, accounts=accounts)))

    assert read.as_of == start
    make_plan(read, "minimum")


def lived(until, *history, **changes):
    return parse_household(document(planned_from=until, history=list(history), **changes))


def payment(on, amount, **changes):
    entry = {"kind": "payment", "on": on, "debt": "friend", "amount": amount, "account": "card"}
    return entry | changes


def balances(household):
    return {one.id: one.balance_fen for one in stand(household).accounts}


def owed(household):
    return stand(household).debts[0].terms.principal_fen


FREE = debt(rate=None)


def test_nothing_that_helps_has_happened_unless_it_was_entered():
    household = lived("2026-12-20", debts=[FREE])

    # Neither salary nor payment; but the rent of the 5th is spent unless said otherwise.
    assert balances(household) == {"card": 210_000 - 260_000}
    due = make_plan(household, "minimum").dues[0]
    assert (due.due_on, due.short_fen) == (date(2026, 12, 15), 50_000)


@pytest.mark.parametrize(
    ("on", "amount", "balance"),
    [("2026-12-08", "8500.00", 1_060_000), ("2026-12-18", "8500.00", 1_060_000),
     ("2026-12-10", "3000.00", 510_000), ("2026-12-19", "0.00", 210_000)],
    ids=["early", "late", "in part", "not"],
)  # fmt: skip
def test_an_income_that_was_answered_is_not_counted_again(on, amount, balance):
    entry = {
        "kind": "income", "on": on, "income": "salary", "planned_on": "2026-12-10",
        "amount": amount, "account": "card",
    }  # fmt: skip
    household = lived("2026-12-20", entry, debts=[FREE], expenses=[])

    assert balances(household) == {"card": balance}
    incomes = [one.on for one in make_plan(household, "minimum").cash if one.income_fen]
    assert incomes[0] == date(2027, 1, 10)


def rent(on, amount, planned_on="2026-12-05"):
    return {"kind": "expense", "on": on, "expense": "rent", "planned_on": planned_on,
            "amount": amount, "account": "card"}  # fmt: skip


RENTED = account(balance="5000.00")


@pytest.mark.parametrize(
    ("until", "told", "left"),
    [
        ("2026-12-05", [], 500_000),  # of today: the plan spends it
        ("2026-12-06", [], 240_000),
        ("2027-01-06", [], -20_000),
        ("2026-12-06", [rent("2026-12-05", "0.00")], 500_000),
        ("2026-12-06", [rent("2026-12-05", "2500.00")], 250_000),
        ("2026-12-09", [rent("2026-12-08", "2500.00")], 250_000),
        ("2027-01-06", [rent("2026-12-05", "0.00")], 240_000),
        ("2026-12-09", [{"kind": "balance", "on": "2026-12-05", "account": "card",
                         "balance": "77.00"}], 7_700),
        ("2026-12-09", [{"kind": "balance", "on": "2026-12-04", "account": "card",
                         "balance": "2700.00"}], 10_000),
    ],
    ids=["today", "one", "two", "not", "less", "late", "one-of-two", "counted-after",
         "counted-before"],
)  # fmt: skip
def test_living_costs_count_as_spent_until_told_otherwise(until, told, left):
    household = lived(until, *told, accounts=[RENTED], incomes=[])

    assert balances(household) == {"card": left}
    assert make_plan(household, "minimum").household.as_of == date.fromisoformat(until)


def test_living_costs_of_days_that_are_known_are_not_spent_again():
    household = lived("2027-01-06", accounts=[RENTED], incomes=[], known_to="2026-12-20")

    assert balances(household) == {"card": 240_000}
    assert household_document(household)["known_to"] == "2026-12-20"
    assert parse_household(household_document(household)) == household


def test_an_income_that_came_before_its_day_does_not_come_on_it():
    entry = {
        "kind": "income", "on": "2026-12-08", "income": "salary", "planned_on": "2026-12-10",
        "amount": "8500.00", "account": "card",
    }  # fmt: skip
    household = lived("2026-12-09", entry)

    incomes = [one.on for one in make_plan(household, "minimum").cash if one.income_fen]
    assert incomes[0] == date(2027, 1, 10)


def test_what_was_paid_today_is_paid_in_the_plan_of_today():
    household = lived("2026-12-15", payment("2026-12-15", "500.00"), debts=[FREE])

    plan = make_plan(household, "minimum")

    assert plan.dues[0].due_on == date(2027, 1, 15)
    assert cure(household, "friend", date(2026, 12, 15)) == 0
    assert settle(household, "friend", date(2026, 12, 15)) == 250_000


def test_a_payment_above_what_settles_is_refused_with_what_it_takes():
    with pytest.raises(PaymentRefused) as caught:
        replay(lived("2026-12-20", payment("2026-12-18", "3000.01"), debts=[FREE]))

    assert (caught.value.most_fen, caught.value.settle_fen) == (300_000, 300_000)


def test_a_payment_on_a_finished_debt_is_refused():
    paid = payment("2026-12-10", "3000.00")

    with pytest.raises(PaymentRefused) as caught:
        replay(lived("2026-12-20", paid, payment("2026-12-18", "1.00"), debts=[FREE]))

    assert caught.value.settle_fen == 0


def test_a_row_paid_before_its_day_is_paid_in_time():
    loan = {
        "id": "friend", "name": "借呗", "contract": "instalment", "principal": "3000.00",
        "rate": {"rate": "0.0004", "per": "day"}, "method": "level", "periods_left": 3,
        "next_due": "2026-12-15", "amount": "1020.00",
    }  # fmt: skip
    early = payment("2026-12-10", "1020.00", planned_on="2026-12-15")
    household = lived("2026-12-20", early, debts=[loan])

    plan = make_plan(household, "minimum")

    assert plan.status == "on_time"
    assert plan.dues[0].due_on == date(2027, 1, 15)
    # 25 nights since the 15th of November: 3000.00 × 0.0004 × 25 = 30.00
    assert owed(household) == 300_000 - (102_000 - 3_000)


def test_a_minimum_paid_before_its_day_is_not_asked_for_on_it():
    early = payment("2026-12-10", "500.00", planned_on="2026-12-15")

    plan = make_plan(lived("2026-12-12", early, debts=[FREE]), "minimum")

    assert plan.dues[0].due_on == date(2027, 1, 15)


def correction(on, **terms):
    kept = {key: FREE[key] for key in ("contract", "rate", "minimum", "due_day", "next_due")}
    return {
        "kind": "correction", "on": on, "debt": "friend", "reason": "interest",
        "terms": kept | {"principal": "2800.00", "next_due": "2027-01-15"} | terms,
    }  # fmt: skip


def test_a_corrected_debt_goes_on_from_the_lenders_figures():
    household = lived("2026-12-20", correction("2026-12-18"), debts=[FREE])

    assert owed(household) == 280_000
    assert make_plan(household, "minimum").dues[0].due_on == date(2027, 1, 15)


@pytest.mark.parametrize("paid_first", [True, False])
def test_the_entries_of_a_day_hold_in_their_order(paid_first):
    told = [payment("2026-12-18", "100.00"), correction("2026-12-18")]
    household = lived("2026-12-20", *(told if paid_first else told[::-1]), debts=[FREE])

    assert owed(household) == (280_000 if paid_first else 270_000)


def test_a_count_replaces_what_was_reckoned_before_it():
    count = {"kind": "balance", "on": "2026-12-18", "account": "card", "balance": "777.00"}
    told = [payment("2026-12-18", "100.00"), count, payment("2026-12-19", "7.00")]

    assert balances(lived("2026-12-20", *told, debts=[FREE])) == {"card": 77_000}


def test_a_transfer_moves_money_between_accounts():
    moved = {"kind": "transfer", "on": "2026-12-05", "from": "card", "to": "cash", "amount": "9.00"}
    accounts = [account(), account(id="cash", balance="1.00")]

    household = lived("2026-12-06", moved, accounts=accounts, expenses=[])

    assert balances(household) == {"card": 209_100, "cash": 1_000}


ARRANGED = {
    "kind": "arrangement", "on": "2026-12-20", "debt": "friend",
    "terms": {
        "contract": "instalment", "principal": "3000.00", "method": "listed", "rate": None,
        "rows": [{"due_on": "2027-03-01", "principal": "1500.00"},
                 {"due_on": "2027-04-01", "principal": "1500.00"}],
    },
}  # fmt: skip


def test_an_arrangement_takes_the_place_of_the_schedule():
    plan = make_plan(lived("2026-12-21", ARRANGED, debts=[FREE]), "minimum")

    assert [(one.due_on, one.required_fen) for one in plan.dues] == [
        (date(2027, 3, 1), 150_000),
        (date(2027, 4, 1), 150_000),
    ]
    assert plan.status == "on_time"


def test_a_broken_arrangement_brings_back_the_schedule_with_what_was_paid():
    ended = {"kind": "arrangement_ended", "on": "2027-03-05", "debt": "friend"}
    # Three minimums were missed, 15 December to 15 February; the payment meets the oldest.
    household = lived("2027-03-06", ARRANGED, payment("2027-03-01", "1500.00"), ended, debts=[FREE])

    assert owed(household) == 150_000
    plan = make_plan(household, "minimum")
    assert plan.dues[0].due_on == date(2027, 3, 15)
    unpaid = make_plan(lived("2027-03-06", ARRANGED, ended, debts=[FREE]), "minimum")
    assert [one.due_on for one in unpaid.dues[:3]] == [
        date(2026, 12, 15), date(2027, 1, 15), date(2027, 2, 15),
    ]  # fmt: skip
    assert unpaid.status == "overdue"


def bad(**changes):
    return document(
        **{"planned_from": "2026-12-20", "history": [payment("2026-12-10", "1.00")]} | changes
    )


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"planned_from": "2026-11-30", "history": []}, "planned_from"),
        ({"known_to": "2026-11-29"}, "known_to"),
        ({"history": [payment("2026-11-30", "1.00")]}, "history[0].on"),
        ({"history": [payment("2026-12-21", "1.00")]}, "history[0].on"),
        ({"history": [payment("2026-12-10", "0.00")]}, "history[0].amount"),
        ({"history": [payment("2026-12-10", "1.00", debt="nobody")]}, "history[0].debt"),
        ({"history": [payment("2026-12-10", "1.00", account="none")]}, "history[0].account"),
        ({"history": [payment("2026-12-10", "1.00", more=1)]}, "history[0].more"),
        ({"history": [{"kind": "gift", "on": "2026-12-10"}]}, "history[0].kind"),
        ({"history": [correction("2026-12-18", principal="x")]}, "history[0].terms.principal"),
        ({"history": [correction("2026-12-18", next_due="2026-12-17")]},
         "history[0].terms.next_due"),
        ({"history": [correction("2026-12-18") | {"reason": "mood"}]}, "history[0].reason"),
        ({"history": "all"}, "history"),
    ],
)  # fmt: skip
def test_a_history_that_cannot_be_names_what_is_wrong(changes, path):
    with pytest.raises(InvalidDocument) as caught:
        parse_household(bad(**changes))

    assert path in [error.path for error in caught.value.errors]


EVERY_KIND = [
    payment("2026-12-10", "1.00", account=None, planned_on="2026-12-15"),
    {"kind": "income", "on": "2026-12-10", "income": "salary", "planned_on": "2026-12-10",
     "amount": "8500.00", "account": "card"},
    {"kind": "expense", "on": "2026-12-11", "expense": "rent", "planned_on": "2026-12-05",
     "amount": "2600.00", "account": "card"},
    {"kind": "transfer", "on": "2026-12-11", "from": "card", "to": "cash", "amount": "9.00"},
    {"kind": "unpaid", "on": "2026-12-16", "debt": "friend", "due_on": "2026-12-15"},
    correction("2026-12-18") | {"was": "2999.00"},
    {"kind": "balance", "on": "2026-12-18", "account": "card", "balance": "5.00", "was": None},
    ARRANGED,
    {"kind": "arrangement_ended", "on": "2026-12-20", "debt": "friend"},
]  # fmt: skip


def test_every_kind_of_entry_is_written_as_it_was_read():
    accounts = [account(), account(id="cash")]
    household = lived("2026-12-20", *EVERY_KIND, accounts=accounts)

    written = household_document(household)

    assert parse_household(written) == household
    assert household_document(parse_household(written)) == written
    assert [one["kind"] for one in written["history"]] == [one["kind"] for one in EVERY_KIND]


def asked(household, known_to="2026-11-30"):
    return unanswered(household, date.fromisoformat(known_to))


def test_dues_incomes_and_expenses_of_the_days_gone_by_are_asked_oldest_first():
    found = asked(lived("2026-12-16", debts=[FREE], strategy="minimum"))

    assert [(one.kind, one.on.day, one.amount_fen) for one in found.questions] == [
        ("expense", 5, 260_000), ("income", 10, 850_000), ("payment", 15, 50_000),
    ]  # fmt: skip
    assert found.known_to == date(2026, 12, 4)


def test_what_falls_on_today_is_not_asked_yet():
    found = asked(lived("2026-12-05", debts=[FREE], strategy="minimum"))

    assert found.questions == ()
    assert found.known_to == date(2026, 12, 4)


def test_a_due_met_before_its_day_is_not_asked():
    told = payment("2026-12-12", "500.00", planned_on="2026-12-15")
    household = lived("2026-12-17", told, debts=[FREE], expenses=[], incomes=[], strategy="minimum")

    assert asked(household).questions == ()


def test_a_count_alone_answers_no_question():
    count = {"kind": "balance", "on": "2026-12-16", "account": "card", "balance": "5.00"}
    household = lived("2026-12-17", count, debts=[FREE], strategy="minimum")

    assert len(asked(household).questions) == 3
    assert isinstance(household.history[0], Counted)


def test_an_unpaid_due_changes_what_is_asked_afterwards():
    no = {"kind": "unpaid", "on": "2027-01-17", "debt": "friend", "due_on": "2026-12-15"}
    household = lived(
        "2027-01-17", no, debts=[FREE], expenses=[expense(amount="1.00")],
        incomes=[income(amount="1.00")], strategy="minimum",
    )  # fmt: skip

    payments = [one for one in asked(household).questions if one.kind == "payment"]

    assert [one.on for one in payments][-1] == date(2027, 1, 15)
    assert all(one.on != date(2026, 12, 15) for one in payments)
