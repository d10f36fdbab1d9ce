"""Debts: the list, one debt, a new one."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from planner import plan_store, services
from planner.domain.household.household import Debt as Terms
from planner.domain.rulebook.ladders import in_language
from planner.domain.rulebook.products import Product, load_products
from planner.exports.wording import certainty_word
from planner.forms.contracts import FORMS
from planner.models import Account, Household
from planner.presentation import Amounts, day, language
from planner.views import items

# Those that most people owe on come first; the others by what they are.
FIRST = ("huabei", "jiebei", "credit_card", "jd_baitiao", "weilidai", "mortgage")
OTHERS = (
    (
        gettext_lazy("Pay later, a bill each month"),
        ("fenfu", "meituan_yuefu", "douyin_yuefu", "ctrip_naquhua"),
    ),
    (
        gettext_lazy("Cash loans"),
        (
            *("jd_jintiao", "meituan_jieqian", "fangxinjie", "duxiaoman", "fenqile"),
            "consumer_finance",
        ),
    ),
    (gettext_lazy("Car, family and friends"), ("car_loan", "private_loan")),
)
ANOTHER = ("other_bill", "other_loan", "other_balance")

CONTRACTS = {
    "revolving": (
        gettext_lazy("A bill each month"),
        gettext_lazy("Other cards and monthly payment apps"),
    ),
    "instalment": (
        gettext_lazy("Fixed instalments"),
        gettext_lazy("Other loans, bill instalments"),
    ),
    "open": (gettext_lazy("No fixed schedule"), gettext_lazy("Overdrafts, student loans")),
}


@require_GET
def debt_list(request: HttpRequest) -> HttpResponse:
    household = services.household_of(request.user)
    context = {
        "rows": debt_rows(household),
        "products": offered_products(),
        "household": household,
        "is_of_another_day": household.planned_from != household.today(),
        "as_of": day(household.planned_from, household.today()),
    }
    return items.show(request, "planner/_debt_board.html", _("Debts"), context)


@require_http_methods(["GET", "POST"])
def debt_create(request: HttpRequest) -> HttpResponse:
    contract, product = chosen(request)
    if contract is None:
        return redirect("planner:debt-list")
    form = FORMS[contract](
        request.POST or None,
        household=services.household_of(request.user),
        accounts=Account.objects.owned_by(request.user),
        product=product,
        begins=_came_from_start(request),
    )
    title = _("New debt") if product is None else in_language(product.names, language())
    return items.edit(request, form, noun="debt", title=title, leave_to=_way_back(request))


@require_http_methods(["GET", "POST"])
def debt_detail(request: HttpRequest, slug: str) -> HttpResponse:
    debt = items.item_or_404(request, "debts", slug)
    form = FORMS[debt.terms["contract"]](
        request.POST or None,
        household=services.household_of(request.user),
        accounts=Account.objects.owned_by(request.user),
        item=debt,
    )
    return items.edit(request, form, noun="debt", title=debt.name, leave_to=_way_back(request))


@require_http_methods(["GET", "POST"])
def debt_delete(request: HttpRequest, slug: str) -> HttpResponse:
    return items.delete(request, kind="debts", noun="debt", slug=slug)


def _came_from_start(request: HttpRequest) -> bool:
    return request.GET.get("from") == "start"


def _way_back(request: HttpRequest) -> str:
    return "planner:start" if _came_from_start(request) else "planner:debt-list"


def chosen(request: HttpRequest) -> tuple[str | None, Product | None]:
    """The contract asked for, by itself or by its product; (None, None) for anything unknown."""
    product = load_products().get(request.GET.get("product", ""))
    if product is not None:
        return product.contract, product
    contract = request.GET.get("contract", "")
    return (contract, None) if contract in FORMS else (None, None)


@dataclass(frozen=True, slots=True)
class Tile:
    """A product to tap: its name, and for another debt what it may be."""

    id: str
    name: str
    hint: Any = ""


@dataclass(frozen=True, slots=True)
class Offered:
    """The products there are: those in front, then by group what unfolds."""

    first: list[Tile]
    others: list[tuple[Any, list[Tile]]]


def offered_products() -> Offered:
    others = [(title, [_tile(one) for one in ids]) for title, ids in OTHERS]
    return Offered(
        first=[_tile(one) for one in FIRST],
        others=[*others, (_("None of these"), [_tile_of_another(one) for one in ANOTHER])],
    )


def _tile(product: str) -> Tile:
    return Tile(product, load_products()[product].name(language()))


def _tile_of_another(product: str) -> Tile:
    name, hint = CONTRACTS[load_products()[product].contract]
    return Tile(product, str(name), hint)


@dataclass(frozen=True, slots=True)
class DebtRow:
    """A debt as a list shows it."""

    slug: str
    name: str
    kind: str
    owed: str
    due: str
    is_overdue: bool
    grace_possible: int
    grace_certainty: str
    deducts_from: list[str]


def debt_rows(household: Household) -> list[DebtRow]:
    """Every debt of the household, in its order, in one pass over its document."""
    terms = plan_store.standing_household(household.owner, services.outline_of(household))
    accounts = {account.id: account.name for account in terms.accounts}
    amounts = Amounts(hidden=household.is_discreet)
    return [_row(debt, accounts, amounts, household.today()) for debt in terms.debts]


def _row(debt: Terms, accounts: dict[str, str], amounts: Amounts, today: date) -> DebtRow:
    product = load_products().get(debt.product or "")
    possible = product.possible.get("grace_days") if product and not debt.grace_days else None
    terms = debt.terms
    if debt.contract == "revolving":
        owed = terms.billed_fen + terms.unbilled_fen
        due = (
            _("each month on day %(day)s") % {"day": terms.due_day}
            if terms.due_day
            else _("%(days)s days after each statement") % {"days": terms.due_after}
        )
    else:
        owed = terms.principal_fen
        rows = getattr(terms, "rows", ())
        next_due = rows[0].due_on if rows else terms.next_due
        due = _("next on %(day)s") % {"day": day(next_due, today)} if next_due else ""
        if debt.contract == "open" and terms.has_ended:
            due = _("was to be paid by %(day)s") % {"day": day(terms.ends_on, today)}
    return DebtRow(
        slug=debt.id,
        name=debt.name,
        kind=in_language(product.names, language())
        if product
        else str(CONTRACTS[debt.contract][0]),
        owed=amounts.plain(owed),
        due=due,
        is_overdue=bool(terms.arrears),
        grace_possible=possible.value if possible else 0,
        grace_certainty=certainty_word(possible.certainty) if possible else "",
        deducts_from=[accounts[one] for one in debt.autopay],
    )
