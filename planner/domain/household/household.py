"""What a plan is made from: accounts, incomes, living expenses, debts, and their document.

The document is the JSON that a person exports and restores and that the command reads;
`read_household` takes its bytes, `parse_household` the decoded object, and
`household_document` writes it back: parsing what it wrote gives the same household, and
writing that gives the same document. Unknown keys, wrong types and contradictions are
collected in one `InvalidDocument`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any, Final, NoReturn

from planner.domain.household.entries import Entry, Known, history_document, read_history
from planner.domain.household.limits import (
    MAX_BYTES,
    MAX_PARTS,
    MAX_TEXT_BYTES,
    has_long_stretch,
    parts_of,
    too_long,
)
from planner.domain.household.terms import Terms, read_terms, terms_document
from planner.domain.rulebook.ladders import EVENTS, Rung, read_ladder, rung_document
from planner.domain.rulebook.products import load_products
from planner.domain.rulebook.rule_files import FIGURE_KEYS
from planner.domain.values.days import Adjust, EveryDays, Monthly, Once, Recurrence, Weekly
from planner.domain.values.money import format_yuan, parse_yuan
from planner.domain.values.reading import MOST_ERRORS, DocumentError, Fields, InvalidDocument

FORMAT = "repayment-household"
VERSION = 1
OPTIMAL: Final = "optimal"
WAYS: Final = ("minimum", "avalanche", "snowball", "custom", OPTIMAL)
CONTRACTS = ("revolving", "instalment", "open")
ACCOUNT_KINDS = (
    "debit_card",
    "alipay_balance",
    "yuebao",
    "wechat_balance",
    "cash",
    "other",
)
BUREAUS = ("pboc", "zhima")
MAX_GRACE_DAYS = 27  # shorter than any month: one due's grace ends before the next due
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ADJUSTMENTS: tuple[Adjust, ...] = ("none", "previous_workday", "next_workday")


@dataclass(frozen=True, slots=True)
class Account:
    """Money at hand on the morning of `as_of`."""

    id: str
    name: str
    kind: str
    balance_fen: int


@dataclass(frozen=True, slots=True)
class Income:
    """Money that arrives; `first` and `until` bound the unmoved dates, both included."""

    id: str
    name: str
    amount_fen: int
    account: str
    on: Recurrence
    first: date
    until: date | None
    adjust: Adjust
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Expense:
    """Living costs, always paid; `first` and `until` bound the dates, both included."""

    id: str
    name: str
    amount_fen: int
    account: str
    on: Recurrence
    first: date
    until: date | None
    is_essential: bool


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a debt, such as a summons: its rung and the day."""

    rung: str
    on: date


@dataclass(frozen=True, slots=True)
class Debt:
    """One contract. `ladder` None means the product's; `autopay` is in the lender's order.

    `autopay_known`: whether the person said so; where they did not, who knows whom the lender
    may take from. `confirmed` are the keys of what the person compared with their own contract.
    """

    id: str
    name: str
    product: str | None
    contract: str
    grace_days: int
    tolerance_fen: int
    autopay: tuple[str, ...]
    autopay_known: bool
    reports_to: tuple[str, ...]
    ladder: tuple[Rung, ...] | None
    events: tuple[Event, ...]
    note: str
    signed_on: date | None
    quoted_rate: str | None
    confirmed: tuple[str, ...]
    terms: Terms

    def rungs(self) -> tuple[Rung, ...]:
        """The ladder that holds: the debt's own, else its product's, else none."""
        return _ladder_that_holds(self.ladder, self.product)


def _ladder_that_holds(ladder: tuple[Rung, ...] | None, product: str | None) -> tuple[Rung, ...]:
    if ladder is not None:
        return ladder
    held = load_products().get(product or "")
    return () if held is None else held.ladder


@dataclass(frozen=True, slots=True)
class Household:
    """Everything a plan is made from, as it stands on the morning of `as_of`.

    `history` is what happened since, by day; the plan runs from the morning of
    `planned_from`, which is `as_of` where no day has passed. All that was planned up to
    `known_to`, that day included, is answered: the day before `as_of` at the earliest.
    """

    as_of: date
    buffer_fen: int
    strategy: str
    order: tuple[str, ...]
    triage_order: tuple[str, ...]
    accounts: tuple[Account, ...]
    incomes: tuple[Income, ...]
    expenses: tuple[Expense, ...]
    debts: tuple[Debt, ...]
    planned_from: date
    known_to: date
    history: tuple[Entry, ...] = ()

    def reach(self, debt: Debt) -> tuple[str, ...]:
        """The accounts that the lender of a debt may take from, as far as is known, in its order.

        Where nobody said so that is every account, in the household's order, cash apart: what is
        unknown is at risk until it is known.
        """
        if debt.autopay_known:
            return debt.autopay
        return tuple(account.id for account in self.accounts if account.kind != "cash")


