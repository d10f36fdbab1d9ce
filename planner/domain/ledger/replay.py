"""Laying the history onto the position of `as_of`: the books on the morning it leads to.

The same contracts run the same days as in a plan; what moves is what was entered, and living
costs that have no answer yet, which count as spent. On `planned_from` itself the day's dues
stand, and what was paid on it is paid.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain, takewhile

from planner.domain.contracts.dues import NEVER
from planner.domain.household.entries import (
    Arranged,
    ArrangementEnded,
    Corrected,
    Counted,
    Entry,
    Moved,
    Paid,
    Transferred,
)
from planner.domain.household.household import Debt, Expense, Household
from planner.domain.household.terms import InstalmentTerms
from planner.domain.ledger.consequences import shown_rungs, walk_episodes
from planner.domain.ledger.flows import Flows
from planner.domain.ledger.ledger import Books, Contract, open_books, start_contract
from planner.domain.values.days import EveryDays, Monthly, Once, Weekly


class PaymentRefused(ValueError):
    """A payment of the history that its contract cannot have taken.

    `most_fen` is what the contract takes on that day, `settle_fen` what pays it off.
    """

    def __init__(self, entry: Paid, most_fen: int, settle_fen: int) -> None:
        super().__init__(f"{entry.debt} takes at most {most_fen} fen on {entry.on}")
        self.entry = entry
        self.most_fen = most_fen
        self.settle_fen = settle_fen


def replay(household: Household) -> tuple[Household, Books]:
    """The household as of the morning of `planned_from`, and its books.

    Raises PaymentRefused.
    """
    if not household.history and household.planned_from == household.as_of:
        return household, open_books(household)
    running = _Running(household)
    running.run()
    running.fall_due()
    return running.household(), running.books()


def stand(household: Household) -> Household:
    """The position on `planned_from`: balances and terms, to be shown and corrected.

    What was entered for that day is in it; what falls due that day and was not paid is still
    to come, as in a household whose `as_of` it is. Raises PaymentRefused.
    """
    if not household.history and household.planned_from == household.as_of:
        return household
    running = _Running(household)
    running.run()
    return running.position()


def answered_flows(household: Household) -> frozenset[tuple[str, str, int]]:
    """The planned incomes and expenses that were answered: (kind, id, planned day)."""
    return frozenset(
        (entry.kind, entry.flow, entry.planned_on.toordinal())
        for entry in household.history
        if isinstance(entry, Moved)
    )


def assumed_spent(household: Household) -> Iterator[Moved]:
    """The living costs between `known_to` and `planned_from` that have no answer, as planned.

    Who has not said otherwise has eaten: the plan must not count on that money.
    """
    end = household.planned_from.toordinal()
    after = household.known_to + timedelta(days=1)
    if not household.expenses or after >= household.planned_from:
        return
    flows = Flows(replace(household, as_of=after), answered_flows(household))
    for expense in household.expenses:
        for day in takewhile(lambda day: day < end, flows.occurrences(expense)):
            on = date.fromordinal(day)
            yield Moved("expense", on, expense.id, on, expense.amount_fen, expense.account)


def foreseen_steps(household: Household) -> int:
    """About how many steps a replay takes: living costs told nothing of, debts and their days,
    rows to begin with, entries. Weighed as measured, the day of a debt being one.
    """
    days = (household.planned_from - household.as_of).days
    spent = sum(_times(expense, household) for expense in household.expenses)
    rows = sum(len(debt.terms.arrears) for debt in household.debts)
    rows += sum(
        len(debt.terms.rows) for debt in household.debts if isinstance(debt.terms, InstalmentTerms)
    )
    return days * len(household.debts) + 5 * spent + 20 * rows + 20 * len(household.history)


def _times(expense: Expense, household: Household) -> int:
    """How often a living cost comes between what is known and `planned_from`, at most."""
    first = max(expense.first, household.known_to)
    until = min(expense.until or household.planned_from, household.planned_from)
    every = {Once: 40_000, Monthly: 28, Weekly: 7}.get(type(expense.on), 0)
    every = expense.on.days if isinstance(expense.on, EveryDays) else every
    return max(0, (until - first).days // every + 1)


class _Running:
    """The contracts and accounts while the history passes; `shadows` are the contracts whose
    place an arrangement has taken, which take the same payments.
    """

    def __init__(self, household: Household) -> None:
        books = open_books(household)
        self._household = household
        self._first = books.day
        self._last = household.planned_from.toordinal()
        self._debts = list(household.debts)
        self._contracts = books.contracts
        self._accounts = books.accounts
        self._shadows: dict[int, tuple[Debt, Contract]] = {}
        self._answered: set[tuple[str, str, int]] = set()
        self._debt_index = {debt.id: i for i, debt in enumerate(household.debts)}
        self._account_index = {account.id: i for i, account in enumerate(household.accounts)}

    def run(self) -> None:
        """Let the days pass, and on the last one what was entered for it."""
        entries: defaultdict[int, list[Entry]] = defaultdict(list)
        for entry in (*assumed_spent(self._household), *self._household.history):
            entries[entry.on.toordinal()].append(entry)
        days = sorted(entries)
        day = self._first
        while day < self._last:
            self._enter(day, entries.get(day, ()))
            for contract in self._all():
                contract.morning(day)
            index = bisect_right(days, day)
            following = days[index] if index < len(days) else self._last
            day = min(following, self._next_day(), self._last)
        self._enter(day, entries.get(day, ()))

    def fall_due(self) -> None:
        """What falls due on the last day."""
        for contract in self._all():
            contract.morning(self._last)

    def _all(self) -> Iterator[Contract]:
        return chain(self._contracts, (contract for _, contract in self._shadows.values()))

    def _next_day(self) -> int:
        """The next day on which a contract does something by itself."""
        return min((contract.next_day for contract in self._all()), default=NEVER)

    def _enter(self, day: int, entries: Sequence[Entry]) -> None:
        for entry in entries:
            match entry:
                case Paid():
                    self._pay(entry, day)
                case Moved():
                    sign = 1 if entry.kind == "income" else -1
                    self._accounts[self._account_index[entry.account]] += sign * entry.amount_fen
                    planned = entry.planned_on.toordinal()
                    self._answered.add((entry.kind, entry.flow, planned))
                case Transferred():
                    self._accounts[self._account_index[entry.source]] -= entry.amount_fen
                    self._accounts[self._account_index[entry.target]] += entry.amount_fen
                case _:
                    self._renew(entry, day)

    def _renew(self, entry: Entry, day: int) -> None:
        match entry:
            case Counted():
                self._accounts[self._account_index[entry.account]] = entry.balance_fen
            case Corrected():
                self._shadows.pop(self._debt_index[entry.debt], None)
                self._start_anew(entry, day)
            case Arranged():
                index = self._debt_index[entry.debt]
                old = self._debts[index], self._contracts[index]
                self._shadows.setdefault(index, old)
                self._start_anew(entry, day)
            case ArrangementEnded():
                index = self._debt_index[entry.debt]
                if index in self._shadows:
                    self._debts[index], self._contracts[index] = self._shadows.pop(index)

    def _start_anew(self, entry: Corrected | Arranged, day: int) -> None:
        index = self._debt_index[entry.debt]
        debt = replace(self._debts[index], contract=entry.contract, terms=entry.terms)
        self._debts[index] = debt
        self._contracts[index] = start_contract(debt, day)

    def _pay(self, entry: Paid, day: int) -> None:
        index = self._debt_index[entry.debt]
        contract = self._contracts[index]
        contract.morning(day)
        if entry.planned_on is not None:
            contract.bring_forward(day, entry.planned_on.toordinal(), entry.amount_fen)
        most = contract.payable(day, entry.amount_fen)
        if most != entry.amount_fen:
            raise PaymentRefused(entry, most, contract.settle(day))
        contract.pay(day, entry.amount_fen)
        if index in self._shadows:
            shadow = self._shadows[index][1]
            shadow.morning(day)
            if entry.planned_on is not None:
                shadow.bring_forward(day, entry.planned_on.toordinal(), entry.amount_fen)
            shadow.pay(day, shadow.payable(day, entry.amount_fen))
        if entry.account is not None:
            self._accounts[self._account_index[entry.account]] -= entry.amount_fen

    def household(self) -> Household:
        """The household that starts on the last day; its figures are in the books."""
        return replace(
            self._household,
            as_of=self._household.planned_from,
            history=(),
            debts=tuple(self._debts),
        )

    def position(self) -> Household:
        """The same with its figures: a household of that day."""
        debts = tuple(
            replace(debt, terms=contract.terms_on(self._last))
            for debt, contract in zip(self._debts, self._contracts, strict=True)
        )
        accounts = tuple(
            replace(account, balance_fen=fen)
            for account, fen in zip(self._household.accounts, self._accounts, strict=True)
        )
        return replace(self.household(), debts=debts, accounts=accounts)

    def books(self) -> Books:
        """The books of the last day, with what was missed before it as arrears."""
        day = self._last
        begun = {}
        for debt, contract in zip(self._debts, self._contracts, strict=True):
            started = walk_episodes(contract.dues, shown_rungs(debt), day, frozenset())
            still_open = {id(due) for due in contract.open_dues()}
            lasting = any(due.is_missed for due in contract.open_dues())
            begun[debt.id] = frozenset(
                rung
                for (member, rung), start in started.days.items()
                if lasting
                and start <= day
                and id(contract.dues[member]) not in still_open
                and member >= _last_episode(contract)
            )
            for due in contract.open_dues():
                if due.last_safe_on < day:
                    due.become_arrear()
        return Books(day, self._contracts, self._accounts, frozenset(self._answered), begun)


def _last_episode(contract: Contract) -> int:
    """The index of the first due of the episode that still lasts: after the last day on
    which nothing required was unpaid."""
    dues = contract.dues
    first = len(dues)
    while first and (first == len(dues) or _reaches(dues[first - 1].met_on, dues[first].due_on)):
        first -= 1
    return first


def _reaches(met_on: int | None, due_on: int) -> bool:
    return met_on is None or met_on >= due_on
