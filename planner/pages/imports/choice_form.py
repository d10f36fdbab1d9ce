"""Which of what was read is taken."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from planner.domain.household.household import Debt
from planner.domain.rulebook.products import load_products
from planner.pages.imports.proposals import Draft, Row
from planner.words.language import spoken


class ChoiceForm(forms.Form):
    """A tick for each row; of a debt also what kind it is, and which of those there are."""

    only_asks = False

    def __init__(self, data: Any, *, draft: Draft, debts: Sequence[Debt]) -> None:
        super().__init__(data)
        self.draft, self.debts = draft, {debt.id: debt for debt in debts}
        for kind in ("accounts", "incomes", "expenses"):
            for row in draft[kind]:
                self._tick(row, is_ticked=row["take"])
        for row in draft["debts"]:
            self._tick(row, is_ticked=row["take"] and self._is_news(row))
            self.fields[f"{row['id']}-product"] = forms.ChoiceField(
                label=_("Entered as"), choices=_kinds(row), initial=row["product"]
            )
            offered = self._offered(row)
            if offered:
                self.fields[f"{row['id']}-as"] = forms.ChoiceField(
                    label=_("Is it one of these?"),
                    required=False,
                    choices=offered,
                    initial=row["same"] or "",
                )

    @staticmethod
    def _is_news(row: Row) -> bool:
        """Of a debt that is there, only a bill says anything new."""
        return not row["same"] or row["bill"] is not None

    def _tick(self, row: Row, *, is_ticked: bool) -> None:
        self.fields[f"{row['id']}-take"] = forms.BooleanField(
            label=_("Take this"), required=False, initial=is_ticked
        )

    def _offered(self, row: Row) -> list[tuple[str, Any]]:
        ids = [row["same"]] if row["same"] else row["maybe"]
        known = [(one, self.debts[one].name) for one in ids if one in self.debts]
        if not known:
            return []
        ask = [] if row["same"] else [("", _("Please choose"))]
        return [*ask, *known, ("new", _("No, it is another one"))]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for row in self.draft["debts"]:
            name = f"{row['id']}-as"
            if name in self.fields and cleaned.get(f"{row['id']}-take") and not cleaned.get(name):
                self.add_error(name, _("Is this one of your debts already? Please choose."))
        return cleaned

    def chosen(self) -> Draft:
        """The draft with what was ticked."""
        draft, cleaned = self.draft, self.cleaned_data
        for kind in ("accounts", "incomes", "expenses", "debts"):
            for row in draft[kind]:
                row["take"] = bool(cleaned.get(f"{row['id']}-take"))
        for row in draft["debts"]:
            row["product"] = cleaned[f"{row['id']}-product"]
            told = cleaned.get(f"{row['id']}-as") or ""
            row["as"] = "" if told == "new" else told
        return draft

    def rows(self, kind: str) -> Iterator[tuple[Row, dict[str, Any]]]:
        """Each row with its fields by their names."""
        for row in self.draft[kind]:
            yield (
                row,
                {
                    name: self[f"{row['id']}-{name}"]
                    for name in ("take", "product", "as")
                    if f"{row['id']}-{name}" in self.fields
                },
            )


def _kinds(row: Row) -> list[tuple[str, str]]:
    """Products in words: those that the lender hints at first."""
    products = load_products()
    hinted = [row["product"], *row["hints"]]
    others = [
        one.id for one in products.values() if one.contract != "open" and one.id not in hinted
    ]
    return [(one, spoken(products[one].names)) for one in (*hinted, *others)]
