"""The examples, against figures worked out by hand: the arithmetic stands beside each."""

from datetime import date

import pytest

from planner.domain.household.household import household_document, read_household
from planner.domain.make_plan import cure, make_plan
from planner.domain.plan.document import plan_document
from tests.paths import EXAMPLES

STRATEGIES = ("minimum", "avalanche", "snowball", "custom")


def household(name):
    return read_household((EXAMPLES / f"{name}.json").read_bytes())


def planned(name, strategy):
    return plan_document(make_plan(household(name), strategy))


def due(plan, debt, on):
    """amount, required, short of a due."""
    row = next(one for one in plan["dues"] if (one["debt"], one["due_on"]) == (debt, on))
    return row["amount"], row["required"], row["short"]


def payment(plan, debt, on):
    return next(one for one in plan["payments"] if (one["debt"], one["on"]) == (debt, on))


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("name", ["huabei_jiebei_card", "overdue", "short"])
def test_every_example_plans_to_the_end_under_every_strategy(name, strategy):
    plan = planned(name, strategy)

    assert plan["as_of"] == "2026-12-01"
    assert plan["debt_free_on"] is not None
    assert plan["consequences"]


def test_every_example_is_there():
    names = {path.stem for path in EXAMPLES.glob("*.json")}

    assert names == {"huabei_jiebei_card", "overdue", "short"}
    for name in names:
        assert household_document(household(name))["strategy"] == "avalanche"


# --- 花呗, 借呗 and a card; the money suffices --------------------------------------------------


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_who_has_enough_misses_nothing_and_repays_what_was_lent(strategy):
    plan = planned("huabei_jiebei_card", strategy)

    # 1,862.40 of 花呗 + 9,000.00 of 借呗 + 5,400.00 and 730.50 of the card
    assert plan["totals"]["principal"] == "16992.90"
    assert plan["status"] == "on_time"
    assert plan["harm"] == [0, 0, 0, 0, 0, 0]
    # 借呗: 0.0004 a day is 1.2 % in 30 days. 1.012^9 = 1.1133318, so the level payment is
    # 9,000.00 x 0.012 / (1 - 1/1.1133318) = 108.00 / 0.1017951 = 1,060.95.
    # The rows of the other months are the same as long as nothing is prepaid.
    assert due(plan, "jiebei", "2026-12-15") == ("1060.95", "1060.95", "0.00")


def test_who_pays_only_what_is_required_pays_these_minimums():
    plan = planned("huabei_jiebei_card", "minimum")

    # The card's statement of 18 November: 10 % of 5,400.00.
    assert due(plan, "card", "2026-12-06") == ("5400.00", "540.00", "0.00")
    # 花呗's statement of 1 December holds what was unbilled: 10 % of 1,862.40.
    assert due(plan, "huabei", "2026-12-10") == ("1862.40", "186.24", "0.00")
    # Not paid in full, so the 5,400.00 bear 0.05 % a night from the day after the statement
    # of 18 October: 19 October to 6 December 48 nights, 129.60; then 4,860.00 until
    # 18 December 12 nights, 29.16. Statement: 4,860.00 + 730.50 + 158.76 = 5,749.26;
    # minimum 486.00 + 73.05 + 158.76 = 717.81.
    assert due(plan, "card", "2027-01-06") == ("5749.26", "717.81", "0.00")
    # 花呗 bears 0.05 % from the due day: 1,676.16 x 22 nights to 1 January = 18.43776; the
    # rest is due in full: 1,676.16 + 18.44.
    assert due(plan, "huabei", "2027-01-10") == ("1694.60", "1694.60", "0.00")
    # 借呗, first row: 9,000.00 x 0.0004 x 30 nights (15 November to 15 December).
    first = payment(plan, "jiebei", "2026-12-15")
    assert (first["interest"], first["principal"]) == ("108.00", "952.95")


