"""Any report is read as it was printed; a cut one never to a figure that was not there."""

import re
from collections import Counter
from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.imports.report import read_report
from tests.imports.generate import (
    LENDERS,
    LOANS,
    Made,
    Printing,
    accounts,
    as_printed,
    figures,
    pages_of,
    printings,
)

pytestmark = [pytest.mark.property, pytest.mark.slow]

reports = st.tuples(st.lists(accounts, max_size=60), printings)
short_reports = st.tuples(st.lists(accounts, min_size=2, max_size=14), printings)


def read_figures(document):
    return Counter(
        (one["institution"], one["opened_on"], one["balance"], one["currency"] != "CNY")
        for one in document["proposed"]
    )


def true_figures(made):
    return Counter(figures(one) for one in made if one.is_debt)


@given(reports)
def test_a_report_is_read_as_it_was_printed(report):
    made, to = as_printed(*report), report[1]

    found = read_report(pages_of(made, to))

    assert found["outcome"] == "read"
    assert found["unread"] == []
    assert (found["missing_accounts"], found["complete"]) == (0, True)
    assert read_figures(found) == true_figures(made)
    total = sum(one.yuan for one in made if one.is_debt and not one.is_foreign)
    assert found["total_cny"] == f"{total}.00"
    debts = [one for one in made if one.is_debt]
    for one, read in zip(debts, found["proposed"], strict=True):
        assert read["sentence"].translate(NARROW) == one.sentence(to)
        wanted = {"有": True, "无": False}.get(
            one.now if one.section == "loan" else "", None if one.was_overdue else False
        )
        if one.kind in ("card", "card_special", "line", "loan") or not one.now:
            assert read["overdue_now"] == wanted
    for column, rows in found["counts"].items():
        assert rows["accounts"]["read"] == sum(1 for one in made if one.column == column)


NARROW = {0xFF10 + digit: str(digit) for digit in range(10)}


@given(short_reports, st.data())
def test_a_cut_report_shows_no_wrong_balance(report, data):
    made, to = as_printed(*report), report[1]
    pages = pages_of(made, to)
    kept = data.draw(st.integers(0, len(pages) - 1))
    cut = data.draw(st.integers(0, len(pages[kept])))

    found = read_report([*pages[:kept], pages[kept][:cut]])

    assert read_figures(found) <= true_figures(made)


@given(short_reports, st.data())
def test_pages_in_another_order_show_no_wrong_balance(report, data):
    """With page numbers they are put in order; without, what may be torn apart is not read."""
    made, to = as_printed(*report), report[1]
    pages = data.draw(st.permutations(pages_of(made, to)))

    found = read_report(pages)

    assert read_figures(found) <= true_figures(made)
    if to.has_footers and found["outcome"] == "read":
        assert read_figures(found) == true_figures(made)


@given(short_reports, st.data())
def test_a_piece_that_is_cut_out_shows_no_wrong_balance(report, data):
    """Lines or pages, or from within one account to the same place in another, where what is left
    reads as one: what stands before and after is never taken for one account."""
    made, to = as_printed(*report), report[1]
    text = "\f".join(pages_of(made, to))
    places = [[found.start() for found in re.finditer(one, text)] for one in ("截至", r"\n|\Z")]
    some = data.draw(st.sampled_from([one for one in places if one]))
    start, end = sorted(data.draw(st.lists(st.sampled_from(some), min_size=2, max_size=2)))

    found = read_report((text[:start] + text[end:]).split("\f"))

    assert read_figures(found) <= true_figures(made)


@pytest.mark.parametrize("has_old_titles", [False, True])
def test_accounts_of_two_headings_are_never_put_together(has_old_titles):
    """From within every account to the same place in every later one, the heading between gone."""
    to = Printing(400, 400, False, False, False, False, ".", has_old_titles)
    opened = date(2020, 1, 1)
    made = as_printed(
        [
            Made(kind, LENDERS[0], opened + timedelta(number), date(2026, 9, 1), 90_000,
                 100 + number, purpose, False, 1, "", False, "0000")
            for number, (kind, purpose) in enumerate(
                [("card", ""), ("loan", LOANS[0]), ("loan", LOANS[5]), ("other", "")] * 3
            )
        ],
        to,
    )  # fmt: skip
    text = "\f".join(pages_of(made, to))
    places = [found.start() for found in re.finditer("截至", text)]
    assert len(places) == len(made)

    counts = []
    for start, end in combinations(places, 2):
        found = read_figures(read_report((text[:start] + text[end:]).split("\f")))
        assert found <= true_figures(made)
        counts.append(found.total())

    assert max(counts) >= len(made) - 3  # what is not touched is read


@given(short_reports, st.data())
def test_another_sign_never_makes_a_figure_that_is_not_printed(report, data):
    made, to = as_printed(*report), report[1]
    text = "\f".join(pages_of(made, to))
    place = data.draw(st.integers(0, len(text) - 1))
    sign = data.draw(st.sampled_from("0123456789,.，。、元年月日余额（） 某"))

    found = read_report((text[:place] + sign + text[place + 1 :]).split("\f"))

    for one in found["proposed"]:
        printed = one["sentence"].translate(NARROW).replace(",", "").replace("，", "")
        assert re.search(rf"(?<!\d){one['balance'].removesuffix('.00')}(?!\d)", printed)
