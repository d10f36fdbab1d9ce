"""Where a household stands on a later day is a household of that day, whatever happened."""

import pytest

from planner.domain.household.household import household_document, parse_household
from planner.domain.ledger.replay import replay, stand
from planner.domain.values.reading import InvalidDocument
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
    lived = document(
        expenses=[], debts=[terms], planned_from="2027-03-20", history=[pays] if paid else []
    )

    standing = household_document(stand(parse_household(lived)))

    assert parse_household(standing).debts[0].terms.next_due.isoformat() >= "2027-03-20"
    assert standing["debts"][0]["principal"] == ("0.00" if paid else "3000.00")


ENDED = OPEN | {
    "rate": {"rate": "0.0005", "per": "day"},
    "due_day": 10,
    "next_due": "2026-12-10",
    "ends_on": "2027-01-25",
}


@pytest.mark.parametrize(
    ("day", "ends_on", "next_due"),
    [
        ("2027-01-05", "2027-01-25", "2027-01-10"),
        ("2027-01-15", "2027-01-25", "2027-01-25"),
        ("2027-03-20", "2027-01-25", "2027-04-10"),
    ],
)
def test_a_debt_stands_with_the_last_day_that_was_agreed(day, ends_on, next_due):
    lived = parse_household(document(expenses=[], debts=[ENDED], planned_from=day))

    terms = parse_household(household_document(stand(lived))).debts[0].terms

    assert (terms.ends_on.isoformat(), terms.next_due.isoformat()) == (ends_on, next_due)


def test_an_ended_debt_that_starts_anew_settles_as_the_one_that_went_on():
    lived = parse_household(document(expenses=[], debts=[ENDED], planned_from="2027-03-20"))
    later = parse_household(household_document(stand(lived)))

    _household, books = replay(lived)
    _household, anew = replay(later)

    assert later.debts[0].terms.has_ended
    for passed in (0, 1, 40):
        day = books.day + passed
        assert anew.contracts[0].settle(day) == books.contracts[0].settle(day)
        assert anew.contracts[0].required_fen(day) == books.contracts[0].required_fen(day)


def test_a_past_last_day_is_refused_while_something_is_not_in_arrears():
    with pytest.raises(InvalidDocument) as caught:
        parse_household(document(expenses=[], debts=[ENDED | {"ends_on": "2026-11-25"}]))

    assert [error.path for error in caught.value.errors] == ["debts[0].ends_on"]


LISTED = {key: LEVEL[key] for key in ("id", "name", "contract", "principal")} | {
    "method": "listed",
    "rows": [
        {"due_on": "2026-12-10", "principal": "1500.00", "interest": "40.00", "fee": "1.00"},
        {"due_on": "2027-01-10", "principal": "1500.00", "interest": "20.00", "fee": "0.00"},
    ],
}
DUE_ON_THE_TENTH = {"next_due": "2026-12-10", "due_day": 10}
RATED = {"rate": {"rate": "0.0005", "per": "day"}}


@pytest.mark.parametrize("grace_days", [0, 3])
@pytest.mark.parametrize(
    "terms",
    [
        OPEN | RATED | DUE_ON_THE_TENTH,
        OPEN | RATED | DUE_ON_THE_TENTH | {"ends_on": "2026-12-10"},
        LEVEL | RATED | DUE_ON_THE_TENTH | {"periods_left": 12},
        LEVEL | RATED | DUE_ON_THE_TENTH | {"periods_left": 1},
        LISTED,
    ],
    ids=["open", "open, ends today", "twelve rows", "the last row", "listed"],
)
def test_a_due_paid_in_part_on_its_day_is_still_to_come(terms, grace_days):
    pays = {"kind": "payment", "on": "2026-12-10", "debt": "friend", "amount": "70.00"}
    lived = parse_household(
        document(
            expenses=[],
            debts=[terms | {"grace_days": grace_days}],
            planned_from="2026-12-10",
            history=[pays],
        )
    )

    later = parse_household(household_document(stand(lived)))

    assert later.debts[0].terms.arrears == ()
    _household, books = replay(lived)
    _household, anew = replay(later)
    anew.contracts[0].morning(books.day)
    assert anew.contracts[0].required_fen(books.day) > 0
    assert anew.contracts[0].settle(books.day) == books.contracts[0].settle(books.day)
