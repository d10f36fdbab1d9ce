"""The terms of the three contracts, read from a debt's document and written back to it.

Amounts are fen, days are dates, rates exact. An optional value that was not given stays
None and is resolved by the contract when it starts, so that writing gives back what was read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Literal

from planner.domain.values.days import month_day_on_or_before
from planner.domain.values.money import format_yuan
from planner.domain.values.rates import Rate
from planner.domain.values.reading import Fields

MAX_PERIODS = 600
OWN_MINIMUM_FEN = 1000  # a statement of at most 10.00 is its own minimum

InterestFrom = Literal["due", "statement", "posting"]


@dataclass(frozen=True, slots=True)
class LateFee:
    """Charged once on what is missing when grace ends: ratio x missing, at least floor."""

    ratio: Fraction
    floor_fen: int


@dataclass(frozen=True, slots=True)
class Overdue:
    """The penalty rate in place of ordinary interest: a rate, or a multiple of the debt's."""

    rate: Rate | None
    multiplier: Fraction | None
    on: Literal["row", "principal"] = "row"


@dataclass(frozen=True, slots=True)
class Arrear:
    """A row required before `as_of` and unpaid; penalty None: not billed yet."""

    due_on: date
    principal_fen: int
    interest_fen: int
    fee_fen: int
    penalty_fen: int | None


@dataclass(frozen=True, slots=True)
class StatementMinimum:
    """Shares of new and carried principal that a statement requires, and the least amount."""

    ratio: Fraction
    floor_fen: int
    carried: Fraction


@dataclass(frozen=True, slots=True)
class Purchase:
    on: date
    amount_fen: int


@dataclass(frozen=True, slots=True)
class MissedMinimum:
    """Revolving arrears: the oldest missed due date, and what the last minimum lacks."""

    due_on: date
    amount_fen: int


@dataclass(frozen=True, slots=True)
class RevolvingTerms:
    """Statement-based credit: Huabei, cards, Baitiao."""

    statement_day: int
    due_day: int | None
    due_after: int | None
    billed_fen: int
    unbilled_fen: int
    carrying_fen: int | None
    monthly_spend_fen: int
    minimum: StatementMinimum | None
    rate: Rate | None
    interest_from: InterestFrom
    interest_on: Literal["daily", "remainder"]
    purchases: tuple[Purchase, ...]
    late_fee: LateFee | None
    arrears: tuple[MissedMinimum, ...]

    def statement_of(self, due_on: date) -> date:
        """The statement that falls due on a day."""
        if self.due_after is not None:
            return due_on - timedelta(days=self.due_after)
        return month_day_on_or_before(due_on - timedelta(days=1), self.statement_day)


@dataclass(frozen=True, slots=True)
class Prepayment:
    allowed: bool
    fee_ratio: Fraction
    keeps: Literal["amount", "term"]
    fees_waived: bool


@dataclass(frozen=True, slots=True)
class ListedRow:
    """A due of a lender's own schedule."""

    due_on: date
    principal_fen: int
    interest_fen: int
    fee_fen: int


@dataclass(frozen=True, slots=True)
class InstalmentTerms:
    """A schedule of dues: Jiebei, consumer loans, mortgages, car loans, bill instalments.

    `principal_fen` is what is outstanding, arrears included. `rows` only for `listed`, and
    then `periods_left` and `next_due` are None.
    """

    principal_fen: int
    rate: Rate | None
    method: str
    periods_left: int | None
    next_due: date | None
    due_day: int | None
    accrued_from: date | None
    amount_fen: int | None
    fees_left_fen: int
    rows: tuple[ListedRow, ...]
    overdue: Overdue | None
    late_fee: LateFee | None
    prepay: Prepayment
    arrears: tuple[Arrear, ...]


@dataclass(frozen=True, slots=True)
class OpenMinimum:
    """What an open balance requires on a due day: a fixed sum, or a share of principal."""

    fixed_fen: int | None
    ratio: Fraction
    floor_fen: int
    plus_interest: bool


@dataclass(frozen=True, slots=True)
class OpenTerms:
    """A balance with a payment rule: overdrafts, student loans, money owed to people."""

    principal_fen: int
    rate: Rate | None
    minimum: OpenMinimum | None
    due_day: int | None
    next_due: date
    accrued_from: date | None
    ends_on: date | None
    compound: bool
    overdue: Overdue | None
    late_fee: LateFee | None
    arrears: tuple[Arrear, ...]

    @property
    def has_ended(self) -> bool:
        """Whether the last day is past, so that nothing falls due any more: all was."""
        return self.ends_on is not None and self.ends_on < self.next_due