def test_the_dearest_debt_is_prepaid_with_what_nothing_else_needs():
    plan = planned("huabei_jiebei_card", "avalanche")

    # 1 December: 4,100.00 at hand, less the rent (2,300.00) that comes before the salary and the
    # buffer of 500.00; what is paid today is the card's minimum of the 6th, too. The card's
    # interest can be avoided from today on, 花呗's only from its due day.
    assert payment(plan, "card", "2026-12-01")["amount"] == "1300.00"
    # 10 December: 4,100.00 - 1,300.00 - 2,300.00 + 8,600.00 = 9,100.00. The lowest to come is on
    # 6 January: less 1,900.00, 1,060.95, 260.00, 2,300.00, the card's minimum (below) and the
    # buffer, 2,512.68 may go: 1,862.40 pay 花呗 in full (0.05 % from its due day, 借呗 costs
    # 0.04 %), 650.28 the card, which lower its minimum, too.
    assert payment(plan, "huabei", "2026-12-10")["amount"] == "1862.40"
    assert payment(plan, "card", "2026-12-10")["amount"] == "650.28"
    # 3,449.72 are left: 5,400.00 x 43 nights at 0.0005 116.10 + 4,100.00 x 9 nights 18.45 +
    # 3,449.72 x 8 nights 13.79888. Statement 3,449.72 + 730.50 + 148.35; minimum
    # 344.972 + 73.05 + 148.35.
    assert due(plan, "card", "2027-01-06") == ("4328.57", "566.37", "0.00")


def test_the_smallest_debt_is_prepaid_first_by_snowball_and_by_the_order_of_debts():
    for strategy in ("snowball", "custom"):
        plan = planned("huabei_jiebei_card", strategy)

        # 4,100.00 - rent 2,300.00 - the card's minimum 540.00 - buffer 500.00, all into 花呗.
        assert payment(plan, "huabei", "2026-12-01")["amount"] == "760.00"


def test_paying_the_dearest_first_costs_least_and_only_the_minimum_most():
    interest = {
        strategy: make_plan(household("huabei_jiebei_card"), strategy).totals.interest
        for strategy in STRATEGIES
    }

    assert min(interest, key=interest.__getitem__) == "avalanche"
    assert max(interest, key=interest.__getitem__) == "minimum"


# --- One debt already overdue -------------------------------------------------------------------


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_who_is_overdue_pays_what_there_is_today_and_the_rest_on_pay_day(strategy):
    plan = planned("overdue", strategy)

    assert plan["status"] == "overdue"
    # Missed on 10 November: 1,000.00 + 72.00. Penalty 0.0004 x 1.5 = 0.0006 a night on
    # 1,000.00: 0.60 x 21 nights to 1 December = 12.60. 1,084.60 would cure it; all there is,
    # 120.00 + 280.00, pays the penalty, the interest and 315.40 of principal.
    assert cure(household("overdue"), "jiebei", date(2026, 12, 1), strategy) == 108460
    assert due(plan, "jiebei", "2026-11-10") == ("1072.00", "1072.00", "1072.00")
    today = payment(plan, "jiebei", "2026-12-01")
    parts = [today[name] for name in ("amount", "penalty", "interest", "principal", "from")]
    assert parts == ["400.00", "12.60", "72.00", "315.40", "alipay"]
    # 280.00 of it come from the bank card, since 支付宝余额 has only 120.00.
    assert plan["transfers"][0]["amount"] == "280.00"
    # 5 December 2026 is a Saturday: the salary comes on the 4th. 684.60 x 0.0006 x 3 nights =
    # 1.23228.
    assert payment(plan, "jiebei", "2026-12-04")["penalty"] == "1.23"
    assert plan["totals"]["penalties"] == "13.83"
    # Cured 24 days after it was due, before the rung of day 31: nothing new starts.
    assert {one["state"] for one in plan["consequences"]} == {"started", "avoided", "undated"}


