"""Other due days that products offer, tried through the ledger."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from planner.domain.due_days import offered, suggest_due_days
from planner.domain.household import Household, read_household
from planner.domain.plan import make_plan, read_off
from planner.domain.strategies import Trials

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


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


def test_where_money_comes_on_the_15th_that_day_leaves_two_dues_fewer_late():
    (found,) = suggest_due_days(example("short"))

    assert (found.debt, found.day, found.rule) == ("huabei", 10, "avalanche")
    assert [choice.day for choice in found.choices] == [8, 9, 15, 20]
    assert found.best is not None
    assert (found.best.day, found.best.figure.certainty) == (15, "reported")
    assert found.now.late_dues - found.best.outcome.late_dues == 2


def test_no_day_is_advised_that_is_not_better():
    (found,) = suggest_due_days(example("huabei_jiebei_card"))

    assert found.best is None
    assert all(choice.outcome.cost_fen > found.now.cost_fen for choice in found.choices)


def test_only_products_that_are_known_to_offer_it_are_tried():
    household = example("short")
    others = tuple(replace(debt, product=None) for debt in household.debts)

    assert {debt.id for debt in household.debts if offered(debt)} == {"huabei"}
    assert suggest_due_days(replace(household, debts=others)) == []