Terms = RevolvingTerms | InstalmentTerms | OpenTerms

METHODS = ("level", "equal_principal", "interest_only", "flat_fee", "listed")


def owed_fen(terms: Terms) -> int:
    """What the terms say is owed: principal and what has been billed."""
    if isinstance(terms, RevolvingTerms):
        return terms.billed_fen + terms.unbilled_fen
    return terms.principal_fen + sum(
        one.interest_fen + one.fee_fen + (one.penalty_fen or 0) for one in terms.arrears
    )


def owed_in(document: Mapping[str, Any], as_of: date) -> int:
    """The same of a `terms` object of an entry that was accepted, as it stood on that day."""
    fields = Fields(document, "terms", [])
    return owed_fen(read_terms(document["contract"], fields, as_of))


def dormant(terms: Terms) -> Terms:
    """The same contract with nothing owed: a debt before it began."""
    if isinstance(terms, RevolvingTerms):
        return replace(
            terms,
            billed_fen=0,
            unbilled_fen=0,
            carrying_fen=None,
            monthly_spend_fen=0,
            purchases=(),
            arrears=(),
        )
    if isinstance(terms, OpenTerms):
        return replace(terms, principal_fen=0, arrears=())
    return replace(
        terms,
        principal_fen=0,
        periods_left=None if terms.method == "listed" else 0,
        amount_fen=None,
        fees_left_fen=0,
        rows=(),
        arrears=(),
    )


def read_terms(contract: str, fields: Fields, as_of: date) -> Terms:
    if contract == "revolving":
        return _read_revolving(fields, as_of)
    if contract == "instalment":
        return _read_instalment(fields, as_of)
    return _read_open(fields, as_of)


def terms_document(terms: Terms) -> dict[str, Any]:
    if isinstance(terms, RevolvingTerms):
        return _revolving_document(terms)
    if isinstance(terms, InstalmentTerms):
        return _instalment_document(terms)
    return _open_document(terms)


def _read_revolving(fields: Fields, as_of: date) -> RevolvingTerms:
    statement_day = fields.whole("statement_day", low=1, high=31)
    due_day = fields.whole("due_day", None, low=1, high=31)
    due_after = fields.whole("due_after", None, low=1, high=60)
    if (due_day is None) == (due_after is None):
        fields.contradict("due_day", "either due_day or due_after")
    if due_day is not None and due_day == statement_day:
        fields.contradict("due_day", "another day than statement_day")
    billed = fields.amount("billed")
    carrying = fields.amount("carrying", None)
    if carrying is not None and carrying > billed:
        fields.contradict("carrying", "at most billed")
    minimum = fields.child("minimum")
    return RevolvingTerms(
        statement_day=statement_day,
        due_day=due_day,
        due_after=due_after,
        billed_fen=billed,
        unbilled_fen=fields.amount("unbilled"),
        carrying_fen=carrying,
        monthly_spend_fen=fields.amount("monthly_spend", 0),
        minimum=None if minimum is None else _read_statement_minimum(minimum),
        rate=read_rate(fields),
        interest_from=fields.choice("interest_from", ("due", "statement", "posting")),  # type: ignore[arg-type]  # one of them
        interest_on=fields.choice("interest_on", ("daily", "remainder"), "daily"),  # type: ignore[arg-type]  # one of them
        purchases=tuple(sorted(_read_purchases(fields, as_of), key=lambda one: one.on)),
        late_fee=_read_late_fee(fields),
        arrears=tuple(_read_missed_minimum(fields, as_of, billed)),
    )


def _read_statement_minimum(fields: Fields) -> StatementMinimum:
    ratio = fields.ratio("ratio")
    minimum = StatementMinimum(
        ratio=ratio, floor_fen=fields.amount("floor", 0), carried=fields.ratio("carried", ratio)
    )
    fields.close()
    return minimum


def _read_purchases(fields: Fields, as_of: date) -> list[Purchase]:
    purchases = []
    for item in fields.objects("purchases"):
        purchase = Purchase(on=item.day("on"), amount_fen=item.amount("amount"))
        if purchase.on > as_of:
            item.contradict("on", "a day up to as_of")
        item.close()
        purchases.append(purchase)
    return purchases


def _read_missed_minimum(fields: Fields, as_of: date, billed: int) -> list[MissedMinimum]:
    missed = []
    for item in fields.objects("arrears"):
        arrear = MissedMinimum(due_on=item.day("due_on"), amount_fen=item.amount("amount", low=1))
        if arrear.due_on >= as_of:
            item.contradict("due_on", "a day before as_of")
        if arrear.amount_fen > billed:
            item.contradict("amount", "at most billed")
        item.close()
        missed.append(arrear)
    if len(missed) > 1:
        fields.contradict("arrears", "at most one entry: the oldest missed due date")
    return missed[:1]


