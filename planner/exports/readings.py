"""What was read of a file that came, as text for a terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from planner.domain.values.money import parse_yuan
from planner.exports.table import columns, printable, wrap
from planner.words.figures import figure
from planner.words.language import listed

Document = Mapping[str, Any]


def reading_table(document: Document) -> str:
    """Lines that end in a newline, in the language being spoken."""
    lines = {"brief": _report, "messages": _messages, "bill": _bill}[document["document"]]
    return "\n".join(lines(document)) + "\n"


def _report(document: Document) -> Iterator[str]:
    debts = document["proposed"]
    yield _("{count} debts, {total} in yuan").format(
        count=len(debts), total=_figure(document["total_cny"])
    )
    yield ""
    rows = [
        [
            one["opened_on"],
            printable(one["institution"]),
            _figure(one["balance"], one["currency"]),
            one["as_of"] or "",
        ]
        for one in debts
    ]
    if rows:
        heads = [_("Opened"), _("Lender"), _("Balance"), _("As of")]
        yield from columns(heads, rows, names=(1,))
    if document["dropped"]:
        yield ""
        yield _("{count} accounts owe nothing and are left out.").format(
            count=len(document["dropped"])
        )
    if document.get("say"):
        yield ""
        yield from wrap(document["say"])


def _messages(document: Document) -> Iterator[str]:
    for message in document["messages"]:
        yield " ".join(
            part
            for part in (
                message["id"],
                printable(message["lender"] or ""),
                message["card_tail"] or "",
                _figure(message["amount"]) if message["amount"] else "",
                message["due_date"] or "",
            )
            if part
        )
        if message.get("say"):
            yield from wrap(message["say"], first="   ", indent="   ")


def _bill(document: Document) -> Iterator[str]:
    yield _("{count} rows").format(count=document["rows"])
    for name, told in document["classes"].items():
        yield f"{name:<18}{told['count']:>6}{_figure(told['amount']):>16}"
    debts = document["debts"]
    if debts:
        yield ""
        yield _("Who seems to lend: {names}").format(
            names=listed(printable(debt["lender"]) for debt in debts)
        )
    if document.get("say"):
        yield ""
        yield from wrap(document["say"])


def _figure(amount: str, currency: str = "CNY") -> str:
    text = figure(parse_yuan(amount))
    return text if currency == "CNY" else f"{currency} {text}"
