"""The page of one debt: what it takes to the end, what it costs, what follows a miss."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from planner.debt_page import DebtPage
from planner.forms.payoff import PayoffForm


@require_GET
def debt_schedule(request: HttpRequest, slug: str) -> HttpResponse:
    """The page, or for htmx what cures and settles on a day that was asked for."""
    try:
        page = DebtPage(request.user, slug)
    except KeyError:
        raise Http404 from None
    form = PayoffForm(request.GET, first=page.as_of, last=page.last_day)
    asked = form.cleaned_data["on"] if form.is_valid() else None
    context = {"sheet": page, "form": form, "payoffs": page.payoffs(asked)}
    template = "planner/_debt_payoff.html" if request.htmx else "planner/debt_schedule.html"
    return render(request, template, context, status=422 if form.errors else 200)
