"""How good a plan is known to be, in words for people: no share of anything, no method."""

import pytest
from django.utils.translation import override

from planner.domain.ledger.consequences import Harm
from planner.domain.plan.proof import judge_proof
from planner.words.figures import HIDDEN, Amounts
from planner.words.optimum import proof_line

NONE, FEW = (0, 0, 0, 0, 0), (0, 0, 0, 3, 3)
CASES = [
    (10_000_00, NONE, NONE, "没有更省的还法了。"),
    (10_036_80, NONE, NONE, "最多还能再省约 ¥37。"),
    (10_000_00, FEW, FEW, "逾期不能再少了，也没有更省的还法了。"),
    (10_036_80, FEW, FEW, "逾期不能再少了；最多还能再省约 ¥37。"),
    (10_036_80, FEW, (0, 0, 0, 1, 0), "逾期最多还能再少 2 笔。"),
    (10_036_80, (0, 0, 4, 9, 9), (0, 0, 1, 0, 0), "拖得久的逾期，最多还能再少 3 笔。"),
]


def proof(cost, counts, bound, *, solved=True):
    return judge_proof(cost, 10_000_00, Harm(*counts, 0), Harm(*bound, 0), solved=solved)


@pytest.mark.parametrize(("cost", "counts", "bound", "said"), CASES)
def test_what_a_better_plan_might_change(cost, counts, bound, said):
    with override("zh-hans"):
        assert proof_line(proof(cost, counts, bound), Amounts()) == said


def test_one_due_is_one_in_english():
    with override("en"):
        lines = [proof_line(proof(1, FEW, (0, 0, 0, 3, n)), Amounts()) for n in (2, 1)]

    assert lines == ["At most 1 fewer due could be late.", "At most 2 fewer dues could be late."]


def test_where_nothing_was_proved_nothing_is_claimed():
    unsolved = proof(10_000_00, NONE, NONE, solved=False)

    with override("zh-hans"):
        assert "没有更省" not in proof_line(unsolved, Amounts())
        assert "利率高的先还" in proof_line(unsolved, Amounts(), "avalanche")


def test_hidden_amounts_are_not_told():
    with override("zh-hans"):
        assert HIDDEN in proof_line(proof(10_036_80, NONE, NONE), Amounts(hidden=True))
