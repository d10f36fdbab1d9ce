"""make_plan(): the one entry. From a household to dues, payments, dates and figures.

Chooses between the rules of thumb and the optimum, whose payments the same ledger makes again.
"""

from dataclasses import replace
from datetime import date

from planner.domain.household.household import OPTIMAL, Household
from planner.domain.ledger.consequences import Consequence, ladder_of_due
from planner.domain.ledger.ledger import Contract, Ledger
from planner.domain.ledger.replay import replay
from planner.domain.optimum.find import find_optimum
from planner.domain.paying.exposure import read_exposures
from planner.domain.paying.proposals import Repeating
from planner.domain.paying.trials import Trials
from planner.domain.plan.plan import Plan, read_off
from planner.domain.plan.proof import Proof


def make_plan(
    household: Household,
    strategy: str | None = None,
    *,
    ladders: bool = False,
    worst_case: bool = False,
) -> Plan:
    """The plan of a household under a strategy, by default its own.

    With `ladders` the consequences of every due are listed, not only of those that start
    and of each debt's next due. In the `worst_case` lenders take what the plan leaves unpaid
    from the accounts they may deduct from; without anything unpaid it is the plan itself.
    Raises UnknownStrategy.
    """
    name = strategy or household.strategy
    way = _way(household, name)
    if not worst_case:
        plan = read_off(way.ledger(), name, ladders=ladders)
        return replace(plan, proof=way.proof)
    ledger = way.worst_case()
    plan = read_off(ledger, name, ladders=ladders)
    return replace(plan, exposures=read_exposures(ledger))


def make_exposed_plan(
    household: Household, strategy: str | None = None, *, ladders: bool = False
) -> Plan:
    """The plan itself, and what lenders could take while it is followed.

    Both are of the same payments: the optimum is looked for once. Raises UnknownStrategy.
    """
    name = strategy or household.strategy
    way = _way(household, name)
    plan = read_off(way.ledger(), name, ladders=ladders)
    exposures = read_exposures(way.worst_case())
    return replace(plan, proof=way.proof, exposures=exposures)


def cure(household: Household, debt_id: str, on: date, strategy: str | None = None) -> int:
    """Fen that leave nothing required unpaid on that day, before what the plan pays on it.

    Raises KeyError for an unknown debt and ValueError for a day outside the plan.
    """
    contract, day = _contract_on(household, debt_id, on, strategy)
    return contract.required_fen(day)


def settle(household: Household, debt_id: str, on: date, strategy: str | None = None) -> int:
    """Fen that pay the debt off on that day, before what the plan pays on it.

    Raises KeyError for an unknown debt and ValueError for a day outside the plan.
    """
    contract, day = _contract_on(household, debt_id, on, strategy)
    return contract.settle(day)


def ladder(
    household: Household, debt_id: str, due_on: date, strategy: str | None = None
) -> list[Consequence]:
    """All rungs of one due with their dates and states. Raises KeyError for an unknown due."""
    ledger = _way(household, strategy or household.strategy).ledger()
    return ladder_of_due(ledger, debt_id, due_on)


def ledger_until(household: Household, strategy: str, day: int) -> Ledger:
    """A strategy's ledger with the dues of `day` standing and nothing of it paid yet.

    Raises UnknownStrategy, and ValueError for a day outside the plan.
    """
    return _way(household, strategy).ledger_until(day)


def _contract_on(
    household: Household, debt_id: str, on: date, strategy: str | None
) -> tuple[Contract, int]:
    places = {debt.id: index for index, debt in enumerate(household.debts)}
    day = on.toordinal()
    ledger = ledger_until(household, strategy or household.strategy, day)
    return ledger.contracts[places[debt_id]], day


def _way(household: Household, strategy: str) -> "_RuleWay | _OptimumWay":
    """Raises UnknownStrategy when a ledger of it is asked for."""
    return _OptimumWay(household) if strategy == OPTIMAL else _RuleWay(household, strategy)


class _RuleWay:
    proof: Proof | None = None

    def __init__(self, household: Household, strategy: str) -> None:
        self._trials = Trials(household)
        self._strategy = strategy

    def ledger(self) -> Ledger:
        return self._trials.ledger(self._strategy)

    def ledger_until(self, day: int) -> Ledger:
        return self._trials.ledger_until(self._strategy, day)

    def worst_case(self) -> Ledger:
        return self._trials.worst_case(self._strategy)


class _OptimumWay:
    """Looked for once; what was found is paid again by the same ledger."""

    def __init__(self, household: Household) -> None:
        found = find_optimum(household)
        self.proof = found.proof
        self._payments = found.plan.payments
        self._household, self._books = replay(household)

    def ledger(self) -> Ledger:
        return self._follow().run()

    def ledger_until(self, day: int) -> Ledger:
        return self._follow().run_to(day)

    def worst_case(self) -> Ledger:
        """What lenders took is missing for the last payments, so the rest is caught up."""
        again = Repeating(self._household, self._payments, catches_up=True)
        return Ledger(self._household, again, self._books, lenders_take=True).run()

    def _follow(self) -> Ledger:
        return Ledger(self._household, Repeating(self._household, self._payments), self._books)
