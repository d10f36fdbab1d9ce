import json
import subprocess
import sys

import pytest

from tests.domain.offers.generate import document
from tests.paths import ROOT

EXAMPLE = "examples/huabei_jiebei_card.json"


def offer(*arguments, stdin=b"", **environment):
    """In a fresh process with no secret and no database."""
    return subprocess.run(
        [sys.executable, "manage.py", "offer", *arguments],
        cwd=ROOT,
        env=environment,
        input=stdin,
        capture_output=True,
        timeout=60,
    )


def test_an_offer_is_answered_as_json_from_standard_input():
    result = offer("-", "--format", "json", stdin=json.dumps(document()).encode())
    answer = json.loads(result.stdout)

    assert result.returncode == 0
    assert answer["nominal_rate"] == "0.140982"
    assert (answer["total"], answer["interest_and_fees"]) == ("6468.00", "468.00")


@pytest.mark.parametrize(
    ("locale", "words"), [("en_US.UTF-8", "year"), ("zh_CN.UTF-8", "年化利率")]
)
def test_a_table_lays_it_beside_staying(tmp_path, locale, words):
    file = tmp_path / "offer.json"
    file.write_text(json.dumps(document(principal="5000.00")))
    result = offer(str(file), "--household", EXAMPLE, "--debt", "card", LC_ALL=locale)

    assert result.returncode == 0, result.stderr.decode()
    assert words in result.stdout.decode()
    assert "→" in result.stdout.decode()


def test_beside_is_a_key_of_the_json(tmp_path):
    file = tmp_path / "offer.json"
    file.write_text(json.dumps(document(principal="5000.00")))
    result = offer(str(file), "--format", "json", "--household", EXAMPLE, "--debt", "card")
    beside = json.loads(result.stdout)["beside"]

    assert beside["as_it_is"]["paid"] < beside["with_it"]["paid"]
    assert beside["breaks"] is None


@pytest.mark.parametrize(
    ("arguments", "content"),
    [
        ((), document(periods=0)),
        ((), document(fee={"total": "-1.00"})),
        (("--household", EXAMPLE), document()),
        (("--household", EXAMPLE, "--debt", "nobody"), document()),
        (
            ("--household", EXAMPLE, "--debt", "card"),
            document(received_on="2026-10-05", first_due="2026-11-05"),
        ),
        (("--household", "no/such/file", "--debt", "card"), document()),
    ],
)
def test_what_cannot_be_checked_is_a_sentence_and_status_2(arguments, content):
    result = offer("-", *arguments, stdin=json.dumps(content).encode(), LC_ALL="en_US.UTF-8")

    assert result.returncode == 2
    assert result.stdout == b""
    assert len(result.stderr.decode().splitlines()) == 1
    assert "Traceback" not in result.stderr.decode()
