"""Cases worked out by hand from what a plan means, beside the 32 whole households.

Each expected figure is derived in a comment. Contracts are driven day by day as the ledger
does it: `morning` of a day, then its payment.
"""

from datetime import date
from fractions import Fraction

import pytest

from planner.domain.household.household import parse_debt, parse_household
from planner.domain.ledger.ledger import start_contract
from planner.domain.make_plan import cure, ladder, make_plan, settle
from planner.domain.plan.document import plan_document
from planner.domain.values.money import round_half_up

DAILY = {"rate": "0.0005", "per": "day"}
FREE = {"rate": "0", "per": "day"}


def day(text):
    return date.fromisoformat(text).toordinal()


class Driven:
    """A contract on its own; `to` lets the days pass, `pay` pays on the day reached."""

    def __init__(self, as_of, **debt):
        document = {"id": "debt", "name": "债", **debt}
        read = parse_debt(document, as_of=date.fromisoformat(as_of), account_ids=set())
        self.contract = start_contract(read, day(as_of))
        self.today = day(as_of)
        self.contract.morning(self.today)

    def to(self, text):
        while self.today < day(text):
            self.today += 1
            self.contract.morning(self.today)
        return self

    def pay(self, fen):
        return self.contract.pay(self.today, fen)

    def prepay(self, fen):
        return self.pay(self.contract.payable(self.today, fen))

    @property
    def required(self):
        return self.contract.required_fen(self.today)

    @property
    def settle(self):
        return self.contract.settle(self.today)

    @property
    def dues(self):
        return [
            (date.fromordinal(due.due_on).isoformat(), due.amount, due.required)
            for due in self.contract.dues
        ]


def instalment(**terms):
    return {"contract": "instalment", "method": "equal_principal", "rate": DAILY} | terms


def open_end(**terms):
    return {"contract": "open", "rate": DAILY} | terms


def revolving(**terms):
    return {
        "contract": "revolving",
        "unbilled": "0.00",
        "rate": DAILY,
        "interest_from": "due",
    } | terms


# Revolving


def test_of_two_statements_due_on_one_day_the_later_stands():
    # Statement day 28, due day 31. 28 Feb: due the next 31st after it = 31 March (28 Feb is
    # itself the clipped 31st). 28 March: due 31 March as well. No minimum: all is required.
    card = Driven(
        "2027-02-27",
        **revolving(statement_day=28, due_day=31, billed="0.00", unbilled="100.00"),
    )

    card.to("2027-03-28")
    assert card.dues == [("2027-03-31", 10_000, 10_000)]

    card.to("2027-03-31")
    assert card.required == 10_000


def test_the_later_of_two_statements_asks_for_what_the_earlier_one_left():
    # As before with a minimum of 10 % and 50.00 spent a month: 28 February 150.00, minimum 15.00,
    # of which 9.00 are paid. 28 March: 141.00 and 50.00 spent since, all new. The last minimum
    # left 6.00: 6.00 + 10 % of (191.00 - 6.00) = 24.50, in place of the 6.00.
    card = Driven(
        "2027-02-27",
        **revolving(
            statement_day=28,
            due_day=31,
            billed="0.00",
            unbilled="100.00",
            monthly_spend="50.00",
            minimum={"ratio": "0.1"},
        ),
    )
    card.to("2027-02-28")
    assert card.dues == [("2027-03-31", 15_000, 1_500)]
    card.to("2027-03-05").pay(900)

    card.to("2027-03-28")
    assert card.dues == [("2027-03-31", 19_100, 600 + 1_850)]

    card.to("2027-03-31")
    assert card.required == 2_450


def test_a_rest_within_the_tolerance_enters_the_next_statement_free_of_interest():
    # 500.00 billed on 1 Dec, due 10 Dec; 497.00 paid: 3.00 lacks, tolerance 5.00, so it
    # counts as paid in full. Statement of 1 Jan: 3.00 + 40.00 spent = 43.00, no interest.
    card = Driven(
        "2026-12-02",
        tolerance="5.00",
        **revolving(statement_day=1, due_day=10, billed="500.00", unbilled="40.00"),
    )
    card.to("2026-12-10").pay(49_700)

    card.to("2027-01-01")
    assert card.dues[-1] == ("2027-01-10", 4_300, 4_300)
    assert card.contract.overdue_fen == 0

    # 43.00 unpaid: 3.00 as if posted on 2 Dec, but interest counts from the due date:
    # 43.00 x 22 nights (10 Jan to 1 Feb) x 0.0005 = 0.473 -> 0.47
    card.to("2027-02-01")
    assert card.dues[-1] == ("2027-02-10", 4_347, 4_347)


