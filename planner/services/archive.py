"""Everything of a person as one file, and back from it.

A file comes from anywhere: it is read as strictly as a household's document, and what is wrong
with it is a sentence (RestoreRefused) and changes nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from planner.domain.household.entries import KINDS, Known, read_history
from planner.domain.household.household import CONTRACTS, FORMAT, MAX_BYTES, VERSION, read_json
from planner.domain.household.terms import read_terms
from planner.domain.values.reading import DocumentError, Fields, InvalidDocument
from planner.models import (
    ITEM_MODELS,
    TIME_ZONES,
    Arrangement,
    HistoryEntry,
    HouseholdRow,
    Revision,
    User,
)
from planner.services.changes import change, write
from planner.services.documents import SUBJECTS, document_of, history_row, household_of
from planner.services.errors import EntryRefused
from planner.words.language import one_line

EXPORT_FORMAT = "anhuan-export"
FIRST, LAST = date(1990, 1, 1), date(2099, 12, 31)
ARRANGED_DAYS = ("asked_on", "offered_on", "agreed_on", "ended_on")
LONGEST_NOTE = 2_000
# What cannot be seen, or turns the writing of what stands beside it; no form keeps these.
UNSEEN = dict.fromkeys(
    [
        *(0x061C, 0x200B, 0x200E, 0x200F, 0xFEFF),
        *(*range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0x2066, 0x206A)),
    ]
)


class RestoreRefused(EntryRefused):
    """A file that is no household; nothing was changed. Its text is a sentence."""

    def __init__(self, code: str, sentence: str, errors: Sequence[DocumentError] = ()) -> None:
        super().__init__(code, sentence)
        self.errors = tuple(errors)


def export_of(user: User) -> dict[str, Any]:
    """Everything that is stored of a person, for them to take away; plans can be computed.

    Of the earlier households the history is left out: with `entered_on` and `undoes` it is
    told once for all of them.
    """
    household = household_of(user)
    rows = list(HistoryEntry.objects.owned_by(user).order_by("pk"))
    undone = {row.undoes_id for row in rows} | {row.pk for row in rows if row.undoes_id}
    standing = [row for row in rows if row.pk not in undone]
    household.entries = sorted(standing, key=lambda row: (row.on, row.pk))
    return {
        "format": EXPORT_FORMAT,
        "version": VERSION,
        "exported_on": timezone.now().isoformat(),
        "account": {
            "email": user.email,
            "joined_on": user.joined_on.isoformat(),
            "last_signed_in_on": user.last_login and user.last_login.isoformat(),
            "consented_on": household.consented_on and household.consented_on.isoformat(),
            "consent_version": household.consent_version,
        },
        "settings": {
            "language": household.language,
            "time_zone": household.time_zone,
            "is_discreet": household.is_discreet,
            "is_sample": household.is_sample,
        },
        "household": document_of(household),
        "history": [
            {
                "entered_on": row.created_on.isoformat(),
                "kind": row.kind,
                "entry": row.entry,
                "number": row.pk,
                "undoes": row.undoes_id,
            }
            for row in rows
        ],
        "arrangements": [row.document() for row in Arrangement.objects.owned_by(user)],
        "earlier": [
            {
                "saved_on": revision.created_on.isoformat(),
                "household": {k: v for k, v in revision.document.items() if k != "history"},
            }
            for revision in Revision.objects.owned_by(user)
        ],
    }


def restore_household(*, user: User, raw: bytes, agrees: bool = False) -> None:
    """Make the household of an exported file the user's own; undo leads back.

    Takes the household's document or the export of everything. Where nothing has happened yet,
    that export brings what was undone, the arrangements and the settings too; else only
    arrangements that are not here. Raises RestoreRefused, ConsentRequired.
    """
    document, export = _read(raw)
    write(user, lambda household: _restore(household, document, export), agrees=agrees)


def _restore(
    household: HouseholdRow, document: dict[str, Any], export: dict[str, Any] | None
) -> None:
    user, was_sample = household.owner, household.is_sample
    mine = Arrangement.objects.owned_by(user)
    is_blank = not mine.exists() and not HistoryEntry.objects.owned_by(user).exists()
    try:
        after = change(household, document, is_sample=False)
        if export is not None and is_blank:
            _bring_history(household, _read_history(export, after))
            _bring_settings(household, export)
        if export is not None:
            _bring_arrangements(user, _read_arrangements(export))
    except InvalidDocument as invalid:
        raise _damaged(invalid.errors) from None
    except EntryRefused as refused:
        raise RestoreRefused("history", str(refused)) from None
    if was_sample:  # undo must not lead back to made-up figures
        Revision.objects.owned_by(user).delete()


def _damaged(errors: Sequence[DocumentError]) -> RestoreRefused:
    said = _("The file is damaged or was changed: {place} is not as it should be.")
    place = errors[0].path or _("its beginning")
    return RestoreRefused("invalid", said.format(place=place), errors)


# --- What is in the file ---------------------------------------------------------------------


def _read(raw: bytes) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The household of a file, and the export of everything that it stands in, if it does."""
    if len(raw) > MAX_BYTES:
        raise RestoreRefused(
            "too_large",
            _("The file is larger than {limit} MB, which no household is.").format(
                limit=MAX_BYTES // 1_000_000
            ),
        )
    try:
        document = _visible(read_json(raw.removeprefix(b"\xef\xbb\xbf")))
    except (InvalidDocument, RecursionError) as invalid:
        raise RestoreRefused(
            "damaged",
            _("The file cannot be read: it is damaged, or no file of ours."),
            getattr(invalid, "errors", ()),
        ) from None
    export = None
    if isinstance(document, dict) and document.get("format") == EXPORT_FORMAT:
        _refuse_version(document)
        export, document = document, document.get("household")
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise RestoreRefused(
            "foreign", _("That is no household of ours. Choose the file you exported here.")
        )
    _refuse_version(document)
    _name_all(document)
    return document, export


