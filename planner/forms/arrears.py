"""Arrears of a debt when the lender's figure of it is put in place of ours."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from planner.forms.fields import (
    fen_of,
    yuan_text,
)

NO_CHARGES = {"interest": "0.00", "fee": "0.00", "penalty": None}


def fitting_arrears(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The entry's arrears under a lower figure of the lender: what is gone was paid, and a
    payment settles the oldest first.
    """
    if entry["contract"] == "revolving":
        billed = fen_of(entry["billed"]) or 0
        lowered = [
            one | {"amount": yuan_text(min(fen_of(one["amount"]) or 0, billed))}
            for one in entry["arrears"]
        ]
        return [one for one in lowered if one["amount"] != "0.00"]
    left, kept = fen_of(entry["principal"]) or 0, []
    if sum(fen_of(one["principal"]) or 0 for one in entry["arrears"]) <= left:
        return [dict(one) for one in entry["arrears"]]
    for one in reversed(entry["arrears"]):
        fen = fen_of(one["principal"]) or 0
        if fen <= left:
            kept.append(dict(one))
        elif left:
            kept.append({**one, "principal": yuan_text(left), **NO_CHARGES})
        if fen >= left:
            break
        left -= fen
    return kept[::-1]


def all_in_arrears(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The arrears of an open debt that has ended: what is owed and in none of them joins the
    last, or one of its last day.
    """
    arrears = fitting_arrears(entry)
    rest = (fen_of(entry["principal"]) or 0) - sum(fen_of(one["principal"]) or 0 for one in arrears)
    if arrears and rest:
        arrears[-1]["principal"] = yuan_text((fen_of(arrears[-1]["principal"]) or 0) + rest)
    elif rest:
        arrears.append({"due_on": entry["ends_on"], "principal": yuan_text(rest), **NO_CHARGES})
    return arrears


REASON_CHOICES = [
    ("unknown", _("I do not know")),
    ("interest", _("interest")),
    ("fee", _("a fee")),
]


def reason_field() -> forms.ChoiceField:
    """Why the lender's figure is another; who does not know leaves it as it is."""
    return forms.ChoiceField(
        label=_("Where the lender's figure differs, it is because of"),
        choices=REASON_CHOICES, required=False, initial="unknown",
    )  # fmt: skip