def test_a_rest_within_the_tolerance_counts_as_posted_the_day_after_its_statement():
    # As before, with interest from posting: 3.00 since 2 Dec, 40.00 (uncovered, unbilled)
    # since 2 Dec, the day after the previous statement. Not paid in January:
    # 43.00 x 61 nights (2 Dec to 1 Feb) x 0.0005 = 1.3115 -> 1.31
    card = Driven(
        "2026-12-02",
        tolerance="5.00",
        **revolving(
            statement_day=1,
            due_day=10,
            billed="500.00",
            unbilled="40.00",
            interest_from="posting",
        ),
    )
    card.to("2026-12-10").pay(49_700)

    card.to("2027-02-01")
    assert card.dues[-1] == ("2027-02-10", 4_431, 4_431)


def test_a_minimum_unpaid_within_the_tolerance_adds_nothing_to_the_next():
    # 1000.00 billed 1 Dec, minimum 10 % = 100.00, 96.00 paid, 4.00 lack (tolerance 5.00):
    # not missed, u = 0. Not paid in full: 904.00 carried from 10 Dec, 22 nights x 0.0005 =
    # 9.944 -> 9.94. Statement: 913.94, minimum 0.1 x 904.00 + 9.94 = 100.34.
    card = Driven(
        "2026-12-02",
        tolerance="5.00",
        late_fee={"ratio": "0.05", "floor": "10.00"},
        **revolving(statement_day=1, due_day=10, billed="1000.00", minimum={"ratio": "0.1"}),
    )
    card.to("2026-12-10").pay(9_600)

    card.to("2027-01-01")
    assert card.dues[-1] == ("2027-01-10", 91_394, 10_034)


@pytest.mark.parametrize(
    ("billed", "required"),
    # at most max(floor, 10.00): the whole; above it 10 %: 1.001 -> 1.00
    [("10.00", 1_000), ("10.01", 100)],
)
def test_the_smallest_statements_are_their_own_minimum(billed, required):
    card = Driven(
        "2026-12-02",
        **revolving(statement_day=1, due_day=10, billed=billed, minimum={"ratio": "0.1"}),
    )

    assert [due[2] for due in card.dues] == [required]


def test_a_statement_of_which_nothing_is_required_is_no_due():
    card = Driven(
        "2026-12-02",
        **revolving(statement_day=1, due_day=10, billed="10.01", minimum={"ratio": "0"}),
    )

    assert card.dues == []
    assert card.to("2026-12-10").required == 0


# Instalments


def test_prepaid_principal_leaves_room_for_its_fee():
    # 1000.00 in 4 rows of 250.00, no interest. Row of 10 Dec paid: 750.00 not yet due. 100.00
    # more: the largest p with p + round_half_up(0.03 p) <= 100.00 is 97.09 (fee 2.9127 ->
    # 2.91; 97.10 would need 2.913 -> 2.91, together 100.01). So p = 97.09, fee 2.91.
    loan = Driven(
        "2026-12-10",
        **instalment(
            principal="1000.00",
            rate=FREE,
            periods_left=4,
            next_due="2026-12-10",
            prepay={"fee_ratio": "0.03"},
        ),
    )

    paid = loan.pay(25_000 + 10_000)

    assert paid == (25_000 + 9_709, 0, 291, 0)
    assert loan.contract.balances() == (75_000 - 9_709, 0, 0, 0)
    # all that is left: 652.91 + round_half_up(0.03 x 652.91 = 19.5873) = 672.50
    assert loan.settle == 65_291 + 1_959


@pytest.mark.parametrize(
    ("keeps", "rows"),
    [
        # 900.00 in 3 rows of 300.00; 300.00 prepaid after the first row is paid: 300.00 left.
        # amount: the next row takes 300.00, the last nothing: one row. term: two of 150.00.
        ("amount", [30_000]),
        ("term", [15_000, 15_000]),
    ],
)
def test_a_prepayment_shortens_the_schedule_or_lowers_its_rows(keeps, rows):
    loan = Driven(
        "2026-12-10",
        **instalment(
            principal="900.00",
            rate=FREE,
            periods_left=3,
            next_due="2026-12-10",
            prepay={"keeps": keeps},
        ),
    )
    loan.pay(30_000 + 30_000)

    for month, required in zip(("2027-01-10", "2027-02-10"), rows, strict=False):
        loan.to(month)
        assert loan.required == required
        loan.pay(required)

    assert loan.settle == 0
    assert len(loan.dues) == 1 + len(rows)


def test_a_level_payment_is_worked_out_again_to_keep_the_term():
    # 1000.00 at 1 % a month in 3 rows: level 1000 x 0.01 / (1 - 1.01^-3) = 340.022 -> 340.02.
    # Row 1: interest 10.00, principal 330.02; left 669.98. 269.98 prepaid: 400.00 in 2 rows:
    # 400 x 0.01 / (1 - 1.01^-2) = 203.00497 -> 203.00. Row 2: interest 4.00, principal
    # 199.00; last row: 201.00 + 2.01.
    loan = Driven(
        "2026-12-10",
        **instalment(
            method="level",
            principal="1000.00",
            rate={"rate": "0.01", "per": "month"},
            periods_left=3,
            next_due="2026-12-10",
            prepay={"keeps": "term"},
        ),
    )
    assert loan.required == 34_002
    loan.pay(34_002 + 26_998)

    assert loan.to("2027-01-10").required == 20_300
    assert loan.pay(20_300) == (19_900, 400, 0, 0)
    assert loan.to("2027-02-10").required == 20_301


