"""The person's own orders of debts, moved one place at a time: whom to prepay first, and who is
paid first when money is not enough.
"""

from collections.abc import Sequence
from typing import Any

from django import forms

from planner.forms.fields import choose
from planner.forms.keyed import KeyedForm
from planner.services.changes import change_household


class OrderForm(KeyedForm):
    """`up` or `down` names the debt to move in the order that the page showed, `was`: sent
    twice it moves once. `back` gives up one's own order.

    `name` says which order of the household it is, `debts` how those stand that it leaves out.
    """

    stays = False

    was = forms.CharField(required=False, max_length=20_000, widget=forms.HiddenInput)
    up = forms.ChoiceField(required=False)
    down = forms.ChoiceField(required=False)
    back = forms.BooleanField(required=False)

    def __init__(
        self,
        *args: Any,
        household: Any,
        debts: Sequence[str],
        name: str = "order",
        **kwargs: Any,
    ) -> None:
        self.name = name
        held = getattr(household, name)
        self.order = [*held, *(slug for slug in debts if slug not in held)]
        initial = {"was": ",".join(self.order)}
        super().__init__(*args, household=household, initial=initial, **kwargs)
        for name in ("up", "down"):
            choose(self, name, [(slug, slug) for slug in self.order])

    def save(self) -> None:
        """Raises StaleVersion where the order was changed elsewhere meanwhile."""
        was = [slug for slug in self.cleaned_data["was"].split(",") if slug in self.order]
        order = [*was, *(slug for slug in self.order if slug not in was)]
        if was == self.order:  # which the stored one need not name in full
            was = getattr(self.household, self.name)
        moved, step = self.cleaned_data["up"], -1
        if not moved:
            moved, step = self.cleaned_data["down"], 1
        if moved:
            place = order.index(moved)
            other = min(max(place + step, 0), len(order) - 1)
            order[place], order[other] = order[other], order[place]
        if self.cleaned_data["back"]:
            order = []
        change_household(
            user=self.user, was={self.name: was}, agrees=self.agrees, **{self.name: order}
        )
