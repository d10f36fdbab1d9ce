"""Who can take my money: what lenders could take by day → what templates print, in words.

Two courses are laid side by side: the plan is followed, and nothing is paid by the person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from planner.domain.household.household import Debt, Household
from planner.domain.paying.exposure import (
    Prospect,
    if_followed,
    if_nothing_is_paid,
)
from planner.domain.plan.plan import Exposure
from planner.domain.rulebook.deductions import load_deductions
from planner.domain.rulebook.products import Product, load_products
from planner.domain.rulebook.rule_files import Fact
from planner.domain.values.reading import LAST_DAY
from planner.models import User
from planner.plans.current import Current
from planner.words.days import day, short_day, weekday
from planner.words.facts import FactLine, answered, fact_line
from planner.words.language import language, listed, listed_names, spoken
from planner.words.markup import address, markup, phrased, sentences
from planner.words.names import KINDS

AHEAD_DAYS = 93  # three pay days of a month
SHOWN_DAYS = 6
MOST_NAMED = 2  # lenders in one sentence

AccountState = Literal["none", "unbound", "free", "safe", "late", "short"]


@dataclass(frozen=True, slots=True)
class DeductionDay:
    """A day on which lenders could take something. `lacks` is "" where all costs can be paid."""

    on: date
    day: str
    weekday: str
    arrived: str
    takings: list[str]
    left: str
    lacks: str


@dataclass(frozen=True, slots=True)
class PaidLine:
    """A payment of the plan that the lender may as well take itself."""

    on: date
    day: str
    weekday: str
    name: str
    account: str
    amount: str


@dataclass(frozen=True, slots=True)
class Lender:
    name: str
    url: str
    place: str


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account and who may take from it, in the person's order of debts.

    `possible`: those of whom nobody knows yet.
    """

    name: str
    kind: str
    balance: str
    lenders: list[Lender]
    possible: str
    is_wechat: bool


@dataclass(frozen=True, slots=True)
class ProductLine:
    """How the lender of one product takes money, and where that is seen and changed."""

    id: str
    name: str
    place: str
    facts: list[FactLine]


