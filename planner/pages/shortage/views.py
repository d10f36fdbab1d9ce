"""When money is not enough: what stays short and why, and in which order it is paid."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from planner.pages.asked_first import asks_first
from planner.pages.attempt import save
from planner.pages.http import Request
from planner.pages.shortage.forms import OrderForm
from planner.pages.shortage.page import ShortPage


@require_http_methods(["GET", "POST"])
def plan_short(request: Request) -> HttpResponse:
    """The page; a button moves a debt in the person's own order, or gives that order up."""
    page = ShortPage(request.user)
    form = _form(page, request.POST or None)
    status, conflict = 200, ""
    if request.method == "POST":
        status, conflict = save(form), form.conflict
        if status == 200:
            return redirect("planner:plan-short")
        page = ShortPage(request.user)
        form = _form(page)
    asked_first = asks_first(request, page.current) if page.has_debts else None
    names = {debt.id: debt.name for debt in page.current.position.debts}
    context = {
        "page": page,
        "form": form,
        "debts": [(slug, names[slug]) for slug in form.order if slug in names],
        "conflict": conflict,
        "asked_first": asked_first,
    }
    template = "planner/shortage/_short.html" if request.htmx else "planner/shortage/short.html"
    return render(request, template, context, status=status)


def _form(page: ShortPage, data: object = None) -> OrderForm:
    return OrderForm(data, household=page.row, debts=page.order, name="triage_order")
