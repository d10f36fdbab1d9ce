"""From a Monday to the next month: a due is missed, its consequence starts on its day, it is cured,
and all is safe again. What the pages say on each day is laid against figures reckoned by hand.

借呗: 6,000.00 over six months at 0.04% a day, a row of 1,042.42 on the 8th, of which 72.00 are the
interest of 30 nights; no grace; what is late bears 0.06% a night on its 970.42 of principal.
花呗: 620.00 spent, billed on the 1st; a tenth of it is due on the 9th. 1,500.00 are there, 300.00
a week go for food and 1,000.00 on the 5th for rent, so that −100.00 are left on the 8th; 8,500.00
come on the 10th.
"""

import re
from datetime import date
from html import unescape

import pytest
from django.urls import reverse

from planner.domain.rulebook.products import load_products
from planner.models import HistoryEntry
from tests.households import account, expense, income
from tests.page_reading import read

MONDAY = date(2026, 11, 30)
PLAN = reverse("planner:plan")
ANSWER = reverse("planner:question-answer")
ALL = reverse("planner:question-answer-all")
RENEW = reverse("planner:plan-renew")
HISTORY = reverse("planner:debt-history", args=["jiebei"])
CALENDAR = reverse("planner:calendar")
LADDER = reverse("planner:ladder", args=["jiebei", date(2026, 12, 8)])
ASKED = "这几天怎么样"
AS_IF = "没答的，先当作没还、没到账来算"


def household():
    products, first = load_products(), {"from": MONDAY.isoformat()}
    return {
        "as_of": MONDAY.isoformat(),
        "buffer": "0.00",
        "strategy": "minimum",
        "accounts": [account(balance="1500.00")],
        "incomes": [income(**first)],
        "expenses": [
            expense(amount="1000.00", **first),
            expense(id="food", name="吃饭", amount="300.00", on={"weekly": "mon"}, **first),
        ],
        "debts": [
            products["jiebei"].starting_document()
            | {"id": "jiebei", "name": "借呗", "principal": "6000.00", "method": "level",
               "rate": {"rate": "0.0004", "per": "day"}, "periods_left": 6,
               "next_due": "2026-12-08", "due_day": 8, "autopay": ["card"]},
            products["huabei"].starting_document()
            | {"id": "huabei", "name": "花呗", "statement_day": 1, "due_day": 9,
               "billed": "0.00", "unbilled": "620.00", "autopay": ["card"]},
        ],
    }  # fmt: skip


class Walker:
    def __init__(self, client, clock, user):
        self.client, self.clock, self.user = client, clock, user

    def wakes(self, day):
        self.clock(day)
        self.client.force_login(self.user)

    def reads(self, url=PLAN):
        """What a page says, in one line, without the figures that are drawn."""
        text = self.client.get(url).content.decode()
        text = re.sub(r"(?s)<(script|style|svg|footer|nav)\b.*?</\1>", "", text)
        text = re.sub(r"<[^>]+>", "", text.replace("</td>", " ").replace("</p>", " "))
        return re.sub(r"\s+", " ", unescape(text)).replace(" ，", "，").replace(" 。", "。")

    def form(self, action):
        """The first form of the plan page that leads there."""
        forms = read(self.client.get(PLAN).content.decode()).posting()
        return dict(next(form.sent() for form in forms if form.action == action))

    def taps(self, answer, **typed):
        """One question, the oldest."""
        response = self.client.post(ANSWER, self.form(ANSWER) | {"answer": answer, **typed})
        assert response.status_code == 302

    def puts_all_off(self):
        while f'action="{ANSWER}"' in self.client.get(PLAN).content.decode():
            self.taps("later")

    def says_all_as_planned(self):
        assert self.client.post(ALL, self.form(ALL)).status_code == 302


@pytest.fixture
def walker(make_member, client, clock):
    clock(MONDAY)
    return Walker(client, clock, make_member("walker", **household()))


