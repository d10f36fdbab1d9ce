"""The optimum: the page that waits for it and says why, and the fragment that brings it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET
from django_htmx.http import retarget

from planner.pages.http import Request
from planner.pages.plan.page import PlanPage
from planner.pages.plan.questions import Asking
from planner.pages.plan.views import put_off
from planner.plans.solving import SOLVING
from planner.services.documents import household_of

AGAIN = "again"  # the second time that a page asks; after that the person does


@require_GET
def plan_optimum(request: Request) -> HttpResponse:
    """Wait for the optimum as long as that may take. Asked twice it is reckoned once."""
    if not household_of(request.user).items["debts"]:
        return redirect("planner:plan")
    answer = SOLVING.ask(request.user)
    if request.htmx and answer == "superseded":
        return HttpResponse(status=204)  # the page that asked is of other figures
    page = PlanPage(request.user)
    context: dict[str, Any] = {"page": page, "answer": answer, "again": AGAIN in request.GET}
    if not request.htmx:
        return render(request, "planner/plan/optimum.html", context)
    context["asking"] = Asking(page, put_off(request, page.row.today()))
    if page.optimum is None:
        return render(request, "planner/plan/_optimum.html", context)
    context["figures"] = page.figures()
    return retarget(render(request, "planner/plan/_plan_shown.html", context), "#paying")
