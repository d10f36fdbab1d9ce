"""The calendar that a person subscribed to, written so that a request only reads it."""

import hashlib

from django.utils import timezone
from django.utils.crypto import salted_hmac

from planner.domain.values.days import add_months
from planner.exports.feed import calendar_feed
from planner.models import CalendarFeed, HouseholdRow, User
from planner.plans.shown import shown
from planner.services.feeds import keep_feed, stamp_of


def calendar_salt(user: User) -> str:
    """What keeps the UIDs of two people apart, in files and feeds alike."""
    return salted_hmac("planner.calendar", str(user.pk)).hexdigest()


def write_feed(user: User, household: HouseholdRow) -> None:
    """Of the plan as it is shown. Nothing where there is no feed. Raises what `shown` does."""
    feed = CalendarFeed.objects.owned_by(user).filter(revoked_on=None).defer("content").first()
    if feed is None:
        return
    written_of = stamp_of(household)
    plan = shown(user).plan
    content, told = calendar_feed(
        plan,
        language=household.language,
        salt=calendar_salt(user),
        kinds=feed.kinds,
        until=add_months(plan.household.as_of, feed.months),
        is_discreet=feed.is_discreet,
        told=feed.events,
        now=timezone.now(),
    )
    etag = hashlib.sha256(content).hexdigest()[:32]
    keep_feed(feed, written_of=written_of, content=content.decode(), etag=etag, events=told)
