"""All that the plan page, and the pages beside it, look for: made so that it is kept."""

from planner.models import User
from planner.pages.plan.page import PlanPage
from planner.pages.plan.questions import Asking
from planner.plans.shelf import Shelf


def prepare(user: User) -> None:
    """Raises what the page would."""
    with Shelf(user) as shelf:
        page = PlanPage(user, shelf=shelf)
        page.look()
        Asking(page)
        page.work_out()
        if page.has_debts:
            _ = page.rule_plan  # for the pages beside
