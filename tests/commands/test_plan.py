import io
import json
import os
import subprocess
import sys

import pytest
from django.core.management import execute_from_command_line

from planner.domain.household.household import parse_household, read_household
from planner.domain.household.limits import MAX_BYTES
from planner.domain.make_plan import make_plan
from planner.domain.plan.document import plan_document
from planner.management.documents import locale_language
from tests.exports.readers import faults, read_by_icalendar
from tests.households import debt, document
from tests.paths import ROOT

EXAMPLE = ROOT / "examples" / "overdue.json"
ORACLE = "05_card_statement"


@pytest.fixture
def plan(monkeypatch, capsysbinary):
    """The command in this process, with no locale but what is given."""

    def run(*arguments, stdin=b"", **environment):
        for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        status = 0
        try:
            execute_from_command_line(["manage.py", "plan", *map(str, arguments)])
        except SystemExit as ended:
            status = ended.code
        return subprocess.CompletedProcess(arguments, status, *capsysbinary.readouterr())

    return run


def plan_afresh(*arguments, stdin=b"", **environment):
    """The same in a fresh process with nothing in its environment but what is given."""
    return subprocess.run(
        [sys.executable, "manage.py", "plan", *map(str, arguments)],
        cwd=ROOT,
        env=environment,
        input=stdin,
        capture_output=True,
        timeout=120,
    )


def assert_refused(result, *words):
    """Status 2, nothing printed, one line that says what is wrong."""
    assert result.returncode == 2, result.stderr
    assert result.stdout == b""
    lines = result.stderr.decode().splitlines()
    assert len(lines) == 1, lines
    assert all(word in lines[0] for word in words), lines


def write(tmp_path, content):
    path = tmp_path / "household.json"
    path.write_bytes(content)
    return path


def test_json_is_the_plan_document_to_the_byte(plan):
    expected = json.loads((ROOT / f"tests/oracles/plans/{ORACLE}.json").read_text())

    result = plan(ROOT / f"tests/oracles/households/{ORACLE}.json", "--format", "json")
    assert result.returncode == 0, result.stderr
    assert result.stdout == f"{json.dumps(expected, ensure_ascii=False, indent=1)}\n".encode()


@pytest.mark.slow
@pytest.mark.parametrize("locale", [{}, {"LC_ALL": "C"}, {"LC_ALL": "zh_CN.GB18030"},
                                    {"PYTHONIOENCODING": "ascii"}])  # fmt: skip
def test_files_are_utf_8_whatever_the_locale(locale, tmp_path):
    path = write(tmp_path, json.dumps(document(debts=[debt(id="d", name="花呗")])).encode())

    written = {
        format: plan_afresh(path, "--format", format, **locale).stdout
        for format in ("json", "csv", "ics")
    }
    household = read_household(path.read_bytes())
    assert json.loads(written["json"].decode()) == plan_document(make_plan(household))
    assert "花呗" in written["csv"].decode("utf-8-sig")
    assert "花呗" in written["ics"].decode()


def test_the_table_is_printed_where_no_character_of_it_exists():
    result = plan_afresh(EXAMPLE, PYTHONIOENCODING="ascii")

    assert result.returncode == 0
    assert b"1,084.60" in result.stdout


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "zh"),
        ({"LANG": "C"}, "zh"),
        ({"LC_ALL": "POSIX"}, "zh"),
        ({"LANG": "C.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "en"}, "en"),
        ({"LANG": "EN.utf8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB"}, "en"),
        ({"LANG": "en_US", "LC_ALL": "zh_CN"}, "zh"),
        ({"LANG": "en_US", "LC_ALL": ""}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "zh"),
    ],
)
def test_the_language_is_chinese_unless_the_locale_is_english(environment, language):
    assert locale_language(environment) == language


@pytest.mark.parametrize(
    ("environment", "word"), [({}, "怎么还"), ({"LANG": "en_US.UTF-8"}, "What to pay")]
)
def test_the_table_is_the_default_in_the_language_of_the_locale(environment, word):
    result = plan_afresh(EXAMPLE, **environment)

    assert result.returncode == 0, result.stderr
    assert word in result.stdout.decode()
    assert result.stderr == b""


