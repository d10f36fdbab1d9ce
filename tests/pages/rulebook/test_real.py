"""Is this message real, and the calm page: public, sourced, and sure of nothing too much."""

import re
from html import unescape

import pytest
from django.urls import reverse

from planner.domain.rulebook.rule_files import load_sources
from planner.domain.rulebook.sheets import SHEETS, load_sheet

REAL = {speech: reverse("planner:rule-real", args=[speech]) for speech in ("zh", "en")}
CALM = {speech: reverse("planner:rule-calm", args=[speech]) for speech in ("zh", "en")}


def text(response):
    return unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.mark.parametrize("speech", ["zh", "en"])
@pytest.mark.parametrize("page", [REAL, CALM])
def test_anybody_reads_it_and_nobody_is_on_it(client, owner_client, page, speech):
    answers = [one.get(page[speech]) for one in (client, owner_client)]

    assert {one.status_code for one in answers} == {200}
    assert answers[0].content == answers[1].content
    assert "public" in answers[0]["Cache-Control"]


def test_every_answer_has_its_source():
    for name in SHEETS:
        for part in load_sheet(name).values():
            assert all(one.source in load_sources() for one in part)


@pytest.mark.parametrize(("speech", "words"), [("zh", "缺席判决"), ("en", "decide without you")])
def test_what_cannot_be_verified_is_not_to_be_ignored(client, speech, words):
    said = text(client.get(REAL[speech]))

    assert words in said
    assert "12368" in said


@pytest.mark.parametrize("speech", ["zh", "en"])
def test_it_never_says_that_a_message_is_genuine(speech):
    sure = {"zh": r"(就是|一定是|肯定是|说明是)真的", "en": r"\b(is|must be) (genuine|real)\b"}
    for name in SHEETS:
        for part in load_sheet(name).values():
            for one in part:
                said = dict(one.words)[speech]
                assert not re.search(sure[speech], said), one.id


def test_numbers_to_call_are_those_of_the_state(client):
    said = text(client.get(REAL["zh"])) + text(client.get(CALM["zh"]))
    numbers = set(re.findall(r"(?<![\d.-])\d{5,}(?![\d-])", said))

    assert numbers <= {"12368", "12348", "12356", "12378", "12363", "12345", "12321", "45251"}


@pytest.mark.parametrize(
    ("speech", "words"), [("zh", "夜里可能没有人接"), ("en", "at night it may not")]
)
def test_the_calm_page_says_that_the_line_may_not_answer(client, speech, words):
    said = text(client.get(CALM[speech]))

    assert words in said
    assert "12356" in said
    assert "110" in said


def test_the_calm_page_is_in_no_export(owner_client):
    for name in ("plan-csv", "household-export", "data-export", "calendar-ics"):
        content = owner_client.get(reverse(f"planner:{name}")).content.decode("utf-8", "replace")
        assert "12356" not in content
        assert "calm" not in content
