"""An offer of a lender as a document: format `repayment-offer`, version 1.

{"format", "version", "kind", "lender_kind", "principal", "received", "received_on", "periods",
"first_due"} with one of "fee" (equal principal, and a fee each period), "payment" (level) or
"payments" (a list, which tells periods and days by itself). "up_front" is paid beside on
`received_on`, "first_fee" once more with the first payment, and "discount" is what discounts and
subsidies take off fees and interest in all. "early_settlement" has the shape of a debt's "prepay".
Amounts are text in yuan, ratios are of the principal.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from planner.domain.household.household import read_json
from planner.domain.household.terms import MAX_PERIODS, Prepayment, read_prepayment
from planner.domain.values.days import add_months
from planner.domain.values.money import MAX_FEN, divide_half_up, round_half_up
from planner.domain.values.reading import LAST_DAY, DocumentError, Fields, InvalidDocument

FORMAT = "repayment-offer"
VERSION = 1
KINDS = ("instalments", "settlement", "deferral", "new_loan")
LENDER_KINDS = ("bank", "consumer_finance", "small_lender", "platform", "person")
FEES = ("per_period", "per_period_ratio", "total", "total_ratio")
# Who lends, where the product says so; behind platforms it differs from person to person.
LENDER_OF = {
    "credit_card": "bank",
    "mortgage": "bank",
    "car_loan": "bank",
    "consumer_finance": "consumer_finance",
    "private_loan": "person",
}
HIGHEST_RATIO = 100  # a fee above the principal is an offer all the same, and said to be one


class OfferRow(NamedTuple):
    """What is to be paid on a day: principal, and what comes on top of it."""

    on: date
    principal_fen: int
    cost_fen: int

    @property
    def fen(self) -> int:
        return self.principal_fen + self.cost_fen


@dataclass(frozen=True, slots=True)
class LenderOffer:
    """`rows` by day, one a day. `is_itemised`: the fee was told apart from the principal.

    `principal_fen` is what it is about, `received_fen` what is received for it (of an old debt the
    same). `first_fee_fen` is in the first row's cost; `taken_off` is what a discount took off the
    cost of each row. `early` is None where nothing was said of settling early.
    """

    kind: str
    lender_kind: str | None
    principal_fen: int
    received_fen: int
    received_on: date
    rows: tuple[OfferRow, ...]
    up_front_fen: int
    first_fee_fen: int
    taken_off: tuple[int, ...]
    is_itemised: bool
    early: Prepayment | None

    @property
    def discount_fen(self) -> int:
        return sum(self.taken_off)

    @property
    def total_fen(self) -> int:
        return self.up_front_fen + sum(row.fen for row in self.rows)


def read_offer(raw: bytes) -> LenderOffer:
    """The offer of a JSON document in UTF-8. Raises InvalidDocument, and nothing else."""
    return parse_offer(read_json(raw))


def parse_offer(document: object) -> LenderOffer:
    """The offer of a decoded document. Raises InvalidDocument with all that is wrong."""
    errors: list[DocumentError] = []
    fields = Fields(document, "", errors)
    fields.choice("format", (FORMAT,))
    fields.whole("version", low=VERSION, high=VERSION)
    kind = fields.choice("kind", KINDS)
    lender_kind = fields.choice("lender_kind", LENDER_KINDS, "") or None
    principal, received = _read_principal(fields)
    received_on = fields.optional_day("received_on")
    rows, is_itemised, told_from = _read_rows(fields, principal, received_on)
    up_front = fields.amount("up_front", 0)
    first_fee = fields.amount("first_fee", 0)
    discount = fields.amount("discount", 0)
    if discount > sum(row.cost_fen for row in rows):
        fields.contradict("discount", "no more than fees and interest come to")
    taken_off = _in_proportion(discount, [row.cost_fen for row in rows])
    rows = [
        row._replace(cost_fen=row.cost_fen - off) for row, off in zip(rows, taken_off, strict=True)
    ]
    if rows:
        rows[0] = rows[0]._replace(cost_fen=rows[0].cost_fen + first_fee)
    early = read_prepayment(fields, "early_settlement")
    said_of_early = fields.has("early_settlement")
    fields.close()
    if not errors and up_front + sum(row.fen for row in rows) > MAX_FEN:
        fields.contradict(told_from, "payments that come to less in all")
    if errors:
        raise InvalidDocument(errors)
    begins = received_on or add_months(rows[0].on, -1)
    return LenderOffer(
        kind=kind,
        lender_kind=lender_kind,
        principal_fen=principal,
        received_fen=received,
        received_on=begins,
        rows=tuple(rows),
        up_front_fen=up_front,
        first_fee_fen=first_fee,
        taken_off=tuple(taken_off),
        is_itemised=is_itemised,
        early=early if said_of_early else None,
    )


def _read_principal(fields: Fields) -> tuple[int, int]:
    """Principal and what is received: each the other where only one is told."""
    principal: int | None = fields.amount("principal", None, low=1)
    received: int | None = fields.amount("received", None, low=1)
    told = principal if principal is not None else received
    if told is None:
        fields.fail("principal", "required")
        told = 1
    return told, told if received is None else received


def _read_rows(
    fields: Fields, principal: int, received_on: date | None
) -> tuple[list[OfferRow], bool, str]:
    """The rows, whether their fee was told by itself, and the key that they were told by."""
    told = [key for key in ("fee", "payment", "payments") if fields.has(key)]
    if len(told) != 1:
        fields.contradict(told[1] if told else "fee", "exactly one of fee, payment, payments")
    key = told[0] if told else "fee"
    fee = fields.child("fee")
    level: int | None = fields.amount("payment", None, low=1)
    listed = list(fields.objects("payments"))
    if key == "payments":
        rows = _listed(fields, listed, principal)
        fields.whole("periods", None, low=1, high=MAX_PERIODS)  # a list tells its own
        fields.optional_day("first_due")
        first_key = "payments"
    else:
        count = fields.whole("periods", low=1, high=MAX_PERIODS)
        first_due = fields.day("first_due")
        days = _months_from(first_due, count)
        if days[-1] > LAST_DAY:
            fields.contradict("periods", f"payments up to {LAST_DAY}")
            days = days[:1]
        if key == "payment":
            rows = _split([(on, level or 1) for on in days], principal)
        else:
            rows = _with_fee(fee, days, principal)
        first_key = "first_due"
    if received_on is not None and rows and rows[0].on < received_on:
        fields.contradict(first_key, "received_on or a later day")
    return rows, key == "fee", key


def _months_from(first: date, count: int) -> list[date]:
    """Days one month apart, up to the first one past LAST_DAY."""
    days = []
    for index in range(count):
        days.append(add_months(first, index, first.day))
        if days[-1] > LAST_DAY:
            break
    return days


def _listed(fields: Fields, items: list[Fields], principal: int) -> list[OfferRow]:
    paid: dict[date, int] = {}
    if not items:
        fields.contradict("payments", "at least one payment")
    if len(items) > MAX_PERIODS:
        fields.fail("payments", "at_most", limit=MAX_PERIODS)
        return []
    for item in items:
        on, fen = item.day("on"), item.amount("amount")
        item.close()
        paid[on] = paid.get(on, 0) + fen
    return _split(sorted(paid.items()), principal)


def _split(paid: list[tuple[date, int]], principal: int) -> list[OfferRow]:
    """Of payments that say nothing of it, principal in their proportion; the rest is its cost."""
    rows, left, to_pay = [], principal, sum(fen for _, fen in paid)
    for on, fen in paid:
        part = fen if to_pay <= left else divide_half_up(left * fen, to_pay)
        rows.append(OfferRow(on, part, fen - part))
        left, to_pay = left - part, to_pay - fen
    return rows


def _in_proportion(fen: int, costs: list[int]) -> list[int]:
    """Parts that come to the whole, none above its cost where the costs come to as much."""
    parts, left = [], sum(costs)
    for cost in costs:
        parts.append(divide_half_up(fen * cost, left) if left else 0)
        fen, left = fen - parts[-1], left - cost
    return parts


def _with_fee(item: Fields | None, days: list[date], principal: int) -> list[OfferRow]:
    kind = None if item is None else item.only_key(FEES)
    if item is None or kind is None:
        return [OfferRow(days[0], principal, 0)]
    if kind.startswith("per_period"):
        fen = _fee(item, kind, principal)
        fees = [fen] * len(days)
    else:
        fees = equal_parts(_fee(item, kind, principal), len(days))
    item.close()
    parts = equal_parts(principal, len(days))
    return [OfferRow(*row) for row in zip(days, parts, fees, strict=True)]


def _fee(item: Fields, kind: str, principal: int) -> int:
    if kind.endswith("ratio"):
        return round_half_up(item.ratio(kind, high=HIGHEST_RATIO) * Fraction(principal))
    return item.amount(kind)


def equal_parts(fen: int, count: int) -> list[int]:
    """Parts that differ by a fen at most and come to the whole."""
    parts = []
    for index in range(count):
        parts.append(divide_half_up(fen, count - index))
        fen -= parts[-1]
    return parts
