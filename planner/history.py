"""What happened: entered by the person, asked of them, undone. Each service is one transaction.

Every entry takes the way of all changes: into the document's history, through the domain's parser
and its ledger, into rows. What cannot have happened is refused with a sentence (EntryRefused) and
changes nothing. Days are the person's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from planner import hashes, plan_store, services
from planner.domain.answers.unanswered import Question, Unanswered, unanswered
from planner.domain.household.household import Household as Position
from planner.domain.household.household import parse_household
from planner.domain.household.terms import owed_fen
from planner.domain.ledger.ledger import Transfer
from planner.domain.ledger.replay import stand
from planner.domain.values.money import MAX_FEN, format_yuan
from planner.models import Arrangement, HistoryEntry, Household, User
from planner.plan_store import Record
from planner.services import EntryRefused, StaleVersion
from planner.shown import followed_plan

QUESTIONS = "questions"
ARRANGED = ("arrangement", "arrangement_ended")
_DAY = timedelta(days=1)

_LISTS = {"debt": "debts", "income": "incomes", "expense": "expenses", "account": "accounts"}


# --- What is still to be asked ---------------------------------------------------------------


def open_questions(user: User, household: Household | None = None) -> list[Question]:
    """What was planned up to yesterday and has no answer, oldest first.

    Kept with the plans; `known_to` follows. `household` is its row, where that was read already.
    """
    if household is None:
        household = services.household_of(user)
    found = _unanswered(user, household)
    if household.is_lived and household.known_to != found.known_to:
        Household.objects.owned_by(user).filter(revision=household.revision).update(
            known_to=found.known_to
        )
        household.known_to = found.known_to
    return list(found.questions)


def _unanswered(user: User, household: Household) -> Unanswered:
    if not household.is_lived:
        return Unanswered((), (), household.as_of - _DAY)
    outline = services.outline_of(household)
    outline.pop("known_to", None)  # found out here
    known_to = household.answered_to
    name = f"{QUESTIONS} {known_to}"

    def compute(position: Position, names: list[str], _found: object) -> dict[str, Record]:
        found = unanswered(position, known_to, lambda past: followed_plan(user, past))
        # Asked again from the day they lead to, the questions are the same.
        return dict.fromkeys([*names, f"{QUESTIONS} {found.known_to}"], _written(found))

    return _read(plan_store.kept(user, [name], outline, compute)[name])


def _written(found: Unanswered) -> dict[str, Any]:
    def plain(one: Question | Transfer) -> dict[str, Any]:
        values = asdict(one) if isinstance(one, Question) else one._asdict()
        return {k: v.isoformat() if isinstance(v, date) else v for k, v in values.items()}

    return {
        "questions": [plain(one) for one in found.questions],
        "transfers": [plain(one) for one in found.transfers],
        "known_to": found.known_to.isoformat(),
    }


def _read(record: Mapping[str, Any]) -> Unanswered:
    def day(text: str | None) -> date | None:
        return None if text is None else date.fromisoformat(text)

    return Unanswered(
        tuple(
            Question(**one | {"on": day(one["on"]), "last_safe_on": day(one["last_safe_on"])})
            for one in record["questions"]
        ),
        tuple(Transfer(**one | {"on": day(one["on"])}) for one in record["transfers"]),
        date.fromisoformat(record["known_to"]),
    )


# --- Entering --------------------------------------------------------------------------------


@transaction.atomic
def record_payment(
    *,
    user: User,
    debt: str,
    on: date,
    amount_fen: int,
    account: str | None = None,
    planned_on: date | None = None,
    key: str = "",
) -> HistoryEntry:
    """A payment to a lender, from an account or (None) from elsewhere.

    `planned_on` is the day of the due or planned payment that it answers; before that day it pays
    the next row early. What it leaves unpaid of a due is answered with it.
    """
    entry = {
        "kind": "payment",
        "on": on.isoformat(),
        "debt": debt,
        "amount": _positive(amount_fen),
        "account": account,
        "planned_on": planned_on and planned_on.isoformat(),
    }
    return _enter(user, entry, key)


@transaction.atomic
def record_arrival(
    *,
    user: User,
    income: str,
    on: date,
    amount_fen: int,
    planned_on: date,
    account: str | None = None,
    key: str = "",
) -> HistoryEntry:
    """An income that arrived, whole or in part; 0 fen: it will not come."""
    return _enter(user, _move("income", user, income, on, amount_fen, planned_on, account), key)


@transaction.atomic
def record_expense(
    *,
    user: User,
    expense: str,
    on: date,
    amount_fen: int,
    planned_on: date,
    account: str | None = None,
    key: str = "",
) -> HistoryEntry:
    """Living costs that were paid; 0 fen: they did not come up."""
    return _enter(user, _move("expense", user, expense, on, amount_fen, planned_on, account), key)


def _move(
    kind: str,
    user: User,
    slug: str,
    on: date,
    amount_fen: int,
    planned_on: date,
    account: str | None,
) -> dict[str, Any]:
    model = services.ITEM_MODELS[_LISTS[kind]]
    row = model.objects.owned_by(user).filter(slug=slug).first()
    if row is None:
        raise _unknown()
    return {
        "kind": kind,
        "on": on.isoformat(),
        kind: slug,
        "planned_on": planned_on.isoformat(),
        "amount": _positive(amount_fen, low=0),
        "account": account or row.terms["account"],
    }


@transaction.atomic
def record_transfer(
    *, user: User, source: str, target: str, on: date, amount_fen: int, key: str = ""
) -> HistoryEntry:
    """Money moved between the person's own accounts."""
    if source == target:
        raise EntryRefused("same_account", _("Choose two different accounts."))
    entry = {
        "kind": "transfer",
        "on": on.isoformat(),
        "from": source,
        "to": target,
        "amount": _positive(amount_fen),
    }
    return _enter(user, entry, key)


