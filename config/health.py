"""Whether the server lives, and whether it can serve: for those who watch it, nobody's data."""

from collections.abc import Callable
from functools import cache

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from planner import keys
from planner.services import workers


@require_GET
@login_not_required
def live(request: HttpRequest) -> HttpResponse:
    """It answers. Nothing is asked for that could be away."""
    return JsonResponse({"live": True})


@require_GET
@login_not_required
def ready(request: HttpRequest) -> HttpResponse:
    """503 with the names of what is missing; whoever balances load sends nobody here then."""
    found = {name: _holds(check) for name, check in CHECKS.items()}
    return JsonResponse(found, status=200 if all(found.values()) else 503)


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:  # whatever keeps it from answering keeps it from serving
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone())


@cache  # once it holds it goes on to hold: this program knows no later ones
def _migrations() -> bool:
    executor = MigrationExecutor(connection)
    if missing := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise LookupError(f"{len(missing)} migrations are missing")
    return True


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database,
    "migrations": _migrations,
    "key": keys.fit,
    "worker": workers.are_seen,
}
