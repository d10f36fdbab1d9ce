"""What a bill of Alipay or WeChat tells: incomes, living costs, accounts, repayments, debts.

A bill has no due day, rate or balance: what it proposes is who lends, how often and how much was
repaid, and what one lives on; never a contract. Names of shops and people stand in no document,
but for who pays regularly and who lends. Amounts are text in yuan, dates ISO text.
"""

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from planner.domain.values.money import format_yuan
from planner.imports.bill_rows import Bill, Row

CLASSES = (
    *("income", "spend", "spend_on_credit", "repayment_ok", "repayment_failed", "loan_out"),
    *("card_repayment", "refund", "internal", "ignore", "unknown"),
)
LOOP_DAYS = 3  # between money that was lent and what it may have repaid
MOST_LISTED = 200

_LENDERS: Sequence[tuple[str, str, str | None]] = (
    # words, the name shown, the product
    (r"花呗[|/]信用购", "花呗|信用购", None),
    (r"花呗", "花呗", "huabei"),
    (r"借呗", "借呗", "jiebei"),
    (r"信用购", "信用购", None),
    (r"备用金", "备用金", None),
    (r"网商贷", "网商贷", None),
    (r"微粒贷", "微粒贷", "weilidai"),
    (r"分付", "分付", "fenfu"),
    (r"抖音月付", "抖音月付", "douyin_yuefu"),
    (r"放心借", "放心借", "fangxinjie"),
    (r"美团月付", "美团月付", "meituan_yuefu"),
    (r"美团借钱|美团生活费", "美团借钱", "meituan_jieqian"),
    (r"白条", "白条", "jd_baitiao"),
    (r"金条", "金条", "jd_jintiao"),
    (r"拿去花", "拿去花", "ctrip_naquhua"),
    (r"分期乐", "分期乐", "fenqile"),
    (r"有钱花|度小满", "度小满", "duxiaoman"),
    (r"招联", "招联", None),
    (r"360借条|奇富借条", "360借条", None),
)
_LENDER_WORDS = re.compile("|".join(words for words, _name, _product in _LENDERS))
_CREDIT_CARD = re.compile(r"(?P<bank>[\u4e00-\u9fff]{2,20}?银行)信用卡(?:\((?P<tail>\d{4})\))?")
_DEBIT_CARD = re.compile(
    r"(?P<bank>[\u4e00-\u9fff]{2,20}?银行)(?:储蓄卡|借记卡)?\((?P<tail>\d{4})\)"
)
_CARD_REPAID = re.compile(r"信用卡(?:自动)?还款")
_LENT = re.compile(r"放款(?:成功|至)|备用金取出|借款到账|贷款发放")
_REPAID = re.compile(r"还款|归还|代扣|扣款")
_INSIDE = re.compile(
    r"提现|充值|转入|转出|余额宝|零钱通|理财|基金|收益发放|账户存取|转账到(?:银行卡|余额)|自动攒|小荷包"
)
_SALARY = re.compile(r"工资|薪|奖金|报酬|劳务|佣金|代发|津贴|补贴|养老金|退休金|结算款?")
_IGNORED = re.compile(
    r"交易关闭|已关闭|等待付款|芝麻免押|信用服务使用成功|解冻|对方已退还|失败|冻结|已撤销"
)
_WALLETS: Mapping[str, tuple[str, str, str | None]] = {
    "余额": ("支付宝余额", "alipay_balance", None),
    "余额宝": ("余额宝", "yuebao", None),
    "零钱": ("微信零钱", "wechat_balance", None),
    "零钱通": ("零钱通", "wechat_balance", None),
}
_KINDS: Sequence[tuple[str, str]] = (
    # essential living costs: words of the category or of what was bought
    ("housing", r"住房物业|房租|物业费|租金|租房"),
    ("utilities", r"充值缴费|公共服务|电费|水费|燃气|话费|宽带|暖气"),
    ("food", r"餐饮美食|餐|饭|面馆|食堂|外卖|菜|超市|便利店|生鲜|买菜"),
    ("daily", r"日用百货|母婴亲子|生活服务"),
    ("transport", r"交通出行|爱车养车|公交|地铁|打车|加油|停车"),
    ("health", r"医疗健康|医院|药"),
    ("education", r"教育培训|学费|培训"),
    ("insurance", r"保险"),
)


