"""Accounts that nobody uses any more: told twice by mail, then deleted.

Only where the site is deployed and sends mail: elsewhere nobody could be told, and nothing is
deleted. A notice counts once the mail server has taken it.
"""

import logging
from collections.abc import Iterator
from datetime import date, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.models import CalendarFeed, User
from planner.services.documents import household_of
from planner.words.days import long_day
from planner.words.language import speaking

logger = logging.getLogger(__name__)

UNUSED_DAYS = 730
BETWEEN = timedelta(days=30)  # two notices, and the second and the end
NOTICES = 2
MOST_A_RUN = 500


def note_use(user: User) -> None:
    """The person was here today; what they were told of an end is void."""
    today = timezone.localdate()
    if user.is_guest or user.used_on == today:
        return
    fresh = {"used_on": today, "notices": 0, "noticed_on": None}
    User.objects.filter(pk=user.pk).update(**fresh)
    user.used_on, user.notices, user.noticed_on = today, 0, None


def unused(today: date) -> QuerySet[User]:
    """Members who were not here for two years, and whose calendar nobody asked for either."""
    since = today - timedelta(days=UNUSED_DAYS)
    asked_for = CalendarFeed.objects.filter(fetched_on__date__gt=since).values("owner")
    members = User.objects.filter(guest_since=None, used_on__lt=since)
    return members.exclude(pk__in=asked_for).order_by("used_on")


def forgotten() -> Iterator[User]:
    """Tells whose turn it is; gives those whose time is over, each within a transaction in which
    they are locked and still unused."""
    if not (settings.DEPLOYED and settings.MAIL_IS_SENT):
        return
    now, today = timezone.now(), timezone.localdate()
    waited = Q(noticed_on=None) | Q(noticed_on__lte=now - BETWEEN)
    for user in list(unused(today).filter(waited)[:MOST_A_RUN]):
        if user.notices < NOTICES:
            if not _tell(user, today):
                return  # the server takes no mail now: tomorrow again
            User.objects.filter(pk=user.pk, notices=user.notices).update(
                notices=user.notices + 1, noticed_on=now
            )
            continue
        with transaction.atomic():
            locked = unused(today).filter(pk=user.pk, notices=NOTICES).select_for_update().first()
            if locked is not None:
                logger.info("user %s was not here for %s days", user.pk, UNUSED_DAYS)
                yield locked


def _tell(user: User, today: date) -> bool:
    """Whether the mail server has taken it. No name and no amount is in it."""
    left = BETWEEN * (NOTICES - user.notices)
    with speaking(household_of(user).language or settings.LANGUAGE_CODE):
        said = {"day": long_day(today + left), "site": settings.SITE_URL}
        subject = " · ".join([_("Anhuan"), _("Your account is not used any more")])
        text = render_to_string("planner/mail/unused.txt", said)
    try:
        return bool(send_mail(subject, text, None, [user.email or ""]))
    except (SMTPException, OSError):
        logger.warning("no notice could be sent to user %s", user.pk)
        return False