def _visible(value: Any) -> Any:
    """A value of the file without `UNSEEN` in any of its texts."""
    if isinstance(value, str):
        return value.translate(UNSEEN)
    if isinstance(value, list):
        return [_visible(one) for one in value]
    if isinstance(value, dict):
        return {key: _visible(one) for key, one in value.items()}
    return value


def _name_all(document: Mapping[str, Any]) -> None:
    """What has no name that can be seen is called by its id, as in every file."""
    for kind in ITEM_MODELS:
        entries = document.get(kind)
        for one in entries if isinstance(entries, list) else []:
            if isinstance(one, dict) and isinstance(one.get("name"), str):
                one["name"] = one["name"] if one_line(one["name"]) else one.get("id")


def _refuse_version(document: Mapping[str, Any]) -> None:
    version = document.get("version")
    if version == VERSION:
        return
    if isinstance(version, int) and version > VERSION:
        raise RestoreRefused(
            "newer", _("The file comes from a newer version than this one. Update first.")
        )
    raise RestoreRefused("older", _("The file comes from a version that can no longer be read."))


def _read_history(export: dict[str, Any], document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of the export, those that stand being the household's own history.

    Raises InvalidDocument.
    """
    fields = Fields(export, "", [])
    rows: list[dict[str, Any]] = []
    numbers: dict[int, dict[str, Any]] = {}
    undone: set[int] = set()
    for item in fields.objects("history"):
        row = _read_row(item)
        if row["number"] in numbers:
            item.contradict("number", "once only")
        if row["kind"] == HistoryEntry.UNDO:
            what = numbers.get(row["undoes"], {})
            if row["undoes"] in undone or what.get("entry") != row["entry"]:
                item.contradict("undoes", "the number of an earlier entry like this one")
            undone.add(row["undoes"])
        else:
            numbers[row["number"]] = row
        rows.append(row)
    entries = [one for number, one in numbers.items() if number not in undone]
    entries.sort(key=lambda one: (str(one["entry"].get("on")), one["number"]))
    if [one["entry"] for one in entries] != document.get("history", []):
        fields.contradict("history", "the entries of household.history, and what was undone")
    for number in undone & numbers.keys():
        _check_entry(numbers[number]["entry"], fields)
    _raise(fields)
    return rows


def _read_row(item: Fields) -> dict[str, Any]:
    kind = item.choice("kind", [*KINDS, HistoryEntry.UNDO])
    row = {
        "kind": kind,
        "entry": item.written("entry"),
        "number": item.whole("number", low=1, high=2**63 - 1),
        "entered_on": _moment(item),
        "undoes": item.whole("undoes", None, low=1, high=2**63 - 1),
    }
    if (kind == HistoryEntry.UNDO) != (row["undoes"] is not None):
        item.contradict("undoes", "the number of an entry in a counter-entry, else null")
    if not isinstance(row["entry"], dict):
        item.contradict("entry", "an entry of a history")
        row["entry"] = {}
    elif kind not in (HistoryEntry.UNDO, row["entry"].get("kind")):
        item.contradict("kind", "that of the entry")
    item.close()
    return row


def _moment(item: Fields) -> datetime:
    try:
        moment = datetime.fromisoformat(item.text("entered_on"))
    except ValueError:
        moment = datetime.min
    if moment.tzinfo is None or not FIRST.year <= moment.year <= LAST.year:
        item.contradict("entered_on", "a moment with its offset, as in 2026-12-01T08:00:00+00:00")
    return moment


def _check_entry(entry: dict[str, Any], fields: Fields) -> None:
    """An entry that was undone may name what is gone by now; else it is one like any other."""
    named = Fields(entry, "history[].entry", fields.errors)
    names = [*SUBJECTS, "to"]
    slugs = frozenset(named.slug(one, set()) for one in names if entry.get(one) is not None)
    whole = Fields({"history": [entry]}, "", fields.errors)
    read_history(whole, Known(slugs, slugs, slugs, slugs), FIRST, LAST)


def _read_arrangements(export: dict[str, Any]) -> list[dict[str, Any]]:
    """Raises InvalidDocument."""
    fields = Fields(export, "", [])
    found, agreed = [], set()
    for item in fields.objects("arrangements"):
        row: dict[str, Any] = {
            "debt": item.slug("debt", set()),
            "state": item.choice("state", Arrangement.State.values),
            **{name: item.optional_day(name) for name in ARRANGED_DAYS},
            "confirmed_by": item.text("confirmed_by", longest=LONGEST_NOTE),
            "note": item.text("note", longest=LONGEST_NOTE),
            "terms": item.written("terms"),
        }
        if list(_missing_days(row)):
            item.contradict("state", "one that its dates lead to")
        if row["state"] == Arrangement.State.AGREED and row["debt"] in agreed:
            item.contradict("state", "one agreed arrangement a debt")
        agreed |= {row["debt"]} if row["state"] == Arrangement.State.AGREED else set()
        terms = item.child("terms")
        if terms is not None:
            read_terms(terms.choice("contract", CONTRACTS), terms, FIRST)
            terms.close()
        item.close()
        found.append(row)
    _raise(fields)
    return found


def _missing_days(row: Mapping[str, Any]) -> Iterator[str]:
    """The days that an arrangement of that state has, and this one has not or should not."""
    needed = {
        "asked": ["asked_on"],
        "offered": ["asked_on", "offered_on"],
        "agreed": ["asked_on", "agreed_on"],
    }
    ended = ["asked_on", "agreed_on", "ended_on"]
    yield from (name for name in needed.get(row["state"], ended) if row[name] is None)
    if row["state"] in needed and row["ended_on"] is not None:
        yield "ended_on"


def _raise(fields: Fields) -> None:
    if fields.errors:
        raise InvalidDocument(fields.errors)


# --- Into rows ---------------------------------------------------------------------------------


def _bring_history(household: HouseholdRow, rows: Sequence[Mapping[str, Any]]) -> None:
    """The export's rows in place of those just written, so that what was undone is seen too."""
    user = household.owner
    HistoryEntry.objects.owned_by(user).delete()
    made = {
        row["number"]: history_row(user, row["entry"], row["entered_on"])
        for row in rows
        if row["kind"] != HistoryEntry.UNDO
    }
    HistoryEntry.objects.bulk_create(made.values())
    HistoryEntry.objects.bulk_create(
        HistoryEntry(
            owner=user, on=made[row["undoes"]].on, kind=HistoryEntry.UNDO,
            slug=made[row["undoes"]].slug, entry=row["entry"], created_on=row["entered_on"],
            undoes=made[row["undoes"]],
        )
        for row in rows
        if row["kind"] == HistoryEntry.UNDO
    )  # fmt: skip
    household.enter(list(HistoryEntry.objects.owned_by(user).standing()))


def _bring_arrangements(user: User, rows: Sequence[dict[str, Any]]) -> None:
    """Those that are not here yet, oldest first; one agreed arrangement a debt."""
    held = list(Arrangement.objects.owned_by(user))
    known = [(one.debt, one.asked_on, one.note) for one in held]
    agreed = {one.debt for one in held if one.state == Arrangement.State.AGREED}
    for row in reversed(rows):
        is_second = row["state"] == Arrangement.State.AGREED and row["debt"] in agreed
        if (row["debt"], row["asked_on"], row["note"]) not in known and not is_second:
            Arrangement.objects.create(owner=user, **row)


def _bring_settings(household: HouseholdRow, export: Mapping[str, Any]) -> None:
    """What days and pages are like there; what is not known here stays as it is."""
    told = export.get("settings")
    told = told if isinstance(told, dict) else {}
    if told.get("time_zone") in [zone for zone, _name in TIME_ZONES]:
        household.time_zone = told["time_zone"]
    if isinstance(told.get("is_discreet"), bool):
        household.is_discreet = told["is_discreet"]
    household.save(update_fields=["time_zone", "is_discreet"])
