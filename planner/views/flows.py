"""What incomes and expenses have in common: money that comes or goes on its days."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from planner import plan_store, services
from planner.domain.household.household import Expense, Household, Income
from planner.domain.values.days import EveryDays, Monthly, Once, Recurrence, Weekly
from planner.forms.recurrences import WEEKDAYS, FlowForm
from planner.models import Account
from planner.presentation import Amounts, day
from planner.views import items


def flow_rows(request: HttpRequest, kind: str) -> list[dict[str, Any]]:
    """The rows of a list, with the day on which each comes and the account it is on."""
    household = services.household_of(request.user)
    terms: Household = plan_store.standing_household(request.user)
    accounts = {account.id: account.name for account in terms.accounts}
    amounts = Amounts(hidden=household.is_discreet)
    flows: tuple[Income | Expense, ...] = getattr(terms, kind)
    return [
        {
            "slug": flow.id,
            "name": flow.name,
            "amount": amounts.plain(flow.amount_fen),
            "when": said(flow.on, household.today()),
            "account": accounts[flow.account],
            "has_ended": flow.until is not None and flow.until < household.today(),
            "flow": flow,
        }
        for flow in flows
    ]


def said(recurrence: Recurrence, today: Any) -> str:
    """A recurrence in words."""
    match recurrence:
        case Once(on):
            return _("once, on %(day)s") % {"day": day(on, today)}
        case Monthly(number):
            return _("each month on day %(day)s") % {"day": number}
        case Weekly(weekday):
            return _("each week on %(weekday)s") % {"weekday": WEEKDAYS[weekday][1]}
        case EveryDays(7):
            return _("each week")
        case EveryDays(days):
            return _("every %(days)s days") % {"days": days}


def edit(
    request: HttpRequest, form_class: type[FlowForm], *, noun: str, title: str, item: Any = None
) -> HttpResponse:
    accounts = list(Account.objects.owned_by(request.user))
    if not accounts:
        # Money needs a place to come to or leave from.
        return redirect("planner:account-create")
    form = form_class(
        request.POST or None,
        household=services.household_of(request.user),
        accounts=accounts,
        item=item,
    )
    leave_to = f"planner:{noun}-list"
    return items.edit(request, form, noun=noun, title=title, leave_to=leave_to)
