"""What the forms of debts, incomes, expenses and accounts have in common.

A form holds one entry of one of the document's lists. It translates between what a person types
and the entry's JSON; the domain's parser validates the entry within its household, and what it
finds is brought back to the field it concerns.
"""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any, ClassVar

from django import forms
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from planner.domain.values.reading import DocumentError, InvalidDocument
from planner.forms.consent import ConsentForm
from planner.forms.fields import TextField, copied, refuse_repeated, tell
from planner.forms.private import told_field, warn_of_private_numbers
from planner.forms.refusable import Refusable
from planner.models import ITEM_MODELS, HouseholdRow, Item, User
from planner.services.items import delete_item, save_item
from planner.words.language import listed_names
from planner.words.markup import markup_join

MAX_VERSION = 2**31 - 1


def new_key() -> str:
    """Sent along with a form once rendered, so that sending it twice has one effect."""
    return secrets.token_urlsafe(16)


class KeyedForm(Refusable, forms.Form):
    """A form that may be sent twice and counts once; it asks for consent while there is none.

    `begins`: what it saves are figures of one's own, in place of the sample household.
    """

    key = forms.RegexField(
        r"^[A-Za-z0-9_-]{1,64}$", widget=forms.HiddenInput, initial=new_key, strip=False
    )
    key.widget.attrs["autocomplete"] = "off"

    def __init__(
        self, *args: Any, household: HouseholdRow, begins: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.household = household
        self.begins = begins
        self.user: User = household.owner
        if not household.has_consent and (begins or not household.is_sample):
            self.fields["consent"] = deepcopy(ConsentForm.base_fields["consent"])
        if any(isinstance(field, TextField) for field in self.fields.values()):
            self.fields["told"] = told_field()
        for field in self.fields.values():
            if hasattr(field, "today"):
                tell(field, today=household.today())

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]  # not in the stubs
        refuse_repeated(self)
        warn_of_private_numbers(self)

    more_names: Sequence[str] = ()

    def front_fields(self) -> list[BoundField]:
        """What stands in front; `more_names` stand behind, and the consent below."""
        behind = {*self.more_names, "consent"}
        return [one for one in self.visible_fields() if one.name not in behind]

    def more_fields(self) -> list[BoundField]:
        return [self[name] for name in self.more_names]

    def more_has_errors(self) -> bool:
        return any(field.errors for field in self.more_fields())

    def hidden_inputs(self) -> SafeString:
        return markup_join(
            "",
            '<input type="hidden" name="{}" value="{}" autocomplete="off">',
            ((one.html_name, one.value()) for one in self.hidden_fields()),
        )

    @property
    def asks_consent(self) -> bool:
        return "consent" in self.fields

    @property
    def only_asks(self) -> bool:
        """Nothing is wrong: one more question came up, and is the only thing missing."""
        fields = [self.fields.get(name) for name in self.errors]
        return bool(fields) and all(getattr(field, "is_asked", False) for field in fields)

    @property
    def agrees(self) -> bool:
        """Whether the person agrees, with this, to the storing of their figures."""
        return bool(self.cleaned_data.get("consent"))

    def renew(self, **values: Any) -> None:
        """Keep what was typed, under a new key and the given hidden values."""
        data = copied(self)
        for name, value in {"key": new_key(), **values}.items():
            data[self.add_prefix(name)] = "" if value is None else str(value)
        self.data = data


class HouseholdForm(KeyedForm):
    """A form of several items at once. It stands for the household at its `revision`."""

    conflicts: list[tuple[str, str, str]] = []
    is_removed = False
    was_met = False

    revision = forms.IntegerField(min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput)
    revision.widget.attrs["autocomplete"] = "off"

    def __init__(self, *args: Any, household: HouseholdRow, **kwargs: Any) -> None:
        kwargs["initial"] = {**kwargs.get("initial", {}), "revision": household.revision}
        super().__init__(*args, household=household, **kwargs)

    def meet(self, current: Item | None = None) -> None:
        """Something was changed elsewhere: show both, and let it be sent again knowingly."""
        self.was_met = True
        household = HouseholdRow.objects.get(owner=self.user)
        now = type(self)(household=household)
        self.conflicts = differences(now, self)
        self.renew(revision=household.revision)


