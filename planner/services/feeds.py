"""The private address of a calendar: made, looked up, revoked."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from planner.hashes import digest
from planner.models import Attempt, CalendarFeed, HouseholdRow, Reach, User
from planner.services.attempts import TooMany, Wall
from planner.services.reach import reach, reach_no_more, renew_soon

GUESSES = Wall(20, 60 * 60)  # addresses that nobody has, asked for by one sender
REMEMBERED = timedelta(days=365)  # an address that was revoked is no guess so long
LOOKED_AT = (
    *("owner", "revoked_on", "fetched_on", "written_of", "etag"),
    *("owner__id", "owner__household__revision", "owner__household__time_zone"),
)
FETCH_NOTED = timedelta(minutes=10)


def feed_of(user: User) -> CalendarFeed | None:
    """The one that is open, without what it holds."""
    rows = CalendarFeed.objects.owned_by(user).filter(revoked_on=None)
    return rows.defer("content", "events").first()


@transaction.atomic
def open_feed(*, user: User, kinds: Sequence[str], months: int, is_discreet: bool) -> str:
    """A new address, in place of the one there is; returns its token, which is kept nowhere."""
    token = secrets.token_urlsafe(32)
    Reach.objects.select_for_update().get_or_create(owner=user)  # one at a time
    rows = CalendarFeed.objects.owned_by(user).filter(revoked_on=None)
    old = rows.first()
    _close(rows)
    CalendarFeed.objects.create(
        owner=user,
        token=_filed(token),
        kinds=list(kinds),
        months=months,
        is_discreet=is_discreet,
        # What was told goes on: calendars that move to the new address see changes as changes.
        events=old.events if old else {},
    )
    reach(user.pk)
    return token


@transaction.atomic
def change_feed(*, user: User, kinds: Sequence[str], months: int, is_discreet: bool) -> None:
    rows = CalendarFeed.objects.owned_by(user).filter(revoked_on=None)
    rows.update(kinds=list(kinds), months=months, is_discreet=is_discreet)
    renew_soon(user.pk)


@transaction.atomic
def revoke_feed(*, user: User) -> None:
    """The address answers as one that never was, at once."""
    _close(CalendarFeed.objects.owned_by(user).filter(revoked_on=None))
    reach_no_more(user.pk)


def _close(rows: QuerySet[CalendarFeed]) -> None:
    rows.update(revoked_on=timezone.now(), content="", events={}, etag="")


def look_up(token: str, sender: str) -> CalendarFeed | None:
    """The open feed of that token, with its owner's household; None where there is none.

    Raises TooMany for who asked for too many that never were, whatever is asked for then.
    """
    now = timezone.now()
    filed, by = _filed(token), digest({"feed asked by": sender})
    since = now - timedelta(seconds=GUESSES.seconds)
    guesses = Attempt.objects.filter(sender=by, at__gt=since)
    # Not counted by the database: that query costs more to write down than to answer.
    if len(guesses.values_list("account").distinct()[: GUESSES.amount]) >= GUESSES.amount:
        raise TooMany(GUESSES.seconds)
    rows = CalendarFeed.objects.select_related("owner__household").only(*LOOKED_AT)
    feed = rows.filter(token=filed).first()
    if feed is None:
        Attempt.objects.create(account=filed, sender=by, at=now)
        return None
    return feed if feed.revoked_on is None else None


def note_fetch(feed: CalendarFeed) -> None:
    """Not each time: a calendar may ask every minute."""
    now = timezone.now()
    if feed.fetched_on is None or not now - FETCH_NOTED < feed.fetched_on <= now:
        CalendarFeed.objects.filter(pk=feed.pk).update(fetched_on=now)


def stamp_of(household: HouseholdRow) -> str:
    """Which state of the household it is, and on which day."""
    return f"{household.revision} {household.today().isoformat()}"


def keep_feed(
    feed: CalendarFeed, *, written_of: str, content: str, etag: str, events: dict[str, Any]
) -> None:
    """What was written of the household in that state; not where it was revoked meanwhile."""
    rows = CalendarFeed.objects.filter(pk=feed.pk, revoked_on=None)
    rows.update(
        written_of=written_of, written_on=timezone.now(), content=content, etag=etag, events=events
    )


def forget_feeds(now: datetime) -> None:
    CalendarFeed.objects.filter(revoked_on__lt=now - REMEMBERED).delete()


def _filed(token: str) -> str:
    return digest({"feed": token})
