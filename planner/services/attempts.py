"""Wrong passwords, counted: of an account from anywhere, of a device that it knows, of a sender.

Who is above a wall is refused and told when to come again; nobody is kept waiting. Only wrong ones
count, and those refused do not, so that nobody can make a wall last. Accounts, senders and devices
are kept as keyed digests.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from planner.hashes import digest
from planner.models import Attempt


class Wall(NamedTuple):
    amount: int
    seconds: int


GUESSES = (Wall(5, 5 * 60), Wall(20, 24 * 60 * 60))  # for one account
SENDERS = Wall(20, 60 * 60)  # accounts that one sender gets wrong
KEPT = timedelta(days=1)


class TooMany(Exception):
    """Refused; `seconds` until the next try is looked at."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


def begin(*, account: str, sender: str, device: str | None) -> Attempt:
    """A try, counted as a wrong one until `forgive`: so that many at once count too.

    `device` is the id of one that signed in to the account before; what others guess does not
    keep it out, nor does what its neighbours do behind the same address. Raises TooMany.
    """
    now = timezone.now()
    mine = digest({"account": account})
    known = digest({"device": device, "account": account}) if device else ""
    made = Attempt.objects.create(
        account=mine, device=known, sender="" if known else digest({"sender": sender}), at=now
    )
    same = Attempt.objects.filter(account=mine, device=known)
    seconds = max(_above(same, GUESSES, now, made), 0 if known else _sprayed(made, now))
    if seconds:
        made.delete()
        raise TooMany(seconds)
    return made


def _above(rows: QuerySet[Attempt], walls: Iterable[Wall], now: datetime, made: Attempt) -> int:
    """Seconds until there is room below all of the walls; 0 where there is."""
    longest = max(wall.seconds for wall in walls)
    since = now - timedelta(seconds=longest)
    moments = list(
        rows.filter(at__gt=since).exclude(pk=made.pk).order_by("-at").values_list("at", flat=True)
    )
    waits = [0]
    for wall in walls:
        if len(moments) >= wall.amount:
            ends = moments[wall.amount - 1] + timedelta(seconds=wall.seconds)
            waits.append(int((ends - now).total_seconds()) + 1 if ends > now else 0)
    return max(waits)


def _sprayed(made: Attempt, now: datetime) -> int:
    """Seconds that a sender has to wait who got too many accounts wrong; 0 for all others.

    Accounts count, not tries: who mistypes their own keeps nobody out behind the same address.
    """
    since = now - timedelta(seconds=SENDERS.seconds)
    rows = Attempt.objects.filter(sender=made.sender, at__gt=since).exclude(pk=made.pk)
    last: dict[str, datetime] = {}
    for account, at in rows.order_by("at").values_list("account", "at"):
        last[account] = at
    if len(last) < SENDERS.amount:
        return 0
    ends = sorted(last.values())[-SENDERS.amount] + timedelta(seconds=SENDERS.seconds)
    return max(1, int((ends - now).total_seconds()) + 1)


def forgive(made: Attempt) -> None:
    """It was right."""
    made.delete()


def forget(account: str) -> None:
    """The password is another: what was guessed before is of no use."""
    Attempt.objects.filter(account=digest({"account": account})).delete()


def forget_old() -> None:
    Attempt.objects.filter(at__lt=timezone.now() - KEPT).delete()
