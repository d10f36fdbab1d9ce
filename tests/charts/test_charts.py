import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.charts.drawing import (
    LEFT,
    NAME_WIDTH,
    TOP,
    WORD_HEIGHT,
    draw_course,
    draw_strip,
    fitting,
    text_width,
    values_on,
)

FIRST = date(2026, 12, 1)


def strip(**changes):
    return draw_strip(
        **{
            "first": FIRST,
            "days": 45,
            "opening_fen": 1000_00,
            "closings": [],
            "marks": [],
            "short": [],
            "width": 720,
            "plot_height": 120,
        }
        | changes
    )


def numbers(path):
    return [int(text) for text in re.findall(r"-?\d+", path)]


def test_a_strip_steps_on_the_days_on_which_money_moves():
    drawn = strip(closings=[(FIRST + timedelta(days=9), 0), (FIRST + timedelta(days=60), 500_00)])

    assert drawn.line.count("H") == 2  # the later day lies beyond the strip
    assert drawn.line.endswith(f"H{drawn.right}")
    assert f"V{drawn.zero}" in drawn.line


def test_marks_of_one_day_stand_below_one_another():
    drawn = strip(marks=[(FIRST, "due"), (FIRST, "income"), (FIRST, "starts"), (FIRST, "due")])

    assert [mark.kind for mark in drawn.marks] == ["income", "due", "starts"]
    assert len({mark.y for mark in drawn.marks}) == 3


def test_a_short_stretch_without_end_reaches_to_the_edge():
    drawn = strip(short=[(FIRST - timedelta(days=5), date.max)])

    (band,) = drawn.bands
    assert band.x + band.width == drawn.right


def test_a_stretch_outside_the_strip_is_not_drawn():
    assert strip(short=[(FIRST - timedelta(days=9), FIRST)]).bands == ()


@pytest.mark.property
@given(
    st.lists(st.tuples(st.integers(0, 44), st.integers(-(10**11), 10**11)), max_size=60),
    st.lists(st.integers(0, 44), max_size=60),
    st.sampled_from([(360, 120), (980, 150)]),
)
def test_nothing_leaves_the_canvas(moves, mark_days, size):
    width, plot_height = size
    closings = [(FIRST + timedelta(days=day), fen) for day, fen in sorted(moves)]
    marks = [(FIRST + timedelta(days=day), "due") for day in mark_days]

    drawn = strip(closings=closings, marks=marks, width=width, plot_height=plot_height)

    heights = [int(text) for text in re.findall(r"[V ](-?\d+)", drawn.line)]
    assert all(TOP <= y <= TOP + plot_height for y in heights)
    assert all(TOP <= tick.at <= TOP + plot_height for tick in drawn.ticks)
    assert 2 <= len(drawn.ticks) <= 6
    assert any(tick.fen == 0 for tick in drawn.ticks)
    assert all(0 <= mark.x <= width and mark.y <= drawn.height for mark in drawn.marks)
    assert all(b.at - a.at >= 30 for a, b in zip(drawn.labels, drawn.labels[1:], strict=False))


def test_a_course_falls_from_left_to_right():
    months = [date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1)]

    drawn = draw_course(
        months=months, owed_fen=[300, 100, 0], other_fen=[300, 200, 100], width=360, plot_height=100
    )

    ys = numbers(drawn.line)[1::2]
    assert ys == sorted(ys)
    assert ys[-1] == drawn.zero


def test_a_course_of_one_month_is_a_point():
    drawn = draw_course(months=[FIRST], owed_fen=[0], other_fen=[], width=360, plot_height=100)

    assert len(numbers(drawn.line)) == 2
    assert drawn.other == ""


@pytest.mark.parametrize(("day", "value"), [(0, 7), (1, 10), (4, 10), (5, 20), (9, 20)])
def test_a_value_holds_until_the_next(day, value):
    changes = [(FIRST + timedelta(days=1), 10), (FIRST + timedelta(days=5), 20)]

    assert values_on(changes, [FIRST + timedelta(days=day)], 7) == [value]


# --- Words on the line ---


def on_day(number):
    return FIRST + timedelta(days=number)


def test_the_lowest_point_has_a_dot_and_its_word_beside_it():
    drawn = strip(closings=[(on_day(9), 0)], said=[(on_day(9), "lowest ¥0", "lowest")])

    (word,) = drawn.words
    assert drawn.lowest == (word.x - 5, drawn.zero)
    assert word.y < drawn.zero


def test_a_place_without_a_word_has_no_dot():
    assert strip(said=[(FIRST, "today", "today")]).lowest is None


def test_a_word_does_not_cross_the_line_out_where_there_is_room():
    """Rising at once to where the word of the day before would stand, beside the dot."""
    rises = [(on_day(20), 0), (on_day(21), 1000_00)]

    (word,) = strip(closings=rises, said=[(on_day(20), "lowest", "lowest")]).words

    fall = LEFT + (710 - LEFT) * 20 // 45
    assert word.x + text_width(word.text) < fall


def test_of_two_words_at_one_place_the_first_keeps_it():
    said = [(on_day(9), "one", "today"), (on_day(9), "other", "income")]

    first, second = strip(said=said).words

    assert first == strip(said=said[:1]).words[0]
    assert second.y != first.y or second.x != first.x


def test_a_long_name_is_cut_to_what_there_is_room_for():
    (word,) = strip(said=[(on_day(9), "某某科技有限公司十二月工资", "income")]).words

    assert word.text.endswith("…")
    assert text_width(word.text) <= NAME_WIDTH


@pytest.mark.property
@given(st.text(max_size=40), st.integers(20, 120))
def test_what_was_cut_fits_and_what_fits_is_not_cut(text, width):
    fitted = fitting(text, width)

    assert text_width(fitted) <= width
    assert fitted == text or text_width(text) > width


@pytest.mark.property
@given(
    st.lists(st.tuples(st.integers(0, 44), st.integers(-(10**11), 10**11)), max_size=60),
    st.lists(
        st.tuples(
            st.integers(-3, 50),
            st.text(st.sampled_from("工资房租W1i¥,·😀 "), min_size=1, max_size=60),
            st.sampled_from(["lowest", "today", "income", "rent"]),
        ),
        max_size=12,
    ),
    st.sampled_from([(360, 120), (980, 150)]),
)
def test_no_word_leaves_the_canvas_or_lies_over_another(moves, said, size):
    width, plot_height = size

    drawn = strip(
        closings=[(on_day(day), fen) for day, fen in sorted(dict(moves).items())],
        said=[(on_day(day), text, kind) for day, text, kind in said],
        width=width,
        plot_height=plot_height,
    )

    boxes = [(one.x, one.y, one.x + text_width(one.text)) for one in drawn.words]
    assert all(left > LEFT and right <= drawn.right for left, _foot, right in boxes)
    assert all(WORD_HEIGHT <= foot <= drawn.floor + 2 for _left, foot, _right in boxes)
    for place, (left, foot, right) in enumerate(boxes):
        for other_left, other_foot, other_right in boxes[place + 1 :]:
            is_beside = right <= other_left or other_right <= left
            assert is_beside or abs(foot - other_foot) >= WORD_HEIGHT
    if said and all(0 <= day < 45 for day, _text, _kind in said):
        assert drawn.words  # the first word always finds its place
