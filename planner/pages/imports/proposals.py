"""What was read → the draft: rows that can be ticked, and what is only told.

A draft holds what may become a debt, an income, an expense or an account, and counts; never a
sentence of the file, nobody's name but that of a lender or of who pays, and no number but the last
four of a card. Its rows are JSON: amounts text in yuan, days ISO text.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from planner.domain.household.household import Debt
from planner.domain.rulebook.products import load_products
from planner.domain.values.days import add_months, next_month_day

Draft = dict[str, Any]
Row = dict[str, Any]

LISTS = ("debts", "accounts", "incomes", "expenses")
MOST_ROWS = 100  # of each list: what nobody can look through is not proposed

# What a report or a message speaks of → the product whose rules are known.
PRODUCTS: Mapping[str, str] = {
    "credit_card": "credit_card",
    "mortgage": "mortgage",
    "car_loan": "car_loan",
    "consumer_loan": "consumer_finance",
    "zhaolian": "consumer_finance",
}
# Widely known: under which app's name a lender's loans run. A hint, since others may be behind it.
HINTS: Sequence[tuple[str, Sequence[str]]] = (
    ("蚂蚁消费金融", ("huabei", "jiebei")),
    ("微众银行", ("weilidai",)),
    ("度小满", ("duxiaoman",)),
    ("京东|京汇", ("jd_jintiao", "jd_baitiao")),
    ("美团|三快", ("meituan_jieqian", "meituan_yuefu")),
    ("中融小额贷款|抖音|中融", ("fangxinjie", "douyin_yuefu")),
    ("分期乐|乐信", ("fenqile",)),
    ("财付通", ("fenfu",)),
)
_LEGAL = re.compile(r"(?:股份)?有限(?:责任)?公司.*$|信用卡中心.*$")


def empty() -> Draft:
    return {**{kind: [] for kind in LISTS}, "told": []}


def short_name(institution: str) -> str:
    """ "示例银行" of "示例银行股份有限公司信用卡中心"."""
    return _LEGAL.sub("", institution) or institution


def added(draft: Draft, document: Mapping[str, Any]) -> Draft:
    """The draft with what was read now; what it has already is filled, not doubled."""
    kind = document["document"]
    told = {"kind": kind}
    if kind == "brief":
        told |= _of_report(draft, document)
    elif kind == "messages":
        told |= _of_messages(draft, document)
    else:
        told |= _of_bill(draft, document)
    for name in LISTS:
        del draft[name][MOST_ROWS:]
        for number, row in enumerate(draft[name], 1):
            row["id"] = f"{name[0]}{number}"
    draft["told"] = [*draft["told"], told][-8:]
    return draft


# --- A report ----------------------------------------------------------------------------------


def _of_report(draft: Draft, document: Mapping[str, Any]) -> dict[str, Any]:
    held = [_identity(row) for row in draft["debts"]]
    counted: list[Any] = []
    for debt in document["proposed"]:
        row = _reported(debt)
        # Two sentences alike are two debts; a report read twice is not.
        identity = _identity(row)
        counted.append(identity)
        if counted.count(identity) > held.count(identity):
            _merge_or_add(draft, row)
    return {
        "counts": [
            {"column": column, **rows["accounts"]} for column, rows in document["counts"].items()
        ],
        "missing": document["missing_accounts"],
        "complete": document["complete"],
        "pages": document["pages"],
        **({"pages_stated": document["pages_stated"]} if "pages_stated" in document else {}),
        "unread": [{key: one[key] for key in ("no", "section")} for one in document["unread"]],
        "apart": [
            {
                "lender": short_name(one["institution"]),
                "role": one["role"],
                "amount": one["guaranteed_amount"],
                "balance": one["balance_of_the_other"],
            }
            for one in document["shown_apart"]
        ],
        "left_out": len(document["dropped"]),
        "total": document["total_cny"],
    }


def _reported(debt: Mapping[str, Any]) -> Row:
    lender = short_name(debt["institution"])
    hinted = next((ids for words, ids in HINTS if re.search(words, debt["institution"])), ())
    guess = PRODUCTS.get(debt["product_guess"], "other_loan")
    if debt["kind"] == "credit_card":
        guess, hinted = "credit_card", ()
    return {
        "source": "report",
        "lender": lender,
        "product": guess,
        "hints": list(hinted),
        "opened_on": debt["opened_on"],
        "ends_on": debt["ends_on"],
        "as_of": debt["as_of"],
        "balance": debt["balance"],
        "currency": debt["currency"],
        "loan": debt["amount"],
        "special": debt["unbilled_special_instalments"],
        "tail": debt["card_tail"],
        "is_line": debt["kind"] == "credit_line",
        "overdue": debt["overdue_now"],
        "bill": None,
        "take": debt["in_total"],
        "as": "",
    }


def _identity(row: Mapping[str, Any]) -> tuple[Any, ...]:
    names = ("lender", "product", "opened_on", "loan", "balance", "tail", "currency")
    return tuple(row.get(name) for name in names)


# --- Messages ----------------------------------------------------------------------------------


def _of_messages(draft: Draft, document: Mapping[str, Any]) -> dict[str, Any]:
    for message in document["messages"]:
        if message["import"] and message["class"] in ("card_bill", "loan_due"):
            _merge_or_add(draft, _messaged(message))
    others = [one for one in document["messages"] if not one["import"]]
    split = [one for one in document["messages"] if one["class"] == "instalment_confirmed"]
    return {
        "messages": len(document["messages"]),
        # Of a code not even that it came is worth keeping.
        "others": [
            {"class": one["class"], "flags": one["flags"], "lender": one["lender"]}
            for one in others
            if one["class"] != "verification_code"
        ],
        "split": [
            {
                "lender": one["lender"],
                **{key: one["instalment"][key] for key in ("principal", "periods")},
                "printed": one["instalment"]["annual_rate_percent"],
                "computed": one.get("internal_rate_percent"),
            }
            for one in split
        ],
    }


def _messaged(message: Mapping[str, Any]) -> Row:
    product = message["product"]
    known = load_products()
    if product not in known:
        product = PRODUCTS.get(product or "", "other_loan")
    return {
        "source": "sms",
        "lender": message["lender"] or "",
        "product": product,
        "hints": [],
        "opened_on": None,
        "ends_on": None,
        "as_of": None,
        "balance": None,
        "currency": "CNY",
        "loan": None,
        "special": None,
        "tail": message["card_tail"],
        "is_line": False,
        "overdue": None,
        "bill": {
            "amount": message["amount"],
            "minimum": message["minimum"],
            "due_on": message["due_date"],
            "received": (message["received"] or "")[:10] or None,
        },
        "take": True,
        "as": "",
    }


def core(lender: str) -> str:
    """What is alike in a bank's names: "兴业" of 兴业银行 and of 兴业银行股份有限公司."""
    return re.sub(r"(?:银行|信用卡|消费金融|金融)$", "", short_name(lender)).removeprefix(
        "中国"
    ) or (lender)


