"""What a rule rests on: a page for each source, product and step, the same for everybody.

The language stands in the address, so that no page depends on who reads it: no session is looked
at, and any cache may keep it.
"""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control, set_response_etag
from django.views.decorators.http import require_safe

from planner.domain.rulebook.products import load_products
from planner.domain.rulebook.rule_files import load_sources
from planner.pages.http import Request
from planner.pages.rulebook.forms import ClaimForm
from planner.pages.rulebook.page import (
    listed_products,
    listed_sources,
    of_calm,
    of_law,
    of_product,
    of_real,
    of_rung,
    of_source,
)
from planner.words.language import language, speaking

KEPT_SECONDS = 600  # shorter than anybody would notice a corrected rule too late
LANGUAGES = {"zh": "zh-hans", "en": "en"}


@require_safe
@login_not_required
def rule(request: Request, rule: str) -> HttpResponse:
    """On to the page in the language of the reader."""
    if rule not in load_sources() and rule not in load_products():
        raise Http404
    return redirect("planner:rule-page", language(), rule)


@require_safe
@login_not_required
def rule_list(request: Request, speech: str) -> HttpResponse:
    """All products, and all sources."""
    with speaking(speech):
        context = {
            "products": listed_products(),
            "sources": listed_sources(),
        }
        return _page(request, "planner/rulebook/rules.html", speech, context)


@require_safe
@login_not_required
def rule_law(request: Request, speech: str) -> HttpResponse:
    """What people ask about the law, and what a court costs for a claim (?claim=20000)."""
    with speaking(speech):
        form = ClaimForm(request.GET if "claim" in request.GET else None)
        claim_fen = form.cleaned_data["claim"] if form.is_valid() else None
        context = {"form": form, **of_law(claim_fen)}
        return _page(request, "planner/rulebook/law.html", speech, context)


@require_safe
@login_not_required
def rule_real(request: Request, speech: str) -> HttpResponse:
    """Is this message, caller or paper real? It never says that one is."""
    with speaking(speech):
        return _page(request, "planner/rulebook/real.html", speech, of_real())


@require_safe
@login_not_required
def rule_calm(request: Request, speech: str) -> HttpResponse:
    """For nights: what may help right now."""
    with speaking(speech):
        return _page(request, "planner/rulebook/calm.html", speech, of_calm())


@require_safe
@login_not_required
def rule_page(request: Request, speech: str, rule: str) -> HttpResponse:
    """The page of one source, or of one product."""
    with speaking(speech):
        if source := load_sources().get(rule):
            return _page(request, "planner/rulebook/source.html", speech, of_source(source))
        if product := load_products().get(rule):
            context = of_product(product)
            return _page(request, "planner/rulebook/product.html", speech, context)
    raise Http404


@require_safe
@login_not_required
def rule_step(request: Request, speech: str, rule: str, rung: str) -> HttpResponse:
    """One step of a product's ladder."""
    product = load_products().get(rule)
    found = next((one for one in product.ladder if one.id == rung), None) if product else None
    if product is None or found is None:
        raise Http404
    with speaking(speech):
        context = of_rung(product, found)
        return _page(request, "planner/rulebook/step.html", speech, context)


def _page(request: Request, template: str, speech: str, context: dict[str, Any]) -> HttpResponse:
    """Rendered without the request: nothing of who asks can be on it. 304 where it is known."""
    match = request.resolver_match
    assert match is not None
    other = match.kwargs | {"speech": "en" if speech == "zh" else "zh"}
    links = {"speech": speech, "other_url": reverse(match.view_name, kwargs=other)}
    response = HttpResponse(render_to_string(template, context | links))
    response.headers["Content-Language"] = LANGUAGES[speech]
    patch_cache_control(response, public=True, max_age=KEPT_SECONDS)
    set_response_etag(response)
    etag = response.headers["ETag"]
    return get_conditional_response(request, etag=etag, response=response) or response
