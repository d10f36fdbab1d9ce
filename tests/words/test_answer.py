"""Each state of a plan in words, in both languages."""

import re
from datetime import date

import pytest
from django.utils import translation

from planner.domain.household.household import parse_household
from planner.domain.make_plan import make_plan
from planner.domain.plan.document import plan_document, read_plan
from planner.domain.plan.plan import outcome_of
from planner.words.answer import Situation, answer, next_paid
from planner.words.change import change_line
from planner.words.figures import Amounts
from planner.words.warnings import notes, warnings
from tests.households import account, debt, document, expense, income

LADDER = [
    {"id": "call", "after_days": 1, "counts_from": "due", "severity": 1,
     "names": {"zh": "可能来电", "en": "A call is possible"}},
    {"id": "record", "after_days": 1, "counts_from": "due", "severity": 2,
     "names": {"zh": "可能上征信", "en": "A record is possible"}},
    {"id": "worse", "after_days": 31, "counts_from": "due", "severity": 3,
     "names": {"zh": "记录可能变差", "en": "The record may get worse"}},
]  # fmt: skip
CARD = {
    "id": "huabei",
    "name": "花呗",
    "product": None,
    "contract": "revolving",
    "statement_day": 1,
    "due_day": 9,
    "billed": "0.00",
    "unbilled": "2000.00",
    "rate": {"rate": "0.0005", "per": "day"},
    "interest_from": "due",
    "minimum": {"ratio": "0.10"},
    "autopay": ["card"],
    "ladder": LADDER,
}
FRIEND = debt(ladder=LADDER)
ARREAR = {"due_on": "2026-11-15", "principal": "500.00", "interest": "9.00"}


def situation(**changes):
    household = parse_household(document(**({"strategy": "minimum"} | changes)))
    return Situation(household, read_plan(plan_document(make_plan(household)), household))


def plain(text):
    """As it is read: without marks, with ordinary spaces."""
    return re.sub(r"<[^>]+>", "", str(text)).replace("\u00a0", " ").replace("&quot;", '"')


def said(language, **changes):
    with translation.override(language):
        found = answer(situation(**changes))
        return found, plain(found.headline), plain(found.why), plain(found.action), found.label


POOR = {"accounts": [account(balance="76.00")], "expenses": [], "incomes": [income()]}
STATES = {
    "nothing owed": {"debts": []},
    "a minimum is short": POOR | {"debts": [CARD]},
    "an amount is short": POOR | {"debts": [debt(next_due="2026-12-08", due_day=8)]},
    # 3,200.00, of which the rent of the 5th takes 2,600.00
    "overdue, with money": {
        "accounts": [account(balance="3200.00")],
        "debts": [FRIEND | {"arrears": [ARREAR]}],
    },
    "overdue, without money": POOR
    | {
        "incomes": [],
        "accounts": [account(balance="0.00")],
        "debts": [FRIEND | {"arrears": [ARREAR]}],
    },
    "short much later": {
        "accounts": [account(balance="1600.00")],
        "expenses": [],
        "incomes": [],
        "debts": [debt(rate=None)],
    },
    "without an end": {
        "debts": [debt(rate={"rate": "0.5", "per": "year"}, minimum={"fixed": "10.00"})]
    },
    "on time": {"debts": [FRIEND]},
    "paid off": {"debts": [debt(principal="0.00")]},
}