def _read_instalment(fields: Fields, as_of: date) -> InstalmentTerms:
    principal = fields.amount("principal")
    method = fields.choice("method", METHODS)
    arrears = _read_arrears(fields, as_of)
    missed = sum(arrear.principal_fen for arrear in arrears)
    if missed > principal:
        fields.contradict("principal", "at least the principal in arrears")
    rows: tuple[ListedRow, ...] = ()
    periods_left: int | None = None
    next_due: date | None = None
    accrued_from: date | None = None
    amount: int | None = None
    fees_left = 0
    due_day = fields.whole("due_day", None, low=1, high=31)
    if method == "listed":
        rows = _read_rows(fields, as_of)
        if sum(row.principal_fen for row in rows) + missed != principal:
            fields.contradict("principal", "the principal of rows and arrears together")
    else:
        periods_left = fields.whole("periods_left", low=0, high=MAX_PERIODS)
        next_due = fields.day("next_due")
        if next_due < as_of:
            fields.contradict("next_due", "a day from as_of on; earlier rows are arrears")
        accrued_from = fields.optional_day("accrued_from")
        if accrued_from is not None and accrued_from > next_due:
            fields.contradict("accrued_from", "a day up to next_due")
        amount = fields.amount("amount", None, low=1)
        fees_left = fields.amount("fees_left", 0)
        if periods_left == 0 and (principal > missed or fees_left):
            fields.contradict("periods_left", "at least 1 while something is not yet due")
    return InstalmentTerms(
        principal_fen=principal,
        rate=read_rate(fields, required=method not in ("flat_fee", "listed")),
        method=method,
        periods_left=periods_left,
        next_due=next_due,
        due_day=due_day,
        accrued_from=accrued_from,
        amount_fen=amount,
        fees_left_fen=fees_left,
        rows=rows,
        overdue=_read_overdue(fields, with_base=True),
        late_fee=_read_late_fee(fields),
        prepay=read_prepayment(fields, "prepay"),
        arrears=arrears,
    )


def _read_rows(fields: Fields, as_of: date) -> tuple[ListedRow, ...]:
    rows: list[ListedRow] = []
    for item in fields.objects("rows", required=True):
        row = ListedRow(
            due_on=item.day("due_on"),
            principal_fen=item.amount("principal"),
            interest_fen=item.amount("interest", 0),
            fee_fen=item.amount("fee", 0),
        )
        if row.due_on < as_of:
            item.contradict("due_on", "a day from as_of on; earlier rows are arrears")
        if rows and row.due_on <= rows[-1].due_on:
            item.contradict("due_on", "a day after the row before")
        item.close()
        rows.append(row)
    return tuple(rows)


def read_prepayment(fields: Fields, key: str) -> Prepayment:
    """What holds for paying early; where nothing stands there it costs nothing."""
    item = fields.child(key)
    if item is None:
        return Prepayment(allowed=True, fee_ratio=Fraction(0), keeps="amount", fees_waived=False)
    prepayment = Prepayment(
        allowed=item.flag("allowed", True),
        fee_ratio=item.ratio("fee_ratio", Fraction(0)),
        keeps=item.choice("keeps", ("amount", "term"), "amount"),  # type: ignore[arg-type]  # one of them
        fees_waived=item.flag("fees_waived", False),
    )
    item.close()
    return prepayment


def _read_open(fields: Fields, as_of: date) -> OpenTerms:
    principal = fields.amount("principal")
    arrears = _read_arrears(fields, as_of)
    if sum(arrear.principal_fen for arrear in arrears) > principal:
        fields.contradict("principal", "at least the principal in arrears")
    next_due = fields.day("next_due")
    if next_due < as_of:
        fields.contradict("next_due", "a day from as_of on; earlier dues are arrears")
    accrued_from = fields.optional_day("accrued_from")
    if accrued_from is not None and accrued_from > next_due:
        fields.contradict("accrued_from", "a day up to next_due")
    ends_on = fields.optional_day("ends_on")
    if ends_on is not None and ends_on < next_due:
        missed = sum(arrear.principal_fen for arrear in arrears)
        if ends_on >= as_of or missed != principal:
            fields.contradict("ends_on", "next_due or a later day")
    minimum = fields.child("minimum")
    return OpenTerms(
        principal_fen=principal,
        rate=read_rate(fields),
        minimum=None if minimum is None else _read_open_minimum(minimum),
        due_day=fields.whole("due_day", None, low=1, high=31),
        next_due=next_due,
        accrued_from=accrued_from,
        ends_on=ends_on,
        compound=fields.flag("compound", False),
        overdue=_read_overdue(fields, with_base=False),
        late_fee=_read_late_fee(fields),
        arrears=arrears,
    )


