"""The front page, and trying without an account."""

from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from planner.models import GUEST_DAYS
from planner.pages.front.example import example
from planner.pages.front.sample import sample_document
from planner.pages.http import Request
from planner.services import people
from planner.services.changes import replace_household
from planner.services.documents import has_figures, household_of


@require_GET
@login_not_required
def home(request: Request) -> HttpResponse:
    """The front page; who has figures here already came for the plan."""
    if request.user.is_authenticated and has_figures(request.user):
        return redirect("planner:plan")
    return render(request, "planner/front/home.html", {"example": example(timezone.localdate())})


@require_POST
@login_not_required
def guest_start(request: Request) -> HttpResponse:
    """An own, empty household; nothing is stored in it before its owner agreed."""
    return _as_guest(request) or redirect("planner:start")


@require_POST
@login_not_required
def sample_open(request: Request) -> HttpResponse:
    """The sample household, to change freely. Own figures are never overwritten by it."""
    if too_many := _as_guest(request):
        return too_many
    household = household_of(request.user)
    if household.is_sample or not has_figures(request.user):
        document = sample_document(household.today())
        replace_household(user=request.user, document=document, is_sample=True)
    return redirect("planner:plan")


def _as_guest(request: Request) -> HttpResponse | None:
    """Sign a visitor in as a guest; an answer where one address makes too many."""
    if request.user.is_authenticated:
        return None
    if too_many := ratelimit.consume_or_429(request, action="guest"):
        return too_many
    guest = people.start_guest()
    login(request, guest, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session.set_expiry(GUEST_DAYS * settings.DAY)
    return None
