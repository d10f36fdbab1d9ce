"""Accounts: money at hand, and who may deduct from it."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from planner import plan_store, services
from planner.forms.bank_accounts import KINDS, AccountForm
from planner.presentation import Amounts
from planner.views import items


@require_GET
def account_list(request: HttpRequest) -> HttpResponse:
    household = services.household_of(request.user)
    terms = plan_store.standing_household(request.user)
    amounts = Amounts(hidden=household.is_discreet)
    kinds = dict(KINDS)
    rows = [
        {
            "slug": account.id,
            "name": account.name,
            "kind": kinds[account.kind],
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
    return items.show(request, "planner/_account_board.html", _("Accounts"), context)


@require_http_methods(["GET", "POST"])
def account_create(request: HttpRequest) -> HttpResponse:
    form = AccountForm(request.POST or None, household=services.household_of(request.user))
    return items.edit(
        request, form, noun="account", title=_("New account"), leave_to="planner:account-list"
    )


@require_http_methods(["GET", "POST"])
def account_detail(request: HttpRequest, slug: str) -> HttpResponse:
    account = items.item_or_404(request, "accounts", slug)
    household = services.household_of(request.user)
    form = AccountForm(request.POST or None, household=household, item=account)
    return items.edit(
        request, form, noun="account", title=account.name, leave_to="planner:account-list"
    )


@require_http_methods(["GET", "POST"])
def account_delete(request: HttpRequest, slug: str) -> HttpResponse:
    return items.delete(request, kind="accounts", noun="account", slug=slug)
