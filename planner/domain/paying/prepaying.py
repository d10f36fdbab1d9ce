"""Paying ahead: how much of today's money no later due needs, and which debt it goes to.

What each contract requires if nothing more is prepaid is foreseen; at most the lowest closing
cash of that path less the buffer is prepaid.
"""

from bisect import bisect_right
from collections.abc import Callable
from fractions import Fraction

from planner.domain.contracts.instalment import Instalment
from planner.domain.household.household import Household
from planner.domain.ledger.ledger import Contract, Ledger
from planner.domain.paying.proposals import required_today
from planner.domain.paying.triage import Amounts, Triage

LEAST_PREPAYMENT_FEN = 1000  # nobody moves less than 10.00 for a few fen, but to settle

Rank = Callable[["Contract", int, int, int], Fraction | int | None]
"""Of a contract, its index, the day and the free fen: its place, smallest first, or None."""

Required = list[tuple[int, int]]
"""(day, fen) that a contract will require, if each is paid on its day."""


class Prepaying:
    """Pays what is required, then prepays in an order while no later due needs the money.

    `rank` gives a debt's place for today, smallest first, or None to leave it alone. After
    a run `was_short` tells whether the triage ever had to decide, `has_prepaid` whether
    anything was prepaid.
    """

    def __init__(self, rank: Rank, triage: Triage) -> None:
        self._rank = rank
        self._triage = triage
        self._forecasts: dict[int, Required] = {}
        self._required: dict[int, int] = {}  # fen by day, of all forecasts together
        self._followed: dict[int, int] = {}  # debts with new spending: to which day foreseen
        self._spending: list[int] | None = None  # those debts
        self._paid_by = 0
        self._lowest: tuple[int, int] | None = None  # (day, fen) of the path still ahead
        self.was_short = False
        self.has_prepaid = False

    def __call__(self, ledger: Ledger) -> Amounts | None:
        amounts, total = required_today(ledger)
        cash = ledger.spendable_fen
        if total > cash:
            self.was_short = True
            self.forget()
            return self._triage(ledger)
        if total + ledger.household.buffer_fen < cash and self._may_prepay(ledger):
            self._prepay(ledger, amounts, cash - total)
        return amounts

    def forget(self) -> None:
        """Foresee anew: something went otherwise than foreseen."""
        self._forecasts.clear()
        self._required.clear()
        self._followed.clear()
        self._lowest = None

    def _may_prepay(self, ledger: Ledger) -> bool:
        """Free money appears when income arrives, and once the tightest day has passed."""
        if ledger.day == ledger.household.as_of.toordinal():
            return True
        index = ledger.flow_index - 1
        flows = ledger.flows
        if index < 0 or flows.days[index] != ledger.day or not flows.incomes[index]:
            return False
        if self._lowest is None or ledger.day > self._lowest[0]:
            return True
        return self._lowest[1] - ledger.household.buffer_fen >= LEAST_PREPAYMENT_FEN

    def _prepay(self, ledger: Ledger, amounts: Amounts, cash: int) -> None:
        """Add to today's required `amounts` what may be prepaid; `cash` is left after them."""
        day = ledger.day
        contracts = [
            _after_payment(contract, day, amounts[index])
            for index, contract in enumerate(ledger.contracts)
        ]
        refused: set[int] = set()
        while True:
            lowest = self._lowest_cash(ledger, contracts, cash)
            self._lowest = lowest
            free = min(lowest[1], cash) - ledger.household.buffer_fen
            if free <= 0:
                return
            ranks = [
                (rank, index)
                for index in range(len(contracts))
                if index not in refused
                and (rank := self._rank_of(ledger, contracts, index, free)) is not None
            ]
            if not ranks:
                return
            index = min(ranks)[1]
            paid = self._try_prepayment(ledger, contracts, index, cash, free)
            if paid == 0:
                refused.add(index)
                continue
            amounts[index] += paid
            cash -= paid
            self.has_prepaid = True
            if paid == free and contracts[index].balances().principal:
                # All that was free is gone into one debt; it freed nothing to speak of.
                self._lowest = lowest[0], lowest[1] - paid
                return

    def _rank_of(
        self, ledger: Ledger, contracts: list[Contract], index: int, free: int
    ) -> Fraction | int | None:
        contract = contracts[index]
        if contract.balances().principal == 0 or not contract.payable(ledger.day, free):
            return None
        return self._rank(contract, index, ledger.day, free)

    def _try_prepayment(
        self, ledger: Ledger, contracts: list[Contract], index: int, cash: int, free: int
    ) -> int:
        """Prepay one debt as far as it costs no more than it saves and causes no miss."""
        day = ledger.day
        before = self._forecast(ledger, contracts, index)
        offered = free
        for _ in range(3):
            contract = contracts[index]
            amount = contract.payable(day, offered)
            settles = amount == contract.settle(day)
            if amount <= 0 or (amount < LEAST_PREPAYMENT_FEN and not settles):
                return 0
            trial = _after_payment(contract, day, amount)
            after = required_ahead(trial, day, ledger.last_day, until=self._paid_by)
            if isinstance(contract, Instalment) and _total(before) < amount + _total(after):
                return 0
            if _never_ahead(after, before):
                shortfall = 0
            else:
                self._expect(index, after)
                lowest = self._lowest_cash(ledger, contracts, cash - amount)[1]
                self._expect(index, before)
                shortfall = ledger.household.buffer_fen - lowest
            if shortfall <= 0:
                self._expect(index, after)
                contracts[index] = trial
                return amount
            offered = amount - shortfall
        return 0

    def _forecast(self, ledger: Ledger, contracts: list[Contract], index: int) -> Required:
        """What one contract requires after today; kept while it goes as foreseen."""
        ahead = self._forecasts.get(index)
        if ahead is None:
            ahead = required_ahead(contracts[index], ledger.day, ledger.last_day)
            self._expect(index, ahead)
        elif ahead and ahead[0][0] <= ledger.day:
            ahead = [one for one in ahead if one[0] > ledger.day]
            self._expect(index, ahead)
        return ahead

    def _expect(self, index: int, ahead: Required) -> None:
        """Put this in the place of what was foreseen of a contract."""
        required = self._required
        for day, fen in self._forecasts.get(index, ()):
            left = required[day] - fen
            if left:
                required[day] = left
            else:
                del required[day]
        for day, fen in ahead:
            required[day] = required.get(day, 0) + fen
        self._forecasts[index] = ahead

    def _foresee(self, ledger: Ledger, contracts: list[Contract]) -> None:
        """What every contract requires up to the day on which all would be paid.

        A contract on which new spending goes on is followed to that day, too.
        """
        ahead = [self._forecast(ledger, contracts, index) for index in range(len(contracts))]
        self._paid_by = max((one[-1][0] for one in ahead if one), default=ledger.day)
        if self._spending is None:
            self._spending = [i for i, one in enumerate(contracts) if one.keeps_spending]
        for index in self._spending:
            if self._followed.get(index, 0) < self._paid_by:
                further = required_ahead(
                    contracts[index], ledger.day, ledger.last_day, until=self._paid_by
                )
                self._expect(index, further)
                self._followed[index] = self._paid_by

    def _lowest_cash(self, ledger: Ledger, contracts: list[Contract], cash: int) -> tuple[int, int]:
        """(day, fen) of the lowest closing cash if only required amounts are paid from now.

        From today to the day on which everything would be paid; the last such day where
        several are as low.
        """
        self._foresee(ledger, contracts)
        last = self._paid_by
        leaves = self._required.copy()
        flows = ledger.flows
        flows.extend(last)
        coming = range(ledger.flow_index, bisect_right(flows.days, last))
        for position in coming:
            day = flows.days[position]
            leaves[day] = leaves.get(day, 0) + flows.expenses[position] - flows.incomes[position]
        lowest, lowest_day, closing = cash, ledger.day, cash
        for day in sorted(leaves):
            if day > last:
                break
            closing -= leaves[day]
            if closing <= lowest:
                lowest, lowest_day = closing, day
        return lowest_day, lowest


