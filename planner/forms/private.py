"""Numbers that nobody needs to write here: of a bank card, of an identity card, of a phone."""

import re
import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from planner.forms.fields import TextField, copied

_CARD = re.compile(
    r"(?<![0-9])(?:[0-9]{13,19}|[0-9]{4}(?:[ -][0-9]{4}){2,3}[ -][0-9]{1,4}"
    r"|[0-9]{4}[ -][0-9]{6}[ -][0-9]{5})(?![0-9])"
)
_IDENTITY = re.compile(r"(?<![0-9])([0-9]{17})([0-9Xx])(?![0-9])")
_PHONE = re.compile(r"(?<![0-9])(?:(?:\+|00)86[ -]?)?1[3-9][0-9](?:[ -]?[0-9]{4}){2}(?![0-9])")
# ISO 7064 MOD 11-2: a weight for each of the seventeen digits, a sign for each rest of their sum.
_WEIGHTS = [pow(2, place, 11) for place in range(17, 0, -1)]
_SIGNS = "10X98765432"

WARNINGS = {
    "card": _(
        "This looks like a whole card number. The last four digits are enough; please shorten "
        "it. Save again to keep it as it is."
    ),
    "identity": _(
        "This looks like an identity card number. It is not needed here; please take it out. "
        "Save again to keep it as it is."
    ),
    "phone": _(
        "This looks like a phone number. It is not needed here; please take it out. "
        "Save again to keep it as it is."
    ),
}


def private_number(text: str) -> str | None:
    """Which of WARNINGS the text calls for, None for none. Full-width digits count too."""
    text = unicodedata.normalize("NFKC", text)
    if any(_is_identity(*match.groups()) for match in _IDENTITY.finditer(text)):
        return "identity"
    if any(_is_card(re.sub("[ -]", "", match[0])) for match in _CARD.finditer(text)):
        return "card"
    return "phone" if _PHONE.search(text) else None


def _is_card(digits: str) -> bool:
    """Luhn's check digit, which every card has and one number of ten has by chance."""
    total = sum(int(digit) for digit in digits[-1::-2])
    return (total + sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])) % 10 == 0


def _is_identity(digits: str, sign: str) -> bool:
    total = sum(int(one) * weight for one, weight in zip(digits, _WEIGHTS, strict=True))
    is_born = re.match(r".{6}(?:19|20)..(?:0[1-9]|1[0-2])(?:0[1-9]|[12].|3[01])", digits)
    return bool(is_born) and _SIGNS[total % 11] == sign.upper()


def told_field() -> forms.CharField:
    """The names of the fields whose number was warned of already, as the page sends them back."""
    field = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    field.widget.attrs["autocomplete"] = "off"
    return field


def warn_of_private_numbers(form: forms.BaseForm) -> None:
    """Once for each text: nothing is saved until it is sent again, with the number or without."""
    told = form.cleaned_data.get("told", "").split(",")
    found = {
        name: kind
        for name, field in form.fields.items()
        if isinstance(field, TextField)
        and name not in told
        and (kind := private_number(form.cleaned_data.get(name, "")))
    }
    for name, kind in found.items():
        form.add_error(name, ValidationError(WARNINGS[kind], code="private"))
    if found:
        data = copied(form)
        data[form.add_prefix("told")] = ",".join([*filter(None, told), *found])
        form.data = data
