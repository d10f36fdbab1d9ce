"""The pages of rules: one for each source and product, for anybody, in both languages."""

import html
import io
import re
import shutil
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from planner.domain.rulebook.deductions import load_deductions
from planner.domain.rulebook.products import load_products
from planner.domain.rulebook.rule_files import OFFICIAL_HOSTS, RULES, load_sources
from planner.pages.rulebook.page import ASKED, FIGURES, QUESTIONS, questions
from planner.words.language import speaking, spoken

pytestmark = pytest.mark.django_db

LANGUAGES = ["zh", "en"]
PAGES = [*load_sources(), *load_products()]
# Every rung that differs from all others, with one product that has it.
STEPS = {rung: one.id for one in load_products().values() for rung in one.ladder}
NAMES = {
    "借去花",
    "拿去花",
    "纾困",
    "宽限",
    "容时",
    "容差",
    "中文",
}  # words to search for, and names


def page_of(client, *rule, speech="zh"):
    name = ("rule-list", "rule-page", "rule-step")[len(rule)]
    answer = client.get(reverse(f"planner:{name}", args=[speech, *rule]))
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def check(page, speech):
    """It leads only to official hosts, and speaks one language."""
    hosts = {url.split("/")[2] for url in re.findall(r'href="(http[^"]+)', page)}
    assert hosts <= set(OFFICIAL_HOSTS)
    assert f'<html lang="{"en" if speech == "en" else "zh-Hans"}">' in page
    if speech == "en":
        main = page.partition('<main id="main">')[2].partition("</main>")[0]
        assert {*re.findall(r"[\u4e00-\u9fff]+", main)} <= NAMES


@pytest.mark.parametrize("speech", LANGUAGES)
@pytest.mark.parametrize("rule", PAGES)
def test_every_source_and_product_has_its_page_in_both_languages(client, rule, speech):
    with speaking(speech):
        named = load_sources().get(rule) or load_products()[rule]
        name = spoken(getattr(named, "name" if rule in load_sources() else "names"))

    page = page_of(client, rule, speech=speech)

    assert f"<h1>{name}</h1>" in page
    check(page, speech)


@pytest.mark.parametrize("speech", LANGUAGES)
def test_every_rung_has_its_page_in_both_languages(client, speech):
    for rung, product in STEPS.items():
        page = page_of(client, product, rung.id, speech=speech)

        with speaking(speech):
            for words in (rung.names, rung.condition, rung.before, rung.right):
                assert spoken(words) in page, (product, rung.id)
        assert reverse("planner:rule-page", args=[speech, rung.source]) in page
        check(page, speech)


@pytest.mark.parametrize("product", sorted(load_products()))
def test_every_rung_of_a_product_stands_on_its_page_with_what_to_do(client, product):
    page = page_of(client, product)

    for rung in load_products()[product].ladder:
        for words in (rung.names, rung.condition, rung.before, rung.right):
            assert dict(words).get("zh", "") in page, rung.id
        assert reverse("planner:rule-page", args=["zh", rung.source]) in page
        assert page.count(f'<li id="{rung.id}"') == 1
    for fact in (*load_products()[product].deduction, *load_products()[product].extension):
        assert dict(fact.words)["zh"] in page


@pytest.mark.parametrize("product", ["huabei", "jiebei"])
def test_what_a_borrower_asks_is_answered_with_a_day_or_an_honest_no_day(client, product):
    """Each question that is asked elsewhere, the steps that answer it, and when they come."""
    answers = {
        "contact": {"sms": "逾期第 1 天", "phone": None, "outsourced": "没有固定日期"},
        "deduction": {"due_debit": "还款日当天", "daily_debit": "逾期第 1 天"},
        "service": {"limit_frozen": "逾期第 1 天", "payment_limited": "没有固定日期"},
        "record": {
            "sesame": "最后安全日之后第 1 天",
            "bureau_1": "最后安全日之后第 1 天",
            "bureau_4": "逾期第 91 天",
            "record_removed": "5 年",
        },
        "court": {"lawsuit": "没有固定日期", "payment_order_reply": "15 天"},
        "limitation": {"limitation": "3 年"},
    }
    page = page_of(client, product)
    parts = dict(re.findall(r'<h2 id="(\w+)">(.*?)</section>', page, re.DOTALL))

    for question, steps in answers.items():
        for step, when in steps.items():
            shown = parts[question].partition(f'<li id="{step}"')[2].partition("</li>")[0]
            assert shown, step
            assert when is None or when in shown.partition("</span>")[0], (step, shown[:200])
    assert "常见于 90 天后" in parts["court"]
    assert "22:00" in parts["contact"]
    assert "分期" in parts["extension"]
    assert "展期" in parts["extension"] or "延期" in parts["extension"]
    assert "结清之日起五年" in parts["record"]
    assert "12378" in parts["help"]