def read_bill(bill: Bill) -> dict[str, Any]:
    """The document of a bill; keys as docs/imports.md tells them."""
    by_class: dict[str, list[Row]] = {name: [] for name in CLASSES}
    for row in bill.rows:
        by_class[class_of(row)].append(row)
    months = _months(bill)
    return {
        "document": "bill",
        "outcome": "read",
        "source": bill.source,
        "rows": len(bill.rows),
        "duplicates": bill.duplicates,
        "unreadable_rows": bill.unreadable,
        "period": [day.isoformat() for day in bill.period] if bill.period else None,
        "classes": {
            name: {"count": len(rows), "amount": _yuan(row.fen for row in rows)}
            for name, rows in by_class.items()
            if rows
        },
        "declared": _declared(bill),
        "totals_agree": _agree(bill),
        "incomes": _incomes(by_class["income"]),
        "expenses": _expenses(by_class, months),
        "accounts": _accounts(bill.rows),
        "repayments": _repayments(by_class),
        "debts": _debts(by_class),
        "loops": _loops(by_class),
        "unknown": [
            {"kind": kind, "count": count}
            for kind, count in Counter(row.category for row in by_class["unknown"]).most_common(20)
        ],
    }


def class_of(row: Row) -> str:
    """One of CLASSES. What is not known is "unknown" and never stops a file."""
    words = f"{row.category} {row.other} {row.what}"
    if "还款失败" in row.status or ("失败" in row.status and _REPAID.search(words)):
        return "repayment_failed"
    if _is_refund(row):
        return "refund"
    if _IGNORED.search(row.status):
        return "ignore"
    if _LENT.search(row.status) or _LENT.search(words):
        return "loan_out"
    if _CARD_REPAID.search(words):
        return "card_repayment"
    is_of_lender = "信用借还" in row.category or _LENDER_WORDS.search(words) is not None
    if is_of_lender and ("还款成功" in row.status or _REPAID.search(words)):
        return "repayment_ok"
    if row.way == "收入":
        return "income"
    if row.way == "支出":
        return "spend_on_credit" if _creditor_of_method(row.method) else "spend"
    if _INSIDE.search(words):
        return "internal"
    return "unknown"


def _is_refund(row: Row) -> bool:
    return (
        row.category == "退款"
        or row.category.endswith("-退款")
        or row.status in ("退款成功", "退税成功")
        or row.what.startswith("退款-")
    )


# --- Who lends ---------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def _creditor_of_method(method: str) -> tuple[str, str | None, str | None] | None:
    """(name, product, tail of the card) of whom a payment by `method` is owed to afterwards."""
    if found := _CREDIT_CARD.match(method):
        return found["bank"], "credit_card", found["tail"]
    if found := re.match(r"([\u4e00-\u9fff]{2,20}?银行)信用购", method):
        return f"{found[1]}信用购", None, None
    for words, name, product in _LENDERS:
        if re.match(words, method):
            return name, product, None
    return None


def _creditor(row: Row) -> tuple[str, str | None, str | None]:
    return _creditor_of(row.other, row.what, row.category)


@lru_cache(maxsize=4096)
def _creditor_of(other: str, what: str, category: str) -> tuple[str, str | None, str | None]:
    words = f"{other} {what} {category}"
    if _CARD_REPAID.search(words):
        name = re.sub(r"信用卡.*$", "", other) or other
        found = re.search(r"信用卡\((\d{4})\)", words)
        return name or "信用卡", "credit_card", found[1] if found else None
    for pattern, name, product in _LENDERS:
        if re.search(pattern, words):
            return name, product, None
    return other or category, None, None


