"""What came, whatever it is: told apart by its first bytes, then read.

A document has `outcome`: "read", "refuse" or "ask_password"; where it is not read, `why` is a
code. Otherwise its keys are those of the kind: a report's (`planner.imports.report`), messages'
(`planner.imports.messages`) or a bill's (`planner.imports.bill`).

The grammar of each takes a tenth of a second to be compiled: only the one that is needed is loaded.
"""

import re
from datetime import date
from typing import Any

from planner.imports.characters import decoded, joined, plain, seen
from planner.imports.outcome import MOST_BYTES, Refused, Wanted, refusal

MOST_PASTED = 200_000  # characters of messages
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"  # what a spreadsheet made of it: no bill comes so


def read(
    content: bytes,
    *,
    kind: str | None = None,
    password: str | None = None,
    received: date | None = None,
) -> dict[str, Any]:
    """The document of what came. `received` is the day of messages that do not say their own.

    Without `kind` it is found out. Never raises for what a person may send.
    """
    try:
        return _read(content, kind, password, received)
    except Wanted as wanted:
        return refusal("ask_password", wanted.code, document="encrypted")
    except Refused as refused:
        return refusal("refuse", refused.code)


def _read(
    content: bytes, kind: str | None, password: str | None, received: date | None
) -> dict[str, Any]:
    if len(content) > MOST_BYTES:
        raise Refused("too_large")
    if not content.strip():
        raise Refused("empty")
    if content.startswith(b"PK"):
        from planner.imports.archives import is_workbook, unpacked

        if not is_workbook(content):
            content = unpacked(content, password)
    if b"%PDF-" in content[:1024]:
        return _of_pdf(content, password)
    if content.startswith(b"PK"):
        return _of_workbook(content)
    if content.startswith(_OLD_WORKBOOK):
        raise Refused("resaved")
    text = _text(content)
    if kind is None:
        kind = _kind(text)
    if kind == "report":
        from planner.imports.report import read_report

        return read_report([text], is_pasted=True)
    if kind == "bill":
        from planner.imports.bill import read_bill
        from planner.imports.bill_rows import bill_of, csv_cells

        return read_bill(bill_of(csv_cells(text)))
    if kind == "sms" and len(text) <= MOST_PASTED:
        from planner.imports.messages import read_messages

        return read_messages(text, received)
    raise Refused("not_known")


def _of_pdf(content: bytes, password: str | None) -> dict[str, Any]:
    from planner.imports.pdf import page_texts
    from planner.imports.report import read_report

    texts = page_texts(content, password)
    document = read_report(texts)
    if document.get("why") == "other" and re.search("支付宝|微信支付|财付通", "".join(texts[:1])):
        raise Refused("bill_pdf")
    return document


def _of_workbook(content: bytes) -> dict[str, Any]:
    from planner.imports.archives import sheets
    from planner.imports.bill import read_bill
    from planner.imports.bill_rows import bill_of

    why = Refused("not_a_bill")
    for rows in sheets(content):
        try:
            return read_bill(bill_of(rows))
        except Refused as refused:
            if refused.code != "not_a_bill":
                raise
            why = refused
    raise why


def _text(content: bytes) -> str:
    text = decoded(content)
    if text is None or "\x00" in text:
        raise Refused("no_text_file")
    return text


def _kind(text: str) -> str | None:
    """What a text is: the header of a bill is looked for first, for goods may be named anything."""
    head = plain(joined(seen(text[:20_000])))
    if "收/支" in head and re.search("交易(?:订单|单)?号", head):
        return "bill"
    if "信用报告" in head or ("信息概要" in head and "明细如下" in head):
        return "report"
    if re.match("支付宝交易|微信支付账单|-{10,}导出信息", head):
        return "bill"
    from planner.imports.messages import is_messages

    return "sms" if is_messages(text[:20_000]) else None
