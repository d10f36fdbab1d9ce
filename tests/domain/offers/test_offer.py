import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.domain.offers.offer import parse_offer, read_offer
from planner.domain.values.reading import InvalidDocument
from tests.domain.offers.generate import document, offers


def refused(**changes):
    with pytest.raises(InvalidDocument) as caught:
        parse_offer(document(**changes))
    return {error.path: error.expected for error in caught.value.errors}


def test_an_offer_is_read_with_its_rows_to_the_fen():
    offer = parse_offer(document())

    assert offer.principal_fen == offer.received_fen == 600_000
    assert [row.on for row in offer.rows[:2]] == [date(2027, 1, 5), date(2027, 2, 5)]
    assert {row.fen for row in offer.rows} == {53_900}
    assert offer.total_fen == 646_800
    assert offer.early is None


@pytest.mark.parametrize(
    ("fee", "total"),
    [
        ({"per_period": "39.00"}, "468.00"),
        ({"per_period_ratio": "0.0065"}, "468.00"),
        ({"total": "468.00"}, "468.00"),
        ({"total_ratio": "0.078"}, "468.00"),
    ],
)
def test_four_ways_to_tell_a_fee_are_one_offer(fee, total):
    offer = parse_offer(document(fee=fee))

    assert offer == parse_offer(document())


def test_principal_and_received_stand_for_each_other():
    one = parse_offer(document(received="5880.00"))
    other = parse_offer(document(principal=None, received="5880.00"))

    assert (one.principal_fen, one.received_fen) == (600_000, 588_000)
    assert (other.principal_fen, other.received_fen) == (588_000, 588_000)


def test_a_list_of_payments_needs_no_periods():
    paid = [{"on": "2027-03-05", "amount": "2000.00"}, {"on": "2027-01-05", "amount": "4100.00"}]
    offer = parse_offer(document(fee=None, periods=None, first_due=None, payments=paid))

    assert [row.on for row in offer.rows] == [date(2027, 1, 5), date(2027, 3, 5)]
    assert sum(row.principal_fen for row in offer.rows) == 600_000
    assert sum(row.cost_fen for row in offer.rows) == 10_000


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"periods": 0}, "periods"),
        ({"periods": 601}, "periods"),
        ({"fee": {"per_period": "-5.00"}}, "fee.per_period"),
        ({"fee": {"per_period": "5.00", "total": "60.00"}}, "fee"),
        ({"fee": None}, "fee"),
        ({"payment": "539.00"}, "payment"),
        ({"first_due": "2026-12-04"}, "first_due"),
        ({"first_due": "2099-06-01"}, "periods"),
        ({"principal": None}, "principal"),
        ({"principal": "0.00"}, "principal"),
        ({"lender_kind": "shop"}, "lender_kind"),
        ({"early_settlement": "free"}, "early_settlement"),
        ({"subsidy": "1.00"}, "subsidy"),
        ({"discount": "468.01"}, "discount"),
        ({"first_fee": "-1.00"}, "first_fee"),
        ({"payments": [], "fee": None}, "payments"),
        ({"up_front": "999999999.99"}, "fee"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(changes, path):
    assert path in refused(**changes)


def test_six_hundred_periods_and_fees_above_the_principal_are_read():
    long = parse_offer(document(periods=600, fee={"per_period": "90.00"}))

    assert len(long.rows) == 600
    assert sum(row.principal_fen for row in long.rows) == 600_000
    assert long.total_fen == 600_000 + 600 * 9_000


@given(offers())
def test_whatever_is_offered_its_rows_come_to_what_is_told(offered):
    offer = parse_offer(offered)

    assert all(row.principal_fen >= 0 and row.cost_fen >= 0 for row in offer.rows)
    assert [row.on for row in offer.rows] == sorted({row.on for row in offer.rows})
    repaid = sum(row.principal_fen for row in offer.rows)
    told = sum(row.fen for row in offer.rows) - offer.first_fee_fen
    assert repaid == min(offer.principal_fen, told)


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=20), st.just("100.00")),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(offers(), st.data())
def test_any_document_is_an_offer_or_refused_in_sentences(offered, data):
    key = data.draw(
        st.sampled_from([*offered, "up_front", "first_fee", "discount", "early_settlement", "x"])
    )
    offered[key] = data.draw(VALUES)
    try:
        offer = parse_offer(offered)
    except InvalidDocument as invalid:
        told = [str(error) for error in invalid.errors]
    else:
        told = [str(offer.total_fen)]

    assert all(told)
    assert told


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_in_sentences(raw):
    with pytest.raises(InvalidDocument):
        read_offer(raw)


def test_bytes_are_read_as_strictly_as_a_household():
    twice = json.dumps(document()).replace('"periods": 12', '"periods": 12, "periods": 3')

    with pytest.raises(InvalidDocument, match="each key once"):
        read_offer(twice.encode())
