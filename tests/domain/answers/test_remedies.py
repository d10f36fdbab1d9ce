"""What helps when money is short, each tried through the ledger."""

from datetime import date

import pytest

from planner.domain.answers.remedies import (
    read_remedy,
    remedies,
    remedy_document,
    sum_needed,
    to_ask,
)
from planner.domain.answers.scenarios import forgo, lacks_of, receive, short_dues, spent_until
from planner.domain.household.household import parse_household
from planner.domain.make_plan import make_plan
from planner.domain.plan.plan import outcome_of
from planner.domain.rulebook.products import load_products
from tests.households import account, debt, document, expense, income

SHORT_ON = date(2026, 12, 9)


def household(**changes):
    """500.00 fall due on the 9th, and 8,500.00 come on the 10th; 420.00 are there."""
    values = {
        "strategy": "minimum",
        "buffer": "0.00",
        "accounts": [account(balance="420.00")],
        "incomes": [income()],
        "expenses": [],
        "debts": [debt(rate=None, due_day=9, next_due="2026-12-09")],
    }
    return parse_household(document(**values | changes))


def helps(one):
    return remedies(one, make_plan(one), SHORT_ON)


def huabei(**changes):
    return load_products()["huabei"].starting_document() | {
        "id": "huabei", "name": "花呗", "statement_day": 1, "due_day": 9,
        "billed": "0.00", "unbilled": "600.00", "autopay": [],
    } | changes  # fmt: skip


def test_another_due_day_that_the_product_allows_is_enough():
    """600.00 are billed on the 1st, of which 60.00 are required on the 9th: nothing is there
    before the 10th, and that day is one of the product's own."""
    one = household(accounts=[account(balance="0.00")], debts=[huabei()])

    found = helps(one)

    assert [(r.kind, r.about, r.day, r.missing_fen) for r in found[:1]] == [
        ("due_day", "huabei", 10, 0)
    ]
    assert found[0].outcome.late_dues == 0
    assert found[0].is_own


def test_what_is_only_reported_is_asked_for_and_never_reckoned():
    one = household(accounts=[account(balance="0.00")], debts=[huabei()])

    assert {r.day for r in helps(one) if r.kind == "due_day"} <= {8, 10}
    assert to_ask(make_plan(one)) == [("huabei", (15, 20))]


@pytest.mark.parametrize(("amount", "missing"), [("100.00", 0), ("60.00", 2_000)])
def test_an_expense_that_is_not_essential_can_be_left_out(amount, missing):
    """420.00 less 100.00 on the 5th leave 320.00 for 500.00; without it 80.00 are missing."""
    trip = expense(id="trip", amount=amount, on={"monthly": 5}, essential=False)
    balance = "500.00" if missing == 0 else "480.00"
    one = household(accounts=[account(balance=balance)], expenses=[trip], incomes=[])
    plan = make_plan(one)

    (found,) = [r for r in remedies(one, plan, SHORT_ON) if r.kind == "forgo"] or [None]
    if missing:
        assert found is None  # it is late all the same
    else:
        assert (found.about, found.on, found.fen, found.missing_fen) == (
            "trip", SHORT_ON, 10_000, 0,
        )  # fmt: skip


def test_an_essential_expense_is_never_left_out():
    rent = expense(amount="100.00", on={"monthly": 5})

    assert not [r for r in helps(household(expenses=[rent])) if r.kind == "forgo"]


def test_an_income_some_days_earlier_is_enough_and_comes_after_ones_own_means():
    one = household()

    (found,) = helps(one)

    assert (found.kind, found.about, found.on, found.day) == ("earlier", "salary", SHORT_ON, 1)
    assert (found.missing_fen, found.outcome.late_dues, found.is_own) == (0, 0, False)


def test_an_income_of_weeks_later_is_not_asked_for_earlier():
    assert helps(household(incomes=[income(on={"monthly": 20})])) == []


def test_nothing_is_told_that_makes_more_dues_late():
    food = expense(id="food", amount="20.00", on={"weekly": "mon"}, essential=False)
    one = household(accounts=[account(balance="0.00")], expenses=[food], debts=[huabei(), debt()])
    late = outcome_of(make_plan(one)).late_dues

    assert late
    assert helps(one)
    assert all(r.outcome.late_dues <= late for r in helps(one))