WORDS = {
    ("nothing owed", "zh-hans"): ("empty", "把欠的写下来，就知道哪天该还多少。", ""),
    ("nothing owed", "en"): ("empty", "Write down what you owe, and you see", ""),
    ("a minimum is short", "zh-hans"): (
        "short",
        "12 月 9 日的花呗，最低还款还差 ¥124.00。",
        "凑 ¥124.00，最迟 12 月 9 日存进储蓄卡，花呗从那里扣。",
    ),
    ("a minimum is short", "en"): (
        "short",
        "花呗 on 9 December: the minimum is ¥124.00 short.",
        "Find ¥124.00 and put it into 储蓄卡 by 9 December; 花呗 is taken from there.",
    ),
    ("an amount is short", "zh-hans"): (
        "short",
        "12 月 8 日的小李，还差 ¥424.00。",
        "凑 ¥424.00，最迟 12 月 8 日还给小李。",
    ),
    ("an amount is short", "en"): (
        "short",
        "小李 on 8 December: you are ¥424.00 short.",
        "Find ¥424.00 and pay it to 小李 by 8 December.",
    ),
    ("overdue, with money", "zh-hans"): (
        "overdue",
        "小李已逾期 16 天，还差 ¥509.00。",
        "今天从储蓄卡还小李 ¥509.00。",
    ),
    ("overdue, with money", "en"): (
        "overdue",
        "小李 is 16 days past due, you are ¥509.00 short.",
        "Pay ¥509.00 to 小李 today, from 储蓄卡.",
    ),
    ("overdue, without money", "zh-hans"): ("overdue", "小李已逾期 16 天", "先凑 ¥509.00 还小李"),
    ("overdue, without money", "en"): ("overdue", "小李 is 16 days past due", "Find ¥509.00"),
    ("short much later", "zh-hans"): ("later", "到 2027 年 3 月 14 日为止，", "12 月 15 日"),
    ("short much later", "en"): ("later", "Until 14 March 2027,", "15 December"),
    ("without an end", "zh-hans"): ("endless", "每一笔都能按时还，但照这样还不完。", "¥10.00"),
    ("without an end", "en"): ("endless", "but this way it never ends.", "¥10.00"),
    ("on time", "zh-hans"): (
        "safe",
        "每一笔都能按时还，2027 年 6 月全部还清。",
        "12 月 15 日从储蓄卡还小李 ¥500.00。",
    ),
    ("on time", "en"): (
        "safe",
        "Every payment can be made on time. All is paid off in June 2027.",
        "On 15 December, pay ¥500.00 to 小李 from 储蓄卡.",
    ),
    ("paid off", "zh-hans"): ("clear", "这里的欠款都还清了。", ""),
    ("paid off", "en"): ("clear", "Everything here is paid off.", ""),
}


@pytest.mark.parametrize(("name", "language"), WORDS)
def test_each_state_has_its_words(name, language):
    state, headline, action = WORDS[name, language]

    found, said_headline, _why, said_action, _label = said(language, **STATES[name])

    assert found.state == state
    assert headline in said_headline
    assert action in said_action


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", ["最迟 12 月 9 日补足，就不算逾期。", "12 月 10 日起：可能上征信；可能来电。"]),
        ("en", ["It is on time until 9 December.", "A record is possible; A call is possible."]),
    ],
)
def test_a_shortage_says_its_last_safe_day_and_what_starts_otherwise(language, words):
    _found, _headline, why, _action, label = said(language, **STATES["a minimum is short"])

    assert all(one in why for one in words)
    assert label in ("今天只做这一件", "Just one thing today")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", "在 12 月 16 日之前补上，就不会走到：记录可能变差。"),
        ("en", "Paid before 16 December, it does not come to this: The record may get worse."),
    ],
)
def test_who_is_overdue_reads_what_can_still_be_avoided(language, words):
    _found, _headline, why, _action, _label = said(language, **STATES["overdue, with money"])

    assert words in why


def test_a_lender_that_takes_the_money_itself_leaves_nothing_to_do():
    debts = [FRIEND | {"autopay": ["card"]}]

    _found, _headline, _why, action, label = said("zh-hans", debts=debts)

    assert label == "今天不用做什么"
    assert action == "12 月 15 日小李会从储蓄卡扣 ¥500.00，留好这笔钱就行。"


def test_money_that_has_to_be_moved_first_is_said():
    accounts = [account(), account(id="alipay", name="支付宝", balance="100.00")]
    debts = [FRIEND | {"autopay": ["alipay"]}]

    _found, _headline, _why, action, label = said("zh-hans", debts=debts, accounts=accounts)

    assert label == "接下来只做这一件"
    assert action == "最迟 12 月 15 日，从储蓄卡转 ¥400.00 到支付宝；小李从那里扣 ¥500.00。"


def test_several_overdue_debts_are_summed():
    debts = [
        FRIEND | {"arrears": [ARREAR]},
        FRIEND | {"id": "aunt", "name": "姑姑", "arrears": [ARREAR | {"due_on": "2026-10-15"}]},
    ]

    _found, headline, why, _action, _label = said("zh-hans", debts=debts)

    assert headline == "有 2 笔已经逾期，一共还差 ¥1,018.00。"
    assert "最早的是姑姑，10 月 15 日到期。" in why


