"""The three steps of a new household: what is owed, what comes and must be paid, the plan."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from planner.domain.rulebook.ladders import in_language
from planner.models import DebtRow
from planner.pages import items
from planner.pages.attempt import save
from planner.pages.debts.tiles import chosen, offered_products
from planner.pages.debts.views import debt_rows, show_looked
from planner.pages.http import Request
from planner.pages.start.forms import MoneyForm, start_form, with_what_is_overdue
from planner.services.documents import household_of
from planner.words.language import language, listed_names
from planner.words.names import CONTRACTS


@require_http_methods(["GET", "POST"])
@login_not_required
def start(request: Request) -> HttpResponse:
    """Step one: tap what you owe on, one after the other."""
    if not request.user.is_authenticated:
        return redirect("planner:home")
    household = household_of(request.user)
    contract, product = chosen(request)
    form, status = None, 200
    if contract is not None:
        data = request.POST or None
        asks_overdue = "overdue" in request.POST
        if asks_overdue:
            data = with_what_is_overdue(request.POST, household.today())
        form = start_form(contract, product, data, household, like=_like(request, contract))
        if looked := show_looked(request, form):
            return looked
        if asks_overdue:
            form.look()
        elif request.method == "POST":
            status = save(form)
            if status == 200:
                return redirect("planner:start")
    context = {
        "form": form,
        "action": request.get_full_path(),
        "chosen": product and in_language(product.names, language()),
        "contract": contract and CONTRACTS[contract],
        "products": offered_products(),
        "rows": [] if household.is_sample else debt_rows(household),
        "is_sample": household.is_sample,
    }
    template = "planner/start/_start_debts.html"
    return items.show(request, template, _("What do you owe?"), context, status)


def _like(request: Request, contract: str) -> DebtRow | None:
    """The debt of the person's that another one is to be like, of the same contract."""
    slug = request.GET.get("like", "")
    row = DebtRow.objects.owned_by(request.user).filter(slug=slug).first()
    return row if row is not None and row.terms["contract"] == contract else None


@require_http_methods(["GET", "POST"])
def start_money(request: Request) -> HttpResponse:
    """Step two: what comes in and what living costs. Then the plan."""
    household = household_of(request.user)
    if household.is_sample or not DebtRow.objects.owned_by(request.user).exists():
        return redirect("planner:start")
    form = MoneyForm(request.POST or None, household=household)
    if form.asks_nothing:
        return redirect("planner:plan")
    status = save(form) if request.method == "POST" else 200
    if request.method == "POST" and status == 200:
        return redirect("planner:plan")
    nouns = {"accounts": "account", "incomes": "income", "expenses": "expense"}
    entered = [
        (listed_names(names), f"planner:{nouns[kind]}-list") for kind, names in form.entered.items()
    ]
    context = {"form": form, "entered": entered}
    title = _("What comes in, and what does living cost?")
    return items.show(request, "planner/start/_start_money.html", title, context, status)
