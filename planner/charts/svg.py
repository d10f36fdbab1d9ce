"""Charts → SVG. Written here and not in templates, which take ten times as long for it."""

from collections.abc import Iterable
from typing import Any

from django.utils.safestring import SafeString

from planner.charts.drawing import LEFT, DrawnCourse, Strip, StripMark
from planner.words.markup import markup, markup_join


def strip_svg(
    chart: Strip,
    *,
    screen: str,
    words: str,
    ticks: Iterable[tuple[int, str]],
    labels: Iterable[tuple[int, str]],
    marks: Iterable[tuple[StripMark, str]],
) -> SafeString:
    """The money of the coming days; `screen` is the class of the width it is drawn for."""
    bands = markup_join(
        "",
        '<rect class="short-day" x="{}" y="{}" width="{}" height="{}"/>',
        ((band.x, chart.top, band.width, chart.band_height) for band in chart.bands),
    )
    signs = markup_join("", "{}", ((_sign(mark, said),) for mark, said in marks))
    named = markup_join(
        "",
        '<text class="word {}" x="{}" y="{}">{}</text>',
        ((word.kind, word.x, word.y, word.text) for word in chart.words),
    )
    dot = (
        markup('<circle class="lowest" cx="{}" cy="{}" r="4"/>', *chart.lowest)
        if chart.lowest
        else ""
    )
    line = _line(chart.line)
    inside = bands, _grid(chart, ticks), line, dot, named, signs, _labels(chart, labels)
    return _svg(chart, screen, words, inside)


def course_svg(
    chart: DrawnCourse,
    *,
    screen: str,
    words: str,
    ticks: Iterable[tuple[int, str]],
    labels: Iterable[tuple[int, str]],
) -> SafeString:
    """What is owed, to the end, and beside it dashed what another way would leave."""
    other = _line(chart.other, "line other") if chart.other else ""
    inside = _grid(chart, ticks), other, _line(chart.line), _labels(chart, labels)
    return _svg(chart, screen, words, inside)


def _svg(chart: Any, screen: str, words: str, inside: Iterable[object]) -> SafeString:
    return markup(
        '<svg class="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        screen,
        chart.width,
        chart.height,
        words,
        markup_join("", "{}", ((one,) for one in inside)),
    )


def _grid(chart: Any, ticks: Iterable[tuple[int, str]]) -> SafeString:
    lines = markup_join(
        "",
        '<path class="grid" d="M{} {}H{}"/><text class="end" x="{}" y="{}">{}</text>',
        ((LEFT, at, chart.right, LEFT - 8, at + 4, text) for at, text in ticks),
    )
    return markup('{}<path class="zero" d="M{} {}H{}"/>', lines, LEFT, chart.zero, chart.right)


def _line(path: str, name: str = "line") -> SafeString:
    return markup('<path class="{}" d="{}"/>', name, path)


def _sign(mark: StripMark, said: str) -> SafeString:
    if mark.kind == "due":
        shape = '<circle class="due" cx="{}" cy="{}" r="4.5"><title>{}</title></circle>'
        return markup(shape, mark.x, mark.y, said)
    drawn = mark.triangle if mark.kind == "income" else mark.diamond
    return markup('<path class="{}" d="{}"><title>{}</title></path>', mark.kind, drawn, said)


def _labels(chart: Any, labels: Iterable[tuple[int, str]]) -> SafeString:
    """The first begins at its place, the others stand about theirs."""
    return markup_join(
        "",
        '<text{} x="{}" y="{}">{}</text>',
        (
            (_MIDDLE if place else "", at, chart.label_y, text)
            for place, (at, text) in enumerate(labels)
        ),
    )


_MIDDLE = SafeString(' class="middle"')
