"""Think before you borrow, and what if it gets tighter: answers of which nothing is kept."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from planner.pages.http import Request
from planner.pages.what_if.borrow import BorrowAnswer
from planner.pages.what_if.forms import LOAN, PURCHASE, BorrowForm
from planner.pages.what_if.stress import StressPage
from planner.plans.current import Current


@require_http_methods(["GET", "POST"])
def plan_borrow(request: Request) -> HttpResponse:
    """What a purchase or a loan would do. A POST, so that no amount stands in an address."""
    what = LOAN if request.GET.get("what") == LOAN else PURCHASE
    current = Current(request.user)
    form = BorrowForm(request.POST or None, what=what, household=current.position)
    answer, status = None, 200
    if request.method == "POST":
        answer = BorrowAnswer.of(current, form) if form.is_valid() else None
        status = 200 if answer else 422
    context = {"form": form, "answer": answer, "what": what, "page": current}
    template = "planner/what_if/_borrow.html" if request.htmx else "planner/what_if/borrow.html"
    return render(request, template, context, status=status)


@require_GET
def plan_stress(request: Request) -> HttpResponse:
    """What a late or smaller income, or an expense more, would do."""
    page = StressPage(Current(request.user), request.GET.get("case", ""))
    template = "planner/what_if/_stress.html" if request.htmx else "planner/what_if/stress.html"
    return render(request, template, {"page": page}, status=422 if page.is_unknown else 200)
