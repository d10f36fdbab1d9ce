"""Where a household stands on a later day is a household of that day, whatever happened."""

import pytest

from planner.domain.household import household_document, parse_household
from planner.domain.replay import stand
from tests.households import debt, document

OPEN = debt(rate=None)
LEVEL = {
    "id": "friend",
    "name": "小李",
    "rate": None,
    "contract": "instalment",
    "method": "level",
    "principal": "3000.00",
    "next_due": "2026-12-15",
    "periods_left": 2,
}


@pytest.mark.parametrize("paid", ["", "3000.00"])
@pytest.mark.parametrize(
    "terms",
    [OPEN, OPEN | {"ends_on": "2027-01-15"}, LEVEL, LEVEL | {"periods_left": 12}],
    ids=["open", "ends", "two rows", "twelve rows"],
)
def test_a_debt_settled_or_at_its_end_stands_as_one_that_can_be_read(terms, paid):
    pays = {"kind": "payment", "on": "2026-12-10", "debt": "friend", "amount": paid}
    lived = document(debts=[terms], planned_from="2027-03-20", history=[pays] if paid else [])

    standing = household_document(stand(parse_household(lived)))

    assert parse_household(standing).debts[0].terms.next_due.isoformat() >= "2027-03-20"
    assert standing["debts"][0]["principal"] == ("0.00" if paid else "3000.00")
