"""Rates by the night, the month and the year; level payments; internal rates of return."""

from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
import pyxirr
from hypothesis import assume, given
from hypothesis import strategies as st

from planner.domain.values.days import add_months, month_day_on_or_before, next_month_day
from planner.domain.values.rates import NIGHTS_LCM, Rate, annuity, irr, month_weight, periodic_irr

START = date(2026, 1, 31)
ordinals = st.integers(date(1990, 1, 1).toordinal(), date(2099, 12, 31).toordinal())
days_of_month = st.integers(1, 31)
fen = st.integers(1, 99_999_999_999)


def yearly(text, basis=365, monthly=False):
    return Rate(Fraction(text), "year", basis, monthly)


def percent(rate):
    """A rate as the published tables print it: per cent, four places."""
    return f"{float(rate) * 100:.4f}"


# Rates


@pytest.mark.parametrize(
    ("rate", "nightly"),
    [
        (Rate(Fraction("0.0005"), "day"), Fraction(5, 10_000)),
        (yearly("0.146"), Fraction(4, 10_000)),
        (yearly("0.18", basis=360), Fraction(5, 10_000)),
        (yearly("0"), Fraction(0)),
    ],
)
def test_a_night_bears_the_daily_rate_or_its_share_of_the_year(rate, nightly):
    assert rate.nightly == nightly
    assert not rate.is_monthly


@pytest.mark.parametrize("rate", [Rate(Fraction("0.012"), "month"), yearly("0.036", monthly=True)])
def test_a_monthly_rate_has_no_rate_per_night(rate):
    assert rate.is_monthly
    with pytest.raises(ValueError, match="month_weight"):
        _ = rate.nightly


@pytest.mark.parametrize(
    ("rate", "monthly_value", "annual"),
    [
        (Rate(Fraction("0.0005"), "day"), Fraction("0.015"), Fraction("0.1825")),
        (Rate(Fraction("0.012"), "month"), Fraction("0.012"), Fraction("0.144")),
        (yearly("0.036"), Fraction("0.003"), Fraction("0.036")),
        (yearly("0.036", basis=360), Fraction("0.003"), Fraction("0.036")),
        (yearly("0.036", monthly=True), Fraction("0.003"), Fraction("0.036")),
    ],
)
def test_a_rate_has_a_month_and_a_year_to_compare(rate, monthly_value, annual):
    assert rate.monthly_value == monthly_value
    assert rate.annual == annual


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((Fraction(-1, 100), "year"), "not negative"),
        ((Fraction(1, 100), "week"), "not 'week'"),
        ((Fraction(1, 100), "year", 366), "not 366"),
        ((Fraction(1, 100), "day", 365, True), "charged monthly"),
    ],
)
def test_an_impossible_rate_is_refused(arguments, reason):
    with pytest.raises(ValueError, match=reason):
        Rate(*arguments)


# Level payments


@pytest.mark.parametrize(
    ("rate", "payment_fen"), [("0.035", 449_045), ("0.032", 432_467), ("0.0305", 424_305)]
)
def test_a_mortgage_of_a_million_has_the_payment_that_banks_print(rate, payment_fen):
    assert annuity(100_000_000, yearly(rate), 360) == payment_fen
    assert annuity(100_000_000, yearly(rate, monthly=True), 360) == payment_fen


def test_a_level_payment_without_interest_is_an_equal_part_rounded_half_up():
    free = yearly("0")

    assert annuity(1_000, free, 3) == 333
    assert annuity(1_000, free, 16) == 63
    assert annuity(0, yearly("0.05"), 12) == 0
    assert annuity(10_000, Rate(Fraction("0.0005"), "day"), 1) == 10_150


@pytest.mark.parametrize(("principal_fen", "count"), [(-1, 12), (100, 0)])
def test_an_impossible_level_payment_is_refused(principal_fen, count):
    with pytest.raises(ValueError, match="no level payment"):
        annuity(principal_fen, yearly("0.05"), count)


@pytest.mark.property
@given(fen, st.integers(0, 2 * 10**11), st.integers(1, 360))
def test_a_level_payment_is_the_nearest_fen_that_repays_the_principal(principal_fen, parts, count):
    payment = annuity(principal_fen, Rate(Fraction(parts, 10**12), "month"), count)

    # All at the end of the last month, times 10¹² a month: one fen paid each month is worth
    # `paid` then, one fen of principal `lent`.
    paid, lent = 0, 1
    for month in range(count):
        paid = paid * (10**12 + parts) + 10 ** (12 * month)
        lent *= 10**12 + parts
    paid *= 10**12

    assert (2 * payment - 1) * paid <= 2 * principal_fen * lent < (2 * payment + 1) * paid


# Nights of a monthly rate


