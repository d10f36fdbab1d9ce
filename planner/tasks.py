"""What workers do (`manage.py worker`): told whose household, and at which counter; no more."""

from datetime import datetime

from django_tasks import task

from planner.models import User
from planner.pages.plan.prepared import prepare
from planner.pages.shortage.page import ShortPage
from planner.plans.foreseen import OPTIMUM, PLAN, SHORTAGE, working
from planner.plans.solving import keep_optimum
from planner.plans.work import taken
from planner.reach.renewal import renew_reach, sweep_soon
from planner.reach.sweep import sweep
from planner.services.reach import renew_soon

AT_A_TIME = 200  # messages of one task: others want their turn


@task()
def work_out(owner: int, revision: int) -> None:
    """What is wanted of the household, if it still stands as it did. Raises WorkFailed.

    A plan first; its optimum, which takes longer, waits behind the first plans of others.
    """
    with taken(owner, revision) as lease, working():
        if lease is None:
            return
        user = User.objects.get(pk=owner)
        wants = lease.wants()
        if PLAN in wants:
            prepare(user)
            lease.done.add(PLAN)
        if SHORTAGE in wants:
            ShortPage(user).prepare()
            lease.done.add(SHORTAGE)
        if wants == [OPTIMUM] and keep_optimum(user, lease.is_given_up):
            prepare(user)  # what the page says of it
            lease.done.add(OPTIMUM)
            renew_soon(owner)


@task()
def renew(owner: int, until: str) -> None:
    """What reaches a person by itself, of their plan as it is today (see `planner.reach.renewal`).

    Raises WorkFailed.
    """
    with working():
        renew_reach(owner, datetime.fromisoformat(until))


@task()
def send_due() -> None:
    """Reminders whose time has come (see `planner.reach.sweep`)."""
    if sweep(most=AT_A_TIME).sent == AT_A_TIME:
        sweep_soon()  # there may be more of them