def test_a_document_is_read_from_standard_input():
    result = plan_afresh("-", "--format", "json", stdin=EXAMPLE.read_bytes())

    assert json.loads(result.stdout)["strategy"] == "avalanche"


def test_the_strategy_of_the_document_can_be_replaced(plan):
    result = plan(EXAMPLE, "--strategy", "snowball", "--format", "json")

    assert json.loads(result.stdout)["strategy"] == "snowball"


def test_the_calendar_of_the_command_has_no_salt_and_the_days_stamp(plan):
    raw = plan(EXAMPLE, "--format", "ics").stdout

    assert faults(raw) == set()
    events = read_by_icalendar(raw)
    assert {(event.sequence, event.stamp.isoformat()) for event in events} == {
        (0, "2026-12-01T00:00:00+00:00")
    }


@pytest.mark.parametrize(("days", "triggers"), [("3,0", {b"-P2DT15H", b"PT9H"}), ("none", set())])
def test_the_calendar_of_the_command_rings_on_the_days_one_chose(plan, days, triggers):
    raw = plan(EXAMPLE, "--format", "ics", "--alarms", days).stdout

    rings = {line[8:] for line in raw.split(b"\r\n") if line.startswith(b"TRIGGER:")}
    assert rings == triggers
    assert raw.count(b"BEGIN:VEVENT") > 0


def test_an_alarm_of_another_day_is_refused(plan):
    assert plan(EXAMPLE, "--format", "ics", "--alarms", "2").returncode == 2


def test_a_history_that_no_contract_can_have_taken_is_refused(plan, tmp_path):
    paid = {"kind": "payment", "on": "2026-12-01", "debt": "friend", "amount": "9999.00"}
    path = write(tmp_path, json.dumps(document(history=[paid])).encode())

    assert_refused(plan(path), "history", "at most")


def test_ladders_add_every_dues_ladder_to_json_and_table(plan):
    household = read_household(EXAMPLE.read_bytes())

    written = json.loads(plan(EXAMPLE, "--ladders", "--format", "json").stdout)
    table = plan(EXAMPLE, "--ladders", LANG="en_US.UTF-8").stdout.decode()
    assert written == plan_document(make_plan(household, ladders=True))
    assert "What follows each due" in table


def test_the_worst_case_is_in_json_csv_and_table_and_not_in_the_calendar(plan):
    path = ROOT / "examples" / "short.json"

    json_text, table, csv, ics = (
        plan(path, "--worst-case", "--format", format, LANG="en").stdout.decode()
        for format in ("json", "table", "csv", "ics")
    )
    expected = make_plan(read_household(path.read_bytes()), worst_case=True)
    assert json.loads(json_text) == plan_document(expected)
    taken = json.loads(json_text)["exposures"][0]
    assert (taken["on"], taken["could_take"], taken["by"]) == ("2026-12-20", "632.60", ["jiebei"])
    assert "2026-12-20  工商银行储蓄卡        632.60    0.00  借呗" in table
    assert "2027-01-15  生活费 would then lack ¥722.01." in table
    assert "2026-12-20,Taken by the lender,借呗,,,,,,632.60," in csv
    assert ics == plan(path, "--format", "ics", LANG="en").stdout.decode()


def test_a_lender_of_whom_nobody_said_may_take_in_file_and_command(plan, tmp_path):
    household = json.loads((ROOT / "examples" / "short.json").read_bytes())
    said, unsaid = (
        household
        | {"debts": [one | {"autopay": [], "autopay_known": known} for one in household["debts"]]}
        for known in (True, False)
    )

    def worst(document, format):
        path = write(tmp_path, json.dumps(document).encode())
        return plan(path, "--worst-case", "--format", format, LANG="zh_CN").stdout.decode()

    assert json.loads(worst(said, "json"))["exposures"] == []
    assert json.loads(worst(unsaid, "json"))["exposures"]
    words = "还不知道会不会自动扣款，先当作可能会扣："
    assert words in worst(unsaid, "table").replace("\n", "")
    assert words not in worst(said, "table").replace("\n", "")


