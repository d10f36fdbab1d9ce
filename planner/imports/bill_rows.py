"""Rows of a bill of Alipay or WeChat: CSV or workbook, found by the names in its header.

Layouts change every year or two: columns are read by name, never by position, and what comes
before and after the rows is looked at for the totals that the file itself states.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from operator import itemgetter
from sys import intern
from typing import Any, NamedTuple

from planner.domain.values.money import MAX_FEN
from planner.imports.characters import joined, plain
from planner.imports.outcome import Refused

MOST_ROWS = 50_000
MOST_CELLS = 40  # of one row that are looked at
HEADER_WITHIN = 60  # rows
LONGEST_CELL = 200
EXCEL_EPOCH = datetime(1899, 12, 30)

ROLES: Mapping[str, Sequence[str]] = {
    "time": ("交易时间", "交易创建时间"),
    "category": ("交易分类", "交易类型", "类型"),
    "other": ("交易对方",),
    "what": ("商品说明", "商品名称", "商品"),
    "way": ("收/支",),
    "amount": ("金额", "金额(元)"),
    "method": ("收/付款方式", "支付方式"),
    "status": ("交易状态", "当前状态"),
    "id": ("交易订单号", "交易号", "交易单号", "订单号"),
    "funds": ("资金状态",),
    "refunded": ("成功退款(元)",),
}
_AROUND = " \t\u00a0\u3000\ufeff\r\n"
_BLANK = ("",) * (MOST_CELLS + 1)  # the last for a column that is not there
NEEDED = ("time", "way", "amount", "status", "id")


class Row(NamedTuple):
    """One row: fen, the local day and time of day, and words as the file prints them."""

    on: date
    at: str
    category: str
    other: str
    what: str
    way: str
    fen: int
    method: str
    status: str
    id: str
    funds: str
    refunded_fen: int


@dataclass(slots=True)
class Bill:
    source: str = ""  # "alipay", "wechat"
    rows: list[Row] = field(default_factory=list)
    duplicates: int = 0
    unreadable: int = 0
    period: tuple[date, date] | None = None
    declared: dict[str, Any] = field(default_factory=dict)


def csv_cells(text: str) -> Iterator[list[str]]:
    """Cells of a CSV, tabs gone: they guard order numbers against spreadsheets."""
    try:
        yield from csv.reader(_lines(text if "\n" in text else text.replace("\r", "\n")))
    except csv.Error:
        raise Refused("damaged_bill") from None


def _lines(text: str) -> Iterator[str]:
    """One after the other, without a second copy of a long text."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end].replace("\t", "")
        start = end


def bill_of(cells: Iterable[Sequence[Any]]) -> Bill:
    """The rows of a bill. Raises Refused where there is no header that names what is needed."""
    bill = Bill()
    told: list[str] = []
    places: dict[str, int] = {}
    needed: Callable[[Sequence[Any]], Sequence[Any]] = tuple
    seen_before: set[tuple[Any, ...]] = set()
    is_over = False
    for number, row in enumerate(cells):
        if number > MOST_ROWS + 2 * HEADER_WITHIN:
            raise Refused("too_many_rows")
        if not places:
            if number >= HEADER_WITHIN:
                break
            names = [plain(joined(str(cell))) for cell in row[:MOST_CELLS]]
            places = _places(names)
            if places:
                needed = itemgetter(*(places.get(role, MOST_CELLS) for role in ROLES))
                bill.source = "wechat" if "当前状态" in names or "支付方式" in names else "alipay"
            else:
                told.append("".join(_text(cell) for cell in row[:MOST_CELLS]))
            continue
        if not is_over:
            first = _text(row[0]) if row else ""
            is_over = first.startswith("---") or not (first or any(map(_text, row[:MOST_CELLS])))
        if is_over:
            if len(told) < 2 * HEADER_WITHIN:
                texts = map(_text, row[:MOST_CELLS])
                told.append(",".join(text for text in texts if text))
            continue
        if len(bill.rows) >= MOST_ROWS:
            raise Refused("too_many_rows")
        held = [*row[:MOST_CELLS], *_BLANK[len(row) :]]
        _take(bill, needed(held), seen_before)
    if not places:
        raise Refused("not_a_bill")
    _read_told(bill, told)
    return bill


def _places(names: Sequence[str]) -> dict[str, int]:
    """{role: column}; empty where a needed one is missing."""
    places = {}
    for role, known in ROLES.items():
        place = next((names.index(name) for name in known if name in names), None)
        if place is not None:
            places[role] = place
    return places if all(role in places for role in NEEDED) else {}


def _text(cell: Any) -> str:
    if not cell:
        return "" if cell is None or cell == "" else str(cell)
    return (cell if type(cell) is str else str(cell))[:LONGEST_CELL].strip(_AROUND)