@pytest.mark.parametrize(
    ("waived", "payoff"),
    [
        # 300.00 and 9.00 of fees in 3 rows; row 1 paid: 200.00 and 6.00 left
        (False, 20_600),
        (True, 20_000),
    ],
)
def test_a_flat_fee_bill_is_prepaid_whole_or_not_at_all(waived, payoff):
    bill = Driven(
        "2026-12-10",
        **instalment(
            method="flat_fee",
            rate=None,
            principal="300.00",
            fees_left="9.00",
            periods_left=3,
            next_due="2026-12-10",
            prepay={"fees_waived": waived},
        ),
    )
    assert bill.required == 10_300
    bill.pay(10_300)

    assert bill.settle == payoff
    assert bill.contract.payable(bill.today, payoff - 1) == 0
    with pytest.raises(ValueError, match="partial"):
        bill.pay(payoff - 1)
    assert bill.prepay(99_999) == (20_000, 0, payoff - 20_000, 0)
    assert bill.settle == 0


@pytest.mark.parametrize(
    ("waived", "paid"),
    [
        # rows left after the first: 100.00 + 2.00 + 1.00 and 50.00 + 1.00 + 1.00; and 1 % of
        # the principal prepaid: 1.50
        (False, (15_000, 300, 350, 0)),
        (True, (15_000, 0, 150, 0)),
    ],
)
def test_listed_rows_are_prepaid_with_all_that_they_list(waived, paid):
    rows = [("2026-12-10", "70.00", "3.00"), ("2027-01-10", "100.00", "2.00")]
    rows.append(("2027-02-10", "50.00", "1.00"))
    loan = Driven(
        "2026-12-10",
        **instalment(
            method="listed",
            principal="220.00",
            rows=[
                {"due_on": on, "principal": principal, "interest": interest, "fee": "1.00"}
                for on, principal, interest in rows
            ],
            prepay={"fees_waived": waived, "fee_ratio": "0.01"},
        ),
    )
    assert loan.required == 7_400
    loan.pay(7_400)

    assert loan.settle == sum(paid)
    assert loan.contract.payable(loan.today, sum(paid) - 1) == 0
    assert loan.prepay(99_999) == paid
    assert loan.settle == 0


@pytest.mark.parametrize("waived", [False, True])
@pytest.mark.parametrize(
    "terms",
    [
        {"method": "equal_principal", "rate": FREE, "principal": "0.00", "fees_left": "0.01"},
        {
            "method": "listed",
            "principal": "0.00",
            "rows": [{"due_on": "2026-12-15", "principal": "0.00", "fee": "0.01"}],
        },
    ],
)
def test_charges_without_principal_are_asked_for_unless_they_are_waived(waived, terms):
    given = {**terms, "prepay": {"fees_waived": waived}}
    if terms["method"] != "listed":
        given |= {"periods_left": 1, "next_due": "2026-12-15"}
    loan = Driven("2026-12-10", **instalment(**given))

    # what settles for 0.00 is settled: no row of it falls due, in the ledger or foreseen
    assert loan.settle == (0 if waived else 1)
    foreseen = list(loan.contract.clone().pass_rows(day("2027-01-31")))
    assert foreseen == ([] if waived else [(day("2026-12-15"), 1)])
    assert loan.to("2026-12-15").required == (0 if waived else 1)


def test_nothing_is_prepaid_where_that_is_not_allowed():
    loan = Driven(
        "2026-12-10",
        **instalment(
            principal="200.00",
            rate=FREE,
            periods_left=2,
            next_due="2026-12-10",
            prepay={"allowed": False},
        ),
    )

    assert loan.contract.payable(loan.today, 99_999) == 10_000


def test_a_given_penalty_stands_for_every_night_before_today():
    # 100.00 principal and 2.00 interest due 10 Nov, penalty given as 0.33; 1 Dec to 4 Dec
    # are 3 nights: 100.00 x 3 x 0.001 = 0.30. Required on 4 Dec: 102.00 + 0.33 + 0.30.
    arrear = {"due_on": "2026-11-10", "principal": "100.00", "interest": "2.00"}
    terms = {
        "principal": "100.00",
        "periods_left": 0,
        "next_due": "2026-12-10",
        "overdue": {"rate": "0.001", "per": "day"},
    }
    given = Driven("2026-12-01", **instalment(arrears=[arrear | {"penalty": "0.33"}], **terms))
    counted = Driven("2026-12-01", **instalment(arrears=[arrear], **terms))

    assert given.to("2026-12-04").required == 10_263
    assert given.pay(10_263) == (10_000, 200, 0, 63)
    # not given: 24 nights from the due date, 100.00 x 24 x 0.001 = 2.40
    assert counted.to("2026-12-04").required == 10_440


