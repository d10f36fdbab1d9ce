"""Incomes: the list, one of them, a new one."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from planner.forms.incomes import IncomeForm
from planner.views import flows, items


@require_GET
def income_list(request: HttpRequest) -> HttpResponse:
    context = {"rows": flows.flow_rows(request, "incomes")}
    return items.show(request, "planner/_income_board.html", _("Incomes"), context)


@require_http_methods(["GET", "POST"])
def income_create(request: HttpRequest) -> HttpResponse:
    return flows.edit(request, IncomeForm, noun="income", title=_("New income"))


@require_http_methods(["GET", "POST"])
def income_detail(request: HttpRequest, slug: str) -> HttpResponse:
    income = items.item_or_404(request, "incomes", slug)
    return flows.edit(request, IncomeForm, noun="income", title=income.name, item=income)


@require_http_methods(["GET", "POST"])
def income_delete(request: HttpRequest, slug: str) -> HttpResponse:
    return items.delete(request, kind="incomes", noun="income", slug=slug)
