"""The personal credit report, brief version (个人信用报告, 简版): text of its pages → accounts.

A sentence counts as read only where it is whole: the number after it follows, or the counts that
the report states are all there. So a page that is missing costs accounts, never makes up a figure.

Amounts are text in yuan with two places, as in every document here; dates are ISO text.
"""

import re
from collections.abc import Sequence
from typing import Any

from planner.domain.values.money import format_yuan
from planner.imports.characters import joined, plain, seen
from planner.imports.report_pages import (
    ACCOUNTS,
    COLUMNS,
    EXTRAS,
    REPORT_TIME,
    ROWS,
    Section,
    pages_of,
    sections_of,
    stated_in,
)
from planner.imports.report_sentences import (
    CURRENCIES,
    PRODUCTS,
    WHOSE,
    Account,
    accounts_of,
    fen_of,
    iso,
    read_account,
    yuan,
)

TO_ASK = (
    *("rate", "due day", "minimum or instalment", "fen of the balance"),
    "what was paid since as_of",
)

# --- The document ------------------------------------------------------------------------------


def kind_of_document(texts: Sequence[str], *, is_pasted: bool) -> str:
    """ "brief", "detailed", "enterprise", "no_text" or "other", before any figure is read."""
    whole = plain(joined(seen("".join(texts))))
    chinese = len(re.findall(r"[\u4e00-\u9fff]", whole))
    if not is_pasted and chinese < 20 * max(1, len(texts)) and chinese < 400:
        return "no_text"
    if "企业信用报告" in whole[:400] and "个人信用报告" not in whole[:400]:
        return "enterprise"
    if re.search(r"五级分类|授信总额|账户标识|本月应还款", whole):
        return "detailed"
    has_accounts = "信息概要" in whole and "明细如下" in whole
    if "个人信用报告" in whole or (is_pasted and has_accounts):
        return "brief"
    return "other"


def read_report(texts: Sequence[str], *, is_pasted: bool = False) -> dict[str, Any]:
    """The document of a report from the texts of its pages; keys as docs/imports.md tells them."""
    kind = kind_of_document(texts, is_pasted=is_pasted)
    if kind != "brief":
        return {
            "document": kind, "outcome": "refuse", "proposed": [], "shown_apart": [],
            "dropped": [], "why": kind,
        }  # fmt: skip
    pages = pages_of(texts)
    sections = sections_of(pages)
    # A page that is there twice has its accounts under the same heading with the same number.
    found = {
        (section.title, account.no, account.text): account
        for section in reversed(sections)
        if section.kind in ACCOUNTS
        for account in reversed(accounts_of(section))
    }
    accounts = [*reversed(found.values())]
    stated = stated_in([line for one in sections if one.kind == "summary" for line in one.lines])
    for account in accounts:
        read_account(account)
    _drop_doubtful(sections, accounts, stated)
    proposed, apart, dropped = _sorted_out(accounts)
    counts = _counts(accounts, stated)
    gaps, is_split_otherwise = _gaps(counts)
    unread = [_unread(account) for account in accounts if not account.is_read]
    missing = sum(gap for gap in gaps.values() if gap > 0)
    stated_pages = max((page.of or 0 for page in pages), default=0)
    document: dict[str, Any] = {
        "document": "brief",
        "outcome": "read",
        "report_time": _report_time(texts),
        "proposed": proposed,
        "shown_apart": apart,
        "dropped": dropped,
        "counts": counts,
        "gap": gaps,
        "missing_accounts": max(missing, len(unread)),
        "complete": not unread and not any(gaps.values()) and _is_told(counts),
        "warnings": ["loan_columns_differ"] if is_split_otherwise else [],
        "total_cny": format_yuan(
            sum(_fen_of(one["balance"]) for one in proposed if one["in_total"])
        ),
        "overdue_now": sum(1 for one in proposed if one["overdue_now"]),
        "overdue_unknown": sum(1 for one in proposed if one["overdue_now"] is None),
        "not_debts": _not_debts(sections),
        "to_ask": list(TO_ASK),
        "unread": unread,
        "pages": len(pages),
    }
    if stated_pages > len(pages):
        document["pages_stated"] = stated_pages
        document["complete"] = False
    return document


