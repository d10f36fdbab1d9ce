"""What the page of choices prints, in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.forms.boundfield import BoundField
from django.urls import reverse
from django.utils.translation import gettext as _

from planner.domain.rulebook.products import load_products
from planner.domain.values.money import parse_yuan
from planner.pages.imports.choice_form import ChoiceForm
from planner.pages.imports.proposals import Draft, Row
from planner.words.figures import yuan
from planner.words.imports import column_name, expense_name, of_message, what_lacks
from planner.words.language import spoken

Part = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """A row as the page shows it: its tick, what it is, what is asked of it."""

    title: str
    amount: str
    details: list[str]
    tick: BoundField
    asked: list[BoundField] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Told:
    """Something that was read and cannot be ticked; `address` leads to where it is entered."""

    text: str
    address: str = ""
    is_bad: bool = False


class ChoicePage:
    """All that was read, by what becomes of it."""

    def __init__(self, draft: Draft, form: ChoiceForm) -> None:
        self.draft, self.form = draft, form
        self.debts = [self._debt(*one) for one in form.rows("debts")]
        self.accounts = [
            self._line(f"{row['name']} {row['tail'] or ''}".strip(), "", [], fields)
            for row, fields in form.rows("accounts")
        ]
        self.incomes = [
            self._line(
                row["name"],
                _yuan(row["amount"]),
                [_("on day {day}, {count} times").format(day=row["day"], count=row["count"])],
                fields,
            )
            for row, fields in form.rows("incomes")
        ]
        self.expenses = [
            self._line(
                expense_name(row["kind"]),
                _yuan(row["amount"]),
                [_("a month, by {months} months").format(months=row["months"])],
                fields,
            )
            for row, fields in form.rows("expenses")
        ]
        self.told = list(told_lines(draft))

    @property
    def is_empty(self) -> bool:
        return not (self.debts or self.accounts or self.incomes or self.expenses)

    @staticmethod
    def _line(
        title: str, amount: str, details: list[str], fields: Mapping[str, BoundField]
    ) -> Line:
        asked = [fields[name] for name in ("as", "product") if name in fields]
        return Line(title, amount, [one for one in details if one], fields["take"], asked)

    def _debt(self, row: Row, fields: Mapping[str, BoundField]) -> Line:
        title = row["lender"] or spoken(load_products()[row["product"]].names)
        if row["tail"]:
            title += f" {row['tail']}"
        details = []
        if row["opened_on"]:
            details.append(_("opened {day}").format(day=row["opened_on"]))
        if row["as_of"]:
            details.append(_("as of {month}").format(month=row["as_of"]))
        amount = _yuan(row["balance"]) if row["balance"] else ""
        if row["currency"] != "CNY":
            details.append(
                _("in {currency}: converted, not in the total; enter it by hand").format(
                    currency=row["currency"]
                )
            )
        if row["bill"]:
            due = row["bill"]["due_on"] or _("day not said")
            amount = amount or _yuan(row["bill"]["amount"])
            details.append(
                _("bill {amount}, due {day}").format(amount=_yuan(row["bill"]["amount"]), day=due)
            )
        if row["special"]:
            details.append(_("{amount} of it in instalments").format(amount=_yuan(row["special"])))
        if row["overdue"]:
            details.append(_("overdue now"))
        elif row["overdue"] is None and row["source"] == "report":
            details.append(_("was overdue once; whether it is today is not said"))
        if row["is_line"]:
            details.append(_("one line may hold several loans: compare with the app"))
        if row["hints"]:
            known = load_products()
            names = [spoken(known[one].names) for one in row["hints"]]
            details.append(_("this lender may stand behind {names}").format(
                names=_(", ").join(names)))  # fmt: skip
        if row["same"]:
            details.append(_("here already"))
        return self._line(title, amount, details, fields)


def _yuan(amount: str) -> str:
    return yuan(parse_yuan(amount))


def told_lines(draft: Draft) -> Iterator[Told]:
    for part in draft["told"]:
        yield from {"brief": _of_report, "messages": _of_messages, "bill": _of_bill}[part["kind"]](
            part
        )


def _of_report(part: Part) -> Iterator[Told]:
    for count in part["counts"]:
        if count["stated"] is None and not count["read"]:
            continue
        stated = "?" if count["stated"] is None else count["stated"]
        yield Told(
            _("{column}: {stated} accounts stated, {read} read").format(
                column=column_name(count["column"]), stated=stated, read=count["read"]
            ),
            is_bad=count["stated"] != count["read"],
        )
    said = what_lacks({**part, "missing_accounts": part["missing"]})
    if said:
        yield Told(said, is_bad=True)
    for one in part["unread"]:
        yield Told(
            _("Not read: number {no} under {column}").format(
                no=one["no"], column=column_name(one["section"])
            ),
            is_bad=True,
        )
    for one in part["apart"]:
        words = (
            _("{lender}: you are a co-borrower of {balance}. Is it yours to repay? Then add it.")
            if one["role"] == "co_borrower"
            else _("{lender}: you stand surety; {balance} is another's debt and in no total.")
        )
        yield Told(words.format(lender=one["lender"], balance=_yuan(one["balance"])))
    if part["left_out"]:
        yield Told(
            _("{count} accounts owe nothing and are left out.").format(count=part["left_out"])
        )


def _of_messages(part: Part) -> Iterator[Told]:
    for one in part["others"]:
        said = of_message(one)
        if said:
            whose = f"{one['lender']}: " if one["lender"] else ""
            yield Told(whose + said, is_bad=one["class"] == "phishing")
    for one in part["split"]:
        said = _("{lender}: {principal} split into {periods} instalments, {rate}% a year printed")
        if one["computed"]:
            said = _(
                "{lender}: {principal} split into {periods} instalments, {rate}% a year printed, "
                "{computed}% worked out. It is part of the card's debt."
            )
        yield Told(
            said.format(
                lender=one["lender"],
                principal=_yuan(one["principal"]),
                periods=one["periods"],
                rate=one["printed"] or "?",
                computed=one["computed"],
            )
        )


def _of_bill(part: Part) -> Iterator[Told]:
    if said := what_lacks(part):
        yield Told(said, is_bad=True)
    for one in part["lenders"]:
        names = _(" or ").join(one["may_be"]) or one["name"]
        if one["tail"]:
            names += f" {one['tail']}"
        said = _("{names}: repaid {count} times").format(names=names, count=one["repaid"])
        if one["days"]:
            days = _(", ").join(map(str, one["days"]))
            said += _(", on days {days}, mostly {amount}").format(
                days=days, amount=_yuan(one["typical"])
            )
        if one["failed"]:
            said += _("; {count} deductions failed").format(count=one["failed"])
        address = reverse("planner:debt-create") + f"?product={one['product'] or 'other_loan'}"
        yield Told(said, address=f"{address}&from=start")
    if part["loops"]:
        yield Told(
            _("{count} times new money went to other lenders within days.").format(
                count=part["loops"]
            )
        )
