"""One debt followed alone: the plan's own figures, its true rate, what to cure first."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.domain.answers.one_debt import OneDebt
from planner.domain.answers.relief import overdue_debts
from planner.domain.answers.true_rate import annualised, true_rate
from planner.domain.household.household import parse_household
from planner.domain.ledger.consequences import weigh_consequences
from planner.domain.make_plan import cure, make_plan, settle
from planner.domain.paying.trials import Trials
from planner.domain.rulebook.ceilings import load_ceilings
from planner.domain.rulebook.products import load_products
from planner.domain.rulebook.rule_files import load_sources
from tests.domain.generate import households, one_in
from tests.households import account, debt, document, expense, income

AS_OF = date(2026, 12, 1)
LOAN = {
    "id": "friend",
    "name": "小李",
    "contract": "instalment",
    "method": "equal_principal",
    "principal": "3000.00",
    "rate": {"rate": "0.012", "per": "month"},
    "periods_left": 3,
    "next_due": "2026-12-15",
}
BILL = {
    "id": "friend",
    "name": "花呗",
    "contract": "revolving",
    "statement_day": 1,
    "due_day": 10,
    "billed": "1000.00",
    "unbilled": "0.00",
    "minimum": {"ratio": "0.10", "carried": "1"},
    "rate": {"rate": "0.0005", "per": "day"},
    "interest_from": "due",
    "late_fee": None,
}


def rung(name, days, severity=1):
    return {"id": name, "after_days": days, "counts_from": "due", "severity": severity}


def follow(parsed, strategy=None, debt_id="friend"):
    plan = make_plan(parsed, strategy)
    paid = [(one.on, one.amount_fen) for one in plan.payments if one.debt == debt_id]
    return plan, OneDebt(parsed, debt_id, paid)


def household(*debts, **changes):
    return parse_household(document(expenses=[], debts=list(debts), **changes))


# --- The course of a debt ---


@pytest.mark.property
@one_in(10)
@given(
    households(),
    st.sampled_from(("minimum", "avalanche", "snowball", "custom")),
    st.integers(0, 400),
)
def test_a_debt_followed_alone_is_the_plans(written, strategy, later):
    parsed = parse_household(written)
    plan = make_plan(parsed, strategy)
    ledger = Trials(parsed).ledger(strategy)
    listed, _harm = weigh_consequences(ledger, ladders=True)
    found = []
    for one in parsed.debts:
        alone = follow(parsed, strategy, one.id)[1]
        course = alone.course(plan.debt_free_on)
        found.append(course.totals)
        dues = [(due.due_on, due.required, due.short) for due in course.dues]
        end = plan.debt_free_on or alone.last_day  # spending may go on, but the plan does not
        on = min(date.fromordinal(parsed.as_of.toordinal() + later), end)
        stands = alone.stands_on(on)
        balances = {row.on: sum(row[2:]) for row in plan.balances if row.debt == one.id}

        assert dues == [
            (due.due_on.toordinal(), due.required_fen, due.short_fen)
            for due in plan.dues
            if due.debt == one.id
        ]
        assert stands.cure_fen == cure(parsed, one.id, on, strategy)
        assert stands.settle_fen == settle(parsed, one.id, on, strategy)
        assert all(row.owed_fen == balances[row.on] for row in course.rows if row.on in balances)
        assert [rung for due in course.dues for rung in course.ladder(due)] == [
            rung for rung in listed if rung.debt == one.id
        ]

    assert tuple(map(sum, zip((0,) * 5, *found, strict=True))) == tuple(plan.totals)


def test_the_schedule_of_a_loan_worked_by_hand():
    # 3,000 in three parts at 1.2% a month: 36.00, 24.00 and 12.00 of interest.
    plan, alone = follow(household(LOAN), "minimum")

    course = alone.course(plan.debt_free_on)

    assert [
        (row.on.isoformat(), row.due.required, row.paid_fen, row.parts.interest, row.owed_fen)
        for row in course.rows
    ] == [
        ("2026-12-15", 103_600, 103_600, 3_600, 200_000),
        ("2027-01-15", 102_400, 102_400, 2_400, 100_000),
        ("2027-02-15", 101_200, 101_200, 1_200, 0),
    ]
    assert course.totals == (307_200, 300_000, 7_200, 0, 0)
    assert course.settled_on == date(2027, 2, 15)
    assert (course.overdue, course.following) == (None, course.dues[0])


def test_what_cures_and_what_settles_worked_by_hand():
    # From 15 November 36.00 runs over the 30 nights to 15 December; 16 of them are 19.20.
    _plan, alone = follow(household(LOAN), "minimum")

    today, due, after = (
        alone.stands_on(day) for day in (AS_OF, date(2026, 12, 15), date(2026, 12, 16))
    )

    assert (today.cure_fen, today.settle_fen, today.paid_before_fen) == (0, 301_920, 0)
    assert (due.cure_fen, due.settle_fen, due.paid_before_fen) == (103_600, 303_600, 0)
    # 24.00 over 31 nights, one of them: 0.77.
    assert (after.cure_fen, after.settle_fen, after.paid_before_fen) == (0, 200_077, 103_600)
    for day in (date(2026, 11, 30), date(2058, 1, 1)):
        with pytest.raises(ValueError, match="not a day of this plan"):
            alone.stands_on(day)


def test_arrears_stand_first_and_their_ladder_says_what_has_started():
    arrear = {"due_on": "2026-11-15", "principal": "500.00"}
    ladder = [rung("overdue", 1), rung("month", 31, 3), rung("suit", 91, 5)]
    late = LOAN | {"principal": "3500.00", "arrears": [arrear], "ladder": ladder, "overdue": None}
    parsed = household(late, accounts=[account(balance="0.00")], incomes=[income(amount="9000.00")])

    plan, alone = follow(parsed, "minimum")
    course = alone.course(plan.debt_free_on)

    assert [(row.on.isoformat(), row.due and row.due.required, row.paid_fen, row.owed_fen)
            for row in course.rows][:3] == [
        ("2026-11-15", 50_000, 0, None),
        ("2026-12-10", None, 50_000, 300_000),
        ("2026-12-15", 103_600, 103_600, 200_000),
    ]  # fmt: skip
    assert course.overdue is course.dues[0]
    assert [(one.rung.id, one.state) for one in course.ladder(course.overdue)] == [
        ("overdue", "started"),
        ("month", "avoided"),
        ("suit", "avoided"),
    ]


# --- Its true rate ---


def percent(rate):
    return f"{float(100 * rate):.3f}"


@pytest.mark.parametrize(
    ("terms", "nominal", "effective", "of"),
    [
        # 1.2% a month by the contract is 12 × 1.2% and 1.012¹² − 1.
        ({}, "14.400", "15.389", "loan"),
        # 花呗 over 12 parts with a fee of 8.8%: published as 15.86% and 17.07%.
        ({"method": "flat_fee", "rate": None, "principal": "1000.00", "periods_left": 12,
          "fees_left": "88.00", "signed_on": "2026-11-20"}, "15.864", "17.070", "loan"),
        # The same loan after six parts: the whole still cost that, what is left more.
        ({"method": "flat_fee", "rate": None, "principal": "500.00", "periods_left": 6,
          "fees_left": "44.00", "signed_on": "2026-05-20"}, "15.864", "17.070", "loan"),
        ({"method": "flat_fee", "rate": None, "principal": "500.00", "periods_left": 6,
          "fees_left": "44.00"}, "29.570", "33.926", "left"),
        ({"rate": None}, "0.000", "0.000", "loan"),
    ],
)  # fmt: skip
def test_the_true_rate_of_a_loan(terms, nominal, effective, of):
    parsed = household(LOAN | terms)

    rate = true_rate(parsed.debts[0], AS_OF)

    assert (percent(rate.nominal), percent(rate.effective), rate.of) == (nominal, effective, of)


def test_the_true_rate_of_a_bill_of_which_only_the_minimum_is_paid():
    # The bill of 1 November: 900.00 are kept on the 10th. On 10 December all of it is due with
    # 21 nights of 0.05% (9.45), on 10 January the nine nights since (4.05).
    parsed = household(BILL)

    rate = true_rate(parsed.debts[0], AS_OF)

    month = Fraction(rate.nominal, 12)
    kept = 90_000 - Fraction(90_945) / (1 + month) - Fraction(405) / (1 + month) ** 2
    assert abs(kept) < Fraction(1, 100)
    assert (percent(rate.nominal), rate.of) == ("17.921", "rest")


@pytest.mark.parametrize(
    "terms", [BILL | {"minimum": None}, BILL | {"billed": "0.00"}, LOAN | {"principal": "0.00",
              "periods_left": 0}],
)  # fmt: skip
def test_what_has_no_true_rate_has_none(terms):
    assert true_rate(household(terms).debts[0], AS_OF) is None


def test_flows_off_the_day_of_the_month_are_taken_by_days():
    # 365 days at 10% a year, in one payment; twelve times its month is 9.569%.
    flows = [(AS_OF.toordinal(), 100_000), (AS_OF.toordinal() + 365, -110_000)]
    odd = [(AS_OF.toordinal() - 1, 0), *flows]

    nominal, effective = annualised(odd)

    assert (percent(nominal), percent(effective)) == ("9.569", "10.000")


# --- The ceiling beside it ---


@pytest.mark.parametrize(
    ("product", "signed_on", "rates"),
    [
        ("huabei", None, {"financial": "0.24", "assisted": "0.24", "small_loan": "0.24"}),
        ("huabei", date(2025, 9, 30), {"financial": "0.24", "small_loan": "0.24"}),
        (
            "huabei",
            date(2025, 10, 1),
            {"financial": "0.24", "assisted": "0.24", "small_loan": "0.24"},
        ),
        ("credit_card", None, {"financial": "0.24"}),
        ("private_loan", date(2025, 5, 19), {"private": "0.124"}),
        ("private_loan", date(2025, 5, 20), {"private": "0.12"}),
        ("private_loan", date(2020, 8, 20), {"private": "0.154"}),
        ("private_loan", date(2020, 8, 19), {"private": None}),
        ("private_loan", date(2026, 6, 23), {"private": None}),
        ("private_loan", None, {"private": None}),
        ("other_loan", date(2025, 5, 20), {}),
        (None, date(2025, 5, 20), {}),
    ],
)
def test_the_ceiling_of_a_lender_on_the_day_of_the_contract(product, signed_on, rates):
    ceilings = load_ceilings()

    found = {one.id: ceilings.rate(one, signed_on) for one in ceilings.of(product, signed_on)}

    assert found == {key: text and Fraction(text) for key, text in rates.items()}


def test_every_ceiling_has_its_words_its_source_and_real_products():
    ceilings = load_ceilings()

    for one in ceilings.all:
        assert set(dict(one.words)) == set(dict(one.lender)) == {"zh", "en"}
        assert set(one.products) <= set(load_products())
        assert one.source in load_sources()
    assert {one for one in load_products() if not ceilings.of(one)} == {
        "other_balance", "other_bill", "other_loan",
    }  # fmt: skip


# --- What to cure first ---


def overdue(name, days, fen, ladder):
    due_on = date.fromordinal(AS_OF.toordinal() - days).isoformat()
    return debt(
        id=name, name=name, rate=None, ladder=ladder, principal="3000.00",
        arrears=[{"due_on": due_on, "principal": fen}],
    )  # fmt: skip


LADDER = [rung("late", 1), rung("two", 31, 3), rung("three", 61, 4), rung("four", 91, 5)]


def test_what_keeps_the_gravest_away_most_cheaply_comes_first():
    # Until 15 December: `near` reaches day 31 for 900, `cheap` day 31 for 300, `grave` day 91
    # for 2,000, `calm` nothing (day 11 of it is 14 December), though it costs least.
    parsed = household(
        overdue("near", 20, "900.00", LADDER),
        overdue("cheap", 25, "300.00", LADDER),
        overdue("grave", 80, "2000.00", LADDER),
        overdue("calm", 5, "10.00", LADDER),
    )

    found = overdue_debts(parsed, date(2026, 12, 15))

    # By severity, 5 first: of `grave` day 61, and with it severity 4, has begun long ago; day 31
    # of the others is the first that is as grave as severity 2, too.
    assert [(one.debt.id, one.cure_fen, one.next_on.isoformat(), one.avoids) for one in found] == [
        ("grave", 200_000, "2026-12-12", (1, 0, 0, 0, 0)),
        ("cheap", 30_000, "2026-12-07", (0, 0, 1, 1, 0)),
        ("near", 90_000, "2026-12-12", (0, 0, 1, 1, 0)),
        ("calm", 1_000, "2026-12-27", (0, 0, 0, 0, 0)),
    ]
    assert [one.id for _on, one in found[0].started] == ["late", "two", "three"]
    assert found[1].per_yuan[2] == Fraction(1, 300)
    assert found[3].yuan_days == 140


def test_an_earlier_pay_day_changes_what_comes_first():
    parsed = household(
        overdue("near", 20, "900.00", LADDER), overdue("cheap", 15, "300.00", LADDER)
    )

    later = [one.debt.id for one in overdue_debts(parsed, date(2026, 12, 31))]
    sooner = [one.debt.id for one in overdue_debts(parsed, date(2026, 12, 13))]

    assert (later, sooner) == (["cheap", "near"], ["near", "cheap"])


def test_a_cure_reaches_as_far_as_living_costs_leave_money():
    # 2,100.00 on the card, rent of 1,000.00 on the 5th of December comes first: 1,100.00
    parsed = parse_household(
        document(
            accounts=[account(balance="2100.00")],
            incomes=[],
            expenses=[expense(amount="1000.00", on={"once": "2026-12-05"})],
            debts=[overdue("near", 20, "900.00", LADDER), overdue("cheap", 25, "300.00", LADDER)],
        )
    )

    found = overdue_debts(parsed, date(2026, 12, 15))

    assert [(one.debt.id, one.cure_fen, one.within_reach_fen) for one in found] == [
        ("cheap", 30_000, 30_000),
        ("near", 90_000, 80_000),
    ]


def test_several_rows_behind_count_each_by_its_own_days():
    # rows of 10 November (day 31 on 11 December, the first as grave as severity 2) and of
    # 10 October (day 61 on 10 December)
    behind = overdue("rows", 0, "100.00", LADDER) | {
        "arrears": [
            {"due_on": "2026-10-10", "principal": "100.00"},
            {"due_on": "2026-11-10", "principal": "100.00"},
        ]
    }

    (found,) = overdue_debts(household(behind), date(2026, 12, 15))

    assert found.avoids == (0, 1, 1, 1, 0)


def test_what_is_in_grace_or_not_yet_due_is_not_overdue():
    in_grace = overdue("friend", 2, "300.00", LADDER) | {"grace_days": 3}

    assert overdue_debts(household(in_grace, debt(id="other")), date(2026, 12, 31)) == ()