def _after_payment(contract: Contract, day: int, amount: int) -> Contract:
    """The contract itself where nothing is paid: whoever only asks it leaves it as it is."""
    if not amount:
        return contract
    clone = contract.clone()
    clone.pay(day, amount)
    return clone


def required_ahead(contract: Contract, day: int, last_day: int, *, until: int = 0) -> Required:
    """What a contract will require after `day` if each amount is paid on its due date.

    Ends when it is settled, or with `until` not before that day where spending goes on.
    """
    if isinstance(contract, Instalment) and (rows := contract.rows_ahead(last_day)) is not None:
        return rows
    clone = contract.clone()
    ahead: Required = []
    while clone.next_day <= last_day and (clone.next_day <= until or not clone.is_settled(day)):
        day = clone.next_day
        clone.morning(day)
        required = clone.required_fen(day)
        if required:
            clone.pay(day, required)
            ahead.append((day, required))
    return ahead


def _total(ahead: Required) -> int:
    return sum(fen for _, fen in ahead)


def _never_ahead(after: Required, before: Required) -> bool:
    """Whether `after` has required no more than `before` by any day."""
    position = 0
    required = covered = 0
    for day, fen in after:
        required += fen
        while position < len(before) and before[position][0] <= day:
            covered += before[position][1]
            position += 1
        if required > covered:
            return False
    return True


def by_rate(contract: Contract, index: int, day: int, free: int) -> Fraction | None:
    """The dearest avoidable rate first; what avoids nothing is left alone."""
    rate = contract.avoidable_rate(day, free)
    return -rate if rate else None


def by_balance(contract: Contract, index: int, day: int, free: int) -> int:
    """The smallest balance first."""
    return contract.settle(day)


def by_order(household: Household) -> Rank:
    """The person's own order; debts it does not name come after, in order of debts."""
    named = {debt: position for position, debt in enumerate(household.order)}
    places = [named.get(debt.id, len(named) + i) for i, debt in enumerate(household.debts)]

    def rank(contract: Contract, index: int, day: int, free: int) -> int:
        return places[index]

    return rank
