"""What the ticked rows lack, asked in a line each."""

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from planner.domain.answers.bill_in_app import BillAnswers, BillDays, Misfit, bill_days, terms_of
from planner.domain.household.household import parse_debt
from planner.domain.household.terms import RevolvingTerms, terms_document
from planner.domain.rulebook.products import load_products
from planner.domain.values.days import next_month_day
from planner.domain.values.money import divide_half_up, parse_yuan
from planner.domain.values.rates import periodic_irr
from planner.domain.values.reading import InvalidDocument
from planner.forms.errors import sentence
from planner.forms.fields import (
    REQUIRED,
    DayField,
    DayOfMonthField,
    PercentField,
    TextField,
    WholeField,
    YuanField,
    fen_of,
    tell,
    yuan_text,
)
from planner.forms.keyed import HouseholdForm
from planner.models import HouseholdRow
from planner.pages.imports.proposals import Draft, Row, names, next_due, periods_left
from planner.services.items import new_slug, save_items
from planner.words.bill import LAST_PAID
from planner.words.days import day
from planner.words.imports import expense_name
from planner.words.language import spoken

_LISTS = ("debts", "accounts", "incomes", "expenses")


def first_day(household: HouseholdRow) -> date:
    """The day from which figures count: the sample, of another day, makes room for one's own."""
    return household.today() if household.is_sample else household.planned_from


class DebtPart(forms.Form):
    """What one debt needs to be planned: filled in from what was read, the rest is asked."""

    where_of: Mapping[str, str] = {}

    def __init__(self, data: Any, *, row: Row, household: HouseholdRow, name: str) -> None:
        super().__init__(data, prefix=row["id"])
        self.row, self.household = row, household
        self.product = load_products()[row["product"]]
        self.known = self.product.starting_document()
        self.today = first_day(household)
        self.slug = row["as"] or new_slug("debts")
        self.fields["name"] = TextField(label=_("Name"), initial=name)
        self.add_fields()
        for field in self.fields.values():
            if isinstance(field, DayField):
                field.today = household.today()
        self._say_where()

    def add_fields(self) -> None:
        raise NotImplementedError

    def entry(self) -> dict[str, Any]:
        raise NotImplementedError

    def _say_where(self) -> None:
        for name, key in self.where_of.items():
            place = self.product.where.get(key)
            if place is not None and name in self.fields:
                texts = {"app": place.app, "form": place.form, "empty": place.empty}
                tell(self.fields[name], where={one: spoken(words) for one, words in texts.items()})

    def whole(self, own: Mapping[str, Any]) -> dict[str, Any]:
        entry = {**self.known, "id": self.slug, "name": self.cleaned_data["name"], **own}
        if self.row["opened_on"]:
            entry["signed_on"] = self.row["opened_on"]
        return entry

    @cached_property
    def told(self) -> str:
        """What was read of it, in one line."""
        row, parts = self.row, []
        if row["balance"]:
            parts.append(
                _("¥{amount} as of {month}").format(amount=row["balance"], month=row["as_of"])
            )
        if row["special"]:
            parts.append(_("¥{amount} of it in instalments").format(amount=row["special"]))
        if row["ends_on"]:
            parts.append(_("until {day}").format(day=row["ends_on"]))
        if row["bill"]:
            parts.append(
                _("bill ¥{amount}, due {day}").format(
                    amount=row["bill"]["amount"], day=row["bill"]["due_on"] or "?"
                )
            )
        return _(", ").join(parts)


