"""The optimum on the pages: worked out beside them, asked for once, kept once, never in the way."""

import csv
import html
import io
import json
import re
from dataclasses import replace
from datetime import date

import pytest
from django.urls import reverse
from icalendar import Calendar
from openpyxl import load_workbook

from planner.domain.answers.optimum_record import ReadOptimum
from planner.domain.answers.ways import read_ways, ways_document
from planner.domain.household.household import OPTIMAL, parse_household, read_household
from planner.domain.make_plan import make_plan
from planner.domain.optimum.find import find_optimum
from planner.domain.plan.document import plan_document
from planner.domain.plan.plan import cost_of, read_off
from planner.domain.plan.proof import judge_proof
from planner.domain.values.money import parse_yuan
from planner.models import KeptPlan
from planner.plans.questions import open_questions
from planner.plans.shown import follow, followed_plan, shown, steps_of
from planner.plans.solving import record_of
from planner.services.changes import change_household
from planner.services.documents import household_document_of
from planner.words.answer import Situation
from planner.words.names import strategy_name
from planner.words.optimum import optimum_lines
from tests.paths import EXAMPLES

PLAN = "/plan/"
ADDRESS = "/plan/optimum/"
FRAGMENT = {"HX-Request": "true", "HX-Target": "optimum"}
EXAMPLE_FILES = sorted(EXAMPLES.glob("*.json"))


@pytest.fixture
def person(make_member, client):
    user = make_member("person", strategy="optimal")
    client.force_login(user)
    return user


def optima(user):
    return KeptPlan.objects.owned_by(user).filter(strategy=OPTIMAL)


# --- What the pages show -------------------------------------------------------------------------


def test_a_rule_of_thumb_is_there_at_once_and_the_optimum_is_asked_for_once(client, person):
    page = client.get(PLAN).content.decode()

    assert page.count(f'hx-get="{ADDRESS}" hx-trigger="load"') == 1
    assert "最优方案还没算好" in page
    assert not optima(person).exists()


def test_the_fragment_brings_what_is_shown_and_the_page_says_so_from_then_on(client, person):
    client.get(PLAN)

    fragment = client.get(ADDRESS, headers=FRAGMENT)
    page = client.get(PLAN).content.decode()

    assert fragment.headers["HX-Retarget"] == "#paying"
    for region in ("paying", "shown", "owed-to-the-end"):
        assert f'id="{region}"' in fragment.content.decode()
    assert b'id="figures"' not in fragment.content  # nobody's typing is swapped away
    assert 'hx-trigger="load"' not in page
    assert "最优方案还没算好" not in page
    assert optima(person).count() == 1


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_without_scripts_a_page_waits_and_says_why(client, person, language):
    client.cookies["language"] = language

    page = client.get(ADDRESS).content.decode()

    assert "<html" in page
    assert page.count("<dt>") == 4  # against each rule of thumb
    assert reverse("planner:plan") in page


def test_without_scripts_the_plan_leads_to_the_optimum_before_and_after(client, person):
    before = client.get(PLAN).content.decode()
    (offered,) = re.findall(
        rf'<section [^>]*hx-get="{ADDRESS}".*?<a href="{ADDRESS}"', before, re.S
    )
    client.get(ADDRESS)
    after = client.get(PLAN).content.decode()

    assert "<form" not in offered
    assert f'<p class="no-print"><a href="{ADDRESS}">' in after


def test_somebody_who_chose_a_rule_of_thumb_keeps_it_and_sees_what_the_optimum_would_do(
    client, make_member
):
    client.force_login(make_member("another", strategy="snowball"))
    client.get(PLAN)

    fragment = client.get(ADDRESS, headers=FRAGMENT).content.decode()

    assert 'id="shown"' not in fragment
    assert 'value="snowball" checked' in fragment
    assert "还没算好" not in fragment
    assert "为什么这样还" not in fragment  # the page's plan is another
    assert "最优方案会怎么还" in fragment
    assert "你选的是“金额小的先还”。改按最优方案的话：" in fragment


def test_without_debts_there_is_nothing_to_work_out(client, make_member):
    client.force_login(make_member("free", debts=[]))

    assert client.get(ADDRESS).status_code == 302
    assert client.post(ADDRESS).status_code == 405


def status_shown(client, user, **proof):
    """What the page says of a kept optimum with such a proof."""
    row = optima(user).get()
    row.document = row.document | {"proof": row.document["proof"] | proof}
    row.save()
    return client.get(PLAN).content.decode()


