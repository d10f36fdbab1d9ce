"""Following a solution in the ledger: what is required, then what the solution adds."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from planner.domain.ledger.ledger import Contract, Ledger
from planner.domain.optimum.sacrifice import Sacrificing
from planner.domain.paying.prepaying import LEAST_PREPAYMENT_FEN, Prepaying, by_rate
from planner.domain.paying.proposals import Proposal
from planner.domain.paying.triage import Amounts, Triage

_KEPT_OPEN_FEN = 100  # at least so much of what waits stays unpaid
_NEARLY_SETTLED_FEN = 100  # a solution leaves so little by rounding only


class Intention(NamedTuple):
    """What one debt is to be paid: fen up to and including each day, in rising order of
    `days`, and from which day on nothing is left. `met`: after each
    day, up to which due day all is met; empty where nothing waits."""

    days: list[int]
    paid: list[int]
    clear_on: int | None
    met: list[int]


class CarryingOut:
    """A proposal: pays what is required on its day and prepays as the solution says.

    When money is short the triage decides; after `last_day` the dearest rate. Where dues are to
    wait, `kept` is (day, fen) of the cash that the solution has left on a day: what
    could wait is paid from no more than what is above; later the debts that waited least come
    first. `has_waited` says whether something required was not paid on its day.
    """

    def __init__(
        self,
        intentions: Sequence[Intention],
        last_day: int,
        triage: Triage,
        kept: Sequence[tuple[int, int]] = (),
    ) -> None:
        self._intentions = intentions
        self._kept_days = [day for day, _ in kept]
        self._kept = [fen for _, fen in kept]
        self._last_day = last_day
        self._triage = triage
        self._paid = [0] * len(intentions)
        self._positions = [0] * len(intentions)
        self.has_waited = False
        self._after: Proposal = Prepaying(by_rate, triage)
        if kept:
            order = sorted(range(len(intentions)), key=lambda index: _lag(intentions[index]))
            self._after = Sacrificing(order, pays_part=True)

    def __call__(self, ledger: Ledger) -> Amounts | None:
        if ledger.day > self._last_day:
            return self._after(ledger)
        amounts = self._amounts(ledger)
        for index, amount in enumerate(amounts):
            self._paid[index] += amount
        self.has_waited |= leaves_required(ledger, amounts)
        return amounts

    def _amounts(self, ledger: Ledger) -> Amounts:
        day, cash = ledger.day, ledger.spendable_fen
        amounts = [0] * len(self._intentions)
        for index in ledger.demanding:
            amounts[index] = self._now(index, ledger.contracts[index], day)
        total = sum(amounts)
        if total > cash:
            if self._kept:
                return self._cut(ledger, amounts, cash)
            return self._triage(ledger)
        free = cash - total - self._keeps(day)
        for index, intention in enumerate(self._intentions):
            if free <= 0:
                break
            contract = ledger.contracts[index]
            wanted = self._wanted(index, day) - self._paid[index] - amounts[index]
            required = contract.required_fen(day)
            if wanted > 0 or (intention.clear_on is not None and day >= intention.clear_on):
                wanted = self._settled(index, contract, day, amounts[index], wanted, free)
            if self._stays_open(index, contract, day):
                wanted = min(wanted, required - amounts[index] - _KEPT_OPEN_FEN)
            if wanted <= 0:
                continue
            offered = contract.payable(day, amounts[index] + min(wanted, free))
            extra = offered - amounts[index]
            settles = extra > 0 and offered == contract.settle(day)
            is_due = offered <= required
            if extra > 0 and (settles or is_due or extra >= LEAST_PREPAYMENT_FEN):
                amounts[index] += extra
                free -= extra
        return amounts

    def _stays_open(self, index: int, contract: Contract, day: int) -> bool:
        """Whether the solution leaves something of what is required today unpaid."""
        met = self._intentions[index].met
        place = self._place(index, day)
        if not met or place < 0:
            return False
        return any(due_on > met[place] for due_on, _fen in contract.demands(day))

    def _settled(
        self, index: int, contract: Contract, day: int, amount: int, wanted: int, free: int
    ) -> int:
        """What is wanted beside an amount; all that settles where the solution leaves nothing, or
        next to nothing but interest that has been borne.
        """
        balances = contract.balances()
        clear_on = self._intentions[index].clear_on
        if clear_on is None or not balances.principal:
            return wanted
        rest = contract.settle(day) - amount
        borne = rest + amount - sum(balances)
        is_cleared = day >= clear_on or rest - wanted <= borne + _NEARLY_SETTLED_FEN
        return rest if is_cleared and rest <= free else wanted

    def _keeps(self, day: int) -> int:
        """Fen to be left after the payments of a day that could wait."""
        place = bisect_right(self._kept_days, day) - 1
        return max(0, self._kept[place]) if place >= 0 else 0

    def _now(self, index: int, contract: Contract, day: int) -> int:
        """What is paid today of what is required: all but what waits."""
        required = contract.required_fen(day)
        intention = self._intentions[index]
        if not intention.met or not required:
            return required
        place = self._place(index, day)
        until = intention.met[place] if place >= 0 else 0
        now = sum(fen for due_on, fen in contract.demands(day) if due_on <= until)
        return min(required, now)

    def _wanted(self, index: int, day: int) -> int:
        """Fen to have paid by today."""
        place = self._place(index, day)
        return self._intentions[index].paid[place] if place >= 0 else 0

    def _place(self, index: int, day: int) -> int:
        """Where the last day up to today stands, -1 before the first."""
        days = self._intentions[index].days
        position = self._positions[index]
        while position < len(days) and days[position] <= day:
            position += 1
        self._positions[index] = position
        return position - 1

    def _cut(self, ledger: Ledger, amounts: Amounts, cash: int) -> Amounts:
        """As far as the money goes: first the debts of which nothing is to wait."""
        waits = [
            contract.required_fen(ledger.day) > amount
            for contract, amount in zip(ledger.contracts, amounts, strict=True)
        ]
        order = sorted(range(len(amounts)), key=waits.__getitem__)
        for index in order:
            amounts[index] = min(amounts[index], cash)
            cash -= amounts[index]
        return amounts


def leaves_required(ledger: Ledger, amounts: Amounts) -> bool:
    """Whether amounts by debt leave something unpaid that is required today."""
    return any(
        amounts[index] < ledger.contracts[index].required_fen(ledger.day)
        for index in ledger.demanding
    )


def _lag(intention: Intention) -> int:
    """How long a debt is kept waiting, added up over the days of payments."""
    return sum(day - on for day, on in zip(intention.days, intention.met, strict=True))