def _debts(by_class: Mapping[str, Sequence[Row]]) -> list[dict[str, Any]]:
    """Everybody who seems to lend, with what speaks for it. The bill knows no balance."""
    kinds = ("repayment_ok", "card_repayment", "repayment_failed", "loan_out", "spend_on_credit")
    found: dict[tuple[str, str | None, str | None], dict[str, list[Row]]] = {}
    for kind in kinds:
        for row in by_class[kind]:
            creditor = (
                _creditor_of_method(row.method) if kind == "spend_on_credit" else _creditor(row)
            )
            if creditor is not None:
                found.setdefault(creditor, defaultdict(list))[kind].append(row)
    debts = []
    for (name, product, tail), rows in list(found.items())[:MOST_LISTED]:
        repaid = [*rows["repayment_ok"], *rows["card_repayment"]]
        debts.append(
            {
                "lender": name,
                "product": product,
                "card_tail": tail,
                "may_be": name.split("|") if "|" in name else [],
                "repaid": _summed(repaid),
                "failed": _summed(rows["repayment_failed"]),
                "lent": _summed(rows["loan_out"]),
                "spent": _summed(rows["spend_on_credit"]),
                "days": sorted({row.on.day for row in repaid}),
                "typical": _yuan([_median(row.fen for row in repaid)]) if repaid else None,
                "deducts_from": sorted({row.method for row in repaid if row.method}),
            }
        )
    return debts


def _repayments(by_class: Mapping[str, Sequence[Row]]) -> list[dict[str, Any]]:
    rows = [
        (row, kind)
        for kind in ("repayment_ok", "card_repayment", "repayment_failed")
        for row in by_class[kind]
    ]
    rows.sort(key=lambda one: (one[0].on, one[0].at), reverse=True)
    return [
        {
            "lender": _creditor(row)[0],
            "on": row.on.isoformat(),
            "at": row.at,
            "amount": format_yuan(row.fen),
            "from": row.method or None,
            "is_paid": kind != "repayment_failed",
        }
        for row, kind in rows[:MOST_LISTED]
    ]


def _loops(by_class: Mapping[str, Sequence[Row]]) -> list[dict[str, Any]]:
    """Money lent that was paid to others within days: borrowing to repay."""
    repaid = sorted(
        [*by_class["repayment_ok"], *by_class["card_repayment"]], key=lambda row: (row.on, row.at)
    )
    moments = [(row.on, row.at) for row in repaid]
    loops: list[dict[str, Any]] = []
    for lent in by_class["loan_out"]:
        if len(loops) >= MOST_LISTED:
            break
        whose = _creditor(lent)[0]
        first = bisect_right(moments, (lent.on, lent.at))
        last = bisect_right(moments, (lent.on + timedelta(days=LOOP_DAYS), "24"))
        after = [row for row in repaid[first : min(last, first + MOST_LISTED)]
                 if _creditor(row)[0] != whose]  # fmt: skip
        if after and 2 * sum(row.fen for row in after) >= lent.fen:
            loops.append(
                {
                    "lender": whose,
                    "on": lent.on.isoformat(),
                    "amount": format_yuan(lent.fen),
                    "repaid_to": sorted({_creditor(row)[0] for row in after}),
                    "repaid": _yuan(row.fen for row in after),
                }
            )
    return loops


# --- What comes, what is lived on --------------------------------------------------------------


