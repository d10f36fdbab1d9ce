"""Who is paid what on a day: from the state of the ledger to an amount per debt."""

from planner.domain.ledger import Ledger


def required_amounts(ledger: Ledger) -> list[int]:
    """Fen required and unpaid today, per debt."""
    return [contract.required_fen(ledger.day) for contract in ledger.contracts]


def pay_minimum(ledger: Ledger) -> list[int] | None:
    """Only what is required; when short, the oldest due date first, then order of debts."""
    required = required_amounts(ledger)
    total = sum(required)
    if total == 0:
        return None
    if total <= ledger.cash_fen:
        return required
    return pay_oldest_first(ledger)


def pay_oldest_first(ledger: Ledger) -> list[int]:
    """Each demand in full until one does not fit, that one in part."""
    left = max(0, ledger.cash_fen)
    amounts = [0] * len(ledger.contracts)
    demands = [
        (due_on, index, fen)
        for index, contract in enumerate(ledger.contracts)
        for due_on, fen in contract.demands(ledger.day)
    ]
    for _, index, fen in sorted(demands, key=lambda demand: demand[:2]):
        amounts[index] += min(left, fen)
        left -= min(left, fen)
    return amounts
