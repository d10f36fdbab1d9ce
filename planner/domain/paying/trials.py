"""The rules of thumb through the ledger: minimum, avalanche, snowball, the person's own order.

All pay what is required on its due date. When money is short, a triage decides who waits.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from planner.domain.contracts.instalment import Instalment
from planner.domain.household.household import Household
from planner.domain.ledger.ledger import Ledger
from planner.domain.ledger.replay import replay
from planner.domain.paying.prepaying import Prepaying, Rank, by_balance, by_order, by_rate
from planner.domain.paying.proposals import Proposal, Repeating, pay_minimum
from planner.domain.paying.tidying import tidy
from planner.domain.paying.triage import LeastHarm, pay_in_order, pay_oldest_first
from planner.domain.plan.plan import Merit, Plan, merit_of_ledger, read_off

RULES_OF_THUMB: Final = ("minimum", "avalanche", "snowball", "custom")


class UnknownStrategy(ValueError):
    """A strategy that does not exist."""


@dataclass(slots=True)
class _Trial:
    """A finished ledger, what led to it, and whether money was ever short."""

    ledger: Ledger
    make_proposal: Callable[[], Proposal]
    was_short: bool
    merit: Merit | None = None


class Trials:
    """Runs a household's ledgers, each once, however many strategies are asked for.

    A ledger in which nothing was prepaid does not depend on the order of prepaying: it is
    kept for the other strategies.
    """

    def __init__(self, household: Household, due_days: Mapping[str, int] | None = None) -> None:
        """`due_days`: debts whose due day is another from the due after the next bill on."""
        self._household, self._books = replay(household)
        for debt, contract in zip(self._household.debts, self._books.contracts, strict=True):
            if due_days and debt.id in due_days and not isinstance(contract, Instalment):
                contract.move_due_day(due_days[debt.id])
        self._shared: dict[str, _Trial] = {}

    def ledger(self, strategy: str) -> Ledger:
        """The finished ledger of a strategy. Raises UnknownStrategy."""
        return self._best(strategy).ledger

    def ledger_until(self, strategy: str, day: int) -> Ledger:
        """The same ledger with the dues of `day` standing and nothing of it paid yet.

        Raises UnknownStrategy, and ValueError for a day outside the plan.
        """
        propose = self._best(strategy).make_proposal()
        return Ledger(self._household, propose, self._books).run_to(day)

    def worst_case(self, strategy: str) -> Ledger:
        """The finished ledger of a strategy in which lenders take what it leaves unpaid.

        Raises UnknownStrategy.
        """
        if strategy not in RULES_OF_THUMB:
            raise UnknownStrategy(strategy)
        proposals = list(_proposals(self._household, strategy).values())
        make_proposal = proposals[0]
        if len(proposals) > 1:
            best = self._best(strategy)
            if not best.was_short:  # all was paid on its day: nobody takes anything
                return best.ledger
            make_proposal = best.make_proposal
        return Ledger(self._household, make_proposal(), self._books, lenders_take=True).run()

    def _best(self, strategy: str) -> _Trial:
        """Where money is short, the trial of most merit: paying by least harm, or oldest first,
        with or without prepaying; a `triage_order` decides alone.
        """
        if strategy not in RULES_OF_THUMB:
            raise UnknownStrategy(strategy)
        first, *others = _proposals(self._household, strategy).items()
        trial = self._trial(*first)
        if not trial.was_short or not others:
            return trial
        oldest, minimum = others
        trials = [trial, self._trial(*minimum)]
        if _judge(trials[1]).counts <= _judge(trial).counts:
            trials.append(self._trial(*oldest))  # it may cost less than the minimum alone
        return min(trials, key=_judge)

    def _trial(self, triage: str, make_proposal: Callable[[], Proposal]) -> _Trial:
        return self._shared.get(triage) or self._run(triage, make_proposal)

    def _run(self, triage: str, make_proposal: Callable[[], Proposal]) -> _Trial:
        propose = make_proposal()
        ledger = Ledger(self._household, propose, self._books).run()
        if not isinstance(propose, Prepaying):
            trial = self._shared[triage] = _Trial(ledger, make_proposal, was_short=True)
            return trial
        tidied = tidy(ledger, propose.made)
        if tidied is not ledger:
            made = tidied.payments
            make_proposal = partial(Repeating, self._household, made, catches_up=True)
        trial = _Trial(tidied, make_proposal, propose.was_short)
        if not propose.has_prepaid:
            self._shared[triage] = trial
        return trial


def _judge(trial: _Trial) -> Merit:
    if trial.merit is None:
        trial.merit = merit_of_ledger(trial.ledger)
    return trial.merit


def _proposals(household: Household, strategy: str) -> dict[str, Callable[[], Proposal]]:
    """What to try, in this order, until one is never short of money."""
    match strategy:
        case "minimum":
            return {"minimum": lambda: pay_minimum}
        case "avalanche":
            rank: Rank = by_rate
        case "snowball":
            rank = by_balance
        case _:
            rank = by_order(household)
    if household.triage_order:
        named = {debt: place for place, debt in enumerate(household.triage_order)}
        places = [named.get(debt.id, len(named)) for debt in household.debts]
        order = sorted(range(len(places)), key=places.__getitem__)
        return {"in order": lambda: Prepaying(rank, pay_in_order(order))}
    return {
        "least harm": lambda: Prepaying(rank, LeastHarm(household)),
        "oldest first": lambda: Prepaying(rank, pay_oldest_first),
        "minimum": lambda: pay_minimum,
    }


def make_plans(household: Household, strategies: Sequence[str]) -> dict[str, Plan]:
    """The plans under several strategies, quicker together than one by one."""
    trials = Trials(household)
    return {name: read_off(trials.ledger(name), name) for name in strategies}
