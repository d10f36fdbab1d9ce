"""Rent and food come before lenders: what is kept for which of them, and who could take it all the
same, in words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from planner.domain.answers.living_costs import AtRisk, Held
from planner.domain.household.household import Household
from planner.words.days import day
from planner.words.figures import Amounts
from planner.words.language import listed_names
from planner.words.markup import markup, sentences, strong

MOST_COSTS = 3  # in one sentence


def costs_line(held: Iterable[Held], household: Household, as_of: date) -> str:
    """ "rent (25 December), food (20 December)": each expense once, with its first day."""
    names = {expense.id: expense.name for expense in household.expenses}
    first: dict[str, date] = {}
    for one in held:
        first.setdefault(one.expense, one.on)
    said = [
        _("{expense} ({day})").format(expense=names[expense], day=day(on, as_of))
        for expense, on in first.items()
    ]
    if len(said) > MOST_COSTS:
        said = [*said[:MOST_COSTS], _("others")]
    return listed_names(said)


def kept_line(held: Sequence[Held], household: Household, amounts: Amounts) -> SafeString:
    """For what money is kept that lies there beside something unpaid; "" for nothing."""
    if not held:
        return SafeString("")
    return markup(
        _("Living costs come first: {amount} of what is there are kept for {costs}."),
        amount=amounts(sum(one.fen for one in held)),
        costs=costs_line(held, household, household.as_of),
    )


@dataclass(frozen=True, slots=True)
class RiskLines:
    """Where money kept for living costs could be taken: on top the first day, then the others."""

    first: SafeString
    later: list[SafeString]


def risk_lines(found: Sequence[AtRisk], household: Household, amounts: Amounts) -> RiskLines | None:
    """None where nobody could take any of it."""
    if not found:
        return None
    said = [_risk_line(one, household, amounts) for one in found]
    unknown = {debt.id: debt.name for debt in household.debts if not debt.autopay_known}
    possible = dict.fromkeys(unknown[debt] for one in found for debt in one.by if debt in unknown)
    if possible:
        nobody_knows = _(
            "Whether {lenders} takes money by itself is not entered: so it counts as possible."
        )
        said[0] = sentences([said[0], markup(nobody_knows, lenders=listed_names(possible))])
    return RiskLines(said[0], said[1:])


def _risk_line(one: AtRisk, household: Household, amounts: Amounts) -> SafeString:
    debts = {debt.id: debt.name for debt in household.debts}
    expenses = {expense.id: expense.name for expense in household.expenses}
    accounts = {account.id: account.name for account in household.accounts}
    return markup(
        _(
            "On {day} {lenders} may take {amount} from {account}: "
            "then {expense} of {expense_day} lacks {short}."
        ),
        day=strong(day(one.on, household.as_of)),
        lenders=listed_names(debts[debt] for debt in one.by),
        amount=strong(amounts(one.could_take_fen)),
        account=accounts[one.account],
        expense=expenses[one.expense],
        expense_day=day(one.expense_on, household.as_of),
        short=amounts(one.short_fen),
    )
