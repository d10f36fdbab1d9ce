"""When a payment of the history cannot be reckoned any more: every page says so, and asks."""

from collections.abc import Callable

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from planner.forms.refusable import Refusable
from planner.pages.attempt import attempt
from planner.pages.history_lines import lines
from planner.pages.http import Request
from planner.services import mending
from planner.services.documents import household_of
from planner.words.figures import Amounts

GetResponse = Callable[[Request], HttpResponse]


class MendForm(Refusable, forms.Form):
    """The household's counter as the page showed it, and what holds."""

    stays = False
    changed = gettext_lazy("Something changed meanwhile. Below is how it stands now.")

    revision = forms.IntegerField(min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput)
    holds = forms.ChoiceField(choices=[("lender", ""), ("nothing", "")])


@require_http_methods(["GET", "POST"])
def history_mend(request: Request) -> HttpResponse:
    """What of the history cannot be reckoned, and what shall hold in its place."""
    if request.method == "GET":
        return page(request)
    form = MendForm(request.POST)
    debts: list[str] = []

    def set_aside() -> None:
        values = form.cleaned_data
        debts.extend(
            mending.set_aside(
                user=request.user,
                revision=values["revision"],
                keeps_money=values["holds"] == "lender",
            )
        )

    status = attempt(form, set_aside)
    if status != 200:
        return page(request, form.conflict, status)
    if debts and form.cleaned_data["holds"] == "lender":
        return redirect("planner:debt-detail", debts[0])
    return redirect("planner:plan")


def page(request: Request, conflict: str = "", status: int = 200) -> HttpResponse:
    refused = mending.refused_entries(request.user)
    if not refused:
        return redirect("planner:plan")
    household = household_of(request.user)
    rows = [one.row for one in refused]
    context = {
        "found": list(
            zip(lines(request.user, rows, Amounts(household.is_discreet)), refused, strict=True)
        ),
        "form": MendForm(initial={"revision": household.revision}),
        "conflict": conflict,
    }
    return render(request, "planner/history/mend.html", context, status=status)
