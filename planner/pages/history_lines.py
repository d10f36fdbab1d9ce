"""What was entered, line by line: for the whole history, for one debt, and to be mended."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner.domain.household.terms import owed_in
from planner.domain.values.money import parse_yuan
from planner.forms.keyed import new_key
from planner.models import ITEM_MODELS, HistoryEntry, User
from planner.pages.http import Request
from planner.words.days import short_day
from planner.words.figures import Amounts

SHOWN_ENTRIES = 50

REASONS = {
    "interest": gettext_lazy("interest"),
    "fee": gettext_lazy("a fee"),
    "unknown": gettext_lazy("not known"),
}


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One entry of the history."""

    number: int
    on: date
    day: str
    year: int
    what: str
    detail: str
    amount: str
    is_undone: bool
    key: str


def history_context(request: Request, rows: Any, amounts: Amounts) -> dict[str, Any]:
    """One page of them, for `_history_lines.html`."""
    found = Paginator(rows, SHOWN_ENTRIES).get_page(request.GET.get("page"))
    return {"found": found, "lines": lines(request.user, found.object_list, amounts)}


def lines(user: User, rows: Iterable[HistoryEntry], amounts: Amounts) -> list[HistoryLine]:
    names = {
        kind: dict(model.objects.owned_by(user).values_list("slug", "name"))
        for kind, model in ITEM_MODELS.items()
    }
    return [_line(row, names, amounts) for row in rows]


def _line(
    row: HistoryEntry, names: Mapping[str, Mapping[str, str]], amounts: Amounts
) -> HistoryLine:
    entry = row.entry
    what, detail, fen = _words(entry, names, amounts)
    return HistoryLine(
        number=row.pk,
        on=row.on,
        day=short_day(row.on),
        year=row.on.year,
        what=what,
        detail=detail,
        amount="" if fen is None else amounts.plain(fen),
        is_undone=hasattr(row, "undone_by"),
        key=new_key(),
    )


def _words(
    entry: Mapping[str, Any], names: Mapping[str, Mapping[str, str]], amounts: Amounts
) -> tuple[str, str, int | None]:
    """What it was, what more there is to say, and the fen that moved."""
    debt = names["debts"].get(entry.get("debt", ""), "")
    account = names["accounts"].get(entry.get("account") or "", "")
    fen = parse_yuan(entry["amount"]) if "amount" in entry else None
    planned = entry.get("planned_on")
    details = []
    if planned and planned != entry["on"]:
        details.append(_("planned for {day}").format(day=short_day(date.fromisoformat(planned))))
    match entry["kind"]:
        case "payment":
            details.append(_("from {account}").format(account=account) if account else "")
            what = _("Paid to {debt}").format(debt=debt)
        case "income":
            name = names["incomes"].get(entry["income"], "")
            what = _("{name} arrived") if fen else _("{name} did not arrive")
            what = what.format(name=name)
        case "expense":
            name = names["expenses"].get(entry["expense"], "")
            what = (_("Spent on {name}") if fen else _("Not spent on {name}")).format(name=name)
        case "transfer":
            source = names["accounts"].get(entry["from"], "")
            target = names["accounts"].get(entry["to"], "")
            what = _("Moved from {source} to {target}").format(source=source, target=target)
        case "unpaid":
            what = _("{debt}: the due of {day} was not paid").format(
                debt=debt, day=short_day(date.fromisoformat(entry["due_on"]))
            )
        case "correction":
            what = _("{debt}: the lender's figures taken over").format(debt=debt)
            details.append(_difference(entry, amounts))
        case "balance":
            what = _("{account}: counted").format(account=account)
            fen = parse_yuan(entry["balance"])
            if entry.get("was"):
                details.append(_more_or_less(fen - parse_yuan(entry["was"]), amounts))
        case "arrangement":
            what = _("{debt}: the arrangement holds from here").format(debt=debt)
        case _:
            what = _("{debt}: the arrangement ended, the old plan holds again").format(debt=debt)
    return what, " · ".join(filter(None, details)), fen or None


def _difference(entry: Mapping[str, Any], amounts: Amounts) -> str:
    """By how much the lender's figure differed from the books, and why."""
    if entry.get("was") is None:
        return ""
    now = owed_in(entry["terms"], date.fromisoformat(entry["on"]))
    fen = now - parse_yuan(entry["was"])
    said = _more_or_less(fen, amounts)
    if not fen:
        return said
    return _("{difference}, reason: {reason}").format(
        difference=said, reason=REASONS[entry["reason"]]
    )


def _more_or_less(fen: int, amounts: Amounts) -> str:
    if fen > 0:
        return _("{amount} more than reckoned").format(amount=amounts(fen))
    if fen < 0:
        return _("{amount} less than reckoned").format(amount=amounts(-fen))
    return _("just as reckoned")
