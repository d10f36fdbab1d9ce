"""The app's addresses, and a bare signed-in page: the same frame around a table of 100 rows."""

from collections.abc import Callable
from time import perf_counter

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from config.urls import urlpatterns as app_urlpatterns
from planner.models import IdempotencyKey
from planner.services.documents import household_of

TABLE = """{% extends "base.html" %}
{% block title %}{{ household.as_of|date:"DATE_FORMAT" }}{% endblock %}
{% block content %}<table>{% for row in rows %}
<tr><td>{{ row.pk }}</td><td>{{ row.key }}</td><td>{{ row.slug }}</td>
<td>{{ row.created_on|date:"DATE_FORMAT" }}</td></tr>{% endfor %}</table>{% endblock %}"""


def timed(get_response: Callable[[HttpRequest], HttpResponse]):
    """Tell with each answer how many milliseconds the app took for it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        start = perf_counter()
        response = get_response(request)
        response["X-Server-Time"] = f"{(perf_counter() - start) * 1000:.3f}"
        return response

    return middleware


def bare(request: HttpRequest) -> HttpResponse:
    rows = IdempotencyKey.objects.owned_by(request.user).order_by("pk")[:100]
    context = {"household": household_of(request.user), "rows": rows}
    return HttpResponse(engines["django"].from_string(TABLE).render(context, request))


urlpatterns = [*app_urlpatterns, path("bare/", bare, name="bare")]
