"""A person's household and its plan as they are: what a change is laid beside.

Both are by the same rule of thumb: the person's own, or the best one where they repay by the
optimum, which takes too long to be found again for a question.
"""

from datetime import date
from functools import cached_property

from django.utils.translation import gettext as _

from planner.domain.answers.scenarios import PlanStanding, standing_of
from planner.domain.household.household import Household
from planner.domain.make_plan import make_plan
from planner.domain.paying.trials import RULES_OF_THUMB
from planner.domain.plan.document import ReadPlan, read_plan
from planner.domain.plan.plan import Plan
from planner.models import User
from planner.pages.plan.page import Board
from planner.plans.kept import stored_plans
from planner.words.figures import Amounts
from planner.words.names import strategy_name


class Present:
    """A person's household and its plan as they are: what a change is laid beside."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.board = Board(user)
        self.row = self.board.row
        self.amounts: Amounts = self.board.amounts

    @property
    def household(self) -> Household:
        """With its history, as make_plan takes it."""
        return self.board.with_history

    @property
    def position(self) -> Household:
        """As it stands on the day the plan runs from."""
        return self.board.household

    @property
    def as_of(self) -> date:
        return self.position.as_of

    @cached_property
    def rule(self) -> str:
        chosen = self.row.strategy
        return chosen if chosen in RULES_OF_THUMB else self.board.ways.best

    @property
    def rule_line(self) -> str:
        """By which rule it is reckoned, where the person has chosen none."""
        if self.row.strategy == self.rule:
            return ""
        return _(
            "Reckoned by the best rule of thumb here, “{name}”: the optimum is not looked for "
            "again for a question."
        ).format(name=strategy_name(self.rule))

    @cached_property
    def plan(self) -> ReadPlan:
        found = stored_plans(
            user=self.user,
            names=[self.rule],
            document=self.board.document,
            position=self.position,
        )
        return read_plan(found[self.rule], self.position)

    @cached_property
    def standing(self) -> PlanStanding:
        return standing_of(self.plan)

    def plan_of(self, changed: Household) -> Plan:
        """The plan of the household with changes laid over it, by the same rule."""
        return make_plan(changed, self.rule)
