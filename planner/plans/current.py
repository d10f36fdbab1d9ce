"""A person's household and its plan as they are now: what every page about them begins with.

What a change is laid beside is reckoned by a rule of thumb: the person's own, or the best one
where they repay by the optimum, which takes too long to be found again for a question.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from planner.domain.answers.optimum_record import ReadOptimum
from planner.domain.answers.scenarios import PlanStanding, standing_of
from planner.domain.answers.unanswered import Question
from planner.domain.answers.ways import Ways, read_ways
from planner.domain.household.household import OPTIMAL, Household
from planner.domain.ledger.consequences import Consequence
from planner.domain.ledger.repeats import ladder_from
from planner.domain.make_plan import make_plan
from planner.domain.paying.trials import RULES_OF_THUMB
from planner.domain.plan.document import ReadPlan, read_plan
from planner.domain.plan.plan import Plan
from planner.models import HouseholdRow, User
from planner.plans.kept import (
    WAYS,
    Beside,
    names_of,
    position_today,
    shown_of,
    stored_plans,
)
from planner.plans.questions import open_questions
from planner.plans.shelf import Record, Shelf
from planner.services.documents import household_from, household_of, outline_of
from planner.words.answer import Situation
from planner.words.days import day
from planner.words.figures import Amounts
from planner.words.names import strategy_name
from planner.words.optimum import plan_line


class Current:
    """Reads each list of rows once; plans come from those that are kept.

    `row` is the owner's household where it was just read or written, `shelf` that of the request.
    """

    def __init__(
        self, owner: User, row: HouseholdRow | None = None, shelf: Shelf | None = None
    ) -> None:
        self.owner = owner
        self.row: HouseholdRow = row or household_of(owner)
        self.shelf = shelf or Shelf(owner)
        self.items = self.row.items
        self.amounts = Amounts(self.row.is_discreet)

    # --- The household ---

    @cached_property
    def document(self) -> dict[str, Any]:
        """Its outline: the history is told by a hash."""
        return outline_of(self.row)

    @cached_property
    def position(self) -> Household:
        """As it stands on the day the plan runs from."""
        return position_today(self.row, self.shelf)

    @cached_property
    def household(self) -> Household:
        """As its figures were taken, with what happened since: what make_plan takes."""
        return household_from(self.row)

    @property
    def has_debts(self) -> bool:
        return bool(self.items["debts"])

    @property
    def hides_amounts(self) -> bool:
        return self.row.is_discreet

    @property
    def as_of(self) -> date:
        return self.position.as_of

    @property
    def as_of_words(self) -> str:
        return day(self.as_of, self.row.today())

    @cached_property
    def questions(self) -> Sequence[Question]:
        """What was planned since and has no answer; read before the plan, which depends on how far
        all is known."""
        if self.has_debts or self.items["incomes"]:
            return open_questions(self.owner, self.row, self.shelf)
        return ()

    @cached_property
    def unanswered(self) -> frozenset[tuple[str, date]]:
        """Debt and day of each due of which nobody has said yet whether it was paid."""
        return frozenset((one.slug, one.on) for one in self.questions if one.kind == "payment")

    # --- Its plan, as it is shown ---

    @property
    def beside(self) -> Mapping[str, Beside]:
        """What a page wants to be kept with the plans, by name, and how it is made of them."""
        return {}

    @cached_property
    def found(self) -> dict[str, Record]:
        """What is kept, by name; the optimum where it is there, whichever way was chosen."""
        return stored_plans(
            user=self.owner,
            names=[*names_of(self.row.strategy), OPTIMAL, WAYS],
            document=self.document,
            parsed=lambda: self.household,
            shelf=self.shelf,
            beside=self.beside,
        )

    @cached_property
    def plan(self) -> ReadPlan:
        """By the way that was chosen, or until the optimum is there by the best rule of thumb."""
        return read_plan(shown_of(self.found, names_of(self.row.strategy)), self.position)

    @cached_property
    def ways(self) -> Ways:
        return read_ways(self.found[WAYS])

    @cached_property
    def optimum(self) -> ReadOptimum | None:
        found = self.found.get(OPTIMAL)
        return None if found is None else ReadOptimum(found, self.position)

    @property
    def plan_line(self) -> str:
        """Which plan it is, in the words that stand in the files too."""
        since = self.position.planned_from
        has_optimum = self.optimum is not None
        return plan_line(self.row.strategy, has_optimum, self.plan.strategy, since)

    @cached_property
    def situation(self) -> Situation:
        unanswered = self.unanswered
        return Situation(self.position, self.plan, self.amounts, unanswered)

    def ladder(self, debt: str, due_on: date) -> list[Consequence]:
        """All rungs of one due. Raises KeyError for an unknown one."""
        plan = self.plan
        return ladder_from(self.position, plan.dues, plan.consequences, plan.repeats, debt, due_on)

    # --- What a change is laid beside ---

    @cached_property
    def rule(self) -> str:
        chosen = self.row.strategy
        return chosen if chosen in RULES_OF_THUMB else self.ways.best

    @property
    def rule_line(self) -> str:
        """By which rule it is reckoned, where the person has chosen none."""
        if self.row.strategy == self.rule:
            return ""
        return _(
            "Estimated with the best simple method here, “{name}”; the best plan is not "
            "worked out anew for a question."
        ).format(name=strategy_name(self.rule))

    @cached_property
    def rule_plan(self) -> ReadPlan:
        if self.plan.strategy == self.rule:
            return self.plan
        found = stored_plans(
            user=self.owner,
            names=[self.rule],
            document=self.document,
            parsed=lambda: self.household,
            shelf=self.shelf,
        )
        return read_plan(found[self.rule], self.position)

    @cached_property
    def standing(self) -> PlanStanding:
        """What of it a change is compared by."""
        return standing_of(self.rule_plan)

    def plan_of(self, changed: Household) -> Plan:
        """The plan of the household with changes laid over it, by the same rule."""
        return make_plan(changed, self.rule)
