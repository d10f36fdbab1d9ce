"""How long it will take to work out the plans of a household: a page waits for what is short."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import thread_time

from django.conf import settings

from planner.domain.household.household import Household
from planner.domain.make_plan import make_plan
from planner.domain.plan.plan import Plan

# More debts, or flows of money, than this are not even counted through.
MOST_DEBTS, MOST_FLOWS = 30, 60
# Times as long as paying only what is required takes all rules of thumb together: they try what
# else might be paid, of which there is little where most dues are short anyway. In the middle of
# examples/, benchmarks/realistic.py and others of 2 to 12 debts; 4 to 13, and 2.6 to 6.7.
WITH_CHOICE, MOSTLY_SHORT = 7, 4

PLAN, SHORTAGE, OPTIMUM = "plan", "shortage", "optimum"


class NotYet(Exception):
    """It takes longer than a page may wait: a worker is to do it. `what` is PLAN or SHORTAGE."""

    def __init__(self, what: str = PLAN) -> None:
        super().__init__(what)
        self.what = what


_is_working = ContextVar("is_working", default=False)


@contextmanager
def working() -> Iterator[None]:
    """Within, everything is worked out, however long it takes."""
    token = _is_working.set(True)
    try:
        yield
    finally:
        _is_working.reset(token)


def reckoned_here_ms() -> float | None:
    """Above how many milliseconds a reckoning is left to a worker; None where it never is."""
    return None if _is_working.get() else settings.PAGE_RECKONS_MS


def foreseen(household: Household) -> tuple[float, Plan | None]:
    """Milliseconds of a processor that all its rules of thumb take; the plan that was made to know.

    Infinite, and None, where even that one would take long. Raises PaymentRefused.
    """
    flows = len(household.incomes) + len(household.expenses)
    if len(household.debts) > MOST_DEBTS or flows > MOST_FLOWS:
        return float("inf"), None
    plan, took = _timed(household)
    short = sum(bool(due.short_fen) for due in plan.dues)
    times = MOSTLY_SHORT if 2 * short > len(plan.dues) else WITH_CHOICE
    limit = reckoned_here_ms()
    if limit is not None and took * times > limit:
        # The first plan of a process reads the rules besides, which the next finds read.
        took = min(took, _timed(household)[1])
    return took * times, plan


def _timed(household: Household) -> tuple[Plan, float]:
    """The plan that pays only what is required, and the milliseconds of a processor it took."""
    began = thread_time()
    plan = make_plan(household, "minimum")
    return plan, (thread_time() - began) * 1000