def test_each_proof_is_told_and_how_it_is_known_in_a_fold(client, person):
    client.get(ADDRESS)
    harm = optima(person).get().document["harm"]

    proven = status_shown(client, person, status="proven", harm_bound=harm)
    told = client.get(ADDRESS).content.decode()
    left = {"cost": "5120.00", "cost_bound": "5107.60"}
    bounded = status_shown(client, person, status="bounded", harm_bound=harm, **left)
    fallback = status_shown(client, person, status="fallback")
    untold = client.get(ADDRESS).content.decode()

    assert "没有更省的还法了" in proven
    assert all("没有更省的还法了" not in page for page in (bounded, fallback))
    assert "最多还能再省约 ¥13。" in bounded  # 12.40
    assert "没能在限定时间里" in fallback
    assert [page.count("怎么知道的") for page in (told, untold)] == [1, 0]


def test_a_solver_that_breaks_leaves_the_best_known_plan(client, person, monkeypatch, caplog):
    def broken(*args, **kwargs):
        raise MemoryError

    monkeypatch.setattr("planner.plans.solving.find_optimum", broken)

    page = client.get(ADDRESS, headers=FRAGMENT).content.decode()

    assert "没能在限定时间里" in page
    assert optima(person).get().document["proof"]["status"] == "fallback"
    assert "a search broke" in caplog.text


def test_when_time_is_up_the_best_known_is_shown_and_every_page_says_so(
    client, make_member, settings
):
    (path,) = [path for path in EXAMPLE_FILES if path.stem == "short"]
    user = make_member("late", **json.loads(path.read_bytes()) | {"strategy": "optimal"})
    client.force_login(user)
    client.get(PLAN)
    before = shown(user).plan
    settings.OPTIMUM_SECONDS = 0

    fragment = client.get(ADDRESS, headers=FRAGMENT).content.decode()
    page, waited = client.get(PLAN).content.decode(), client.get(ADDRESS).content.decode()

    told = {
        "fallback": "没能在限定时间里算出最优方案。"
        f"这是目前已知最好的办法：{strategy_name(before.strategy)}。",
        "bounded": "最多还能再少",
    }[optima(user).get().document["proof"]["status"]]
    assert all(told in one for one in (fragment, page, waited))
    assert "没有更省的还法了" not in page
    after = shown(user).plan
    assert (after.harm, cost_of(after)) <= (before.harm, cost_of(before))


def test_what_is_better_than_each_rule_is_not_called_a_rule(client, make_member, monkeypatch):
    """Something better may be found and nothing proved of it, as where no bound comes in time."""

    def unsolved(*figures, solved):
        return judge_proof(*figures, solved=False)

    monkeypatch.setattr("planner.domain.optimum.find.judge_proof", unsolved)
    document = json.loads((EXAMPLES / "huabei_jiebei_card.json").read_bytes())
    user = make_member("better", **document | {"strategy": "optimal"})
    client.force_login(user)
    client.get(ADDRESS)

    page = client.get(PLAN).content.decode()

    kept = optima(user).get().document
    assert (kept["proof"]["status"], kept["is_rule"]) == ("fallback", False)
    assert "这是在限定时间里找到的最好方案，比其他每种还法都好" in page
    assert "没能在限定时间里" not in page


def test_files_follow_the_plan_that_is_shown(client, person):
    before = shown(person).plan
    sequence = client.get("/calendar/anhuan.ics").content.count(b"SEQUENCE:2\r\n")
    client.get(ADDRESS)
    after = shown(person).plan

    assert before.strategy != "optimal" == after.strategy
    assert plan_document(after)["payments"] == optima(person).get().document["payments"]
    assert sequence > 0
    assert client.get("/calendar/anhuan.ics").content.count(b"SEQUENCE:3\r\n") > 0
    for name in ("plan-csv", "plan-xlsx"):
        assert client.get(reverse(f"planner:{name}")).status_code == 200


def lines_of(client):
    """What the calendar, the page of its file and each file say of which plan they hold."""
    texts = [
        client.get(reverse(f"planner:{name}")).content.decode()
        for name in ("calendar", "calendar-download")
    ]
    pages = [re.search(r'<p class="quiet small">(方案.*?|Plan: .*?)</p>', one) for one in texts]
    book = load_workbook(io.BytesIO(client.get(reverse("planner:plan-xlsx")).content))
    table = client.get(reverse("planner:plan-csv")).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(table)))
    address = reverse("planner:calendar-ics")
    assert b"X-WR-CALDESC" not in client.get(address).content  # discreet
    calendar = Calendar.from_ical(client.get(address, {"named": "on"}).content)
    below = {
        str(event["DESCRIPTION"]).splitlines()[-1]
        for event in calendar.walk("VEVENT")
        if str(event["CATEGORIES"].cats[0]) in ("付款日", "Payment")
    }
    return [
        *(html.unescape(one.group(1)) for one in pages),
        book.worksheets[0]["A1"].value,
        *{row[-1] for row in rows[1:]},
        str(calendar["X-WR-CALDESC"]),
        *below,
    ]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_calendar_and_each_file_say_which_plan_they_hold(client, person, language):
    client.cookies["language"] = language
    until_then = lines_of(client)
    client.get(ADDRESS)
    from_then = lines_of(client)
    change_household(user=person, strategy="snowball")
    by_a_rule = lines_of(client)

    said = {
        "zh-hans": (
            "方案：利率高的先还，2026 年 12 月 1 日起。"
            "最优方案还没算好，先按这个来，过一会儿再看。",
            "方案：最优计划，2026 年 12 月 1 日起。",
            "方案：金额小的先还，2026 年 12 月 1 日起。",
        ),
        "en": (
            "Plan: Highest interest first, from 1 December 2026 on. "
            "The best plan is not there yet; take this again later.",
            "Plan: Optimum, from 1 December 2026 on.",
            "Plan: Smallest debt first, from 1 December 2026 on.",
        ),
    }[language]
    assert until_then == [said[0]] * 6
    assert len(set(from_then)) == 1
    assert from_then[0].startswith(said[1])
    assert by_a_rule == [said[2]] * 6