@transaction.atomic
def answer_unpaid(*, user: User, debt: str, due_on: date, key: str = "") -> HistoryEntry:
    """The due, or planned payment, of that day was not paid; it is not asked about again."""
    today = services.household_of(user).today()
    if due_on > today:
        raise _future()
    entry = {
        "kind": "unpaid",
        "on": today.isoformat(),
        "debt": debt,
        "due_on": due_on.isoformat(),
    }
    return _enter(user, entry, key)


@transaction.atomic
def answer_as_planned(*, user: User, question: Question, key: str = "") -> int:
    """One question, as it was planned; returns the number of entries."""
    return _answer_all(user, lambda one: one.key == question.key, None, key)


@transaction.atomic
def answer_all_as_planned(
    *, user: User, up_to: date | None = None, revision: int | None = None, key: str = ""
) -> int:
    """Every open question up to that day (all, by default) as planned; the number of entries.

    `revision` is the household's counter that the person saw. Raises StaleVersion.
    """
    return _answer_all(user, lambda one: up_to is None or one.on <= up_to, revision, key)


def _answer_all(user: User, is_meant: Any, revision: int | None, key: str) -> int:
    household = services.locked(user)
    fingerprint = hashes.digest({"answer_all": key})
    done = services.done_before(user, key, fingerprint)
    if done is not None:
        return int(done)
    if revision not in (None, household.revision):
        raise StaleVersion
    found = _unanswered(user, household)
    meant = [one for one in found.questions if is_meant(one)]
    document = lived_document(household)
    days = {one.on for one in meant if one.kind == "payment"}
    entries = [
        {
            "kind": "transfer",
            "on": one.on.isoformat(),
            "from": one.source,
            "to": one.target,
            "amount": format_yuan(one.amount_fen),
        }
        for one in found.transfers
        if one.on in days
    ]
    entries += [_as_planned(one, document["planned_from"]) for one in meant]
    document["history"] += entries
    if entries:
        services.change(household, document)
    services.remember(user, key, fingerprint, str(len(entries)))
    return len(entries)


def _as_planned(one: Question, today: str) -> dict[str, Any]:
    on, amount = one.on.isoformat(), format_yuan(one.amount_fen)
    if one.kind != "payment":
        return {
            "kind": one.kind, "on": on, one.kind: one.slug, "planned_on": on, "amount": amount,
            "account": one.account,
        }  # fmt: skip
    if one.amount_fen == 0:
        return {"kind": "unpaid", "on": today, "debt": one.slug, "due_on": on}
    return {
        "kind": "payment", "on": on, "debt": one.slug, "amount": amount, "account": one.account,
        "planned_on": on,
    }  # fmt: skip


@transaction.atomic
def correct_debt(
    *,
    user: User,
    debt: str,
    terms: Mapping[str, Any],
    reason: str = "unknown",
    on: date | None = None,
    key: str = "",
) -> HistoryEntry:
    """The lender's own figures: the debt's whole terms, its contract among them, of a day.

    They are those at that moment (today, by default): what was entered before is in them.
    Raises InvalidDocument, paths as within the history.
    """
    document, household = _begun(user)
    on = on or date.fromisoformat(document["planned_from"])
    entry = {
        "kind": "correction",
        "on": on.isoformat(),
        "debt": debt,
        "terms": dict(terms),
        "reason": reason,
        "was": _owed(document, debt, on),
    }
    return _enter(user, entry, key)


def _owed(document: dict[str, Any], debt: str, on: date) -> str | None:
    """What the books say is owed on that day, as text."""
    then = document | {
        "planned_from": on.isoformat(),
        "history": [one for one in document["history"] if one["on"] <= on.isoformat()],
    }
    if on.isoformat() < document["as_of"]:
        return None  # refused in a moment
    position = {one.id: one for one in stand(parse_household(then)).debts}
    return format_yuan(owed_fen(position[debt].terms)) if debt in position else None


