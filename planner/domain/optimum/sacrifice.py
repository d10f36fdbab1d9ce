"""When money is short: debts in an order in which they are kept up, and a search for it.

Harm counts episodes, so that few debts which stay behind do less of it than many that fall
behind in turn. The debts at the end of the order wait; money for dues of those before them that
come until the next income is kept.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from planner.domain.ledger.ledger import Ledger
from planner.domain.optimum.clock import Deadline
from planner.domain.paying.prepaying import Prepaying, by_rate
from planner.domain.paying.triage import Amounts, next_income_day, pay_in_order

Judge = Callable[[Sequence[int], bool], tuple[Any, ...]]
"""What an order comes to in the ledger, with or without payments in part: less is better."""


class Sacrificing:
    """A proposal: keeps up the debts in an order while money lasts, then prepays."""

    def __init__(self, order: Sequence[int], *, pays_part: bool) -> None:
        self._order = order
        self._pays_part = pays_part
        self._prepaying = Prepaying(by_rate, pay_in_order(order))
        self._next_income = 0

    def __call__(self, ledger: Ledger) -> Amounts | None:
        today = [contract.required_fen(ledger.day) for contract in ledger.contracts]
        cash = ledger.spendable_fen
        if not cash:
            return None
        if self._next_income <= ledger.day:
            self._next_income = next_income_day(ledger)
        coming = [self._falls_due(ledger, index) for index in range(len(today))]
        if sum(today) + sum(coming) <= cash:
            return self._prepaying(ledger)
        self._prepaying.forget()
        amounts = [0] * len(today)
        for index in self._order:
            fits = today[index] + coming[index] <= cash
            if fits or self._pays_part:
                amounts[index] = min(today[index], cash)
                cash -= min(cash, today[index] + coming[index])
        return amounts

    def _falls_due(self, ledger: Ledger, index: int) -> int:
        """Fen that become required before the next income."""
        contract = ledger.contracts[index]
        if contract.next_day >= self._next_income:
            return 0
        clone = contract.clone()
        required = clone.required_fen(ledger.day)
        if required:
            clone.pay(ledger.day, required)
        total = 0
        while clone.next_day < self._next_income:
            day = clone.next_day
            clone.morning(day)
            required = clone.required_fen(day)
            if required:
                clone.pay(day, required)
                total += required
        return total


def search_order(
    start: Sequence[int], judge: Judge, deadline: Deadline, part: int
) -> tuple[Sequence[int], bool]:
    """The best order found from a start by moving one debt at a time, and whether in parts.

    Takes one `part`-th of the time that is left.
    """
    best = tuple(start)
    in_part = True
    worth = judge(best, True)
    whole = judge(best, False)
    if whole < worth:
        worth, in_part = whole, False
    until = deadline.left() * (part - 1) / part
    improved = True
    while improved:
        improved = False
        for order in _moved(best):
            if deadline.left() <= until:
                return best, in_part
            tried = judge(order, in_part)
            if tried < worth:
                best, worth, improved = order, tried, True
                break
    return best, in_part


def _moved(order: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Each debt moved to the end, then to the front, then neighbours exchanged."""
    for place in range(len(order) - 1):
        yield (*order[:place], *order[place + 1 :], order[place])
    for place in range(1, len(order)):
        yield (order[place], *order[:place], *order[place + 1 :])
    for place in range(len(order) - 1):
        yield (*order[:place], order[place + 1], order[place], *order[place + 2 :])
