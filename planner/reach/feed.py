"""The calendar that a person subscribed to, written so that a request only reads it."""

import hashlib
from contextlib import suppress

from django.utils import timezone
from django.utils.crypto import salted_hmac

from planner.domain.ledger.replay import PaymentRefused
from planner.domain.values.days import add_months
from planner.domain.values.reading import InvalidDocument
from planner.exports.feed import calendar_feed
from planner.models import CalendarFeed, HouseholdRow, User
from planner.plans.foreseen import NotYet
from planner.plans.shown import shown
from planner.services.documents import household_of
from planner.services.errors import Overtaken
from planner.services.feeds import keep_feed, stamp_of


def calendar_salt(user: User) -> str:
    """What keeps the UIDs of two people apart, in files and feeds alike."""
    return salted_hmac("planner.calendar", str(user.pk)).hexdigest()


def write_new_feed(user: User) -> None:
    """At once, so that the first who asks gets it; by the worker where the plan takes longer than
    a page may, or cannot be made: the address stands all the same."""
    with suppress(NotYet, PaymentRefused, InvalidDocument, Overtaken):
        write_feed(user, household_of(user))


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
