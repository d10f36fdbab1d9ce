"""Asking a lender: whom and for what, and the papers for it. Nothing is sent by us."""

from datetime import date, timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from planner.domain.answers.scenarios import next_arrivals
from planner.domain.household.household import Debt
from planner.domain.household.terms import owed_fen
from planner.domain.offers.capacity import capacity, largest_income, shortest, unsecured
from planner.exports.docx import DOCX, pack_docx
from planner.models import ContactEntry
from planner.pages.http import Request
from planner.plans.current import Current
from planner.words.figures import Amounts
from planner.words.letters import ONE_PAYMENT, Pack, aims_of, pack_of

SOONEST_DAYS = 14  # a lender needs some time to answer
AFTER_PAY_DAYS = 3


@require_GET
def letter_list(request: Request) -> HttpResponse:
    """Each debt, and what may be asked of its lender."""
    current = Current(request.user)
    debts = [
        (one, current.amounts(owed_fen(one.terms)), aims_of(one))
        for one in current.position.debts
        if owed_fen(one.terms)
    ]
    return render(request, "planner/letters/letters.html", {"debts": debts})


@require_GET
def letter_pack(request: Request, slug: str, aim: str) -> HttpResponse:
    """The papers of one debt and aim. An old debt's letter only once the warning was read."""
    current = Current(request.user)
    found, pack = _pack(current, slug, aim, current.amounts)
    context = {
        "pack": pack,
        "debt": found,
        "aim": aim,
        "shows_letter": not pack.is_old or request.GET.get("known") == "1",
    }
    return render(request, "planner/letters/pack.html", context)


@require_GET
def letter_docx(request: Request, slug: str, aim: str) -> HttpResponse:
    """The same as a document to edit, with its amounts: it is asked for by hand."""
    current = Current(request.user)
    _found, pack = _pack(current, slug, aim, Amounts())
    response = HttpResponse(
        pack_docx(pack, language=get_language() or "zh-hans"), content_type=DOCX
    )
    response.headers["Content-Disposition"] = (
        f'attachment; filename="anhuan-{aim}-{current.as_of:%Y-%m-%d}.docx"'
    )
    return response


def _pack(current: Current, slug: str, aim: str, amounts: Amounts) -> tuple[Debt, Pack]:
    debt = next((one for one in current.position.debts if one.id == slug), None)
    if debt is None or aim not in dict(aims_of(debt)):
        raise Http404(_("There is no such letter."))
    household, first = current.household, _first_due(current)
    all_debts = unsecured(household) or [slug]
    together = capacity(household, all_debts, first, 12)
    if aim in ONE_PAYMENT:
        found, is_enough = capacity(household, [slug], first, 1), True
    else:
        found, is_enough = shortest(household, [slug], first)
    owed = owed_fen(debt.terms)
    if found.periods == 1 and found.offered_fen > owed:
        found = found._replace(fen=min(found.fen, owed), if_all_comes_fen=owed)
    calls = ContactEntry.objects.owned_by(current.owner).filter(undoes=None, undone_by=None).count()
    pack = pack_of(
        household, current.position, debt, aim, found, is_enough, together, amounts, calls
    )
    return debt, pack


def _first_due(current: Current) -> date:
    """Some days after the largest income's first arrival that leaves time to answer."""
    household, first = current.household, current.household.planned_from
    soonest = first + timedelta(days=SOONEST_DAYS)
    income = largest_income(household)
    for arrival in next_arrivals(household):
        if income is not None and arrival.income.id == income.id:
            on = arrival.arrives_on
            while on < soonest:
                on += timedelta(days=30)
            return on + timedelta(days=AFTER_PAY_DAYS)
    return first + timedelta(days=30)
