"""Rows ↔ document: a household's rows as the core reads them, and a document as rows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import get_language

from planner.domain.household.household import (
    Household,
    parse_household,
)
from planner.domain.ledger.replay import stand
from planner.domain.values.money import parse_yuan
from planner.hashes import canonical, history_hash
from planner.models import (
    ITEM_MODELS,
    Arrangement,
    HistoryEntry,
    HouseholdRow,
    Item,
    User,
)
from planner.services.errors import Overtaken

DAY_KEYS = ("planned_from", "known_to")  # which only say how many days have passed
ARRANGED = ("arrangement", "arrangement_ended")
UNDONE_AT_ONCE = 500  # rows of one statement
SUBJECTS = ("debt", "income", "expense", "account", "from")  # whom an entry concerns, first wins


# --- Households --------------------------------------------------------------------------------


# The rules by which plans are made, by the month in which they last changed what is planned;
# raise it with such a change: those whose plans become others are told (see PlanPage.news).
RULES = "2026-12"


def household_of(user: User) -> HouseholdRow:
    """The user's settings row, made on first use."""
    household, _created = HouseholdRow.objects.get_or_create(
        owner=user,
        defaults={
            "as_of": timezone.localdate(),
            "language": get_language() or "zh-hans",
            "rules_told": RULES,
        },
    )
    household.owner = user
    return household


def household_document_of(user: User) -> dict[str, Any]:
    """The document of the user's rows."""
    return document_of(household_of(user))


def document_of(household: HouseholdRow) -> dict[str, Any]:
    """The household's document, from its rows."""
    document = household.head() | _lists(household)
    history = [row.entry for row in household.entries]
    if not household.is_lived:
        return document
    return document | _lived(household) | {"history": history}


def _lived(household: HouseholdRow) -> dict[str, str]:
    """Which day the plan runs from, and up to which one all is answered."""
    lived = {"planned_from": household.planned_from.isoformat()}
    if household.answered_to >= household.as_of:
        lived["known_to"] = household.answered_to.isoformat()
    return lived


def _lists(household: HouseholdRow) -> dict[str, Any]:
    return {kind: [row.document() for row in rows] for kind, rows in household.items.items()}


def outline_of(household: HouseholdRow) -> dict[str, Any]:
    """The document with a hash in place of the history: enough to find what is kept of it."""
    document = household.head() | _lists(household)
    if not household.is_lived:
        return document
    return document | _lived(household) | {"history_hash": household.history_hash}


def household_from(household: HouseholdRow) -> Household:
    """As the core reads it, with its history: parsed once for as long as its rows stay the same.

    Raises Overtaken where the history is another by now than when the row was read.
    """
    parsed = household.parsed
    if parsed is None:
        if household.is_lived and history_hash([r.entry for r in household.entries]) != (
            household.history_hash
        ):
            raise Overtaken
        parsed = household.parsed = parse_household(document_of(household))
    if not household.is_lived:
        return parsed
    # Days pass, and questions find their answers, without a change of figures.
    known_to = max(household.answered_to, household.as_of - timedelta(days=1))
    return replace(parsed, planned_from=household.planned_from, known_to=known_to)


def position_of(household: HouseholdRow) -> Household:
    """How it stands on the morning from which the plan runs, its history laid onto its figures.

    Raises PaymentRefused, Overtaken.
    """
    if household.position is None or household.position.as_of != household.planned_from:
        # Its days begin anew there: what was asked about the days before is in its figures.
        position = stand(household_from(household))
        household.position = replace(position, known_to=position.as_of - timedelta(days=1))
    return household.position


