"""Where a person is signed in: browser and system, when it began and when it was used last.

It stands in the session itself, which goes with signing out; no address of a visitor is kept.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from django.http import HttpRequest
from django.utils import timezone

from planner.hashes import digest
from planner.models import Session, User

# Codes of `browser` and `system` (see planner.words.devices).
Device = Mapping[str, str]

DEVICE, SEEN, BEGAN = "device", "seen", "signed_in_at"  # keys in the session


class SignedIn(NamedTuple):
    key: str
    device: Device
    began: datetime | None
    seen: datetime | None


def signed_in(user: User) -> list[SignedIn]:
    """Of the person, the one used last first; sessions that have ended are left out."""
    found = []
    for row in Session.objects.filter(owner=user, expire_date__gt=timezone.now()):
        held = row.get_decoded()
        found.append(
            SignedIn(
                key=row.session_key,
                device=held.get(DEVICE, {}),
                began=_moment(held.get(BEGAN)),
                seen=_moment(held.get(SEEN)),
            )
        )
    return sorted(found, key=lambda one: one.seen or datetime.min.replace(tzinfo=UTC), reverse=True)


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def sign_out_others(*, user: User, but: str) -> int:
    """End all sessions of the person but the one of that key; returns how many."""
    ended, _by_model = Session.objects.filter(owner=user).exclude(session_key=but).delete()
    return ended


def note_sign_in(*, request: HttpRequest, **_signal: object) -> None:
    """A session is in use from its first moment on (told by `user_logged_in`)."""
    request.session[SEEN] = timezone.now().timestamp()


def tell_later(*, user: User, device: Device, by: str) -> None:
    """Of a device that signed in for the first time; the device of the id `by` is not told."""
    told = {**device, "at": timezone.now().isoformat(), "by": digest({"device": by})}
    User.objects.filter(pk=user.pk).update(new_device=told)


def is_told_to(user: User, device: str | None) -> bool:
    """Whether the person, at a device of that id, is to hear of a new one."""
    held: Device | None = user.new_device
    if not held or device is None:
        return False
    return held["by"] != digest({"device": device})


def told(*, user: User) -> None:
    """The person has been shown it."""
    User.objects.filter(pk=user.pk).update(new_device=None)
    user.new_device = None
