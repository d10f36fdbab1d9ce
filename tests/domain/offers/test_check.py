from fractions import Fraction

import pytest
import pyxirr
from hypothesis import given

from planner.domain.offers.check import check_document, check_offer, decimal, rates_of
from planner.domain.offers.offer import parse_offer
from tests.domain.offers.generate import document, offers

POINTS = 0.00005  # 0.005 percentage points


def checked(**changes):
    return check_offer(parse_offer(document(**changes)))


def codes(**changes):
    return [one.code for one in checked(**changes).findings]


# Published worked examples, recomputed (field notes of 2026-11-29, E1 to E6 and the spares).
EXAMPLES = {
    "E1": ({"periods": 12, "fee": {"total_ratio": "0.072"}}, 0.13034, 0.13842),
    "E2": ({"periods": 3, "fee": {"per_period_ratio": "0.0082"}}, 0.14700, 0.15732),
    "E3": ({"periods": 6, "fee": {"per_period_ratio": "0.0070"}}, 0.14260, 0.15230),
    "E4": ({"periods": 12, "fee": {"per_period_ratio": "0.0067"}}, 0.14523, 0.15530),
    "E5": (
        {"principal": "2679.00", "periods": 24, "fee": {"per_period": "8.04"}},
        0.06773,
        0.06987,
    ),
    "E6": ({"principal": "10000.00", "fee": None, "payment": "1000.00"}, 0.35074, 0.41300),
    "spare 1": (
        {"principal": "10000.00", "periods": 3, "fee": None, "payment": "4183.33"},
        1.47325,
        None,
    ),
    "spare 2": (
        {
            "principal": "10000.00",
            "fee": None,
            "payments": [
                {"on": f"2027-{month:02}-05", "amount": "1733.33" if month == 1 else "833.33"}
                for month in range(1, 12)
            ]
            + [{"on": "2027-12-05", "amount": "833.37"}],
        },
        0.17506,
        None,
    ),
    "spare 2, with its fee told apart": (
        {"principal": "10000.00", "fee": {"total": "0.00"}, "first_fee": "900.00"},
        0.17506,
        None,
    ),
    "spare 3": (
        {
            "principal": "100000.00",
            "received": "98000.00",
            "fee": None,
            "payment": "8884.88",
        },
        0.15855,
        None,
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_published_examples_come_out(name):
    changes, nominal, effective = EXAMPLES[name]
    rates = checked(**changes).rates

    assert float(rates.nominal) == pytest.approx(nominal, abs=POINTS)
    if effective is not None:
        assert float(rates.effective) == pytest.approx(effective, abs=POINTS)


# What sites print for the same offers, and what is right.
PUBLISHED_WRONG = [
    ({"periods": 3, "fee": {"per_period_ratio": "0.007"}}, 0.15, 0.12556),
    ({"periods": 12, "fee": {"total_ratio": "0.075"}}, 0.132, 0.13567),
    ({"periods": 3, "fee": {"total_ratio": "0.026"}}, 0.152, 0.15533),
    ({"periods": 6, "fee": {"total_ratio": "0.042"}}, 0.147, 0.14260),
    ({"principal": "5000.00", "fee": None, "payment": "536.00"}, 0.3597, 0.4926),
    ({"principal": "10000.00", "fee": None, "payment": "1200.00"}, 0.356, 0.733),
    ({"principal": "10000.00", "fee": None, "payment": "945.00"}, 0.216, 0.2388),
    ({"periods": 12, "fee": {"per_period_ratio": "0.0054"}}, 0.1196, 0.11753),
]


@pytest.mark.parametrize(("changes", "printed", "right"), PUBLISHED_WRONG)
def test_a_site_says_otherwise_and_ours_is_the_rate_of_return(changes, printed, right):
    nominal = float(checked(**changes).rates.nominal)

    assert nominal == pytest.approx(right, abs=5e-4)
    assert abs(nominal - printed) > 0.001


def test_a_site_that_prints_the_effective_rate_is_told_apart():
    rates = checked(fee={"total_ratio": "0.072"}).rates

    assert float(rates.effective) == pytest.approx(0.138, abs=5e-4)
    assert float(rates.nominal) == pytest.approx(0.13034, abs=POINTS)


@given(offers())
def test_rates_are_those_of_an_independent_solver(offered):
    offer = parse_offer(offered)
    rates = rates_of(offer)
    first = offer.received_on
    flows = [(first, offer.received_fen - offer.up_front_fen)]
    flows += [(row.on, -row.fen) for row in offer.rows]

    if rates.by_days is not None:
        yearly = (1 + float(rates.by_days) / 365) ** 365 - 1
        value = pyxirr.xnpv(yearly, [on for on, _ in flows], [fen for _, fen in flows])
        least = sum(abs(fen) for _, fen in flows)
        assert abs(value) < 1e-6 * least * max(1.0, (1 + yearly) ** -3)
        found = pyxirr.xirr([on for on, _ in flows], [float(fen) for _, fen in flows])
        if found is not None and abs(found) < 50 and abs(yearly) < 50:
            assert yearly == pytest.approx(found, abs=1e-6, rel=1e-6)
    monthly = [row.on.day for row in offer.rows]
    if len(set(monthly)) == 1 and monthly[0] == 5 and rates.nominal is not None:
        months = [12 * (on.year - 2026) + on.month - 12 for on, _ in flows]
        amounts = [0.0] * (max(months) + 1)
        for month, (_, fen) in zip(months, flows, strict=True):
            amounts[month] += fen
        found = pyxirr.irr(amounts)
        if found is not None:
            assert float(rates.nominal) == pytest.approx(12 * found, abs=1e-6, rel=1e-6)


@given(offers())
def test_an_answer_holds_what_it_must_and_nothing_uncertain(offered):
    answer = check_document(check_offer(parse_offer(offered)))

    assert list(answer) == [
        "nominal_rate", "effective_rate", "yearly_rate_by_days", "form_rate", "total",
        "interest_and_fees", "ceilings", "findings",
    ]  # fmt: skip
    if answer["nominal_rate"] is None:
        assert "no_rate" in [one["code"] for one in answer["findings"]]
    assert all(one["source"] and one["certainty"] for one in answer["ceilings"])


def test_payments_on_monthly_dates_are_equal_months_whatever_the_stub():
    usual = checked().rates
    late = checked(first_due="2027-01-20").rates

    assert late.nominal == usual.nominal
    assert late.by_days < usual.by_days


def test_a_payment_on_the_first_day_is_month_zero():
    paid = [{"on": "2026-12-05", "amount": "600.00"}, {"on": "2027-01-05", "amount": "5500.00"}]
    rates = checked(fee=None, periods=None, first_due=None, payments=paid).rates

    assert rates.nominal == 12 * Fraction(550_000, 540_000) - 12 or float(
        rates.nominal
    ) == pytest.approx(12 * (5500 / 5400 - 1), abs=1e-9)


def test_the_form_adds_items_up_and_may_differ():
    plain, with_fee = checked(), checked(up_front="120.00")

    assert plain.form_rate == plain.rates.nominal
    assert with_fee.form_rate != with_fee.rates.nominal
    assert "form_differs" in codes(up_front="120.00")
    assert checked(fee=None, payment="539.00").form_rate is None


def test_a_fee_taken_once_is_an_item_of_its_own():
    once = checked(first_fee="120.00")
    alone = checked(fee={"per_period": "0.00"}, first_fee="120.00")

    assert once.form_rate == checked().rates.nominal + alone.rates.nominal
    assert ("first_fee", 12_000) in [(one.code, one.fen) for one in once.findings]
    assert once.cost_fen == checked().cost_fen + 12_000


def test_a_discount_names_the_rate_without_it():
    less = checked(discount="234.00")
    (said,) = [one for one in less.findings if one.code == "discounted"]

    assert less.rates == checked(fee={"total": "234.00"}).rates
    assert (said.fen, said.rate) == (23_400, checked().rates.nominal)
    assert checked(discount="468.00").rates.nominal == 0


@pytest.mark.parametrize(
    ("lender", "ids"),
    [
        ("bank", ["financial"]),
        ("consumer_finance", ["financial"]),
        ("small_lender", ["small_loan"]),
        ("platform", ["financial", "assisted"]),
        ("person", ["private"]),
        (None, ["financial", "assisted", "small_loan"]),
    ],
)
def test_the_ceiling_is_that_of_the_lender(lender, ids):
    found = checked(lender_kind=lender, fee=None, payment="640.00").ceilings

    assert [one.ceiling.id for one in found] == ids
    if lender != "person":
        assert all(one.is_exceeded for one in found)
    else:
        assert found[0].rate is None  # the LPR of that day is not known yet
        assert found[0].is_exceeded is None


def test_older_loans_of_a_platform_are_under_no_newer_rule():
    old = checked(lender_kind="platform", received_on="2025-05-05", first_due="2025-06-05")

    assert [one.ceiling.id for one in old.ceilings] == ["financial"]
    assert "cost_form" not in [one.code for one in old.findings]


def test_what_stands_out_is_found():
    assert "no_rate" in codes(fee=None, payments=[{"on": "2026-12-05", "amount": "6000.00"}])
    assert "above_principal" in codes(fee={"total": "6001.00"})
    assert "withheld" in codes(received="5900.00")
    assert "paid_first" in codes(up_front="1.00")
    assert "flat_fee" in codes()
    assert "settles" in codes(
        kind="settlement", fee=None, payments=[{"on": "2027-01-05", "amount": "4000.00"}]
    )
    assert "early_unknown" in codes()
    assert "early_costs" in codes(early_settlement={"fee_ratio": "0.03", "fees_waived": True})
    assert not {"early_unknown", "early_costs"} & set(codes(early_settlement={"fees_waived": True}))


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (Fraction(1, 3), "0.333333"),
        (Fraction(-1, 8), "-0.125000"),
        (Fraction(0), "0.000000"),
        (Fraction(30), "30.000000"),
        (None, None),
    ],
)
def test_rates_are_decimals_of_six_places(rate, text):
    assert decimal(rate) == text