def write_household(
    household: HouseholdRow,
    parsed: Household,
    document: Mapping[str, Any],
    told: Sequence[HistoryEntry] | None = None,
) -> None:
    """Into rows. Rows that stay the same are not touched and keep their version.

    `document` is that of `parsed`; `told` are all rows of the history, what was undone among them,
    where none of it is here yet.
    """
    as_of = date.fromisoformat(document["as_of"])
    _write_history(household, as_of, document.get("history", []), document.get("known_to"), told)
    household.as_of = as_of
    household.buffer_fen = parse_yuan(document["buffer"])
    household.strategy = document["strategy"]
    household.order = document["order"]
    household.triage_order = document["triage_order"]
    household.revision += 1
    household.save(
        update_fields=[
            "as_of", "buffer_fen", "strategy", "order", "triage_order", "revision", "is_sample",
            "known_to", "history_hash",
        ]
    )  # fmt: skip
    household.parsed, household.position = parsed, None
    household.items = {
        kind: _write_items(ITEM_MODELS[kind], household.owner, rows, document[kind])
        for kind, rows in household.items.items()
    }


def _write_history(
    household: HouseholdRow,
    as_of: date,
    history: list[dict[str, Any]],
    known_to: str | None,
    told: Sequence[HistoryEntry] | None,
) -> None:
    """Make the history stand: day by day, what differs is undone and entered anew.

    Rows are only added. What was answered by an entry that goes is open again, whatever the
    document says of the day up to which all is known.
    """
    undone: list[HistoryEntry] = []
    if told is None:
        undone = _lay_over(household, history)
    else:
        _bring(household, told)
    household.history_hash = history_hash(history)
    reopened = [_answered_day(row.entry) - timedelta(days=1) for row in undone]
    told_to = date.min if known_to is None else date.fromisoformat(known_to)
    household.known_to = max(as_of - timedelta(days=1), min([told_to, *reopened]))


def _bring(household: HouseholdRow, told: Sequence[HistoryEntry]) -> None:
    """Write rows where none is; a counter-entry needs the number of what it undoes."""
    entries = [row for row in told if row.kind != HistoryEntry.UNDO]
    counters = [row for row in told if row.kind == HistoryEntry.UNDO]
    HistoryEntry.objects.bulk_create(entries)
    HistoryEntry.objects.bulk_create(counters)
    undone = {id(row.undoes) for row in counters}
    standing = [row for row in entries if id(row) not in undone]
    household.enter(sorted(standing, key=lambda row: (row.on, row.pk)))


def _lay_over(household: HouseholdRow, history: list[dict[str, Any]]) -> list[HistoryEntry]:
    """Undo the rows that are no longer so, enter what is new; returns the rows undone."""
    held: dict[str, list[HistoryEntry]] = {}
    for row in household.entries:
        held.setdefault(row.on.isoformat(), []).append(row)
    wanted: dict[str, list[dict[str, Any]]] = {}
    for entry in history:
        wanted.setdefault(entry["on"], []).append(entry)
    undone, new = [], []
    for day in sorted(held.keys() | wanted.keys()):
        rows, entries = held.get(day, []), wanted.get(day, [])
        same = 0
        while same < min(len(rows), len(entries)) and rows[same].entry == entries[same]:
            same += 1
        undone += rows[same:]
        new += entries[same:]
    owner = household.owner
    _undo(undone)
    made = HistoryEntry.objects.bulk_create([history_row(owner, entry) for entry in new])
    gone_rows = {row.pk for row in undone}
    standing = [row for row in household.entries if row.pk not in gone_rows] + made
    household.enter(sorted(standing, key=lambda row: (row.on, row.pk)))
    gone = {canonical(row.entry): row.entry for row in undone}
    come = {canonical(entry): entry for entry in new}
    # What is in both stands only in another place of its day.
    _tie_arrangements(
        household,
        [entry for key, entry in gone.items() if key not in come],
        [entry for key, entry in come.items() if key not in gone],
    )
    return undone


def _undo(rows: Sequence[HistoryEntry]) -> None:
    """Enter what undoes them. There may be thousands: the entries are copied as they are encrypted
    there."""
    quoted = connection.ops.quote_name
    table = quoted(HistoryEntry._meta.db_table)
    same = [quoted(name) for name in ("owner_id", "on", "slug", "entry")]
    columns = ", ".join([*same, *map(quoted, ("kind", "created_on", "undoes_id"))])
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        for first in range(0, len(rows), UNDONE_AT_ONCE):
            keys = [row.pk for row in rows[first : first + UNDONE_AT_ONCE]]
            places = ", ".join(["%s"] * len(keys))
            cursor.execute(
                f"INSERT INTO {table} ({columns}) SELECT {', '.join(same)}, %s, %s, id "
                f"FROM {table} WHERE id IN ({places}) ORDER BY id",
                [HistoryEntry.UNDO, now, *keys],
            )


