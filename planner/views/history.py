"""What happened: answers to what was planned, payments, and taking back what was entered."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from planner import history, plan_store, services
from planner.asking import key_of
from planner.board import Board
from planner.chronicle import lines, position
from planner.domain.answers.unanswered import Question
from planner.domain.household.household import parse_household
from planner.domain.make_plan import ladder as ladder_of
from planner.domain.values.money import parse_yuan
from planner.domain.values.reading import InvalidDocument
from planner.events import steps
from planner.forms.history import (
    AgreeForm,
    AllAsPlannedForm,
    AnswerForm,
    AskForm,
    EndForm,
    OfferForm,
    PaymentForm,
)
from planner.ladder import ladder_lines
from planner.models import Account, Arrangement, Debt, HistoryEntry, IdempotencyKey
from planner.presentation import Amounts, day
from planner.stored import read_plan
from planner.views import items, plan

SHOWN_ENTRIES = 50
SHOWN_DUES = 3  # of what comes back if an arrangement is broken
PARTS = ("principal", "interest", "fee")


@require_POST
def question_answer(request: HttpRequest) -> HttpResponse:
    """One question: done as planned, otherwise, not at all, or to be asked tomorrow."""
    question = _question(request)
    household = services.household_of(request.user)
    if question is None:
        if _was_sent(request):
            return plan.shown(request)
        return plan.page(request, conflict=_answered_already(), status=409)
    form = AnswerForm(
        request.POST,
        household=household,
        question=question,
        accounts=list(Account.objects.owned_by(request.user)),
        auto_id=f"{key_of(question)}-%s",
    )
    if not form.is_valid():
        return plan.page(request, answer=form, status=422)
    if form.cleaned_data["answer"] == "later":
        _put_off(request, key_of(question), household.today())
        return plan.shown(request)
    return _enter(request, form, lambda: _record(request, form, question))


def _question(request: HttpRequest) -> Question | None:
    """The open question that was answered; None where there is no such any more."""
    sent = tuple(request.POST.get(name, "") for name in ("kind", "slug", "day"))
    for one in history.open_questions(request.user):
        if (one.kind, one.slug, one.on.isoformat()) == sent:
            return one
    return None


def _record(request: HttpRequest, form: AnswerForm, question: Question) -> None:
    values, user = form.cleaned_data, request.user
    if values["answer"] == "planned":
        if values["amount"] != question.amount_fen:
            raise services.StaleVersion  # another plan by now than the page showed
        history.answer_as_planned(user=user, question=question, key=values["key"])
        return
    is_not = values["answer"] == "not"
    if question.kind == "payment":
        if is_not:
            history.answer_unpaid(
                user=user, debt=question.slug, due_on=question.on, key=values["key"]
            )
            return
        history.record_payment(
            user=user,
            debt=question.slug,
            on=values["on"],
            amount_fen=values["amount"],
            account=values["account"] or None,
            planned_on=question.on,
            key=values["key"],
        )
        return
    record = history.record_arrival if question.kind == "income" else history.record_expense
    record(
        user=user,
        **{question.kind: question.slug},
        planned_on=question.on,
        on=question.on if is_not else values["on"],
        amount_fen=0 if is_not else values["amount"],
        account=values["account"] or question.account,
        key=values["key"],
    )


def _enter(request: HttpRequest, form: AnswerForm, write: Callable[[], None]) -> HttpResponse:
    try:
        write()
    except services.EntryRefused as refused:
        form.add_error("amount" if form.cleaned_data["answer"] == "other" else None, str(refused))
        return plan.page(request, answer=form, status=422)
    except services.StaleVersion:
        return plan.page(request, conflict=_changed(), status=409)
    except services.KeyReused:
        return plan.page(request, conflict=plan.reused(), status=409)
    return plan.shown(request)


@require_POST
def question_answer_all(request: HttpRequest) -> HttpResponse:
    """Everything up to the day that the page asked about happened as planned."""
    household = services.household_of(request.user)
    form = AllAsPlannedForm(request.POST, household=household)
    if not form.is_valid():
        return plan.page(request, conflict=plan.reused(), status=422)
    try:
        history.answer_all_as_planned(
            user=request.user,
            up_to=form.cleaned_data["until"],
            revision=form.cleaned_data["revision"],
            key=form.cleaned_data["key"],
        )
    except services.EntryRefused as refused:
        return plan.page(request, conflict=str(refused), status=422)
    except services.StaleVersion:
        return plan.page(request, conflict=_changed(), status=409)
    except services.KeyReused:
        return plan.page(request, conflict=plan.reused(), status=409)
    return plan.shown(request)


@require_POST
def question_resume(request: HttpRequest) -> HttpResponse:
    """Ask again today what was put off until tomorrow."""
    request.session.pop(plan.PUT_OFF, None)
    return plan.shown(request)


def _put_off(request: HttpRequest, key: str, today: date) -> None:
    keys = [*plan.put_off(request, today), key]
    request.session[plan.PUT_OFF] = {"day": today.isoformat(), "keys": keys[-200:]}


def _was_sent(request: HttpRequest) -> bool:
    """Whether this very form had its effect already: a second tap, a second try."""
    key = request.POST.get("key", "")
    return bool(key) and IdempotencyKey.objects.owned_by(request.user).filter(key=key).exists()


def _answered_already() -> str:
    return _("That was answered already, here or elsewhere. Nothing was changed.")


def _changed() -> str:
    return _("The plan changed meanwhile. Please look at the questions once more.")


# --- One debt: payments, what happened, arrangements -------------------------------------------


@require_http_methods(["GET", "POST"])
def debt_paid(request: HttpRequest, slug: str) -> HttpResponse:
    """A payment to the lender, of a due (`?due=`) or of one's own accord, on its day or before."""
    debt = get_object_or_404(Debt.objects.owned_by(request.user), slug=slug)
    board = Board(request.user)
    due = _due(board, slug, request.GET.get("due", ""))
    if due is None and _was_sent(request):  # a second tap: the first one met the due
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
    return items.show(request, "planner/_debt_paid.html", debt.name, context, status)


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


