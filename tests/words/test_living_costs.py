"""What is kept for rent and food, and who could take it, in words."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from planner.domain.answers.living_costs import kept_beside, reserve_at_risk
from planner.domain.household.household import parse_household
from planner.domain.make_plan import make_plan
from planner.words.figures import Amounts
from planner.words.living_costs import kept_line, risk_lines
from planner.words.markup import text_of
from tests.households import account, debt, document, expense, income

DUE = date(2026, 12, 12)


def bound(**changes):
    """3,600.00 on the 10th, 2,300.00 of rent on the 25th, 2,000.00 due on the 12th."""
    return parse_household(
        document(
            buffer="0.00",
            strategy="minimum",
            accounts=[account(balance="0.00")],
            incomes=[income(amount="3600.00", on={"monthly": 10}, adjust="none")],
            expenses=[expense(amount="2300.00", on={"monthly": 25})],
            debts=[
                debt(rate=None, principal="6000.00", minimum={"fixed": "2000.00"}, due_day=12,
                     next_due="2026-12-12", **({"autopay": ["card"]} | changes))
            ],
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", "生活开支优先：手里的钱里，¥2,300.00 要留给房租（12 月 25 日）。"),
        ("en", "Living costs come first: ¥2,300.00 of what is there are kept for "
               "房租 (25 December)."),
    ],
)  # fmt: skip
def test_what_lies_there_beside_a_short_due_is_kept_for_the_rent(language, words):
    household = bound()
    held = kept_beside(make_plan(household), DUE)

    with translation.override(language):
        said = text_of(kept_line(held, household, Amounts()))

    assert said == words
    assert kept_line((), household, Amounts()) == ""


def risks(household, language):
    payments = [(one.on.toordinal(), one.debt, one.amount_fen)
                for one in make_plan(household).payments]  # fmt: skip
    found = reserve_at_risk(household, payments, DUE + timedelta(days=10))
    with translation.override(language):
        said = risk_lines(found, household, Amounts())
    return said and text_of(said.first)


def test_who_could_take_it_is_named_with_the_day_and_what_the_rent_lacks():
    # 1,300.00 are paid, 700.00 are missing: they can come out of the rent.
    assert risks(bound(), "zh-hans") == (
        "12 月 12 日，小李可能从储蓄卡扣走 ¥700.00：那样的话，12 月 25 日的房租就差 ¥700.00。"
    )
    assert risks(bound(), "en") == (
        "On 12 December 小李 may take ¥700.00 from 储蓄卡: then 房租 of 25 December lacks ¥700.00."
    )


def test_a_lender_of_whom_nobody_said_so_is_named_and_said_to_be_unknown():
    said = risks(bound(autopay=[], autopay_known=False), "zh-hans")

    assert said.startswith("12 月 12 日，小李可能从储蓄卡扣走 ¥700.00")
    assert said.endswith("还没填小李会不会自动扣款，先当作会扣。")


def test_nothing_is_said_where_the_person_said_that_nobody_deducts():
    assert risks(bound(autopay=[], autopay_known=True), "zh-hans") is None
