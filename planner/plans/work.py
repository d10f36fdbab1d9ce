"""What is worked out beside the pages: asked for, taken by one worker, given back.

A task is only told whose household and at which counter; whether it may run says the person's row
(see `Reckoning`). So tasks may be lost, come twice, or be left over by a worker that was killed.
"""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string

from planner.models import HouseholdRow, OwnedQuerySet, Reckoning, User
from planner.plans.foreseen import OPTIMUM

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=15)
CLOCKS_DIFFER = timedelta(minutes=1)  # a lease that ends later was written by a wrong one
LOST_AFTER = timedelta(minutes=1)  # a row that nobody holds: its task is put into the queue again
FIRST, LAST = 10, 0  # priorities: a first plan goes before anybody's optimum


class WorkFailed(Exception):
    """What broke a task, by its class alone: words and values of an exception tell figures."""


class Lease:
    """The right to work for one person, until it is given back or lost."""

    def __init__(self, owner: int, revision: int) -> None:
        self.owner = owner
        self.revision = revision
        self.holder = secrets.token_hex(16)
        self.done: set[str] = set()
        self.is_lost = False  # to a newer edit, or to who took this worker for dead
        self.is_ending = False  # the worker was told to stop

    def is_given_up(self) -> bool:
        return self.is_lost or self.is_ending

    def take(self) -> bool:
        """Whether nobody else is at it, and it is still wanted."""
        now = timezone.now()
        free = Q(held_until=None) | _has_run_out(now)
        rows = Reckoning.objects.owned_by(self.owner).filter(free, revision=self.revision, fault="")
        return bool(rows.update(holder=self.holder, held_until=now + LEASE))

    def look(self) -> None:
        """Find out whether it is still wanted."""
        self.is_lost = not self._mine().filter(revision=self.revision).exists()

    def renew(self) -> None:
        """The same, and say that it is still being worked at."""
        rows = self._mine().filter(revision=self.revision)
        self.is_lost = not rows.update(held_until=timezone.now() + LEASE)

    def wants(self) -> list[str]:
        """What is still to be worked out."""
        wanted = self._mine().values_list("wants", flat=True).first() or ""
        return [one for one in wanted.split() if one not in self.done]

    def fail(self, error: Exception) -> None:
        self._mine().filter(revision=self.revision).update(fault=type(error).__name__)

    def give_back(self) -> None:
        """The row goes when all is done; what is left, or was changed meanwhile, waits its turn."""
        with transaction.atomic():
            row = self._mine().select_for_update().first()
            if row is None:
                return
            if row.revision == self.revision:
                row.wants = " ".join(one for one in row.wants.split() if one not in self.done)
                if not row.wants:
                    row.delete()
                    return
            row.holder, row.held_until, row.asked_on = "", None, timezone.now()
            row.save(update_fields=["wants", "holder", "held_until", "asked_on"])
            if not row.fault:
                _enqueue(row)

    def _mine(self) -> OwnedQuerySet[Reckoning]:
        return Reckoning.objects.owned_by(self.owner).filter(holder=self.holder)


HELD: list[Lease] = []  # of this process: what `manage.py worker` renews meanwhile


@contextmanager
def taken(owner: int, revision: int) -> Iterator[Lease | None]:
    """The lease of a task while it runs; None where it is not to run. Raises WorkFailed."""
    lease = Lease(owner, revision)
    if not lease.take():
        yield None
        return
    HELD.append(lease)
    try:
        yield lease
    except Exception as error:
        logger.exception("what was worked out for user %s broke", owner)
        lease.fail(error)
        raise WorkFailed(type(error).__name__) from None
    finally:
        HELD.remove(lease)
        lease.give_back()


def ask(user: User, what: str, *, again: bool = False) -> str:
    """Have something worked out of the user's household as it stands. Asked twice it is done once.

    Returns "" where it is under way, or the class of the exception it broke with: then it is begun
    anew only if asked `again`.
    """
    revision = HouseholdRow.objects.values_list("revision", flat=True).get(owner=user)
    with transaction.atomic():
        rows = Reckoning.objects.select_for_update()
        asked = {"revision": revision, "wants": what, "asked_on": timezone.now()}
        row, made = rows.get_or_create(owner=user, defaults=asked)
        if made:
            _enqueue(row)
            return ""
        is_same = row.revision == revision
        if is_same and row.fault and not again:
            return row.fault
        goes_on = is_same and not row.fault
        row.wants = " ".join(dict.fromkeys([*(row.wants.split() if is_same else []), what]))
        row.revision, row.fault, row.asked_on = revision, "", timezone.now()
        row.save(update_fields=["revision", "fault", "wants", "asked_on"])
        # What runs, or waits in the queue, finds what is wanted beside; whoever runs for an older
        # edit hands on.
        if not goes_on and not row.holder:
            _enqueue(row)
    return ""


def is_asked(user: User, what: str = "") -> bool:
    """Whether something, or just this, is waited for of the household as it stands."""
    rows = Reckoning.objects.owned_by(user).filter(wants__contains=what)
    counters = HouseholdRow.objects.owned_by(user).values("revision")
    return rows.filter(revision__in=counters).exists()


def fault_of(user: User) -> str:
    """The class of the exception it broke with, "" where it did not."""
    return Reckoning.objects.owned_by(user).values_list("fault", flat=True).first() or ""


def take_up() -> int:
    """Put into the queue again what a killed worker held, and what lost its task; how many."""
    now = timezone.now()
    dead = _has_run_out(now) | Q(held_until=None, asked_on__lt=now - LOST_AFTER)
    found = 0
    for key in Reckoning.objects.filter(dead, fault="").values_list("pk", flat=True):
        with transaction.atomic():
            row = Reckoning.objects.select_for_update().filter(dead, pk=key, fault="").first()
            if row is None:
                continue
            row.holder, row.held_until, row.asked_on = "", None, now
            row.save(update_fields=["holder", "held_until", "asked_on"])
            _enqueue(row)
            found += 1
    return found


def _has_run_out(now: datetime) -> Q:
    """Of a lease: that nobody renewed it, or that it ends when no clock that is right could say."""
    return Q(held_until__lt=now) | Q(held_until__gt=now + LEASE + CLOCKS_DIFFER)


def _enqueue(row: Reckoning) -> None:
    # A door, which imports what it opens: known here by its name alone.
    task = import_string("planner.tasks.work_out")
    priority = LAST if row.wants == OPTIMUM else FIRST
    task.using(priority=priority).enqueue(row.owner_id, row.revision)
