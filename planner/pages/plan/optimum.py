"""The optimum: the page that says why it pays what it pays, and the fragment that brings it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET
from django_htmx.http import retarget

from planner.pages.asked_first import put_off
from planner.pages.http import Request
from planner.pages.plan.page import PlanPage
from planner.pages.plan.questions import Asking
from planner.pages.waiting import AGAIN, Looks
from planner.plans import work
from planner.plans.foreseen import OPTIMUM
from planner.plans.solving import is_kept
from planner.services.documents import household_of


@require_GET
def plan_optimum(request: Request) -> HttpResponse:
    """The optimum, or that it is being worked out. Asked twice it is worked out once."""
    if not household_of(request.user).items["debts"]:
        return redirect("planner:plan")
    fault = ""
    if not is_kept(request.user):
        fault = work.ask(request.user, OPTIMUM, again=AGAIN in request.GET)
    page = PlanPage(request.user)
    context: dict[str, Any] = {"page": page, "fault": fault, "looks": Looks.of(request)}
    if not request.htmx:
        return render(request, "planner/plan/optimum.html", context)
    context["asking"] = Asking(page, put_off(request, page.row.today()))
    if page.optimum is None:
        return render(request, "planner/plan/_optimum.html", context)
    context["figures"] = page.figures()
    return retarget(render(request, "planner/plan/_plan_shown.html", context), "#paying")