def test_penalty_on_all_principal_runs_once_with_two_rows_behind():
    # 300.00 in 3 rows of 100.00 at 0.0005, due 10 Dec, 10 Jan, 10 Feb; penalty 1.5 x on all
    # principal, nothing paid. Row 1 misses on 10 Dec: interest of its period is
    # 300.00 x 30 x 0.0005 = 4.50 (10 Nov to 10 Dec). From 10 Dec to 10 Jan, 31 nights:
    # penalty 300.00 x 31 x 0.00075 = 6.975 -> 6.98, no ordinary interest: row 2 is 100.00.
    # From 10 Jan to 20 Jan, 10 nights on all 300.00 (once, not per row): 2.25.
    loan = Driven(
        "2026-12-01",
        **instalment(
            principal="300.00",
            periods_left=3,
            next_due="2026-12-10",
            overdue={"multiplier": "1.5", "on": "principal"},
        ),
    )

    assert loan.to("2026-12-10").required == 10_450
    assert loan.to("2027-01-10").required == 10_450 + 698 + 10_000
    assert loan.to("2027-01-20").required == 10_450 + 698 + 10_000 + 225
    # row 1: penalty 6.98 + 2.25, interest 4.50, principal; then row 2
    assert loan.pay(10_450 + 698 + 225) == (10_000, 450, 0, 923)
    # row 2, missed on 10 Jan, goes on alone: 5 nights on 200.00 x 0.00075 = 0.75
    assert loan.to("2027-01-25").required == 10_000 + 75


def test_an_irregular_first_period_bears_each_month_by_its_own_nights():
    # 1.2 % a month, accrued from 20 Nov, next due 10 Jan: nights 20 Nov to 10 Dec lie in the
    # period 10 Nov - 10 Dec (30 nights), the rest is the whole period 10 Dec - 10 Jan:
    # 1000.00 x 0.012 x (20/30 + 1) = 20.00; then a whole month on 500.00: 6.00
    loan = Driven(
        "2026-12-01",
        **instalment(
            principal="1000.00",
            rate={"rate": "0.012", "per": "month"},
            periods_left=2,
            next_due="2027-01-10",
            accrued_from="2026-11-20",
        ),
    )

    assert loan.to("2027-01-10").required == 52_000
    loan.pay(52_000)
    assert loan.to("2027-02-10").required == 50_600


@pytest.mark.parametrize(
    ("rate", "interest"),
    [
        # from 1 January to 10 January 9 nights: 1000.00 x 9 x 0.0005 = 4.50; nothing before
        (DAILY, 450),
        # of the 31 nights from 10 December to 10 January 9: 1000.00 x 0.012 x 9/31 = 3.48
        ({"rate": "0.012", "per": "month"}, 348),
    ],
)
def test_interest_that_begins_after_today_runs_from_that_day(rate, interest):
    terms = {"principal": "1000.00", "rate": rate, "next_due": "2027-01-10"}
    begins = {"accrued_from": "2027-01-01"}
    loan = Driven("2026-12-01", **instalment(periods_left=2, **terms, **begins))
    balance = Driven(
        "2026-12-01", **open_end(ends_on="2027-01-10", **terms, **begins, minimum=None)
    )

    assert loan.to("2026-12-31").settle == 100_000
    assert loan.to("2027-01-10").required == 50_000 + interest
    assert balance.to("2027-01-10").required == 100_000 + interest


@pytest.mark.parametrize("kind", ["instalment", "open"])
@pytest.mark.parametrize(
    ("penalty", "billed"),
    [
        # due 29 November, grace to 2 December, missed on the 3rd. Given 0.05: the nights before
        # 1 December are in it, from then on 4 nights: 100.00 x 4 x 0.001 = 0.40
        ("0.05", 45),
        # not given: all 6 nights from the due date, 0.60
        (None, 60),
    ],
)
def test_a_penalty_given_in_grace_counts_as_billed_and_nights_from_today_are_added(
    kind, penalty, billed
):
    arrears = [{"due_on": "2026-11-29", "principal": "100.00", "penalty": penalty}]
    late = {"principal": "100.00", "rate": FREE, "next_due": "2026-12-29", "grace_days": 3}
    late |= {"overdue": {"rate": "0.001", "per": "day"}, "arrears": arrears}
    terms = instalment(periods_left=0, **late) if kind == "instalment" else open_end(**late)
    debt = Driven("2026-12-01", **terms)

    assert debt.required == 10_000 + (5 if penalty else 0)
    assert debt.to("2026-12-02").required == 10_000 + (5 if penalty else 0)
    assert debt.to("2026-12-05").settle == 10_000 + billed


