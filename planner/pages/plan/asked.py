"""One due or income by itself: where a reminder leads."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from planner.pages.http import Request
from planner.pages.plan.page import PlanPage
from planner.pages.plan.questions import Asking
from planner.plans.questions import question_token
from planner.plans.shelf import Shelf


@require_GET
def question(request: Request, token: str) -> HttpResponse:
    """Whether it was paid or has arrived. Following the link changes nothing; answered since, or
    somebody else's, there is nothing to ask."""
    with Shelf(request.user) as shelf:
        page = PlanPage(request.user, None, shelf)
        page.look()
        asking = Asking(page)
        for one in page.questions:
            if question_token(one.kind, one.slug, one.on) == token and not one.is_prepaid:
                context = {"one": asking.of(one), "count": asking.count}
                return render(request, "planner/plan/question.html", context)
        for due in page.plan.dues if page.has_debts else ():
            if question_token("payment", due.debt, due.due_on) == token:
                paid = reverse("planner:debt-paid", args=[due.debt])
                return redirect(f"{paid}?due={due.due_on}")
    return render(request, "planner/plan/question.html", {"one": None})