def _pay(request: HttpRequest, form: PaymentForm, debt: Debt, due: date | None) -> bool:
    values = form.cleaned_data
    try:
        history.record_payment(
            user=request.user,
            debt=debt.slug,
            on=values["on"],
            amount_fen=values["amount"],
            account=values["account"] or None,
            planned_on=due,
            key=values["key"],
        )
    except services.EntryRefused as refused:
        form.add_error("amount", str(refused))
    except services.KeyReused:
        form.renew()
        form.add_error(None, plan.reused())
    return not form.errors


@require_GET
def debt_history(request: HttpRequest, slug: str) -> HttpResponse:
    """Where one debt stands, what was planned and what happened."""
    debt = get_object_or_404(Debt.objects.owned_by(request.user), slug=slug)
    board = Board(request.user)
    standing = next(one for one in board.household.debts if one.id == slug)
    rows = history.entries_of(request.user).filter(slug=slug)
    context = _history(request, board, rows) | {
        "debt": debt,
        "position": position(standing, board.amounts),
        "as_of": board.as_of,
        "dues": board.all_dues(slug),
        "events": standing.events,
        "steps": [one for one in steps(standing, board.household.as_of) if not one.is_past],
        "arrangement": Arrangement.objects.owned_by(request.user).filter(debt=slug).first(),
    }
    return render(request, "planner/debt_history.html", context)


@require_GET
def history_list(request: HttpRequest) -> HttpResponse:
    """All that was entered, newest first."""
    board = Board(request.user)
    context = _history(request, board, history.entries_of(request.user))
    return render(request, "planner/history_list.html", context)


def _history(request: HttpRequest, board: Board, rows: Any) -> dict[str, Any]:
    found = Paginator(rows, SHOWN_ENTRIES).get_page(request.GET.get("page"))
    return {
        "board": board,
        "found": found,
        "lines": lines(request.user, found.object_list, board.amounts),
    }


@require_POST
def history_undo(request: HttpRequest) -> HttpResponse:
    """Take one entry back by a counter-entry; both stay to be seen."""
    number = request.POST.get("entry", "")
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        raise Http404
    try:
        is_new = history.undo_entry(user=request.user, entry=int(number))
    except HistoryEntry.DoesNotExist:
        raise Http404 from None
    except services.EntryRefused as refused:
        messages.warning(request, str(refused))
    else:
        said = _("Taken back. It stays in the list, crossed out.")
        messages.success(request, said if is_new else _("That was taken back before."))
    slug = request.POST.get("debt", "")
    if Debt.objects.owned_by(request.user).filter(slug=slug).exists():
        return redirect("planner:debt-history", slug)
    return redirect("planner:history-list")


@require_http_methods(["GET", "POST"])
def debt_arrangement(request: HttpRequest, slug: str) -> HttpResponse:
    """What was asked of the lender and what came of it, one step after the other."""
    debt = get_object_or_404(Debt.objects.owned_by(request.user), slug=slug)
    household = services.household_of(request.user)
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
    return items.show(request, "planner/_debt_arrangement.html", debt.name, context, status)


def take_step(
    request: HttpRequest, step: str, forms: dict[str, Any], debt: Debt, current: Arrangement | None
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
    if not form.is_valid():
        return 422
    values, user = form.cleaned_data, request.user
    try:
        if step == "ask":
            history.ask_arrangement(
                user=user, debt=debt.slug, asked_on=values["on"], note=values["note"]
            )
        elif step == "offer":
            history.record_offer(
                user=user, arrangement=current.pk, on=values["on"], terms=form.terms()
            )
        elif step == "agree":
            history.agree_arrangement(
                user=user,
                arrangement=current.pk,
                on=values["on"],
                terms=form.terms(),
                confirmed_by=values["confirmed_by"],
                key=values["key"],
            )
        elif step == "keep":
            history.keep_arrangement(user=user, arrangement=current.pk, on=values["on"])
        else:
            history.break_arrangement(
                user=user, arrangement=current.pk, on=values["on"], key=values["key"]
            )
    except services.EntryRefused as refused:
        form.add_error(None, str(refused))
        return 422
    except InvalidDocument:
        form.add_error(None, _("These dates do not fit together. Please check them."))
        return 422
    except services.KeyReused:
        return 409
    return 200


def _comes_back(request: HttpRequest, debt: Debt, current: Arrangement | None) -> dict[str, Any]:
    """The old schedule and its ladder: what holds as long as nothing is agreed, and what comes
    back if the arrangement is not kept. Said before it happens.
    """
    if current is None:
        return {}
    if current.state == "agreed":
        document = history.document_if_broken(user=request.user, arrangement=current.pk)
    else:
        document = services.household_document_of(request.user)
    board = Board(request.user)
    stored = plan_store.stored_plan(user=request.user, strategy="minimum", document=document)
    found = read_plan(stored)
    dues = [one for one in found.dues if one.debt == debt.slug]
    late = [one for one in dues if one.last_safe_on < found.as_of and one.short_fen]
    coming = [one for one in dues if one.due_on >= found.as_of]
    shown = [*late, *coming[:SHOWN_DUES]]
    if not shown:
        return {}
    today = board.row.today()
    rungs = ladder_of(parse_household(document), debt.slug, shown[0].due_on, "minimum")
    return {
        "dues": [
            (day(one.due_on, today), board.amounts.plain(one.required_fen), one in late)
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
