"""The due days that products offer: which would suit the pay days best, and what that saves."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from planner.domain.answers.due_days import Choice, DueDayChoices, suggest_due_days
from planner.pages.http import Request
from planner.plans.current import Current
from planner.words.change import what_it_does
from planner.words.days import ordinal
from planner.words.language import spoken
from planner.words.markup import address
from planner.words.names import certainty_word, strategy_name


@dataclass(frozen=True, slots=True)
class DueDayLine:
    """A day that is offered, what it does to the plan, and how sure it is that one may have it."""

    day: str
    effect: str
    certainty: str
    note: str
    source_url: str
    is_best: bool


@dataclass(frozen=True, slots=True)
class DueDaysLines:
    name: str
    now: str
    advice: str
    caution: str
    rule: str
    days: list[DueDayLine]


@require_GET
def plan_due_days(request: Request) -> HttpResponse:
    current = Current(request.user)
    found = suggest_due_days(current.household)
    context = {"debts": [_lines(one, current) for one in found]}
    return render(request, "planner/what_if/due_days.html", context)


def _lines(one: DueDayChoices, current: Current) -> DueDaysLines:
    caution = ""
    if one.best is None:
        advice = _("No day on offer does better than the one it has now.")
    else:
        advice = _("The {day} of the month would suit you better: {effect}.").format(
            day=ordinal(one.best.day),
            effect=what_it_does(one.now, one.best.outcome, current.amounts),
        )
        if one.best.figure.certainty == "reported":
            caution = _("That this day can be had is only reported; look in the app first.")
    return DueDaysLines(
        name=current.situation.name(one.debt),
        now=_("Now due on the {day} of each month.").format(day=ordinal(one.day)),
        advice=advice,
        caution=caution,
        rule=strategy_name(one.rule),
        days=[_day_line(choice, one, current) for choice in one.choices],
    )


def _day_line(choice: Choice, one: DueDayChoices, current: Current) -> DueDayLine:
    figure = choice.figure
    return DueDayLine(
        day=_("day {day}").format(day=choice.day),
        effect=what_it_does(one.now, choice.outcome, current.amounts),
        certainty=certainty_word(figure.certainty),
        note=spoken(figure.note),
        source_url=address("planner:rule", figure.source),
        is_best=choice is one.best,
    )
