"""The ladder of one due on a line of days → SVG, for a wide page and for a phone.

Days past due stand closer the later they are (by their square root): most happens in the first
weeks, and the last dated steps lie months away.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from math import isqrt
from typing import Literal, NamedTuple

from django.utils.safestring import SafeString

from planner.words.markup import markup, markup_join

TimelineKind = Literal["due", "pays", "avoided", "will_start", "started"]

SIDE, TOP, LANE, SIGN = 14, 30, 17, 15
LABEL_WIDTH = {True: 64, False: 46}  # with the day past due beside the date, or without
LAST_DAY = 200  # what would start later than that stands in the table alone


class TimelineMark(NamedTuple):
    """A day on the line; `said` is read out, `label` and `number` stand beneath it."""

    on: date
    kind: TimelineKind
    severity: int
    said: str
    label: str
    number: str


def timeline_svg(
    marks: Sequence[TimelineMark], due_on: date, today: tuple[date, str], *, screen: str, words: str
) -> SafeString:
    """`today` and its word; `screen` is the class of the width it is drawn for."""
    is_wide = screen == "wide-only"
    width = 980 if is_wide else 360
    end = max(1, *((one.on - due_on).days for one in marks))
    if today[0] < due_on:  # the days until the due are no part of the line
        today = (due_on, "")

    def x(on: date) -> int:
        days = max(0, min(end, (on - due_on).days))
        return SIDE + isqrt((width - 2 * SIDE) ** 2 * days // end)

    placed, lanes = _placed(marks, x)
    floor = TOP + LANE * lanes
    now = x(today[0])
    parts: Iterable[SafeString] = (
        markup('<path class="zero" d="M{} {}H{}"/>', SIDE, floor, width - SIDE),
        _today(now, floor, width, today[1]),
        markup_join("", "{}", ((_sign(one, at, y),) for one, at, y in placed)),
        _labels(marks, x, floor, width, is_wide=is_wide),
    )
    return markup(
        '<svg class="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        screen,
        width,
        floor + 40,
        words,
        markup_join("", "{}", ((part,) for part in parts)),
    )


def _placed(
    marks: Sequence[TimelineMark], x: Callable[[date], int]
) -> tuple[list[tuple[TimelineMark, int, int]], int]:
    """Each mark with its place: the lowest lane in which it touches no other."""
    ends: list[int] = []
    found = []
    for one in sorted(marks, key=lambda mark: mark.on):
        at = x(one.on)
        lane = next((i for i, end in enumerate(ends) if at >= end), len(ends))
        if lane == len(ends):
            ends.append(0)
        ends[lane] = at + SIGN
        found.append((one, at, lane))
    lanes = max(1, len(ends))
    return [(one, at, TOP + LANE * (lanes - lane) - 9) for one, at, lane in found], lanes


def _sign(one: TimelineMark, x: int, y: int) -> SafeString:
    if one.kind == "due":
        shape = '<circle class="due" cx="{}" cy="{}" r="4.5"><title>{}</title></circle>'
        return markup(shape, x, y, one.said)
    if one.kind == "pays":
        shape = '<path class="income" d="M{} {}l6 11h-12z"><title>{}</title></path>'
        return markup(shape, x, y - 6, one.said)
    name = "avoided" if one.kind == "avoided" else "starts"
    shape = '<path class="{}" d="M{} {}l6 6-6 6-6-6z"><title>{}</title></path>'
    return markup(shape, name, x, y - 6, one.said)


def _today(x: int, floor: int, width: int, word: str) -> SafeString:
    if not word:
        return SafeString("")
    anchor = "end" if x > width - 60 else ("middle" if x > 60 else "start")
    return markup(
        '<path class="today" d="M{} {}V{}"/><text class="{}" x="{}" y="14">{}</text>',
        x, TOP - 10, floor, anchor, x, word,
    )  # fmt: skip


def _labels(
    marks: Sequence[TimelineMark],
    x: Callable[[date], int],
    floor: int,
    width: int,
    *,
    is_wide: bool,
) -> SafeString:
    """The gravest first, each where there is room for it; the due itself always."""
    room = LABEL_WIDTH[is_wide]
    taken: list[int] = []
    lines = []
    order = sorted(marks, key=lambda one: (one.kind != "due", -one.severity, one.on))
    for one in order:
        at = x(one.on)
        centre = max(room // 2, min(width - room // 2, at))
        if any(abs(centre - other) < room for other in taken):
            continue
        taken.append(centre)
        lines.append((centre, floor + 18, one.label, centre, floor + 33, one.number))
    return markup_join(
        "",
        '<text class="middle" x="{}" y="{}">{}</text><text class="middle" x="{}" y="{}">{}</text>',
        sorted(lines),
    )