def night_by_night(start, end, day):
    weight = 0
    for ordinal in range(start, end):
        opens = month_day_on_or_before(date.fromordinal(ordinal), day)
        closes = next_month_day(opens, day)
        weight += NIGHTS_LCM // (closes - opens).days
    return weight


def test_a_period_weighs_one_month_however_long_it_is():
    for month in range(1, 13):
        opens = date(2028, month, 10)
        start, end = opens.toordinal(), add_months(opens, 1).toordinal()

        assert month_weight(start, end, 10) == NIGHTS_LCM


def test_a_night_weighs_more_in_february():
    january = date(2026, 1, 10).toordinal()
    february = date(2026, 2, 10).toordinal()

    assert NIGHTS_LCM == 377_580
    assert month_weight(january, january + 1, 10) == NIGHTS_LCM // 31
    assert month_weight(february, february + 1, 10) == NIGHTS_LCM // 28
    assert month_weight(january, january, 10) == 0
    with pytest.raises(ValueError, match="forward"):
        month_weight(february, january, 10)


@pytest.mark.property
@given(ordinals, st.integers(0, 500), days_of_month)
def test_the_weight_is_the_sum_over_the_nights(start, nights, day):
    assert month_weight(start, start + nights, day) == night_by_night(start, start + nights, day)


@pytest.mark.property
@given(ordinals, st.integers(0, 12_000), st.integers(0, 12_000), days_of_month)
def test_weights_of_neighbouring_stretches_add_up(start, nights, more, day):
    middle, end = start + nights, start + nights + more

    assert month_weight(start, end, day) == (
        month_weight(start, middle, day) + month_weight(middle, end, day)
    )


# Internal rates of return


def flat_fee_flows(count, fee_rate):
    """Principal received, then equal parts of principal and of the whole fee."""
    principal = count * 10**9
    payment = Fraction(principal) * (1 + Fraction(fee_rate)) / count
    assert payment.denominator == 1
    return [principal, *[-payment.numerator] * count]


@pytest.mark.parametrize(
    ("count", "fee_rate", "monthly", "nominal", "effective"),
    [
        # 花呗分期, the published fee of the whole plan; rates worked out independently.
        (3, "0.025", "1.2449", "14.9384", "16.0048"),
        (9, "0.065", "1.2784", "15.3402", "16.4661"),
        (12, "0.088", "1.3220", "15.8643", "17.0702"),
        # Card instalments at 0.72 % or 0.60 % of the principal a month.
        (3, "0.0216", None, "12.9139", "13.7064"),
        (6, "0.0432", None, "14.6630", "15.6897"),
        (12, "0.0864", None, "15.5823", "16.7448"),
        (24, "0.1728", None, "15.7980", "16.9937"),
        (12, "0.072", None, "13.0342", "13.8418"),
    ],
)
def test_an_instalment_fee_has_the_published_rate(count, fee_rate, monthly, nominal, effective):
    rate = periodic_irr(flat_fee_flows(count, fee_rate))

    assert percent(12 * rate) == nominal
    assert percent((1 + rate) ** 12 - 1) == effective
    assert monthly is None or percent(rate) == monthly


@pytest.mark.parametrize(
    ("amounts", "rate"),
    [
        ([100, -110], Fraction("0.1")),
        ([-100, 110], Fraction("0.1")),
        ([0, 100, -110, 0], Fraction("0.1")),
        ([10_000, 0, -12_100], Fraction("0.1")),
        ([300, -100, -100, -100], Fraction(0)),
        ([100, -50], Fraction("-0.5")),
        ([100, 0, -25], Fraction("-0.5")),
        ([1, -1_000_000], Fraction(999_999)),
    ],
)
def test_a_rate_with_few_places_is_exact(amounts, rate):
    assert periodic_irr(amounts) == rate


def test_a_rate_of_dated_flows_is_that_of_a_year_of_365_days():
    lent = START.toordinal()

    assert irr([(lent, 10_000), (lent + 365, -11_000)]) == Fraction("0.1")
    assert irr([(lent + 365, -11_000), (lent, 4_000), (lent, 6_000)]) == Fraction("0.1")
    assert irr([(lent, 10_000), (lent + 730, -12_100)]) == Fraction("0.1")
    assert irr([(lent, 11_000), (lent + 365, -10_000)]) == Fraction("-0.090909090909")


@pytest.mark.parametrize(
    "amounts",
    [
        [],
        [0, 0],
        [100],
        [100, 50],
        [-100, -50],
        # Two roots, 10 % and 20 %: the running total changes its sign twice.
        [1_000, -2_300, 1_320],
        # Paid before it is received: two roots, neither of them a price.
        [-100, 300, -201],
        # Two roots, 0 and −50 %: the running total changes its sign and ends at zero.
        [100, -150, 50],
        # Growth beyond what any rate is given for.
        [1, -1_000_000_001],
        [1_000_000_001, -1],
    ],
)
def test_flows_without_a_single_rate_have_none(amounts):
    assert periodic_irr(amounts) is None


