"""Brief reports that no producer has printed: accounts, their sentences, and pages of lines.

Written apart from the reader: what an account is, is known here before a sentence is made of it.
"""

from dataclasses import dataclass, replace
from datetime import date

from hypothesis import strategies as st

LENDERS = (
    "示例银行股份有限公司信用卡中心", "样例银行股份有限公司", "远山银行股份有限公司样例市分行",
    "青禾小额贷款有限公司", "星河消费金融有限公司（原：云杉消费金融有限公司）",
    "为民村镇银行股份有限公司", "示例信托有限公司", "示例银行股份有限公司示例银行大厦支行",
)  # fmt: skip
LOANS = (
    "个人住房商业贷款", "个人住房公积金贷款", "个人商用房（包括商住两用）贷款", "个人汽车消费贷款",
    "个人经营性贷款", "其他个人消费贷款", "国家助学贷款", "农户贷款", "其他贷款",
)  # fmt: skip
HOUSING = LOANS[:3]
HEADINGS = {
    "card": ("信用卡", "发生过逾期的贷记卡账户明细如下：",
             "从未逾期过的贷记卡及透支未超过60天的准贷记卡账户明细如下："),
    "loan": ("贷款", "发生过逾期的账户明细如下：", "从未发生过逾期的账户明细如下："),
    "other": ("其他业务", "发生过逾期的账户明细如下：", "从未发生过逾期的账户明细如下："),
}  # fmt: skip
OLD_TITLES = ("购房贷款", "其他贷款")


@dataclass(frozen=True)
class Printing:
    """How a producer prints."""

    width: int  # characters of a line
    lines: int  # of a page
    has_zeros: bool  # 03月05日
    has_commas: bool  # 30,000
    is_full_width: bool
    has_footers: bool
    dot: str
    has_old_titles: bool  # loans under two headings

    def day(self, on):
        pad = "02d" if self.has_zeros else "d"
        return f"{on.year}年{on.month:{pad}}月{on.day:{pad}}日"

    def month(self, on):
        pad = "02d" if self.has_zeros else "d"
        return f"{on.year}年{on.month:{pad}}月"

    def sum(self, yuan):
        return f"{yuan:,}" if self.has_commas else str(yuan)


