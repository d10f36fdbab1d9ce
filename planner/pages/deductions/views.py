"""Who can take my money: accounts, lenders, and what could be taken on which day."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from planner.pages.deductions.page import DeductionPage
from planner.pages.http import Request


@require_GET
def deduction_list(request: Request) -> HttpResponse:
    context = {"page": DeductionPage(request.user)}
    return render(request, "planner/deductions/deductions.html", context)
