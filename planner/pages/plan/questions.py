"""What is asked when a person comes back: was it paid, did it arrive? One thing after another."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from planner.domain.answers.unanswered import Question
from planner.pages.asked_first import key_of
from planner.pages.plan.answer_forms import AllAsPlannedForm, AnswerForm
from planner.pages.plan.page import PlanPage
from planner.words.answer import Answer, asked_first
from planner.words.days import day, short_day
from planner.words.markup import markup, strong


@dataclass(frozen=True, slots=True)
class Asked:
    """One question in words, with its forms: `plain` for the buttons, `typed` to say it oneself."""

    key: str
    kind: str
    slug: str
    on: date
    day: str
    words: SafeString
    name: str
    amount: str
    detail: str
    yes: str
    no: str
    later: str
    is_planned: bool
    is_prepaid: bool
    plain: AnswerForm
    typed: AnswerForm
    is_open: bool


class Asking:
    """The open questions of the page's household, without those put off until tomorrow.

    To be made before the page's plan is read, which depends on how far all is known.
    """

    def __init__(
        self, page: PlanPage, put_off: Collection[str] = (), bound: AnswerForm | None = None
    ) -> None:
        self.page = page
        self._put_off = put_off
        self._bound = bound
        self.questions = page.questions

    @cached_property
    def _put_off_here(self) -> set[str]:
        return {key_of(one) for one in self.questions} & set(self._put_off)

    @cached_property
    def first(self) -> Asked | None:
        """The oldest due or income; what was refused is asked again at once."""
        open_ones = [one for one in self.questions if one.kind != "expense"]
        if self._bound is not None and self._bound.question.kind != "expense":
            return self.of(self._bound.question)
        waiting = [one for one in open_ones if key_of(one) not in self._put_off_here]
        return self.of(waiting[0]) if waiting else None

    @cached_property
    def expenses(self) -> list[Asked]:
        """Living costs, all together: nobody wants to be asked for each."""
        return [self.of(one) for one in self.questions if one.kind == "expense"]

    @property
    def expenses_are_open(self) -> bool:
        """Whether one of them was refused."""
        return self._bound is not None and self._bound.question.kind == "expense"

    @property
    def expenses_total(self) -> str:
        return self.page.amounts(sum(o.amount_fen for o in self.questions if o.kind == "expense"))

    @cached_property
    def all(self) -> list[Asked]:
        """Everything that "all as planned" would say, by day."""
        return [self.of(one) for one in self.questions]

    @property
    def count(self) -> int:
        return len(self.questions)

    @property
    def holds_back(self) -> bool:
        """Whether the plan counts something as not paid or not arrived that nobody has denied."""
        return any(one.kind != "expense" for one in self.questions)

    @property
    def withholds(self) -> bool:
        """Whether the plan says nothing of what is late yet: that hangs on what is asked here."""
        return self.first is not None or self.page.situation.hangs_on_answers

    @property
    def answer(self) -> Answer:
        """No verdict before what it hangs on is known."""
        return asked_first() if self.withholds else self.page.answer

    @property
    def put_off(self) -> int:
        return len(self._put_off_here)

    @property
    def is_put_off(self) -> bool:
        """Whether every due and income that is open was put off, so that only a line is left."""
        return self.first is None and self.holds_back

    @cached_property
    def as_planned(self) -> AllAsPlannedForm:
        until = max(one.on for one in self.questions)
        initial = {"until": until, "revision": self.page.row.revision}
        return AllAsPlannedForm(household=self.page.row, initial=initial)

    def of(self, question: Question) -> Asked:
        key = key_of(question)
        page = self.page
        bound = self._bound if self._bound and key_of(self._bound.question) == key else None
        made: Mapping[str, Any] = {
            "household": page.row,
            "question": question,
            "accounts": page.items["accounts"],
        }
        name = self._name(question)
        amounts, today = page.amounts, page.row.today()
        values = {
            "day": day(question.on, today),
            "name": name,
            "amount": strong(amounts(question.amount_fen)),
        }
        detail = ""
        if question.kind == "payment":
            yes, no = _("Paid"), _("Not paid")
            if question.amount_fen:
                words = markup(_("{day}: were {amount} paid to {name}?"), **values)
            else:
                words = markup(_("{day}: was {name} paid?"), **values)
            if question.required_fen:
                detail = _("At least {amount} was required.").format(
                    amount=amounts(question.required_fen)
                )
        elif question.kind == "income":
            yes, no = _("Arrived"), _("It will not come")
            words = markup(_("{day}: did {amount} arrive from {name}?"), **values)
        else:
            yes, no = _("Spent"), _("Not spent")
            words = markup(_("{day}: were {amount} spent on {name}?"), **values)
        return Asked(
            key=key,
            kind=question.kind,
            slug=question.slug,
            on=question.on,
            day=short_day(question.on),
            words=words,
            name=name,
            amount=amounts.plain(question.amount_fen),
            detail=detail,
            yes=yes,
            no=no,
            later=_("Not yet; ask tomorrow") if question.kind == "income" else _("Ask me tomorrow"),
            is_planned=bool(question.amount_fen),
            is_prepaid=question.is_prepaid,
            plain=AnswerForm(auto_id=f"yes-{key}-%s", **made),
            typed=bound or AnswerForm(auto_id=f"{key}-%s", is_hidden=page.hides_amounts, **made),
            is_open=bound is not None or (not question.amount_fen and question.kind == "payment"),
        )

    def _name(self, question: Question) -> str:
        kinds = {"payment": "debts", "income": "incomes", "expense": "expenses"}
        rows = self.page.items[kinds[question.kind]]
        return next((one.name for one in rows if one.slug == question.slug), question.slug)