def test_who_was_overdue_and_pays_only_what_is_required_pays_this_in_all():
    plan = planned("overdue", "minimum")

    # 684.60 + 1.23
    assert payment(plan, "jiebei", "2026-12-04")["amount"] == "685.83"
    # 5,000.00 not yet due, 1,000.00 a month: 30, 31, 31, 28 and 31 nights at 0.0004 on
    # 5,000, 4,000, 3,000, 2,000 and 1,000: 60.00, 49.60, 37.20, 22.40, 12.40.
    assert due(plan, "jiebei", "2026-12-10") == ("1060.00", "1060.00", "0.00")
    assert due(plan, "jiebei", "2027-03-10") == ("1022.40", "1022.40", "0.00")
    # 花呗: 640.00 - 64.00 = 576.00; 22 nights to 1 January 6.336, billed 6.34; all due; then
    # 9 nights to 10 January 2.592, billed 2.59 on 1 February.
    assert due(plan, "huabei", "2027-01-10") == ("582.34", "582.34", "0.00")
    assert due(plan, "huabei", "2027-02-10") == ("2.59", "2.59", "0.00")
    # Interest 72.00 + 181.60 + 8.93; paid 6,640.00 + 262.53 + 13.83.
    assert plan["totals"] == {
        "paid": "6916.36",
        "principal": "6640.00",
        "interest": "262.53",
        "fees": "0.00",
        "penalties": "13.83",
    }
    assert plan["debt_free_on"] == "2027-04-10"


# --- The money is not enough --------------------------------------------------------------------


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_who_has_too_little_is_safe_until_the_day_it_runs_out(strategy):
    plan = planned("short", strategy)

    # 1,100.00 at hand. 10 December: 10 % of 2,150.00; 12 December: 10 % of 6,800.00; 205.00
    # are left, + 3,200.00 - 1,000.00 - 1,500.00 = 905.00 for the 1,053.00 of 20 December.
    assert due(plan, "huabei", "2026-12-10") == ("2150.00", "215.00", "0.00")
    assert due(plan, "card", "2026-12-12") == ("6800.00", "680.00", "0.00")
    missed = [one for one in plan["dues"] if one["short"] != "0.00"]
    assert missed[0]["last_safe_on"] == "2026-12-20"
    assert float(missed[0]["short"]) >= 148
    # 花呗: 1,935.00 x 0.0005 x 22 nights to 1 January = 21.285, half up; all due.
    assert due(plan, "huabei", "2027-01-10")[:2] == ("1956.29", "1956.29")
    # The card: 6,800.00 from 23 October to 12 December, 50 nights, 170.00; 6,120.00 to
    # 22 December, 10 nights, 30.60. Minimum 612.00 + 200.60.
    assert due(plan, "card", "2027-01-12")[:2] == ("6320.60", "812.60")
    assert plan["consequences"][0]["debt"] == "huabei"
    assert (
        min(one["starts_on"] for one in plan["consequences"] if one["state"] == "will_start")
        == "2026-12-21"
    )


def test_who_pays_the_oldest_first_is_148_short_and_keeps_what_january_is_lived_on():
    plan = planned("short", "minimum")

    assert payment(plan, "jiebei", "2026-12-20")["amount"] == "905.00"
    assert due(plan, "jiebei", "2026-12-20") == ("1053.00", "1053.00", "148.00")
    # 15 January: 148.00 x 0.0006 x 26 nights = 2.3088.
    assert payment(plan, "jiebei", "2027-01-15")["amount"] == "150.31"
    # 3,200.00 - 1,000.00 - 1,500.00 of the two days after = 700.00, and 150.31 of them are gone.
    assert payment(plan, "huabei", "2027-01-15")["amount"] == "549.69"
    closing = {one["on"]: one["closing"] for one in plan["cash"]}
    assert (closing["2027-01-16"], closing["2027-01-17"]) == ("1500.00", "0.00")
    assert "cash_below_zero" not in {one["code"] for one in plan["warnings"]}


def test_a_strategy_that_weighs_harm_does_no_more_of_it_than_the_oldest_first():
    harm = {strategy: make_plan(household("short"), strategy).harm for strategy in STRATEGIES}

    assert all(harm[strategy] <= harm["minimum"] for strategy in STRATEGIES)