def test_flows_of_one_day_that_cancel_have_no_rate():
    lent = START.toordinal()

    assert irr([(lent, 100), (lent, -110)]) is None
    assert irr([(lent, 100), (lent, -100)]) is None
    assert irr([(lent, 100), (lent + 1, -200)]) is None  # more than 10⁹ a year


def test_a_debt_that_is_drawn_again_has_its_one_positive_rate():
    # The debt runs throughout: its balance changes its sign once, at the last payment.
    again = [10_000, -4_000, 6_000, -5_000, -8_000]
    growth = 1 + periodic_irr(again)

    value = sum(amount / growth**k for k, amount in enumerate(again))

    assert growth > 1
    assert abs(value) < Fraction(1, 10**6)
    assert float(growth - 1) == pytest.approx(pyxirr.irr(again), abs=1e-9)


def test_of_two_rates_the_only_positive_one_is_taken():
    # 10 % and −50 %.
    assert periodic_irr([100, -160, 55]) == Fraction("0.1")


def test_a_debt_drawn_again_without_interest_costs_nothing():
    assert periodic_irr([100, -50, 50, -100]) == 0


def assert_root(flows, rate):
    """The discounted flows change their sign within 10⁻¹⁰ of the rate, in 80 digits."""
    begin = min(day for day, _ in flows)
    with localcontext() as context:
        context.prec = 80
        step = Decimal(10) ** -10
        exact = Decimal(rate.numerator) / Decimal(rate.denominator)
        low, high = (
            sum(
                amount * (1 + near) ** (-Decimal(day - begin) / Decimal(365))
                for day, amount in flows
            )
            for near in (exact - step, exact + step)
        )
    assert low * high <= 0


loans = st.builds(
    lambda principal, gaps: (principal, gaps),
    st.integers(10_000, 10**9),
    st.lists(
        st.tuples(st.integers(1, 62), st.fractions(Fraction(1, 50), 2, max_denominator=1000)),
        min_size=1,
        max_size=24,
    ),
)


def loan_flows(principal, parts):
    flows, day = [(START.toordinal(), principal)], START.toordinal()
    for gap, share in parts:
        day += gap
        flows.append((day, -max(1, int(principal * share))))
    return flows


@pytest.mark.property
@given(loans)
def test_the_rate_of_a_loan_is_exact_to_ten_places(loan):
    flows = loan_flows(*loan)
    rate = irr(flows)
    assume(rate is not None and rate > Fraction(-9, 10))

    assert_root(flows, rate)
    assert irr([(day, -amount) for day, amount in flows]) == rate
    assert irr(flows[::-1]) == rate


@pytest.mark.property
@given(
    st.integers(100_000, 10**9),
    st.integers(1, 60),
    st.fractions(Fraction(1, 10), 2, max_denominator=1000),
)
def test_the_rate_of_a_monthly_loan_equals_that_of_pyxirr(principal, count, markup):
    payment = int(principal * (1 + markup) / count)
    assume(payment * count > principal)
    amounts = [principal, *[-payment] * count]
    dates = [add_months(START, months) for months in range(count + 1)]
    flows = [(on.toordinal(), amount) for on, amount in zip(dates, amounts, strict=True)]

    dated, periodic = irr(flows), periodic_irr(amounts)
    assume(dated is not None and dated < 100)

    assert float(periodic) == pytest.approx(pyxirr.irr(amounts), abs=1e-9)
    assert float(dated) == pytest.approx(pyxirr.xirr(dates, amounts), abs=1e-9)


def test_a_mortgage_paid_by_its_level_payment_has_its_own_rate():
    payment = annuity(100_000_000, yearly("0.0305"), 360)

    rate = periodic_irr([100_000_000, *[-payment] * 360])

    assert abs(12 * rate - Fraction("0.0305")) < Fraction(1, 10**7)


@pytest.mark.parametrize(
    "flows",
    [
        [(0, 100), (10_950, -(10**11))],
        [(0, 1), (10_000, 1), (11_000, -(10**11))],
        [(0, 10**11), (1_000, -1), (11_000, -1)],
        [(0, 10**11), (7, -13 * 10**10)],
        [(0, 10**11), (11_000, -(10**11) - 1)],
    ],
)
def test_extreme_flows_keep_their_ten_places(flows):
    first = START.toordinal()
    dated = [(first + day, amount) for day, amount in flows]

    assert_root(dated, irr(dated))
