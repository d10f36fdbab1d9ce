"""The optimum of households at the edges: on the pages and by the command a plan or a clear
sentence, never an exception, never a wait past the limit."""

import json
import logging
import re
from decimal import Decimal
from functools import partial
from time import thread_time

import pytest
from django.core.management import call_command
from django.urls import reverse

from planner.domain.optimum.find import find_optimum
from planner.plans.solving import keep_optimum
from tests.odd import ODD

# Thirty years, or forty debts whose every due is missed: each rule of thumb takes its time.
SLOW = {"a debt that never ends", "360 months", "40 debts and all money short"}
NAMES = [pytest.param(name, marks=[pytest.mark.slow] * (name in SLOW)) for name in ODD]
SECONDS = 1
BREATH = 5  # of a processor: what a solve does before and after its time
ADDRESS = "/plan/optimum/"
FRAGMENT = {"HX-Request": "true", "HX-Target": "optimum"}
SENTENCES = [
    "没有更省的还法了。",
    "最多还能再",
    "没能在限定时间里算出最优方案。这是目前已知最好的办法：",
    "还在算。",
    "算出来要十来秒。",
]


@pytest.mark.parametrize("name", NAMES)
def test_the_pages_show_a_plan_or_say_why_not(name, client, make_member, settings, caplog):
    settings.OPTIMUM_SECONDS = SECONDS
    user = make_member("odd", **ODD[name] | {"strategy": "optimal"})
    client.force_login(user)
    before = client.get(reverse("planner:plan"))
    began = thread_time()
    keep_optimum(user, lambda: False)
    worked = thread_time() - began

    fragment = client.get(ADDRESS, headers=FRAGMENT)
    pages = [client.get(ADDRESS, follow=True), client.get(reverse("planner:plan-due-days"))]

    assert worked < SECONDS + BREATH
    assert {one.status_code for one in (before, *pages)} == {200}
    if ODD[name]["debts"]:
        assert any(one in fragment.content.decode() for one in SENTENCES)
        assert any(one in pages[0].content.decode() for one in SENTENCES)
    else:
        assert fragment.status_code == 302
        assert re.search("写下|没有欠款", pages[0].content.decode())
    assert [one for one in caplog.records if one.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_command_prints_a_plan(name, tmp_path, capsys, monkeypatch):
    quick = partial(find_optimum, seconds=SECONDS)
    monkeypatch.setattr("planner.domain.make_plan.find_optimum", quick)
    path = tmp_path / "household.json"
    path.write_text(json.dumps(ODD[name]))

    call_command("plan", str(path), strategy="optimal", format="json")
    plan = json.loads(capsys.readouterr().out)

    proof = plan["proof"]
    assert proof["status"] in ("proven", "bounded", "fallback")
    assert Decimal(proof["cost_bound"]) <= Decimal(proof["cost"])
    paid = sum(Decimal(one["amount"]) for one in plan["payments"])
    assert paid == Decimal(plan["totals"]["paid"])
    warned = {one["code"] for one in plan["warnings"]}
    assert plan["debt_free_on"] or warned & {"never_ends", "beyond_horizon"}
