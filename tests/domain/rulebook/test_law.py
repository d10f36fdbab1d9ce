"""What people ask about the law, and the court's fee by hand."""

import re
import shutil

import pytest

from planner.domain.rulebook.law import load_law
from planner.domain.rulebook.rule_files import CERTAIN_WORDS, RULES, RuleFileError

LAW = load_law()
ASKED = {one.id: one for one in LAW.answers}


@pytest.mark.parametrize(
    ("claim", "full", "halved", "order"),
    [
        ("0.01", "50.00", "25.00", "16.67"),
        ("10000.00", "50.00", "25.00", "16.67"),
        ("10000.40", "50.01", "25.01", "16.67"),  # 50 + 2.5 % of 0.40
        ("20000.00", "300.00", "150.00", "100.00"),  # 50 + 2.5 % of 10,000
        ("100000.00", "2300.00", "1150.00", "766.67"),  # 50 + 2.5 % of 90,000
        ("150000.00", "3300.00", "1650.00", "1100.00"),  # … + 2 % of 50,000
        ("200000.00", "4300.00", "2150.00", "1433.33"),
        ("500000.00", "8800.00", "4400.00", "2933.33"),  # … + 1.5 % of 300,000
        ("1000000.00", "13800.00", "6900.00", "4600.00"),  # … + 1 % of 500,000
        ("30000000.00", "191800.00", "95900.00", "63933.33"),
    ],
)
def test_the_fee_of_a_claim_is_reckoned_by_steps(claim, full, halved, order):
    fee, fen = LAW.court_fee, round(float(claim) * 100)

    fees = fee.full_fen(fen), fee.halved_fen(fen), fee.payment_order_fen(fen)
    assert [f"{one / 100:.2f}" for one in fees] == [full, halved, order]


def test_what_people_fear_most_is_answered_without_promise_or_threat():
    prison = dict(ASKED["prison"].words)

    assert prison["zh"].startswith("单纯还不起不会")
    assert "civil matter" in prison["en"]
    for condition in ("以非法占有为目的", "五万元", "两次有效催收", "三个月"):
        assert condition in dict(ASKED["card_crime"].words)["zh"]
    assert "有能力" in dict(ASKED["judgment_refused"].words)["zh"]
    assert "十五日" in dict(ASKED["judgment_refused"].words)["zh"]


def test_insolvency_is_information_and_never_advice():
    said = " ".join(text for one in LAW.insolvency for _, text in (*one.asks, *one.words))

    for place in ("深圳", "厦门", "浙江", "江苏"):
        assert place in said
    assert "不是建议" in said
    assert not re.search("建议你|应该申请|推荐|should apply|recommend", said)


@pytest.mark.parametrize("part", ["trouble", "court", "insolvency"])
def test_what_is_only_reported_is_worded_as_possible(tmp_path, part):
    rules = shutil.copytree(RULES, tmp_path / "rules")
    file = rules / "law.toml"
    text = file.read_text("utf-8")
    first = text.index(f"[[{part}]]")
    head, tail = text[:first], text[first:]
    tail = re.sub(r'words\.zh = "[^"]*"', 'words.zh = "一定会坐牢。"', tail, count=1)
    tail = re.sub(r'certainty = "[a-z]+"', 'certainty = "reported"', tail, count=1)
    file.write_text(head + tail, "utf-8")

    with pytest.raises(RuleFileError, match=rf"law\.toml: {part}\[0\]\.words"):
        load_law(rules)
    assert CERTAIN_WORDS["zh"].search("一定会坐牢。")
