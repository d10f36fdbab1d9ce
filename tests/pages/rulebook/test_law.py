"""The public page of what people ask about the law."""

import html
import io
import re
from datetime import date

import pytest
from django.core.management import call_command
from django.urls import reverse

from planner.domain.rulebook.ceilings import load_ceilings
from planner.domain.rulebook.law import load_law
from planner.words.language import speaking, spoken


def page_of(client, speech, query=""):
    answer = client.get(reverse("planner:rule-law", args=[speech]) + query)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


@pytest.mark.parametrize("speech", ["zh", "en"])
def test_every_answer_stands_on_the_page_with_its_sources(client, speech):
    page = page_of(client, speech)

    with speaking(speech):
        for one in load_law().answers:
            assert spoken(one.asks) in page
            assert spoken(one.words) in page
            for source in (one.source, *one.more_sources):
                assert reverse("planner:rule-page", args=[speech, source]) in page
    if speech == "en":
        main = page.partition('<main id="main">')[2].partition("</main>")[0]
        assert not re.search(r"[\u4e00-\u9fff]", main)


def test_the_fee_of_a_claim_is_shown_when_asked_for(client):
    assert "725.00" not in page_of(client, "zh")

    page = page_of(client, "zh", "?claim=3.7万")

    assert "37,000.00" in page
    assert "725.00" in page  # 50 + 2.5 % of 27,000
    assert "362.50" in page


@pytest.mark.parametrize(
    ("claim", "said"), [("abc", "请"), ("0", "0.01"), ("", "请填写"), ("1" * 60, "请")]
)
def test_a_claim_that_cannot_be_read_is_answered_at_its_field(client, claim, said):
    page = page_of(client, "zh", f"?claim={claim}")

    field = page.partition('<form class="stack close no-print"')[2].partition("</form>")[0]
    assert said in field
    assert 'aria-invalid="true"' in field


def test_the_page_is_the_same_for_everybody(client, owner_client):
    answers = [one.get(reverse("planner:rule-law", args=["zh"])) for one in (client, owner_client)]

    assert answers[0].content == answers[1].content
    assert "public" in answers[0].headers["Cache-Control"]


def test_it_is_found_from_the_list_and_from_a_product(client):
    law = reverse("planner:rule-law", args=["zh"])

    for name, args in (("rule-list", ["zh"]), ("rule-page", ["zh", "huabei"])):
        assert law in client.get(reverse(f"planner:{name}", args=args)).content.decode()


def test_a_rule_of_new_loans_is_not_told_of_an_old_one():
    ceilings = load_ceilings()

    of = {one.id for one in ceilings.of("jiebei", date(2025, 9, 30))}
    assert "assisted" not in of
    for signed_on in (None, date(2025, 10, 1)):
        assert "assisted" in {one.id for one in ceilings.of("jiebei", signed_on)}
    assert "assisted" not in {one.id for one in ceilings.of("credit_card")}


def test_what_is_known_only_to_a_day_that_passed_is_listed():
    said = io.StringIO()

    call_command("check_rules", "--on", "2026-06-22", stdout=said)
    assert "is known only to" not in said.getvalue()
    call_command("check_rules", "--on", "2026-06-23", stdout=said)

    assert "ceilings.toml: lpr is known only to 2026-06-22" in said.getvalue()
    assert "1 to look up" in said.getvalue()
