"""Answers to what was planned: done, otherwise, not at all, later."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from planner.domain.answers.unanswered import Question
from planner.forms.refusable import USED_BEFORE
from planner.pages.asked_first import key_of, put_one_off, take_up_again
from planner.pages.attempt import attempt
from planner.pages.http import Request, was_sent
from planner.pages.plan import views
from planner.pages.plan.answer_forms import AllAsPlannedForm, AnswerForm
from planner.plans.questions import answer_all_as_planned, answer_as_planned, open_questions
from planner.services.documents import household_of
from planner.services.entries import answer_unpaid, record_arrival, record_expense, record_payment
from planner.services.errors import StaleVersion


@require_POST
def question_answer(request: Request) -> HttpResponse:
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
        accounts=household.items["accounts"],
        auto_id=f"{key_of(question)}-%s",
    )
    if not form.is_valid():
        return views.page(request, answer=form, status=422)
    if form.cleaned_data["answer"] == "later":
        put_one_off(request, question, household.today())
        return views.shown(request)
    status = attempt(form, lambda: _record(request, form, question))
    if status == 200:
        return views.shown(request, is_changed=True)
    answer = None if form.conflict else form
    return views.page(request, answer=answer, conflict=form.conflict, status=status)


def _question(request: Request) -> Question | None:
    """The open question that was answered; None where there is no such any more."""
    sent = tuple(request.POST.get(name, "") for name in ("kind", "slug", "day"))
    for one in open_questions(request.user):
        if (one.kind, one.slug, one.on.isoformat()) == sent:
            return one
    return None


def _record(request: Request, form: AnswerForm, question: Question) -> None:
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


@require_POST
def question_answer_all(request: Request) -> HttpResponse:
    """Everything up to the day that the page asked about happened as planned."""
    form = AllAsPlannedForm(request.POST, household=household_of(request.user))
    status = attempt(
        form,
        lambda: answer_all_as_planned(
            user=request.user,
            up_to=form.cleaned_data["until"],
            revision=form.cleaned_data["revision"],
            key=form.cleaned_data["key"],
        ),
    )
    if status == 200:
        return views.shown(request, is_changed=True)
    return views.page(request, conflict=form.conflict or str(USED_BEFORE), status=status)


@require_POST
def question_resume(request: Request) -> HttpResponse:
    """Ask again today what was put off until tomorrow."""
    take_up_again(request)
    return views.shown(request)


def _answered_already() -> str:
    return _("That was answered already, here or elsewhere. Nothing was changed.")
