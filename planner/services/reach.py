"""Whose plan reaches them without a visit, and when it is to be made anew."""

import logging
from datetime import datetime, timedelta

from django.db.models import F
from django.db.models.functions import Least
from django.utils import timezone

from planner.models import CalendarFeed, Channel, HouseholdRow, Reach

logger = logging.getLogger(__name__)

AT_ONCE = 10  # people whose plans are asked for in one look
HELD = timedelta(minutes=5)  # for one making: then it was lost, and is made again
LONGEST_PAUSE = timedelta(hours=6)


def reach(owner: int) -> None:
    """From now on; what is there is made anew at once.

    Within a transaction: who writes the household meanwhile comes before, or sees it.
    """
    HouseholdRow.objects.select_for_update().filter(owner=owner).first()
    Reach.objects.update_or_create(owner_id=owner, defaults={"renew_on": timezone.now()})


def reach_no_more(owner: int) -> None:
    """Where nothing is left that would reach them."""
    has_feed = CalendarFeed.objects.owned_by(owner).filter(revoked_on=None).exists()
    if not has_feed and not Channel.objects.owned_by(owner).exists():
        Reach.objects.owned_by(owner).delete()


def renew_soon(owner: int) -> None:
    """Their plan is another by now. Of no effect for whom nothing reaches."""
    rows = Reach.objects.owned_by(owner)
    rows.update(renew_on=Least(F("renew_on"), timezone.now()), tries=0)


def renew_before_its_turn(owner: int) -> None:
    """Somebody looks at what is of yesterday. Of no effect while it is being made."""
    now = timezone.now()
    Reach.objects.owned_by(owner).filter(tries=0, renew_on__gt=now).update(renew_on=now)


def take_due() -> list[tuple[int, datetime]]:
    """People whose plans are to be made anew, those first who wait longest, each with the moment
    until which they are left to the caller."""
    now = timezone.now()
    due = Reach.objects.filter(renew_on__lte=now).order_by("renew_on")
    taken = []
    for owner, renew_on, tries in due.values_list("owner_id", "renew_on", "tries")[:AT_ONCE]:
        until = now + min(HELD * 2**tries, LONGEST_PAUSE)
        mine = Reach.objects.filter(owner=owner, renew_on=renew_on)
        if mine.update(renew_on=until, tries=min(tries + 1, 10)):
            taken.append((owner, until))
    return taken


def renewed(household: HouseholdRow, until: datetime) -> None:
    """Made for today; next when their day is over, unless it was changed since it was taken."""
    now = timezone.now()
    tomorrow = next_morning(household)
    # Spread over an hour: whole countries have their midnight at once.
    spread = timedelta(seconds=household.owner_id * 37 % 3600)
    rows = Reach.objects.filter(owner=household.owner_id, renew_on=until)
    rows.update(renew_on=max(now, tomorrow) + spread, tries=0)


def next_morning(household: HouseholdRow) -> datetime:
    """When the person's next day begins."""
    zone = household.zone
    here = timezone.localtime(timezone.now(), zone)
    return datetime.combine(here.date() + timedelta(days=1), datetime.min.time(), zone)
