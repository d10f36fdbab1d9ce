"""Other due days that products offer, tried through the ledger."""

from dataclasses import replace
from datetime import date

import pytest

from planner.domain.answers.due_days import offered, suggest_due_days
from planner.domain.answers.scenarios import receive
from planner.domain.household.household import Household, parse_household, read_household
from planner.domain.make_plan import make_plan
from planner.domain.paying.trials import Trials
from planner.domain.plan.plan import merit_of, outcome_of, read_off
from planner.domain.rulebook.products import load_products
from tests.households import account, document, income
from tests.paths import EXAMPLES


def example(name: str) -> Household:
    return read_household((EXAMPLES / f"{name}.json").read_bytes())


def due_dates(household: Household, day: int) -> list[date]:
    plan = read_off(Trials(household, {"huabei": day}).ledger("minimum"), "minimum")
    return [due.due_on for due in plan.dues if due.debt == "huabei"][:3]


def test_the_bill_that_is_out_keeps_its_date_and_the_next_ones_move():
    second = date(2026, 12, 2)  # a day after the statement
    household = example("huabei_jiebei_card")
    debts = [
        replace(debt, terms=replace(debt.terms, billed_fen=100_000))
        if debt.id == "huabei"
        else debt
        for debt in household.debts
    ]
    household = replace(
        household,
        debts=tuple(debts),
        as_of=second,
        planned_from=second,
        known_to=date(2026, 12, 1),
    )

    assert due_dates(household, 20) == [date(2026, 12, 10), date(2027, 1, 20), date(2027, 2, 20)]


def test_the_day_that_holds_already_changes_nothing():
    household = example("short")
    plan = make_plan(household, "avalanche")

    assert read_off(Trials(household, {"huabei": 10}).ledger("avalanche"), "avalanche") == plan


def test_the_day_of_most_merit_is_the_best():
    # Money comes on the 15th: with an earlier day one due more is late, with a later one less is
    # overdue, and costs less.
    (found,) = suggest_due_days(example("short"))

    assert (found.debt, found.day, found.rule) == ("huabei", 10, "avalanche")
    assert [choice.day for choice in found.choices] == [8, 9, 15, 20]
    late = [choice.outcome.late_dues - found.now.late_dues for choice in found.choices]
    assert late == [1, 1, 0, 0]
    assert found.best is not None
    assert (found.best.day, found.best.figure.certainty) == (20, "reported")
    assert found.best.merit == min(choice.merit for choice in found.choices)
    assert found.best.outcome.cost_fen < found.now.cost_fen


def test_no_day_is_advised_that_is_not_better():
    # with 100,000.00 more all is paid before anything bears interest, whatever the day
    household = receive(example("huabei_jiebei_card"), 10_000_000, date(2026, 12, 1))

    (found,) = suggest_due_days(household)

    assert found.best is None
    assert all(choice.outcome.cost_fen == found.now.cost_fen for choice in found.choices)


def test_only_products_that_are_known_to_offer_it_are_tried():
    household = example("short")
    others = tuple(replace(debt, product=None) for debt in household.debts)

    assert {debt.id for debt in household.debts if offered(debt)} == {"huabei"}
    assert suggest_due_days(replace(household, debts=others)) == []


@pytest.mark.parametrize("product", ["douyin_yuefu", "meituan_yuefu"])
def test_a_product_with_one_due_day_lets_nobody_choose(product):
    huabei = next(debt for debt in example("short").debts if debt.id == "huabei")

    assert len(load_products()[product].due_days) == 1
    assert offered(replace(huabei, product=product)) == ()


@pytest.mark.parametrize("name", ["short", "huabei_jiebei_card"])
def test_what_a_day_comes_to_is_what_a_contract_with_that_day_comes_to(name):
    """No bill is out on 1 December, so a document with the other day says the same."""
    household = example(name)
    (found,) = suggest_due_days(household)

    for choice in found.choices:
        debts = tuple(
            replace(debt, terms=replace(debt.terms, due_day=choice.day))
            if debt.id == found.debt
            else debt
            for debt in household.debts
        )
        plan = make_plan(replace(household, debts=debts), found.rule)
        assert (outcome_of(plan), merit_of(plan)) == (choice.outcome, choice.merit)


def test_the_saving_told_is_the_interest_of_the_nights_until_pay_day():
    """300.00 billed on 1 December and due on the 10th; the first money comes on the 14th.

    Late: 0.05 % a night from the due date, 300.00 x 4 x 0.0005 = 0.60, billed on 1 January. On
    the 15th it is paid in full and in time: nothing.
    """
    huabei = next(debt for debt in example("short").debts if debt.id == "huabei")
    terms = replace(huabei.terms, unbilled_fen=30_000)
    changes = {
        "accounts": [account(balance="0.00")],
        "incomes": [income(on={"monthly": 14}, **{"from": "2026-12-01"})],
        "expenses": [],
        "debts": [],
    }
    household = replace(
        parse_household(document(**changes)),
        debts=(replace(huabei, terms=terms, autopay=()),),
    )

    (found,) = suggest_due_days(household)

    assert (found.now.cost_fen, found.now.late_dues) == (60, 1)
    assert found.best is not None
    assert (found.best.day, found.best.outcome.cost_fen) == (15, 0)
    assert found.best.outcome.late_dues == 0
    assert {choice.day: choice.outcome.cost_fen for choice in found.choices} == {
        8: 90,  # 6 nights
        9: 75,  # 5 nights
        15: 0,
        20: 0,
    }
