"""What reaches a person is made anew when their plan changed, and when their day is over."""

import logging
from datetime import datetime

from django.core.cache import cache
from django.utils import timezone
from django.utils.module_loading import import_string

from planner.domain.household.household import OPTIMAL
from planner.models import CalendarFeed, Reach, User
from planner.plans.foreseen import OPTIMUM
from planner.plans.solving import is_kept
from planner.plans.work import WorkFailed, ask
from planner.reach.feed import write_feed
from planner.reach.reminders import write_reminders
from planner.reach.sweep import is_due
from planner.services.documents import household_of
from planner.services.reach import renewed, take_due

logger = logging.getLogger(__name__)

PRIORITY = 5  # below a first plan that somebody waits for, above anybody's optimum
SWEEP, SWEEP_SECONDS = "reminders-swept", 60
PATIENCE = 3  # times that the optimum is waited for


def hand_out() -> int:
    """Put into the queue whose turn it is; how many. By each worker, every few seconds."""
    # A door, which imports what it opens: known here by its name alone.
    task = import_string("planner.tasks.renew").using(priority=PRIORITY)
    taken = take_due()
    for owner, until in taken:
        task.enqueue(owner, until.isoformat())
    return len(taken)


def hand_out_sweep() -> bool:
    """Put a sweep into the queue where something is due; by each worker, every few seconds."""
    # One a minute is enough, and a queue that is long grows no longer by it.
    if not is_due(timezone.now()) or not cache.add(SWEEP, True, SWEEP_SECONDS):
        return False
    import_string("planner.tasks.send_due").using(priority=PRIORITY).enqueue()
    return True


def sweep_soon() -> None:
    """Somebody waits for a message: the next look finds it."""
    cache.delete(SWEEP)


def renew_reach(owner: int, until: datetime) -> None:
    """All of one person, who was taken until that moment. Raises WorkFailed."""
    user = User.objects.filter(pk=owner).first()
    if user is None:
        return
    household = household_of(user)
    try:
        if household.strategy == OPTIMAL and _waits_for_optimum(user):
            return  # it comes again with the optimum, or when `until` is over
        write_feed(user, household)
        write_reminders(user, household)
    except Exception as error:
        logger.exception("what reaches user %s could not be made", owner)
        raise WorkFailed(type(error).__name__) from None
    renewed(household, until)


def _waits_for_optimum(user: User) -> bool:
    """Whether it is asked for and will be there soon: else all would be told twice a day, before
    and after it. A calendar that holds nothing yet does not wait."""
    if is_kept(user) or ask(user, OPTIMUM) or is_kept(user):
        return False
    feeds = CalendarFeed.objects.owned_by(user).filter(revoked_on=None)
    if feeds.filter(etag="").exists():
        return False
    tries = Reach.objects.owned_by(user).values_list("tries", flat=True).first() or 0
    return tries <= PATIENCE
