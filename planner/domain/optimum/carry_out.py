"""CarryingOut a solution in the ledger: exactly what must be paid, then what the solution adds."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from planner.domain.contracts.dues import NEVER
from planner.domain.contracts.revolving import Revolving
from planner.domain.ledger.ledger import Contract, Ledger
from planner.domain.optimum.promise import Promise
from planner.domain.paying.lookahead import Lookahead
from planner.domain.paying.prepaying import (
    LEAST_PREPAYMENT_FEN,
    Prepaying,
    Trying,
    after_payments,
    by_rate,
)
from planner.domain.paying.proposals import Proposal
from planner.domain.paying.triage import WINDOW_DAYS, Amounts, Triage, next_income_day

_MOST_TRIES = 8
_NEARLY_SETTLED_FEN = 100  # a solution leaves so little by rounding only
_TRIFLE_FEN = 100  # nobody leaves so little of a minimum for another day


class Intention(NamedTuple):
    """What one debt is to be paid: fen up to and including each day, in rising order of
    `days`, and from which day on nothing is left. `until`: due day → the last day on which that
    due is to be paid, `NEVER` if it may stay unpaid; on its own day where it is not there.
    """

    days: Sequence[int]
    paid: Sequence[int]
    clear_on: int | None
    until: Mapping[int, int]


class CarryingOut:
    """A proposal: pays what must not wait any longer and adds what the solution says.

    Where there is only a pattern and no solution, money for dues that must be paid before the next
    income is kept, and what is left goes to dues that could wait. When what must be paid today is
    short the triage decides, or where dues may wait, the nearest last day. After `last_day` the
    dearest rate. `has_waited` says whether something required was not paid on its day, `lacked` by
    day how many fen lacked for what had to be paid, `too_much` by debt when a prepayment first was
    too large to keep its promise, and by how many fen.
    """

    def __init__(self, intentions: Sequence[Intention], last_day: int, triage: Triage) -> None:
        self._intentions = intentions
        self._last_day = last_day
        self._triage = triage
        self._is_solved = any(intention.days for intention in intentions)
        self._may_wait = any(intention.until for intention in intentions)
        self._paid = [0] * len(intentions)
        self._next_income = 0
        self._first_day: int | None = None
        self._ahead: Lookahead | None = None
        self.has_waited = False
        self.lacked: dict[int, int] = {}
        self.too_much: dict[int, tuple[int, int]] = {}
        self._after: Proposal = Prepaying(by_rate, triage)

    def __call__(self, ledger: Ledger) -> Amounts | None:
        if self._first_day is None:
            self._first_day = ledger.day
        if ledger.day > self._last_day:
            return self._after(ledger)
        amounts = self._amounts(ledger)
        for index, amount in enumerate(amounts):
            self._paid[index] += amount
        self.has_waited |= any(
            amounts[index] < ledger.contracts[index].required_fen(ledger.day)
            for index in ledger.demanding
        )
        return amounts

    def _amounts(self, ledger: Ledger) -> Amounts:
        cash = ledger.spendable_fen
        if self._next_income <= ledger.day:
            self._next_income = next_income_day(ledger)
        amounts = self._must(ledger)
        total = sum(amounts)
        if total > cash:
            self.lacked[ledger.day] = total - cash
            self._ahead = None  # what is foreseen does not come true
            return self._nearest(ledger, cash) if self._may_wait else self._triage(ledger)
        free = cash - total
        if not self._is_solved:
            free -= self._coming(ledger, amounts)
        prepaid = []
        for index, intention in enumerate(self._intentions):
            if free <= 0:
                break
            contract = ledger.contracts[index]
            extra = self._extra(ledger, index, intention, contract, amounts[index], free)
            required = max(0, contract.required_fen(ledger.day) - amounts[index])
            if extra > required:
                prepaid.append((index, extra - required))
            extra = min(extra, required)
            amounts[index] += extra
            free -= extra
        left = free - ledger.household.buffer_fen
        if prepaid and left > 0:
            if self._may_wait:
                self._prepay_while_late(ledger, amounts, left, prepaid)
            else:
                self._prepay(ledger, amounts, left, prepaid)
        if not self._is_solved and free > 0:
            self._pay_waiting(ledger, amounts, free)
        return amounts

    def _prepay(
        self, ledger: Ledger, amounts: Amounts, left: int, wanted: Sequence[tuple[int, int]]
    ) -> None:
        """Prepay what is wanted of debts as far as it causes no miss and leaves the buffer; all
        that was required until today was paid on its day, and forecasts came true."""
        if self._ahead is None:
            self._ahead = Lookahead(ledger)
        contracts = after_payments(ledger, amounts)
        trying = Trying(ledger, contracts, left, self._ahead, {})
        for index, fen in wanted:
            most = min(fen, trying.most(index)) if trying.left > 0 else 0
            paid = trying.prepay(index, most) if most else 0
            amounts[index] += paid
            if fen - paid >= LEAST_PREPAYMENT_FEN and index not in self.too_much:
                excess = trying.excess_fen if most else 0
                self.too_much[index] = ledger.day, fen - most + (excess or 0)

    def _prepay_while_late(
        self, ledger: Ledger, amounts: Amounts, left: int, wanted: Sequence[tuple[int, int]]
    ) -> None:
        """The same where dues may wait, and forecasts are not what will be paid.

        Nothing while a due of the coming days would be missed: whoever looks for that money needs
        no more of it because of what was given away.
        """
        demanding = ledger.demanding
        if any(ledger.contracts[one].required_fen(ledger.day) > amounts[one] for one in demanding):
            return
        contracts = after_payments(ledger, amounts)
        before = list(amounts)
        trying = Trying(ledger, contracts, left, Lookahead(ledger), {})
        promise = Promise(ledger, before)
        until = ledger.day + WINDOW_DAYS
        # What is short on its day may be paid in its grace.
        if trying.short_on is not None and trying.short_on <= until and promise.misses_by(until):
            return
        for index, fen in wanted:
            most = min(fen, trying.most(index)) if trying.left > 0 else 0
            if most:
                amounts[index] += trying.prepay(index, most)
        left -= sum(amounts) - sum(before)
        for index, fen in wanted:
            more = min(fen - (amounts[index] - before[index]), left)
            if more >= LEAST_PREPAYMENT_FEN and self._is_day_to_prepay(ledger, index):
                paid = self._most_kept(ledger, promise, amounts, index, more)
                amounts[index] += paid
                left -= paid

    def _is_day_to_prepay(self, ledger: Ledger, index: int) -> bool:
        """When money comes, and right after a statement, which what is paid then counts for."""
        flows, place = ledger.flows, ledger.flow_index - 1
        has_income = place >= 0 and flows.days[place] == ledger.day and flows.incomes[place] > 0
        contract = ledger.contracts[index]
        has_statement = isinstance(contract, Revolving) and contract.is_statement_day(ledger.day)
        return has_income or has_statement or ledger.day == self._first_day

    def _most_kept(
        self, ledger: Ledger, promise: Promise, amounts: Amounts, index: int, more: int
    ) -> int:
        """The most of `more` that may be paid beside `amounts` with the promise kept."""
        contract = ledger.contracts[index]
        kept, broken = 0, more + 1
        offered = more
        for _ in range(_MOST_TRIES):
            tried = list(amounts)
            tried[index] = contract.payable(ledger.day, amounts[index] + offered)
            offered = tried[index] - amounts[index]
            if offered <= kept:
                break
            excess = promise.excess(tried)
            if excess == 0:
                kept = offered
                if broken - kept <= LEAST_PREPAYMENT_FEN or kept == more:
                    break
            else:
                broken = offered
                if excess and offered == more:
                    self.too_much.setdefault(index, (ledger.day, excess))
            offered = (kept + broken) // 2
            if excess and kept < broken - excess < broken:
                offered = broken - excess
            if offered - kept < LEAST_PREPAYMENT_FEN // 2:
                break
        return kept

    def _pay_waiting(self, ledger: Ledger, amounts: Amounts, free: int) -> None:
        """What nothing else needs goes to what could wait, the nearest last day first; what may
        stay unpaid gets nothing: later dues count on that money."""
        demands = sorted(
            (*demand, index)
            for index in ledger.demanding
            for demand in self._demands(index, ledger.contracts[index], ledger.day)
            if demand[0] != NEVER
        )
        left = {index: amounts[index] for index in ledger.demanding}
        for _last_day, _due_on, fen, index in demands:
            paid = min(fen, left[index])
            left[index] -= paid
            more = min(fen - paid, free)
            amounts[index] += more
            free -= more

    def _must(self, ledger: Ledger) -> Amounts:
        """By debt what has to be paid before the next income, of what is required today."""
        amounts = [0] * len(self._intentions)
        for index in ledger.demanding:
            contract = ledger.contracts[index]
            if not self._intentions[index].until:
                amounts[index] = contract.required_fen(ledger.day)
                continue
            for last_day, _due_on, fen in self._demands(index, contract, ledger.day):
                if last_day < self._next_income:
                    amounts[index] += fen
        return amounts

    def _demands(self, index: int, contract: Contract, day: int) -> list[tuple[int, int, int]]:
        """(last day, due day, fen) of what is required; what is older has to be paid before."""
        until = self._intentions[index].until
        last_day = NEVER
        found = []
        for due_on, fen in reversed(list(contract.demands(day))):
            last_day = min(last_day, until.get(due_on, due_on))
            found.append((last_day, due_on, fen))
        return found

    def _nearest(self, ledger: Ledger, cash: int) -> Amounts:
        """As far as the money goes, the nearest last day first."""
        demands = sorted(
            (*demand, index)
            for index in ledger.demanding
            for demand in self._demands(index, ledger.contracts[index], ledger.day)
        )
        amounts = [0] * len(self._intentions)
        for _last_day, _due_on, fen, index in demands:
            amounts[index] += min(fen, cash)
            cash -= min(fen, cash)
        return amounts

    def _coming(self, ledger: Ledger, amounts: Amounts) -> int:
        """Fen that fall due before the next income and have to be paid before it."""
        total = 0
        for index, contract in enumerate(ledger.contracts):
            if contract.next_day >= self._next_income:
                continue
            clone = contract.clone()
            if amounts[index]:
                clone.pay(ledger.day, amounts[index])
            while (day := clone.next_day) < self._next_income:
                clone.morning(day)
                must = sum(
                    fen
                    for last_day, _due_on, fen in self._demands(index, clone, day)
                    if last_day < self._next_income
                )
                if must:
                    total += must
                    clone.pay(day, must)
        return total

    def _extra(
        self,
        ledger: Ledger,
        index: int,
        intention: Intention,
        contract: Contract,
        amount: int,
        free: int,
    ) -> int:
        """Fen beside an amount that the solution wants to have paid by today."""
        day = ledger.day
        wanted = self._wanted(index, day) - self._paid[index] - amount
        required = contract.required_fen(day)
        if wanted > 0 or (intention.clear_on is not None and day >= intention.clear_on):
            wanted = self._settled(index, contract, day, amount, wanted, free)
        if wanted <= 0:
            return 0
        if isinstance(contract, Revolving):
            wanted = self._without_trifle(contract, amount, wanted)
        offered = contract.payable(day, amount + min(wanted, free))
        extra = offered - amount
        settles = offered == contract.settle(day)
        if settles or offered <= required or extra >= LEAST_PREPAYMENT_FEN:
            return max(0, extra)
        return max(0, required - amount)

    def _without_trifle(self, contract: Revolving, amount: int, wanted: int) -> int:
        """What is wanted beside an amount; the whole minimum of a statement where it lacks next to
        nothing, which would be a payment of its own on the due day."""
        rest = -amount
        for due in contract.open_dues():
            rest += due.unpaid
            if 0 < rest - wanted <= _TRIFLE_FEN:
                return rest
        return wanted

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

    def _wanted(self, index: int, day: int) -> int:
        """Fen to have paid by today."""
        intention = self._intentions[index]
        place = bisect_right(intention.days, day) - 1
        return intention.paid[place] if place >= 0 else 0
