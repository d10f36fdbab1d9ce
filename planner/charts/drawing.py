"""A plan → points and marks on a canvas; `svg` draws them.

Positions are whole numbers of the canvas's own units; days run along it, half-open.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple

MarkKind = Literal["income", "due", "starts", "avoided"]
WordKind = Literal["today", "lowest", "income", "rent"]

LEFT, RIGHT = 44, 10  # for the words of the axis; for the last mark
TOP, LANE = 22, 17
LABEL_HEIGHT = 20
WORD_HEIGHT = 14
NAME_WIDTH = 96  # of a name on the line; what a person called it may be longer


class Tick(NamedTuple):
    at: int
    fen: int


class Label(NamedTuple):
    at: int
    on: date
    with_month: bool


@dataclass(frozen=True, slots=True)
class StripMark:
    """A sign under the line: an income, a due, something that starts or is avoided."""

    on: date
    kind: MarkKind
    x: int
    y: int

    @property
    def diamond(self) -> str:
        return f"M{self.x} {self.y - 6}l6 6-6 6-6-6z"

    @property
    def triangle(self) -> str:
        return f"M{self.x} {self.y - 6}l6 11h-12z"


class Word(NamedTuple):
    """What a place on the line is called: "today", a pay day. Placed where nothing else stands."""

    x: int
    y: int
    text: str
    kind: WordKind


class Box(NamedTuple):
    """A rectangle of the canvas; one without width or height is a stretch of the line."""

    left: int
    top: int
    right: int
    bottom: int

    def touches(self, other: "Box") -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


class Band(NamedTuple):
    """A stretch of days on which money is short."""

    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Strip:
    """The money of the coming days."""

    width: int
    height: int
    right: int
    floor: int
    line: str
    zero: int
    ticks: tuple[Tick, ...]
    bands: tuple[Band, ...]
    marks: tuple[StripMark, ...]
    labels: tuple[Label, ...]
    words: tuple[Word, ...] = ()
    lowest: tuple[int, int] | None = None  # the place of the dot on the line

    @property
    def label_y(self) -> int:
        return self.height - 5

    @property
    def band_height(self) -> int:
        return self.floor - TOP + 10

    @property
    def top(self) -> int:
        return TOP - 6


@dataclass(frozen=True, slots=True)
class DrawnCourse:
    """What is owed over the months, by this plan and by another one."""

    width: int
    height: int
    right: int
    line: str
    other: str
    zero: int
    ticks: tuple[Tick, ...]
    years: tuple[Label, ...]

    @property
    def label_y(self) -> int:
        return self.height - 5


def draw_strip(
    *,
    first: date,
    days: int,
    opening_fen: int,
    closings: Sequence[tuple[date, int]],
    marks: Iterable[tuple[date, MarkKind]],
    short: Iterable[tuple[date, date]],
    width: int,
    plot_height: int,
    said: Sequence[tuple[date, str, WordKind]] = (),
) -> Strip:
    """`closings` are rising (day, cash at its end); `short` half-open stretches of days.

    `said` names places on the line, the first before those that would touch it; the "lowest" gets
    a dot.
    """
    end = first + timedelta(days=days)
    shown = [(on, fen) for on, fen in closings if first <= on < end]
    values = [opening_fen, *(fen for _, fen in shown)]
    ticks, low, high = _scale(min(0, *values), max(0, *values))
    right = width - RIGHT
    bottom = TOP + plot_height

    def x(on: date) -> int:
        return LEFT + (right - LEFT) * (on - first).days // days

    def y(fen: int) -> int:
        return bottom - plot_height * (fen - low) // (high - low)

    line = f"M{LEFT} {y(opening_fen)}"
    for on, fen in shown:
        line += f"H{x(on)}V{y(fen)}"
    line += f"H{right}"
    bands = tuple(
        Band(x(max(start, first)), max(x(min(stop, end)) - x(max(start, first)), 6))
        for start, stop in short
        if start < end and stop > first
    )
    placed, lanes = _place(
        sorted({(on, kind) for on, kind in marks if first <= on < end}, key=_mark_order),
        x,
        bottom + LANE,
    )
    steps = [(LEFT, y(opening_fen)), *((x(on), y(fen)) for on, fen in shown)]
    places = [
        (x(on), _levels(steps, x(on)), text, kind) for on, text, kind in said if first <= on < end
    ]
    lowest = next(((at, levels[1]) for at, levels, _, kind in places if kind == "lowest"), None)
    height = bottom + LANE * lanes + LABEL_HEIGHT + 10
    return Strip(
        width=width,
        height=height,
        right=right,
        floor=bottom,
        line=line,
        zero=y(0),
        ticks=tuple(Tick(y(fen), fen) for fen in ticks),
        bands=bands,
        marks=placed,
        labels=_day_labels(first, [mark.on for mark in placed], x, right),
        words=_words(places, _stretches(steps, right), right, bottom),
        lowest=lowest,
    )


def draw_course(
    *,
    months: Sequence[date],
    owed_fen: Sequence[int],
    other_fen: Sequence[int],
    width: int,
    plot_height: int,
) -> DrawnCourse:
    """Both series have one value per month at most; the other may go on for longer."""
    ticks, low, high = _scale(0, max(1, *owed_fen, *other_fen))
    right = width - RIGHT
    bottom = TOP + plot_height
    steps = max(len(months) - 1, 1)

    def x(index: int) -> int:
        return LEFT + (right - LEFT) * index // steps

    def path(series: Sequence[int]) -> str:
        points = [
            f"{x(index)} {bottom - plot_height * (fen - low) // (high - low)}"
            for index, fen in enumerate(series)
        ]
        return "M" + "L".join(points) if points else ""

    return DrawnCourse(
        width=width,
        height=bottom + LABEL_HEIGHT + 4,
        right=right,
        line=path(owed_fen),
        other=path(other_fen),
        zero=bottom,
        ticks=tuple(Tick(bottom - plot_height * (fen - low) // (high - low), fen) for fen in ticks),
        years=_month_labels(months, x, right),
    )


def values_on(changes: Sequence[tuple[date, int]], days: Sequence[date], before: int) -> list[int]:
    """Of rising (day, value from then on): the value on each of the days."""
    dates = [on for on, _ in changes]
    found = []
    for on in days:
        index = bisect_right(dates, on)
        found.append(changes[index - 1][1] if index else before)
    return found


def _scale(low: int, high: int) -> tuple[list[int], int, int]:
    """Two to four round values that hold everything between low and high; low <= 0 < high."""
    high = max(high, 100_00)
    step = _round_step(-(-(high - low) // 3))
    bottom = low // step * step
    top = -(-high // step) * step
    return list(range(bottom, top + 1, step)), bottom, top


def _round_step(least: int) -> int:
    step = 100_00
    while True:
        for factor in (1, 2, 4, 5):
            if step * factor >= least:
                return step * factor
        step *= 10


def _mark_order(mark: tuple[date, MarkKind]) -> tuple[date, int]:
    return mark[0], ("income", "due", "starts", "avoided").index(mark[1])


def _place(
    marks: Iterable[tuple[date, MarkKind]], x: Callable[[date], int], top: int
) -> tuple[tuple[StripMark, ...], int]:
    """Each mark in the first lane where it does not touch the one before."""
    ends: list[int] = []
    placed = []
    for on, kind in marks:
        at = x(on)
        lane = next((i for i, end in enumerate(ends) if at >= end), len(ends))
        if lane == len(ends):
            ends.append(0)
        ends[lane] = at + 15
        placed.append(StripMark(on, kind, at, top + LANE * lane))
    return tuple(placed), max(len(ends), 1)


def _levels(steps: Sequence[tuple[int, int]], at: int) -> tuple[int, int]:
    """The height of the line just before a place, and from there on."""
    index = bisect_right(steps, at, key=lambda one: one[0]) - 1
    before = max(bisect_left(steps, at, key=lambda one: one[0]) - 1, 0)
    return steps[before][1], steps[index][1]


def _stretches(steps: Sequence[tuple[int, int]], right: int) -> list[Box]:
    """What the line covers: each step along, and up or down to the next."""
    found = []
    for (at, level), (until, then) in zip(steps, [*steps[1:], (right, steps[-1][1])], strict=True):
        found.append(Box(at - 1, level - 1, until + 1, level + 1))
        found.append(Box(until - 1, min(level, then) - 1, until + 1, max(level, then) + 1))
    return found


def _words(
    places: Sequence[tuple[int, tuple[int, int], str, WordKind]],
    line: Sequence[Box],
    right: int,
    bottom: int,
) -> tuple[Word, ...]:
    """Each beside its step where neither another word nor, if there is room, the line stands.

    A word that would lie over another everywhere is left out: the table has every figure.
    """
    taken: list[Box] = []
    words = []
    for at, levels, whole, kind in places:
        text = fitting(whole, NAME_WIDTH if kind in ("income", "rent") else right - LEFT - 2)
        width = text_width(text)
        above, below = min(levels) - 6, max(levels) + WORD_HEIGHT
        if kind == "lowest":  # what follows may rise at once; beside the dot is where it belongs
            above = below = levels[1] - 8
        most = right - width
        free = [
            (left, foot)
            for foot in dict.fromkeys((above, below, above - WORD_HEIGHT, levels[1] - 6))
            for left in dict.fromkeys((min(at + 5, most), max(at - 5 - width, LEFT + 2)))
            if WORD_HEIGHT <= foot <= bottom + 2
            and not any(_box(left, foot, width).touches(other) for other in taken)
        ]
        if not free:
            continue
        clear = (one for one in free if not any(_box(*one, width).touches(step) for step in line))
        left, foot = next(clear, free[0])
        taken.append(_box(left, foot, width))
        words.append(Word(left, foot, text, kind))
    return tuple(words)


def _box(left: int, foot: int, width: int) -> Box:
    return Box(left, foot - WORD_HEIGHT + 3, left + width, foot + 3)


def text_width(text: str) -> int:
    """About how wide a word of the chart is, rather too wide than too narrow."""
    return sum(_sign_width(sign) for sign in text)


def _sign_width(sign: str) -> int:
    if ord(sign) > 0xFFFF:
        return 15
    if ord(sign) > 0x2E80:  # full-width signs are as wide as they are high
        return 12
    return 10 if sign.isupper() or sign in "mw%@&—…" else 7


def fitting(text: str, width: int) -> str:
    """The text, or as much of its beginning as there is room for."""
    if text_width(text) <= width:
        return text
    while text and text_width(text) + text_width("…") > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _day_labels(
    first: date, days: Sequence[date], x: Callable[[date], int], right: int
) -> tuple[Label, ...]:
    labels = [Label(x(first), first, True)]
    month = first.month
    for on in sorted(set(days)):
        at = x(on)
        with_month = on.month != month
        # A label is centred; the first stands at the left edge, and is wider for it.
        if at - labels[-1].at < 30 + (14 if len(labels) == 1 else 0) or at > right - 8:
            continue
        labels.append(Label(at, on, with_month))
        month = on.month
    return tuple(labels)


def _month_labels(months: Sequence[date], x: Callable[[int], int], right: int) -> tuple[Label, ...]:
    """The first month and each January that finds room."""
    labels: list[Label] = []
    for index, on in enumerate(months):
        at = x(index)
        if labels and (
            on.month != 1 or at - labels[-1].at < (52 if len(labels) > 1 else 80) or at > right - 16
        ):
            continue
        labels.append(Label(at, on, not labels))
    return tuple(labels)