@transaction.atomic
def count_account(
    *, user: User, account: str, balance_fen: int, on: date | None = None, key: str = ""
) -> HistoryEntry:
    """What is really in an account; what was entered for that day before is in it."""
    document, household = _begun(user)
    on = on or date.fromisoformat(document["planned_from"])
    was = None
    if on.isoformat() == document["planned_from"]:
        balances = {one.id: one.balance_fen for one in stand(parse_household(document)).accounts}
        was = balances.get(account)
    entry = {
        "kind": "balance",
        "on": on.isoformat(),
        "account": account,
        "balance": _positive(balance_fen, low=0),
        "was": format_yuan(was) if was is not None and was >= 0 else None,
    }
    return _enter(user, entry, key)


@transaction.atomic
def undo_entry(*, user: User, entry: int, key: str = "") -> bool:
    """Take an entry back by a counter-entry; False where that was done already.

    With an arrangement goes its end. Raises HistoryEntry.DoesNotExist, and EntryRefused where
    a later payment or arrangement hangs on it.
    """
    household = services.locked(user)
    row = HistoryEntry.objects.owned_by(user).exclude(kind=HistoryEntry.UNDO).get(pk=entry)
    standing = list(HistoryEntry.objects.owned_by(user).standing())
    if row not in standing:
        return False
    document = services.document_of(household)
    steps = [one for one in standing if one.slug == row.slug and one.kind in ARRANGED]
    following = steps[steps.index(row) + 1 :] if row in steps else []
    gone = [row]
    if row.kind == "arrangement" and following and following[0].kind == "arrangement_ended":
        gone.append(following[0])
    if row.kind == "arrangement_ended" and following:
        raise EntryRefused(
            "arranged_again",
            _("Another arrangement was agreed on after it. Take that one back first."),
        )
    document["history"] = [one.entry for one in standing if one not in gone]
    services.change(household, document)
    return True


# --- Arrangements ----------------------------------------------------------------------------


@transaction.atomic
def ask_arrangement(
    *, user: User, debt: str, asked_on: date, note: str = "", terms: Mapping[str, Any] | None = None
) -> Arrangement:
    """Something was asked of a lender: more time, a new schedule."""
    household = services.locked(user)
    _refuse_unknown(user, "debt", debt)
    if asked_on > household.today():
        raise _future()
    return Arrangement.objects.create(
        owner=user, debt=debt, asked_on=asked_on, note=note, terms=terms and dict(terms)
    )


@transaction.atomic
def record_offer(
    *, user: User, arrangement: int, on: date, terms: Mapping[str, Any] | None = None
) -> Arrangement:
    """The lender offered something; `terms` may still be unknown."""
    household = services.locked(user)
    row = _arrangement(user, arrangement, "asked", "offered")
    if on > household.today():
        raise _future()
    row.state, row.offered_on = Arrangement.State.OFFERED, on
    row.terms = dict(terms) if terms else row.terms
    row.save(update_fields=["state", "offered_on", "terms"])
    return row


@transaction.atomic
def agree_arrangement(
    *,
    user: User,
    arrangement: int,
    on: date,
    terms: Mapping[str, Any],
    confirmed_by: str = "",
    key: str = "",
) -> Arrangement:
    """Both agreed: from that day the new schedule takes the place of the debt's.

    `terms` are whole terms with their contract, such as an instalment of listed rows. Raises
    InvalidDocument.
    """
    services.locked(user)
    row = _arrangement(user, arrangement, "asked", "offered", "agreed")
    if row.state == Arrangement.State.AGREED:
        return row
    if Arrangement.objects.owned_by(user).filter(debt=row.debt, state="agreed").exists():
        raise EntryRefused(
            "agreed_already", _("Another arrangement for this debt still holds. End it first.")
        )
    earlier = (
        HistoryEntry.objects.owned_by(user).standing().filter(slug=row.debt, kind__in=ARRANGED)
    )
    last = earlier.last()
    if last is not None and on < last.on:
        raise EntryRefused(
            "before_other",
            _("Another arrangement held until {day}; this one cannot begin before.").format(
                day=last.on.isoformat()
            ),
        )
    entry = {
        "kind": "arrangement",
        "on": on.isoformat(),
        "debt": row.debt,
        "terms": dict(terms),
    }
    made = _enter(user, entry, key)
    row.terms = made.entry["terms"]
    row.state, row.agreed_on, row.confirmed_by = Arrangement.State.AGREED, on, confirmed_by
    row.save(update_fields=["terms", "state", "agreed_on", "confirmed_by"])
    return row


