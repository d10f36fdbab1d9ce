"""The example on the front page: what the plan says about the sample household today."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils.translation import get_language

from planner.domain.answers.remedies import best_of, remedies
from planner.domain.answers.ways import best_rule
from planner.domain.household.household import parse_household
from planner.domain.paying.trials import RULES_OF_THUMB, make_plans
from planner.domain.plan.plan import Plan
from planner.pages.front.sample import sample_document
from planner.words.answer import Answer, Situation, answer
from planner.words.days import day, short_day, weekday
from planner.words.figures import grouped
from planner.words.remedies import with_remedy

SHOWN_DUES = 3


@dataclass(frozen=True, slots=True)
class ExampleDue:
    """A due in words; `starts` is the first consequence and its day, "" where none is known."""

    on: date
    day: str
    weekday: str
    name: str
    required: str
    starts_on: str
    starts: str


@dataclass(frozen=True, slots=True)
class Example:
    answer: Answer
    dues: tuple[ExampleDue, ...]


def example(today: date) -> Example:
    """In the language of the request; worked out once a day and language in each process."""
    return _example(today, get_language())


@lru_cache(maxsize=4)
def _example(today: date, _language: str | None) -> Example:
    household = parse_household(sample_document(today))
    plans = make_plans(household, RULES_OF_THUMB)
    plan = plans[best_rule(plans)]
    situation = Situation(household, plan)
    dues = []
    for due in plan.dues[:SHOWN_DUES]:
        first = situation.first_rungs(due)
        dues.append(
            ExampleDue(
                on=due.due_on,
                day=short_day(due.due_on),
                weekday=weekday(due.due_on),
                name=situation.name(due.debt),
                required=grouped(due.required_fen),
                starts_on=day(first[0], today) if first else "",
                starts=first[1] if first else "",
            )
        )
    return Example(_answer(situation, plan), tuple(dues))


def _answer(situation: Situation, plan: Plan) -> Answer:
    """As the plan page gives it: what helps before a sum."""
    found = answer(situation)
    if not found.finds or situation.short_until is None:
        return found
    best = best_of(remedies(situation.household, plan, situation.short_until))
    return found if best is None else with_remedy(found, best, situation)
