"""When a payment of the history cannot be reckoned any more: every page says so, and asks."""

from collections.abc import Callable

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from planner.pages.history_lines import lines
from planner.services import mending
from planner.services.documents import household_of
from planner.services.errors import StaleVersion
from planner.words.figures import Amounts

GetResponse = Callable[[HttpRequest], HttpResponse]


class MendForm(forms.Form):
    """The household's counter as the page showed it, and what holds."""

    revision = forms.IntegerField(min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput)
    holds = forms.ChoiceField(choices=[("lender", ""), ("nothing", "")])


@require_http_methods(["GET", "POST"])
def history_mend(request: HttpRequest) -> HttpResponse:
    """What of the history cannot be reckoned, and what shall hold in its place."""
    if request.method == "GET":
        return page(request)
    form = MendForm(request.POST)
    if not form.is_valid():
        return page(request, status=422)
    keeps_money = form.cleaned_data["holds"] == "lender"
    try:
        debts = mending.set_aside(
            user=request.user, revision=form.cleaned_data["revision"], keeps_money=keeps_money
        )
    except StaleVersion:
        said = _("Something changed meanwhile. Below is how it stands now.")
        return page(request, said, status=409)
    if debts and keeps_money:
        return redirect("planner:debt-detail", debts[0])
    return redirect("planner:plan")


def page(request: HttpRequest, conflict: str = "", status: int = 200) -> HttpResponse:
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
