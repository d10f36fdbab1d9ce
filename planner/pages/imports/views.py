"""The way of an import: what is read, which of it is taken, what it lacks, saved as one change."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from planner.imports.apart import read_apart
from planner.models import IncomeRow
from planner.pages.attempt import save
from planner.pages.http import Request
from planner.pages.imports.choice_form import ChoiceForm
from planner.pages.imports.page import ChoicePage, told_lines
from planner.pages.imports.proposals import added, empty, matched
from planner.pages.imports.rest_form import RestForm
from planner.pages.imports.upload_form import UploadForm
from planner.plans.kept import position_today
from planner.services.documents import household_of
from planner.services.drafts import draft_of, drop_draft, keep_draft
from planner.words.imports import why_not


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
def import_read(request: Request) -> HttpResponse:
    """A file or a text in; what it proposes waits in the draft, the rest is dropped."""
    household = household_of(request.user)
    form = UploadForm(request.POST or None, request.FILES or None, today=household.today())
    status = 200
    if request.method == "POST":
        if form.is_valid() and (answer := _read(request, form)) is not None:
            return answer
        status = 422
        form.forget()
    page = {"form": form, "has_draft": draft_of(request.user) is not None}
    return render(request, "planner/imports/read.html", {"page": page}, status=status)


def _read(request: Request, form: UploadForm) -> HttpResponse | None:
    cleaned = form.cleaned_data
    document = read_apart(
        form.content(), password=cleaned["password"] or None, received=cleaned["received"]
    )
    if document["outcome"] != "read":
        is_password = document["outcome"] == "ask_password"
        said = why_not(document)
        if is_password:
            said += _(" Choose the file again too.")
        form.add_error("password" if is_password else None, said)
        return None
    draft = draft_of(request.user) or empty()
    keep_draft(user=request.user, document=added(draft, document))
    return redirect("planner:import-choose")


@require_http_methods(["GET", "POST"])
def import_choose(request: Request) -> HttpResponse:
    """What was read, each to be ticked or not."""
    household = household_of(request.user)
    draft = draft_of(request.user)
    if draft is None:
        return redirect("planner:import-read")
    # The sample makes room: nothing in it is one's own.
    debts = () if household.is_sample else position_today(household).debts
    form = ChoiceForm(request.POST or None, draft=matched(draft, debts), debts=debts)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            keep_draft(user=request.user, document=form.chosen())
            return redirect("planner:import-rest")
        status = 422
    page = ChoicePage(draft, form)
    return render(request, "planner/imports/choose.html", {"page": page}, status=status)


@require_http_methods(["GET", "POST"])
def import_rest(request: Request) -> HttpResponse:
    """What the ticked rows lack; then all of them at once, and undo leads back."""
    household = household_of(request.user)
    draft = draft_of(request.user)
    if draft is None:
        return redirect("planner:import-read")
    form = RestForm(request.POST or None, household=household, draft=draft)
    if form.is_empty:
        return redirect("planner:import-choose")
    status = 200
    if request.method == "POST":
        status = save(form)
        if status == 200:
            drop_draft(user=request.user)
            messages.success(request, _("Taken over. Undo on the plan page leads back."))
            has_income = IncomeRow.objects.owned_by(request.user).exists()
            return redirect("planner:plan" if has_income else "planner:start-money")
    page = {"form": form, "told": told_lines(draft)}
    return render(request, "planner/imports/rest.html", {"page": page}, status=status)


@require_POST
def import_drop(request: Request) -> HttpResponse:
    """Nothing of it: the draft is gone at once."""
    drop_draft(user=request.user)
    messages.success(request, _("Dropped. Nothing of it is kept."))
    return redirect("planner:debt-list")