class DeductionPage:
    """One person's accounts and lenders."""

    def __init__(self, user: User) -> None:
        self.current = Current(user)
        self.amounts = self.current.amounts
        household = self.household
        self._debts = {debt.id: debt for debt in household.debts}
        self._accounts = {account.id: account.name for account in household.accounts}
        self._incomes = {income.id: income.name for income in household.incomes}
        self._expenses = {expense.id: expense.name for expense in household.expenses}

    @property
    def household(self) -> Household:
        """As it stands today."""
        return self.current.position

    # --- What could be taken ---

    @property
    def _before(self) -> date:
        return min(self.household.as_of + timedelta(days=AHEAD_DAYS), LAST_DAY)

    @cached_property
    def _followed(self) -> Prospect:
        steps = [
            (one.on.toordinal(), one.debt, one.amount_fen) for one in self.current.plan.payments
        ]
        return if_followed(self.current.household, steps, self._before)

    @cached_property
    def _unpaid(self) -> Prospect:
        return if_nothing_is_paid(self.current.household, self._before)

    @cached_property
    def is_bound(self) -> bool:
        """Whether any lender may take from any account, by what is known."""
        return any(self.household.reach(debt) for debt in self.household.debts)

    # --- The answer ---

    @property
    def state(self) -> AccountState:
        if not self.household.debts:
            return "none"
        if not self.is_bound:
            return "free" if self.household.accounts else "unbound"
        if self._followed.exposures:
            return "short"
        return "late" if self._is_late and self._unpaid.exposures else "safe"

    @property
    def _is_late(self) -> bool:
        """Whether the plan leaves something unpaid for a while, or it is overdue today."""
        situation = self.current.situation
        late = [*situation.overdue, *situation.short]
        return any(due.last_safe_on < self._before for due in late)

    @property
    def headline(self) -> SafeString:
        match self.state:
            case "none":
                return phrased(_("Nothing is owed,|so nobody takes anything."))
            case "unbound":
                return phrased(_("Who may take cannot be seen yet:|no account is entered."))
            case "free":
                return phrased(_("By what you said,|no lender takes money by itself."))
            case "safe":
                return phrased(
                    _("If you follow the plan,|nothing stays unpaid|that could be taken.")
                )
        prospect = self._followed if self.state == "short" else self._unpaid
        template, values = self._sentence(prospect, _telling_day(prospect))
        return phrased(template, **values)

    @property
    def why(self) -> SafeString | str:
        match self.state:
            case "none":
                return _("Once you enter what you owe, this page shows whose hand reaches where.")
            case "unbound":
                return _(
                    "How each of your lenders takes money stands below. Enter your accounts: then "
                    "this page tells what could be taken on which day."
                )
            case "free":
                return _("If that changes, say so in the debt: then this page counts with it.")
            case "short":
                return _("This is the worst case with your plan: it leaves something unpaid then.")
            case "late":
                return _(
                    "What is overdue or short may be taken as soon as there is money. Your plan "
                    "pays it as soon as living costs leave money for it, and no more than what is "
                    "owed may be taken."
                )
        if not self._unpaid.exposures:
            return _("In the next three months no lender could take anything by what you entered.")
        template, values = self._sentence(self._unpaid, _telling_day(self._unpaid))
        sentence = markup(template.replace("|", self._between), **values)
        return sentences(
            [
                _("On a due date a lender may take that due itself, and no more than that."),
                markup(_("If you paid nothing yourself: {sentence}"), sentence=sentence),
            ]
        )

    @property
    def _between(self) -> str:
        return "" if language() == "zh" else " "

    def _sentence(self, prospect: Prospect, on: date) -> tuple[str, dict[str, str]]:
        """ "12 月 10 日工资到账后，借呗可能扣走 ¥3,120.00，房租还差 ¥480.00" """
        what = self._taken(prospect, on)
        expense, short = _lack_on(prospect.exposures, on)
        if expense is not None:
            what = _("{what}, and {expense} would lack {amount}").format(
                what=what, expense=self._expenses[expense], amount=self.amounts(short)
            )
        arrived = self._arrived(prospect, on)
        template = (
            _("On {day},|once {income} arrives,|{what}.") if arrived else _("On {day},|{what}.")
        )
        return template, {"day": self._day(on), "income": arrived, "what": what}

    def _taken(self, prospect: Prospect, on: date) -> str:
        by_lender: dict[str, int] = {}
        for one in prospect.takings:
            if one.on == on:
                by_lender[one.debt] = by_lender.get(one.debt, 0) + one.amount_fen
        if len(by_lender) > MOST_NAMED:
            return _("{count} lenders may take {amount} together").format(
                count=len(by_lender), amount=self.amounts(sum(by_lender.values()))
            )
        takes = _("{lender} may take {amount}")
        return listed(
            takes.format(lender=self._debts[debt].name, amount=self.amounts(fen))
            for debt, fen in by_lender.items()
        )

    def _arrived(self, prospect: Prospect, on: date) -> str:
        names = [self._incomes[one] for one in prospect.arrivals.get(on, ())]
        return listed_names(names)

    def _day(self, on: date) -> str:
        return day(on, self.household.as_of)

    # --- Day by day ---

    @cached_property
    def followed_days(self) -> list[DeductionDay]:
        return self._days(self._followed)

    @cached_property
    def unpaid_days(self) -> list[DeductionDay]:
        return self._days(self._unpaid)

    def _days(self, prospect: Prospect) -> list[DeductionDay]:
        return [self._line(prospect, on) for on in dict.fromkeys(x.on for x in prospect.exposures)]

    def _line(self, prospect: Prospect, on: date) -> DeductionDay:
        takes = _("{lender} may take {amount} from {account}")
        expense, short = _lack_on(prospect.exposures, on)
        lack = _("{expense} lacks {amount}")
        arrived = self._arrived(prospect, on)
        return DeductionDay(
            on=on,
            day=short_day(on),
            weekday=weekday(on),
            arrived=_("Once {income} has arrived").format(income=arrived) if arrived else "",
            takings=[
                takes.format(
                    lender=self._debts[one.debt].name,
                    amount=self.amounts(one.amount_fen),
                    account=self._accounts[one.account],
                )
                for one in prospect.takings
                if one.on == on
            ],
            left=self.amounts(prospect.cash_fen[on]),
            lacks=lack.format(expense=self._expenses[expense], amount=self.amounts(short))
            if expense is not None
            else "",
        )

    @property
    def shown_unpaid(self) -> list[DeductionDay]:
        return self.unpaid_days[:SHOWN_DAYS]

    @property
    def later_unpaid(self) -> list[DeductionDay]:
        return self.unpaid_days[SHOWN_DAYS:]

    @cached_property
    def paid(self) -> list[PaidLine]:
        """What the plan pays on due dates to lenders that may take it themselves."""
        due = {(one.debt, one.due_on) for one in self.current.plan.dues}
        return [
            PaidLine(
                on=one.on,
                day=short_day(one.on),
                weekday=weekday(one.on),
                name=self._debts[one.debt].name,
                account=self._accounts[one.account],
                amount=self.amounts.plain(one.amount_fen),
            )
            for one in self.current.plan.payments
            if one.on < self._before
            and (one.debt, one.on) in due
            and one.account in self.household.reach(self._debts[one.debt])
        ]

    @property
    def shown_paid(self) -> list[PaidLine]:
        return self.paid[:SHOWN_DAYS]

    @property
    def later_paid(self) -> list[PaidLine]:
        return self.paid[SHOWN_DAYS:]

    # --- Accounts and lenders ---

    @property
    def accounts(self) -> list[AccountLine]:
        kinds = dict(KINDS)
        return [
            AccountLine(
                name=account.name,
                kind=str(kinds[account.kind]),
                balance=self.amounts.plain(account.balance_fen),
                lenders=[
                    self._lender(debt, account.id)
                    for debt in self.household.debts
                    if account.id in debt.autopay
                ],
                possible=listed_names(
                    debt.name
                    for debt in self.household.debts
                    if not debt.autopay_known and account.id in self.household.reach(debt)
                ),
                is_wechat=account.kind == "wechat_balance",
            )
            for account in self.household.accounts
        ]

    def _lender(self, debt: Debt, account: str) -> Lender:
        place = debt.autopay.index(account) + 1
        said = _("its only account")
        if len(debt.autopay) > 1:
            said = _("no. {place} in its order").format(place=place)
        return Lender(debt.name, address("planner:debt-detail", debt.id), said)

    @property
    def unbound(self) -> list[Lender]:
        """Debts of which nobody said from where they are deducted, or that they are not."""
        return [
            Lender(debt.name, address("planner:debt-detail", debt.id), self._place(debt))
            for debt in self.household.debts
            if not debt.autopay_known
        ]

    def _place(self, debt: Debt) -> str:
        """Where in the lender's app the authorisation is seen."""
        product = load_products().get(debt.product or "")
        return "" if product is None else _place_of(product)

    # --- What one may do, and what people ask ---

    @property
    def example(self) -> str:
        """The first day on which an essential expense would lack money, and that expense."""
        for prospect in (self._followed, self._unpaid):
            for one in prospect.exposures:
                if one.expense is not None:
                    return _("On {day}: pay {expense} first, or set it aside.").format(
                        day=self._day(one.on), expense=self._expenses[one.expense]
                    )
        return ""

    @property
    def remedies(self) -> list[FactLine]:
        return [answered(one) for one in load_deductions().remedies]

    @property
    def questions(self) -> list[FactLine]:
        return [answered(one) for one in load_deductions().questions]

    @property
    def products(self) -> list[ProductLine]:
        """Of the debts, each product once."""
        known = load_products()
        ids = dict.fromkeys(debt.product for debt in self.household.debts)
        return [_product(known[one]) for one in ids if one]


def _telling_day(prospect: Prospect) -> date:
    """The first day after which an essential expense lacks money; else the first pay day."""
    exposures = prospect.exposures
    lacking = (one.on for one in exposures if one.expense is not None)
    return next(lacking, min(prospect.arrivals, default=exposures[0].on))


def _lack_on(exposures: Sequence[Exposure], on: date) -> tuple[str | None, int]:
    """The essential expense that then lacks money; the same for each account of a day."""
    return next((one.expense, one.short_fen) for one in exposures if one.on == on)


def _product(product: Product) -> ProductLine:
    facts: Iterable[Fact] = (*product.autopay, *product.deduction)
    return ProductLine(
        product.id, spoken(product.names), _place_of(product), [fact_line(one) for one in facts]
    )


def _place_of(product: Product) -> str:
    where = product.where.get("autopay")
    return "" if where is None else spoken(where.app)
