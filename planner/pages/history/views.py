"""All that was entered, newest first, and taking back."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from planner.models import DebtRow, HistoryEntry
from planner.pages.history_lines import history_context
from planner.services.documents import household_of
from planner.services.entries import entries_of, undo_entry
from planner.services.errors import EntryRefused
from planner.words.figures import Amounts


@require_GET
def history_list(request: HttpRequest) -> HttpResponse:
    """All that was entered, newest first."""
    amounts = Amounts(household_of(request.user).is_discreet)
    context = history_context(request, entries_of(request.user), amounts)
    return render(request, "planner/history/history.html", context)


@require_POST
def history_undo(request: HttpRequest) -> HttpResponse:
    """Take one entry back by a counter-entry; both stay to be seen."""
    number = request.POST.get("entry", "")
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        raise Http404
    try:
        is_new = undo_entry(user=request.user, entry=int(number))
    except HistoryEntry.DoesNotExist:
        raise Http404 from None
    except EntryRefused as refused:
        messages.warning(request, str(refused))
    else:
        said = _("Taken back. It stays in the list, crossed out.")
        messages.success(request, said if is_new else _("That was taken back before."))
    slug = request.POST.get("debt", "")
    if DebtRow.objects.owned_by(request.user).filter(slug=slug).exists():
        return redirect("planner:debt-history", slug)
    return redirect("planner:history-list")