def _incomes(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Who pays wages, or pays in more than one month, on which days."""
    payers: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        payers[row.other].append(row)
    incomes = []
    for name, paid in payers.items():
        months = {(row.on.year, row.on.month) for row in paid}
        is_wage = any(
            _SALARY.search(f"{row.category} {row.what} {row.other}") or row.category == "商家转账"
            for row in paid
        )
        if not is_wage and len(months) < 2:
            continue
        days = Counter(row.on.day for row in paid)
        last = max(paid, key=lambda row: row.on)
        incomes.append(
            {
                "name": name,
                "is_wage": is_wage,
                "count": len(paid),
                "months": len(months),
                "amount": _yuan([_median(row.fen for row in paid)]),
                "total": _yuan(row.fen for row in paid),
                "day": days.most_common(1)[0][0],
                "days": sorted(days),
                "last_on": last.on.isoformat(),
                "is_regular": len(months) > 1,
            }
        )
    return sorted(incomes, key=lambda one: (not one["is_wage"], -_fen(str(one["total"]))))[
        :MOST_LISTED
    ]


def _expenses(
    by_class: Mapping[str, Sequence[Row]], months: Sequence[tuple[int, int]]
) -> list[dict[str, Any]]:
    """Essential living costs by kind: the median of the months, refunds taken off once."""
    spent: dict[str, dict[tuple[int, int], int]] = defaultdict(lambda: defaultdict(int))
    on_credit: dict[str, int] = defaultdict(int)
    counts: Counter[str] = Counter()
    days: dict[str, Counter[int]] = defaultdict(Counter)
    for name in ("spend", "spend_on_credit"):
        for row in by_class[name]:
            kind = _kind(row)
            if kind is None or row.method.startswith("亲情卡"):
                continue  # a relative's card pays these
            net = 0 if "全额退款" in row.status else max(0, row.fen - row.refunded_fen)
            if not net:
                continue
            spent[kind][row.on.year, row.on.month] += net
            counts[kind] += 1
            days[kind][row.on.day] += 1
            if name == "spend_on_credit":
                on_credit[kind] += net
    return [
        {
            "kind": kind,
            "monthly": _yuan([_median(by_month.get(month, 0) for month in months)]),
            "months": len(months),
            "count": counts[kind],
            "day": days[kind].most_common(1)[0][0],
            "on_credit": format_yuan(on_credit[kind]),
            "is_essential": True,
        }
        for kind, _words in _KINDS
        if (by_month := spent.get(kind))
    ]


def _kind(row: Row) -> str | None:
    return _kind_of(f"{row.category} {row.what} {row.other}")


@lru_cache(maxsize=4096)
def _kind_of(words: str) -> str | None:
    return next((kind for kind, pattern in _KINDS if re.search(pattern, words)), None)


def _months(bill: Bill) -> list[tuple[int, int]]:
    """The months that the bill covers whole, by what it states; else those of its rows."""
    if bill.period:
        first, last = bill.period
        if first.day > 1:
            first = _next_month(first)
        months: list[tuple[int, int]] = []
        while len(months) < 24 and _next_month(first) <= last + timedelta(days=1):
            months.append((first.year, first.month))
            first = _next_month(first)
        if months:
            return months
    return sorted({(row.on.year, row.on.month) for row in bill.rows})


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _accounts(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Where money is kept, by the ways of paying. Credit is no account."""
    found: dict[tuple[str, str, str | None], int] = {}
    for row in rows:
        account = _account(row.method)
        if account is not None:
            found[account] = found.get(account, 0) + 1
    return [
        {"name": name, "kind": kind, "card_tail": tail, "count": count}
        for (name, kind, tail), count in sorted(found.items(), key=lambda one: -one[1])
    ][:MOST_LISTED]


@lru_cache(maxsize=1024)
def _account(method: str) -> tuple[str, str, str | None] | None:
    if not method or _creditor_of_method(method) or method.startswith("亲情卡"):
        return None
    if found := _DEBIT_CARD.match(method):
        return f"{found['bank']}储蓄卡", "debit_card", found["tail"]
    return _WALLETS.get(method)


# --- Sums --------------------------------------------------------------------------------------


def _fen(amount: str) -> int:
    return int(amount.replace(".", ""))


def _median(amounts: Iterable[int]) -> int:
    ordered = sorted(amounts)  # the lower of two that are in the middle
    return ordered[(len(ordered) - 1) // 2]


def _yuan(fens: Iterable[int]) -> str:
    return format_yuan(sum(fens))


def _summed(rows: Sequence[Row]) -> dict[str, Any]:
    return {"count": len(rows), "amount": _yuan(row.fen for row in rows)}


def _declared(bill: Bill) -> dict[str, Any]:
    return {
        name: value
        if isinstance(value, int)
        else {"count": value["count"], "amount": format_yuan(value["fen"])}
        for name, value in bill.declared.items()
    }


def _agree(bill: Bill) -> bool | None:
    """Whether rows come to the totals that the file states; None where it states none.

    The oldest layout counts by what became of the funds, and not what is neither.
    """
    stated = bill.declared
    ways = [way for way in ("income", "expense", "neutral") if way in stated]
    if not ways and "count" not in stated:
        return None
    if "count" in stated and stated["count"] != len(bill.rows) + bill.duplicates:
        return False
    for way in ways:
        rows = [row for row in bill.rows if _way(row) == way]
        if stated[way] != {"count": len(rows), "fen": sum(row.fen for row in rows)}:
            return False
    return True


def _way(row: Row) -> str:
    if row.funds:
        return {"已收入": "income", "已支出": "expense"}.get(row.funds, "")
    return {"收入": "income", "支出": "expense"}.get(row.way, "neutral")