def _merge_or_add(draft: Draft, row: Row) -> None:
    """A bill joins the one row of its lender, product and tail; else it is a row of its own."""
    twins = [
        one
        for one in draft["debts"]
        if one["product"] == row["product"]
        and core(one["lender"]) == core(row["lender"])
        and (one["tail"] == row["tail"] or None in (one["tail"], row["tail"]))
        and one["source"] != "bill"
    ]
    exact = [one for one in twins if one["tail"] == row["tail"]] or twins
    if row["source"] == "sms" and len(exact) == 1:
        exact[0]["bill"] = row["bill"]
        exact[0]["tail"] = exact[0]["tail"] or row["tail"]
    elif row["source"] == "report" and len(exact) == 1 and exact[0]["source"] == "sms":
        bill = exact[0]["bill"]
        exact[0] |= row | {"bill": bill, "tail": row["tail"] or exact[0]["tail"]}
    elif row["source"] != "sms" or not any(row.items() <= one.items() for one in draft["debts"]):
        draft["debts"].append(row)


# --- A bill ------------------------------------------------------------------------------------


def _of_bill(draft: Draft, document: Mapping[str, Any]) -> dict[str, Any]:
    for account in document["accounts"]:
        _add_once(
            draft["accounts"],
            {"name": account["name"], "kind": account["kind"], "tail": account["card_tail"]},
        )
    for income in document["incomes"]:
        _add_once(
            draft["incomes"],
            {"name": income["name"], "amount": income["amount"], "day": income["day"],
             "count": income["count"]},
        )  # fmt: skip
    for expense in document["expenses"]:
        cash = {"kind": expense["kind"], "amount": expense["monthly"], "day": expense["day"],
                "count": expense["count"], "months": expense["months"]}  # fmt: skip
        _add_once(draft["expenses"], cash)
    return {
        "rows": document["rows"],
        "totals_agree": document["totals_agree"],
        "unreadable_rows": document["unreadable_rows"],
        "lenders": [
            {
                "name": debt["lender"],
                "product": debt["product"],
                "tail": debt["card_tail"],
                "may_be": debt["may_be"],
                "repaid": debt["repaid"]["count"],
                "typical": debt["typical"],
                "days": debt["days"][:5],
                "failed": debt["failed"]["count"],
                "lent": debt["lent"]["amount"],
            }
            for debt in document["debts"]
        ][:30],
        "loops": len(document["loops"]),
    }