def _take(bill: Bill, cells: Sequence[Any], seen_before: set[tuple[Any, ...]]) -> None:
    """Add a row to the bill; its cells in the order of ROLES, "" where there is no such column."""
    time, category, other, what, way, amount, method, status_said, told_id, funds, refunded = cells
    when = _when(time)
    fen = _fen(amount)
    if when is None or fen is None:
        bill.unreadable += 1
        return
    number = _named(plain(_text(told_id)))
    if "E+" in number.upper() and re.fullmatch(r"\d(?:\.\d+)?E\+\d+", number, re.IGNORECASE):
        raise Refused("resaved")
    status = _word(_text(status_said))
    key = (number, when, fen, status)
    if number and key in seen_before:
        bill.duplicates += 1
        return
    seen_before.add(key)
    bill.rows.append(
        Row(
            on=when.date(),
            at=when.time().isoformat(),
            category=_word(_text(category)),
            other=_word(_text(other)),
            what=_named(plain(_text(what))),
            way=plain(_text(way)),
            fen=fen,
            method=_word(_text(method)).split("&")[0],
            status=status,
            id=number,
            funds=_word(_text(funds)),
            refunded_fen=_refunded(status) or _fen(refunded) or 0,
        )
    )


def _named(text: str) -> str:
    """Nothing where a bill writes "/" for it."""
    return "" if text == "/" else text


@lru_cache(maxsize=8192)
def _word(text: str) -> str:
    """A word in half width. Few come again and again: held once, they take a third of the
    memory, and of the time."""
    return intern(_named(plain(text)))


_TIME = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2}) (\d{1,2}):(\d{1,2}):(\d{1,2})", re.ASCII)


def _when(cell: Any) -> datetime | None:
    """The local time; workbooks have it as days since their epoch, to be rounded to seconds."""
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None, microsecond=0)
    if isinstance(cell, int | float):
        if not 1 <= cell < 100_000:
            return None
        return EXCEL_EPOCH + timedelta(seconds=int(cell * 86400 + 0.5))
    text = _text(cell).replace("/", "-")
    if len(text) == 19 and text[10] == " ":
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            return None
    if re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2} \d{1,2}:\d{2}", text):
        raise Refused("resaved")
    if found := _TIME.fullmatch(text):
        year, month, day, hour, minute, second = map(int, found.groups())
        try:
            return datetime(year, month, day, hour, minute, second)
        except ValueError:
            return None
    return None


_YUAN = re.compile(r"(\d{1,8})(?:\.(\d{1,2}))?", re.ASCII)  # as nearly all are printed
_REFUNDED_IN = re.compile(r"\(已?(?:全额)?退款[^)]*\)")


def _fen(cell: Any) -> int | None:
    """Whole fen of an amount as printed: with or without ¥, separators, a refund in brackets."""
    if isinstance(cell, bool) or cell is None or cell == "":
        return None
    text = repr(cell) if isinstance(cell, int | float) else plain(_text(cell))
    if found := _YUAN.fullmatch(text):
        return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
    text = re.sub(r"[¥￥,\s元]", "", _REFUNDED_IN.sub("", text))
    if not re.fullmatch(r"[+-]?\d{1,12}(?:\.\d{1,20})?(?:e-?\d{1,2})?", text):
        return None
    try:
        fen = int((Decimal(text) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    except InvalidOperation:
        return None
    return fen if 0 <= fen <= MAX_FEN else None


@lru_cache(maxsize=1024)
def _refunded(status: str) -> int:
    found = re.search(r"已退款\(?[¥￥]?([\d.,]+)\)?", status)
    return (_fen(found[1]) or 0) if found else 0


_WAYS = {
    "income": r"(?:已)?收入",
    "expense": r"(?:已)?支出",
    "neutral": r"(?:不计收支|其他|中性交易)",
}
_PERIOD = re.compile(
    r"起始(?:时间|日期):?\[(\d{4}-\d{2}-\d{2})[^\]]*\].{0,8}终止(?:时间|日期):?\[(\d{4}-\d{2}-\d{2})"
)


def _read_told(bill: Bill, told: Sequence[str]) -> None:
    text = plain("\n".join(told))
    if found := re.search(r"共(\d{1,7})笔记录", text):
        bill.declared["count"] = int(found[1])
    for way, words in _WAYS.items():
        pattern = rf"^{words}:(\d{{1,7}})笔[ ,]*([\d.,]{{1,20}})元"
        if found := re.search(pattern, text, re.MULTILINE):
            bill.declared[way] = {"count": int(found[1]), "fen": _fen(found[2]) or 0}
    if found := _PERIOD.search(text):
        try:
            bill.period = (date.fromisoformat(found[1]), date.fromisoformat(found[2]))
        except ValueError:
            return
