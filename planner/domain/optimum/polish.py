"""Improving payments in the ledger: on one day something else is paid, then as before.

What no programme sees (a fee that is waived, a row that rounds, a cent that settles) shows here,
since the ledger itself judges each change. It looks near one plan only, so it proves nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import permutations

from planner.domain.ledger.ledger import Contract, Ledger
from planner.domain.optimum.carry_out import leaves_required
from planner.domain.optimum.clock import OutOfTime
from planner.domain.paying.prepaying import LEAST_PREPAYMENT_FEN, Prepaying, by_rate
from planner.domain.paying.triage import Amounts, Triage
from planner.domain.plan.plan import Plan

# Of the time left, where nothing is late and where something is.
SHARE, LATE_SHARE = Fraction(1, 20), Fraction(1, 4)
PAIRED_DEBTS = 4  # with so many, changes of one debt at a time take all the time there is

Judge = Callable[["Retracing"], Plan]
"""Runs a proposal in the ledger. Raises OutOfTime."""


class Retracing:
    """A proposal: has paid by each day what a plan had paid by then; on `changed` days other
    amounts by debt. A debt is settled from the day on which the plan settled it; what a change
    has saved meets what the plan left unpaid.

    `options` are the amounts by day that it might have paid instead; `has_waited` says whether
    something required was not paid on its day.
    """

    def __init__(
        self, plan: Plan, triage: Triage, changed: Mapping[int, tuple[int, ...]] | None = None
    ) -> None:
        debts = plan.household.debts
        places = {debt.id: index for index, debt in enumerate(debts)}
        self._made: dict[int, list[tuple[int, int]]] = {}
        for one in plan.payments:
            made = self._made.setdefault(one.on.toordinal(), [])
            made.append((places[one.debt], one.amount_fen))
        self._closing = {one.on.toordinal(): one.closing_fen for one in plan.cash}
        self._last = max(self._made, default=0)
        self._settled_on = _settled_on(plan, places)
        self._behind = [0] * len(debts)  # fen that the plan had paid by now, and this has not
        self._changed = changed or {}
        self._triage = triage
        self._after = Prepaying(by_rate, triage)
        self.options: dict[int, set[tuple[int, ...]]] = {}
        self.has_waited = False

    def __call__(self, ledger: Ledger) -> Amounts | None:
        if ledger.day > self._last:
            return self._after(ledger)
        for index, fen in self._made.get(ledger.day, ()):
            self._behind[index] += fen
        amounts = list(self._changed.get(ledger.day) or self._as_before(ledger))
        for index, fen in enumerate(amounts):
            self._behind[index] -= fen
        self.has_waited |= leaves_required(ledger, amounts)
        if not self._changed:
            self.options[ledger.day] = set(_options(ledger, amounts)) - {tuple(amounts)}
        return amounts

    def _as_before(self, ledger: Ledger) -> Amounts:
        cash = ledger.spendable_fen
        amounts = [0] * len(self._behind)
        for index, contract in enumerate(ledger.contracts):
            wanted = self._behind[index]
            if ledger.day >= self._settled_on.get(index, self._last + 1):
                wanted = contract.settle(ledger.day)
            amounts[index] = _taken(contract, ledger.day, min(wanted, cash))
            cash -= amounts[index]
        saved = min(cash, cash - self._closing.get(ledger.day, cash))
        for index in ledger.demanding:
            if saved <= 0:
                break
            short = ledger.contracts[index].required_fen(ledger.day) - amounts[index]
            if short > 0:
                amounts[index] += min(short, saved)
                saved -= min(short, saved)
        self._prepay(ledger, amounts, saved)
        return amounts

    @staticmethod
    def _prepay(ledger: Ledger, amounts: Amounts, saved: int) -> None:
        """The dearest first, from what a change has saved."""
        if saved < LEAST_PREPAYMENT_FEN:
            return
        places = []
        for index, contract in enumerate(ledger.contracts):
            place = by_rate(contract, index, ledger.day, saved)
            if place is not None:
                places.append((place, index))
        for _place, index in sorted(places):
            taken = _taken(ledger.contracts[index], ledger.day, amounts[index] + saved)
            saved -= max(0, taken - amounts[index])
            amounts[index] = max(taken, amounts[index])


def _settled_on(plan: Plan, places: Mapping[str, int]) -> dict[int, int]:
    """By debt: the day from which on the plan owes nothing on it."""
    found: dict[int, int] = {}
    for one in plan.balances:
        index = places[one.debt]
        if sum(one[2:]):
            found.pop(index, None)
        else:
            found.setdefault(index, one.on.toordinal())
    return found


def _taken(contract: Contract, day: int, most: int) -> int:
    """What a contract takes of so much: nothing small beyond what is required, but to settle."""
    if most <= 0:
        return 0
    taken = contract.payable(day, most)
    required = contract.required_fen(day)
    if required < taken < required + LEAST_PREPAYMENT_FEN and taken != contract.settle(day):
        return required
    return taken


def _options(ledger: Ledger, amounts: Amounts) -> Iterator[tuple[int, ...]]:
    """One debt is paid what is left, or before all others, or nothing; then, of few debts, in any
    order, another instead of it.
    """
    cash = ledger.spendable_fen
    for first, amount in enumerate(amounts):
        others = [index for index in range(len(amounts)) if index != first]
        wanted = dict(enumerate(amounts))
        yield _split(ledger, [*others, first], wanted | {first: cash})
        for order in permutations(others) if len(others) < PAIRED_DEBTS else [others]:
            yield _split(ledger, [first, *order], wanted | {first: cash})
            if amount:
                yield _split(ledger, order, dict.fromkeys(others, cash))
        if amount:
            yield _split(ledger, others, wanted)


def _split(ledger: Ledger, order: Iterable[int], wanted: Mapping[int, int]) -> tuple[int, ...]:
    """What each takes of what it is to have, in an order, while there is money."""
    left = ledger.spendable_fen
    amounts = [0] * len(ledger.contracts)
    for index in order:
        amounts[index] = _taken(ledger.contracts[index], ledger.day, min(wanted[index], left))
        left -= amounts[index]
    return tuple(amounts)


def polish(
    plan: Plan, triage: Triage, judge: Judge, is_better: Callable[[Plan, Plan], bool]
) -> Plan:
    """The plan after all changes that made it better; as far as `judge` has time.

    Where nothing is late, no change lets a due wait, not within its grace either.
    """
    try:
        while (better := _changed(plan, triage, judge, is_better)) is not plan:
            plan = better
    except OutOfTime:
        pass
    return plan


def _changed(
    plan: Plan, triage: Triage, judge: Judge, is_better: Callable[[Plan, Plan], bool]
) -> Plan:
    """The plan with one day changed for the better; else the plan."""
    base = Retracing(plan, triage)
    judge(base)
    for day, options in sorted(base.options.items()):
        for amounts in sorted(options, reverse=True):
            proposal = Retracing(plan, triage, {day: amounts})
            tried = judge(proposal)
            if is_better(tried, plan) and (any(plan.harm) or not proposal.has_waited):
                return tried
    return plan
