"""The files of a brief report and its kin, to what each must come to."""

import pytest

from planner.imports.reading import read
from tests.imports.expected import REPORTS, differences, expected

FILES = [
    ("report_brief.pdf", "report_brief", None),
    ("report_brief_app.pdf", "report_brief_app", None),
    ("report_brief_pasted.txt", "report_brief", None),
    ("report_truncated.pdf", "report_truncated", None),
    ("report_encrypted.pdf", "report_brief", "123456"),
]
NOT_COMPARED = (".unread[0].why",)  # its words are for people


@pytest.mark.parametrize(("file", "name", "password"), FILES)
def test_a_report_comes_to_what_is_expected(file, name, password):
    found = read((REPORTS / file).read_bytes(), password=password)

    assert [
        line for line in differences(expected(name), found) if not line.startswith(NOT_COMPARED)
    ] == []


@pytest.mark.parametrize(
    ("file", "password", "outcome", "why"),
    [
        ("report_detailed_page.pdf", None, "refuse", "detailed"),
        ("report_scan.pdf", None, "refuse", "no_text"),
        ("report_encrypted.pdf", None, "ask_password", "password"),
        ("report_encrypted.pdf", "654321", "ask_password", "wrong_password"),
    ],
)
def test_what_cannot_be_read_says_what_it_is(file, password, outcome, why):
    found = read((REPORTS / file).read_bytes(), password=password)

    assert (found["outcome"], found["why"]) == (outcome, why)
    assert found["proposed"] == found["shown_apart"] == found["dropped"] == []
