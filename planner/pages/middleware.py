"""What every page does when books cannot be reckoned, or change while it is made."""

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from planner.domain.ledger.replay import PaymentRefused
from planner.domain.values.reading import InvalidDocument
from planner.models import User
from planner.pages.history.mend import page
from planner.pages.http import Request
from planner.pages.waiting import being_worked_out
from planner.plans.foreseen import NotYet
from planner.services import mending
from planner.services.errors import EntryRefused, Overtaken

GetResponse = Callable[[Request], HttpResponse]


def read_again(get_response: GetResponse) -> GetResponse:
    """The view starts afresh, once, and finds what is there now. A form that was saved already is
    known by its key, and one that was not is met with what was changed.

    Rows always make a document that can be read, unless half of them were read before the change.
    Who has erased everything meanwhile, with all rows that a request may still want to write, is
    led to the front page.
    """

    def process_exception(request: Request, exception: Exception) -> HttpResponse | None:
        key = request.user.pk
        if key is not None and not User.objects.filter(pk=key).exists():
            front = "planner:home"
            if request.htmx:
                return HttpResponseClientRedirect(resolve_url(front))
            return redirect(front)
        if not isinstance(exception, Overtaken | InvalidDocument) or not request.resolver_match:
            return None
        request.user._state.fields_cache.clear()  # its household, as it was
        view, arguments, named = request.resolver_match
        answer: HttpResponse = view(request, *arguments, **named)
        return answer

    def middleware(request: Request) -> HttpResponse:
        return get_response(request)

    middleware.process_exception = process_exception  # type: ignore[attr-defined]  # Django asks for it
    return middleware


def worked_out_beside(get_response: GetResponse) -> GetResponse:
    """A page of a plan that takes long waits a moment, then says so and looks again by itself."""

    def process_exception(request: Request, exception: Exception) -> HttpResponse | None:
        return being_worked_out(request, exception) if isinstance(exception, NotYet) else None

    def middleware(request: Request) -> HttpResponse:
        return get_response(request)

    middleware.process_exception = process_exception  # type: ignore[attr-defined]  # Django asks for it
    return middleware


def refused_books(get_response: GetResponse) -> GetResponse:
    """A page that needs figures which cannot be reckoned is the page that says which entry it is.

    A change that fails for it is not made.
    """

    def process_exception(request: Request, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, PaymentRefused | EntryRefused):
            return None
        if not request.user.is_authenticated or not mending.refused_entries(request.user):
            return None
        if request.htmx:
            return HttpResponseClientRedirect(reverse("planner:history-mend"))
        return page(request, status=409)

    def middleware(request: Request) -> HttpResponse:
        return get_response(request)

    middleware.process_exception = process_exception  # type: ignore[attr-defined]  # Django asks for it
    return middleware
