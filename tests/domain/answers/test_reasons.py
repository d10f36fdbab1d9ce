"""Why a plan pays what it pays: every sentence against arithmetic of its own.

The plans are written out below, as the optimum of the three examples was when each sentence was
read aloud. What a payment saves is worked out by hand from the documents, in the comments; what it
prevents is seen where the ledger runs without that payment. All in yuan unless named fen.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given

from planner.domain.answers.reasons import WhyPaid, read_reason, reason_document, reasons_of
from planner.domain.household.household import Household, parse_household, read_household
from planner.domain.make_plan import make_plan
from planner.domain.optimum.find import find_optimum
from planner.domain.paying.proposals import DecidedPayment, follow
from planner.domain.plan.plan import Plan, read_off
from tests.domain.generate import households, one_in
from tests.households import debt, document
from tests.paths import EXAMPLES

# (month and day of the twelve months from December 2026, debt, fen)
ENOUGH = [
    (1201, "card", 129951), (1210, "huabei", 18624), (1210, "card", 251768),
    (1215, "jiebei", 106095), (1218, "card", 37514), (108, "huabei", 169459),
    (108, "card", 127819), (110, "huabei", 1), (115, "jiebei", 106095), (118, "card", 10625),
    (206, "card", 1027), (210, "huabei", 587), (210, "jiebei", 234147), (210, "card", 71315),
    (215, "jiebei", 106095), (218, "card", 1604), (310, "jiebei", 274241),
    (315, "jiebei", 106093),
]  # fmt: skip
OVERDUE = [
    (1201, "jiebei", 40000), (1204, "jiebei", 130000), (1204, "huabei", 64000),
    (1210, "jiebei", 105853), (105, "jiebei", 225949), (110, "jiebei", 103747),
    (204, "jiebei", 12760),
]  # fmt: skip
SHORT = [
    (1210, "huabei", 21500), (1212, "card", 68000), (110, "huabei", 9240), (112, "card", 81260),
    (115, "huabei", 186389), (115, "jiebei", 68014), (215, "huabei", 1337),
    (215, "jiebei", 70000), (215, "card", 64260), (310, "jiebei", 183715), (312, "card", 58249),
    (320, "jiebei", 78036), (409, "jiebei", 27591), (409, "card", 385469),
    (420, "jiebei", 105300), (510, "jiebei", 312651), (510, "card", 75438),
]  # fmt: skip


def example(name: str) -> Household:
    """An example whose living costs come in their turn, so that the payments written above, which
    were made out of what was kept for them, can be made."""
    household = read_household((EXAMPLES / f"{name}.json").read_bytes())
    expenses = tuple(replace(one, is_essential=False) for one in household.expenses)
    return replace(household, expenses=expenses)


def day(month_day: int) -> date:
    month, number = divmod(month_day, 100)
    return date(2026 if month == 12 else 2027, month, number)


def planned(household: Household, payments: Sequence[tuple[int, str, int]]) -> Plan:
    """The plan of these payments, every one of which the ledger takes whole."""
    steps = [(day(on).toordinal(), name, fen) for on, name, fen in payments]
    plan = read_off(follow(household, steps), "optimal")
    paid = {(one.on.toordinal(), one.debt, one.amount_fen) for one in plan.payments}
    assert paid == set(steps)
    return plan


def told(household: Household, plan: Plan, *kinds: str) -> list[WhyPaid]:
    return [one for one in reasons_of(household, plan) if one.kind in kinds]


def fen(interest: Fraction) -> int:
    """Half up, once for a bill."""
    return int(interest * 100 + Fraction(1, 2))


def borne(first: date, last: date, rate: str, *stretches: tuple[date, str]) -> int:
    """Fen of interest from `first` to `last` on principal that is (from, yuan) in turn."""
    ends = [on for on, _ in stretches[1:]] + [last]
    nights = sum(
        (
            Fraction(yuan) * (end - start).days
            for (start, yuan), end in zip(stretches, ends, strict=True)
        ),
        Fraction(0),
    )
    assert stretches[0][0] == first
    return fen(nights * Fraction(rate))


def level_interest(
    principal: str, since: date, dues: Sequence[date], level: str, early: dict[date, str]
) -> int:
    """Fen of interest that a loan at 0.04 % a day bears until it is paid off by its level
    payment, the last due taking what is left, with these principal payments early."""
    left, total = Fraction(principal), 0
    for due in dues:
        pending = Fraction(0)
        for on, yuan in early.items():
            if since < on < due:
                pending += left * (on - since).days * Fraction("0.0004")
                left, since = left - Fraction(yuan), on
        interest = fen(pending + left * (due - since).days * Fraction("0.0004"))
        total += interest
        left -= min(left, Fraction(level) - Fraction(interest, 100))
        since = due
    return total


def test_what_more_than_the_minimum_takes_off_a_card_s_next_bill():
    """0.05 % a night on what is left of 5,400.00 and 730.50; the minimum is 10 %."""
    household = example("huabei_jiebei_card")
    found = told(household, planned(household, ENOUGH), "in_full", "until_bill")

    # The bill of 18 November asks 540.00 by 6 December. Paid: 1,299.51 on the 1st, 2,517.68 on
    # the 10th. Instead of 540.00 on the 6th that is, until the bill of the 18th,
    #   1,299.51 x 5 + 759.51 x 4 + 3,277.19 x 8 = 35,753.11 yuan-nights x 0.0005 = 17.88.
    # That of 18 December asks 372.21, of it 140.88 interest, by 6 January. Paid: 375.14 on
    # 18 December, 1,278.19 on 8 January: until 18 January
    #   234.26 x 19 + 2.93 x 2 + 1,281.12 x 10 = 17,268.00 x 0.0005 = 8.63.
    # That of 18 January asks 116.52, of it 36.43 interest, by 6 February. Paid: 106.25 the same
    # day, 10.27 on the 6th, 713.15 on the 10th. On 731.04 of principal less 69.82, less 10.27,
    # less 713.15; or less 80.09 on the 6th: 7.33 or, each rounded, 10.84 billed: 3.51.
    first, last = date(2027, 1, 18), date(2027, 2, 18)
    sixth, tenth = date(2027, 2, 6), date(2027, 2, 10)
    before = borne(first, last, "0.0005", (first, "800.86"), (sixth, "720.77"))
    by_plan = borne(first, last, "0.0005", (first, "731.04"), (sixth, "720.77"), (tenth, "7.62"))
    assert [(one.kind, one.on, one.amount_fen, one.saved_fen, one.until) for one in found] == [
        ("until_bill", date(2026, 12, 10), 381719, 1788, date(2026, 12, 18)),
        ("until_bill", date(2027, 1, 8), 165333, 863, date(2027, 1, 18)),
        ("until_bill", date(2027, 2, 10), 82967, before - by_plan, date(2027, 2, 18)),
    ]


def test_what_paying_early_saves_against_the_schedule():
    """9 level payments of 1,060.95 on 9,000.00; two prepayments, each beside the rest as due."""
    household = example("huabei_jiebei_card")
    found = told(household, planned(household, ENOUGH), "ahead")

    # After 15 January 7,085.88 is left: see the rows of the ledger, 9,000 - 952.95 - 961.17.
    since = date(2027, 1, 15)
    dues = [date(2027, month, 15) for month in range(2, 9)]
    as_due = level_interest("7085.88", since, dues, "1060.95", {})
    once = level_interest("7085.88", since, dues, "1060.95", {date(2027, 2, 10): "2341.47"})
    both = level_interest("7085.88", since, dues, "1060.95",
                          {date(2027, 2, 10): "2341.47", date(2027, 3, 10): "2742.41"})  # fmt: skip
    assert [(one.on, one.amount_fen, one.saved_fen) for one in found] == [
        (date(2027, 2, 10), 234147, as_due - once),
        (date(2027, 3, 10), 274241, once - both),
    ]
    assert (as_due - once, once - both) == (15746, 6865)


def test_a_household_that_is_overdue():
    household = example("overdue")
    plan = planned(household, OVERDUE)
    found = told(household, plan, "cure", "in_full", "ahead")

    # Overdue since 10 November: 1,000.00 and 72.00 interest. At 0.0006 a night on 1,000.00
    # until 1 December 12.60, and on 684.60 (400.00 paid: 12.60, 72.00, 315.40) until the 4th
    # 1.23: 400.00 + 684.60 + 1.23 = 1,085.83. The 4th is before the 31st day, 11 December.
    # The rest of the 1,300.00 is early: 614.17.
    assert found[:2] == [
        WhyPaid("cure", "jiebei", date(2026, 12, 4), 108583, until=date(2026, 12, 11),
               rungs=("bureau_2",)),
        WhyPaid("ahead", "jiebei", date(2026, 12, 4), 61417, 3121, whole_fen=130000),
    ]  # fmt: skip
    # 5,000.00 in five rows of 1,000.00, 0.04 % a night. 614.17 early on 4 December are taken off
    # the last row, due on 10 April: 614.17 x 127 nights x 0.0004 = 31.20; rounded at five bills.
    assert abs(found[1].saved_fen - fen(Fraction("614.17") * 127 * Fraction("0.0004"))) <= 3
    # 640.00 in full by the 10th, or 64.00 then: 576.00 x 22 nights to 1 January x 0.0005 = 6.34.
    assert found[2] == WhyPaid(
        "in_full", "huabei", date(2026, 12, 4), 64000, 634, date(2026, 12, 10)
    )
    # Of what is left of rows due on 10 February, March, April when 2,259.49 come on 5 January,
    # 385.83 is the last: 385.83 x 95 + 1,000.00 x 64 + 873.66 x 36 nights x 0.0004 = 52.84.
    assert found[3].amount_fen == 225949
    owed = Fraction("385.83") * 95 + 1000 * 64 + Fraction("873.66") * 36
    assert abs(found[3].saved_fen - fen(owed * Fraction("0.0004"))) <= 3


def test_what_a_household_that_is_short_saves_once_it_has_money_again():
    household = example("short")
    found = told(household, planned(household, SHORT), "in_full", "until_bill", "ahead")

    # The card on 9 April: 3,854.69, of it 67.36 interest, in place of 516.40 on the 12th. On
    # 4,490.40 until then: 4,490.40 x 18 + 703.07 x 13 nights x 0.0005 = 44.98, or
    # 4,490.40 x 21 + 4,041.36 x 10 = 67.36.
    # And on 10 May all that is left, 703.07 x 18 nights = 6.33, in place of 115.29 on the 12th:
    # 703.07 x 20 + 632.76 x 10 = 10.19. Jiebei the same day, 3,101.70 x 20 nights as well.
    assert [(one.debt, one.on, one.saved_fen) for one in found if one.kind != "ahead"] == [
        ("card", date(2027, 4, 9), 6736 - 4498),
        ("card", date(2027, 5, 10), 1019 - 633),
    ]
    (ahead,) = [one for one in found if one.kind == "ahead"]
    dues = [date(2027, month, 20) for month in range(5, 8)]
    by_schedule = level_interest("3101.70", date(2027, 4, 20), dues, "1053.00", {})
    assert ahead.saved_fen == by_schedule - fen(Fraction("3101.70") * 20 * Fraction("0.0004"))


def test_a_loan_without_end_is_told_until_its_next_due():
    """3,000.00 at 6 % a year, 500.00 on the 15th: 800.00 instead leave 300.00 for 31 nights."""
    household = parse_household(document(debts=[debt()]))
    steps = [(1215, "friend", 80000), (115, "friend", 50000), (215, "friend", 50000)]
    (found, *_) = told(household, planned(household, steps), "until_due")

    # 300.00 x 6 % x 31 / 365 = 1.5288
    assert (found.on, found.amount_fen, found.until) == (day(1215), 80000, day(115))
    assert found.saved_fen == fen(Fraction(300) * 6 / 100 * 31 / 365)


def test_what_a_lender_tolerates_is_told_as_paid_in_full():
    """995.00 of 1,000.00 with a tolerance of 10.00 bear nothing; after 100.00, 900.00 bear 0.05 %
    a night from the 6th to the bill of the 18th: 5.40."""
    card = debt(
        **{"id": "card", "contract": "revolving", "statement_day": 18, "due_day": 6},
        **{"billed": "1000.00", "unbilled": "0.00", "minimum": {"ratio": "0.10"}},
        **{"rate": {"rate": "0.0005", "per": "day"}, "interest_from": "due"},
        tolerance="10.00",
    )
    del card["principal"], card["next_due"]
    household = parse_household(document(debts=[card], expenses=[]))
    steps = [(1201, "card", 99500), (106, "card", 500)]

    (found, *_) = told(household, planned(household, steps), "in_full", "until_bill")

    assert (found.kind, found.amount_fen, found.saved_fen) == ("in_full", 99500, 540)


def starting(plan: Plan, name: str) -> set[tuple[date, str]]:
    return {
        (one.starts_on, one.rung.id)
        for one in plan.consequences
        if one.debt == name and one.state == "will_start" and one.starts_on is not None
    }


@pytest.mark.parametrize("name", ["short", "overdue"])
@pytest.mark.parametrize("is_today_s", [False, True], ids=["written", "today's"])
def test_what_a_payment_prevents_starts_on_that_day_without_it(name, is_today_s):
    household = example(name)
    written = planned(household, {"short": SHORT, "overdue": OVERDUE}[name])
    plan = find_optimum(household, seconds=3).plan if is_today_s else written
    steps: list[DecidedPayment] = [
        (one.on.toordinal(), one.debt, one.amount_fen) for one in plan.payments
    ]
    found = told(household, plan, "cure", "first")
    assert found

    for one in found:
        assert one.until is not None
        rest = [
            step for step in steps
            if step[1] != one.debt or step[0] > one.on.toordinal() + 30
            or step[0] < one.on.toordinal() - 30
        ]  # fmt: skip
        without = starting(read_off(follow(household, rest), "optimal"), one.debt)
        for rung in one.rungs:
            assert (one.until, rung) in without
            assert (one.until, rung) not in starting(plan, one.debt)


@pytest.mark.property
@one_in(10)
@given(households("avalanche"))
def test_whatever_the_contracts_every_prevented_consequence_is_one(written):
    """All payments of the debt left out, but those that its earlier dues took."""
    household = parse_household(written)
    plan = make_plan(household)
    for one in told(household, plan, "cure", "first"):
        before = [
            due.last_safe_on
            for due in plan.dues
            if one.kind == "first" and due.debt == one.debt and due.last_safe_on < one.on
        ]
        rest = [
            (paid.on.toordinal(), paid.debt, paid.amount_fen)
            for paid in plan.payments
            if paid.debt != one.debt or paid.on <= max(before, default=date.min)
        ]
        without = starting(read_off(follow(household, rest), "minimum"), one.debt)
        assert {(one.until, rung) for rung in one.rungs} <= without
        assert not {(one.until, rung) for rung in one.rungs} & starting(plan, one.debt)


def test_what_has_to_wait_is_missing_and_starts_what_is_told():
    household = example("short")
    plan = planned(household, SHORT)
    found = told(household, plan, "waits")

    # Jiebei's 1,053.00 of 20 December, paid in parts from 15 January on (680.14: 58.48 short of
    # what the row and its penalty have come to), is still open on the 31st day, 20 January.
    assert [(one.debt, one.on, one.amount_fen) for one in found] == [
        ("jiebei", day(1220), 105300),
        ("huabei", day(110), 186389),
        ("jiebei", day(120), 105300),
        ("huabei", day(210), 1337),
    ]
    assert (found[0].until, found[0].rungs) == (day(1221), ("sesame", "bureau_1"))
    assert (found[0].later, found[0].later_rungs) == (day(120), ("bureau_2",))
    assert (found[2].until, found[2].later) == (None, None)  # the episode of December goes on
    for one in found[:2]:
        assert {(one.until, rung) for rung in one.rungs} <= starting(plan, one.debt)
        paid = sum(
            step.amount_fen for step in plan.payments
            if step.debt == one.debt and one.on - timedelta(days=25) < step.on <= one.on
        )  # fmt: skip
        (due,) = [due for due in plan.dues if (due.debt, due.due_on) == (one.debt, one.on)]
        assert due.required_fen - paid == one.amount_fen


def test_reasons_survive_being_kept():
    household = example("short")

    for one in reasons_of(household, planned(household, SHORT)):
        assert read_reason(reason_document(one)) == one
