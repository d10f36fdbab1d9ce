"""Figures that lenders and the press published, run through the contracts to the fen.

Left out, since no contract here counts so:
- card_int_1: counts the posting day and the payment day both (130.00 for 26 days where
  nights are 25, and 5 days where nights are 6); semantics count nights half-open
- card_int_2: its second part counts both end days (10 for 9 nights), and the source gives
  two payment days

Not figures of a plan: `approx_*` of the apr cases, a rule of thumb (24 x fee / (n + 1)).
"""

import json
from datetime import date
from fractions import Fraction

import pytest

from planner.domain.household.household import parse_household
from planner.domain.make_plan import make_plan
from planner.domain.values.money import format_yuan, parse_yuan, round_half_up
from planner.domain.values.rates import Rate, periodic_irr
from tests.paths import ORACLES

CASES = {case["id"]: case for case in json.loads((ORACLES / "oracles.json").read_text())}
LEFT_OUT = {"card_int_1", "card_int_2"}
TESTED = {
    "annualise_1",
    "annualise_2",
    "bt_1",
    "bt_2",
    "bt_4",
    "card_apr_12",
    "card_apr_12_060",
    "card_apr_24",
    "card_apr_3",
    "card_apr_6",
    "card_int_3",
    "card_int_4",
    "hb_apr_12",
    "hb_apr_3",
    "hb_apr_9",
    "hb_bill_12",
    "hb_bill_369",
    "hb_overdue_1",
    "hb_period_3",
    "icbc_cash",
    "jb_eqprin",
    "jt_1",
    "mort_0.0305",
    "mort_0.032",
    "mort_0.035",
    "wld_over",
}


def case(name):
    assert name in TESTED
    return CASES[name]["inputs"], CASES[name]["expected"]


def planned(debt, *money, as_of="2026-12-01"):
    """The plan of one debt under `minimum`; `money` arrives as (day, amount)."""
    incomes = [
        {"id": f"i{place}", "name": "钱", "amount": amount, "account": "card", "on": {"once": on}}
        for place, (on, amount) in enumerate(money)
    ]
    return make_plan(
        parse_household(
            {
                "format": "repayment-household",
                "version": 1,
                "as_of": as_of,
                "currency": "CNY",
                "accounts": [{"id": "card", "name": "卡", "balance": "0.00"}],
                "incomes": incomes,
                "debts": [{"id": "debt", "name": "债", **debt}],
            }
        ),
        "minimum",
    )


def flat_fee(principal, count, fees):
    """The plan of a bill in instalments with a fee spread over them."""
    debt = {
        "contract": "instalment",
        "method": "flat_fee",
        "principal": principal,
        "periods_left": count,
        "fees_left": format_yuan(round_half_up(100 * Fraction(fees))),
        "next_due": "2027-01-10",
    }
    return planned(debt, ("2026-12-01", "9000000.00"))


def missed(principal, penalty, rows=1, on="row", **terms):
    """A loan whose first row is missed and paid on a later day; no ordinary interest."""
    return {
        "contract": "instalment",
        "method": "equal_principal",
        "principal": principal,
        "periods_left": rows,
        "next_due": "2026-12-10",
        "rate": {"rate": "0", "per": "day"},
        "overdue": {"rate": penalty, "per": "day", "on": on},
        **terms,
    }


def test_each_published_case_is_tested_or_left_out_with_its_reason():
    assert CASES.keys() == TESTED | LEFT_OUT
    assert TESTED.isdisjoint(LEFT_OUT)


def test_a_huabei_bill_paid_five_days_late():
    inputs, expected = case("hb_overdue_1")
    debt = {
        "contract": "revolving",
        "statement_day": 1,
        "due_day": 10,
        "billed": inputs["overdue"],
        "unbilled": "0.00",
        "rate": {"rate": inputs["daily"], "per": "day"},
        "interest_from": "due",
    }
    # due on the 10th, 500.00 come on the 15th; the interest is billed on 1 January
    plan = planned(
        debt, ("2026-12-15", inputs["overdue"]), ("2027-01-01", "9.00"), as_of="2026-12-02"
    )

    assert [format_yuan(one.interest_fen) for one in plan.payments] == ["0.00", expected["fee"]]


