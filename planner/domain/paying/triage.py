"""Who is paid when money is short."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import merge
from typing import NamedTuple

from planner.domain.contracts.dues import Due
from planner.domain.household.household import Household
from planner.domain.ledger.consequences import dated_rungs
from planner.domain.ledger.ledger import Ledger
from planner.domain.rulebook.ladders import Rung

Amounts = list[int]
Triage = Callable[[Ledger], Amounts]

_LOOK_AHEAD_DAYS = 31  # rungs of the month after the next income break ties
_MOST_COMPARED = 10  # claims of which every combination is weighed; more are taken greedily

Weight = tuple[int, ...]
"""Rungs by severity, 5 first, that start before the next income; then those soon after."""


def pay_oldest_first(ledger: Ledger) -> Amounts:
    """Each demand in full until one does not fit, that one in part."""
    demands = merge(*(_demands(ledger, index) for index in ledger.demanding))
    return _in_turn(ledger, ((index, fen) for _, index, fen in demands))


def _demands(ledger: Ledger, index: int) -> Iterator[tuple[int, int, int]]:
    for due_on, fen in ledger.contracts[index].demands(ledger.day):
        yield due_on, index, fen


def _in_turn(ledger: Ledger, demands: Iterable[tuple[int, int]]) -> Amounts:
    amounts = [0] * len(ledger.contracts)
    left = ledger.spendable_fen
    if not left:
        return amounts
    for index, fen in demands:
        part = min(left, fen)
        amounts[index] += part
        left -= part
        if not left:
            break
    return amounts


def pay_in_order(order: Sequence[int]) -> Triage:
    """A triage by rank: debts (by index) in that order, each in full while money lasts."""

    def triage(ledger: Ledger) -> Amounts:
        demands = [
            (index, ledger.contracts[index].required_fen(ledger.day))
            for index in order
            if index in ledger.demanding
        ]
        return _in_turn(ledger, demands)

    return triage


class _TriageStep(NamedTuple):
    """A rung for weighing: it starts on the later of due + days and grace end + days."""

    from_due: int
    from_grace_end: int
    place: int


def _step(rung: Rung) -> _TriageStep:
    assert rung.after_days is not None  # only dated rungs are weighed
    if rung.counts_from == "grace_end":
        return _TriageStep(rung.after_days, rung.after_days, 5 - rung.severity)
    return _TriageStep(rung.after_days, 1, 5 - rung.severity)


class _Claim(NamedTuple):
    """What one debt asks for, today or before the next income, and what leaving it starts."""

    debt: int
    fen: int
    due_on: int
    weight: Weight


def pay_least_harm(household: Household, *, pays_part: bool) -> Triage:
    """The set of claims that fits the money and prevents most harm until the next income.

    Dues that fall before the next income compete with today's: for those that win, money is
    kept. With `pays_part` what is left goes to the most pressing claim that did not fit.
    """
    ladders = [[_step(rung) for rung in dated_rungs(debt)] for debt in household.debts]
    graces = [debt.grace_days for debt in household.debts]

    next_income = 0

    def triage(ledger: Ledger) -> Amounts:
        nonlocal next_income
        cash = ledger.spendable_fen
        if not cash:
            return [0] * len(ledger.contracts)
        if next_income <= ledger.day:
            next_income = next_income_day(ledger)
        today = _claims_today(ledger, ladders, next_income)
        coming = _claims_coming(ledger, ladders, graces, next_income)
        chosen = _weightiest(today + coming, cash)
        amounts = [0] * len(ledger.contracts)
        left = cash - sum(claim.fen for claim in chosen)
        for claim in chosen:
            if claim in today:
                amounts[claim.debt] = claim.fen
        if pays_part:
            waiting = [claim for claim in today if claim not in chosen]
            for claim in sorted(waiting, key=_urgency):
                amounts[claim.debt] = min(left, claim.fen)
                left -= amounts[claim.debt]
        return amounts

    return triage


def _urgency(claim: _Claim) -> tuple[Weight, int]:
    return tuple(-count for count in claim.weight), claim.due_on


def next_income_day(ledger: Ledger) -> int:
    """The next day after today on which money comes in, else the last day there is."""
    flows = ledger.flows
    position = ledger.flow_index
    while (day := flows.next_day(position, ledger.last_day)) < ledger.last_day:
        if flows.incomes[position]:
            return day
        position += 1
    return ledger.last_day


def _claims_today(
    ledger: Ledger, ladders: Sequence[Sequence[_TriageStep]], until: int
) -> list[_Claim]:
    """What is required today, weighed by what waiting until the next income would start."""
    claims = []
    for index in ledger.demanding:
        contract = ledger.contracts[index]
        fen = contract.required_fen(ledger.day)
        if not fen:
            continue
        oldest = contract.oldest_unmet(ledger.day)
        assert oldest is not None  # something is required of it
        weight = _weight(ladders[index], oldest, ledger.day, until)
        claims.append(_Claim(index, fen, oldest.due_on, weight))
    return claims


def _claims_coming(
    ledger: Ledger, ladders: Sequence[Sequence[_TriageStep]], graces: Sequence[int], until: int
) -> list[_Claim]:
    """The next due of each debt that is current, where it lies before the next income."""
    claims = []
    for index, contract in enumerate(ledger.contracts):
        if index in ledger.demanding or contract.next_day >= until:
            continue
        clone = contract.clone()
        while (day := clone.next_day) < until:
            clone.morning(day)
            fen = clone.required_fen(day)
            if fen:
                due = Due(day, day + graces[index], fen, fen)
                weight = _weight(ladders[index], due, ledger.day, until)
                claims.append(_Claim(index, fen, day, weight))
                break
    return claims


def _weight(ladder: Sequence[_TriageStep], due: Due, today: int, until: int) -> Weight:
    soon = [0] * 5
    later = [0] * 5
    month_after = until + _LOOK_AHEAD_DAYS
    for from_due, from_grace_end, place in ladder:
        start = max(due.due_on + from_due, due.last_safe_on + from_grace_end)
        if today < start <= month_after:
            (soon if start <= until else later)[place] += 1
    return (*soon, *later)


def _weightiest(claims: list[_Claim], cash: int) -> list[_Claim]:
    """Claims that fit into `cash` together with the greatest weight, then the most money."""
    ranked = sorted(claims, key=_urgency)
    if len(ranked) > _MOST_COMPARED:
        chosen = []
        for claim in ranked:
            if claim.fen <= cash:
                chosen.append(claim)
                cash -= claim.fen
        return chosen
    best: tuple[Weight, int, list[_Claim]] = ((0,) * 10, 0, [])
    stack: list[tuple[int, Weight, int, list[_Claim]]] = [(0, (0,) * 10, 0, [])]
    while stack:
        position, weight, fen, taken = stack.pop()
        if position == len(ranked):
            if (weight, fen) > best[:2]:
                best = (weight, fen, taken)
            continue
        stack.append((position + 1, weight, fen, taken))
        claim = ranked[position]
        if fen + claim.fen <= cash:
            heavier = tuple(map(sum, zip(weight, claim.weight, strict=True)))
            stack.append((position + 1, heavier, fen + claim.fen, [*taken, claim]))
    return best[2]
