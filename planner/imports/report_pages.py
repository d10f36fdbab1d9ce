"""The pages of a brief credit report: lines in order, headings, the table of what is there.

Lines are kept twice, as printed and in half width, character for character, so that a sentence can
be read in one form and shown in the other.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from planner.imports.characters import joined, plain, seen

COLUMNS = ("credit_card", "mortgage", "other_loan", "other_business")
EXTRAS = ("guarantee", "compensation", "assigned_claim")
ROWS = ("accounts", "open", "ever_overdue", "ever_over_90_days")

# --- Pages and lines ---------------------------------------------------------------------------

_FOOTER = re.compile(r"第(\d{1,4})页[,/]?共(\d{1,4})页")
_HEADER = re.compile(r"报告编号:?[\d*]*(?:报告时间:?[\d\-.:年月日]*)?")
REPORT_TIME = re.compile(
    r"报告时间:?(\d{4})[-.年](\d{1,2})[-.月](\d{1,2})日?(\d{2}):(\d{2})(?::(\d{2}))?"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line as printed, the same in half width, both without spaces, and where it stood."""

    shown: str
    text: str
    page: int
    spaced: str


@dataclass(slots=True)
class Page:
    lines: list[Line] = field(default_factory=list)
    number: int | None = None
    of: int | None = None


def pages_of(texts: Sequence[str]) -> list[Page]:
    """Pages in the order of their printed numbers, without headers and footers.

    A pasted text is one; it is taken apart where it prints a page's number.
    """
    pages: list[Page] = []
    for index, text in enumerate(texts):
        lines = [line for line in map(str.strip, seen(text).splitlines()) if line]
        pages += _parted(lines, index) if len(texts) == 1 else [_page(lines, index)]
    heads = [page.lines[0].text for page in pages if page.lines]
    for page in pages:
        # What stands on top of several pages is no part of the sentence that is broken there.
        if page.lines and heads.count(page.lines[0].text) > 1 and not _begins(page.lines[0].text):
            del page.lines[0]
    return _in_order(pages)


def _parted(lines: list[str], index: int) -> list[Page]:
    marks = [place for place, line in enumerate(lines) if _FOOTER.search(plain(joined(line)))]
    if not marks:
        return [_page(lines, index)]
    stands_first = marks[0] == 0
    cuts = marks if stands_first else [mark + 1 for mark in marks]
    bounds = [0, *[cut for cut in cuts if 0 < cut < len(lines)], len(lines)]
    return [
        _page(lines[start:end], index + number)
        for number, (start, end) in enumerate(pairwise(bounds))
    ]


def _page(lines: Iterable[str], index: int) -> Page:
    page = Page()
    for line in lines:
        shown = joined(line)
        text = plain(shown)
        if found := _FOOTER.search(text):
            rest = text[: found.start()] + text[found.end() :]
            if not rest or _HEADER.fullmatch(rest):
                page.number, page.of = int(found[1]), int(found[2])
                continue
        if text and not _HEADER.fullmatch(text):
            page.lines.append(Line(shown, text, index, plain(line)))
    return page


def _begins(text: str) -> bool:
    """Whether an account begins here: two alike are two accounts, not a page's header."""
    return NUMBERED.match(text) is not None


def _in_order(pages: list[Page]) -> list[Page]:
    """By their printed numbers where every page has one; one that comes twice is taken once."""
    if any(page.number is None for page in pages):
        once = {tuple(line.text for line in page.lines): page for page in reversed(pages)}
        return [*reversed(once.values())]
    kept: list[Page] = []
    for page in sorted(pages, key=lambda one: one.number or 0):
        twin = kept[-1] if kept and kept[-1].number == page.number else None
        texts = [line.text for line in page.lines]
        if twin is None or [line.text for line in twin.lines] != texts:
            kept.append(page)
    return kept


# --- Headings ----------------------------------------------------------------------------------

