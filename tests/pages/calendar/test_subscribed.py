"""The calendar as programs on a person's computer keep it: vdirsyncer fetches, khal shows."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.urls import reverse

from planner.models import CalendarFeed
from planner.reach.renewal import hand_out
from planner.services import feeds
from planner.services.changes import replace_household
from tests.households import debt, document

pytestmark = pytest.mark.slow
PROGRAMS = Path(sys.executable).parent

SYNC = """[general]
status_path = "{here}/status/"
[pair anhuan]
a = "here"
b = "there"
collections = null
[storage here]
type = "filesystem"
path = "{here}/calendar/"
fileext = ".ics"
[storage there]
type = "http"
url = "{url}"
"""
SHOW = """[calendars]
[[anhuan]]
path = {here}/calendar/
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[sqlite]
path = {here}/khal.db
"""


@pytest.fixture
def run(tmp_path):
    """A program with a home of its own; what it wrote."""

    def go(program, *words, **environment):
        done = subprocess.run(
            [PROGRAMS / program, *words],
            env=os.environ | {"HOME": str(tmp_path), "LC_ALL": "C.UTF-8"} | environment,
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    return go


def test_a_calendar_that_khal_shows_follows_an_edit(
    live_server, transactional_db, make_member, tmp_path, run
):
    owner = make_member("owner", strategy="minimum")
    token = feeds.open_feed(
        user=owner, kinds=list(CalendarFeed.KINDS), months=12, is_discreet=False
    )
    hand_out()
    url = live_server.url + reverse("planner:calendar-feed-file", args=[token])
    sync, show = tmp_path / "vdirsyncer", tmp_path / "khal"
    sync.write_text(SYNC.format(here=tmp_path, url=url))
    show.write_text(SHOW.format(here=tmp_path))
    (tmp_path / "calendar").mkdir()

    def seen():
        run("vdirsyncer", "sync", VDIRSYNCER_CONFIG=str(sync))
        listed = run(
            "khal", "-c", str(show), "list", "--day-format", "", "--format",
            "{start-date} {title}", "2026-12-01", "60d",
        )  # fmt: skip
        return [line for line in listed.splitlines() if "小李" in line]

    run("vdirsyncer", "discover", VDIRSYNCER_CONFIG=str(sync))
    before = seen()
    later = debt(due_day=20, next_due="2026-12-20")
    replace_household(user=owner, document=document(strategy="minimum", debts=[later]))
    hand_out()
    after = seen()

    assert any(line.startswith("2026-12-15") for line in before)
    assert any(line.startswith("2026-12-20") for line in after)
    assert not any(line.startswith("2026-12-15") for line in after)
