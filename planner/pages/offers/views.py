"""Check what a lender offers. Nothing is kept until it is made an arrangement."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from planner.domain.offers.beside import Beside, OfferRefused, lay_beside, terms_for
from planner.domain.offers.offer import LenderOffer
from planner.pages.attempt import press
from planner.pages.http import Request
from planner.pages.offers.check import OfferAnswer, answer_of
from planner.pages.offers.forms import OfferForm
from planner.plans.current import Current
from planner.services.arrangements import propose_arrangement
from planner.words.offers import refused_words


@require_http_methods(["GET", "POST"])
def offer_check(request: Request) -> HttpResponse:
    """A form, its answer, and from there an arrangement. A POST, so that no amount stands in an
    address."""
    current = Current(request.user)
    debt = request.GET.get("debt", "")
    form = OfferForm(request.POST or None, household=current.position, debt=debt)
    answer, status = None, 200
    if request.htmx and request.POST.get("look"):
        return render(request, "planner/offers/_look.html", {"look": _look(current, form)})
    if request.method == "POST":
        answer = _answer(current, form) if form.is_valid() else None
        status = 200 if answer else 422
        if answer and request.POST.get("do") == "arrange" and _is_of_debt(form):
            _made, said = press(lambda: _arrange(current, form))
            if not said:
                return redirect("planner:debt-arrangement", form.cleaned_data["debt"])
            form.add_error(None, said)
            status = 422
    context = {"form": form, "answer": answer, "hides_amounts": current.hides_amounts}
    context["can_arrange"] = bool(answer and answer.beside and _is_of_debt(form))
    template = "planner/offers/_offer.html" if request.htmx else "planner/offers/offer.html"
    return render(request, template, context, status=status)


def _look(current: Current, form: OfferForm) -> OfferAnswer | None:
    """What the offer alone costs, while it is typed; None as long as something is missing."""
    return answer_of(current, _read(form), None) if form.is_valid() else None


def _is_of_debt(form: OfferForm) -> bool:
    return bool(form.cleaned_data["debt"]) and form.cleaned_data["kind"] != "new_loan"


def _answer(current: Current, form: OfferForm) -> OfferAnswer | None:
    """None where the offer cannot be laid over these figures; the form says why."""
    offer, debt = _read(form), form.cleaned_data["debt"]
    beside: Beside | None = None
    if debt:
        try:
            beside = lay_beside(current.household, debt, offer, current.rule)
        except OfferRefused as refused:
            form.add_error(None, refused_words(refused))
            return None
    return answer_of(current, offer, beside)


def _arrange(current: Current, form: OfferForm) -> None:
    debt = form.cleaned_data["debt"]
    terms = terms_for(current.household, debt, _read(form))
    propose_arrangement(user=current.owner, debt=debt, on=current.row.today(), terms=terms)


def _read(form: OfferForm) -> LenderOffer:
    assert form.offer is not None  # it is valid
    return form.offer
