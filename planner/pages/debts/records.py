"""One debt: what was paid, and its history."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from planner.models import Arrangement, DebtRow
from planner.pages import items
from planner.pages.debts.events import steps
from planner.pages.debts.payment_form import PaymentForm
from planner.pages.history.page import lines, position
from planner.pages.plan import views
from planner.pages.plan.answers import was_sent
from planner.pages.plan.page import Board
from planner.services.entries import entries_of, record_payment
from planner.services.errors import EntryRefused, KeyReused
from planner.words.days import day

SHOWN_ENTRIES = 50


# --- One debt: payments, what happened, arrangements -------------------------------------------


@require_http_methods(["GET", "POST"])
def debt_paid(request: HttpRequest, slug: str) -> HttpResponse:
    """A payment to the lender, of a due (`?due=`) or of one's own accord, on its day or before."""
    debt = get_object_or_404(DebtRow.objects.owned_by(request.user), slug=slug)
    board = Board(request.user)
    due = _due(board, slug, request.GET.get("due", ""))
    if due is None and was_sent(request):  # a second tap: the first one met the due
        due = _day(request.GET.get("due", ""))
    form = PaymentForm(
        request.POST or None,
        household=board.row,
        accounts=board.items["accounts"],
        initial=_proposed(board, slug, due),
    )
    if request.method == "POST" and form.is_valid() and _pay(request, form, debt, due):
        return redirect("planner:plan")
    context = {
        "debt": debt,
        "form": form,
        "due": due,
        "is_early": due is not None and due > board.row.today(),
        "is_sample": board.row.is_sample,
        "day": "" if due is None else day(due, board.row.today()),
        "action": request.get_full_path(),
    }
    status = 422 if form.errors else 200
    return items.show(request, "planner/debts/_debt_paid.html", debt.name, context, status)


def _due(board: Board, slug: str, text: str) -> date | None:
    """The day of the due, or planned payment, that is meant; None for a payment of its own."""
    days = {one.due_on for one in board.plan.dues if one.debt == slug}
    days |= {one.on for one in board.plan.payments if one.debt == slug}
    return next((one for one in days if one.isoformat() == text), None)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _proposed(board: Board, slug: str, due: date | None) -> dict[str, Any]:
    """What the plan pays then, else what is required; from the account it would come from."""
    autopay = next(one.terms["autopay"] for one in board.items["debts"] if one.slug == slug)
    usual = next(iter([*autopay, *(one.slug for one in board.items["accounts"])]), "")
    if due is None:
        return {"account": usual}
    planned = [one for one in board.plan.payments if (one.debt, one.on) == (slug, due)]
    required = [one for one in board.plan.dues if (one.debt, one.due_on) == (slug, due)]
    fen = planned[0].amount_fen if planned else required[0].required_fen if required else None
    return {
        "amount": None if board.hides_amounts else fen,
        "account": planned[0].account if planned else usual,
    }


def _pay(request: HttpRequest, form: PaymentForm, debt: DebtRow, due: date | None) -> bool:
    values = form.cleaned_data
    try:
        record_payment(
            user=request.user,
            debt=debt.slug,
            on=values["on"],
            amount_fen=values["amount"],
            account=values["account"] or None,
            planned_on=due,
            key=values["key"],
        )
    except EntryRefused as refused:
        form.add_error("amount", str(refused))
    except KeyReused:
        form.renew()
        form.add_error(None, views.reused())
    return not form.errors


@require_GET
def debt_history(request: HttpRequest, slug: str) -> HttpResponse:
    """Where one debt stands, what was planned and what happened."""
    debt = get_object_or_404(DebtRow.objects.owned_by(request.user), slug=slug)
    board = Board(request.user)
    standing = next(one for one in board.household.debts if one.id == slug)
    rows = entries_of(request.user).filter(slug=slug)
    context = history_context(request, board, rows) | {
        "debt": debt,
        "position": position(standing, board.amounts),
        "as_of": board.as_of,
        "dues": board.all_dues(slug),
        "events": standing.events,
        "steps": [one for one in steps(standing, board.household.as_of) if not one.is_past],
        "arrangement": Arrangement.objects.owned_by(request.user).filter(debt=slug).first(),
    }
    return render(request, "planner/debts/history.html", context)


def history_context(request: HttpRequest, board: Board, rows: Any) -> dict[str, Any]:
    found = Paginator(rows, SHOWN_ENTRIES).get_page(request.GET.get("page"))
    return {
        "page": board,
        "found": found,
        "lines": lines(request.user, found.object_list, board.amounts),
    }