def test_from_monday_to_the_next_month(walker):
    # Monday: 1,500 − 300 − 1,000 − 300 leaves nothing for the 8th, and it says so a week before.
    walker.wakes(MONDAY)
    said = walker.reads()
    assert "12 月 8 日的借呗，还差 ¥1,042.42" in said
    assert "最迟 12 月 8 日补足，就不算逾期。不然从 12 月 9 日起：芝麻信用记为逾期" in said
    assert "12 月 7 日的生活开支会比手里的钱多 ¥100.00；少花 ¥100 就够" in said
    assert ASKED not in said
    assert AS_IF not in said
    assert "12 月 9 日起 芝麻信用记为逾期" in walker.reads(LADDER)

    # Wednesday: only food was planned. It is folded, counts as spent, and nothing else is open.
    walker.wakes(date(2026, 12, 2))
    said = walker.reads()
    assert "没回答之前，生活开支按计划花掉了来算" in said
    assert "这是 11 月 30 日的数字" in said
    assert "1,000.00 200.00" in said  # 1,500 − 300 − 1,000, though not answered
    assert AS_IF not in said
    walker.says_all_as_planned()
    said = walker.reads()
    assert "从 11 月 30 日的数字一路算到今天。各家 App 里应该也是这些" in said
    assert ASKED not in said

    # Tuesday the 8th: the day itself is not asked about; paying on it is still in time.
    walker.wakes(date(2026, 12, 8))
    walker.says_all_as_planned()
    said = walker.reads()
    assert "最迟 12 月 8 日补足，就不算逾期" in said
    assert "逾期 1 天" not in said

    # Wednesday the 9th: asked first; until then nothing is called late.
    walker.wakes(date(2026, 12, 9))
    said = walker.reads()
    assert said.index("12 月 8 日：借呗还了吗") < said.index("先说说")
    assert "已逾期" not in said
    # Nothing was planned, yet who paid after all most likely did from where it is taken.
    assert '<option value="card" selected>' in walker.client.get(PLAN).content.decode()
    walker.taps("not")
    said = walker.reads()
    # One night on 970.42 at 0.0006: 0.58. Two nights until the salary: 1.16.
    assert AS_IF not in said
    assert "借呗已逾期 1 天，还差 ¥1,043.00" in said
    assert "12 月 9 日的花呗也还差 ¥62.00" in said
    assert "12 月 10 日钱到了，先还借呗 ¥1,043.58" in said
    # 31 days after the 8th.
    assert "在 2027 年 1 月 8 日之前补上，就不会走到：央行征信可能升为“2”" in said
    assert "12 月 9 日已开始： 芝麻信用记为逾期" in walker.reads(LADDER)
    assert "补还借呗 1,043.58" in walker.reads(CALENDAR)
    assert "花呗还差 62.00 ◆ 借呗：芝麻信用记为逾期" in walker.reads(CALENDAR)
    position = walker.reads(HISTORY)
    assert "推算到 12 月 9 日" in position
    assert "逾期起始2026-12-08" in position
    assert "借呗：12/8 到期的没有还" in position

    # Friday: the salary came, 借呗 was paid a day later than planned, 花呗 on the 10th.
    walker.wakes(date(2026, 12, 11))
    said = walker.reads()
    assert "12 月 9 日：花呗还了吗" in said
    assert "先说说" in said
    assert "还差 ¥1,106.17" not in said  # what is short is said once it is answered
    walker.taps("not")
    assert "12 月 10 日：工资 ¥8,500.00 到账了吗" in walker.reads()
    walker.taps("planned")
    assert "12 月 10 日：借呗" in walker.reads()
    walker.taps("other", on="2026-12-11", amount="1,044.17", account="card")
    walker.taps("planned")

    # Cured: the row's 970.42 are repaid, 5,029.58 are left, and nothing is late any more.
    said = walker.reads()
    assert "每一笔都能按时还，2027 年 5 月全部还清" in said
    assert "下一笔是借呗，最迟 2027 年 1 月 8 日，至少还 ¥1,042.42" in said
    assert "今天不用做什么" in said
    assert "已逾期" not in said
    # −100 + 8,500 − 1,044.17 − 62 − 300
    assert "300.00 6,993.83" in said
    position = walker.reads(HISTORY)
    assert "剩余本金5,029.58" in position
    assert "逾期起始" not in position
    assert "平台 App 里应该也是这些数字" in position
    assert "这一天没有要还的了" in walker.reads(LADDER)

    # A month later: all as planned in one, and the plan goes on, safe.
    walker.wakes(date(2027, 1, 11))
    said = walker.reads()
    assert said.index("1 月 8 日：借呗的 ¥1,042.42 还了吗") < said.index("先说说")
    assert "这是 2026 年 11 月 30 日的数字" in said
    walker.says_all_as_planned()
    said = walker.reads()
    assert "每一笔都能按时还，2027 年 5 月全部还清" in said
    assert "最迟 2 月 8 日" in said
    # 5,029.58 × 0.0004 × 31 nights = 62.37 of interest in the row of 1,042.42.
    assert "剩余本金4,049.53" in walker.reads(HISTORY)
    kinds = [row.kind for row in HistoryEntry.objects.owned_by(walker.user).standing()]
    assert kinds.count("payment") == 4
    assert kinds.count("unpaid") == 2


def test_what_was_put_off_is_said_under_its_condition(walker):
    for day in (date(2026, 12, 9), date(2026, 12, 11)):
        walker.wakes(day)
        walker.taps("not")  # 借呗 of the 8th, then 花呗 of the 9th
    assert "12 月 10 日：工资 ¥8,500.00 到账了吗" in walker.reads()
    assert AS_IF not in walker.reads()  # nothing is judged while something is asked

    walker.puts_all_off()

    said = walker.reads()
    assert said.index(AS_IF) < said.index(
        "一共还差 ¥1,106.17"
    )  # 1,042.42 + 3 nights (1.75) + 62.00


def test_with_the_payments_put_off_what_is_late_is_paid_first(walker):
    for day in (date(2026, 12, 9), date(2026, 12, 11)):
        walker.wakes(day)
        walker.taps("not")
    walker.taps("planned")  # the salary of the 10th

    walker.puts_all_off()

    # Both are paid the same day, in the plan's order.
    assert "今天从储蓄卡还花呗 ¥62.00。然后：借呗 ¥1,044.17" in walker.reads()


def test_nothing_on_the_way_blames(walker):
    blame = ("你没有", "违约", "失信", "应该早", "必须", "不负责", "拖欠", "恶意")
    for day in (MONDAY, date(2026, 12, 9), date(2026, 12, 11), date(2026, 12, 31)):
        walker.wakes(day)
        said = walker.reads()
        assert [word for word in blame if word in said] == []


def test_one_thing_asks_for_new_figures_on_each_day(walker):
    for day, links in ((MONDAY, 0), (date(2026, 12, 2), 1), (date(2026, 12, 9), 1)):
        walker.wakes(day)
        assert walker.client.get(PLAN).content.decode().count(f'href="{RENEW}"') == links
    walker.says_all_as_planned()
    assert walker.client.get(PLAN).content.decode().count(f'href="{RENEW}"') == 1