class BillPart(DebtPart):
    """A card or another monthly bill, as the lender's app shows it."""

    where_of = {
        "to_pay": "billed",
        "since": "unbilled",
        "statement_day": "statement_day",
        "due_day": "due_day",
    }

    def add_fields(self) -> None:
        bill = self.row["bill"] or {}
        due = date.fromisoformat(bill["due_on"]) if bill.get("due_on") else None
        received = date.fromisoformat(bill["received"]) if bill.get("received") else None
        held = self._held()
        is_over = due is not None and due < self.today
        amount = None if is_over else fen_of(bill.get("amount"))
        self.fields["statement_day"] = DayOfMonthField(
            label=_("Statement day"),
            initial=held.get("statement_day") or self.known.get("statement_day"),
            help_text=_("The message came on the {day}: the bill was made then or a little before.")
            .format(day=received.day) if received and not self.known.get("statement_day") else "",
        )  # fmt: skip
        self.fields["due_day"] = DayOfMonthField(
            label=_("Due day"),
            initial=due.day if due else held.get("due_day") or self.known.get("due_day"),
        )
        self.fields["to_pay"] = YuanField(
            label=_("The bill to be paid next: how much does the app show?"),
            initial=amount,
            help_text=_("The bill of the message was due on {day}; take the one after it.").format(
                day=day(due, self.household.today())
            )
            if is_over and due
            else "",
        )
        rest = None
        if amount is not None and self.row["balance"]:
            rest = max(0, parse_yuan(self.row["balance"]) - amount)
        self.fields["since"] = YuanField(
            label=_("Owed beside it, not billed yet"),
            required=False,
            initial=rest,
            help_text=_("With instalments still to be billed. Empty: nothing."),
        )
        self.fields["last"] = forms.ChoiceField(
            label=_("And the bill before it: is it paid?"),
            choices=LAST_PAID,
            initial="" if self.row["overdue"] or self.row["overdue"] is None else "full",
            widget=forms.RadioSelect,
        )
        if self.row["source"] != "report":
            self.fields["last"].initial = "full"
        self.fields["left"] = YuanField(
            label=_("How much of that bill is still owed?"), required=False
        )
        self.fields["missing"] = YuanField(
            label=_("How much of its minimum is missing?"), required=False
        )
        tell(self.fields["left"], when="minimum short")
        tell(self.fields["missing"], when="short")
        if "rate" not in self.known and not self.row["as"]:
            self.fields["rate"] = PercentField(
                label=_("Interest on what is not paid"), unit=_("% a day"), required=False
            )

    def _held(self) -> dict[str, Any]:
        """The terms of the debt there is, where this is one."""
        for row in self.household.items["debts"]:
            if row.slug == self.row["as"]:
                return dict(row.terms)
        return {}

    def entry(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        own: dict[str, Any] = {
            "statement_day": cleaned["statement_day"],
            "due_day": cleaned["due_day"],
            "due_after": None,
        }
        held = self._held()
        if not held:
            own["interest_from"] = self.known.get("interest_from", "posting")
            if "rate" in self.fields:
                rate = cleaned["rate"]
                own["rate"] = rate and {"rate": rate, "per": "day"}
        return self.whole({**held, **own, **self._figures({**self.known, **held, **own})})

    def _figures(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        """The figures that the answers lead to. Raises InvalidDocument, and what does not fit."""
        days = self.days()
        empty = {**terms, "id": "a", "name": "a", "contract": "revolving", "billed": "0.00",
                 "unbilled": "0.00", "carrying": None, "arrears": []}  # fmt: skip
        accounts = {one.slug for one in self.household.items["accounts"]}
        contract = parse_debt(empty, as_of=self.today, account_ids=accounts).terms
        assert isinstance(contract, RevolvingTerms)
        found = terms_of(self.answers(days), days, contract)
        if isinstance(found, Misfit):
            raise MisfitFound(found.answer)
        told = terms_document(found)
        return {key: told[key] for key in ("billed", "unbilled", "carrying", "arrears")}

    def days(self) -> BillDays:
        cleaned = self.cleaned_data
        return bill_days(
            self.today,
            statement_day=cleaned["statement_day"],
            due_day=cleaned["due_day"],
            due_after=None,
        )

    def answers(self, days: BillDays) -> BillAnswers:
        """A message tells of a bill that is made: on its statement day the app shows it so."""
        cleaned = self.cleaned_data
        since = cleaned["since"] or 0
        is_growing = not days.is_made and not (days.is_made_today and self.row["bill"])
        return BillAnswers(
            to_pay_fen=cleaned["to_pay"] + (since if is_growing else 0),
            since_fen=0 if is_growing else since,
            shows_made=days.is_made_today and self.row["bill"] is not None,
            last=cleaned["last"],
            left_fen=cleaned["left"] or 0,
            missing_fen=cleaned["missing"] or 0,
        )


class MisfitFound(Exception):
    """Two answers cannot be together; `field` is the one to look at."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class LoanPart(DebtPart):
    """A loan with a schedule. Its rate follows from what is paid each time where it is not said."""

    where_of = {
        "principal": "principal",
        "next_due": "next_due",
        "periods_left": "periods_left",
        "amount": "amount",
        "rate": "rate",
    }

    def add_fields(self) -> None:
        row, bill = self.row, self.row["bill"] or {}
        first = next_due(row, self.today)
        count = periods_left(first, row) if first else None
        by_end = _("Worked out from the last day; please compare with the app.")
        self.fields["principal"] = YuanField(
            label=_("Principal left"),
            min_fen=1,
            initial=fen_of(row["balance"]) if row["currency"] == "CNY" else None,
            help_text=_("As of {month}. If something was paid since, put today's.").format(
                month=row["as_of"]
            )
            if row["as_of"] and row["currency"] == "CNY"
            else "",
        )
        self.fields["next_due"] = DayField(
            label=_("Next due date"),
            first=self.today,
            initial=first,
            help_text="" if bill.get("due_on") or not first else by_end,
        )
        self.fields["periods_left"] = WholeField(
            label=_("Payments left"),
            low=1,
            high=600,
            initial=count,
            help_text=by_end if count else _("From the next due date on, that one included."),
        )
        self.fields["amount"] = YuanField(
            label=_("Payment each time"),
            min_fen=1,
            required=False,
            initial=fen_of(bill.get("amount")),
        )
        self.fields["rate"] = PercentField(
            label=_("Or the interest rate"),
            required=False,
            unit=_("% a year"),
            help_text=_("Empty: worked out from the payment."),
        )
        if row["overdue"] or (row["overdue"] is None and row["source"] == "report"):
            self.fields["missed"] = YuanField(
                label=_("Overdue: how much is missing?"),
                required=bool(row["overdue"]),
                help_text=_("0 if it was paid since."),
            )
            self.fields["missed_on"] = DayField(
                label=_("Overdue since (the oldest due date)"),
                required=False,
                last=self.today - timedelta(days=1),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        if cleaned.get("missed") and not cleaned.get("missed_on"):
            self.add_error("missed_on", REQUIRED)
        if (cleaned.get("missed") or 0) > cleaned["principal"]:
            self.add_error("missed", _("This cannot be more than the principal left."))
        if not cleaned.get("amount") and not cleaned.get("rate"):
            self.add_error("amount", _("Please fill in this or the rate."))
        elif not cleaned.get("rate") and self.worked_out_rate() is None:
            self.add_error(
                "amount",
                _("So many payments of this do not repay the principal. Please look at both."),
            )
        return cleaned

    def worked_out_rate(self) -> Fraction | None:
        """The rate of a month at which the payments repay what is left; None if they cannot."""
        cleaned = self.cleaned_data
        principal = cleaned["principal"] - (cleaned.get("missed") or 0)
        count, amount = cleaned["periods_left"], cleaned["amount"]
        if count * amount < principal or principal <= 0:
            return None
        if count * amount == principal:
            return Fraction(0)
        return periodic_irr([principal, *[-amount] * count])

    def entry(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if cleaned["rate"]:
            rate = {"rate": cleaned["rate"], "per": "year", "basis": 365, "monthly": True}
        else:
            monthly = self.worked_out_rate() or Fraction(0)
            places = 10**10
            rounded = divide_half_up(monthly.numerator * places, monthly.denominator)
            rate = {"rate": _decimal(rounded, 10), "per": "month"}
        missed = cleaned.get("missed") or 0
        arrears = []
        if missed:
            arrears = [{"due_on": cleaned["missed_on"].isoformat(), "principal": yuan_text(missed)}]
        return self.whole(
            {
                "principal": yuan_text(cleaned["principal"]),
                "next_due": cleaned["next_due"].isoformat(),
                "periods_left": cleaned["periods_left"],
                "method": self.known.get("method", "level"),
                "amount": yuan_text(cleaned["amount"]),
                "rate": rate if Fraction(str(rate["rate"])) else None,
                "arrears": arrears,
            }
        )


def _decimal(number: int, places: int) -> str:
    whole, rest = divmod(number, 10**places)
    return f"{whole}.{rest:0{places}d}".rstrip("0").rstrip(".")


class RestForm(HouseholdForm):
    """All that was ticked, with what it lacks; saved as one change."""

    def __init__(self, data: Any, *, household: HouseholdRow, draft: Draft) -> None:
        super().__init__(data, household=household, begins=True)
        taken = {kind: [row for row in draft[kind] if row["take"]] for kind in _LISTS}
        existing = {} if household.is_sample else household.items
        held = [item.name for item in existing.get("debts", [])]
        new = names([row for row in taken["debts"] if not row["as"]], held)
        named = {item.slug: item.name for item in existing.get("debts", [])}
        self.parts: list[DebtPart] = [
            (BillPart if load_products()[row["product"]].contract == "revolving" else LoanPart)(
                data,
                row=row,
                household=household,
                name=new.get(row["id"]) or named.get(row["as"], ""),
            )
            for row in taken["debts"]
        ]
        self.money = {kind: taken[kind] for kind in ("accounts", "incomes", "expenses")}
        self.account_ids = [item.slug for item in existing.get("accounts", [])]
        for row in self.money["accounts"]:
            self.fields[f"{row['id']}-balance"] = YuanField(
                label=_("{name}: what is in it today").format(name=_account_name(row))
            )
        for row in self.money["incomes"]:
            self.fields[f"{row['id']}-name"] = TextField(
                label=_("Income: name"), initial=row["name"]
            )
            self.fields[f"{row['id']}-amount"] = YuanField(
                label=_("Amount each time"), min_fen=1, initial=fen_of(row["amount"])
            )
            self.fields[f"{row['id']}-day"] = DayOfMonthField(
                label=_("Arrives on"), initial=row["day"]
            )
        for row in self.money["expenses"]:
            self.fields[f"{row['id']}-amount"] = YuanField(
                label=_("{kind}: a month").format(kind=expense_name(row["kind"])),
                min_fen=1,
                initial=fen_of(row["amount"]) or None,
            )
        needs = bool(self.money["incomes"] or self.money["expenses"])
        if needs and not self.account_ids and not self.money["accounts"]:
            self.fields["at_hand"] = YuanField(
                label=_("Money at hand today"),
                help_text=_("Bank cards, Alipay and WeChat together."),
            )

    def is_valid(self) -> bool:
        """Of all parts, so that each says at once what it lacks."""
        valid = [part.is_valid() for part in self.parts]
        return super().is_valid() and all(valid)

    @property
    def is_wrong(self) -> bool:
        return self.is_bound and (bool(self.errors) or any(part.errors for part in self.parts))

    @property
    def is_empty(self) -> bool:
        return not self.parts and not any(self.money.values())

    def save(self) -> None:
        items: dict[str, list[dict[str, Any]]] = {"debts": [], "accounts": [], "incomes": [],
                                                  "expenses": []}  # fmt: skip
        self._lay_money(items)
        for part in self.parts:
            try:
                items["debts"].append(part.entry())
            except MisfitFound as misfit:
                part.add_error(
                    misfit.field, _("This cannot be more than the bill. Please look at both again.")
                )
            except InvalidDocument as invalid:
                for error in invalid.errors:
                    part.add_error(None, sentence(error))
        if any(part.errors for part in self.parts):
            raise InvalidDocument([])
        save_items(
            user=self.user,
            items={kind: entries for kind, entries in items.items() if entries},
            revision=self.cleaned_data["revision"],
            key=self.cleaned_data["key"],
            agrees=self.agrees,
            begins=self.begins,
        )

    def _lay_money(self, items: dict[str, list[dict[str, Any]]]) -> None:
        cleaned, today = self.cleaned_data, first_day(self.household)
        for row in self.money["accounts"]:
            balance = yuan_text(cleaned[f"{row['id']}-balance"])
            items["accounts"].append(
                {"id": new_slug("accounts"), "name": _account_name(row), "kind": row["kind"],
                 "balance": balance}
            )  # fmt: skip
        if "at_hand" in cleaned:
            items["accounts"].append(
                {"id": new_slug("accounts"), "name": _("Money at hand"), "kind": "other",
                 "balance": yuan_text(cleaned["at_hand"])}
            )  # fmt: skip
        ids = [*self.account_ids, *[one["id"] for one in items["accounts"]]]
        for row in self.money["incomes"]:
            first = next_month_day(today - timedelta(days=1), cleaned[f"{row['id']}-day"])
            items["incomes"].append(
                {"id": new_slug("incomes"), "name": cleaned[f"{row['id']}-name"],
                 "amount": yuan_text(cleaned[f"{row['id']}-amount"]), "account": ids[0],
                 "on": {"monthly": cleaned[f"{row['id']}-day"]}, "from": first.isoformat()}
            )  # fmt: skip
        for row in self.money["expenses"]:
            fen = cleaned[f"{row['id']}-amount"]
            is_monthly = row["count"] <= 2 * max(1, row["months"])
            weekly = max(1, divide_half_up(fen * 12 * 7, 365))
            items["expenses"].append(
                {"id": new_slug("expenses"), "name": expense_name(row["kind"]), "account": ids[0],
                 "amount": yuan_text(fen if is_monthly else weekly),
                 "on": {"monthly": row["day"]} if is_monthly else {"every_days": 7},
                 "from": today.isoformat()}
            )  # fmt: skip


def _account_name(row: Row) -> str:
    return f"{row['name']} {row['tail']}" if row["tail"] else str(row["name"])
