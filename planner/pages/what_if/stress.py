"""Bad luck that is only thought of: what it would do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise, cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner.domain.answers.scenarios import (
    Room,
    delay_income,
    lower_income,
    miss_income,
    next_arrivals,
    room,
    spend,
)
from planner.domain.household.household import Household
from planner.pages.what_if.borrow import MORE_FEN
from planner.pages.what_if.verdict import Verdict, verdict
from planner.plans.current import Current
from planner.words.days import day
from planner.words.figures import Amounts
from planner.words.language import listed_names
from planner.words.markup import markup, sentences, strong

# --- What if it gets tighter ---


@dataclass(frozen=True, slots=True)
class Case:
    """Something that may happen, in words, and the household in which it does."""

    group: Promise
    label: Callable[[Amounts], str]
    change: Callable[[Household], Household]
    is_of_income: bool
    is_once: bool = True


_LATE = gettext_lazy("Income comes late")
_LESS = gettext_lazy("Income is lower")
_MORE = gettext_lazy("An expense comes on top, today")


def _late(days: int) -> Case:
    return Case(
        _LATE,
        lambda _amounts: _("{days} days late").format(days=days),
        lambda household: delay_income(household, days),
        is_of_income=True,
    )


def _expense(fen: int) -> Case:
    return Case(
        _MORE,
        lambda amounts: Amounts()(fen),
        lambda household: spend(household, fen, household.planned_from),
        is_of_income=False,
    )


CASES: dict[str, Case] = {
    **{f"late-{days}": _late(days) for days in (3, 7, 15)},
    "lower-20": Case(
        _LESS,
        lambda _amounts: _("{percent} lower from now on").format(percent="20%"),
        lambda household: lower_income(household, 20),
        is_of_income=True,
        is_once=False,
    ),
    "missed": Case(
        _LESS,
        lambda _amounts: _("missed once"),
        miss_income,
        is_of_income=True,
    ),
    **{f"extra-{fen // 100}": _expense(fen) for fen in MORE_FEN},
}


class StressPage:
    """What the page prints: the cases to tap, and the answer to the one that was."""

    def __init__(self, current: Current, name: str) -> None:
        self.current = current
        self.name = name if name in CASES else ""
        self.is_unknown = bool(name) and name not in CASES

    @property
    def has_debts(self) -> bool:
        return self.current.has_debts

    @property
    def groups(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """The cases by what they are of."""
        found: dict[str, list[dict[str, Any]]] = {}
        for name, case in CASES.items():
            entry = {
                "name": name,
                "label": case.label(self.current.amounts),
                "is_chosen": name == self.name,
            }
            found.setdefault(str(case.group), []).append(entry)
        return list(found.items())

    @cached_property
    def _changed(self) -> Household:
        return CASES[self.name].change(self.current.household)

    @property
    def title(self) -> str:
        case = CASES[self.name]
        return _("{group}: {case}").format(group=case.group, case=case.label(self.current.amounts))

    @property
    def moved(self) -> str:
        """Which incomes it is about, and the days on which they would have come."""
        if not CASES[self.name].is_of_income:
            return ""
        as_of = self.current.as_of
        arrivals = next_arrivals(self.current.household)
        if not arrivals:
            return _("No income is entered that is still to come, so nothing changes.")
        if not CASES[self.name].is_once:
            return ""
        names = [
            _("{name} of {day}").format(name=one.income.name, day=day(one.arrives_on, as_of))
            for one in arrivals[:3]
        ]
        return _("This is about {incomes}.").format(incomes=listed_names(names))

    @cached_property
    def verdict(self) -> Verdict | None:
        if not self.name or not self.has_debts:
            return None
        return verdict(self.current, self.current.plan_of(self._changed))

    @property
    def now(self) -> SafeString:
        """How much room the present plan has."""
        return self._room(room(self.current.household), is_now=True)

    @property
    def cushion(self) -> SafeString:
        """What would have to be at hand today."""
        return self._room(room(self._changed), is_now=False)

    def _room(self, found: Room, *, is_now: bool) -> SafeString:
        amounts, as_of = self.current.amounts, self.current.as_of
        values = {
            "day": strong(day(found.on, as_of)),
            "amount": strong(amounts(abs(found.fen))),
        }
        if found.fen < 0 and is_now:
            said = _(
                "As things stand, {amount} are missing on {day}, the tightest day of the next "
                "three months."
            )
        elif is_now:
            said = _(
                "As things stand, {amount} are left on {day}, the tightest day of the next three "
                "months."
            )
        elif found.fen < 0:
            said = _(
                "It would need a cushion of {amount} at hand today: with it, whatever is required "
                "in the next three months can be paid on its day. The tightest is {day}."
            )
        else:
            said = _(
                "It needs no cushion: on {day}, the tightest day of the next three months, "
                "{amount} are still left."
            )
        return sentences([markup(said, **values)])