@pytest.mark.parametrize("kind", ["instalment", "open"])
def test_a_late_fee_is_charged_on_what_was_due_not_on_a_penalty_given_with_it(kind):
    # 100.00 missing when grace ends, 20.00 of penalty given: 5 % of 100.00 = 5.00
    arrears = [{"due_on": "2026-11-29", "principal": "100.00", "penalty": "20.00"}]
    late = {"principal": "100.00", "rate": FREE, "next_due": "2026-12-29", "grace_days": 3}
    late |= {"late_fee": {"ratio": "0.05"}, "overdue": None, "arrears": arrears}
    terms = instalment(periods_left=0, **late) if kind == "instalment" else open_end(**late)
    debt = Driven("2026-12-01", **terms)

    assert debt.to("2026-12-03").required == 10_000 + 2_000 + 500


def test_interest_of_after_the_end_is_required_but_not_counted_as_overdue():
    # 1000.00 and 45 nights from 10 December: 22.50 required on 25 January, the last day. Missed;
    # on 4 February 10 nights more are required, 1000.00 x 10 x 0.0005 = 5.00: overdue are 1022.50
    # before, and what is left of them when 300.00 are paid: first the 5.00, and 295.00 of them.
    debt = Driven(
        "2026-12-10",
        **open_end(principal="1000.00", next_due="2027-01-10", ends_on="2027-01-25",
                   accrued_from="2026-12-11", minimum=None),
    )  # fmt: skip

    assert debt.to("2027-02-04").required == 102_250 + 500
    assert debt.contract.overdue_fen == 102_250
    debt.pay(30_000)
    assert debt.contract.overdue_fen == 102_250 - 29_500


def test_a_penalty_given_in_grace_is_owed_though_the_due_was_paid_in_time():
    arrears = [{"due_on": "2026-11-29", "principal": "100.00", "penalty": "0.05"}]
    loan = Driven(
        "2026-12-01",
        grace_days=3,
        **instalment(
            principal="100.00",
            periods_left=0,
            next_due="2026-12-29",
            overdue={"rate": "0.001", "per": "day"},
            arrears=arrears,
        ),
    )

    assert loan.to("2026-12-02").pay(10_005) == (10_000, 0, 0, 5)
    assert loan.to("2026-12-20").settle == 0


@pytest.mark.parametrize(
    ("as_of", "fee", "overdue"),
    [
        # due 20 Nov, grace 3: safe until 23 Nov. On 23 Nov still in grace; what grace missed
        # becomes overdue on 24 Nov, with the late fee of 10.00; one day later that day is
        # past and what is owed now stands in the document.
        ("2026-11-23", 0, 0),
        ("2026-11-24", 1_000, 10_000),
        ("2026-11-25", 0, 10_000),
    ],
)
def test_grace_that_ended_yesterday_makes_arrears_overdue_today(as_of, fee, overdue):
    arrears = [{"due_on": "2026-11-20", "principal": "100.00"}]
    changes = {"grace_days": 3, "late_fee": {"ratio": "0", "floor": "10.00"}, "arrears": arrears}
    loan = instalment(principal="100.00", periods_left=0, next_due="2026-12-20", overdue=None)
    balance = open_end(principal="100.00", next_due="2026-12-20", rate=FREE)

    for terms in (loan, balance):
        driven = Driven(as_of, **terms, **changes)
        assert driven.required == 10_000 + fee
        assert driven.contract.overdue_fen == overdue


@pytest.mark.parametrize("paid", [0, 3_000])
@pytest.mark.parametrize(
    "terms",
    [
        instalment(
            principal="500.00",
            periods_left=5,
            next_due="2026-12-10",
            fees_left="5.00",
            prepay={"fee_ratio": "0.02"},
            overdue={"multiplier": "1.5"},
        ),
        open_end(principal="500.00", next_due="2026-12-10", minimum={"fixed": "50.00"}),
        revolving(statement_day=1, due_day=10, billed="500.00", minimum={"ratio": "0.1"}),
    ],
)
def test_what_settles_clears_a_debt_exactly(terms, paid):
    debt = Driven("2026-12-02", **terms).to("2026-12-10")
    if paid:
        debt.pay(paid)
    debt.to("2027-01-23")
    payoff = debt.settle

    with pytest.raises(ValueError, match=r"."):
        debt.contract.clone().pay(debt.today, payoff + 1)
    assert sum(debt.pay(payoff)) == payoff
    assert debt.settle == 0
    assert debt.contract.is_settled(debt.today)
    debt.to("2027-12-31")
    assert debt.settle == 0


# Open