def test_the_worst_case_of_the_optimum_is_of_the_payments_that_are_printed(plan, tmp_path):
    """1,150.00 at hand, 450.00 of them for heating: 100.00 of the 800.00 due on the 1st are paid,
    600.00 are kept for the home. The lender may take the rest of its due: then the home has to
    wait for the wages, and the heating lacks 1,150.00 - 800.00 - 450.00."""
    listed = {"contract": "instalment", "method": "listed", "rate": {"rate": "0", "per": "day"}}
    home = {"id": "home", "after_days": 1, "counts_from": "due", "severity": 5}
    owed = [
        ("loan", "2026-12-01", "800.00", {"autopay": ["cmb"]}),
        ("mortgage", "2026-12-04", "600.00", {"ladder": [home], "autopay_known": True}),
    ]
    household = {
        "format": "repayment-household", "version": 1, "as_of": "2026-11-30", "currency": "CNY",
        "accounts": [
            {"id": "cmb", "name": "招行", "kind": "debit_card", "balance": "950.00"},
            {"id": "icbc", "name": "工行", "kind": "debit_card", "balance": "200.00"},
        ],
        "incomes": [{"id": "salary", "name": "工资", "amount": "5000.00", "account": "cmb",
                     "on": {"once": "2027-01-10"}}],
        "expenses": [{"id": "heating", "name": "取暖费", "amount": "450.00", "account": "cmb",
                      "on": {"once": "2026-12-24"}}],
        "debts": [
            {"id": id, "name": id, "principal": fen, **listed, **more,
             "rows": [{"due_on": on, "principal": fen, "interest": "0.00", "fee": "0.00"}]}
            for id, on, fen, more in owed
        ],
    }  # fmt: skip
    path = write(tmp_path, json.dumps(household).encode())

    json_text, table, csv = (
        plan(path, "--strategy", "optimal", "--worst-case", "--format", format, LANG="en").stdout
        for format in ("json", "table", "csv")
    )

    worst = json.loads(json_text)
    taken = {"on": "2026-12-01", "account": "cmb", "could_take": "700.00", "by": ["loan"],
             "leaves": "150.00", "expense": "heating", "short": "100.00"}  # fmt: skip
    assert (worst["strategy"], worst["exposures"]) == ("optimal", [taken])
    assert [(one["on"], one["debt"], one["amount"], one["by"]) for one in worst["payments"]] == [
        ("2026-12-01", "loan", "100.00", "plan"),
        ("2026-12-01", "loan", "700.00", "lender"),
        ("2027-01-10", "mortgage", "600.00", "plan"),
    ]
    assert "proof" not in worst
    # People follow the plan itself: the table has its payments, and beside them what is at risk.
    lines = [line.split() for line in table.decode().splitlines()]
    assert ["2026-12-04", "mortgage", "600.00", "招行"] in lines
    assert ["2026-12-01", "招行", "700.00", "150.00", "loan"] in lines
    assert "取暖费 would then lack ¥100.00." in table.decode()
    assert "2026-12-01,Taken by the lender,loan,,,,,,700.00," in csv.decode()


def test_the_optimum_comes_with_its_proof_and_nothing_else_on_standard_output(plan, tmp_path):
    path = write(tmp_path, json.dumps(document(strategy="optimal")).encode())

    written = json.loads(plan(path, "--format", "json").stdout)
    assert written["strategy"] == "optimal"
    assert written["proof"]["status"] == "proven"
    assert written["proof"]["harm_bound"] == written["harm"] == [0, 0, 0, 0, 0, 0]


def test_the_table_says_below_its_heading_how_good_the_optimum_is(plan, tmp_path):
    path = write(tmp_path, json.dumps(document(strategy="optimal")).encode())

    heading, proved, blank = plan(path).stdout.decode().split("\n")[:3]

    assert heading.endswith("最优计划")
    assert proved == "没有更省的还法了。"
    assert blank == ""


