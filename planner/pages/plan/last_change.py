"""What the last change did, in words: reckoned once, and kept with the plans it is told by."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from planner import hashes
from planner.domain.answers.optimum_record import ReadOptimum
from planner.domain.answers.ways import Ways, read_ways
from planner.domain.household.household import OPTIMAL
from planner.domain.plan.plan import Outcome
from planner.models import ITEM_MODELS, HistoryEntry, HouseholdRow, Revision
from planner.pages.plan.figures import FIGURES
from planner.plans.current import Current
from planner.plans.kept import STANDING, WAYS, Beside, standing_household, stored_plans
from planner.plans.shelf import Record
from planner.services.documents import DAY_KEYS
from planner.words.change import change_line
from planner.words.figures import Amounts


class LastChange(NamedTuple):
    """The ids it touched, and what it did: by language, with amounts and without."""

    touched: Sequence[str]
    said: Mapping[str, Sequence[str]]

    def words(self, hidden: bool) -> str:
        return self.said[get_language()][hidden] if self.said else ""


def changes(current: Current) -> dict[str, Beside]:
    """What the last change did, by the rules of thumb, and by two optima once they are there.

    Filed by the household's counter: the same figures may be reached by several changes.
    """
    name = f"change-{current.row.revision}"
    found: dict[str, Beside] = {name: lambda found: _last_change(current, found, None)}
    if current.row.strategy == OPTIMAL:
        found[f"{name}-o"] = lambda found: _change_of_optima(current, found)
    return found


def _change_of_optima(current: Current, found: Mapping[str, Record]) -> Record | None:
    if OPTIMAL not in found:
        return None
    return _last_change(current, found, ReadOptimum(found[OPTIMAL], current.position).outcome)


def _last_change(current: Current, found: Mapping[str, Record], optimum: Outcome | None) -> Record:
    """What the last change touched and did, in each language, to be kept with the plans."""
    before = _before(current)
    if before is None:
        return {"touched": [], "said": {}}
    earlier = {(kind, one["id"]): one for kind in FIGURES for one in before[kind]}
    touched = [
        one["id"]
        for kind in FIGURES
        for one in current.document[kind]
        if earlier.get((kind, one["id"])) not in (None, one)
    ]
    ways = read_ways(found[WAYS])
    say = _told(current, before) or _effect(current, before, ways, optimum)
    said = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            said[language] = [say(Amounts(hidden)) for hidden in (False, True)]
    return {"touched": touched, "said": said}


def _before(current: Current) -> Mapping[str, Any] | None:
    """The household before the last change; None after an undo, or while it began: before
    there was both something owed and something to pay it from.
    """
    if current.row.before is not None:
        before = current.row.before
    else:
        revision = Revision.objects.owned_by(current.owner).first()
        if revision is None or revision.number != current.row.revision - 1:
            return None
        before = revision.document
    has_begun = before["debts"] and (before["incomes"] or before["accounts"])
    return before if has_begun else None


def _told(current: Current, before: Mapping[str, Any]) -> Callable[[Amounts], str] | None:
    """That something was written down, where that and no figure was the last change."""
    if hashes.history_hash(before.get("history", [])) == current.row.history_hash:
        return None
    if any(before[kind] != current.document[kind] for kind in ITEM_MODELS):
        return None
    last = HistoryEntry.objects.owned_by(current.owner).order_by("pk").last()
    if last is None or last.kind in ("correction", "balance", "arrangement"):
        return None
    if last.kind == HistoryEntry.UNDO:
        return lambda _amounts: _("Taken back. The plan goes on without it.")
    return lambda _amounts: _("Written down. The plan goes on from there.")


def _effect(
    current: Current, before: Mapping[str, Any], ways: Ways, optimum: Outcome | None
) -> Callable[[Amounts], str]:
    document = _as_of_today(before, current.document)
    names = [WAYS, OPTIMAL] if optimum else [WAYS]
    found = stored_plans(user=current.owner, names=names, document=document, shelf=current.shelf)
    earlier = current.row.stood or standing_household(
        current.owner, document, beside=current.position, shelf=current.shelf
    )
    # The change is told by two plans of one kind: not by a rule and an optimum.
    is_there = OPTIMAL in found
    past = ReadOptimum(found[OPTIMAL], earlier).outcome if is_there else None
    was = _outcome(earlier.strategy, read_ways(found[WAYS]), past)
    now = _outcome(current.position.strategy, ways, optimum if is_there else None)
    return lambda amounts: change_line((earlier, was), (current.position, now), amounts)


def _as_of_today(before: Mapping[str, Any], outline: Mapping[str, Any]) -> dict[str, Any]:
    """The household before the change, had as many days passed."""
    if "planned_from" not in outline:
        return dict(before)
    passed = {key: outline.get(key) for key in DAY_KEYS}
    return {**before, **{key: day for key, day in passed.items() if day}}


def wanted(row: HouseholdRow, outline: Mapping[str, Any]) -> dict[str, list[str]]:
    """What will be looked for of the household before the change, filed under its hash."""
    if row.before is None:
        return {}
    return {hashes.household_hash(_as_of_today(row.before, outline)): [WAYS, STANDING, OPTIMAL]}


def _outcome(strategy: str, ways: Ways, optimum: Outcome | None) -> Outcome:
    if strategy == OPTIMAL:
        return optimum or ways.outcomes[ways.best]
    return ways.outcomes[strategy]
