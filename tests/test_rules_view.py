"""The pages of rules: one for each source and product, for anybody, in both languages."""

import io
import re
import shutil

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils.html import escape

from planner.domain.products import OFFICIAL_HOSTS, RULES, load_products, load_sources
from planner.exports.wording import speaking, spoken

pytestmark = pytest.mark.django_db

LANGUAGES = ["zh-hans", "en"]
PAGES = [*load_sources(), *load_products()]


def page_of(client, rule, language="zh-hans"):
    answer = client.get(reverse("planner:rule", args=[rule]), headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", PAGES)
def test_every_source_and_product_has_its_page_in_both_languages(client, rule, language):
    with speaking(language):
        named = load_sources().get(rule) or load_products()[rule]
        name = spoken(getattr(named, "name" if rule in load_sources() else "names"))

    page = page_of(client, rule, language)

    assert f"<h1>{escape(name)}</h1>" in page
    assert all(
        url.split("/")[2] in OFFICIAL_HOSTS for url in re.findall(r'href="(http[^"]+)', page)
    )
    if language == "en":
        main = page.partition('<main id="main">')[2].partition("</main>")[0]
        said = re.findall(r"[\u4e00-\u9fff]+", main)  # words to search for, and names
        assert {*said} <= {"借去花", "拿去花", "纾困", "宽限", "容时", "容差"}, said


@pytest.mark.parametrize("product", sorted(load_products()))
def test_every_rung_of_a_product_stands_on_its_page_and_leads_to_its_source(client, product):
    page = page_of(client, product)

    for rung in load_products()[product].ladder:
        assert dict(rung.names)["zh"] in page
        assert reverse("planner:rule", args=[rung.source]) in page


def test_what_has_no_formal_source_is_said_as_such(client):
    assert "业内惯例，未找到正式出处" in page_of(client, "OWN")
    assert "no formal source" in page_of(client, "OWN", "en")
    assert "出处的日期" not in page_of(client, "OWN")
    assert "出处的日期" in page_of(client, "CREDITREG")


@pytest.mark.parametrize("rule", ["nothing", "HUABEI", "creditreg"])
def test_what_is_no_rule_has_no_page(client, rule):
    assert client.get(f"/rules/{rule}/").status_code == 404


def test_a_page_of_a_rule_asks_the_database_for_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        page_of(client, "weilidai")


def test_a_file_that_is_fine_is_not_complained_about():
    said = io.StringIO()

    call_command("check_rules", on=None, stdout=said)

    assert "nothing wrong" in said.getvalue()


def test_what_was_checked_more_than_a_year_ago_is_listed(tmp_path):
    rules = shutil.copytree(RULES, tmp_path / "rules")
    file = rules / "weilidai.toml"
    text = file.read_text("utf-8").replace(
        "[defaults.overdue]\n", '[defaults.overdue]\nchecked_on = "2025-01-31"\n', 1
    )
    file.write_text(text, "utf-8")
    said = io.StringIO()

    call_command("check_rules", "--on", "2026-11-24", "--rules", str(rules), stdout=said)

    assert said.getvalue().splitlines()[0] == "weilidai.toml: defaults.overdue (2025-01-31)"
    assert "1 to compare again" in said.getvalue()


@pytest.mark.parametrize(("on", "listed"), [("2027-11-23", False), ("2027-11-24", True)])
def test_a_year_and_a_day_is_more_than_a_year(on, listed):
    said = io.StringIO()

    call_command("check_rules", "--on", on, stdout=said)

    assert ("weilidai.toml: all" in said.getvalue()) is listed


def test_a_wrong_file_ends_the_command_with_its_reason(tmp_path):
    rules = shutil.copytree(RULES, tmp_path / "rules")
    file = rules / "weilidai.toml"
    file.write_text(file.read_text("utf-8").replace('source = "WLD"', 'source = "X"', 1), "utf-8")
    said = io.StringIO()

    with pytest.raises(CommandError, match="1 files"):
        call_command("check_rules", "--rules", str(rules), stdout=said)

    assert said.getvalue().startswith('weilidai.toml: defaults.rate.source: found "X"')


def test_every_product_is_offered_once_and_six_stand_in_front(owner_client):
    page = owner_client.get(reverse("planner:debt-list")).content.decode()
    front, _summary, rest = page.partition("</summary>")

    offered = re.findall(r'<a class="tile" href="[^"]*\?product=(\w+)"', page)
    in_front = re.findall(r'<a class="tile" href="[^"]*\?product=(\w+)"', front)
    assert sorted(offered) == sorted(load_products())
    assert in_front == ["huabei", "jiebei", "credit_card", "jd_baitiao", "weilidai", "mortgage"]


def test_what_is_unknown_is_shown_as_unknown_and_asked(owner_client):
    url = f"{reverse('planner:debt-create')}?product=mortgage"
    form = owner_client.get(url).context["form"]

    assert form["method"].initial == ""
    assert form["method"].field.certainty == "不清楚"
    assert not form["rate"].initial
    assert form["rate"].field.certainty == "不清楚"
    assert form["rate"].field.widget.decompress(None)[1] == "year_monthly"
    assert form["overdue_multiplier"].initial == "1.5"
    assert form["overdue_multiplier"].field.rule == "YF251"
    answer = owner_client.post(url, {"name": "房贷", "principal": "1", "method": ""})
    assert answer.status_code == 422
    assert "method" in answer.context["form"].errors


def test_another_debt_asks_for_its_name_and_guesses_nothing(owner_client):
    form = owner_client.get(f"{reverse('planner:debt-create')}?product=other_bill").context["form"]

    assert form["name"].initial == ""
    assert form["interest_from"].initial == "posting"
    assert form["reports_to"].initial == []
    for name in ("statement_day", "due_day", "rate", "minimum"):
        assert not form[name].initial
        assert form[name].field.certainty == "不清楚"


def test_the_days_after_the_statement_stand_in_for_a_due_day(owner_client):
    url = f"{reverse('planner:debt-create')}?product=jd_baitiao"

    front = [field.name for field in owner_client.get(url).context["form"].front_fields()]

    assert "due_after" in front
    assert "due_day" not in front
