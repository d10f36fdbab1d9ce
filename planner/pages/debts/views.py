"""Debts: the list, one debt, a new one."""

from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from planner.domain.household.household import Debt
from planner.domain.household.terms import OpenTerms, RevolvingTerms
from planner.domain.rulebook.ladders import in_language
from planner.domain.rulebook.products import load_products
from planner.models import HouseholdRow
from planner.pages import items
from planner.pages.debts.contracts import FORMS
from planner.pages.debts.forms import DebtForm
from planner.pages.debts.page import DebtPage
from planner.pages.debts.payoff import PayoffForm
from planner.pages.debts.revolving import RevolvingForm
from planner.pages.debts.tiles import chosen, offered_products
from planner.pages.http import Request
from planner.plans.kept import position_today
from planner.services.documents import household_of
from planner.words.days import day, ordinal
from planner.words.figures import Amounts
from planner.words.language import language
from planner.words.names import CONTRACTS, certainty_word


@require_GET
def debt_list(request: Request) -> HttpResponse:
    household = household_of(request.user)
    context = {
        "rows": debt_rows(household),
        "products": offered_products(),
        "household": household,
        "is_of_another_day": household.planned_from != household.today(),
        "as_of": day(household.planned_from, household.today()),
    }
    return items.show(request, "planner/debts/_debt_board.html", _("Debts"), context)


@require_http_methods(["GET", "POST"])
def debt_create(request: Request) -> HttpResponse:
    contract, product = chosen(request)
    if contract is None:
        return redirect("planner:debt-list")
    household = household_of(request.user)
    form = FORMS[contract](
        request.POST or None,
        household=household,
        accounts=household.items["accounts"],
        product=product,
        begins=_came_from_start(request),
    )
    title = _("New debt") if product is None else in_language(product.names, language())
    return _edit(request, form, title)


@require_http_methods(["GET", "POST"])
def debt_detail(request: Request, slug: str) -> HttpResponse:
    household = household_of(request.user)
    debt = items.item_or_404(request, household, "debts", slug)
    form = FORMS[debt.terms["contract"]](
        request.POST or None,
        household=household,
        accounts=household.items["accounts"],
        item=debt,
    )
    return _edit(request, form, debt.name)


def _edit(request: Request, form: DebtForm, title: str) -> HttpResponse:
    if looked := show_looked(request, form):
        return looked
    template, leave_to = "planner/debts/_debt_form.html", _way_back(request)
    return items.edit(request, form, template, noun="debt", title=title, leave_to=leave_to)


def show_looked(request: Request, form: DebtForm) -> HttpResponse | None:
    """What a bill's questions are, or what its answers so far lead to; nothing is saved."""
    look = request.POST.get("look")
    if look not in ("bill", "understood") or not isinstance(form, RevolvingForm):
        return None
    form.look()
    context = {"form": form, "look": look}
    return render(request, "planner/debts/_bill_looked.html", context)


@require_http_methods(["GET", "POST"])
def debt_delete(request: Request, slug: str) -> HttpResponse:
    return items.delete(request, kind="debts", noun="debt", slug=slug)


def _came_from_start(request: Request) -> bool:
    return request.GET.get("from") == "start"


def _way_back(request: Request) -> str:
    return "planner:start" if _came_from_start(request) else "planner:debt-list"


@dataclass(frozen=True, slots=True)
class DebtListLine:
    """A debt as a list shows it."""

    slug: str
    name: str
    kind: str
    owed: str
    due: str
    again: str
    is_overdue: bool
    grace_possible: int
    grace_certainty: str
    deducts_from: list[str]
    is_deduction_unknown: bool


def debt_rows(household: HouseholdRow) -> list[DebtListLine]:
    """Every debt of the household, in its order, in one pass over its document."""
    terms = position_today(household)
    accounts = {account.id: account.name for account in terms.accounts}
    amounts = Amounts(hidden=household.is_discreet)
    last_of_kind = {(debt.contract, debt.product): debt.id for debt in terms.debts}
    return [
        _row(debt, accounts, amounts, household.today(), set(last_of_kind.values()))
        for debt in terms.debts
    ]


def _row(
    debt: Debt, accounts: dict[str, str], amounts: Amounts, today: date, last_of_kind: set[str]
) -> DebtListLine:
    product = load_products().get(debt.product or "")
    is_open = not debt.grace_days and "grace_days" not in debt.confirmed
    possible = product.possible.get("grace_days") if product and is_open else None
    terms = debt.terms
    if isinstance(terms, RevolvingTerms):
        owed = terms.billed_fen + terms.unbilled_fen
        due = (
            _("due on the %(day)s of each month") % {"day": ordinal(terms.due_day)}
            if terms.due_day
            else _("%(days)s days after each statement") % {"days": terms.due_after}
        )
    else:
        owed = terms.principal_fen
        rows = getattr(terms, "rows", ())
        next_due = rows[0].due_on if rows else terms.next_due
        due = _("next on %(day)s") % {"day": day(next_due, today)} if next_due else ""
        if isinstance(terms, OpenTerms) and terms.has_ended and terms.ends_on is not None:
            due = _("was to be paid by %(day)s") % {"day": day(terms.ends_on, today)}
    return DebtListLine(
        slug=debt.id,
        name=debt.name,
        kind=in_language(product.names, language())
        if product
        else str(CONTRACTS[debt.contract][0]),
        owed=amounts.plain(owed),
        due=due,
        again=_again(debt) if debt.id in last_of_kind else "",
        is_overdue=bool(terms.arrears),
        grace_possible=possible.value if possible else 0,
        grace_certainty=certainty_word(possible.certainty) if possible else "",
        deducts_from=[accounts[one] for one in debt.autopay],
        is_deduction_unknown=not debt.autopay_known,
    )


def _again(debt: Debt) -> str:
    """Where another one like it is added; "" for a card or the like, of which a bill tells all."""
    if debt.contract == "revolving":
        return ""
    kind = f"product={debt.product}" if debt.product else f"contract={debt.contract}"
    return f"{reverse('planner:start')}?{kind}&like={debt.id}"


@require_GET
def debt_schedule(request: Request, slug: str) -> HttpResponse:
    """The page, or for htmx what cures and settles on a day that was asked for."""
    try:
        page = DebtPage(request.user, slug)
    except KeyError:
        raise Http404 from None
    form = PayoffForm(request.GET, first=page.as_of, last=page.last_day)
    asked = form.cleaned_data["on"] if form.is_valid() else None
    context = {"page": page, "form": form, "payoffs": page.payoffs(asked)}
    template = "planner/debts/_debt_payoff.html" if request.htmx else "planner/debts/schedule.html"
    return render(request, template, context, status=422 if form.errors else 200)