def test_after_its_end_an_open_debt_requires_what_settles():
    # 1000.00 at 0.0005, due on the 10th, ends 25 Jan, no minimum. 10 Dec: interest of 30
    # nights 15.00 billed. 10 Jan: 31 nights 15.50. 25 Jan: 15 nights 7.50; all is required:
    # 1038.00. Unpaid until 4 Feb: 10 nights more on the principal = 5.00: 1043.00.
    debt = Driven(
        "2026-12-01",
        **open_end(principal="1000.00", next_due="2026-12-10", ends_on="2027-01-25"),
    )

    assert debt.to("2027-01-24").required == 0
    assert debt.to("2027-01-25").required == 103_800
    assert debt.dues == [("2027-01-25", 103_800, 103_800)]
    assert debt.to("2027-02-04").required == 104_300
    # 43.00 pays the interest, and what is left bears on: 5 nights on 1000.00 = 2.50
    debt.pay(4_300)
    assert debt.to("2027-02-09").required == 100_250
    debt.pay(100_250)
    assert debt.settle == 0


@pytest.mark.parametrize(
    ("penalties", "payoff"),
    [
        # 100.00 due 10 Oct and 50.00 due 10 Nov, 0.001 a night; settled on 4 Dec. Nights to
        # 4 Dec: 55 and 24: 5.50 + 1.20. Given: only the 3 nights from 1 Dec, 0.30 and 0.15.
        ((None, None), 15_000 + 670),
        (("4.00", "0.70"), 15_000 + 470 + 45),
        (("0.00", "0.00"), 15_000 + 45),
        (("4.00", None), 15_000 + 400 + 30 + 120),
        ((None, "0.00"), 15_000 + 550 + 15),
    ],
)
def test_a_given_penalty_of_an_open_debt_stands_for_its_own_nights(penalties, payoff):
    arrears = [
        {"due_on": "2026-10-10", "principal": "100.00", "penalty": penalties[0]},
        {"due_on": "2026-11-10", "principal": "50.00", "penalty": penalties[1]},
    ]
    debt = Driven(
        "2026-12-01",
        **open_end(
            principal="150.00",
            rate=FREE,
            next_due="2026-12-10",
            overdue={"rate": "0.001", "per": "day"},
            arrears=arrears,
        ),
    )

    assert debt.to("2026-12-04").settle == payoff
    assert debt.pay(payoff) == (15_000, 0, 0, payoff - 15_000)


@pytest.mark.parametrize(
    ("compound", "balances"),
    [
        # 1000.00 at 1 % a month, no minimum. Simple: 10.00 a month beside the principal.
        # Compound: 10.00, then 10.10, join the principal.
        (False, [(100_000, 1_000), (100_000, 2_000)]),
        (True, [(101_000, 0), (102_010, 0)]),
    ],
)
def test_billed_interest_bears_interest_only_where_it_compounds(compound, balances):
    debt = Driven(
        "2026-12-01",
        **open_end(
            principal="1000.00",
            rate={"rate": "0.01", "per": "month"},
            next_due="2026-12-10",
            compound=compound,
        ),
    )

    for month, (principal, interest) in zip(("2026-12-10", "2027-01-10"), balances, strict=True):
        assert debt.to(month).contract.balances() == (principal, interest, 0, 0)


def test_compounded_interest_is_principal_before_the_minimum_is_taken():
    # 1000.00 at 1 %: 10.00 joins the principal, minimum 2 % of 1010.00 = 20.20, and plus
    # interest adds nothing, since none is left
    debt = Driven(
        "2026-12-10",
        **open_end(
            principal="1000.00",
            rate={"rate": "0.01", "per": "month"},
            next_due="2026-12-10",
            compound=True,
            minimum={"ratio": "0.02", "plus_interest": True},
        ),
    )

    assert debt.required == 2_020
    assert debt.pay(2_020) == (2_020, 0, 0, 0)


# Rungs


def planned(debt, money=(), **options):
    incomes = [
        {"id": f"i{place}", "name": "钱", "amount": amount, "account": "card", "on": {"once": on}}
        for place, (on, amount) in enumerate(money)
    ]
    household = parse_household(
        {
            "format": "repayment-household",
            "version": 1,
            "as_of": "2026-12-01",
            "currency": "CNY",
            "accounts": [{"id": "card", "name": "卡", "balance": "0.00"}],
            "incomes": incomes,
            "debts": [{"id": "debt", "name": "债", **debt}],
        }
    )
    return make_plan(household, "minimum", **options)


def rung(name, days, counts_from="due", severity=1, **more):
    return {
        "id": name,
        "after_days": days,
        "counts_from": counts_from,
        "severity": severity,
    } | more


def states(plan):
    return [
        (one["rung"], one["starts_on"], one["state"]) for one in plan_document(plan)["consequences"]
    ]


LOAN = instalment(principal="200.00", rate=FREE, periods_left=2, next_due="2026-12-10")


def test_a_step_runs_from_its_event_once_that_is_entered():
    ladder = [
        rung("sue", None, severity=5),
        rung("answer", 15, "event:sue", severity=5),
        rung("appeal", 10, "event:judgment", severity=5),
    ]
    money = [("2026-12-01", "200.00")]

    before = planned({**LOAN, "ladder": ladder}, money)
    after = planned(
        {**LOAN, "ladder": ladder, "events": [{"rung": "sue", "on": "2026-11-20"}]}, money
    )

    assert states(before) == [
        ("sue", None, "undated"),
        ("answer", None, "undated"),
        ("appeal", None, "undated"),
    ]
    # the summons of 20 November has happened; 15 days later is 5 December
    assert states(after) == [
        ("sue", "2026-11-20", "started"),
        ("answer", "2026-12-05", "will_start"),
        ("appeal", None, "undated"),
    ]
    assert list(after.harm) == [0] * 6


