"""All that was entered, newest first, and taking back."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from planner.models import DebtRow
from planner.pages.attempt import press
from planner.pages.history_lines import history_context
from planner.pages.http import Request
from planner.services.documents import household_of
from planner.services.entries import entries_of, undo_entry
from planner.words.figures import Amounts


@require_GET
def history_list(request: Request) -> HttpResponse:
    """All that was entered, newest first."""
    amounts = Amounts(household_of(request.user).is_discreet)
    context = history_context(request, entries_of(request.user), amounts)
    return render(request, "planner/history/history.html", context)


@require_POST
def history_undo(request: Request) -> HttpResponse:
    """Take one entry back by a counter-entry; both stay to be seen."""
    number = request.POST.get("entry", "")
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        raise Http404
    entry = get_object_or_404(entries_of(request.user), pk=int(number))
    is_new, refused = press(lambda: undo_entry(user=request.user, entry=entry.pk))
    if refused:
        messages.warning(request, refused)
    else:
        said = _("Taken back. It stays in the list, crossed out.")
        messages.success(request, said if is_new else _("That was taken back before."))
    slug = request.POST.get("debt", "")
    if DebtRow.objects.owned_by(request.user).filter(slug=slug).exists():
        return redirect("planner:debt-history", slug)
    return redirect("planner:history-list")