def _drop_doubtful(
    sections: Sequence[Section],
    accounts: Sequence[Account],
    stated: dict[str, dict[str, int]],
) -> None:
    """Take back what may have been put together of two accounts that a missing piece parted.

    Inside a section the next number tells. Of the last of a section, that as many accounts stand
    there as the summary says, and that none of those that it names is left out before the next.
    """

    def told(kind: str) -> int | None:
        columns = ("mortgage", "other_loan") if kind == "loan" else (kind,)
        counts = [stated.get(column, {}).get("accounts") for column in columns]
        if kind in EXTRAS and counts == [None]:
            return 0  # the summary speaks of them only where there are any
        return None if None in counts else sum(count or 0 for count in counts)

    parts = [section for section in sections if section.kind != "summary"]
    titles = [section.title for section in parts]
    for account in accounts:
        if not account.is_read or account.is_followed:
            continue
        here = account.section
        after = [part.kind for part in parts[len(titles) - titles[::-1].index(account.title) :]]
        following = [kind for kind in ACCOUNTS if kind in after]
        until = ACCOUNTS.index(following[0]) if following else len(ACCOUNTS)
        between = ACCOUNTS[ACCOUNTS.index(here) + 1 : until]
        found = sum(1 for one in accounts if one.section == here)
        is_last_there = account is [one for one in accounts if one.title == account.title][-1]
        if not is_last_there or told(here) != found or any(told(kind) for kind in between):
            account.kind, account.found = None, {}


def _fen_of(amount: str) -> int:
    return int(amount.replace(".", ""))


