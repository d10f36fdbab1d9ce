"""The form of an account: money at hand."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from planner.forms.fields import TextField, YuanField, fen_of, yuan_text
from planner.forms.items import ItemForm

KINDS = [
    ("debit_card", _("Bank card")),
    ("alipay_balance", _("Alipay balance")),
    ("yuebao", _("Yu'ebao")),
    ("wechat_balance", _("WeChat balance")),
    ("cash", _("Cash")),
    ("other", _("Something else")),
]


class AccountForm(ItemForm):
    kind = "accounts"
    # The field cannot be called `kind`: that is the list which the form belongs to.
    paths = {"kind": "account_kind"}

    account_kind = forms.ChoiceField(label=_("Kind"), choices=KINDS)
    name = TextField(label=_("Name"), help_text=_("As you call it, such as “CMB salary card”."))
    balance = YuanField(
        label=_("Balance"),
        help_text=_("What is there now and may be used for living and repaying."),
    )

    def shown(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "account_kind": entry["kind"],
            "name": entry["name"],
            "balance": fen_of(entry["balance"]),
        }

    def entry(self) -> dict[str, Any]:
        return {
            "kind": self.cleaned_data["account_kind"],
            "name": self.cleaned_data["name"],
            "balance": yuan_text(self.cleaned_data["balance"]),
        }
