"""Everything of a person as one file, and back from it.

A file comes from anywhere: it is read as strictly as a household's document, and what is wrong
with it is a sentence (RestoreRefused) and changes nothing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from planner.domain.household.contacts import contact_document, read_contact
from planner.domain.household.entries import KINDS, Known, read_history
from planner.domain.household.household import (
    CONTRACTS,
    FORMAT,
    VERSION,
    Household,
    household_document,
    parse_household,
    read_json,
)
from planner.domain.household.limits import (
    LIMITS,
    MAX_BYTES,
    MAX_PARTS,
    MAX_STEPS,
    parts_of,
    too_long,
)
from planner.domain.household.terms import read_terms
from planner.domain.ledger.replay import foreseen_steps
from planner.domain.values.reading import DocumentError, Fields, InvalidDocument
from planner.models import (
    ITEM_MODELS,
    TIME_ZONES,
    Arrangement,
    ContactEntry,
    HistoryEntry,
    HouseholdRow,
    Revision,
    User,
)
from planner.services import channels, devices, factors
from planner.services.changes import put, refuse_unreckonable, write
from planner.services.documents import SUBJECTS, document_of, history_row, household_of
from planner.services.errors import EntryRefused
from planner.words.language import one_line

EXPORT_FORMAT = "anhuan-export"
FIRST, LAST = date(1990, 1, 1), date(2099, 12, 31)
ARRANGED_DAYS = ("asked_on", "offered_on", "agreed_on", "ended_on")
LONGEST_NOTE = 2_000
LONGEST_TEXT = 2 * LONGEST_NOTE  # with what cannot be seen
# What cannot be seen, or turns the writing of what stands beside it; no form keeps these.
UNSEEN = re.compile("[\u061c\u200b\u200e\u200f\ufeff\u202a-\u202e\u2060-\u2064\u2066-\u2069]")
MOST_ARRANGEMENTS = 1_000
MOST_CONTACTS = 20_000
MOST_ROWS = 2 * LIMITS["history"]


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
            "used_on": user.used_on.isoformat(),
            "second_factors": factors.listed(user),
            "signed_in": [
                {
                    **one.device,
                    "began_on": one.began and one.began.isoformat(),
                    "used_on": one.seen and one.seen.isoformat(),
                }
                for one in devices.signed_in(user)
            ],
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
        "contacts": [
            {
                "entered_on": row.created_on.isoformat(),
                "entry": row.entry,
                "number": row.pk,
                "undoes": row.undoes_id,
            }
            for row in ContactEntry.objects.owned_by(user).order_by("pk")
        ],
        "reminders": channels.listed(user),
        "earlier": [
            {
                "saved_on": revision.created_on.isoformat(),
                "household": {k: v for k, v in revision.document.items() if k != "history"},
            }
            for revision in Revision.objects.owned_by(user)
        ],
    }


@dataclass(frozen=True, slots=True)
class HouseholdFile:
    """A file that was read and found good; nothing of it is stored yet.

    `history` are the rows of an export of everything, what was undone among them; None where the
    file has none, or more than `MOST_ROWS`: then only what stands is told.
    """

    household: Household
    history: Sequence[Mapping[str, Any]] | None
    arrangements: Sequence[Mapping[str, Any]]
    contacts: Sequence[Mapping[str, Any]]
    settings: Mapping[str, Any]


def read_file(raw: bytes) -> HouseholdFile:
    """The household's document, or the export of everything, from the bytes of a file.

    Reads and reckons, which takes seconds for the largest: never within a transaction. Raises
    RestoreRefused.
    """
    document, export = _read(raw)
    try:
        if errors := too_long(document):
            raise InvalidDocument(errors)
        household = parse_household(document)
        _reckon(household)
        export = export or {}
        history = None
        if export and _length(export, "history") <= MOST_ROWS:
            history = _read_history(export, household_document(household))
        return HouseholdFile(
            household,
            history,
            _read_arrangements(export),
            _read_contacts(export),
            _read_settings(export),
        )
    except InvalidDocument as invalid:
        raise _damaged(invalid.errors) from None


def _reckon(household: Household) -> None:
    """Raises RestoreRefused where the books cannot be reckoned, or not in time."""
    if foreseen_steps(household) > MAX_STEPS:
        said = _("From {day} until today this household holds more than can be worked out here.")
        raise RestoreRefused("too_much", said.format(day=household.as_of.isoformat()))
    try:
        if household.history:
            refuse_unreckonable(household)
    except EntryRefused as refused:
        raise RestoreRefused("history", str(refused)) from None


def restore_household(*, user: User, file: HouseholdFile, agrees: bool = False) -> None:
    """Make the household of a file the user's own; undo leads back.

    Where nothing has happened yet, the export of everything brings what was undone, the
    arrangements and the settings too; else only arrangements that are not here. Raises
    ConsentRequired.
    """
    write(user, lambda household: _restore(household, file), agrees=agrees)


def _restore(household: HouseholdRow, file: HouseholdFile) -> None:
    user, was_sample = household.owner, household.is_sample
    mine = Arrangement.objects.owned_by(user)
    is_blank = not mine.exists() and not HistoryEntry.objects.owned_by(user).exists()
    told = None
    if file.history is not None and is_blank:
        told = list(_history_rows(user, file.history))
    put(household, file.household, is_sample=False, told=told)
    if is_blank and file.settings:
        for name, value in file.settings.items():
            setattr(household, name, value)
        household.save(update_fields=list(file.settings))
    _bring_arrangements(user, file.arrangements)
    _bring_contacts(user, file.contacts)
    if was_sample:  # undo must not lead back to made-up figures
        Revision.objects.owned_by(user).delete()


def _length(export: Mapping[str, Any], name: str) -> int:
    found = export.get(name)
    return len(found) if isinstance(found, list) else 0


def _damaged(errors: Sequence[DocumentError]) -> RestoreRefused:
    if errors[0].code == "at_most":
        return _too_much(errors)
    said = _("The file is damaged or was changed: {place} is not as it should be.")
    place = errors[0].path or _("its beginning")
    return RestoreRefused("invalid", said.format(place=place), errors)


def _too_much(errors: Sequence[DocumentError] = ()) -> RestoreRefused:
    said = _(
        "The file holds more than a household can have here: at most {debts} debts, {accounts} "
        "accounts, {incomes} incomes, {expenses} expenses, {history} entries of what happened, "
        "and {rows} rows a debt."
    )
    return RestoreRefused("too_much", said.format(**LIMITS), errors)


# --- What is in the file ---------------------------------------------------------------------


def _read(raw: bytes) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The household of a file, and the export of everything that it stands in, if it does."""
    if len(raw) > MAX_BYTES:
        raise RestoreRefused(
            "too_large",
            _(
                "The file is larger than {limit} MB. If it is the export of everything, take the "
                "one of the household alone."
            ).format(limit=MAX_BYTES // 1_000_000),
        )
    if parts_of(raw) > MAX_PARTS:
        raise _too_much()
    try:
        document = read_json(raw.removeprefix(b"\xef\xbb\xbf"))
        _make_visible([document])
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


def _make_visible(value: Any) -> None:
    """Take `UNSEEN` out of each text within a list or an object of the file, in place.

    Texts that are too long to be anybody's are left: they are refused.
    """
    places = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in places:
        if isinstance(one, str):
            if len(one) <= LONGEST_TEXT and UNSEEN.search(one):
                value[key] = UNSEEN.sub("", one)
        elif isinstance(one, list | dict):
            _make_visible(one)


def _name_all(document: Mapping[str, Any]) -> None:
    """What has no name that can be seen is called by its id, as in every file."""
    for kind in ITEM_MODELS:
        entries = document.get(kind)
        for one in entries if isinstance(entries, list) else []:
            name = one.get("name") if isinstance(one, dict) else None
            if isinstance(name, str) and len(name) <= LONGEST_TEXT and not one_line(name):
                one["name"] = one.get("id")


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
    if _length(export, "arrangements") > MOST_ARRANGEMENTS:
        fields.fail("arrangements", "at_most", limit=MOST_ARRANGEMENTS)
        _raise(fields)
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


def _read_contacts(export: dict[str, Any]) -> list[dict[str, Any]]:
    """The log of contacts, oldest first; a counter-entry names what it undoes.

    Raises InvalidDocument.
    """
    fields = Fields(export, "", [])
    if _length(export, "contacts") > MOST_CONTACTS:
        fields.fail("contacts", "at_most", limit=MOST_CONTACTS)
        _raise(fields)
    rows: list[dict[str, Any]] = []
    open_numbers: set[int] = set()
    for item in fields.objects("contacts"):
        entry = item.child("entry", required=True)
        undoes = item.whole("undoes", None, low=1, high=2**63 - 1)
        row: dict[str, Any] = {
            "number": item.whole("number", low=1, high=2**63 - 1),
            "undoes": undoes,
            "entered_on": _moment(item),
            "contact": None if entry is None else read_contact(entry),
        }
        if entry is not None:
            entry.close()
        if undoes is not None and undoes not in open_numbers:
            item.contradict("undoes", "the number of an earlier entry that still stands")
        open_numbers -= {undoes}
        if undoes is None:
            open_numbers.add(row["number"])
        item.close()
        rows.append(row)
    _raise(fields)
    return rows


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


def _read_settings(export: Mapping[str, Any]) -> dict[str, Any]:
    """What days and pages are like there; what is not known here is left out."""
    told = export.get("settings")
    told = told if isinstance(told, dict) else {}
    changes: dict[str, Any] = {}
    if told.get("time_zone") in [zone for zone, _name in TIME_ZONES]:
        changes["time_zone"] = told["time_zone"]
    if isinstance(told.get("is_discreet"), bool):
        changes["is_discreet"] = told["is_discreet"]
    return changes


# --- Into rows ---------------------------------------------------------------------------------


def _history_rows(user: User, rows: Sequence[Mapping[str, Any]]) -> Iterator[HistoryEntry]:
    """The export's rows, so that what was undone is seen too."""
    made: dict[int, HistoryEntry] = {}
    for row in rows:
        if row["kind"] != HistoryEntry.UNDO:
            made[row["number"]] = history_row(user, row["entry"], row["entered_on"])
            yield made[row["number"]]
            continue
        undone = made[row["undoes"]]
        yield HistoryEntry(
            owner=user, on=undone.on, kind=HistoryEntry.UNDO, slug=undone.slug,
            entry=row["entry"], created_on=row["entered_on"], undoes=undone,
        )  # fmt: skip


def _bring_contacts(user: User, rows: Sequence[Mapping[str, Any]]) -> None:
    """Where none are here; the log is never mixed with another."""
    if ContactEntry.objects.owned_by(user).exists():
        return
    made: dict[int, ContactEntry] = {}
    for row in rows:
        contact = row["contact"]
        made[row["number"]] = ContactEntry.objects.create(
            owner=user,
            on=contact.on,
            entry=contact_document(contact),
            created_on=row["entered_on"],
            undoes=made[row["undoes"]] if row["undoes"] else None,
        )


def _bring_arrangements(user: User, rows: Sequence[Mapping[str, Any]]) -> None:
    """Those that are not here yet, oldest first; one agreed arrangement a debt."""
    held = list(Arrangement.objects.owned_by(user))
    known = {(one.debt, one.asked_on, one.note) for one in held}
    agreed = {one.debt for one in held if one.state == Arrangement.State.AGREED}
    Arrangement.objects.bulk_create(
        Arrangement(owner=user, **row)
        for row in reversed(rows)
        if (row["debt"], row["asked_on"], row["note"]) not in known
        and not (row["state"] == Arrangement.State.AGREED and row["debt"] in agreed)
    )