def test_hidden_amounts_stay_hidden_in_sentences():
    shown = situation(**STATES["a minimum is short"])
    hidden = Situation(shown.household, shown.plan, Amounts(hidden=True))

    with translation.override("zh-hans"):
        found = answer(hidden)

    assert "124" not in plain(found.headline) + plain(found.why) + plain(found.action)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_warnings_have_a_way_out(language):
    below = situation(
        accounts=[account(balance="10.00")], incomes=[], expenses=[expense()], debts=[CARD]
    )
    endless = situation(**STATES["without an end"], expenses=[])

    with translation.override(language):
        said_below, said_endless = warnings(below), warnings(endless)

    assert len(said_endless) == 1
    assert ("12 月 5 日" if language == "zh-hans" else "5 December") in plain(said_below[0])
    assert "小李" in said_endless[0]


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "放假安排"), ("en", "holidays")])
def test_an_unpublished_calendar_and_unsure_income_are_notes(language, word):
    incomes = [
        income(adjust="previous_workday"),
        income(id="bonus", name="年终奖", certain=False),
    ]
    found = situation(incomes=incomes)

    with translation.override(language):
        said_notes = notes(found)

    assert any(word in one for one in said_notes)
    assert any("年终奖" in one for one in said_notes)


@pytest.mark.parametrize(
    ("changes", "chinese", "english"),
    [
        (
            {"debts": [debt(principal="2000.00")]},
            "小李改为 ¥2,000.00：早 2 个月还清，利息与费用少 ¥28.05。",
            "小李: now ¥2,000.00 — debt-free 2 months earlier, ¥28.05 less in interest and fees.",
        ),
        (
            {"buffer": "400.00"},
            "手边留着改为 ¥400.00：还清的日子和利息都不变。",
            "kept at hand: now ¥400.00 — dates and interest stay the same.",
        ),
        (
            {"incomes": [income(amount="9000.00")]},
            "工资改为 ¥9,000.00，每月 10 日：还清的日子和利息都不变。",
            "工资: now ¥9,000.00, on the 10th — dates and interest stay the same.",
        ),
        (
            {"debts": [debt(), debt(id="aunt", name="姑姑", principal="400.00")]},
            "加上姑姑：利息与费用多",
            "姑姑 added — ",
        ),
        (
            {"debts": [debt(minimum={"fixed": "1.00"})]},
            "改了小李：这样就还不完了。",
            "小李 changed — now it never ends.",
        ),
    ],
)
def test_a_change_says_what_it_did(changes, chinese, english):
    households = situation().household, situation(**changes).household
    pairs = [(one, outcome_of(make_plan(one))) for one in households]

    lines = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            lines.append(plain(change_line(*pairs, Amounts())))

    assert chinese in lines[0]
    assert english in lines[1]


def test_living_costs_that_come_before_a_shortage_are_said():
    changes = STATES["a minimum is short"] | {"expenses": [expense()]}

    _found, _headline, why, _action, _label = said("zh-hans", **changes)

    assert "在那之前，生活开支要先用掉 ¥" in why


def test_what_the_plan_pays_today_comes_before_a_later_shortage():
    today = debt(id="due", name="今天到期的", principal="50.00", rate=None, next_due="2026-12-01",
                 minimum={"fixed": "50.00"}, ladder=LADDER)  # fmt: skip
    poor = STATES["an amount is short"]
    changes = poor | {"debts": [*poor["debts"], today]}

    _found, headline, _why, action, label = said("zh-hans", **changes)

    assert "小李，还差 ¥474.00" in headline
    assert label == "今天先做"
    assert action == "今天从储蓄卡还今天到期的 ¥50.00。凑 ¥474.00，最迟 12 月 8 日还给小李。"
    assert next_paid(situation(**changes)) == ("due", date(2026, 12, 1))


@pytest.mark.parametrize("state", ["an amount is short", "overdue, without money"])
def test_a_sum_that_is_to_be_found_is_no_payment_to_be_made(state):
    with translation.override("en"):
        assert answer(situation(**STATES[state])).finds
    assert next_paid(situation(**STATES[state])) is None


def test_without_an_income_the_first_thing_is_to_enter_it():
    changes = STATES["a minimum is short"] | {"incomes": []}

    found, _headline, _why, action, label = said("zh-hans", **changes)

    assert (label, action) == ("先做这一件", "把收入填上：现在计划只用手里的钱。")
    assert found.link == "incomes"
    assert next_paid(situation(**changes)) is None


def test_what_a_lender_takes_itself_is_not_to_be_done():
    assert next_paid(situation(debts=[FRIEND | {"autopay": ["card"]}])) is None
    assert next_paid(situation(debts=[FRIEND])) is not None


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", ["0", "999", "1.2千", "1200万", "1.2亿"]),
        ("en", ["0", "999", "1.2k", "12m", "120m"]),
    ],
)
def test_an_axis_is_short_whatever_its_amounts(language, words):
    with translation.override(language):
        found = [Amounts().short(yuan * 100) for yuan in (0, 999, 1_200, 12_000_000, 120_000_000)]

    assert found == words