def test_what_is_asked_about_days_gone_by_is_asked_by_the_plan_shown_then(client, person, clock):
    client.get(ADDRESS)
    found = shown(person).plan
    clock(date(2026, 12, 20))
    today = parse_household(household_document_of(person))
    past = replace(today, planned_from=date(2026, 12, 2), known_to=date(2026, 12, 1))

    assert followed_plan(person, past).strategy == "optimal"
    assert followed_plan(person, past).payments == found.payments
    (asked,) = [one for one in open_questions(person) if one.kind == "payment"]
    assert (asked.on, asked.amount_fen) == found.payments[0][0:3:2]


@pytest.mark.parametrize("path", EXAMPLE_FILES, ids=lambda path: path.stem)
def test_payments_kept_give_the_same_plan_again(path):
    household = read_household(path.read_bytes())
    for plan in (find_optimum(household, seconds=2).plan, make_plan(household, "snowball")):
        again = read_off(follow(household, steps_of(plan_document(plan))), plan.strategy)

        assert plan_document(again) == plan_document(plan)


@pytest.mark.parametrize("path", EXAMPLE_FILES, ids=lambda path: path.stem)
def test_what_is_told_against_each_rule_is_what_the_payments_add_up_to(path):
    """From the rows alone: interest, fees and penalties paid, the last payment, dues that are late.
    All in the words of the page."""
    household = read_household(path.read_bytes())
    found = find_optimum(household, seconds=2)
    kept = ReadOptimum(record_of(household, found), household)
    ways = read_ways(ways_document(found.rules))
    lines = dict(optimum_lines(kept, ways, Situation(household, kept.plan)).against)

    for name, plan in found.rules.items():
        words = lines[strategy_name(name)]
        assert money_told(words) == extra_paid(found.plan) - extra_paid(plan)
        months = int(number.group(1)) if (number := re.search(r"早 (\d+) 个月", words)) else 0
        ends = [max(one.on for one in each.payments) for each in (found.plan, plan)]
        apart = (ends[1].year - ends[0].year) * 12 + ends[1].month - ends[0].month
        assert months == (apart if (ends[1] - ends[0]).days >= 28 else 0)
        number = re.search(r"([少多]) (\d+) 笔", words)
        fewer = int(number.group(2)) * (1 if number.group(1) == "少" else -1) if number else 0
        assert fewer == late(plan) - late(found.plan)


def money_told(words):
    """Fen of "利息与费用少 ¥1,026.98", below zero where it is less."""
    told = re.search("利息与费用([少多]) ¥([0-9,.]+)", words)
    if told is None:
        return 0
    fen = parse_yuan(told.group(2).replace(",", ""))
    return -fen if told.group(1) == "少" else fen


def extra_paid(plan):
    return sum(one.interest_fen + one.fee_fen + one.penalty_fen for one in plan.payments)


def late(plan):
    """Dues that could still be paid in time, and stay short of more than is tolerated."""
    tolerated = {debt.id: debt.tolerance_fen for debt in plan.household.debts}
    return sum(
        due.short_fen > tolerated[due.debt] and due.last_safe_on >= plan.household.as_of
        for due in plan.dues
    )


def test_what_broke_a_search_is_logged_and_what_it_had_found_is_kept(
    client, person, monkeypatch, caplog
):
    def broken(*args, **kwargs):
        raise ArithmeticError("a column of a row that is not")

    monkeypatch.setattr("planner.domain.optimum.find.Search", broken)

    page = client.get(ADDRESS, headers=FRAGMENT).content.decode()

    assert "没能在限定时间里" in page
    assert "a column of a row that is not" in caplog.text
    assert "a search broke" in caplog.text
    assert optima(person).get().document["proof"]["status"] == "fallback"
