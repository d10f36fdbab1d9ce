"""The short form of `make trust`: the same programs against the real server, with small counts."""

import json
import os
import subprocess
import sys

import pytest

from tests.paths import ROOT
from tests.trust.run import DATABASES, PROGRAMS, run_all
from tests.trust.served import postgres_folders

TIMED = ("pages", "threads")  # how long others wait: told of a machine that does nothing else


# Two sites and nine commands, of which tests/commands/test_backups.py is the short form; thousands
# of people; thousands of fetches, of which tests/pages/calendar/test_feed.py is.
LONG = ("backups", "size", "feeds")


@pytest.mark.trust
@pytest.mark.parametrize("database", DATABASES)
@pytest.mark.parametrize("program", [one for one in PROGRAMS if one not in TIMED + LONG])
def test_each_promise_holds_in_short(program, database, tmp_path):
    if database == "postgres" and not postgres_folders():
        pytest.skip("PostgreSQL is missing: apt-get install postgresql")
    found = tmp_path / "rows.json"
    command = ["-m", "tests.trust.run", "--one", program, "--short"]
    own = ("DATABASE_URL", "VAR_DIR", "DJANGO_SETTINGS_MODULE")
    environment = {name: value for name, value in os.environ.items() if name not in own}

    result = subprocess.run(
        [sys.executable, *command, "--database", database, "--json", str(found)],
        cwd=ROOT, env=environment, capture_output=True, text=True,
    )  # fmt: skip

    assert result.returncode == 0, result.stderr[-3000:]
    rows = json.loads(found.read_text())
    assert rows
    for row in rows:
        assert row["is_met"], f"{row['promise']}: {row['measured']}\n{result.stdout[-3000:]}"


@pytest.mark.trust
def test_what_has_not_ended_in_time_is_not_met(capfd):
    rows = run_all(["sqlite"], ["logs"], True, seconds=1)

    assert [(row["promise"], row["is_met"]) for row in rows] == [("logs", False)]