def read_household(raw: bytes) -> Household:
    """The household of a JSON document in UTF-8, no larger than `limits` says.

    Raises InvalidDocument, and nothing else.
    """
    document = read_json(raw)
    if errors := too_long(document):
        raise InvalidDocument(errors)
    return parse_household(document)


def read_json(raw: bytes) -> Any:
    """Decode a document strictly: UTF-8 without BOM, no duplicate key, no NaN, no deep nest.

    Raises InvalidDocument. What is too large is told by its bytes, before anything is made of it.
    """
    if len(raw) > MAX_BYTES:
        _refuse(f"{len(raw)} bytes", f"at most {MAX_BYTES} bytes")
    if (parts := parts_of(raw)) > MAX_PARTS:
        _refuse(f"{parts} brackets and commas", f"at most {MAX_PARTS} brackets and commas")
    if has_long_stretch(raw):
        _refuse("a text or a number without end", f"at most {MAX_TEXT_BYTES} bytes in one")
    if raw.startswith(b"\xef\xbb\xbf"):
        _refuse("a byte order mark", "UTF-8 without one")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse(f"byte 0x{raw[error.start]:02x} at {error.start}", "text in UTF-8")

    def collect(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        collected = dict(pairs)
        if len(collected) < len(pairs):
            seen: set[str] = set()
            twice = (key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # None is meant
            raise InvalidDocument(
                [
                    DocumentError(key[:60], "the key twice", "unique_keys")
                    for key in islice(twice, MOST_ERRORS)
                ]
            )
        return collected

    def refuse_constant(name: str) -> NoReturn:
        _refuse(name, "a number or text that JSON allows")

    try:
        return json.loads(text, object_pairs_hook=collect, parse_constant=refuse_constant)
    except json.JSONDecodeError as error:
        _refuse(f"{error.msg} at line {error.lineno} column {error.colno}", "a JSON document")
    except RecursionError:
        _refuse("an object nested too deeply", "a JSON document")
    except InvalidDocument:
        raise
    except ValueError:  # an integer of more digits than Python converts
        _refuse("a number with too many digits", "a JSON document")


def _refuse(found: str, expected: str) -> NoReturn:
    raise InvalidDocument([DocumentError("", found, "contradiction", (("reason", expected),))])


def parse_household(document: object) -> Household:
    """The household of a decoded document, however large.

    Raises InvalidDocument with every error, up to `MOST_ERRORS` of them.
    """
    errors: list[DocumentError] = []
    fields = Fields(document, "", errors)
    fields.choice("format", (FORMAT,))
    fields.whole("version", low=VERSION, high=VERSION)
    fields.choice("currency", ("CNY",))
    as_of = fields.day("as_of")
    buffer_fen = fields.amount("buffer", 0)
    strategy = fields.choice("strategy", WAYS, "minimum")
    account_ids: set[str] = set()
    accounts = tuple(_read_account(item, account_ids) for item in fields.objects("accounts"))
    income_ids: set[str] = set()
    incomes = tuple(
        _read_income(item, income_ids, account_ids, as_of) for item in fields.objects("incomes")
    )
    expense_ids: set[str] = set()
    expenses = tuple(
        _read_expense(item, expense_ids, account_ids, as_of) for item in fields.objects("expenses")
    )
    debt_ids: set[str] = set()
    debts = tuple(
        _read_debt(item, debt_ids, account_ids, as_of) for item in fields.objects("debts")
    )
    order = fields.words("order", debt_ids)
    triage_order = fields.words("triage_order", debt_ids)
    planned_from = fields.day("planned_from", as_of)
    if planned_from < as_of:
        fields.contradict("planned_from", "as_of or a later day")
    day_before = date.fromordinal(as_of.toordinal() - 1)
    known_to = fields.day("known_to", day_before)
    if known_to < day_before:
        fields.contradict("known_to", "as_of or a later day")
    known = Known(
        frozenset(debt_ids), frozenset(account_ids), frozenset(income_ids), frozenset(expense_ids)
    )
    history = read_history(fields, known, as_of, planned_from)
    fields.close()
    if errors:
        raise InvalidDocument(errors)
    return Household(
        as_of=as_of,
        buffer_fen=buffer_fen,
        strategy=strategy,
        order=order,
        triage_order=triage_order,
        accounts=accounts,
        incomes=incomes,
        expenses=expenses,
        debts=debts,
        planned_from=planned_from,
        known_to=known_to,
        history=history,
    )


def parse_beside(document: Mapping[str, Any], other: Household) -> Household:
    """The household of a document that `household_document` wrote, beside another one of the same
    day: what both have is not read again. Neither has a history.
    """
    other_document = household_document(other)
    if other_document["as_of"] != document["as_of"] or other.planned_from != other.as_of:
        return parse_household(document)
    errors: list[DocumentError] = []
    account_ids = {entry["id"] for entry in document["accounts"]}
    read: Mapping[str, Callable[[Fields], Any]] = {
        "accounts": lambda item: _read_account(item, set()),
        "incomes": lambda item: _read_income(item, set(), account_ids, other.as_of),
        "expenses": lambda item: _read_expense(item, set(), account_ids, other.as_of),
        "debts": lambda item: _read_debt(item, set(), account_ids, other.as_of),
    }
    lists: dict[str, Any] = {}
    for kind, read_item in read.items():
        known = {
            one.id: (entry, one)
            for entry, one in zip(other_document[kind], getattr(other, kind), strict=True)
        }
        lists[kind] = tuple(
            known[entry["id"]][1]
            if known.get(entry["id"], ({}, None))[0] == entry
            else read_item(Fields(entry, kind, errors))
            for entry in document[kind]
        )
    if errors:
        raise InvalidDocument(errors)
    return replace(
        other,
        buffer_fen=parse_yuan(document["buffer"]),
        strategy=document["strategy"],
        order=tuple(document["order"]),
        triage_order=tuple(document["triage_order"]),
        known_to=date.fromordinal(other.as_of.toordinal() - 1),
        **lists,
    )


def _read_account(fields: Fields, taken: set[str]) -> Account:
    account = Account(
        id=fields.slug("id", taken),
        name=fields.text("name"),
        kind=fields.choice("kind", ACCOUNT_KINDS, "other"),
        balance_fen=fields.amount("balance"),
    )
    fields.close()
    return account


def _read_income(fields: Fields, taken: set[str], account_ids: set[str], as_of: date) -> Income:
    first, until = _read_bounds(fields, as_of)
    income = Income(
        id=fields.slug("id", taken),
        name=fields.text("name"),
        amount_fen=fields.amount("amount"),
        account=_read_account_id(fields, account_ids),
        on=_read_recurrence(fields),
        first=first,
        until=until,
        adjust=fields.choice("adjust", _ADJUSTMENTS, "none"),  # type: ignore[arg-type]  # one of them
        is_certain=fields.flag("certain", True),
    )
    fields.close()
    return income


def _read_expense(fields: Fields, taken: set[str], account_ids: set[str], as_of: date) -> Expense:
    first, until = _read_bounds(fields, as_of)
    expense = Expense(
        id=fields.slug("id", taken),
        name=fields.text("name"),
        amount_fen=fields.amount("amount"),
        account=_read_account_id(fields, account_ids),
        on=_read_recurrence(fields),
        first=first,
        until=until,
        is_essential=fields.flag("essential", True),
    )
    fields.close()
    return expense


def _read_account_id(fields: Fields, account_ids: set[str]) -> str:
    account = fields.text("account")
    if account not in account_ids:
        fields.fail("account", "account")
    return account


def _read_bounds(fields: Fields, as_of: date) -> tuple[date, date | None]:
    first = fields.day("from", as_of)
    until = fields.optional_day("until")
    if until is not None and until < first:
        fields.contradict("until", "from or a later day")
    return first, until


def _read_recurrence(fields: Fields) -> Recurrence:
    item = fields.child("on", required=True)
    fallback = Monthly(1)
    if item is None:
        return fallback
    recurrence: Recurrence
    match item.only_key(("once", "monthly", "weekly", "every_days")):
        case "once":
            recurrence = Once(item.day("once"))
        case "monthly":
            recurrence = Monthly(item.whole("monthly", low=1, high=31))
        case "weekly":
            recurrence = Weekly(_WEEKDAYS.index(item.choice("weekly", _WEEKDAYS)))
        case "every_days":
            recurrence = EveryDays(item.whole("every_days", low=1, high=366))
        case _:
            return fallback
    item.close()
    return recurrence


def _read_debt(fields: Fields, taken: set[str], account_ids: set[str], as_of: date) -> Debt:
    product = fields.choice("product", load_products(), "") or None
    contract = fields.choice("contract", CONTRACTS)
    items = list(fields.objects("ladder"))
    ladder = read_ladder(items) if fields.has("ladder") else None
    autopay = fields.words("autopay", account_ids, "account")
    autopay_known = fields.flag("autopay_known", bool(autopay))
    if autopay and not autopay_known:
        fields.contradict("autopay_known", "true where accounts are named")
    debt = Debt(
        id=fields.slug("id", taken),
        name=fields.text("name"),
        product=product,
        contract=contract,
        grace_days=fields.whole("grace_days", 0, low=0, high=MAX_GRACE_DAYS),
        tolerance_fen=fields.amount("tolerance", 0),
        autopay=autopay,
        autopay_known=autopay_known,
        reports_to=fields.words("reports_to", BUREAUS),
        ladder=ladder,
        events=_read_events(fields, _ladder_that_holds(ladder, product)),
        note=fields.text("note", "", longest=2000),
        signed_on=fields.optional_day("signed_on"),
        quoted_rate=fields.text("quoted_rate", "") or None,
        confirmed=fields.words("confirmed", FIGURE_KEYS),
        terms=read_terms(contract, fields, as_of),
    )
    fields.close()
    return debt


def _read_events(fields: Fields, ladder: tuple[Rung, ...]) -> tuple[Event, ...]:
    known = {rung.id for rung in ladder} | EVENTS
    events = []
    for item in fields.objects("events"):
        events.append(Event(rung=item.choice("rung", known), on=item.day("on")))
        item.close()
    return tuple(events)


def parse_debt(document: object, *, as_of: date, account_ids: set[str]) -> Debt:
    """One debt of a household on its own. Raises InvalidDocument, paths from the debt on."""
    errors: list[DocumentError] = []
    debt = _read_debt(Fields(document, "", errors), set(), account_ids, as_of)
    if errors:
        raise InvalidDocument(errors)
    return debt


def household_document(household: Household) -> dict[str, Any]:
    """The document of a household, every key written out but an empty history."""
    lived: dict[str, Any] = {}
    if household.history or household.planned_from != household.as_of:
        lived = {
            "planned_from": household.planned_from.isoformat(),
            "history": history_document(household.history),
        }
        if household.known_to >= household.as_of:
            lived["known_to"] = household.known_to.isoformat()
    return {
        "format": FORMAT,
        "version": VERSION,
        "as_of": household.as_of.isoformat(),
        "currency": "CNY",
        "buffer": format_yuan(household.buffer_fen),
        "strategy": household.strategy,
        "order": list(household.order),
        "triage_order": list(household.triage_order),
        "accounts": [
            {
                "id": account.id,
                "name": account.name,
                "kind": account.kind,
                "balance": format_yuan(account.balance_fen),
            }
            for account in household.accounts
        ],
        "incomes": [
            {**_flow_document(income), "adjust": income.adjust, "certain": income.is_certain}
            for income in household.incomes
        ],
        "expenses": [
            {**_flow_document(expense), "essential": expense.is_essential}
            for expense in household.expenses
        ],
        "debts": [debt_document(debt) for debt in household.debts],
        **lived,
    }


def _flow_document(flow: Income | Expense) -> dict[str, Any]:
    return {
        "id": flow.id,
        "name": flow.name,
        "amount": format_yuan(flow.amount_fen),
        "account": flow.account,
        "on": _recurrence_document(flow.on),
        "from": flow.first.isoformat(),
        "until": None if flow.until is None else flow.until.isoformat(),
    }


def _recurrence_document(recurrence: Recurrence) -> Mapping[str, Any]:
    match recurrence:
        case Once(on):
            return {"once": on.isoformat()}
        case Monthly(day):
            return {"monthly": day}
        case Weekly(weekday):
            return {"weekly": _WEEKDAYS[weekday]}
        case EveryDays(days):
            return {"every_days": days}


def debt_document(debt: Debt) -> dict[str, Any]:
    """The document of one debt, terms included."""
    return {
        "id": debt.id,
        "name": debt.name,
        "product": debt.product,
        "contract": debt.contract,
        "grace_days": debt.grace_days,
        "tolerance": format_yuan(debt.tolerance_fen),
        "autopay": list(debt.autopay),
        "autopay_known": debt.autopay_known,
        "reports_to": list(debt.reports_to),
        "ladder": None if debt.ladder is None else [rung_document(rung) for rung in debt.ladder],
        "events": [{"rung": event.rung, "on": event.on.isoformat()} for event in debt.events],
        "note": debt.note,
        "signed_on": None if debt.signed_on is None else debt.signed_on.isoformat(),
        "quoted_rate": debt.quoted_rate,
        "confirmed": list(debt.confirmed),
        **terms_document(debt.terms),
    }