def _read_open_minimum(fields: Fields) -> OpenMinimum:
    kind = fields.only_key(("fixed", "ratio"))
    if kind == "fixed":
        minimum = OpenMinimum(fields.amount("fixed"), Fraction(0), 0, plus_interest=False)
    elif kind == "ratio":
        minimum = OpenMinimum(
            None,
            fields.ratio("ratio"),
            fields.amount("floor", 0),
            plus_interest=fields.flag("plus_interest", False),
        )
    else:
        return OpenMinimum(0, Fraction(0), 0, plus_interest=False)
    fields.close()
    return minimum


def _read_arrears(fields: Fields, as_of: date) -> tuple[Arrear, ...]:
    arrears: list[Arrear] = []
    for item in fields.objects("arrears"):
        arrear = Arrear(
            due_on=item.day("due_on"),
            principal_fen=item.amount("principal"),
            interest_fen=item.amount("interest", 0),
            fee_fen=item.amount("fee", 0),
            penalty_fen=item.amount("penalty", None),
        )
        if arrear.due_on >= as_of:
            item.contradict("due_on", "a day before as_of")
        if arrears and arrear.due_on <= arrears[-1].due_on:
            item.contradict("due_on", "a day after the entry before: oldest first")
        if not (arrear.principal_fen or arrear.interest_fen or arrear.fee_fen):
            item.contradict("principal", "some principal, interest or fee that was required")
        item.close()
        arrears.append(arrear)
    return tuple(arrears)


def _read_overdue(fields: Fields, *, with_base: bool) -> Overdue | None:
    item = fields.child("overdue")
    if item is None:
        return None
    kind = item.only_key(("multiplier", "rate"))
    multiplier = rate = None
    if kind == "multiplier":
        multiplier = item.ratio("multiplier", high=10)
    elif kind == "rate":
        rate = _read_rate_keys(item)
    on = item.choice("on", ("row", "principal"), "row") if with_base else "row"
    if kind is not None:
        item.close()
    return Overdue(rate=rate, multiplier=multiplier, on=on)  # type: ignore[arg-type]  # read as such


def _read_late_fee(fields: Fields) -> LateFee | None:
    item = fields.child("late_fee")
    if item is None:
        return None
    late_fee = LateFee(ratio=item.ratio("ratio"), floor_fen=item.amount("floor", 0))
    item.close()
    return late_fee


def read_rate(fields: Fields, *, required: bool = True) -> Rate | None:
    """The debt's rate with its period; null, which must be written out, means no interest."""
    if required and not fields.stands("rate"):
        fields.fail("rate", "required")
    item = fields.child("rate")
    if item is None:
        return None
    rate = _read_rate_keys(item)
    item.close()
    return rate


def _read_rate_keys(item: Fields) -> Rate:
    per = item.choice("per", ("day", "month", "year"))
    value = item.ratio("rate", high=10 if per == "year" else 1)
    basis, monthly = 365, False
    if per == "year":
        monthly = item.flag("monthly", False)
        basis = item.whole("basis", 365, low=360, high=365)
        if basis not in (360, 365):
            item.contradict("basis", "360 or 365")
            basis = 365
    return Rate(value, per, basis, monthly)  # type: ignore[arg-type]  # read as such


def rate_document(rate: Rate | None) -> dict[str, Any] | None:
    if rate is None:
        return None
    document: dict[str, Any] = {"rate": format_ratio(rate.value), "per": rate.per}
    if rate.per == "year":
        document["basis"] = rate.basis
        document["monthly"] = rate.monthly
    return document


def format_ratio(ratio: Fraction) -> str:
    """The shortest decimal of a ratio that was read from one (at most 12 places)."""
    scaled, rest = divmod(ratio.numerator * 10**12, ratio.denominator)
    if rest:
        raise ValueError(f"not a decimal of 12 places: {ratio}")
    whole, places = divmod(scaled, 10**12)
    text = f"{places:012d}".rstrip("0")
    return f"{whole}.{text}" if text else str(whole)


def _day_text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _yuan_text(fen: int | None) -> str | None:
    return None if fen is None else format_yuan(fen)


def _late_fee_document(late_fee: LateFee | None) -> dict[str, Any] | None:
    if late_fee is None:
        return None
    return {"ratio": format_ratio(late_fee.ratio), "floor": format_yuan(late_fee.floor_fen)}


