"""Who proposes payments without weighing them: what is required, or what was decided before.

The same payments on the same household give the same ledger. On another household (a day
later, one payment left out) each is paid as far as the money and the contract allow.
"""

from collections.abc import Callable, Iterable

from planner.domain.household.household import Household
from planner.domain.ledger.ledger import Contract, Ledger, Payment
from planner.domain.ledger.replay import replay
from planner.domain.paying.triage import Amounts, pay_oldest_first

Proposal = Callable[[Ledger], "Amounts | None"]


def pay_minimum(ledger: Ledger) -> Amounts | None:
    """Only what is required; when short, the oldest due date first, then order of debts."""
    amounts, total = required_today(ledger)
    if total <= ledger.spendable_fen:
        return amounts if total else None
    return pay_oldest_first(ledger)


def required_today(ledger: Ledger) -> tuple[Amounts, int]:
    """Fen that each contract requires by now, in order of debts, and their sum."""
    amounts = [0] * len(ledger.contracts)
    total = 0
    for index in ledger.demanding:
        required = ledger.contracts[index].required_fen(ledger.day)
        amounts[index] = required
        total += required
    return amounts, total


class Repeating:
    """Makes payments that a plan of the same household made, as far as money and debts allow.

    With `catches_up`, from the day of the last of them on it pays what is required besides, the
    oldest first: where lenders took money that the plan counted on, something is left then.
    """

    def __init__(
        self, household: Household, payments: Iterable[Payment], *, catches_up: bool = False
    ) -> None:
        places = {debt.id: index for index, debt in enumerate(household.debts)}
        self._catches_up = catches_up
        self._made: dict[int, list[tuple[int, int]]] = {}
        for payment in payments:
            made = self._made.setdefault(payment.on.toordinal(), [])
            made.append((places[payment.debt], payment.amount_fen))

        self._last = max(self._made, default=0)

    def __call__(self, ledger: Ledger) -> Amounts | None:
        made = self._made.get(ledger.day)
        catches_up = self._catches_up and ledger.day >= self._last
        if made is None and not catches_up:
            return None
        amounts = [0] * len(ledger.contracts)
        left = ledger.spendable_fen
        for index, fen in made or ():
            amounts[index] = ledger.contracts[index].payable(ledger.day, min(fen, left))
            left -= amounts[index]
        if catches_up:
            self._catch_up(ledger, amounts, left)
        return amounts

    def _catch_up(self, ledger: Ledger, amounts: Amounts, left: int) -> None:
        asked = [
            (oldest.due_on, index)
            for index in ledger.demanding
            if (oldest := ledger.contracts[index].oldest_unmet(ledger.day)) is not None
        ]
        for _, index in sorted(asked):
            missing = ledger.contracts[index].required_fen(ledger.day) - amounts[index]
            paid = max(0, min(missing, left))
            amounts[index] += paid
            left -= paid


DecidedPayment = tuple[int, str, int]
"""(day, debt, fen)"""


class Decided:
    """Proposes what was decided for each day; keeps a copy of each contract from before it."""

    def __init__(self, household: Household, steps: Iterable[DecidedPayment]) -> None:
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
        day, cash = ledger.day, ledger.spendable_fen
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


def follow(household: Household, steps: Iterable[DecidedPayment]) -> Ledger:
    """The finished ledger of a household that pays like that. Raises PaymentRefused."""
    rolled, books = replay(household)
    return Ledger(rolled, Decided(rolled, steps), books).run()