# What answers each question: steps that must be there, and words that must be told.
ANSWERS = {
    "due": ((), ()),
    "cost": (("overdue", "acceleration"), ("利息",)),
    "contact": (
        ("pre_reminder", "sms", "phone", "third_party_contact", "outsourced"),
        ("22:00 至次日 8:00", "不超过 3 次", "不宜超过 6 次", "不得透露", "威胁"),
    ),
    "deduction": (("due_debit", "daily_debit"), ("授权",)),
    "service": (("limit_frozen", "payment_limited", "related_products_off"), ("不能冻结",)),
    "record": (
        (
            *("bureau_notice", *(f"bureau_{status}" for status in range(1, 8))),
            *("later_loans", "settled", "record_removed"),
        ),
        ("征信", "芝麻信用", "20 日内"),
    ),
    "extension": ((), ("同意",)),
    "court": (("lawsuit", "payment_order_reply", "account_frozen"), ("常见于 90 天后",)),
    "limitation": (("demanded", "limitation"), ("三年",)),
}
OF_SECURED = {"service": ((), ("没有额度可以停用", "没有日期"))}
OF_A_PERSON = {  # no platform, no bureau
    "cost": (("overdue_interest",), ("利息",)),
    "contact": (("contact",), ("22:00 至次日 8:00", "没有查到专门针对个人", "威胁")),
    "deduction": ((), ("没有自动扣款",)),
    "service": ((), ("冻结账户要有法院",)),
    "record": ((), ("不报送征信", "芝麻信用")),
}
EXPECTED = {
    product: ANSWERS
    | (OF_SECURED if product in ("car_loan", "mortgage") else {})
    | (OF_A_PERSON if product == "private_loan" else {})
    for product in sorted(load_products())
}


def unanswered(told, answers):
    """What of the answers is missing, and which steps have neither a day nor a condition."""
    told = {one.id: one for one in told}
    for question, (steps, words) in answers.items():
        if question not in told:
            yield question
            continue
        one = told[question]
        found = {step.id: step for step in one.steps}
        texts = [line.words for line in one.facts]
        for step in one.steps:
            texts += [step.line.words, step.condition, step.before, step.right]
            if not step.is_dated and not step.condition:
                yield f"{question}: when {step.id}"
        yield from (f"{question}: {step}" for step in steps if step not in found)
        yield from (f"{question}: {word}" for word in words if word not in "".join(texts))
        if not steps and not one.facts:
            yield f"{question}: facts"


@pytest.mark.parametrize("product", EXPECTED)
def test_each_product_answers_what_is_asked_of_it(product):
    with speaking("zh"):
        told = questions(load_products()[product])

    assert list(unanswered(told, EXPECTED[product])) == []
    lawsuit = next(step for one in told for step in one.steps if step.id == "lawsuit")
    assert lawsuit.when == "没有固定日期"


@pytest.mark.parametrize("product", EXPECTED)
def test_an_answer_that_is_missing_is_found(product):
    """Each step and each fact that answers something is taken away once."""
    with speaking("zh"):
        told = questions(load_products()[product])
    for question, (steps, _words) in EXPECTED[product].items():
        others = [one for one in told if one.id != question]
        (one,) = (one for one in told if one.id == question)
        for step in steps:
            rest = replace(one, steps=[x for x in one.steps if x.id != step])
            assert f"{question}: {step}" in unanswered([*others, rest], EXPECTED[product])
        silent = replace(one, steps=[replace(x, condition="") for x in one.steps], facts=[])
        undated = [x.id for x in one.steps if not x.is_dated]
        missing = [*unanswered([*others, silent], EXPECTED[product])]
        assert {f"{question}: when {step}" for step in undated} <= {*missing}
        assert bool(missing) or steps
        assert question in unanswered(others, EXPECTED[product])


@pytest.mark.parametrize("product", sorted(load_products()))
def test_what_people_ask_about_deductions_is_answered_without_an_account(client, product):
    page = page_of(client, product)
    asked = {one.id: one for one in load_deductions().questions}

    for name in ASKED:
        for words in (asked[name].asks, asked[name].words, asked[name].when):
            assert (dict(words)["zh"] in page) is (product != "private_loan"), name


