"""One debt: what was asked of the lender, one step after the other."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from planner.domain.household.household import parse_household
from planner.domain.make_plan import ladder as ladder_of
from planner.domain.plan.document import read_plan
from planner.domain.values.money import parse_yuan
from planner.models import Arrangement, DebtRow, User
from planner.pages import items
from planner.pages.attempt import attempt
from planner.pages.debts.arrangement_forms import AgreeForm, AskForm, EndForm, OfferForm
from planner.pages.http import Request
from planner.plans.current import Current
from planner.plans.kept import stored_plan
from planner.services.arrangements import (
    agree_arrangement,
    ask_arrangement,
    break_arrangement,
    document_if_broken,
    keep_arrangement,
    record_offer,
)
from planner.services.documents import household_document_of, household_of
from planner.words.days import day
from planner.words.figures import Amounts
from planner.words.ladder import ladder_lines

SHOWN_DUES = 3  # of what comes back if an arrangement is broken
PARTS = ("principal", "interest", "fee")


@require_http_methods(["GET", "POST"])
def debt_arrangement(request: Request, slug: str) -> HttpResponse:
    """What was asked of the lender and what came of it, one step after the other."""
    debt = get_object_or_404(DebtRow.objects.owned_by(request.user), slug=slug)
    household = household_of(request.user)
    every = list(Arrangement.objects.owned_by(request.user).filter(debt=slug))
    current = next((one for one in every if one.state in ("asked", "offered", "agreed")), None)
    sent = request.POST if request.method == "POST" else None
    step = request.POST.get("step", "")
    forms = {
        "ask": AskForm(sent if step == "ask" else None, household=household, auto_id="ask-%s"),
        "offer": OfferForm(sent if step == "offer" else None, household=household, auto_id="o-%s"),
        "agree": AgreeForm(
            sent if step == "agree" else None,
            household=household,
            arrangement=current,
            auto_id="agree-%s",
        ),
        "end": EndForm(
            sent if step in ("keep", "break") else None, household=household, auto_id="end-%s"
        ),
    }
    status = 200
    if sent is not None:
        status = take_step(request, step, forms, debt, current)
        if status == 200:
            return redirect("planner:debt-arrangement", slug)
    context = {
        "debt": debt,
        "every": [arrangement_words(one, Amounts(household.is_discreet)) for one in every],
        "current": current,
        "forms": forms,
        "action": reverse("planner:debt-arrangement", args=[slug]),
        "comes_back": _comes_back(request, debt, current),
        "is_stale": status == 409,
        "hides_amounts": household.is_discreet,
    }
    return items.show(request, "planner/debts/_debt_arrangement.html", debt.name, context, status)


def take_step(
    request: Request,
    step: str,
    forms: dict[str, Any],
    debt: DebtRow,
    current: Arrangement | None,
) -> int:
    """Do what was sent: 200 if it went well, else the status to show the page with."""
    form = forms.get({"keep": "end", "break": "end"}.get(step, step))
    if form is None:
        return 422
    number = request.POST.get("arrangement", "")
    if step != "ask" and (current is None or number != str(current.pk)):
        return 409  # it went on elsewhere meanwhile
    if step == "ask" and current is not None:
        return 409
    return attempt(form, lambda: _do(request.user, step, form, debt, current))


def _do(user: User, step: str, form: Any, debt: DebtRow, current: Arrangement | None) -> None:
    values = form.cleaned_data
    if current is None:
        ask_arrangement(user=user, debt=debt.slug, asked_on=values["on"], note=values["note"])
        return
    if step == "offer":
        record_offer(user=user, arrangement=current.pk, on=values["on"], terms=form.terms())
    elif step == "agree":
        agree_arrangement(
            user=user,
            arrangement=current.pk,
            on=values["on"],
            terms=form.terms(),
            confirmed_by=values["confirmed_by"],
            key=values["key"],
        )
    elif step == "keep":
        keep_arrangement(user=user, arrangement=current.pk, on=values["on"])
    else:
        break_arrangement(user=user, arrangement=current.pk, on=values["on"], key=values["key"])


def _comes_back(request: Request, debt: DebtRow, current: Arrangement | None) -> dict[str, Any]:
    """The old schedule and its ladder: what holds as long as nothing is agreed, and what comes
    back if the arrangement is not kept. Said before it happens.
    """
    if current is None:
        return {}
    if current.state == "agreed":
        document = document_if_broken(user=request.user, arrangement=current.pk)
    else:
        document = household_document_of(request.user)
    now = Current(request.user)
    stored = stored_plan(user=request.user, strategy="minimum", document=document)
    household = parse_household(document)
    found = read_plan(stored, household)
    dues = [one for one in found.dues if one.debt == debt.slug]
    late = [one for one in dues if one.last_safe_on < found.as_of and one.short_fen]
    coming = [one for one in dues if one.due_on >= found.as_of]
    shown = [*late, *coming[:SHOWN_DUES]]
    if not shown:
        return {}
    today = now.row.today()
    rungs = ladder_of(household, debt.slug, shown[0].due_on, "minimum")
    return {
        "dues": [
            (day(one.due_on, today), now.amounts.plain(one.required_fen), one in late)
            for one in shown
        ],
        "name": debt.name,
        "day": day(shown[0].due_on, today),
        "ladder": ladder_lines(rungs, found.as_of),
    }


def arrangement_words(row: Arrangement, amounts: Amounts) -> dict[str, Any]:
    """One arrangement as a list of what happened when."""
    steps = [
        (_("asked for"), row.asked_on),
        (_("offered"), row.offered_on),
        (_("agreed"), row.agreed_on),
        (row.get_state_display(), row.ended_on),
    ]
    sums = [
        (one["due_on"], sum(parse_yuan(one.get(key, "0.00")) for key in PARTS))
        for one in (row.terms or {}).get("rows", [])
    ]
    return {
        "row": row,
        "state": row.get_state_display(),
        "steps": [(word, on.isoformat()) for word, on in steps if on is not None],
        "rows": [(on, amounts.plain(fen)) for on, fen in sums],
        "count": len(sums),
        "total": amounts.plain(sum(fen for _on, fen in sums)),
    }