_SECTIONS = {
    "资产处置信息": "assigned_claim",
    "保证人代偿信息": "compensation",
    "代偿信息": "compensation",
    "垫款信息": "compensation",
    "信用卡": "credit_card",
    "贷款": "loan",
    "购房贷款": "loan",
    "其他贷款": "loan",
    "其他业务": "other_business",
    "相关还款责任信息": "guarantee",
    "为他人担保信息": "guarantee",
    "信息概要": "summary",
    "非信贷交易记录": "non_credit",
    "公共记录": "public",
    "查询记录": "queries",
    "机构查询记录明细": "queries",
    "个人查询记录明细": "queries",
    "说明": "notes",
}
# In the order of the report.
ACCOUNTS = (
    *("assigned_claim", "compensation"),
    *("credit_card", "loan", "other_business", "guarantee"),
)
NUMBERED = re.compile(r"(\d{1,4})[.、](?=\d{4}年\d{1,2}月\d{1,2}日)")
PARTS = re.compile(
    r"(?P<never>从未[^。:]{0,40}?明细如下:?)|(?P<ever>(?:发生过逾期的|透支超过60天的)[^。:]{0,40}?明细如下:?)"
)


@dataclass(slots=True)
class Section:
    kind: str
    title: str = ""
    lines: list[Line] = field(default_factory=list)
    is_last: bool = False


def sections_of(pages: Sequence[Page]) -> list[Section]:
    lines = [line for page in pages for line in page.lines]
    sections = [Section("head")]
    for place, line in enumerate(lines):
        kind = _SECTIONS.get(line.text)
        is_cell = kind in ACCOUNTS and not _opens(lines[place + 1 : place + 5])
        if kind is not None and not is_cell:
            sections.append(Section(kind, line.text))
        else:
            sections[-1].lines.append(line)
    sections[-1].is_last = True
    return sections


def _opens(after: Sequence[Line]) -> bool:
    """Whether accounts follow a heading; the same words stand in cells of the summary's table."""
    text = "".join(line.text for line in after)
    return NUMBERED.match(text) is not None or PARTS.match(text) is not None or "明细如下" in text


# --- The summary -------------------------------------------------------------------------------

_ROW_NAMES = {
    "账户数": "accounts",
    "未结清/未销户账户数": "open",
    "发生过逾期的账户数": "ever_overdue",
    "发生过90天以上逾期的账户数": "ever_over_90_days",
}
_CELL = r"(?:\d{1,4}|-{1,2}|—{1,2})"
_CELLS = re.compile(rf"(?<![\d.,])((?:{_CELL}\s+){{3}}{_CELL})\s*$")
_OF_THEM = r"(?:信息)?(?:账户数|笔数)?:?(\d{1,4})(?!\d)"
_EXTRA_COUNTS = {
    "guarantee": re.compile(rf"(?:相关还款责任|为他人担保){_OF_THEM}"),
    "compensation": re.compile(rf"(?:保证人代偿|垫款){_OF_THEM}"),
    "assigned_claim": re.compile(rf"资产处置{_OF_THEM}"),
}


def stated_in(lines: Sequence[Line]) -> dict[str, dict[str, int]]:
    """{column: {row: count}} of the summary's table, as far as it can be read."""
    rows: list[tuple[str, list[int]]] = []
    label: list[str] = []
    cells: list[int] = []
    for line in lines:
        found = _CELLS.search(line.spaced)
        if found:
            rows.append((joined(line.spaced[: found.start()]), _numbers(found[1])))
            label, cells = [], []
        elif re.fullmatch(_CELL, line.text) and label:
            # A table that was pasted cell by cell.
            cells += _numbers(line.text)
            if len(cells) == len(COLUMNS):
                rows.append((label[-1], cells))
                label, cells = [], []
        else:
            label.append(line.text)
    stated: dict[str, dict[str, int]] = {}
    for place, (name, numbers) in enumerate(rows[: len(ROWS)]):
        row = _ROW_NAMES.get(name, ROWS[place])
        for column, number in zip(COLUMNS, numbers, strict=True):
            stated.setdefault(column, {})[row] = number
    for extra, pattern in _EXTRA_COUNTS.items():
        if found := pattern.search("\n".join(line.text for line in lines)):
            stated[extra] = {"accounts": int(found[1])}
    return stated


def _numbers(text: str) -> list[int]:
    return [int(cell) if cell.isdigit() else 0 for cell in text.split()]