@pytest.mark.parametrize(("speech", "word"), [("zh", "不清楚"), ("en", "unknown")])
def test_that_nothing_was_found_is_told_as_unknown(speech, word):
    with speaking(speech):
        told = {one.id: one for one in questions(load_products()["duxiaoman"])}
    nothing_found, statute = told["extension"].facts

    assert nothing_found.certainty == word
    assert statute.certainty != word


def test_a_step_names_the_day_on_which_it_was_compared(client):
    page = page_of(client, "huabei", "phone")

    assert f"<dd>{load_products()['huabei'].ladder[0].checked_on}</dd>" in page
    assert "标签上的年月" in page_of(client, "huabei")


def test_the_questions_leave_no_rung_and_no_figure_out():
    asked = [rung for _name, _title, rungs in QUESTIONS for rung in rungs]
    told = {key for one in load_products().values() for key in (*one.defaults, *one.possible)}

    assert sorted(asked) == sorted({rung.id for rung in STEPS})
    assert sorted(key for keys in FIGURES.values() for key in keys) == sorted(told)


def test_the_steps_of_a_question_come_by_their_days():
    contact = next(one for one in questions(load_products()["jd_jintiao"]) if one.id == "contact")

    names = [step.id for step in contact.steps]
    assert names[:8] == [
        *("pre_reminder", "sms", "sms_d3", "sms_d5", "sms_d7", "phone", "sms_d10", "sms_d15"),
    ]


def test_all_products_and_sources_are_listed(client):
    page = page_of(client)

    for rule in PAGES:
        assert f'href="{reverse("planner:rule-page", args=["zh", rule])}"' in page
    check(page, "zh")


def test_what_has_no_formal_source_is_said_as_such(client):
    assert "业内惯例，未找到正式出处" in page_of(client, "OWN")
    assert "no formal source" in page_of(client, "OWN", speech="en")
    assert "出处的日期" not in page_of(client, "OWN")
    assert "出处的日期" in page_of(client, "CREDITREG")


@pytest.mark.parametrize(
    "path",
    ["nothing/", "zh/nothing/", "zh/HUABEI/", "zh/CREDITREG/bureau_1/", "zh/huabei/nothing/",
     "fr/huabei/"],
)  # fmt: skip
def test_what_is_no_rule_has_no_page(client, path):
    assert client.get(f"/rules/{path}").status_code == 404


@pytest.mark.parametrize(("asked", "speech"), [("zh-CN", "zh"), ("en", "en")])
def test_an_address_without_a_language_leads_to_the_readers_own(client, asked, speech):
    answer = client.get("/rules/huabei/", headers={"Accept-Language": asked})

    assert answer.headers["Location"] == f"/rules/{speech}/huabei/"
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["", "huabei/", "CREDITREG/", "huabei/bureau_2/"])
def test_a_page_is_the_same_for_everybody_and_may_be_kept(
    client, owner_client, path, django_assert_num_queries
):
    url, stranger = f"/rules/zh/{path}", Client(headers={"Accept-Language": "en"})
    with django_assert_num_queries(0):
        mine, theirs = owner_client.get(url), stranger.get(url)

    assert mine.content == theirs.content
    for answer in (mine, theirs):
        assert answer.headers["Cache-Control"] == "public, max-age=600"
        assert "Cookie" not in answer.headers.get("Vary", "")
        assert not answer.cookies
        assert answer.headers["Content-Language"] == "zh-hans"
    etag = theirs.headers["ETag"]
    assert stranger.get(url, headers={"If-None-Match": etag}).status_code == 304
    assert stranger.get(url, headers={"If-None-Match": '"other"'}).status_code == 200
    assert stranger.get(url.replace("zh", "en")).headers["ETag"] != etag


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
    front, _summary, _rest = page.partition("</summary>")

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


@pytest.mark.parametrize("product", sorted(load_products()))
def test_limits_on_calls_lead_to_the_standard_that_sets_them(client, product):
    """A product's own source dates its calls; it is not where the limits come from."""
    rungs = {rung.id: rung for rung in load_products()[product].ladder}

    rung = rungs.get("phone") or rungs["contact"]  # a person calls by no standard of lenders
    assert "22:00" in dict(rung.right)["zh"]
    step = page_of(client, product, rung.id)
    for source in ("GBT", "CBA54"):
        assert reverse("planner:rule-page", args=["zh", source]) in step
