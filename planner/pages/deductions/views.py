"""Who can take my money: accounts, lenders, and what could be taken on which day."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from planner.pages.asked_first import asks_first
from planner.pages.deductions.page import DeductionPage
from planner.pages.http import Request


@require_GET
def deduction_list(request: Request) -> HttpResponse:
    page = DeductionPage(request.user)
    context = {"page": page, "asked_first": asks_first(request, page.current)}
    return render(request, "planner/deductions/deductions.html", context)
