"""What came, whatever it is: told apart by its first bytes, then read.

A document has `outcome`: "read", "refuse" or "ask_password"; where it is not read, `why` is a
code. Otherwise its keys are those of the kind: a report's (`planner.imports.report`), messages'
(`planner.imports.messages`) or a bill's (`planner.imports.bill`).
"""

from datetime import date
from typing import Any

from planner.imports.characters import decoded, joined, plain, seen
from planner.imports.messages import is_messages, read_messages
from planner.imports.outcome import MOST_BYTES, Refused, Wanted, refusal
from planner.imports.report import read_report

MOST_PASTED = 1024 * 1024  # of text: a report of 2,000 accounts has a third of it


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
    if b"%PDF-" in content[:1024]:
        return _of_pdf(content, kind, password)
    text = _text(content)
    if kind == "report" or (kind is None and _is_report(text)):
        return read_report([text], is_pasted=True)
    if kind == "sms" or (kind is None and is_messages(text)):
        return read_messages(text, received)
    raise Refused("not_known")


def _of_pdf(content: bytes, kind: str | None, password: str | None) -> dict[str, Any]:
    from planner.imports.pdf import page_texts

    texts = page_texts(content, password)
    return read_report(texts)


def _text(content: bytes) -> str:
    text = decoded(content)
    if text is None:
        raise Refused("no_text_file")
    if len(text) > MOST_PASTED:
        raise Refused("too_large")
    if "\x00" in text:
        raise Refused("no_text_file")
    return text


def _is_report(text: str) -> bool:
    whole = plain(joined(seen(text)))
    return "信用报告" in whole[:2000] or ("信息概要" in whole and "明细如下" in whole)
