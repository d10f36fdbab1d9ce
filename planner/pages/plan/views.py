"""The plan: the page, its figures edited in place, undo, and the ladder of a due."""

from datetime import date
from typing import Any

from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from planner.models import HouseholdRow
from planner.pages import items
from planner.pages.asked_first import put_off
from planner.pages.attempt import save
from planner.pages.http import Request, is_in_wechat
from planner.pages.plan.answer_forms import AnswerForm
from planner.pages.plan.figures import (
    FIGURES,
    BufferForm,
    FigureForm,
    HeadForm,
    StrategyForm,
    UndoForm,
)
from planner.pages.plan.page import PlanPage, prefix_of
from planner.pages.plan.questions import Asking
from planner.pages.plan.renewal import RenewForm
from planner.pages.waiting import being_worked_out
from planner.plans.current import Current
from planner.plans.foreseen import NotYet
from planner.plans.shelf import Shelf
from planner.services.changes import undo
from planner.services.documents import household_of
from planner.services.people import hide_amounts, tell_of_rules
from planner.words.days import day
from planner.words.ladder import ladder_lines

HEAD_FORMS = {"buffer": BufferForm, "strategy": StrategyForm}


@require_GET
def plan(request: Request) -> HttpResponse:
    return page(request)


@require_POST
def plan_edit(request: Request, kind: str, slug: str) -> HttpResponse:
    """A few figures of one debt, income or account."""
    if kind not in FIGURES:
        raise Http404
    household = household_of(request.user)
    item = items.standing_item(household, kind, slug)
    if item is None:
        raise Http404
    form = FIGURES[kind](request.POST, household=household, item=item, prefix=prefix_of(kind, slug))
    return figure(request, form)


@require_POST
def plan_change(request: Request, name: str) -> HttpResponse:
    """A figure of the household's own: the buffer, the way of repaying."""
    if name not in HEAD_FORMS:
        raise Http404
    household = household_of(request.user)
    form = HEAD_FORMS[name](request.POST, household=household)
    return figure(request, form)


def figure(request: Request, form: FigureForm | HeadForm) -> HttpResponse:
    """The plan with what was typed, or the figure as it stands beside why it was not taken."""
    status = save(form)
    if status == 200:
        return shown(request, is_changed=True)
    return page(
        request, bound=None if form.conflict else form, conflict=form.conflict, status=status
    )


@require_POST
def plan_undo(request: Request) -> HttpResponse:
    """The last change, if that is still the one which the page showed."""
    form = UndoForm(request.POST)
    if form.is_valid() and undo(user=request.user, **form.cleaned_data):
        return shown(request)
    said = _("Nothing was undone: it was undone already, or something changed meanwhile.")
    return page(request, conflict=said, status=409)


@require_http_methods(["GET", "POST"])
def plan_renew(request: Request) -> HttpResponse:
    """The figures as they stand today."""
    household = household_of(request.user)
    form = RenewForm(request.POST or None, household=household)
    status = save(form) if request.method == "POST" else 200
    if request.method == "POST" and status == 200:
        return redirect("planner:plan")
    context = {"form": form, "as_of": day(household.as_of, household.today())}
    return render(request, "planner/plan/renew.html", context, status=status)


@require_POST
def plan_discreet(request: Request) -> HttpResponse:
    """Hide the amounts, or show them again."""
    hide_amounts(user=request.user, is_discreet=request.POST.get("hide") == "yes")
    return shown(request)


@require_POST
def plan_news(request: Request) -> HttpResponse:
    """What new rules changed was read; it is not said again."""
    tell_of_rules(user=request.user)
    return shown(request)


@require_GET
def ladder(request: Request, debt: str, due_on: date) -> HttpResponse:
    """What follows a missed due, step by step; a fragment within the list of dues.

    A due that the plan no longer has was met, or its day was another.
    """
    current = Current(request.user)
    names = {one.id: one.name for one in current.position.debts}
    if debt not in names:
        raise Http404
    try:
        found = ladder_lines(current.ladder(debt, due_on), current.as_of)
    except KeyError:
        found = None
    context = {
        "ladder": found,
        "debt": debt,
        "name": names[debt],
        "day": day(due_on, current.as_of),
    }
    template = "planner/_ladder.html" if request.htmx else "planner/plan/ladder.html"
    return render(request, template, context)


def shown(request: Request, *, is_changed: bool = False) -> HttpResponse:
    """The plan as it is after a change: at once where only its region is swapped.

    `is_changed` of its figures: then what that did is said where the person is.
    """
    if not request.htmx:
        return redirect("planner:plan")
    # The row as the change left it.
    return page(request, row=request.user.household, is_new_change=is_changed)


def page(
    request: Request,
    *,
    bound: Any = None,
    answer: AnswerForm | None = None,
    row: HouseholdRow | None = None,
    conflict: str = "",
    status: int = 200,
    is_new_change: bool = False,
) -> HttpResponse:
    """The plan; `bound` is a figure and `answer` an answer that was sent and refused.

    `row` is the household where it was just written, `is_new_change` where its last change was.
    """
    try:
        with Shelf(request.user) as shelf:
            plan_page = PlanPage(request.user, row, shelf)
            plan_page.look()
            asking = Asking(plan_page, put_off(request, plan_page.row.today()), answer)
            plan_page.work_out()
            context = {
                "page": plan_page,
                "asking": asking,
                "figures": plan_page.figures(bound) if plan_page.has_debts else None,
                "conflict": conflict,
                "in_wechat": is_in_wechat(request),
                "is_new_change": is_new_change,
            }
            template = "planner/plan/_plan.html" if request.htmx else "planner/plan/plan.html"
            return render(request, template, context, status=status)
    except NotYet as not_yet:
        if status == 200:
            raise
        wrong = bound.errors.values() if isinstance(bound, Form) else []
        said = conflict or " ".join(str(one) for errors in wrong for one in errors)
        return being_worked_out(request, not_yet, said=said, status=status)
