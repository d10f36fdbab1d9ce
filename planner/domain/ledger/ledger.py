"""The ledger: executes payments day by day and lets dues age; the only source of figures.

The order of one day is fixed: incomes, living expenses, what grace missed, statements and
dues, payments, and in the worst case what lenders take. A strategy proposes amounts; nothing
is paid that the money at hand or the contract does not allow. Days are ordinals inside and
dates in the records, amounts fen.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from planner.domain.contracts.dues import Due, Parts
from planner.domain.contracts.instalment import Instalment
from planner.domain.contracts.open_end import OpenEnd
from planner.domain.contracts.revolving import Revolving
from planner.domain.household.household import Debt, Household
from planner.domain.household.terms import InstalmentTerms, RevolvingTerms
from planner.domain.ledger.flows import Flows
from planner.domain.values.days import add_months
from planner.domain.values.reading import LAST_DAY

HORIZON_MONTHS = 372

Contract = Revolving | Instalment | OpenEnd


class Payment(NamedTuple):
    """Money that left `account` for a debt; `by` is "plan" or "lender"."""

    on: date
    debt: str
    amount_fen: int
    principal_fen: int
    interest_fen: int
    fee_fen: int
    penalty_fen: int
    account: str
    by: str


class CashDay(NamedTuple):
    """A day on which money moved; `accounts` in the household's order, at its end."""

    on: date
    opening_fen: int
    income_fen: int
    expenses_fen: int
    payments_fen: int
    closing_fen: int
    accounts: tuple[int, ...]


class Transfer(NamedTuple):
    """Money to have in another account before that day's payments."""

    on: date
    source: str
    target: str
    amount_fen: int


class Balance(NamedTuple):
    """What a debt owes by kind at the end of a day."""

    on: date
    debt: str
    principal_fen: int
    interest_fen: int
    fee_fen: int
    penalty_fen: int


class Warned(NamedTuple):
    code: str
    on: date
    debt: str


class Waiting(NamedTuple):
    """A day that ends with `fen` above the reserve while something is required of debts and
    unpaid (by index). Whether that money is needed later, only the whole ledger shows."""

    day: int
    fen: int
    debts: tuple[int, ...]


def start_contract(debt: Debt, as_of: int) -> Contract:
    """The running contract of a debt, as it stands on the morning of `as_of`."""
    terms = debt.terms
    if isinstance(terms, RevolvingTerms):
        return Revolving(
            terms, grace_days=debt.grace_days, tolerance_fen=debt.tolerance_fen, as_of=as_of
        )
    if isinstance(terms, InstalmentTerms):
        return Instalment(
            terms, grace_days=debt.grace_days, tolerance_fen=debt.tolerance_fen, as_of=as_of
        )
    return OpenEnd(terms, grace_days=debt.grace_days, tolerance_fen=debt.tolerance_fen, as_of=as_of)


@dataclass(slots=True)
class Books:
    """Where a household stands on the morning of `day`: its running contracts and accounts.

    `answered` are planned incomes and expenses that have happened or will not: (kind, id,
    planned day); `begun` the rungs, by debt, that an episode which still lasts has started
    under dues that are met.
    """

    day: int
    contracts: list[Contract]
    accounts: list[int]
    answered: frozenset[tuple[str, str, int]] = frozenset()
    begun: Mapping[str, frozenset[str]] = field(default_factory=dict)
    _flows: Flows | None = None

    def flows(self, household: Household) -> Flows:
        """Incomes and costs from `day` on, unrolled once for all ledgers of a household."""
        if self._flows is None or self._flows.household is not household:
            self._flows = Flows(household, self.answered)
        return self._flows

    def copies(self) -> list[Contract]:
        """The contracts, to go their own way; each lists the dues that are not met."""
        contracts = []
        for contract in self.contracts:
            copied = contract.clone()
            copied.dues = copied.open_dues()
            contracts.append(copied)
        return contracts


def open_books(household: Household) -> Books:
    """The books of a household on the morning of its `as_of`."""
    day = household.as_of.toordinal()
    return Books(
        day,
        [start_contract(debt, day) for debt in household.debts],
        [account.balance_fen for account in household.accounts],
    )