def history_row(
    owner: User, entry: dict[str, Any], entered_on: datetime | None = None
) -> HistoryEntry:
    on, kind, slug = columns_of(entry)
    return HistoryEntry(
        owner=owner, on=date.fromisoformat(on), kind=kind, slug=slug, entry=entry,
        created_on=entered_on or timezone.now(),
    )  # fmt: skip


def _answered_day(entry: Mapping[str, Any]) -> date:
    days = [entry["on"], entry.get("planned_on"), entry.get("due_on")]
    return date.fromisoformat(min(day for day in days if day))


def _tie_arrangements(
    household: HouseholdRow, undone: list[dict[str, Any]], new: list[dict[str, Any]]
) -> None:
    """Arrangements follow the entries that stand for them: back when these go, on when they
    come again."""
    rows = Arrangement.objects.owned_by(household.owner_id)
    state = Arrangement.State
    for entry in reversed([entry for entry in undone if entry["kind"] in ARRANGED]):
        mine = rows.filter(debt=entry["debt"])
        if entry["kind"] == "arrangement_ended":
            mine.filter(state=state.BROKEN, ended_on=entry["on"]).update(
                state=state.AGREED, ended_on=None
            )
        if entry["kind"] == "arrangement":
            agreed = mine.filter(state__in=[state.AGREED, state.KEPT], agreed_on=entry["on"])
            agreed.update(state=state.OFFERED, offered_on=entry["on"], ended_on=None)
    for entry in [entry for entry in new if entry["kind"] in ARRANGED]:
        mine = rows.filter(debt=entry["debt"])
        if entry["kind"] == "arrangement":
            again = [row for row in mine.filter(state=state.OFFERED) if row.terms == entry["terms"]]
            for row in again[:1]:
                rows.filter(pk=row.pk).update(state=state.AGREED, agreed_on=entry["on"])
        if entry["kind"] == "arrangement_ended":
            mine.filter(state=state.AGREED).update(state=state.BROKEN, ended_on=entry["on"])


def _write_items(
    model: type[Item], owner: User, held: Sequence[Item], entries: list[dict[str, Any]]
) -> list[Item]:
    """The rows as they are then, in their order."""
    rows = {row.slug: row for row in held}
    standing, new, changed = [], [], []
    for position, entry in enumerate(entries):
        terms = {key: value for key, value in entry.items() if key not in ("id", *model.texts)}
        fields = {key: entry[key] for key in model.texts} | {"terms": terms}
        row = rows.pop(entry["id"], None)
        if row is None:
            new.append(model(owner=owner, slug=entry["id"], position=position, **fields))
            standing.append(new[-1])
            continue
        standing.append(row)
        if any(getattr(row, name) != value for name, value in fields.items()):
            row.version += 1
        elif row.position == position:
            continue
        for name, value in (fields | {"position": position}).items():
            setattr(row, name, value)
        changed.append(row)
    if rows:
        model.objects.owned_by(owner).filter(slug__in=list(rows)).delete()
    written = ["position", "version", "terms", *model.texts]
    if len(changed) == 1:
        changed[0].save(update_fields=written)  # several times as fast as a bulk of one
    else:
        model.objects.bulk_update(changed, written)
    model.objects.bulk_create(new)
    return standing


def has_figures(user: User) -> bool:
    """Whether there is anything in the user's household that could be lost."""
    return any(model.objects.owned_by(user).exists() for model in ITEM_MODELS.values())


def columns_of(entry: Mapping[str, Any]) -> tuple[str, str, str]:
    """Day, kind and item of an entry, as the columns of its row tell them."""
    return entry["on"], entry["kind"], next(entry[key] for key in SUBJECTS if entry.get(key))
