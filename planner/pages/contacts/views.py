"""The log of contacts, newest first, by pages; a document of it to take along."""

from collections.abc import Sequence
from datetime import date

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from planner.domain.household.contacts import Contact, read_contact
from planner.domain.values.reading import Fields
from planner.models import ContactEntry, HouseholdRow
from planner.pages.attempt import attempt, press
from planner.pages.contacts.forms import ContactForm
from planner.pages.http import Request
from planner.services.contacts import record_contact, undo_contact
from planner.services.documents import household_of
from planner.words.contacts import ContactLine, contact_lines

ON_A_PAGE = 50


@require_http_methods(["GET", "POST"])
def contact_list(request: Request) -> HttpResponse:
    household = household_of(request.user)
    form = ContactForm(request.POST or None, household=household, begins=True)
    status = 200
    if request.method == "POST":
        status = attempt(
            form,
            lambda: record_contact(
                user=request.user,
                contact=form.contact(),
                key=form.cleaned_data["key"],
                agrees=form.agrees,
            ),
        )
        if status == 200:
            return redirect("planner:contact-list")
    rows = ContactEntry.objects.owned_by(request.user).filter(undoes=None)
    page = Paginator(rows.select_related("undone_by"), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "paging": page, "entries": _entries(household, list(page))}
    return render(request, "planner/contacts/contacts.html", context, status=status)


@require_POST
def contact_undo(request: Request) -> HttpResponse:
    number = request.POST.get("entry", "")
    if number.isascii() and number.isdigit() and len(number) < 19:
        press(lambda: undo_contact(user=request.user, entry=int(number)))
    return redirect("planner:contact-list")


@require_GET
def contact_docx(request: Request) -> HttpResponse:
    """All that stands, oldest first, with the day it was taken; nothing that was taken back."""
    from planner.exports.docx import DOCX, contacts_docx  # loaded by who asks for one: 9 MB

    household = household_of(request.user)
    rows = ContactEntry.objects.owned_by(request.user).filter(undoes=None, undone_by=None)
    contacts = [_contact(row) for row in rows.order_by("on", "pk")]
    lines = contact_lines(contacts, _names(household), household.today())
    content = contacts_docx(
        lines, today=household.today(), language=get_language() or household.language
    )
    response = HttpResponse(content, content_type=DOCX)
    response.headers["Content-Disposition"] = (
        f'attachment; filename="anhuan-contacts-{household.today():%Y-%m-%d}.docx"'
    )
    return response


def _entries(
    household: HouseholdRow, rows: Sequence[ContactEntry]
) -> list[tuple[ContactEntry, ContactLine, bool]]:
    """Rows with their words, and whether each was taken back. Marks count all that stands of
    a day, on whichever page."""
    days = {row.on for row in rows}
    whole = ContactEntry.objects.owned_by(household.owner).filter(
        on__in=days, undoes=None, undone_by=None
    )
    standing = list(whole)
    lines = contact_lines([_contact(row) for row in standing], _names(household), household.today())
    by_pk = {row.pk: line for row, line in zip(standing, lines, strict=True)}
    names, today = _names(household), household.today()
    return [
        (row, by_pk.get(row.pk) or _alone(_contact(row), names, today), row.pk not in by_pk)
        for row in rows
    ]


def _alone(contact: Contact, names: dict[str, str], today: date) -> ContactLine:
    (line,) = contact_lines([contact], names, today)
    return line


def _contact(row: ContactEntry) -> Contact:
    return read_contact(Fields(row.entry, "entry", []))


def _names(household: HouseholdRow) -> dict[str, str]:
    return {one.slug: one.name for one in household.items["debts"]}