@dataclass(slots=True)
class Ledger:
    """The state of a household on one day, and the record of the days before.

    `propose` is asked on each day on which something is required and unpaid or an income
    has arrived, after the dues; it gives fen per debt, in the order of debts, or None for
    nothing. It may propose no more than `spendable_fen` and than the contracts take. `opening`
    are the books to start from, by default those of the household's own figures. With
    `lenders_take` each lender then takes what is still required from the accounts in its reach,
    and knows no reserve.
    """

    household: Household
    propose: "Callable[[Ledger], Sequence[int] | None]"
    opening: Books | None = None
    lenders_take: bool = False
    books: Books = field(init=False)
    day: int = field(init=False)
    last_day: int = field(init=False)
    contracts: list[Contract] = field(init=False)
    flows: Flows = field(init=False)
    flow_index: int = field(init=False, default=0)
    accounts: list[int] = field(init=False)
    demanding: list[int] = field(init=False, default_factory=list)
    payments: list[Payment] = field(init=False, default_factory=list)
    cash_days: list[CashDay] = field(init=False, default_factory=list)
    transfers: list[Transfer] = field(init=False, default_factory=list)
    balances: list[Balance] = field(init=False, default_factory=list)
    warnings: list[Warned] = field(init=False, default_factory=list)
    waiting: list[Waiting] = field(init=False, default_factory=list)
    overdue_fen_days: int = field(init=False, default=0)
    debt_free_on: date | None = field(init=False, default=None)
    _next_days: list[int] = field(init=False)
    _last_parts: list[Parts | None] = field(init=False)
    _unsettled: set[int] = field(init=False)
    _account_index: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        household = self.household
        self.day = household.as_of.toordinal()
        end = add_months(household.as_of, HORIZON_MONTHS).toordinal() - 1
        self.last_day = min(end, LAST_DAY.toordinal())
        self.books = self.opening or open_books(household)
        self.contracts = self.books.copies()
        self.flows = self.books.flows(household)
        self.accounts = list(self.books.accounts)
        self._account_index = {account.id: i for i, account in enumerate(household.accounts)}
        self._next_days = [contract.next_day for contract in self.contracts]
        self._last_parts = [None] * len(self.contracts)
        self._unsettled = set(range(len(self.contracts)))
        self.demanding = list(range(len(self.contracts)))

    @property
    def cash_fen(self) -> int:
        """All the money there is today; negative when living costs went below zero."""
        return sum(self.accounts)

    @property
    def spendable_fen(self) -> int:
        """What may go to lenders today: the money there is above the reserve, wherever it lies."""
        return max(0, self.cash_fen - self.flows.reserve(self.day))

    def run(self) -> "Ledger":
        """Let the days pass until every debt is settled, or to the horizon."""
        while True:
            self._pass_day()
            if not self._unsettled:
                self.debt_free_on = date.fromordinal(self.day)
                break
            if not self._step(self.last_day + 1):
                self.day = self.last_day
                break
        self._conclude()
        return self

    def run_to(self, day: int) -> "Ledger":
        """Let the days pass until the dues of `day` stand and nothing of it is paid yet.

        Raises ValueError for a day before `as_of` or after the horizon.
        """
        if not self.day <= day <= self.last_day:
            raise ValueError(f"not a day of this plan: {date.fromordinal(day)}")
        while self.day < day:
            self._pass_day()
            if not self._step(day):
                self.day = day
        self._begin_day()
        return self

    def _step(self, end: int) -> bool:
        """Go to the next day on which something happens; False if that is not before `end`."""
        following = min(self._next_days, default=end)
        following = self.flows.next_day(self.flow_index, min(following, end))
        if self.demanding:
            overdue = sum(self.contracts[index].overdue_fen for index in self.demanding)
            self.overdue_fen_days += overdue * (following - self.day)
        if following >= end:
            return False
        self.day = following
        return True

    def _pass_day(self) -> None:
        opening = sum(self.accounts)
        income, expenses, touched = self._begin_day()
        on = date.fromordinal(self.day)
        paid = 0
        if income or self.demanding:
            amounts = self.propose(self) or ()
            if any(amounts) and sum(amounts) > self.spendable_fen:
                raise ValueError(f"payments of {sum(amounts)} fen that living costs need")
            for index, amount in enumerate(amounts):
                if amount > 0:
                    self._pay(index, amount, on)
                    paid += amount
                    if index not in touched:
                        touched.append(index)
        if self.lenders_take and self.demanding:
            paid += self._let_lenders_take(on, touched)
        if self.cash_fen < 0:
            self._warn_once("cash_below_zero", on)
        if income or expenses or paid:
            closing = opening + income - expenses - paid
            self.cash_days.append(
                CashDay(on, opening, income, expenses, paid, closing, tuple(self.accounts))
            )
        if not self.balances:
            touched = list(range(len(self.contracts)))
        elif len(touched) > 1:
            touched.sort()
        self._note_balances(touched, on)
        if self.demanding and touched:  # what was left alone is required as before
            day = self.day
            self.demanding = [
                index
                for index in self.demanding
                if index not in touched or self.contracts[index].required_fen(day)
            ]
        if self.demanding and (above := self.spendable_fen):
            self.waiting.append(Waiting(self.day, above, tuple(self.demanding)))

    def _begin_day(self) -> tuple[int, int, list[int]]:
        """Incomes, expenses, misses, statements and dues of the day; nothing is paid yet.

        Returns income and expenses in fen, and the debts of which something happened.
        """
        day = self.day
        income, expenses = self._move_flows(day)
        touched = []
        for index, next_day in enumerate(self._next_days):
            if next_day <= day:
                contract = self.contracts[index]
                contract.morning(day)
                self._next_days[index] = contract.next_day
                touched.append(index)
                if index not in self.demanding:
                    self.demanding.append(index)
        return income, expenses, touched

    def _move_flows(self, day: int) -> tuple[int, int]:
        flows = self.flows
        flows.extend(day)
        index = self.flow_index
        if index == len(flows.days) or flows.days[index] != day:
            return 0, 0
        self.flow_index = index + 1
        for account, fen in flows.moves[index]:
            self.accounts[account] += fen
        return flows.incomes[index], flows.expenses[index]

    def _pay(self, index: int, amount: int, on: date) -> None:
        """One payment, from the debt's first autopay account, else from the fullest."""
        accounts = self.household.accounts
        debt = self.household.debts[index]
        if debt.autopay:
            source = self._account_index[debt.autopay[0]]
        else:
            source = self.accounts.index(max(self.accounts))
        while (missing := amount - self.accounts[source]) > 0:
            others = [fen if i != source else -1 for i, fen in enumerate(self.accounts)]
            fullest = others.index(max(others))
            moved = min(missing, others[fullest])
            if moved <= 0:
                raise ValueError(f"a payment of {amount} fen above the money at hand")
            self.accounts[fullest] -= moved
            self.accounts[source] += moved
            self.transfers.append(Transfer(on, accounts[fullest].id, accounts[source].id, moved))
        self._book(index, amount, source, on, "plan")

    def _let_lenders_take(self, on: date, touched: list[int]) -> int:
        """What is required and unpaid, from the accounts each lender may deduct from, as far
        as there is money in them: in order of debts, then of its accounts. Returns fen.

        On days without income or due there is nothing new to take.
        """
        taken = 0
        for index, debt in enumerate(self.household.debts):
            if index not in self.demanding:
                continue
            for account in self.household.reach(debt):
                source = self._account_index[account]
                unpaid = self.contracts[index].required_fen(self.day)
                amount = min(unpaid, self.accounts[source])
                if amount <= 0:
                    continue
                self._book(index, amount, source, on, "lender")
                taken += amount
                if index not in touched:
                    touched.append(index)
        return taken

    def _book(self, index: int, amount: int, source: int, on: date, by: str) -> None:
        """A payment of `amount` to a debt from the account `source`, which holds as much."""
        contract = self.contracts[index]
        parts = contract.pay(self.day, amount)
        self._next_days[index] = contract.next_day
        self.accounts[source] -= amount
        household = self.household
        account = household.accounts[source].id
        self.payments.append(Payment(on, household.debts[index].id, amount, *parts, account, by))

    def _note_balances(self, touched: list[int], on: date) -> None:
        for index in touched:
            contract = self.contracts[index]
            parts = contract.balances()
            if parts != self._last_parts[index]:
                self._last_parts[index] = parts
                self.balances.append(Balance(on, self.household.debts[index].id, *parts))
            if index in self._unsettled and contract.is_settled(self.day):
                self._unsettled.remove(index)

    def _warn_once(self, code: str, on: date, debt: str = "") -> None:
        if not any(one.code == code and one.debt == debt for one in self.warnings):
            self.warnings.append(Warned(code, on, debt))

    def _conclude(self) -> None:
        """The warnings that can only be told once the last day is known."""
        household = self.household
        last = date.fromordinal(self.day)
        provisional = self.flows.provisional_day
        if provisional is not None and provisional <= self.day:
            self._warn_once("provisional_calendar", date.fromordinal(provisional))
        for index, (debt, contract) in enumerate(zip(household.debts, self.contracts, strict=True)):
            # A statement after the end, of a debt on which spending goes on, is not judged.
            contract.dues = [due for due in contract.dues if due.due_on <= self.day]
            for due in contract.dues:  # the plan ends within its grace, and never pays it
                if due.met_on is None and due.last_safe_on >= self.day:
                    due.is_missed = due.unpaid > debt.tolerance_fen
            for day, code in contract.warnings:
                self.warnings.append(Warned(code, date.fromordinal(day), debt.id))
            if isinstance(debt.terms, RevolvingTerms) and debt.terms.monthly_spend_fen:
                self._warn_once("keeps_spending", household.as_of, debt.id)
            if index in self._unsettled:
                code = "never_ends" if self._never_ends(index, last) else "beyond_horizon"
                self._warn_once(code, last, debt.id)
        self.warnings.sort(key=lambda warned: warned.on)

    def _never_ends(self, index: int, last: date) -> bool:
        """Whether a debt bears interest or penalty and owes no less than twelve months before."""
        debt = self.household.debts[index]
        if not self.contracts[index].bears(last.toordinal()):
            return False
        year_before = add_months(last, -12)
        owed = earlier = 0
        for balance in self.balances:
            if balance.debt == debt.id:
                owed = sum(balance[2:])
                if balance.on <= year_before:
                    earlier = owed
        return owed >= earlier

    def dues(self) -> Iterator[tuple[Debt, Due]]:
        """Every due with its debt: debts in order, dues by day."""
        for debt, contract in zip(self.household.debts, self.contracts, strict=True):
            for due in contract.dues:
                yield debt, due


def last_day_of(first: date) -> date:
    """The last day of a ledger that begins on `first` and never ends by itself."""
    return min(LAST_DAY, add_months(first, HORIZON_MONTHS) - timedelta(days=1))