def test_needs_hide_a_rung_only_where_the_debt_does_not_report():
    ladder = [
        rung("bureau", 1, needs=["reports_to:pboc"]),
        rung("score", 1, needs=["reports_to:zhima"]),
        rung("visit", 1, needs=["an address they know"]),
    ]

    plan = planned({**LOAN, "ladder": ladder, "reports_to": ["zhima"]}, [("2026-12-01", "200.00")])

    assert [one.rung.id for one in plan.consequences] == ["score", "visit"]
    assert {one.state for one in plan.consequences} == {"avoided"}


def test_always_one_row_behind_starts_31_days_once_and_is_late_each_time():
    # rows of 100.00 on the 10th; from 10 January on, one row is paid each month, a month
    # late: row 1 (10 Dec) on 10 Jan, row 2 (10 Jan) on 10 Feb, row 3 (10 Feb) on 10 Mar, and
    # what is left then. Oldest unpaid is at most 31 days old: due + 31 days: row 1 on
    # 10 January, the day it is paid - too late. Same episode: no rung starts again. By their
    # own days row 1 and row 2 (31 days on 10 February, the day it is paid) are late, row 3 (31
    # days on 13 March) is not: two dues of severity 3, so of the lighter ones too.
    ladder = [rung("d31", 31, severity=3), rung("d61", 61, severity=4)]
    debt = instalment(
        principal="300.00", rate=FREE, periods_left=3, next_due="2026-12-10", overdue=None
    )
    money = [("2027-01-10", "100.00"), ("2027-02-10", "100.00"), ("2027-03-10", "100.00")]

    plan = planned({**debt, "ladder": ladder}, money, ladders=True)

    started = [one for one in states(plan) if one[2] == "will_start"]
    assert started == [("d31", "2027-01-10", "will_start")]
    assert list(plan.harm) == [0, 0, 2, 2, 2, 8_700]
    # 100.00 each, overdue at the end of: row 1, 11 Dec to 9 Jan, 30 days; row 2, 11 Jan to
    # 9 Feb, 30 days; row 3, 11 Feb to 9 Mar, 27 days; 87 x 100


def test_paying_on_the_day_of_a_rung_is_too_late_and_the_day_before_is_not():
    ladder = [rung("calls", 5, severity=2)]

    late = planned({**LOAN, "ladder": ladder}, [("2026-12-15", "200.00")])
    just = planned({**LOAN, "ladder": ladder}, [("2026-12-14", "200.00")])

    assert states(late) == [("calls", "2026-12-15", "will_start")]
    assert states(just) == [("calls", "2026-12-15", "avoided")]
    assert (late.harm.severity_2, just.harm.severity_2) == (1, 0)


def test_a_rung_waits_for_grace_to_end():
    # due 10 Dec, grace 5: last safe day 15 Dec. due + 2 lies within grace: 16 Dec. due + 9:
    # 19 Dec. grace end + 2: 17 Dec.
    ladder = [rung("a", 2), rung("b", 9), rung("c", 2, "grace_end"), rung("note", -3)]

    plan = planned({**LOAN, "grace_days": 5, "ladder": ladder}, [("2026-12-15", "200.00")])

    assert states(plan) == [
        ("a", "2026-12-16", "avoided"),
        ("b", "2026-12-19", "avoided"),
        ("c", "2026-12-17", "avoided"),
    ]


# What a day would cost


def test_cure_and_settlement_before_that_days_payments():
    # 300.00 in 3 rows, 0.0005 a night, penalty 1.5 x, from 10 Nov. No money until 20 January.
    # 10 Dec: 100.00 + 300.00 x 30 x 0.0005 = 104.50. 10 Jan: penalty 100.00 x 31 x 0.00075 =
    # 2.325 -> 2.33; row 100.00 + 200.00 x 31 x 0.0005 = 103.10. 20 Jan: penalty billed 2.33,
    # and 10 nights on both rows: 0.75 each: 1.50. Required: 104.50 + 2.33 + 103.10 + 1.50.
    # To settle: 100.00 not yet due and 10 nights on it: 0.50.
    debt = instalment(
        principal="300.00", periods_left=3, next_due="2026-12-10", overdue={"multiplier": "1.5"}
    )
    household = planned(debt, [("2027-01-20", "500.00")]).household

    assert cure(household, "debt", date(2026, 12, 9), "minimum") == 0
    assert cure(household, "debt", date(2026, 12, 10), "minimum") == 10_450
    assert cure(household, "debt", date(2027, 1, 10), "minimum") == 10_450 + 233 + 10_310
    assert cure(household, "debt", date(2027, 1, 20), "minimum") == 21_143
    assert settle(household, "debt", date(2027, 1, 20), "minimum") == 21_143 + 10_050
    assert cure(household, "debt", date(2027, 1, 21), "minimum") == 0
    with pytest.raises(KeyError):
        cure(household, "other", date(2027, 1, 20), "minimum")
    with pytest.raises(ValueError, match=r"."):
        settle(household, "debt", date(2026, 11, 30), "minimum")