@transaction.atomic
def break_arrangement(*, user: User, arrangement: int, on: date, key: str = "") -> Arrangement:
    """It was broken: the old schedule and its ladder hold again, with what was paid meanwhile."""
    services.locked(user)
    row = _arrangement(user, arrangement, "agreed", "broken")
    if row.state == Arrangement.State.BROKEN:
        return row
    if row.agreed_on is not None and on < row.agreed_on:
        raise EntryRefused("before_agreed", _("It was agreed only after that day."))
    _enter(user, _ended(row.debt, on), key)
    row.refresh_from_db()
    return row


@transaction.atomic
def keep_arrangement(*, user: User, arrangement: int, on: date) -> Arrangement:
    """It was kept to its end: the debt stands as it left it."""
    household = services.locked(user)
    row = _arrangement(user, arrangement, "agreed", "kept")
    if on > household.today():
        raise _future()
    if row.agreed_on is not None and on < row.agreed_on:
        raise EntryRefused("before_agreed", _("It was agreed only after that day."))
    row.state, row.ended_on = Arrangement.State.KEPT, on
    row.save(update_fields=["state", "ended_on"])
    return row


def document_if_broken(*, user: User, arrangement: int) -> dict[str, Any]:
    """The household's document if the arrangement were broken today: to say so beforehand."""
    document, _household = _begun(user)
    row = _arrangement(user, arrangement, "agreed")
    ended = _ended(row.debt, date.fromisoformat(document["planned_from"]))
    return document | {"history": [*document["history"], ended]}


def _ended(debt: str, on: date) -> dict[str, Any]:
    return {"kind": "arrangement_ended", "on": on.isoformat(), "debt": debt}


def _arrangement(user: User, pk: int, *states: str) -> Arrangement:
    row = Arrangement.objects.owned_by(user).get(pk=pk)
    if row.state not in states:
        raise EntryRefused(
            "wrong_state",
            _("This arrangement is {state} already.").format(state=row.get_state_display()),
        )
    return row


# --- The way of every entry ------------------------------------------------------------------


def lived_document(household: Household) -> dict[str, Any]:
    """The household's document with its history, which begins here where there is none yet."""
    document = services.document_of(household)
    if "planned_from" not in document:
        document |= {"planned_from": document["as_of"], "history": []}
    return document


def _begun(user: User) -> tuple[dict[str, Any], Household]:
    household = services.locked(user)
    return lived_document(household), household


def _enter(user: User, entry: dict[str, Any], key: str) -> HistoryEntry:
    document, household = _begun(user)
    told = {name: value for name, value in entry.items() if name != "was"}
    fingerprint = hashes.digest({"enter": told})
    if done := services.done_before(user, key, fingerprint):
        return HistoryEntry.objects.owned_by(user).get(pk=int(done))
    if household.is_sample:
        raise EntryRefused("sample", _("These are made-up figures. Enter your own first."))
    if entry["on"] > document["planned_from"]:
        raise _future()
    if entry["on"] < document["as_of"]:
        raise EntryRefused(
            "before_start",
            _("That is before {day}, the day of whose morning your figures are.").format(
                day=document["as_of"]
            ),
        )
    for name in _LISTS:
        if entry.get(name) is not None:
            _refuse_unknown(user, name, entry[name])
    for name in ("from", "to"):
        if name in entry:
            _refuse_unknown(user, "account", entry[name])
    document["history"].append(entry)
    services.change(household, document)
    made = HistoryEntry.objects.owned_by(user).exclude(kind=HistoryEntry.UNDO).latest("pk")
    services.remember(user, key, fingerprint, str(made.pk))
    return made


def _refuse_unknown(user: User, name: str, slug: str) -> None:
    model = services.ITEM_MODELS[_LISTS[name]]
    if not model.objects.owned_by(user).filter(slug=slug).exists():
        raise _unknown()


def _unknown() -> EntryRefused:
    return EntryRefused("unknown", _("It is gone by now: deleted in another window."))


def _future() -> EntryRefused:
    return EntryRefused("future", _("That day is still to come."))


def _positive(fen: int, low: int = 1) -> str:
    if not low <= fen <= MAX_FEN:
        raise EntryRefused(
            "amount",
            _("Enter an amount from {low} to {high}.").format(
                low=format_yuan(low), high=format_yuan(MAX_FEN)
            ),
        )
    return format_yuan(fen)


def entries_of(user: User, *, kind: str = "", slug: str = "") -> Sequence[HistoryEntry]:
    """All that was entered, newest first, undone ones with their `undone_by`; to be paged."""
    rows = HistoryEntry.objects.owned_by(user).exclude(kind=HistoryEntry.UNDO)
    if kind:
        rows = rows.filter(kind=kind)
    if slug:
        rows = rows.filter(slug=slug)
    return rows.select_related("undone_by").order_by("-on", "-pk")
