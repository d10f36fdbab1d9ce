"""Payments that were decided before, laid through the ledger once more.

The same payments on the same household give the same ledger. On another household (a day
later, one payment left out) each is paid as far as the money and the contract allow.
"""

from collections.abc import Iterable

from planner.domain.household import Household
from planner.domain.ledger import Contract, Ledger
from planner.domain.replay import replay
from planner.domain.triage import Amounts

Step = tuple[int, str, int]
"""(day, debt, fen)"""


class Following:
    """Proposes what was decided for each day; keeps a copy of each contract from before it."""

    def __init__(self, household: Household, steps: Iterable[Step]) -> None:
        places = {debt.id: index for index, debt in enumerate(household.debts)}
        self._by_day: dict[int, dict[int, int]] = {}
        self.before: dict[tuple[int, str], Contract] = {}
        for day, debt, fen in steps:
            if debt in places:
                planned = self._by_day.setdefault(day, {})
                planned[places[debt]] = planned.get(places[debt], 0) + fen

    def __call__(self, ledger: Ledger) -> Amounts | None:
        planned = self._by_day.get(ledger.day)
        if planned is None:
            return None
        day, cash = ledger.day, max(0, ledger.cash_fen)
        amounts = [0] * len(ledger.contracts)
        for index, fen in planned.items():
            contract = ledger.contracts[index]
            self.before[day, ledger.household.debts[index].id] = contract.clone()
            amounts[index] = taken(contract, day, min(fen, cash))
            cash -= amounts[index]
        return amounts


def taken(contract: Contract, day: int, offered: int) -> int:
    """What the contract takes of the offered fen on `day`."""
    if offered <= contract.required_fen(day):
        return offered
    return contract.payable(day, offered)


def follow(household: Household, steps: Iterable[Step]) -> Ledger:
    """The finished ledger of a household that pays like that. Raises PaymentRefused."""
    rolled, books = replay(household)
    return Ledger(rolled, Following(rolled, steps), books).run()
