"""The short form of `make trust`: the same programs against the real server, with small counts."""

import json
import os
import subprocess
import sys

import pytest

from tests.paths import ROOT
from tests.trust.run import PROGRAMS, run_all


@pytest.mark.trust
@pytest.mark.parametrize("program", [one for one in PROGRAMS if one != "pages"])
def test_each_promise_holds_in_short(program, tmp_path):
    database = "postgres" if os.environ.get("DATABASE_URL") else "sqlite"
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
