"""When another request of the same person commits while a page is being made of what was before."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django_htmx.http import HttpResponseClientRedirect

from planner.domain.values.reading import InvalidDocument
from planner.models import User
from planner.services import Overtaken

GetResponse = Callable[[HttpRequest], HttpResponse]


def read_again(get_response: GetResponse) -> GetResponse:
    """The view starts afresh, once, and finds what is there now. A form that was saved already is
    known by its key, and one that was not is met with what was changed.

    Rows always make a document that can be read, unless half of them were read before the change.
    Who has erased everything meanwhile, with all rows that a request may still want to write, is
    led to the front page.
    """

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
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
        return view(request, *arguments, **named)

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware
