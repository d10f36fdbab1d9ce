"""The form of a debt by its contract."""

from collections.abc import Mapping

from planner.pages.debts.forms import DebtForm
from planner.pages.debts.revolving import RevolvingForm
from planner.pages.debts.scheduled import InstalmentForm, OpenForm

FORMS: Mapping[str, type[DebtForm]] = {
    form.contract: form for form in (RevolvingForm, InstalmentForm, OpenForm)
}
