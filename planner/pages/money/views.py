"""Incomes, living costs and bank accounts."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from planner.domain.household.household import Expense, Household, Income
from planner.pages import items
from planner.pages.http import Request
from planner.pages.money.forms import AccountForm, ExpenseForm, FlowForm, IncomeForm
from planner.plans.kept import position_today
from planner.services.documents import household_of
from planner.words.days import said
from planner.words.figures import Amounts
from planner.words.language import listed_names
from planner.words.names import KINDS


def flow_rows(request: Request, kind: str) -> list[dict[str, Any]]:
    """The rows of a list, with the day on which each comes and the account it is on."""
    household = household_of(request.user)
    terms: Household = position_today(household)
    accounts = {account.id: account.name for account in terms.accounts}
    amounts = Amounts(hidden=household.is_discreet)
    flows: tuple[Income | Expense, ...] = getattr(terms, kind)
    coming = _("comes in {when}") if kind == "incomes" else _("paid {when}")
    return [
        {
            "slug": flow.id,
            "name": flow.name,
            "amount": amounts.plain(flow.amount_fen),
            "when": coming.format(when=said(flow.on, household.today())),
            "account": accounts[flow.account],
            "has_ended": flow.until is not None and flow.until < household.today(),
            "flow": flow,
        }
        for flow in flows
    ]


def edit(
    request: Request, form_class: type[FlowForm], *, noun: str, title: str = "", slug: str = ""
) -> HttpResponse:
    """A new one, or with its slug the one that is there, whose name is the title."""
    household = household_of(request.user)
    item = items.item_or_404(request, household, form_class.kind, slug) if slug else None
    accounts = household.items["accounts"]
    if not accounts:
        # Money needs a place to come to or leave from.
        return redirect("planner:account-create")
    form = form_class(request.POST or None, household=household, accounts=accounts, item=item)
    title = title if item is None else item.name
    leave_to, template = f"planner:{noun}-list", f"planner/money/_{noun}_form.html"
    return items.edit(request, form, template, noun=noun, title=title, leave_to=leave_to)


@require_GET
def income_list(request: Request) -> HttpResponse:
    context = {"rows": flow_rows(request, "incomes")}
    return items.show(request, "planner/money/_income_board.html", _("Incomes"), context)


@require_http_methods(["GET", "POST"])
def income_create(request: Request) -> HttpResponse:
    return edit(request, IncomeForm, noun="income", title=_("New income"))


@require_http_methods(["GET", "POST"])
def income_detail(request: Request, slug: str) -> HttpResponse:
    return edit(request, IncomeForm, noun="income", slug=slug)


@require_http_methods(["GET", "POST"])
def income_delete(request: Request, slug: str) -> HttpResponse:
    return items.delete(request, kind="incomes", noun="income", slug=slug)


@require_GET
def expense_list(request: Request) -> HttpResponse:
    context = {"rows": flow_rows(request, "expenses")}
    return items.show(request, "planner/money/_expense_board.html", _("Expenses"), context)


@require_http_methods(["GET", "POST"])
def expense_create(request: Request) -> HttpResponse:
    return edit(request, ExpenseForm, noun="expense", title=_("New expense"))


@require_http_methods(["GET", "POST"])
def expense_detail(request: Request, slug: str) -> HttpResponse:
    return edit(request, ExpenseForm, noun="expense", slug=slug)


@require_http_methods(["GET", "POST"])
def expense_delete(request: Request, slug: str) -> HttpResponse:
    return items.delete(request, kind="expenses", noun="expense", slug=slug)


@require_GET
def account_list(request: Request) -> HttpResponse:
    household = household_of(request.user)
    terms = position_today(household)
    amounts = Amounts(hidden=household.is_discreet)
    kinds = dict(KINDS)
    rows = [
        {
            "slug": account.id,
            "name": account.name,
            "kind": kinds[account.kind],
            # Of whom nobody said yet whether they take from it.
            "possible": listed_names(
                debt.name
                for debt in terms.debts
                if not debt.autopay_known and account.id in terms.reach(debt)
            ),
            "balance": amounts.plain(account.balance_fen),
            # Lenders who may take from it, and whether it is their first, second … choice.
            "lenders": [
                {"name": debt.name, "place": debt.autopay.index(account.id) + 1}
                for debt in terms.debts
                if account.id in debt.autopay
            ],
        }
        for account in terms.accounts
    ]
    total = amounts.plain(sum(account.balance_fen for account in terms.accounts))
    context = {"rows": rows, "total": total}
    return items.show(request, "planner/money/_account_board.html", _("Accounts"), context)


@require_http_methods(["GET", "POST"])
def account_create(request: Request) -> HttpResponse:
    form = AccountForm(request.POST or None, household=household_of(request.user))
    return _edit_account(request, form, _("New account"))


@require_http_methods(["GET", "POST"])
def account_detail(request: Request, slug: str) -> HttpResponse:
    household = household_of(request.user)
    account = items.item_or_404(request, household, "accounts", slug)
    form = AccountForm(request.POST or None, household=household, item=account)
    return _edit_account(request, form, account.name)


def _edit_account(request: Request, form: AccountForm, title: str) -> HttpResponse:
    template, leave_to = "planner/money/_account_form.html", "planner:account-list"
    return items.edit(request, form, template, noun="account", title=title, leave_to=leave_to)


@require_http_methods(["GET", "POST"])
def account_delete(request: Request, slug: str) -> HttpResponse:
    return items.delete(request, kind="accounts", noun="account", slug=slug)