@pytest.mark.parametrize(
    ("count", "rate", "total"),
    [(12, CASES["hb_bill_12"]["inputs"]["fee_rate"], CASES["hb_bill_12"]["expected"]["total"])]
    + [
        (int(count), rate, CASES["hb_bill_369"]["expected"]["totals"][count])
        for count, rate in CASES["hb_bill_369"]["inputs"]["fees"].items()
    ],
)
def test_a_huabei_bill_in_instalments(count, rate, total):
    plan = flat_fee("1000.00", count, 1000 * Fraction(rate))

    assert len(plan.payments) == count
    assert format_yuan(plan.totals.paid) == total
    assert plan.totals.fees == plan.totals.paid - 100_000


def test_the_rows_of_a_huabei_bill_in_three():
    inputs, expected = case("hb_period_3")

    plan = flat_fee("1200.00", 3, 1200 * Fraction(inputs["fee_rate"]))

    assert {format_yuan(one.fee_fen) for one in plan.payments} == {expected["per_period_fee"]}
    assert {format_yuan(due.required_fen) for due in plan.dues} == {expected["per_period_total"]}


@pytest.mark.parametrize(("name", "figure"), [("bt_1", "first_payment"), ("bt_4", "payment")])
def test_the_first_row_of_a_baitiao_bill(name, figure):
    inputs, expected = case(name)
    fees = Fraction(inputs["principal"]) * inputs["n"] * Fraction(inputs["monthly_fee"])

    plan = flat_fee(inputs["principal"], inputs["n"], fees)

    assert {format_yuan(one.fee_fen) for one in plan.payments} == {expected["fee_each"]}
    assert format_yuan(plan.dues[0].required_fen) == expected[figure].split()[0]


@pytest.mark.parametrize(
    "name", [name for name in sorted(TESTED) if CASES[name]["kind"] == "apr_irr"]
)
def test_what_a_fee_comes_to_as_a_yearly_rate(name):
    inputs, expected = case(name)
    count = inputs["n"]
    principal = 100_000 * count
    rate = Fraction(inputs.get("fee_rate") or Fraction(inputs["per_period_fee"]) * count)

    plan = flat_fee(f"{principal}.00", count, principal * rate)

    flows = [100 * principal, *(-one.amount_fen for one in plan.payments)]
    monthly = periodic_irr(flows)
    assert percent(12 * monthly) == Fraction(expected["nominal_apr_pct"])
    assert percent((1 + monthly) ** 12 - 1) == Fraction(expected["effective_apr_pct"])
    if "monthly_irr_pct" in expected:
        assert percent(monthly) == Fraction(expected["monthly_irr_pct"])


def percent(rate):
    return Fraction(round_half_up(rate * 10**6), 10**4)


@pytest.mark.parametrize("name", ["card_int_3", "card_int_4"])
def test_a_card_of_which_only_the_minimum_was_paid(name):
    inputs, expected = case(name)
    minimum = inputs["pay"].split()[0]
    debt = {
        "contract": "revolving",
        "statement_day": 25,
        "due_day": 13,
        "billed": inputs["principal"],
        "unbilled": "0.00",
        "minimum": {"ratio": str({"1500.00": "0.1", "750.00": "0.05"}[minimum]), "carried": "1"},
        "rate": {"rate": inputs["daily"], "per": "day"},
        "interest_from": "posting",
        "purchases": [{"on": "2026-12-10", "amount": inputs["principal"]}],
    }

    plan = planned(debt, ("2027-01-13", minimum), ("2027-01-25", "90000.00"), as_of="2026-12-26")

    # posted 10 December, minimum paid on 13 January, statement of 25 January
    assert plan.payments[0].on == date(2027, 1, 13)
    assert format_yuan(plan.payments[0].amount_fen) == minimum
    assert format_yuan(plan.payments[1].interest_fen) == expected["total"]
    assert (
        format_yuan(parse_yuan(expected["part_a"]) + parse_yuan(expected["part_b"]))
        == (expected["total"])
    )


