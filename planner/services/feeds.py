"""The private address of a calendar: made, looked up, revoked."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from planner.hashes import digest
from planner.models import Attempt, CalendarFeed, HouseholdRow, Reach, User
from planner.services.attempts import TooMany, Wall
from planner.services.reach import reach, reach_no_more, renew_soon

GUESSES = Wall(20, 60 * 60)  # addresses that nobody has, asked for by one sender
REMEMBERED = timedelta(days=365)  # an address that was revoked is no guess so long
FETCH_NOTED = timedelta(minutes=10)
# Calendars ask all day long, and the ORM takes longer to write this down than the database to
# answer it. The last select is one row whether there is a feed or not.
LOOK_UP = """
SELECT (SELECT COUNT(*) FROM (SELECT DISTINCT account FROM planner_attempt
                              WHERE sender = %s AND "at" > %s LIMIT %s) AS guessed),
       feed.id, feed.owner_id, feed.revoked_on IS NOT NULL,
       feed.fetched_on IS NOT NULL AND feed.fetched_on > %s AND feed.fetched_on <= %s,
       feed.written_of, feed.etag, household.revision, household.time_zone
FROM (SELECT 1) AS one
LEFT JOIN planner_calendarfeed AS feed ON feed.token = %s
LEFT JOIN planner_household AS household ON household.owner_id = feed.owner_id
"""


class Asked(NamedTuple):
    """What of an open feed has to be known to answer who asks for it."""

    pk: int
    owner: int
    is_noted: bool  # that it was asked for a moment ago
    etag: str  # "" before it was first written
    is_current: bool


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


def look_up(token: str, sender: str) -> Asked | None:
    """The open feed of that token; None where there is none.

    Raises TooMany for who asked for too many that never were, whatever is asked for then.
    """
    now = timezone.now()
    filed, by = _filed(token), digest({"feed asked by": sender})
    moment = connection.ops.adapt_datetimefield_value
    since = moment(now - timedelta(seconds=GUESSES.seconds))
    with connection.cursor() as cursor:
        cursor.execute(
            LOOK_UP, [by, since, GUESSES.amount, moment(now - FETCH_NOTED), moment(now), filed]
        )
        guesses, pk, owner, is_revoked, is_noted, *written, revision, zone = cursor.fetchone()
    if guesses >= GUESSES.amount:
        raise TooMany(GUESSES.seconds)
    if pk is None:
        Attempt.objects.create(account=filed, sender=by, at=now)
        return None
    if is_revoked:
        return None
    written_of, etag = written
    stamp = stamp_of(HouseholdRow(owner_id=owner, revision=revision, time_zone=zone))
    return Asked(pk, owner, bool(is_noted), etag, written_of == stamp)


def written(feed: Asked) -> tuple[str, str] | None:
    """The .ics as it was last written, and its tag; None where it was revoked just now."""
    rows = CalendarFeed.objects.filter(pk=feed.pk, revoked_on=None)
    return rows.values_list("content", "etag").first()


def note_fetch(feed: Asked) -> None:
    """Not each time: a calendar may ask every minute."""
    if not feed.is_noted:
        CalendarFeed.objects.filter(pk=feed.pk).update(fetched_on=timezone.now())


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
