"""What happened to one debt beside payments: enter it with its day, see what follows, take back."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from planner import services
from planner.events import happened, standing_debt, steps, take_back_event
from planner.forms.events import EventForm
from planner.models import Debt
from planner.views import items, plan


@require_http_methods(["GET", "POST"])
def debt_events(request: HttpRequest, slug: str) -> HttpResponse:
    """The list and its form; `?rung=` is chosen already."""
    row = get_object_or_404(Debt.objects.owned_by(request.user), slug=slug)
    household = services.household_of(request.user)
    debt = standing_debt(household, slug)
    form = EventForm(
        request.POST or None, household=household, debt=debt, rung=request.GET.get("rung", "")
    )
    if request.method == "POST" and form.is_valid() and _enter(form):
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
    status = 422 if form.errors else 200
    return items.show(request, "planner/_debt_events.html", row.name, context, status)


def _enter(form: EventForm) -> bool:
    try:
        form.save()
    except services.EntryRefused as refused:
        form.add_error(None, str(refused))
    except services.KeyReused:
        form.renew()
        form.add_error(None, plan.reused())
    return not form.errors


@require_POST
def event_undo(request: HttpRequest, slug: str) -> HttpResponse:
    """Take one back: it did not happen, or on another day."""
    get_object_or_404(Debt.objects.owned_by(request.user), slug=slug)
    try:
        on = date.fromisoformat(request.POST.get("on", ""))
    except ValueError:
        raise Http404 from None
    try:
        is_new = take_back_event(
            user=request.user, debt=slug, rung=request.POST.get("rung", ""), on=on
        )
    except services.EntryRefused as refused:
        messages.warning(request, str(refused))
        return redirect("planner:debt-list")
    messages.success(request, _("Taken back.") if is_new else _("That was taken back before."))
    return redirect("planner:debt-events", slug)
