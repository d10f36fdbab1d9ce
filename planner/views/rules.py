"""What a rule rests on: a page for each source and each product. Nobody's figures stand there."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from planner.domain.ladders import Rung
from planner.domain.products import Fact, Figure, Product, Source, load_products, load_sources
from planner.exports.wording import certainty_word, spoken

HOW_SURE = {
    "text": gettext_lazy("We read the wording of the law or rule."),
    "official": gettext_lazy("We read an official page."),
    "secondary": gettext_lazy("Retold by others; we could not read the original."),
    "news": gettext_lazy("Reported by the press; we could not read the original."),
    "site": gettext_lazy("From a question-and-answer or news site, which may be wrong."),
    "practice": gettext_lazy("Industry practice; no formal source was found."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A fact of a product in words, how sure it is, and the source it leads to."""

    words: str
    certainty: str
    checked: str
    source: str
    source_name: str


@dataclass(frozen=True, slots=True)
class Step:
    """A rung without a due to count from: its days in words instead of a date."""

    when: str
    line: Line


@require_GET
@login_not_required
def rule(request: HttpRequest, rule: str) -> HttpResponse:
    """The page of one source, or of one product."""
    if source := load_sources().get(rule):
        return render(request, "planner/rule_source.html", _of_source(source))
    if product := load_products().get(rule):
        return render(request, "planner/rule_product.html", _of_product(product))
    raise Http404


def _of_source(source: Source) -> dict[str, object]:
    users = [product for product in load_products().values() if source.id in product.sources]
    return {
        "name": spoken(source.name),
        "says": spoken(source.says),
        "dated": source.dated,
        "how_sure": HOW_SURE[source.quality],
        "is_practice": source.quality == "practice",
        "is_law": source.quality in ("text", "official"),
        "url": source.url,
        "host": source.url.split("/")[2] if source.url else "",
        "products": [(product.id, spoken(product.names)) for product in users],
    }


def _of_product(product: Product) -> dict[str, object]:
    figures = [*product.defaults.values(), *product.possible.values()]
    parts = [
        (_("From where money is taken"), product.autopay),
        (_("How it is taken, and what can be changed"), product.deduction),
        (_("What you can ask for"), product.extension),
    ]
    return {
        "name": spoken(product.names),
        "figures": [_of_figure(figure) for figure in figures if figure.note],
        "parts": [(title, [_of_fact(one) for one in facts]) for title, facts in parts],
        "dated": [_of_rung(one) for one in product.ladder if one.after_days is not None],
        "undated": [_of_rung(one) for one in product.ladder if one.after_days is None],
    }


def _of_figure(figure: Figure) -> Line:
    sure = certainty_word(figure.certainty) if figure.is_known else _("unknown")
    return _line(spoken(figure.note), sure, figure)


def _of_fact(fact: Fact) -> Line:
    return _line(spoken(fact.words), certainty_word(fact.certainty), fact)


def _of_rung(rung: Rung) -> Step:
    return Step(_when(rung), _line(spoken(rung.names), certainty_word(rung.certainty), rung))


def _line(words: str, sure: str, of: Figure | Fact | Rung) -> Line:
    source = load_sources()[of.source or ""]
    checked = f"{of.checked_on:%Y-%m}" if of.checked_on else ""
    return Line(words, sure, checked, source.id, spoken(source.name))


def _when(rung: Rung) -> str:
    days = rung.after_days
    if days is None:
        return ""
    if rung.event:
        return ngettext("%(days)s day after that", "%(days)s days after that", days) % {
            "days": days
        }
    if days < 0:
        return ngettext("%(days)s day before", "%(days)s days before", -days) % {"days": -days}
    if days == 0:
        return _("on the due date")
    if rung.counts_from == "grace_end":
        return _("day %(days)s after grace") % {"days": days}
    return _("day %(days)s") % {"days": days}
