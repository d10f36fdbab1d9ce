"""How a plan ends, and what it warns of: worked cases."""

from datetime import date

import pytest

from planner.domain.household.household import parse_household
from planner.domain.make_plan import make_exposed_plan, make_plan
from tests.households import account, document, expense, income

FREE = {"rate": "0", "per": "day"}
DAILY = {"rate": "0.0005", "per": "day"}


def owed(**terms):
    return {"id": "loan", "name": "债", "product": None, "contract": "instalment", **terms}


def listed(*rows, **more):
    """(due day, principal) of each row."""
    return owed(
        method="listed",
        rate=None,
        principal=f"{sum(float(principal) for _, principal in rows):.2f}",
        rows=[{"due_on": on, "principal": principal} for on, principal in rows],
        **more,
    )


def plan_of(debt, balance="0.00", **changes):
    start = {"buffer": "0.00", "incomes": [], "expenses": [], "debts": [debt]}
    start |= {"accounts": [account(balance=balance)]}
    return make_plan(parse_household(document(**(start | changes))), "minimum")


def warned(plan):
    return [(one.code, one.on.isoformat(), one.debt) for one in plan.warnings]


def test_rows_of_nothing_are_no_dues_and_keep_nobody_in_debt():
    # the list goes on to 15 March with rows of 0.00: all is paid on 15 January
    rows = [("2026-12-15", "0.00"), ("2027-01-15", "300.00"), ("2027-02-15", "0.00")]

    plan = plan_of(listed(*rows, ("2027-03-15", "0.00")), "300.00")

    assert [(due.due_on, due.required_fen) for due in plan.dues] == [(date(2027, 1, 15), 30_000)]
    assert plan.debt_free_on == date(2027, 1, 15)


def test_a_list_of_nothing_is_settled_on_the_first_day():
    plan = plan_of(listed(("2027-01-15", "0.00")))

    assert (plan.dues, plan.debt_free_on) == ((), date(2026, 12, 1))


@pytest.mark.parametrize(
    ("debt", "code"),
    [
        # no interest, no penalty: it is owed as before, but nothing grows
        (listed(("2027-01-15", "300.00")), "beyond_horizon"),
        (owed(method="flat_fee", rate=None, principal="300.00", periods_left=3,
              next_due="2026-12-15"), "beyond_horizon"),
        # a rate that the method does not use is none
        (owed(method="flat_fee", rate=DAILY, principal="300.00", periods_left=3,
              next_due="2026-12-15"), "beyond_horizon"),
        # the penalty on what is overdue goes on for ever
        (owed(method="flat_fee", rate=None, principal="300.00", periods_left=3,
              next_due="2026-12-15", overdue={"rate": "0.001", "per": "day"}), "never_ends"),
        (listed(("2027-01-15", "300.00"), overdue={"rate": "0.001", "per": "day"}), "never_ends"),
        # interest ran on what was not yet due; all has fallen due, and no penalty takes over
        (owed(method="equal_principal", rate=DAILY, principal="300.00", periods_left=3,
              next_due="2026-12-15", overdue=None), "beyond_horizon"),
        (owed(method="equal_principal", rate=DAILY, principal="300.00", periods_left=3,
              next_due="2026-12-15", overdue={"multiplier": "1.5"}), "never_ends"),
    ],
)  # fmt: skip
def test_a_debt_never_ends_only_if_something_bears_interest_or_penalty(debt, code):
    plan = plan_of(debt)

    assert plan.debt_free_on is None
    assert [one for one in warned(plan) if one[0] != "provisional_calendar"] == [
        (code, "2057-11-30", "loan")
    ]


def test_a_debt_that_is_paid_off_slowly_ends_beyond_the_horizon():
    # 1.00 a month of 1,000.00 without interest: 372 months pay 372.00
    slow = {
        "id": "loan",
        "name": "债",
        "product": None,
        "contract": "open",
        "rate": None,
        "principal": "1000.00",
        "minimum": {"fixed": "1.00"},
        "next_due": "2026-12-15",
    }

    plan = plan_of(slow, "1000.00")

    assert warned(plan) == [("beyond_horizon", "2057-11-30", "loan")]


def test_cash_falls_below_zero_on_the_day_on_which_a_lender_takes_what_covered_it():
    # 500.00 in 支付宝余额 cover living costs of 300.00 that the card does not have: together
    # there are 200.00 on 8 December. On the 15th the lender takes 500.00 from 支付宝余额.
    loan = listed(("2026-12-15", "600.00"), autopay=["alipay"])
    household = parse_household(
        document(
            buffer="0.00",
            accounts=[account(balance="0.00"), account(id="alipay", balance="500.00")],
            incomes=[],
            expenses=[expense(amount="300.00", on={"once": "2026-12-08"})],
            debts=[loan],
        )
    )

    worst = make_plan(household, "minimum", worst_case=True)

    # its own payment comes first: the 200.00 that there are above nothing
    assert [(one.on, one.amount_fen, one.by) for one in worst.payments] == [
        (date(2026, 12, 15), 20_000, "plan"),
        (date(2026, 12, 15), 30_000, "lender"),
    ]
    assert ("cash_below_zero", "2026-12-15", "") in warned(worst)
    assert "cash_below_zero" not in {one.code for one in make_exposed_plan(household).warnings}


def test_cash_falls_below_zero_with_the_living_costs_that_a_lender_left_unpaid():
    # 900.00 on the 10th; the lender takes them on the 12th; 400.00 for food on the 20th
    loan = listed(("2026-12-12", "2000.00"), autopay=["card"])
    household = parse_household(
        document(
            buffer="0.00",
            accounts=[account(balance="0.00")],
            incomes=[income(amount="900.00", on={"once": "2026-12-10"})],
            expenses=[expense(amount="400.00", on={"once": "2026-12-20"})],
            debts=[loan],
        )
    )

    plan = make_plan(household, "minimum")
    worst = make_plan(household, "minimum", worst_case=True)

    assert "cash_below_zero" not in {one.code for one in plan.warnings}
    assert ("cash_below_zero", "2026-12-20", "") in warned(worst)
