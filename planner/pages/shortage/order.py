"""The person's own order of repaying, for the strategy that follows it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from planner.models import DebtRow
from planner.pages.shortage.forms import OrderForm
from planner.services.documents import household_of
from planner.services.errors import KeyReused, StaleVersion


@require_http_methods(["GET", "POST"])
def plan_order(request: HttpRequest) -> HttpResponse:
    household = household_of(request.user)
    names = {debt.slug: debt.name for debt in DebtRow.objects.owned_by(request.user)}
    form = OrderForm(request.POST or None, household=household, debts=list(names))
    status, conflict = 200, ""
    if request.method == "POST":
        status, conflict = take(form)
        if status == 302:
            return redirect("planner:plan-order")
        form = OrderForm(household=household_of(request.user), debts=list(names))
    context = {
        "form": form,
        "conflict": conflict,
        "debts": [(slug, names[slug]) for slug in form.order if slug in names],
    }
    template = "planner/shortage/_order.html" if request.htmx else "planner/shortage/order.html"
    return render(request, template, context, status=status)


def take(form: OrderForm) -> tuple[int, str]:
    """Save an order that was sent: the status of the answer, and what to say of a conflict."""
    if not form.is_valid():
        return 422, ""
    try:
        form.save()
    except (StaleVersion, KeyReused):
        return 409, _("Something changed meanwhile. Below is how things stand now.")
    return 302, ""
