"""manage.py read, in a fresh process with nothing in its environment: no database, no secret."""

import json
import subprocess
import sys

import pytest

from tests.imports.expected import HERE, REPORTS, differences, expected
from tests.paths import ROOT


def read(*arguments, stdin=b"", **environment):
    return subprocess.run(
        [sys.executable, "manage.py", "read", *map(str, arguments)],
        cwd=ROOT,
        env=environment,
        input=stdin,
        capture_output=True,
        timeout=60,
    )


def test_a_report_is_read_to_json():
    done = read(REPORTS / "report_brief.pdf", "--format", "json")

    found = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert not list(differences(expected("report_brief")["proposed"], found["proposed"]))
    assert "say" not in found


def test_what_is_missing_is_said():
    done = read(REPORTS / "report_truncated.pdf", "--format", "json")

    assert json.loads(done.stdout)["say"] == expected("report_truncated")["say"]


@pytest.mark.parametrize("name", ["report_detailed_page", "report_scan", "report_encrypted"])
def test_a_refusal_is_json_on_one_side_and_a_sentence_on_the_other(name):
    done = read(REPORTS / f"{name}.pdf", "--format", "json")

    found, wanted = json.loads(done.stdout), expected(name)
    assert done.returncode == 2
    assert (found["outcome"], found["say"]) == (wanted["outcome"], wanted["say"])
    assert done.stderr.decode().strip() == wanted["say"]


def test_a_password_comes_by_standard_input():
    done = read(
        REPORTS / "report_encrypted.pdf", "--password-stdin", "--format", "json", stdin=b"123456\n"
    )

    assert json.loads(done.stdout)["total_cny"] == "911022.00"


def test_standard_input_is_read_and_the_table_is_for_people():
    pasted = (REPORTS / "report_brief_pasted.txt").read_bytes()

    done = read("-", "--kind", "report", stdin=pasted)

    assert done.returncode == 0
    assert "10 笔欠款，合计 911,022.00 元" in done.stdout.decode()
    assert "星河消费金融有限公司" in done.stdout.decode()


def test_a_file_that_is_not_there_is_a_sentence():
    done = read("/nowhere/report.pdf", LANG="en_GB.UTF-8")

    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().startswith("Cannot read /nowhere/report.pdf")


def test_messages_are_read_and_a_fraud_is_called_one():
    done = read("-", "--kind", "sms", "--format", "json", stdin=(HERE / "sms.txt").read_bytes())

    messages = {one["id"]: one for one in json.loads(done.stdout)["messages"]}
    assert done.returncode == 0, done.stderr
    wanted = {
        one["id"]: one for one in json.loads((HERE / "sms.expected.json").read_text())["messages"]
    }
    assert messages["17"]["say"] == wanted["17"]["say"]


def test_messages_take_the_day_they_came_on_from_the_command():
    text = "【平安银行】12月账单RMB100.00元，到期还款日01月06日".encode()

    done = read("-", "--received", "2026-12-20", "--format", "json", stdin=text)

    assert json.loads(done.stdout)["messages"][0]["due_date"] == "2027-01-06"