def _sorted_out(
    accounts: Sequence[Account],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    proposed, apart, dropped = [], [], []
    for account in accounts:
        if not account.is_read:
            continue
        if account.kind == "guarantee":
            apart.append(_guarantee(account))
        elif why := _left_out(account):
            dropped.append(why)
        else:
            proposed.append(_debt(account))
    return proposed, apart, dropped


def _head(account: Account) -> dict[str, Any]:
    return {
        "no": account.no,
        "section": account.column,
        "institution": account.found["institution"],
        "opened_on": iso(account.found["opened"]),
        "sentence": account.shown,
    }


def _balance(account: Account) -> str | None:
    return yuan(account.found.get("balance") or account.found.get("whole"))


def _currency(account: Account) -> str:
    printed = account.found.get("currency") or "人民币"
    return CURRENCIES.get(printed, printed)


def _left_out(account: Account) -> dict[str, Any] | None:
    """Why an account is no debt today, with what is to be told of it; None where it is one."""
    ended = {"ended": iso(account.found.get("ended"))}
    if account.state == "closed":
        how = account.found.get("how") or ""
        why = "closed" if "销户" in how else "settled" if "结清" in how else "transferred"
        return {**_head(account), "why": why, **ended}
    if account.state == "not_activated":
        return {**_head(account), "why": "not_activated"}
    if _balance(account) != "0.00":
        return None
    if _currency(account) != "CNY":
        return {
            **_head(account), "why": "foreign_twin_without_balance", "offer_as_unused_line": False,
        }  # fmt: skip
    is_line = account.kind in ("credit_card", "credit_line")
    return {**_head(account), "why": "zero_balance", "offer_as_unused_line": is_line}


def _debt(account: Account) -> dict[str, Any]:
    found, kind = account.found, account.kind
    printed = found.get("printed")
    currency = _currency(account)
    product = next((name for words, name in PRODUCTS if words.search(printed or "")), "other_loan")
    if kind == "credit_card":
        product = "credit_card"
    contract = {"credit_card": "revolving", "term_loan": "instalment"}.get(str(kind))
    confirm = []
    if kind == "credit_line":
        confirm.append("one line may be several loans with their own schedules")
    if currency != "CNY":
        confirm.append("the balance in its own currency")
    if kind == "other_business":
        kind = "finance_lease" if product == "finance_lease" else "other_business"
        contract = "instalment"
    return {
        **_head(account),
        "kind": kind,
        "product_guess": product,
        "kind_printed": printed,
        "contract_guess": contract,
        "ends_on": iso(found.get("ends")),
        "as_of": iso(found.get("as_of")),
        "currency": currency,
        "amount": yuan(found.get("amount")),
        "limit": yuan(found.get("limit")),
        "balance": _balance(account),
        "balance_precision": "yuan",
        "unbilled_special_instalments": yuan(found.get("special")),
        "overdue_now": _is_overdue(account),
        "overdue_amount": yuan(found.get("overdue")),
        "months_overdue_in_5_years": int(found.get("months") or 0),
        "months_over_90_days": int(found.get("long") or 0),
        "state": account.state,
        "card_tail": found.get("tail"),
        "in_total": currency == "CNY",
        "confirm": confirm,
    }


def _is_overdue(account: Account) -> bool | None:
    if account.state == "bad_debt" or account.kind in ("compensation", "assigned_claim"):
        return True
    if account.found.get("overdue") is not None:
        return fen_of(account.found["overdue"]) != 0
    if account.found.get("now"):
        return account.found["now"] == "当前有逾期"
    return None if account.was_ever_overdue or account.found.get("months") else False


def _guarantee(account: Account) -> dict[str, Any]:
    role = account.found.get("role") or ""
    return {
        **_head(account),
        "kind": "guarantee",
        "role": "co_borrower" if "共同" in role else "guarantor",
        "guaranteed_amount": yuan(account.found["amount"]),
        "balance_of_the_other": _balance(account),
        "as_of": iso(account.found["as_of"]),
        "in_total": False,
        "why": "someone else's debt; owed only if they do not pay",
    }


def _unread(account: Account) -> dict[str, Any]:
    """Its number and section, and the lender where that is beyond doubt; never its text."""
    whose = None if account.section == "guarantee" else WHOSE.match(account.text)
    return {
        "no": account.no,
        "section": account.column,
        "institution": account.shown[slice(*whose.span("institution"))] if whose else None,
        "why": "not_whole" if not account.text.endswith("。") else "not_understood",
    }


# --- Completeness ------------------------------------------------------------------------------


def _counts(
    accounts: Sequence[Account], stated: dict[str, dict[str, int]]
) -> dict[str, dict[str, dict[str, int | None]]]:
    counts: dict[str, dict[str, dict[str, int | None]]] = {}
    for column in (*COLUMNS, *EXTRAS):
        of_column = [one for one in accounts if one.column == column]
        read = [one for one in of_column if one.is_read]
        told = stated.get(column, {})
        if column in EXTRAS:
            if told or of_column:
                counts[column] = {"accounts": {"stated": told.get("accounts"), "read": len(read)}}
            continue
        were_overdue = [one for one in read if one.was_ever_overdue or one.found.get("months")]
        were_long = [one for one in read if int(one.found.get("long") or 0) > 0]
        numbers = (read, [one for one in read if one.is_open], were_overdue, were_long)
        counts[column] = {
            row: {"stated": told.get(row), "read": len(some)}
            for row, some in zip(ROWS, numbers, strict=True)
        }
    return counts


def _is_told(counts: dict[str, dict[str, dict[str, int | None]]]) -> bool:
    return all(counts[column]["accounts"]["stated"] is not None for column in COLUMNS)


def _gaps(counts: dict[str, dict[str, dict[str, int | None]]]) -> tuple[dict[str, int], bool]:
    """Accounts stated and not read, by column; and whether only the two columns of loans differ."""
    gaps = {}
    for column, rows in counts.items():
        stated, read = rows["accounts"]["stated"], rows["accounts"]["read"]
        gaps[column] = 0 if stated is None or read is None else stated - read
    loans = gaps["mortgage"] + gaps["other_loan"]
    is_split_otherwise = loans == 0 and gaps["mortgage"] != 0
    if is_split_otherwise:
        gaps["mortgage"] = gaps["other_loan"] = 0
    return gaps, is_split_otherwise


def _report_time(texts: Sequence[str]) -> str | None:
    found = REPORT_TIME.search(plain(joined(seen("".join(texts)))))
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    return f"{year:04d}-{month:02d}-{day:02d} {hour:02d}:{minute:02d}:{second:02d}"


def _not_debts(sections: Sequence[Section]) -> dict[str, int]:
    """How many records of other kinds there are: counted, never read."""

    def count(kind: str, pattern: str) -> int:
        texts = [
            "\n".join(one.text for one in part.lines) for part in sections if part.kind == kind
        ]
        return sum(len(re.findall(pattern, text, re.MULTILINE)) for text in texts)

    return {
        "non_credit_records": count("non_credit", r"^\d{1,3}[.、]"),
        "public_records": count("public", r"^(?:执行法院|立案法院|主管税务机关|处罚机构)"),
        "queries": count("queries", r"\d{4}年\d{1,2}月"),
    }
