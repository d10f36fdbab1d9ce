"""The sentences of a brief credit report: one a numbered account, and its grammar.

What is worded otherwise stays unread. A balance is taken from the place where its kind has one and
from nowhere else.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from planner.domain.values.money import format_yuan
from planner.imports.report_pages import NUMBERED, PARTS, Section

MOST_ACCOUNTS = 2000

# --- Sentences ---------------------------------------------------------------------------------


def _day(name: str) -> str:
    return rf"(?P<{name}>\d{{4}}年\d{{1,2}}月\d{{1,2}}日)"


def _month(name: str) -> str:
    return rf"(?P<{name}>\d{{4}}年\d{{1,2}}月(?:\d{{1,2}}日)?)"


def _sum(name: str) -> str:
    """Whole yuan of at most nine digits, which is the most that an amount may be."""
    return rf"(?P<{name}>\d{{1,3}}(?:,\d{{3}}){{1,2}}|\d{{1,9}})"


_OPENED = _day("opened") + r"(?P<institution>[^。]{2,80}?)"
_HISTORY = (
    r"(?:最近5年内有(?P<months>\d{1,2})个月处于逾期状态,"
    r"(?:没有发生过90天以上逾期|其中(?P<long>\d{1,2})个月逾期超过90天)。)?"
)
_NOW = rf"(?:,(?P<now>当前有逾期|当前无逾期)|,逾期金额(?:为)?{_sum('overdue')})?"
_ENDED = rf",{_month('ended')}(?P<how>已?销户|已?结清|已?转出)。{_HISTORY}"
_AS_OF = rf"[。,]截至{_month('as_of')}"
_CURRENCY = r"(?P<currency>[\u4e00-\u9fff]{1,8}元?)"
_BAD = rf"{_AS_OF},?已变成呆账,余额(?:为)?{_sum('balance')}。{_HISTORY}"

_CARD = (
    rf"{_OPENED}发放的(?P<quasi>准)?贷记卡\({_CURRENCY}账户(?:,卡片尾号:?(?P<tail>\d{{4}}))?\)"
    rf"(?:,{_month('valid')}到期)?"
)
_LOAN = rf"{_OPENED}发放的{_sum('amount')}元\({_CURRENCY}\)(?P<printed>[^,。]{{2,30}})"
_OTHER = rf"{_OPENED}办理的{_sum('amount')}元\({_CURRENCY}\)(?P<printed>[^,。]{{2,30}})"
_LINE = (
    rf"{_day('opened')}(?P<institution>[^。]{{2,80}})为(?P<printed>[^,。为]{{2,30}})授信,"
    rf"额度(?:有效期至{_day('ends')}|长期有效)(?:,不?可循环使用)?"
)
_OF_LOAN = rf"(?:,{_day('ends')}到期)?"

_FORMS: Sequence[tuple[str, str, str]] = (
    # kind, state, the whole sentence
    ("credit_card", "closed", _CARD + _ENDED),
    ("credit_card", "not_activated", rf"{_CARD}{_AS_OF},?尚未激活。"),
    (
        "credit_card",
        "normal",
        rf"{_CARD}{_AS_OF},信用额度(?P<converted>折合人民币)?{_sum('limit')},"
        rf"(?:已使用额度(?:折合人民币)?{_sum('balance')}"
        rf"|余额(?:为)?(?:折合人民币)?{_sum('whole')}"
        rf"(?:\(含未出单的大额专项分期余额{_sum('special')}\))?)"
        rf"{_NOW}。{_HISTORY}",
    ),
    (
        "credit_card",
        "normal",
        rf"{_CARD}{_AS_OF},(?:信用额度{_sum('limit')},)?透支余额(?:为)?{_sum('balance')}{_NOW}。{_HISTORY}",
    ),
    ("credit_card", "bad_debt", _CARD + _BAD),
    ("term_loan", "closed", _LOAN + _OF_LOAN + _ENDED),
    (
        "term_loan",
        "normal",
        rf"{_LOAN}{_OF_LOAN}{_AS_OF},余额(?:为)?{_sum('balance')}{_NOW}。{_HISTORY}",
    ),
    ("term_loan", "bad_debt", _LOAN + _OF_LOAN + _BAD),
    ("credit_line", "closed", _LINE + _ENDED),
    (
        "credit_line",
        "normal",
        rf"{_LINE}{_AS_OF},信用额度{_sum('limit')}(?:元\({_CURRENCY}\))?,"
        rf"余额(?:为)?{_sum('balance')}{_NOW}。{_HISTORY}",
    ),
    ("credit_line", "bad_debt", _LINE + _BAD),
    ("other_business", "closed", _OTHER + _OF_LOAN + _ENDED),
    (
        "other_business",
        "normal",
        rf"{_OTHER}{_OF_LOAN}{_AS_OF},余额(?:为)?{_sum('balance')}{_NOW}。{_HISTORY}",
    ),
    ("other_business", "bad_debt", _OTHER + _OF_LOAN + _BAD),
    (
        "compensation",
        "normal",
        rf"{_OPENED}进行最近一次代偿,累计代偿金额{_sum('amount')}。"
        rf"(?:最近一次还款日期为{_day('paid')},)?余额(?:为)?{_sum('balance')}。",
    ),
    (
        "assigned_claim",
        "normal",
        rf"{_OPENED}接收债权,债权金额{_sum('amount')}。"
        rf"(?:最近一次还款日期为{_day('paid')},)?余额(?:为)?{_sum('balance')}。",
    ),
    (
        "guarantee",
        "normal",
        rf"{_day('opened')},为.{{1,80}}?\(证件类型:.{{1,40}}?,证件号码:[^)]{{1,40}}\)"
        r"在(?P<institution>[^。]{2,80})办理的[^,。]{2,20}(?:承担相关还款责任|提供担保),"
        r"(?:责任人类型为(?P<role>[^,。]{2,12}),)?"
        rf"(?:相关还款责任金额|担保金额)(?:为)?{_sum('amount')}(?:元|\(人民币元?\))?。"
        rf"截至{_month('as_of')},[^,。\d]{{0,12}}余额(?:为)?{_sum('balance')}(?:元|\(人民币元?\))?。",
    ),
)
_READERS = [(kind, state, re.compile(form)) for kind, state, form in _FORMS]
# How an account begins; the last group that is found tells under which heading it belongs.
WHOSE = re.compile(
    rf"{_OPENED}(?:(?P<credit_card>发放的准?贷记卡)|(?P<loan>发放的[\d,]+元|为[^,。为]{{2,30}}授信)"
    r"|发放的|(?P<other_business>办理的)"
    r"|(?P<compensation>进行最近一次代偿)|(?P<assigned_claim>接收债权))"
)
_GUARANTEES = re.compile(rf"{_day('opened')},为")
_HOUSING = re.compile(r"住房|公积金|商用房")
PRODUCTS = (
    (_HOUSING, "mortgage"),
    (re.compile(r"汽车"), "car_loan"),
    (re.compile(r"经营"), "business_loan"),
    (re.compile(r"助学"), "student_loan"),
    (re.compile(r"消费"), "consumer_loan"),
    (re.compile(r"融资租赁"), "finance_lease"),
)
CURRENCIES = {
    "人民币": "CNY", "人民币元": "CNY", "美元": "USD", "欧元": "EUR", "日元": "JPY", "英镑": "GBP",
    "港元": "HKD", "港币": "HKD", "澳大利亚元": "AUD", "澳元": "AUD", "加拿大元": "CAD",
    "瑞士法郎": "CHF", "新加坡元": "SGD", "新西兰元": "NZD", "韩元": "KRW", "泰铢": "THB",
    "澳门元": "MOP",
}  # fmt: skip


@dataclass(slots=True)
class Account:
    """One numbered entry of a section, read or not."""

    no: int
    section: str
    title: str
    text: str
    shown: str
    was_ever_overdue: bool
    is_followed: bool = False
    kind: str | None = None
    state: str = ""
    found: dict[str, str | None] = field(default_factory=dict)

    @property
    def is_read(self) -> bool:
        return self.kind is not None

    @property
    def column(self) -> str:
        if self.section != "loan":
            return self.section
        return (
            "mortgage" if _HOUSING.search(self.found.get("printed") or self.text) else "other_loan"
        )

    @property
    def is_open(self) -> bool:
        return self.state != "closed"


def accounts_of(section: Section) -> list[Account]:
    """What is numbered under a heading, in order; a sentence is taken apart later."""
    shown = "".join(line.shown for line in section.lines)
    text = "".join(line.text for line in section.lines)
    starts = set()
    place = 0
    for line in section.lines:
        starts.add(place)
        place += len(line.text)
    parts = [
        (found.start(), found.end(), "never" if found["never"] else "ever")
        for found in PARTS.finditer(text)
        if found.start() in starts
    ]
    begins = [
        found
        for found in NUMBERED.finditer(text)
        if found.start() in starts
        or text[found.start() - 1] == "。"
        or any(end == found.start() for _start, end, _which in parts)
    ]
    stops = sorted({found.start() for found in begins} | {start for start, _end, _which in parts})
    accounts: list[Account] = []
    part_of: list[int] = []
    for found in begins[:MOST_ACCOUNTS]:
        end = next((stop for stop in stops if stop > found.start()), len(text))
        part = sum(1 for start, _end, _which in parts if start < found.start())
        accounts.append(
            Account(
                no=int(found[1]),
                section=section.kind,
                title=section.title,
                text=text[found.end() : end],
                shown=shown[found.end() : end],
                was_ever_overdue=part > 0 and parts[part - 1][2] == "ever",
            )
        )
        part_of.append(part)
    is_theirs = False  # of the next whose beginning tells: its heading is missing here
    for place in range(len(accounts) - 2, -1, -1):
        account, after = accounts[place], accounts[place + 1]
        is_here = _is_of(section, after)
        is_theirs = is_theirs if is_here is None else not is_here
        is_new_part = part_of[place + 1] != part_of[place]
        is_next = after.no == account.no + 1 or (is_new_part and after.no == 1)
        account.is_followed = is_next and not is_theirs
    if accounts:
        # Nothing follows the end of a file, so nothing can have been put in its place.
        accounts[-1].is_followed = section.is_last
    return _each_once(accounts, part_of)


def _is_of(section: Section, account: Account) -> bool | None:
    """Whether an account belongs under this heading, by how it begins; None where nothing tells."""
    if _GUARANTEES.match(account.text):
        return section.kind == "guarantee"
    begins = WHOSE.match(account.text)
    if begins is None or begins.lastgroup == "institution":
        return None
    if begins.lastgroup == "loan" and section.title in ("购房贷款", "其他贷款"):
        is_housing = _HOUSING.search(account.text, begins.start("loan")) is not None
        return is_housing == (section.title == "购房贷款")
    return begins.lastgroup == section.kind


def _each_once(accounts: list[Account], part_of: list[int]) -> list[Account]:
    """A number comes once under its heading: what is there twice, alike, is the same account."""
    kept: dict[tuple[int, int], Account] = {}
    doubtful: set[tuple[int, int]] = set()
    for account, part in zip(accounts, part_of, strict=True):
        twin = kept.setdefault((part, account.no), account)
        if twin is not account:
            if twin.text != account.text:
                doubtful.add((part, account.no))
            twin.is_followed = twin.is_followed and account.is_followed
    for place in doubtful:
        kept[place].text = ""
    return list(kept.values())


def read_account(account: Account) -> None:
    """Take the sentence apart; it stays unread where any word of it is not known."""
    allowed = {
        "credit_card": ("credit_card",),
        "loan": ("term_loan", "credit_line"),
        "other_business": ("other_business",),
    }.get(account.section, (account.section,))
    for kind, state, reader in _READERS:
        if kind not in allowed:
            continue
        found = reader.fullmatch(account.text)
        if found is None:
            continue
        account.found = found.groupdict()
        for name in reader.groupindex.keys() & {"institution", "printed"}:
            account.found[name] = account.shown[slice(*found.span(name))]  # as it is printed
        if not all(
            iso(account.found.get(name))
            for name in ("opened", "ends", "as_of", "ended", "valid")
            if account.found.get(name)
        ):
            account.found = {}
            return
        account.kind, account.state = kind, state
        return


def iso(printed: str | None) -> str | None:
    """ "2026年3月5日" → "2026-03-05", "2026年10月" → "2026-10"; None for what is no date."""
    if printed is None:
        return None
    numbers = [int(number) for number in re.findall(r"\d+", printed)]
    if not (1900 <= numbers[0] <= 2999 and 1 <= numbers[1] <= 12):
        return None
    if len(numbers) == 3 and not 1 <= numbers[2] <= 31:
        return None
    return "-".join(f"{number:0{4 if place == 0 else 2}d}" for place, number in enumerate(numbers))


def fen_of(printed: str | None) -> int | None:
    if printed is None:
        return None
    return int(printed.replace(",", "")) * 100


def yuan(printed: str | None) -> str | None:
    fen = fen_of(printed)
    return None if fen is None else format_yuan(fen)
