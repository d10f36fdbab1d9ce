"""The pages of debts, incomes, expenses and accounts: what the four nouns have in common.

Each noun has one region, which holds its list (`_debt_board.html`) or its form
(`_debt_form.html`); a page is that region within `item_page.html`.
"""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from planner.forms.keyed import ItemForm, RemovalForm
from planner.models import ITEM_MODELS, HouseholdRow, Item
from planner.pages.attempt import save
from planner.pages.http import Request
from planner.plans.kept import position_today
from planner.services.documents import household_of
from planner.services.items import as_it_stands, removed_item


def show(
    request: Request, template: str, title: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """The region alone for htmx, else the page around it."""
    context = {**context, "region": template, "title": title}
    page = "planner/item_region.html" if request.htmx else "planner/item_page.html"
    return render(request, page, context, status=status)


def edit(
    request: Request, form: ItemForm, template: str, *, noun: str, title: str, leave_to: str
) -> HttpResponse:
    """Show a form in its template, or save what was sent and leave."""
    status = save(form) if request.method == "POST" else 200
    if request.method == "POST" and status == 200:
        return redirect(leave_to)
    action = request.get_full_path()
    if form.is_removed:
        # What was typed can still be kept, as a new item.
        action = reverse(f"planner:{noun}-create") + form.begins_with
    context = {
        "form": form,
        "noun": noun,
        "action": action,
        "leave_to": reverse(leave_to),
    }
    return show(request, template, title, context, status)


def standing_item(household: HouseholdRow, kind: str, slug: str) -> Item | None:
    """The owner's row with its figures as they stand today; None where there is no such."""
    row = next((one for one in household.items[kind] if one.slug == slug), None)
    if row is None or kind not in ("accounts", "debts") or not household.is_lived:
        return row
    return as_it_stands(position_today(household), row)


def item_or_404(request: Request, household: HouseholdRow, kind: str, slug: str) -> Item:
    """The same. What they removed in the meantime can still be sent, to be told so."""
    row = standing_item(household, kind, slug)
    if row is None and request.method == "POST":
        row = removed_item(user=request.user, kind=kind, slug=slug)
    if row is None:
        raise Http404
    return row


def delete(request: Request, *, kind: str, noun: str, slug: str) -> HttpResponse:
    """Ask once; then it is gone, and undo brings it back."""
    leave_to = f"planner:{noun}-list"
    row = ITEM_MODELS[kind].objects.owned_by(request.user).filter(slug=slug).first()
    if row is None:
        if request.method == "POST" and removed_item(user=request.user, kind=kind, slug=slug):
            return redirect(leave_to)
        raise Http404
    household = household_of(request.user)
    form = RemovalForm(request.POST or None, household=household, item=row)
    status = save(form) if request.method == "POST" else 200
    if request.method == "POST" and status == 200:
        return redirect(leave_to)
    context = {"form": form, "noun": noun, "item": row, "leave_to": reverse(leave_to)}
    title = _("Delete %(name)s?") % {"name": row.name}
    return show(request, "planner/_item_delete.html", title, context, status)
