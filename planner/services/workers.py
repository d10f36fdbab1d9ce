"""Whether workers live, and what their tasks leave behind."""

from datetime import timedelta

from django.core.cache import cache
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

SEEN = "worker-seen"
SEEN_SECONDS = 60
KEPT_TASKS = timedelta(days=1)


def say_seen() -> None:
    """By a worker, every ten seconds."""
    cache.set(SEEN, True, SEEN_SECONDS)


def are_seen() -> bool:
    """Whether any worker spoke within the last minute."""
    return bool(cache.get(SEEN))


def forget_tasks() -> None:
    """Tasks of yesterday, those of killed workers among them: what they were for is known by rows
    of its own."""
    DBTaskResult.objects.filter(enqueued_at__lt=timezone.now() - KEPT_TASKS).delete()
