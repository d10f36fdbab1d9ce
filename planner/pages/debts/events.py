"""One debt: what happened to it beside payments, and what follows."""

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from planner.domain.household.events import (
    LIMITS,
    following,
    rungs_of,
)
from planner.domain.household.household import Debt
from planner.models import DebtRow
from planner.pages import items
from planner.pages.attempt import press, save
from planner.pages.debts.event_form import EventForm
from planner.pages.http import Request
from planner.plans.kept import standing_debt
from planner.services.documents import household_of
from planner.services.events import take_back_event
from planner.words.days import day, short_day
from planner.words.language import spoken
from planner.words.names import event_name


@require_http_methods(["GET", "POST"])
def debt_events(request: Request, slug: str) -> HttpResponse:
    """The list and its form; `?rung=` is chosen already."""
    row = get_object_or_404(DebtRow.objects.owned_by(request.user), slug=slug)
    household = household_of(request.user)
    debt = standing_debt(household, slug)
    form = EventForm(
        request.POST or None, household=household, debt=debt, rung=request.GET.get("rung", "")
    )
    status = save(form) if request.method == "POST" else 200
    if request.method == "POST" and status == 200:
        return redirect("planner:debt-events", slug)
    today = household.planned_from
    context = {
        "debt": row,
        "form": form,
        "happened": happened(debt, today),
        "steps": steps(debt, today),
        "product": debt.product,
        "action": reverse("planner:debt-events", args=[slug]),
    }
    return items.show(request, "planner/debts/_debt_events.html", row.name, context, status)


@require_POST
def event_undo(request: Request, slug: str) -> HttpResponse:
    """Take one back: it did not happen, or on another day."""
    get_object_or_404(DebtRow.objects.owned_by(request.user), slug=slug)
    try:
        on = date.fromisoformat(request.POST.get("on", ""))
    except ValueError:
        raise Http404 from None
    rung = request.POST.get("rung", "")
    is_new, refused = press(lambda: take_back_event(user=request.user, debt=slug, rung=rung, on=on))
    if refused:
        messages.warning(request, refused)
        return redirect("planner:debt-list")
    messages.success(request, _("Taken back.") if is_new else _("That was taken back before."))
    return redirect("planner:debt-events", slug)


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as a page lists it; `rung` and `on` name it when it is taken back.

    `year` where it is another than today's.
    """

    rung: str
    on: date
    day: str
    year: int | None
    name: str


@dataclass(frozen=True, slots=True)
class StepAhead:
    """What an event dates: its day, and how long that is from today."""

    on: date
    day: str
    left: str
    is_past: bool
    name: str
    since: str
    condition: str
    before: str
    right: str


def happened(debt: Debt, today: date) -> list[Happened]:
    """The last one first."""
    rungs = {rung.id: rung for rung in rungs_of(debt)}
    ordered = sorted(debt.events, key=lambda event: event.on, reverse=True)
    return [
        Happened(
            rung=one.rung,
            on=one.on,
            day=short_day(one.on),
            year=one.on.year if one.on.year != today.year else None,
            name=event_name(rungs[one.rung]),
        )
        for one in ordered
        if one.rung in rungs
    ]


def steps(debt: Debt, today: date) -> list[StepAhead]:
    """What follows from the events, the first day first."""
    rungs = {rung.id: rung for rung in rungs_of(debt)}
    found = []
    for one in following(debt):
        days = (one.on - today).days
        found.append(
            StepAhead(
                on=one.on,
                day=day(one.on, today),
                left=_left(days),
                is_past=days < 0,
                name=spoken(one.rung.names) or one.rung.id,
                since=_("counted from {day}: {what}").format(
                    day=day(one.event.on, today), what=event_name(rungs[one.event.rung])
                )
                if one.event.rung in rungs and one.rung.id not in LIMITS
                else "",
                condition=spoken(one.rung.condition),
                before=spoken(one.rung.before),
                right=spoken(one.rung.right),
            )
        )
    return found


def _left(days: int) -> str:
    if days == 0:
        return _("today")
    if days < 0:
        return ngettext("{days} day ago", "{days} days ago", -days).format(days=-days)
    return ngettext("in {days} day", "in {days} days", days).format(days=days)
