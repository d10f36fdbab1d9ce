"""The form of a debt by its contract."""

from collections.abc import Mapping

from planner.forms.dated import InstalmentForm, OpenForm
from planner.forms.debts import DebtForm
from planner.forms.revolving import RevolvingForm

FORMS: Mapping[str, type[DebtForm]] = {
    form.contract: form for form in (RevolvingForm, InstalmentForm, OpenForm)
}
