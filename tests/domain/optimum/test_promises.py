"""Every prepayment of an optimum keeps its promise, reckoned by two whole ledgers.

With it, and only required amounts paid afterwards, no due is met later than without it, and no day
closes below the buffer and its reserve and lower than without it.
"""

from operator import lt

import pytest

from planner.domain.ledger.ledger import Ledger
from planner.domain.ledger.replay import replay
from planner.domain.optimum.find import find_optimum
from planner.domain.optimum.promise import Promise
from tests.domain.optimum.test_bounds import MADE

# Once prepaid out of the buffer; the last three are late.
SOME = [
    *(("mixed", seed) for seed in (503, 510)),
    *(("realistic", seed) for seed in (2, 28, 30, 33, 77, 32, 84)),
]


def broken_promises(household):
    """(day, fen) of the prepayments of its optimum that leave too little; and how many it has."""
    plan = find_optimum(household, seconds=2).plan
    place = {debt.id: number for number, debt in enumerate(household.debts)}
    by_day = {}
    for payment in plan.payments:
        amounts = by_day.setdefault(payment.on.toordinal(), [0] * len(place))
        amounts[place[payment.debt]] += payment.amount_fen
    broken, prepaid = [], []

    def follow(ledger):
        amounts = by_day.get(ledger.day)
        if amounts is None:
            return None
        required = [contract.required_fen(ledger.day) for contract in ledger.contracts]
        over = [max(0, fen - asked) for fen, asked in zip(amounts, required, strict=True)]
        if any(over):
            prepaid.append(ledger.day)
            excess = Promise(ledger, required).excess(amounts)
            is_short = any(map(lt, amounts, required))
            if is_short or excess != 0:
                broken.append((ledger.day, excess))
        return amounts

    opened, books = replay(household)
    Ledger(opened, follow, books).run()
    return broken, len(prepaid)


@pytest.mark.parametrize(("kind", "seed"), SOME)
def test_the_optimum_keeps_the_promise_of_each_prepayment(kind, seed):
    broken, count = broken_promises(MADE[kind](seed))

    assert broken == []
    assert count


@pytest.mark.slow
@pytest.mark.parametrize("kind", MADE)
def test_the_optimum_of_many_keeps_its_promises(kind):
    counts = []
    for seed in range(20):
        broken, count = broken_promises(MADE[kind](seed))
        assert broken == [], seed
        counts.append(count)

    assert sum(counts) > 10
