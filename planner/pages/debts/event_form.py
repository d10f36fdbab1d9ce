"""What happened to a debt, typed in."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from planner.domain.household.events import LIMITS, enterable
from planner.domain.household.household import Debt
from planner.forms.fields import REQUIRED, DayField, choose
from planner.forms.keyed import KeyedForm
from planner.models import HouseholdRow
from planner.services.events import record_event
from planner.words.names import GROUPS, LABELS, event_name


class EventForm(KeyedForm):
    """A letter, a court's paper, the settlement; the day is that on which it reached the person."""

    rung = forms.ChoiceField(label=_("What happened"), error_messages={"required": REQUIRED})
    on = DayField(
        label=_("On which day"),
        help_text=_(
            "The day on which you received or signed for it; time limits run from it. "
            "For the last day to pay: that day itself."
        ),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        household: HouseholdRow,
        debt: Debt,
        rung: str = "",
        **kwargs: Any,
    ) -> None:
        initial = {"rung": rung, "on": None if rung in LIMITS else household.planned_from}
        super().__init__(data, household=household, initial=initial, **kwargs)
        self.debt = debt
        choose(self, "rung", [("", _("Please choose")), *choices(debt)])

    def clean(self) -> dict[str, Any]:
        super().clean()
        values = self.cleaned_data
        if (
            values.get("rung")
            and values.get("on")
            and values["rung"] not in LIMITS
            and values["on"] > self.household.planned_from
        ):
            self.add_error(
                "on", _("That day is still to come. Enter the day on which it happened.")
            )
        return values

    def save(self) -> None:
        """Raises what `record_event` raises."""
        values = self.cleaned_data
        record_event(
            user=self.user,
            debt=self.debt.id,
            rung=values["rung"],
            on=values["on"],
            key=values["key"],
            agrees=self.agrees,
        )


def choices(debt: Debt) -> list[tuple[str, list[tuple[str, str]]]]:
    """What may have happened to this debt, by who acts."""
    rungs = {rung.id: rung for rung in enterable(debt)}
    groups = [
        (str(title), [(one, event_name(rungs[one])) for one in labels if one in rungs])
        for title, labels in GROUPS
    ]
    groups.append(
        (
            gettext("Other"),
            [(one, event_name(rung)) for one, rung in rungs.items() if one not in LABELS],
        )
    )
    return [(title, offered) for title, offered in groups if offered]


# --- In words ----------------------------------------------------------------------------------