def test_no_remedy_is_tried_for_a_household_of_many_debts():
    many = [debt(id=f"d{i}", rate=None, due_day=9, next_due="2026-12-09") for i in range(13)]

    assert helps(household(debts=many)) == []


def test_a_remedy_is_read_as_it_was_written():
    one = household(accounts=[account(balance="0.00")], debts=[huabei()])

    for remedy in helps(one):
        assert read_remedy(remedy_document(remedy)) == remedy


# --- Leaving an expense out ---


def test_an_expense_left_out_goes_on_afterwards():
    weekly = expense(id="food", amount="50.00", on={"weekly": "mon"})
    one = household(expenses=[weekly])

    without = forgo(one, "food", date(2026, 12, 14))

    spent = [day.on for day in make_plan(without).cash if day.expenses_fen]
    assert spent_until(one, one.expenses[0], date(2026, 12, 14)) == 10_000
    assert spent[0] == date(2026, 12, 21)


def test_what_was_spent_before_stays_as_it_was():
    """Of the 5th nothing is known: it counts as spent, also where the 7th is left out."""
    weekly = expense(id="food", amount="50.00", on={"every_days": 2}, **{"from": "2026-12-01"})
    one = household(expenses=[weekly], planned_from="2026-12-06", history=[])

    without = forgo(one, "food", date(2026, 12, 7))

    lacks = [lack for lack in lacks_of(make_plan(without)) if lack.debt == ""]
    assert [expense.until for expense in without.expenses][:1] == [date(2026, 12, 5)]
    assert without.expenses[1].first == date(2026, 12, 9)
    assert lacks == []


# --- The sum that is enough ---


def test_what_is_missing_is_enough_where_nothing_else_takes_of_it():
    one = household(accounts=[account(balance="420.00")])
    plan = make_plan(one)

    assert sum_needed(one, plan, short_dues(plan)[0][0]) == 8_000


def test_living_costs_that_come_first_are_in_the_sum():
    """120.00 of food on the 5th, the due of 500.00 on the 9th: of 420.00 there are 300.00 left."""
    food = expense(id="food", amount="120.00", on={"monthly": 5})
    one = household(accounts=[account(balance="420.00")], expenses=[food])
    plan = make_plan(one)

    fen = sum_needed(one, plan, short_dues(plan)[0][0])

    assert fen == 20_000
    for less, is_late in ((0, False), (1, True)):
        other = make_plan(receive(one, fen - less, SHORT_ON))
        assert any(due.due_on == SHORT_ON for due, _missing in short_dues(other)) is is_late


def instalments(*days):
    """600.00 in three payments of 205.00, as a bill's page offers them."""
    rows = [
        {"due_on": day, "principal": "200.00", "interest": "0.00", "fee": "5.00"} for day in days
    ]
    return {"contract": "instalment", "method": "listed", "principal": "600.00", "rows": rows}


def test_instalments_that_were_offered_and_entered_are_tried_with_what_they_cost():
    one = household(accounts=[account(balance="0.00")], debts=[huabei()])
    plan = make_plan(one)
    offers = {"huabei": instalments("2026-12-20", "2027-01-20", "2027-02-20")}

    found = {r.kind: r for r in remedies(one, plan, SHORT_ON, offers)}

    assert (found["offer"].about, found["offer"].missing_fen) == ("huabei", 0)
    assert found["offer"].outcome.late_dues == 0
    assert found["offer"].outcome.cost_fen == 1_500
    assert found["offer"].is_own
    assert read_remedy(remedy_document(found["offer"])) == found["offer"]


@pytest.mark.parametrize(
    ("terms", "changes"),
    [
        (instalments("2026-11-20", "2026-12-20", "2027-01-20"), {}),  # the first day has passed
        ({"contract": "instalment"}, {}),
        (instalments("2026-12-20", "2027-01-20", "2027-02-20"), {"monthly_spend": "300.00"}),
    ],
    ids=["past", "unknown", "goes-on"],
)
def test_an_offer_that_does_not_fit_is_not_tried(terms, changes):
    one = household(accounts=[account(balance="0.00")], debts=[huabei(**changes)])

    kinds = {r.kind for r in remedies(one, make_plan(one), SHORT_ON, {"huabei": terms})}

    assert kinds
    assert "offer" not in kinds