def _add_once(rows: list[Row], row: Row) -> None:
    if row not in [{key: one.get(key) for key in row} for one in rows]:
        rows.append({**row, "take": True})


# --- What is there already ---------------------------------------------------------------------


def matched(draft: Draft, debts: Sequence[Debt]) -> Draft:
    """Each row with the debts it may be: `same` where it is one beyond doubt, else `maybe`.

    Sure is the opening day together with the lender, or the lender with the last four of the card;
    of debts that are alike each is taken once.
    """
    free = list(debts)
    for row in draft["debts"]:
        sure = next((debt for debt in free if _is_same(row, debt)), None)
        row["same"] = sure.id if sure else None
        if sure:
            free.remove(sure)
    for row in draft["debts"]:
        row["maybe"] = [] if row["same"] else [one.id for one in free if _may_be(row, one)]
    return draft


def _is_same(row: Mapping[str, Any], debt: Debt) -> bool:
    is_lender = bool(row["lender"]) and core(row["lender"]) in debt.name
    if row["opened_on"] and debt.signed_on == date.fromisoformat(row["opened_on"]):
        return is_lender or debt.product == row["product"]
    if row["opened_on"] and debt.signed_on:
        return False
    if row["tail"] and re.search(rf"(?<!\d){row['tail']}(?!\d)", debt.name):
        return is_lender
    is_only_one = row["product"] not in ("credit_card", "consumer_finance", "other_loan")
    return row["source"] == "sms" and is_only_one and debt.product == row["product"]


def _may_be(row: Mapping[str, Any], debt: Debt) -> bool:
    if row["opened_on"] and debt.signed_on and debt.signed_on.isoformat() != row["opened_on"]:
        return False
    is_lender = bool(row["lender"]) and core(row["lender"]) in debt.name
    return is_lender or (debt.product == row["product"] and row["product"] != "consumer_finance"
                         and not debt.signed_on)  # fmt: skip


# --- What can be worked out of what was read ---------------------------------------------------


def next_due(row: Mapping[str, Any], today: date) -> date | None:
    """The next due day that a loan's last day suggests: loans fall due on one day of the month."""
    bill = row["bill"] or {}
    if bill.get("due_on") and (due := date.fromisoformat(bill["due_on"])) >= today:
        return due
    if not row["ends_on"]:
        return None
    ends = date.fromisoformat(row["ends_on"])
    if ends < today:
        return None
    return next_month_day(today - timedelta(days=1), ends.day)


def periods_left(first: date, row: Mapping[str, Any]) -> int | None:
    """Monthly dues from the first one to the last day of the loan, both included."""
    if not row["ends_on"]:
        return None
    ends = date.fromisoformat(row["ends_on"])
    count = 12 * (ends.year - first.year) + ends.month - first.month + 1
    if add_months(first, count - 1) > ends + timedelta(days=3):
        count -= 1
    return count if 0 < count <= 600 else None


def names(rows: Iterable[Row], taken: Iterable[str]) -> dict[str, str]:
    """{row id: a name}, none twice: "示例银行信用卡 0001", "星河消费金融 2"."""
    used = set(taken)
    found: dict[str, str] = {}
    for row in rows:
        product = load_products()[row["product"]]
        base = row["lender"] or product.name("zh").split(" / ")[0]
        if row["product"] == "credit_card" and "信用卡" not in base:
            base += "信用卡"
        if row["tail"]:
            base += f" {row['tail']}"
        name, number = base, 1
        while name in used:
            number += 1
            name = f"{base} ({number})"
        used.add(name)
        found[row["id"]] = name
    return found
