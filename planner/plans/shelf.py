"""Where records of plans are kept: one row for each, filed under the hash of their household."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from types import TracebackType
from typing import Any, Self

from django.db.models import Q
from django.utils import timezone

from planner.domain.household.household import OPTIMAL
from planner.models import KeptPlan, User

KEPT_PLANS = 21  # plan, ways, change, position, questions, remedies, optimum: now, and twice before

Record = dict[str, Any]


class Shelf:
    """What is kept of one person. Each record is looked for once; within `with` all that is put
    there is written together, at the end."""

    def __init__(self, owner: User) -> None:
        self._owner = owner
        self._known: dict[str, dict[str, Record | None]] = {}
        self._new: dict[str, dict[str, Record]] = {}
        self._waits = False

    def look(self, wanted: Mapping[str, Iterable[str]]) -> None:
        """Look for records, hash → names, in one go; what was looked for is known."""
        missing = {
            filed_under: {*names} - self._known.get(filed_under, {}).keys()
            for filed_under, names in wanted.items()
        }
        places = Q()
        for filed_under, names in missing.items():
            self._known.setdefault(filed_under, {}).update(dict.fromkeys(names))
            if names:
                places |= Q(household_hash=filed_under, strategy__in=names)
        if places:
            rows = KeptPlan.objects.owned_by(self._owner).filter(places)
            for filed_under, name, document in rows.values_list(
                "household_hash", "strategy", "document"
            ):
                self._known[filed_under][name] = document

    def find(self, filed_under: str, names: Iterable[str]) -> dict[str, Record]:
        """Those that are there, by name."""
        wanted = list(names)
        self.look({filed_under: wanted})
        known = {name: self._known[filed_under][name] for name in wanted}
        return {name: record for name, record in known.items() if record is not None}

    def put(self, filed_under: str, records: Mapping[str, Record]) -> None:
        self._known.setdefault(filed_under, {}).update(records)
        self._new.setdefault(filed_under, {}).update(records)
        if not self._waits:
            self._write()

    def _write(self) -> None:
        keep(self._owner.pk, self._new)
        self._new = {}

    def __enter__(self) -> Self:
        self._waits = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._waits = False
        if kind is None and self._new:
            self._write()


def keep(owner: int, records: Mapping[str, Mapping[str, Record]]) -> None:
    """Keep what was worked out of households of the user with that key, hash → name → record, and
    let go what is old.

    The newest optimum of an earlier day stays: what is asked about those days is asked by it.
    """
    # Two requests may compute the same at once: the same bytes, so either may stay.
    KeptPlan.objects.bulk_create(
        [
            KeptPlan(owner_id=owner, household_hash=filed_under, strategy=name, document=one)
            for filed_under, named in records.items()
            for name, one in named.items()
        ],
        ignore_conflicts=True,
    )
    held = KeptPlan.objects.owned_by(owner).order_by("-pk")
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(), time.min))
    followed = held.filter(strategy=OPTIMAL, created_on__lt=midnight).values("pk")[:1]
    held.exclude(pk__in=held.values("pk")[:KEPT_PLANS]).exclude(pk__in=followed).delete()