def test_an_unknown_strategy_is_refused(plan):
    assert plan(EXAMPLE, "--strategy", "luck").returncode == 2


def test_an_invalid_document_has_a_line_for_each_error(plan, tmp_path):
    broken = document(buffer=-1, as_of="2026-02-30") | {"extra": 1}
    path = write(tmp_path, json.dumps(broken).encode())

    result = plan(path)
    assert result.returncode == 2
    assert result.stdout == b""
    lines = result.stderr.decode().splitlines()
    assert len(lines) == 3
    assert all(": found " in line and ", expected " in line for line in lines)
    assert {line.split(":")[0] for line in lines} == {"buffer", "as_of", "extra"}


def test_a_missing_file_is_one_line(plan, tmp_path):
    assert_refused(plan(tmp_path / "nowhere.json"), "nowhere.json")


def test_a_directory_is_one_line(plan, tmp_path):
    assert_refused(plan(tmp_path), str(tmp_path))


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="needs a file nobody can read")
def test_an_unreadable_file_is_one_line(plan, tmp_path):
    assert_refused(plan("/proc/self/mem"), "/proc/self/mem")


def test_a_file_name_cannot_control_the_terminal(plan, tmp_path):
    result = plan(tmp_path / "a\x1b[31m\nb")

    assert_refused(result)
    assert b"\x1b" not in result.stderr


DEEP = b"[" * 10_000 + b"]" * 10_000
BAD = {
    "empty": b"",
    "no JSON": b"{",
    "a byte order mark": b"\xef\xbb\xbf" + json.dumps(document()).encode(),
    "not UTF-8": json.dumps(document(), ensure_ascii=False).encode("gb18030"),
    "10,000 levels deep": DEEP,
    "10,000 objects deep": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "10 MB": b" " * 10_000_000,
    "one byte too many": json.dumps(document()).encode().ljust(MAX_BYTES + 1),
    "not a number": b"NaN",
    "a key twice": b'{"a\x1b[31m": 1, "a\x1b[31m": 2}'.replace(b"\x1b", b"\\u001b"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_document_is_one_line(plan, kind, tmp_path):
    result = plan(write(tmp_path, BAD[kind]))

    assert_refused(result)
    assert b"\x1b" not in result.stderr


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_document_is_one_line_on_standard_input_too(plan, kind):
    assert_refused(plan("-", stdin=BAD[kind]))


def test_no_more_than_the_limit_is_read_of_an_endless_file():
    assert_refused(plan_afresh("/dev/zero"))


def test_a_document_of_exactly_the_limit_is_planned(plan, tmp_path):
    path = write(tmp_path, json.dumps(document()).encode().ljust(MAX_BYTES))

    assert plan(path).returncode == 0


def test_a_reader_that_leaves_early_is_met_with_silence():
    command = f"{sys.executable} manage.py plan examples/short.json --ladders"
    script = f"{command} | head -c 10; echo ${{PIPESTATUS[0]}}"
    result = subprocess.run(
        ["bash", "-c", script], cwd=ROOT, env={"PATH": os.environ["PATH"]}, capture_output=True
    )

    assert result.stderr == b""


def test_a_full_disk_is_one_line():
    with open("/dev/full", "wb") as full:
        result = subprocess.run(
            [sys.executable, "manage.py", "plan", str(EXAMPLE)],
            cwd=ROOT, env={}, stdout=full, stderr=subprocess.PIPE,
        )  # fmt: skip

    assert result.returncode == 2
    assert len(result.stderr.decode().splitlines()) == 1


def test_nothing_is_left_behind(tmp_path):
    plan_afresh(EXAMPLE, VAR_DIR=str(tmp_path / "var"))

    assert not (tmp_path / "var").exists()


def test_the_command_can_be_called_from_python(capsys):
    from io import StringIO

    from django.core.management import call_command

    out = StringIO()
    call_command("plan", str(EXAMPLE), format="json", stdout=out)
    household = parse_household(json.loads(EXAMPLE.read_text()))
    assert json.loads(out.getvalue()) == plan_document(make_plan(household))
