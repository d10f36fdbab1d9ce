"""Asking a lender: whom and for what, and the papers for it. Nothing is sent by us."""

from datetime import date, timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from planner.domain.answers.scenarios import next_arrivals
from planner.domain.household.contacts import Contact, read_contact
from planner.domain.household.household import Debt
from planner.domain.household.terms import owed_fen
from planner.domain.offers.capacity import TERMS, capacity, largest_income, shortest, unsecured
from planner.domain.values.reading import Fields
from planner.models import ContactEntry
from planner.pages.http import Request
from planner.plans.current import Current
from planner.words.figures import Amounts
from planner.words.letters import ONE_PAYMENT, Pack, aims_of, pack_of

SOONEST_DAYS = 14  # a lender needs some time to answer
AFTER_PAY_DAYS = 3
USUAL_TERM = 12  # months over which an offer to all is shown, unless another term was chosen


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
    periods = _periods(request)
    found, pack = _pack(current, slug, aim, periods, current.amounts)
    context = {
        "pack": pack,
        "debt": found,
        "aim": aim,
        "periods": periods,
        "terms": [] if aim in ONE_PAYMENT or not pack.carries else TERMS,
        "shows_letter": not pack.is_old or request.GET.get("known") == "1",
    }
    return render(request, "planner/letters/pack.html", context)


@require_GET
def letter_docx(request: Request, slug: str, aim: str) -> HttpResponse:
    """The same as a document to edit, with its amounts: it is asked for by hand."""
    from planner.exports.docx import DOCX, pack_docx  # loaded by who asks for one: 9 MB

    current = Current(request.user)
    _found, pack = _pack(current, slug, aim, _periods(request), Amounts())
    response = HttpResponse(
        pack_docx(pack, language=get_language() or "zh-hans"), content_type=DOCX
    )
    response.headers["Content-Disposition"] = (
        f'attachment; filename="anhuan-{aim}-{current.as_of:%Y-%m-%d}.docx"'
    )
    return response


def _periods(request: Request) -> int | None:
    """The term that was chosen; None, the shortest that repays all, for anything else."""
    asked = request.GET.get("periods", "")
    return next((one for one in TERMS if str(one) == asked), None)


def _pack(
    current: Current, slug: str, aim: str, periods: int | None, amounts: Amounts
) -> tuple[Debt, Pack]:
    """`periods` of none is the shortest term that repays all."""
    debt = next((one for one in current.position.debts if one.id == slug), None)
    if debt is None or aim not in dict(aims_of(debt)):
        raise Http404(_("There is no such letter."))
    household, first = current.household, _first_due(current)
    all_debts = unsecured(household) or [slug]
    if aim in ONE_PAYMENT:
        found = capacity(household, [slug], first, 1)
    elif periods is None:
        found, _is_enough = shortest(household, [slug], first)
    else:
        found = capacity(household, [slug], first, periods)
    together = capacity(household, all_debts, first, periods or USUAL_TERM)
    contacts = _contacts(current, slug) if aim == "stop" else []
    return debt, pack_of(household, current.position, debt, aim, found, together, amounts, contacts)


def _contacts(current: Current, slug: str) -> list[Contact]:
    """What stands in the log of this debt, or of none that is known, oldest first."""
    rows = ContactEntry.objects.owned_by(current.owner).filter(undoes=None, undone_by=None)
    contacts = [read_contact(Fields(one.entry, "entry", [])) for one in rows.order_by("on", "pk")]
    return [one for one in contacts if one.debt in (slug, "")]


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
