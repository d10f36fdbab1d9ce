"""Bringing the figures up to today: what is there and what is owed now."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from planner.domain.household.household import debt_document
from planner.domain.values.days import next_month_day
from planner.forms.arrears import all_in_arrears
from planner.forms.fields import YuanField, fen_of, yuan_text
from planner.forms.keyed import HouseholdForm
from planner.plans.kept import position_today
from planner.services.changes import renew_household
from planner.services.documents import document_of
from planner.words.bill import bill_labels


class RenewForm(HouseholdForm):
    """One field for each balance, as reckoned to today. What fell due since and was not answered
    is taken as paid: the balances tell."""

    def __init__(self, *args: Any, household: Any, **kwargs: Any) -> None:
        super().__init__(*args, household=household, **kwargs)
        # Of the row that came in, which may be older than what another tab has written since.
        self.document = document_of(household)
        if household.is_lived:
            self._carry_on()
        for account in self.document["accounts"]:
            self._ask(f"account-{account['id']}", account["name"], account["balance"])
        for debt in self.document["debts"]:
            if debt["contract"] == "revolving":
                self._ask_bill(debt)
            elif debt.get("method") != "listed":
                name = _("{name}: still owed").format(name=debt["name"])
                self._ask(f"principal-{debt['id']}", name, debt["principal"])

    def _carry_on(self) -> None:
        """Lay what happened since onto the document, without dues that nobody said are unpaid."""
        position = position_today(self.household)
        held = {one.id: yuan_text(max(0, one.balance_fen)) for one in position.accounts}
        for account in self.document["accounts"]:
            account["balance"] = held[account["id"]]
        answered = {
            (one.get("debt"), one.get("due_on") or one.get("planned_on"))
            for one in self.document["history"]
        }
        self.document["debts"] = [
            debt
            | {
                "arrears": [
                    row
                    for row in debt["arrears"]
                    if row["due_on"] < self.document["as_of"]
                    or (debt["id"], row["due_on"]) in answered
                ]
            }
            for debt in map(debt_document, position.debts)
        ]

    def _ask_bill(self, debt: dict[str, Any]) -> None:
        billed, unbilled, is_made = bill_labels(debt, self.household.today())
        asked = [("billed", billed), ("unbilled", unbilled)]
        for key, label in asked if is_made else asked[::-1]:
            said = _("{name}: {what}").format(name=debt["name"], what=label)
            self._ask(f"{key}-{debt['id']}", said, debt[key])

    def _ask(self, field: str, label: str, amount: str) -> None:
        self.fields[field] = YuanField(label=label, initial=fen_of(amount))

    def renewed(self) -> dict[str, Any]:
        """The household's document as it stands today."""
        today = self.household.today()
        document = self.document | {"as_of": today.isoformat()}
        document["accounts"] = [
            account | {"balance": self._said(f"account-{account['id']}")}
            for account in self.document["accounts"]
        ]
        document["debts"] = [self._debt(debt, today) for debt in self.document["debts"]]
        return document

    def _said(self, field: str) -> str:
        return yuan_text(self.cleaned_data[field]) or ""

    def _debt(self, debt: dict[str, Any], today: date) -> dict[str, Any]:
        key = debt["id"]
        if debt["contract"] == "revolving":
            return debt | {
                "billed": self._said(f"billed-{key}"),
                "unbilled": self._said(f"unbilled-{key}"),
                "carrying": None,
                "purchases": [],
            }
        if debt.get("method") == "listed":
            rows = [row for row in debt["rows"] if row["due_on"] >= today.isoformat()]
            fen = sum(fen_of(one["principal"]) or 0 for one in [*rows, *debt["arrears"]])
            return debt | {"rows": rows, "principal": yuan_text(fen)}
        moved = debt | {"principal": self._said(f"principal-{key}")} | _moved_on(debt, today)
        if debt["contract"] == "open" and (debt["ends_on"] or "9") < today.isoformat():
            moved["arrears"] = all_in_arrears(moved)
        return moved

    def save(self) -> None:
        sent = {name: value for name, value in self.cleaned_data.items() if name != "key"}
        renew_household(
            user=self.user, document=self.renewed(), sent=sent,
            revision=self.cleaned_data["revision"], key=self.cleaned_data["key"],
            agrees=self.agrees,
        )  # fmt: skip


def _moved_on(debt: dict[str, Any], today: date) -> dict[str, Any]:
    """The next due from today on, and as many rows less as lie before it."""
    due = date.fromisoformat(debt["next_due"])
    if due >= today:
        return {}
    day, passed = debt.get("due_day") or due.day, 0
    while due < today:
        due = next_month_day(due, day)
        passed += 1
    moved: dict[str, Any] = {"next_due": due.isoformat(), "due_day": day, "accrued_from": None}
    if debt.get("periods_left") is not None:
        moved["periods_left"] = max(debt["periods_left"] - passed, 0)
    return moved
