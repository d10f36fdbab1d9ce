"""Money of one's own that has to be in another account before it leaves it.

The ledger moves money for what is repaid (see Transfer); what is spent it takes from the account it
was entered for, also below zero, and fills that up with the next payment. Here both are told apart,
so that no account falls short while another has the money.
"""

from datetime import date
from typing import NamedTuple

from planner.domain.ledger.ledger import Transfer
from planner.domain.plan.plan import Planned


class Moves(NamedTuple):
    """What is to be moved by a day for living costs, and before that day's payments for those."""

    for_living: tuple[Transfer, ...]
    for_payments: tuple[Transfer, ...]


def moves_of(plan: Planned) -> Moves:
    """The moves of a plan, the first day first.

    For living costs always from the account that then holds most; nothing where all accounts
    together are below zero.
    """
    ids = [account.id for account in plan.household.accounts]
    ahead = [0] * len(ids)  # what each account holds more than in the ledger
    planned: dict[date, list[Transfer]] = {}
    for one in plan.transfers:
        planned.setdefault(one.on, []).append(one)
    living: list[Transfer] = []
    payments: list[Transfer] = []
    for day in plan.cash:
        for one in planned.get(day.on, []):
            source, target = ids.index(one.source), ids.index(one.target)
            there = max(0, min(ahead[target], one.amount_fen))
            ahead[target] -= there
            ahead[source] += there
            if one.amount_fen > there:
                payments.append(one._replace(amount_fen=one.amount_fen - there))
        held = [fen + more for fen, more in zip(day.accounts, ahead, strict=True)]
        if sum(held) < 0:
            continue
        for target in range(len(ids)):
            while held[target] < 0 < (most := max(held)):
                source = held.index(most)
                fen = min(-held[target], most)
                for index, change in ((source, -fen), (target, fen)):
                    held[index] += change
                    ahead[index] += change
                found = living if day.expenses_fen else payments
                found.append(Transfer(day.on, ids[source], ids[target], fen))
    return Moves(tuple(living), tuple(payments))