class ItemForm(KeyedForm):
    """`item` is the row that is edited, None for a new one."""

    kind: ClassVar[str]
    conflicts: list[tuple[str, str, str]] = []
    is_removed = False
    was_met = False
    # What the address of a new form like this one ends in.
    begins_with = ""
    # Document path → field, where they are not called the same.
    paths: ClassVar[Mapping[str, str]] = {}

    version = forms.IntegerField(
        min_value=1, max_value=MAX_VERSION, required=False, widget=forms.HiddenInput
    )
    version.widget.attrs["autocomplete"] = "off"

    def __init__(
        self, data: Any = None, *, household: HouseholdRow, item: Item | None = None, **kwargs: Any
    ) -> None:
        self.item = item
        initial = kwargs.pop("initial", {})
        if item is not None:
            initial = {**initial, **self.shown(item.document()), "version": item.version}
        super().__init__(data, household=household, initial=initial, **kwargs)

    def shown(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        """The entry of the document → initial values."""
        raise NotImplementedError

    def entry(self) -> dict[str, Any]:
        """Cleaned values → what they say in the document."""
        raise NotImplementedError

    def save(self) -> str:
        """Write through the service. Raises what `services.save_item` raises."""
        base = {} if self.item is None else self.item.document()
        return save_item(
            user=self.user,
            kind=self.kind,
            item={**base, **self.entry()},
            version=None if self.item is None else self.cleaned_data["version"] or 0,
            reason=self.cleaned_data.get("reason") or "unknown",
            key=self.cleaned_data["key"],
            agrees=self.agrees,
            begins=self.begins,
        )

    def field_of(self, error: DocumentError) -> str | None:
        """The field that a path within this form's list concerns; None for the whole form."""
        found = re.fullmatch(rf"{self.kind}\[\d+\]\.(.+)", error.path)
        path = found[1] if found else ""
        while path:
            name = self.paths.get(path, path)
            if name in self.fields:
                return name
            path = re.sub(r"(\.|\[)[^.\[]*$", "", path) if re.search(r"[.\[]", path) else ""
        return None

    def meet(self, current: Item | None) -> None:
        """Somebody was faster: show both, and let what was typed be sent again knowingly."""
        self.was_met, self.is_removed = True, current is None
        self.conflicts = [] if current is None else self.differences(current)
        self.renew(version=current and current.version)

    def differences(self, current: Item) -> list[tuple[str, str, str]]:
        """Label, value as it stands now, value as typed: of each field in which they differ."""
        theirs = type(self)(household=self.household, item=current, **self.construction())
        return differences(theirs, self)

    def construction(self) -> dict[str, Any]:
        """The keywords with which a second form like this one is made."""
        return {}


def differences(now: forms.Form, typed: forms.Form) -> list[tuple[str, str, str]]:
    """Label, value as it stands now, value as typed: of each field in which they differ."""
    found = []
    for name, field in typed.fields.items():
        if name in ("told", "consent") or name not in now.fields or field.widget.is_hidden:
            continue
        values = _words(now[name]), _words(typed[name])
        if values[0] != values[1]:
            found.append((str(field.label), *values))
    return found


def field_choices(field: forms.Field) -> Iterable[tuple[Any, Any]]:
    """What a field offers, as pairs; its groups are not asked for here."""
    offered: Iterable[tuple[Any, Any]] = getattr(field, "choices", ())
    return offered


def _words(bound: BoundField) -> str:
    """What a field says, as a person would read it."""
    value = bound.value()
    field = bound.field
    if isinstance(field, forms.MultiValueField):
        parts = value if isinstance(value, list) else field.widget.decompress(value)
        choices = dict(field_choices(field.fields[1]))
        return f"{parts[0]} {choices.get(parts[1], '')}".strip() if parts[0] else "—"
    if isinstance(field, forms.BooleanField):
        return str(_("yes") if value else _("no"))
    if isinstance(field, forms.ChoiceField):
        names = {str(key): str(name) for key, name in field_choices(field)}
        values = value if isinstance(value, Iterable) and not isinstance(value, str) else [value]
        return listed_names(names.get(str(one), "") for one in values if one is not None) or "—"
    return str(value) if value not in (None, "") else "—"


class RemovalForm(KeyedForm):
    """Removing an item: nothing to type, but the version that the person saw."""

    is_removed = False
    was_changed = False

    version = forms.IntegerField(min_value=1, max_value=MAX_VERSION, widget=forms.HiddenInput)
    version.widget.attrs["autocomplete"] = "off"

    def __init__(self, data: Any = None, *, household: HouseholdRow, item: Item) -> None:
        self.item = item
        super().__init__(data, household=household, initial={"version": item.version})
        self.fields.pop("consent", None)

    def save(self) -> None:
        kind = next(kind for kind, model in ITEM_MODELS.items() if isinstance(self.item, model))
        delete_item(
            user=self.user,
            kind=kind,
            slug=self.item.slug,
            version=self.cleaned_data["version"],
            key=self.cleaned_data["key"],
        )

    def meet(self, current: Item | None) -> None:
        self.was_changed = True
        self.renew(version=current and current.version)

    def add_document_errors(self, invalid: InvalidDocument) -> None:
        """Only an account can be refused: money still comes in to it or leaves from it."""
        self.add_error(
            None,
            _("Incomes or expenses still use this account. Move them to another one first."),
        )
