"""The ladder of a due read off what is kept of a plan is the one that its ledger gives."""

import json
from itertools import groupby

import pytest
from hypothesis import given

from planner.domain.household.household import parse_household
from planner.domain.ledger.consequences import weigh_consequences
from planner.domain.ledger.repeats import find_repeats, ladder_from, read_repeats, repeats_document
from planner.domain.make_plan import make_plan
from planner.domain.paying.trials import Trials
from tests.domain.generate import households

pytestmark = pytest.mark.property


@given(households())
def test_the_ladder_of_every_due_is_the_ledgers(document):
    household = parse_household(document)
    ledger = Trials(household).ledger("minimum")
    plan = make_plan(household)
    kept = json.loads(json.dumps(repeats_document(find_repeats(ledger))))
    repeats = list(read_repeats(kept))

    listed = sorted(weigh_consequences(ledger, ladders=True)[0], key=_due_of)
    ladders = {due: list(rungs) for due, rungs in groupby(listed, _due_of)}
    for due in plan.dues:
        found = ladder_from(household, plan.dues, plan.consequences, repeats, due.debt, due.due_on)
        assert found == ladders.get((due.debt, due.due_on), [])


def _due_of(one):
    return one.debt, one.due_on
