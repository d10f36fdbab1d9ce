"""Answers to what was planned: done, otherwise, not at all, later."""

from collections.abc import Callable
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from planner.domain.answers.unanswered import Question
from planner.models import AccountRow
from planner.pages.http import reused, was_sent
from planner.pages.plan import views
from planner.pages.plan.answer_forms import AllAsPlannedForm, AnswerForm
from planner.pages.plan.questions import key_of
from planner.plans.questions import answer_all_as_planned, answer_as_planned, open_questions
from planner.services.documents import household_of
from planner.services.entries import answer_unpaid, record_arrival, record_expense, record_payment
from planner.services.errors import EntryRefused, KeyReused, StaleVersion


@require_POST
def question_answer(request: HttpRequest) -> HttpResponse:
    """One question: done as planned, otherwise, not at all, or to be asked tomorrow."""
    question = _question(request)
    household = household_of(request.user)
    if question is None:
        if was_sent(request):
            return views.shown(request)
        return views.page(request, conflict=_answered_already(), status=409)
    form = AnswerForm(
        request.POST,
        household=household,
        question=question,
        accounts=list(AccountRow.objects.owned_by(request.user)),
        auto_id=f"{key_of(question)}-%s",
    )
    if not form.is_valid():
        return views.page(request, answer=form, status=422)
    if form.cleaned_data["answer"] == "later":
        _put_off(request, key_of(question), household.today())
        return views.shown(request)
    return _enter(request, form, lambda: _record(request, form, question))


def _question(request: HttpRequest) -> Question | None:
    """The open question that was answered; None where there is no such any more."""
    sent = tuple(request.POST.get(name, "") for name in ("kind", "slug", "day"))
    for one in open_questions(request.user):
        if (one.kind, one.slug, one.on.isoformat()) == sent:
            return one
    return None


def _record(request: HttpRequest, form: AnswerForm, question: Question) -> None:
    values, user = form.cleaned_data, request.user
    if values["answer"] == "planned":
        if values["amount"] != question.amount_fen:
            raise StaleVersion  # another plan by now than the page showed
        answer_as_planned(user=user, question=question, key=values["key"])
        return
    is_not = values["answer"] == "not"
    if question.kind == "payment":
        if is_not:
            answer_unpaid(user=user, debt=question.slug, due_on=question.on, key=values["key"])
            return
        record_payment(
            user=user,
            debt=question.slug,
            on=values["on"],
            amount_fen=values["amount"],
            account=values["account"] or None,
            planned_on=question.on,
            key=values["key"],
        )
        return
    record = record_arrival if question.kind == "income" else record_expense
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
    except EntryRefused as refused:
        form.add_error("amount" if form.cleaned_data["answer"] == "other" else None, str(refused))
        return views.page(request, answer=form, status=422)
    except StaleVersion:
        return views.page(request, conflict=_changed(), status=409)
    except KeyReused:
        return views.page(request, conflict=reused(), status=409)
    return views.shown(request)


@require_POST
def question_answer_all(request: HttpRequest) -> HttpResponse:
    """Everything up to the day that the page asked about happened as planned."""
    household = household_of(request.user)
    form = AllAsPlannedForm(request.POST, household=household)
    if not form.is_valid():
        return views.page(request, conflict=reused(), status=422)
    try:
        answer_all_as_planned(
            user=request.user,
            up_to=form.cleaned_data["until"],
            revision=form.cleaned_data["revision"],
            key=form.cleaned_data["key"],
        )
    except EntryRefused as refused:
        return views.page(request, conflict=str(refused), status=422)
    except StaleVersion:
        return views.page(request, conflict=_changed(), status=409)
    except KeyReused:
        return views.page(request, conflict=reused(), status=409)
    return views.shown(request)


@require_POST
def question_resume(request: HttpRequest) -> HttpResponse:
    """Ask again today what was put off until tomorrow."""
    request.session.pop(views.PUT_OFF, None)
    return views.shown(request)


def _put_off(request: HttpRequest, key: str, today: date) -> None:
    keys = [*views.put_off(request, today), key]
    request.session[views.PUT_OFF] = {"day": today.isoformat(), "keys": keys[-200:]}


def _answered_already() -> str:
    return _("That was answered already, here or elsewhere. Nothing was changed.")


def _changed() -> str:
    return _("The plan changed meanwhile. Please look at the questions once more.")