def test_jiebei_in_equal_principal_by_months_of_thirty_days():
    inputs, expected = case("jb_eqprin")
    monthly = Fraction(inputs["daily"]) * inputs["days_per_month"]
    debt = {
        "contract": "instalment",
        "method": "equal_principal",
        "principal": inputs["principal"],
        "periods_left": inputs["n"],
        "next_due": "2027-01-10",
        "rate": {"rate": "0.0135", "per": "month"},
    }

    plan = planned(debt, ("2026-12-01", "9000.00"))

    assert monthly == Fraction("0.0135")
    assert {format_yuan(one.principal_fen) for one in plan.payments} == {expected["principal_each"]}
    for place in (1, 2, 12):
        exact = Fraction(expected[f"interest_{place}"].split()[0])
        assert plan.payments[place - 1].interest_fen == round_half_up(100 * exact)


@pytest.mark.parametrize(
    ("multiplier", "figure"), [("1", "normal_interest"), ("1.5", "total_at_1_5x")]
)
def test_a_weilidai_row_a_day_overdue(multiplier, figure):
    inputs, expected = case("wld_over")
    principal = inputs["overdue_principal"]
    debt = missed(
        principal,
        "0",
        rate={"rate": inputs["daily"], "per": "day"},
        overdue={"multiplier": multiplier},
        accrued_from="2026-12-10",
    )

    plan = planned(debt, ("2026-12-11", "6000.00"))

    assert format_yuan(plan.payments[0].penalty_fen) == expected[figure]
    assert Fraction(expected["total_at_1_5x"]) - Fraction(expected["normal_interest"]) == Fraction(
        expected["extra_penalty"]
    )


def test_a_baitiao_order_five_days_overdue():
    inputs, expected = case("bt_2")

    plan = planned(missed(inputs["overdue"], inputs["daily"]), ("2026-12-15", "1100.00"))

    assert format_yuan(plan.totals.penalties) == expected["fee"]


def test_jintiao_five_days_overdue_on_all_its_principal():
    inputs, expected = case("jt_1")
    debt = missed(inputs["overdue"], inputs["daily"], rows=3, on="principal")

    plan = planned(debt, ("2026-12-15", "9000.00"))

    assert format_yuan(plan.payments[0].penalty_fen) == expected["fee"]


def test_cash_from_a_card_for_thirty_days():
    inputs, expected = case("icbc_cash")
    debt = {
        "contract": "instalment",
        "method": "interest_only",
        "principal": inputs["principal"],
        "periods_left": 1,
        "next_due": "2026-12-31",
        "accrued_from": "2026-12-01",
        "rate": {"rate": inputs["daily"], "per": "day"},
        "fees_left": format_yuan(
            round_half_up(100 * Fraction(inputs["principal"]) * Fraction(inputs["fee_rate"]))
        ),
    }

    plan = planned(debt, ("2026-12-31", "9000.00"))

    assert format_yuan(plan.totals.interest) == expected["interest"]
    assert format_yuan(plan.totals.fees) == expected["fee"]
    assert format_yuan(plan.totals.paid) == expected["total"]


@pytest.mark.parametrize("name", ["mort_0.0305", "mort_0.032", "mort_0.035"])
def test_the_level_payment_of_a_mortgage(name):
    inputs, expected = case(name)
    debt = {
        "contract": "instalment",
        "method": "level",
        "principal": f"{inputs['principal']}.00",
        "periods_left": inputs["n"],
        "next_due": "2027-01-01",
        "rate": {"rate": inputs["annual"], "per": "year", "monthly": True},
    }

    plan = planned(debt, ("2026-12-01", "9000000.00"))

    assert {format_yuan(due.required_fen) for due in plan.dues[:-1]} == {expected["monthly"]}
    assert len(plan.dues) == inputs["n"]
    assert plan.totals.principal == 100 * inputs["principal"]


@pytest.mark.parametrize("name", ["annualise_1", "annualise_2"])
def test_a_daily_rate_as_a_yearly_one(name):
    inputs, expected = case(name)
    daily = Rate(Fraction(inputs["daily"]), "day")

    assert 100 * daily.annual == Fraction(expected["x365_pct"])
    if "x360_pct" in expected:
        yearly = Rate(Fraction(expected["x360_pct"]) / 100, "year", basis=360)
        assert yearly.nightly == daily.nightly
