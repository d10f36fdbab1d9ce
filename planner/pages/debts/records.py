"""One debt: what was paid, and its history."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from planner.models import Arrangement, DebtRow
from planner.pages import items
from planner.pages.attempt import attempt
from planner.pages.debts.events import steps
from planner.pages.debts.payment_form import PaymentForm
from planner.pages.debts.position import position
from planner.pages.history_lines import history_context
from planner.pages.http import Request, was_sent
from planner.plans.current import Current
from planner.services.entries import entries_of, record_payment
from planner.words.days import day
from planner.words.dues import DueLines

# --- One debt: payments, what happened, arrangements -------------------------------------------


@require_http_methods(["GET", "POST"])
def debt_paid(request: Request, slug: str) -> HttpResponse:
    """A payment to the lender, of a due (`?due=`) or of one's own accord, on its day or before."""
    debt = get_object_or_404(DebtRow.objects.owned_by(request.user), slug=slug)
    current = Current(request.user)
    due = _due(current, slug, request.GET.get("due", ""))
    if due is None and was_sent(request):  # a second tap: the first one met the due
        due = _day(request.GET.get("due", ""))
    form = PaymentForm(
        request.POST or None,
        household=current.row,
        accounts=current.items["accounts"],
        initial=_proposed(current, slug, due),
    )
    status = _pay(request, form, debt, due) if request.method == "POST" else 200
    if request.method == "POST" and status == 200:
        return redirect("planner:plan")
    context = {
        "debt": debt,
        "form": form,
        "due": due,
        "is_early": due is not None and due > current.row.today(),
        "is_sample": current.row.is_sample,
        "day": "" if due is None else day(due, current.row.today()),
        "action": request.get_full_path(),
    }
    return items.show(request, "planner/debts/_debt_paid.html", debt.name, context, status)


def _due(current: Current, slug: str, text: str) -> date | None:
    """The day of the due, or planned payment, that is meant; None for a payment of its own."""
    days = {one.due_on for one in current.plan.dues if one.debt == slug}
    days |= {one.on for one in current.plan.payments if one.debt == slug}
    return next((one for one in days if one.isoformat() == text), None)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _proposed(current: Current, slug: str, due: date | None) -> dict[str, Any]:
    """What the plan pays then, else what is required; from the account it would come from."""
    autopay = next(one.terms["autopay"] for one in current.items["debts"] if one.slug == slug)
    usual = next(iter([*autopay, *(one.slug for one in current.items["accounts"])]), "")
    if due is None:
        return {"account": usual}
    planned = [one for one in current.plan.payments if (one.debt, one.on) == (slug, due)]
    required = [one for one in current.plan.dues if (one.debt, one.due_on) == (slug, due)]
    fen = planned[0].amount_fen if planned else required[0].required_fen if required else None
    return {
        "amount": None if current.hides_amounts else fen,
        "account": planned[0].account if planned else usual,
    }


def _pay(request: Request, form: PaymentForm, debt: DebtRow, due: date | None) -> int:
    def record() -> None:
        values = form.cleaned_data
        record_payment(
            user=request.user,
            debt=debt.slug,
            on=values["on"],
            amount_fen=values["amount"],
            account=values["account"] or None,
            planned_on=due,
            key=values["key"],
        )

    return attempt(form, record)


@require_GET
def debt_history(request: Request, slug: str) -> HttpResponse:
    """Where one debt stands, what was planned and what happened."""
    debt = get_object_or_404(DebtRow.objects.owned_by(request.user), slug=slug)
    current = Current(request.user)
    standing = next(one for one in current.position.debts if one.id == slug)
    rows = entries_of(request.user).filter(slug=slug)
    context = history_context(request, rows, current.amounts) | {
        "debt": debt,
        "position": position(standing, current.amounts),
        "as_of": current.as_of_words,
        "dues": DueLines(current.situation).of(slug),
        "events": standing.events,
        "steps": [one for one in steps(standing, current.as_of) if not one.is_past],
        "arrangement": Arrangement.objects.owned_by(request.user).filter(debt=slug).first(),
    }
    return render(request, "planner/debts/history.html", context)
