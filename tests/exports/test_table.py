import unicodedata

import pytest

from planner.domain.household.household import parse_household, read_household
from planner.domain.make_plan import make_plan
from planner.exports.table import display_width, plan_table, shorten, wrap
from tests.exports.generated import household
from tests.households import account, debt, document, income
from tests.paths import EXAMPLES, ROOT

DOCUMENTS = sorted([*EXAMPLES.glob("*.json"), *(ROOT / "tests/oracles/households").glob("*.json")])
LADDER = [
    {"id": "late", "after_days": 1, "counts_from": "due", "severity": 1, "certainty": "contract",
     "names": {"zh": "计为逾期", "en": "Counted as overdue"}},
    {"id": "sued", "after_days": None, "counts_from": "due", "severity": 5,
     "names": {"en": "A lawsuit is possible"}, "condition": {"en": "The lender decides."}},
]  # fmt: skip


def planned(*, ladders=False, **changes):
    household = parse_household(document(**({"strategy": "minimum"} | changes)))
    return make_plan(household, ladders=ladders)


def width_on_screen(line):
    """Columns by the Unicode property alone: counted apart from the program's own way."""
    return sum(
        0 if unicodedata.combining(one) else 1 + (unicodedata.east_asian_width(one) in "WF")
        for one in line
    )


def assert_fits(text):
    for line in text.split("\n"):
        assert width_on_screen(line) <= 80, line
        assert line == line.rstrip(" ")
        assert all(unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for one in line)


@pytest.mark.parametrize("is_whole", [False, True])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_the_table_of_every_document_fits_a_terminal(path, language, is_whole):
    for strategy in ("minimum", "avalanche"):
        plan = make_plan(read_household(path.read_bytes()), strategy, ladders=is_whole)

        assert_fits(plan_table(plan, language=language, ladders=is_whole))


@pytest.mark.property
def test_names_of_any_kind_and_length_fit_a_terminal():
    for number in range(150):
        plan = make_plan(household(number))
        for language in ("zh", "en"):
            assert_fits(plan_table(plan, language=language))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_amount_is_ever_cut(language):
    huge = "999999999.99"
    debts = [
        debt(id=f"d{i}", name="欠款" * 50, principal=huge, minimum={"fixed": "99999999.99"})
        for i in range(3)
    ]
    plan = planned(
        debts=debts,
        accounts=[account(balance=huge, name="账户" * 50)],
        incomes=[income(amount=huge)],
    )

    text = plan_table(plan, language=language)
    assert_fits(text)
    for due in plan.dues[:3]:
        assert f"{due.amount_fen // 100:,}.{due.amount_fen % 100:02d}" in text
        assert "99,999,999.99" in text
    assert f"{plan.totals.paid // 100:,}" in text


def test_the_answer_comes_first_with_the_next_payment_and_what_it_prevents():
    plan = planned(debts=[debt(ladder=LADDER)])

    assert plan_table(plan, language="en").split("\n")[:6] == [
        "Plan from 1 December 2026 on: Only what is required",
        "",
        "Every payment can be made on time. All is paid off in June 2027.",
        "Next is 小李: at least ¥500.00 by 15 December at the latest. Missed, from 16",
        "December on: Counted as overdue.",
        "What to do next: On 15 December, pay ¥500.00 to 小李 from 储蓄卡.",
    ]


def test_what_is_short_is_said_with_its_last_safe_day_and_what_starts():
    plan = planned(
        debts=[debt(ladder=LADDER, grace_days=3)], accounts=[account(balance="120.00")],
        incomes=[], expenses=[],
    )  # fmt: skip

    lines = plan_table(plan, language="en").split("\n")
    assert lines[2] == "小李 on 15 December: you are ¥380.00 short."
    said = " ".join(lines[3:6])
    assert said.startswith("It is on time until 18 December. Otherwise, from 19 December on: ")
    assert "2026-12-19  小李, due on 15 December 2026:" in lines


def test_what_is_overdue_is_said_with_what_cures_it_today():
    # 500.00 of principal is 10 days late at 0.06 a year: 500 x 0.06 / 365 x 10 = 0.8219 of
    # interest, which is billed on the next due day and not today.
    plan = planned(
        debts=[debt(arrears=[{"due_on": "2026-11-21", "principal": "500.00"}], overdue=None)]
    )

    text = plan_table(plan, language="en")
    assert "小李 is 10 days past due, you are ¥500.00 short." in text


def test_the_table_is_chinese_for_chinese():
    text = plan_table(planned(), language="zh")

    assert "每一笔都能按时还" in text
    assert "12 月 15 日从储蓄卡还小李 ¥500.00" in text


def test_ladders_show_every_due_with_all_that_may_follow():
    plan = planned(debts=[debt(ladder=LADDER)], ladders=True)

    text = plan_table(plan, language="en", ladders=True)
    assert text.count("avoided: Counted as overdue (contract)") == len(plan.dues)
    assert "no fixed date: A lawsuit is possible (own entry)" in text
    assert "            The lender decides." in text


def test_a_long_plan_shows_a_year_and_says_how_much_more_there_is():
    plan = planned(debts=[debt(minimum={"fixed": "50.00"})])

    text = plan_table(plan, language="en")
    left = sum(due.due_on.isoformat() > "2027-12-01" for due in plan.dues)
    assert f"… and {left} more until" in text
    assert "2027-11-15" in text
    assert "2027-12-15" not in text


def test_a_household_without_debts_owes_nothing():
    text = plan_table(planned(debts=[]), language="en")

    assert "Write down what you owe, and you see what to pay on which day." in text
    assert "Debt-free on 1 December 2026." in text


def test_warnings_are_sentences():
    plan = planned(accounts=[account(balance="0.00")])

    assert "* On 5 December living costs are ¥2,600.00 more than the money there is;" in plan_table(
        plan, language="en"
    )


@pytest.mark.parametrize(
    ("text", "width"), [("abc", 3), ("花呗", 4), ("ｱ", 1), ("Ａ", 2), ("e\u0301", 1), ("¥", 1)]
)
def test_width_is_counted_as_a_terminal_draws(text, width):
    assert display_width(text) == width


@pytest.mark.parametrize(
    ("text", "room", "short"),
    [("花呗", 4, "花呗"), ("花呗花呗", 7, "花呗花…"), ("花呗花呗", 6, "花呗…"), ("abcd", 3, "ab…")],
)
def test_names_are_shortened_by_width(text, room, short):
    assert shorten(text, room) == short


def test_chinese_breaks_anywhere_but_before_closing_marks():
    lines = wrap("字" * 40 + "，" + "字" * 10)

    assert lines == ["字" * 39, "字，" + "字" * 10]


def test_a_word_longer_than_a_line_is_broken():
    assert wrap("x" * 170) == ["x" * 80, "x" * 80, "x" * 10]


def test_arrears_within_grace_are_safe_if_the_plan_pays_them_in_time():
    arrears = [{"due_on": "2026-11-29", "principal": "500.00"}]
    behind = debt(grace_days=5, arrears=arrears, overdue=None)

    paid = plan_table(planned(expenses=[], debts=[behind]), language="en")
    poor = planned(expenses=[], debts=[behind], accounts=[account(balance="80.00")])
    unpaid = plan_table(poor, language="en")
    assert "Every payment can be made on time." in paid
    assert "小李 on 29 November: you are ¥420.00 short." in unpaid
    assert "It is on time until 4 December." in unpaid
