import pytest
from hypothesis import assume, given, settings

from planner.domain.household.household import household_document, parse_household
from planner.domain.make_plan import make_plan
from planner.domain.offers.beside import OfferRefused, laid_over, lay_beside, terms_for
from planner.domain.offers.offer import parse_offer
from tests.domain.offers.generate import document, offers
from tests.households import account, debt, expense, income
from tests.households import document as household_of


def household(**changes):
    return parse_household(household_of(**changes))


def laid(debt_id="friend", of=None, **changes):
    given_household = of or household(accounts=[account(balance="20000.00")])
    offer = parse_offer(document(principal="3000.00", **changes))
    return lay_beside(given_household, debt_id, offer, "minimum")


def test_staying_and_taking_it_are_told_to_the_fen():
    stayed = household(
        accounts=[account(balance="20000.00")],
        debts=[debt(rate=None, principal="3000.00", minimum={"fixed": "500.00"})],
    )
    beside = laid(of=stayed)

    assert beside.stay.paid_fen == 300_000  # six times 500.00, no interest
    assert beside.taken.paid_fen == 300_000 + 12 * 3_900
    assert beside.breaks is None
    assert {"costs_more", "ends_later"} <= {one.code for one in beside.findings}


def test_the_first_day_on_which_the_plan_breaks_is_told():
    poor = household(
        accounts=[account(balance="700.00")],
        incomes=[income(amount="600.00")],
        expenses=[expense(amount="500.00")],
        debts=[debt(minimum={"fixed": "50.00"}, rate=None)],
    )
    beside = laid(of=poor, fee=None, payment="1500.00", periods=2, first_due="2027-01-05")

    assert beside.breaks is not None
    assert beside.breaks.debt == "friend"
    assert beside.breaks.on.isoformat() == "2027-01-05"
    assert "breaks" in [one.code for one in beside.findings]


def test_what_the_offer_leaves_of_a_debt_is_due_as_it_was():
    beside = laid(of=household(debts=[debt(principal="4000.00", rate=None)]))
    rest = next(one for one in beside.findings if one.code == "leaves_rest")

    assert (rest.fen, rest.on.isoformat()) == (100_000, "2026-12-15")
    assert beside.taken.paid_fen == 400_000 + 12 * 3_900


def test_a_settlement_leaves_nothing():
    beside = laid(
        of=household(accounts=[account(balance="20000.00")]),
        kind="settlement",
        fee=None,
        payments=[{"on": "2026-12-20", "amount": "2000.00"}],
        periods=None,
        first_due=None,
    )

    assert beside.taken.paid_fen == 200_000
    assert "costs_less" in [one.code for one in beside.findings]


def test_a_new_loan_is_a_debt_more_and_brings_its_money():
    beside = laid(kind="new_loan", of=household(accounts=[account(balance="20000.00")]))

    assert [one.id for one in beside.plan.household.debts] == ["friend", "offer-0"]
    assert beside.taken.paid_fen == beside.stay.paid_fen + 300_000 + 12 * 3_900


def test_what_cannot_be_laid_over_is_refused():
    with pytest.raises(OfferRefused, match="no_debt"):
        laid("nobody")
    with pytest.raises(OfferRefused, match="past"):
        laid(received_on="2026-10-05", first_due="2026-11-05")


@pytest.mark.slow
@settings(max_examples=1000)
@given(offers(kinds=("instalments", "settlement", "deferral")))
def test_laid_over_and_as_an_arrangement_are_one_plan(offered):
    """The arrangement goes the way of every entry: through the document and its parser."""
    before = household(accounts=[account(balance="9000.00")], expenses=[])
    offer = parse_offer(offered)
    terms = terms_for(before, "friend", offer)
    assume(terms["rows"])
    agreed = {"kind": "arrangement", "on": "2026-12-01", "debt": "friend", "terms": terms}
    arranged = parse_household(household_document(before) | {"history": [agreed]})

    scenario = make_plan(laid_over(before, "friend", offer), "minimum")
    plan = make_plan(arranged, "minimum")

    assert scenario.totals == plan.totals
    assert scenario.payments == plan.payments
    assert scenario.dues == plan.dues
