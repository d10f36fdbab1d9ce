"""Expenses: the list, one of them, a new one."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from planner.forms.expenses import ExpenseForm
from planner.views import flows, items


@require_GET
def expense_list(request: HttpRequest) -> HttpResponse:
    context = {"rows": flows.flow_rows(request, "expenses")}
    return items.show(request, "planner/_expense_board.html", _("Expenses"), context)


@require_http_methods(["GET", "POST"])
def expense_create(request: HttpRequest) -> HttpResponse:
    return flows.edit(request, ExpenseForm, noun="expense", title=_("New expense"))


@require_http_methods(["GET", "POST"])
def expense_detail(request: HttpRequest, slug: str) -> HttpResponse:
    expense = items.item_or_404(request, "expenses", slug)
    return flows.edit(request, ExpenseForm, noun="expense", title=expense.name, item=expense)


@require_http_methods(["GET", "POST"])
def expense_delete(request: HttpRequest, slug: str) -> HttpResponse:
    return items.delete(request, kind="expenses", noun="expense", slug=slug)
