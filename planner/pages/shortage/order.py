"""The person's own order of repaying, for the strategy that follows it."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from planner.models import DebtRow
from planner.pages.attempt import save
from planner.pages.http import Request
from planner.pages.shortage.forms import OrderForm
from planner.services.documents import household_of


@require_http_methods(["GET", "POST"])
def plan_order(request: Request) -> HttpResponse:
    household = household_of(request.user)
    names = {debt.slug: debt.name for debt in DebtRow.objects.owned_by(request.user)}
    form = OrderForm(request.POST or None, household=household, debts=list(names))
    status, conflict = 200, ""
    if request.method == "POST":
        status, conflict = save(form), form.conflict
        if status == 200:
            return redirect("planner:plan-order")
        form = OrderForm(household=household_of(request.user), debts=list(names))
    context = {
        "form": form,
        "conflict": conflict,
        "debts": [(slug, names[slug]) for slug in form.order if slug in names],
    }
    template = "planner/shortage/_order.html" if request.htmx else "planner/shortage/order.html"
    return render(request, template, context, status=status)