def _overdue_document(overdue: Overdue | None, *, with_base: bool) -> dict[str, Any] | None:
    if overdue is None:
        return None
    document = rate_document(overdue.rate) or {}
    if overdue.multiplier is not None:
        document["multiplier"] = format_ratio(overdue.multiplier)
    if with_base:
        document["on"] = overdue.on
    return document


def _arrears_document(arrears: tuple[Arrear, ...]) -> list[dict[str, Any]]:
    return [
        {
            "due_on": arrear.due_on.isoformat(),
            "principal": format_yuan(arrear.principal_fen),
            "interest": format_yuan(arrear.interest_fen),
            "fee": format_yuan(arrear.fee_fen),
            "penalty": _yuan_text(arrear.penalty_fen),
        }
        for arrear in arrears
    ]


def _revolving_document(terms: RevolvingTerms) -> dict[str, Any]:
    minimum = terms.minimum
    due = (
        {"due_day": terms.due_day} if terms.due_day is not None else {"due_after": terms.due_after}
    )
    return {
        "statement_day": terms.statement_day,
        **due,
        "billed": format_yuan(terms.billed_fen),
        "unbilled": format_yuan(terms.unbilled_fen),
        "carrying": _yuan_text(terms.carrying_fen),
        "monthly_spend": format_yuan(terms.monthly_spend_fen),
        "minimum": None
        if minimum is None
        else {
            "ratio": format_ratio(minimum.ratio),
            "floor": format_yuan(minimum.floor_fen),
            "carried": format_ratio(minimum.carried),
        },
        "rate": rate_document(terms.rate),
        "interest_from": terms.interest_from,
        "interest_on": terms.interest_on,
        "purchases": [
            {"on": purchase.on.isoformat(), "amount": format_yuan(purchase.amount_fen)}
            for purchase in terms.purchases
        ],
        "late_fee": _late_fee_document(terms.late_fee),
        "arrears": [
            {"due_on": missed.due_on.isoformat(), "amount": format_yuan(missed.amount_fen)}
            for missed in terms.arrears
        ],
    }


def _instalment_document(terms: InstalmentTerms) -> dict[str, Any]:
    if terms.method == "listed":
        schedule: dict[str, Any] = {
            "rows": [
                {
                    "due_on": row.due_on.isoformat(),
                    "principal": format_yuan(row.principal_fen),
                    "interest": format_yuan(row.interest_fen),
                    "fee": format_yuan(row.fee_fen),
                }
                for row in terms.rows
            ]
        }
    else:
        schedule = {
            "periods_left": terms.periods_left,
            "next_due": _day_text(terms.next_due),
            "accrued_from": _day_text(terms.accrued_from),
            "amount": _yuan_text(terms.amount_fen),
            "fees_left": format_yuan(terms.fees_left_fen),
        }
    return {
        "principal": format_yuan(terms.principal_fen),
        "rate": rate_document(terms.rate),
        "method": terms.method,
        "due_day": terms.due_day,
        **schedule,
        "overdue": _overdue_document(terms.overdue, with_base=True),
        "late_fee": _late_fee_document(terms.late_fee),
        "prepay": {
            "allowed": terms.prepay.allowed,
            "fee_ratio": format_ratio(terms.prepay.fee_ratio),
            "keeps": terms.prepay.keeps,
            "fees_waived": terms.prepay.fees_waived,
        },
        "arrears": _arrears_document(terms.arrears),
    }


def _open_document(terms: OpenTerms) -> dict[str, Any]:
    minimum: dict[str, Any] | None = None
    if terms.minimum is not None and terms.minimum.fixed_fen is not None:
        minimum = {"fixed": format_yuan(terms.minimum.fixed_fen)}
    elif terms.minimum is not None:
        minimum = {
            "ratio": format_ratio(terms.minimum.ratio),
            "floor": format_yuan(terms.minimum.floor_fen),
            "plus_interest": terms.minimum.plus_interest,
        }
    return {
        "principal": format_yuan(terms.principal_fen),
        "rate": rate_document(terms.rate),
        "minimum": minimum,
        "due_day": terms.due_day,
        "next_due": terms.next_due.isoformat(),
        "accrued_from": _day_text(terms.accrued_from),
        "ends_on": _day_text(terms.ends_on),
        "compound": terms.compound,
        "overdue": _overdue_document(terms.overdue, with_base=False),
        "late_fee": _late_fee_document(terms.late_fee),
        "arrears": _arrears_document(terms.arrears),
    }