@dataclass(frozen=True)
class Made:
    """An account as it is. `yuan` None: it is over."""

    kind: str  # card, card_special, loan, line, other
    lender: str
    opened: date
    as_of: date
    amount: int
    yuan: int | None
    purpose: str
    was_overdue: bool
    months: int
    now: str  # "", "有", "无"
    is_foreign: bool
    tail: str

    @property
    def section(self):
        return {"card": "card", "card_special": "card", "other": "other"}.get(self.kind, "loan")

    @property
    def column(self):
        if self.section == "loan":
            return "mortgage" if self.purpose in HOUSING else "other_loan"
        return {"card": "credit_card", "other": "other_business"}[self.section]

    @property
    def is_debt(self):
        return bool(self.yuan)

    def sentence(self, to):
        opened, month = to.day(self.opened), to.month(self.as_of)
        head = f"{opened}{self.lender}"
        end = to.day(self.opened.replace(year=self.opened.year + 3, day=min(self.opened.day, 28)))
        now = f"，当前{self.now}逾期" if self.now else ""
        currency = "美元" if self.is_foreign else "人民币"
        if self.kind.startswith("card"):
            head += f"发放的贷记卡（{currency}账户，卡片尾号：{self.tail}）"
            if self.yuan is None:
                return f"{head}，{month}销户。"
            limit = f"信用额度{'折合人民币' if self.is_foreign else ''}{to.sum(self.amount)}"
            if self.kind == "card_special":
                inside = to.sum(self.yuan // 2)
                used = f"余额{to.sum(self.yuan)}（含未出单的大额专项分期余额{inside}）"
            else:
                used = f"已使用额度{to.sum(self.yuan)}"
            return f"{head}。截至{month}，{limit}，{used}。{self._history()}"
        if self.kind == "line":
            head += f"为{self.purpose}授信，额度长期有效，可循环使用"
            if self.yuan is None:
                return f"{head}，{month}已结清。"
            limit = f"信用额度{to.sum(self.amount)}元（人民币）"
            return (
                f"{head}。截至{month}，{limit}，余额为{to.sum(self.yuan)}{now}。{self._history()}"
            )
        if self.kind == "other":
            head += f"办理的{to.sum(self.amount)}元（人民币）融资租赁业务，{end}到期"
        else:
            head += f"发放的{to.sum(self.amount)}元（人民币）{self.purpose}，{end}到期"
        if self.yuan is None:
            return f"{head}，{month}已结清。"
        return f"{head}。截至{month}，余额{to.sum(self.yuan)}{now}。{self._history()}"

    def _history(self):
        if not self.was_overdue:
            return ""
        return f"最近5年内有{self.months}个月处于逾期状态，没有发生过90天以上逾期。"


days = st.dates(date(2005, 1, 1), date(2026, 9, 30))
printings = st.builds(
    Printing,
    width=st.integers(24, 60),  # narrower than that no page is printed
    lines=st.integers(12, 60),
    has_zeros=st.booleans(),
    has_commas=st.booleans(),
    is_full_width=st.booleans(),
    has_footers=st.booleans(),
    dot=st.sampled_from([".", "．", "、"]),
    has_old_titles=st.booleans(),
)
accounts = st.builds(
    Made,
    kind=st.sampled_from(["card", "card_special", "loan", "loan", "line", "other"]),
    lender=st.sampled_from(LENDERS),
    opened=days,
    as_of=st.dates(date(2026, 9, 1), date(2026, 10, 31)),
    amount=st.integers(0, 9_999_999),
    yuan=st.none() | st.just(0) | st.integers(1, 9_999_999),
    purpose=st.sampled_from(LOANS),
    was_overdue=st.booleans(),
    months=st.integers(1, 60),
    now=st.sampled_from(["", "有", "无"]),
    is_foreign=st.booleans(),
    tail=st.from_regex(r"[0-9]{4}", fullmatch=True),
)


def as_printed(made, to):
    """In the order of a report, each in its part; a foreign account only of plain cards."""
    titles = [*_titles(to)]
    order = sorted(made, key=lambda one: (titles.index(_title(one, to)), not one.was_overdue))
    return [replace(one, is_foreign=one.is_foreign and one.kind == "card") for one in order]


def _titles(to):
    """{title: (heading of the accounts that were overdue, of the others)}"""
    return {
        one: (ever, never)
        for title, ever, never in HEADINGS.values()
        for one in (OLD_TITLES if title == "贷款" and to.has_old_titles else (title,))
    }


def _title(one, to):
    if one.section == "loan" and to.has_old_titles:
        return OLD_TITLES[one.purpose not in HOUSING]
    return HEADINGS[one.section][0]


def pages_of(made, to):
    """The texts of the report's pages."""
    lines = ["个人信用报告", "报告编号：2026112009300000000001 报告时间：2026-11-20 09:30:00",
             "姓名：示例用户 证件类型：身份证 证件号码：**************0000", "信贷记录", "信息概要",
             "信用卡 贷款 其他业务", "购房 其他", *_summary(made)]  # fmt: skip
    for title, (ever, never) in _titles(to).items():
        some = [one for one in made if _title(one, to) == title]
        if some:
            lines.append(title)
        for number, one in enumerate(some, 1):
            if number == 1 or some[number - 2].was_overdue != one.was_overdue:
                lines.append(ever if one.was_overdue else never)
            lines += _wrapped(f"{number}{to.dot}{one.sentence(to)}", to)
    lines += ["查询记录", "机构查询记录明细", "1 2026年11月02日 样例消费金融有限公司 贷后管理"]
    pages = [lines[start : start + to.lines] for start in range(0, len(lines), to.lines)]
    if to.has_footers:
        count = len(pages)
        pages = [[*page, f"第 {number} 页，共 {count} 页"] for number, page in enumerate(pages, 1)]
    return ["\n".join(page) for page in pages]


def _wrapped(sentence, to):
    if to.is_full_width:
        wide = {ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)}
        sentence = sentence.translate(wide)
    return [sentence[start : start + to.width] for start in range(0, len(sentence), to.width)]


def _summary(made):
    columns = ("credit_card", "mortgage", "other_loan", "other_business")
    rows = {
        "账户数": made,
        "未结清/未销户账户数": [one for one in made if one.yuan is not None],
        "发生过逾期的账户数": [one for one in made if one.was_overdue],
        "发生过90天以上逾期的账户数": [],
    }
    for name, some in rows.items():
        counts = [sum(1 for one in some if one.column == column) for column in columns]
        yield " ".join([name, *[str(count) if count else "--" for count in counts]])


def figures(one):
    """What of an account must never be read otherwise."""
    return (one.lender, one.opened.isoformat(), f"{one.yuan}.00", one.is_foreign)