def test_the_ladder_of_a_due_that_comes_later():
    rungs = [rung("calls", 3), rung("record", 31, severity=3)]
    debt = {**LOAN, "ladder": rungs}
    household = planned(debt, [("2026-12-01", "100.00"), ("2027-01-15", "100.00")]).household

    first = ladder(household, "debt", date(2026, 12, 10), "minimum")
    second = ladder(household, "debt", date(2027, 1, 10), "minimum")

    assert [(one.rung.id, one.state) for one in first] == [
        ("calls", "avoided"),
        ("record", "avoided"),
    ]
    assert [(one.rung.id, one.starts_on, one.state) for one in second] == [
        ("calls", date(2027, 1, 13), "will_start"),
        ("record", date(2027, 2, 10), "avoided"),
    ]
    with pytest.raises(KeyError):
        ladder(household, "debt", date(2027, 1, 11), "minimum")


def test_an_annuity_needs_no_figure_from_us():
    # the level payment of the comment above, by exact fractions
    rate = Fraction(1, 100)

    assert round_half_up(100_000 * rate / (1 - (1 + rate) ** -3)) == 34_002
    assert round_half_up(40_000 * rate / (1 - (1 + rate) ** -2)) == 20_300


# Strategies


@pytest.mark.parametrize(
    ("strategy", "order", "buffer", "paid"),
    [
        # 60.00 at hand; a owes 100.00 at 0.001, b 50.00 at 0.0005, nothing is ever required
        ("minimum", [], "0.00", []),
        ("avalanche", [], "0.00", [("a", 6_000)]),
        ("avalanche", [], "25.00", [("a", 3_500)]),
        ("avalanche", [], "60.00", []),
        ("snowball", [], "0.00", [("a", 1_000), ("b", 5_000)]),
        ("custom", ["a"], "0.00", [("a", 6_000)]),
        ("custom", ["b"], "0.00", [("a", 1_000), ("b", 5_000)]),
        ("custom", ["b"], "20.00", [("b", 4_000)]),
    ],
)
def test_what_is_over_goes_where_the_strategy_says(strategy, order, buffer, paid):
    def owes(name, principal, rate):
        terms = open_end(principal=principal, rate=rate, next_due="2027-01-10")
        return {"id": name, "name": "债", **terms}

    household = parse_household(
        {
            "format": "repayment-household",
            "version": 1,
            "as_of": "2026-12-01",
            "currency": "CNY",
            "buffer": buffer,
            "order": order,
            "accounts": [{"id": "card", "name": "卡", "balance": "60.00"}],
            "debts": [
                owes("a", "100.00", {"rate": "0.001", "per": "day"}),
                owes("b", "50.00", DAILY),
            ],
        }
    )

    plan = make_plan(household, strategy)

    assert [(one.debt, one.amount_fen) for one in plan.payments] == paid
    assert {one.on for one in plan.payments} <= {date(2026, 12, 1)}


def test_money_that_a_later_due_needs_is_not_prepaid():
    # 100.00 at hand and 30.00 on 5 Jan. Rows of 60.00 on 10 Dec and 10 Jan; the dear debt
    # owes 80.00. Left after 10 Dec: 40.00; after 10 Jan: 10.00, so 10.00 may be prepaid today.
    household = parse_household(
        {
            "format": "repayment-household",
            "version": 1,
            "as_of": "2026-12-01",
            "currency": "CNY",
            "accounts": [{"id": "card", "name": "卡", "balance": "100.00"}],
            "incomes": [
                {
                    "id": "gift",
                    "name": "钱",
                    "amount": "30.00",
                    "account": "card",
                    "on": {"once": "2027-01-05"},
                }
            ],
            "debts": [
                {
                    "id": "rows",
                    "name": "债",
                    **instalment(
                        principal="120.00", rate=FREE, periods_left=2, next_due="2026-12-10"
                    ),
                },
                {
                    "id": "dear",
                    "name": "债",
                    **open_end(
                        principal="80.00",
                        rate={"rate": "0.001", "per": "day"},
                        next_due="2026-12-10",
                    ),
                },
            ],
        }
    )

    plan = make_plan(household, "avalanche")

    assert plan.status == "on_time"
    assert [(one.on.isoformat(), one.debt, one.amount_fen) for one in plan.payments] == [
        ("2026-12-01", "dear", 1_000),
        ("2026-12-10", "rows", 6_000),
        ("2027-01-10", "rows", 6_000),
    ]
