"""The pages of a shortage, of a purchase or loan only thought of, and of what may go wrong."""

import html
import json
import re
from datetime import date

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import reverse

from planner.domain.ledger.ledger import Ledger
from planner.domain.values.money import format_yuan
from planner.models import User
from planner.pages.what_if.stress import CASES
from planner.services.changes import change_household
from planner.services.documents import household_document_of, household_of
from tests.browser import households
from tests.households import account, debt, expense, income
from tests.paths import EXAMPLES

SHORT = reverse("planner:plan-short")
BORROW = reverse("planner:plan-borrow")
STRESS = reverse("planner:plan-stress")
LADDER = [{"id": "record", "after_days": 1, "counts_from": "due", "severity": 2,
           "names": {"zh": "可能上征信", "en": "may be recorded"}}]  # fmt: skip
FEE = [{"id": "fee", "after_days": 1, "counts_from": "due", "severity": 1,
        "names": {"zh": "可能收费", "en": "a fee may come"}}]  # fmt: skip


def on_the_eighth(**changes):
    return debt(**{"rate": None, "next_due": "2026-12-08", "due_day": 8} | changes)


TIGHT = {
    "strategy": "avalanche",
    "accounts": [account(balance="700.00")],
    "expenses": [],
    "debts": [
        on_the_eighth(id="light", name="轻的", minimum={"fixed": "500.00"}, ladder=FEE),
        on_the_eighth(id="heavy", name="重的", minimum={"fixed": "400.00"}, ladder=LADDER),
    ],
}


@pytest.fixture
def tight(client, make_member):
    """700.00 at hand, 900.00 due on the 8th, pay day on the 10th."""
    user = make_member("owner", **TIGHT)
    client.force_login(user)
    return user


def text_of_markup(markup):
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


def rows():
    """Every row of every table of ours but the plans that any page keeps."""
    return {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in apps.get_app_config("planner").get_models()
        if model.__name__ not in ("StoredPlan", "Session")
    }


def text_of(response):
    return response.content.decode()


OFFER = {"amount": "1200", "on": "2026-12-03", "product": "other_loan", "months": "12",
         "cost": "each", "each": "110"}  # fmt: skip


@pytest.mark.parametrize(
    "url", [SHORT, BORROW, f"{BORROW}?what=loan", STRESS, f"{STRESS}?case=late-7"]
)
@pytest.mark.parametrize(("headers", "is_page"), [({}, True), ({"HX-Request": "true"}, False)])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_each_is_a_page_or_a_fragment_in_both_languages(
    client, tight, url, headers, is_page, language
):
    household_of(tight)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    response = client.get(url, headers=headers)

    assert response.status_code == 200
    assert (b"<html" in response.content) is is_page
    assert response.headers["Content-Language"] == language


def test_the_page_of_a_shortage_tells_the_sum_the_day_and_why(client, tight):
    said = text_of(client.get(SHORT))

    assert "¥200.00" in said  # missing of the lighter one, and the smallest sum that helps
    assert said.count("12\u00a0月\u00a08\u00a0日") >= 1
    assert "可能收费" in said
    assert "可能上征信" in said  # why: it would start if the lighter one were paid first


OVERDUE = on_the_eighth(
    id="light", name="轻的", minimum={"fixed": "500.00"}, ladder=FEE,
    arrears=[{"due_on": "2026-11-08", "principal": "300.00"}],
)  # fmt: skip


@pytest.mark.parametrize(
    ("balance", "incomes", "headline", "why"),
    [
        ("900.00", [], "逾期的部分，今天就能还上。", "照计划，这笔欠款逾期的部分今天全部还上。"),
        ("200.00", [income(on={"monthly": 5})], "逾期的部分，12\u00a0月\u00a05\u00a0日还上。",
         "逾期的部分到 12\u00a0月\u00a05\u00a0日全部还上。"),
        ("200.00", [], "手上的钱不够，有 1 笔还不足。", "照计划补不上这笔欠款。"),
    ],
)  # fmt: skip
def test_what_is_overdue_is_told_with_the_day_on_which_the_plan_catches_up(
    client, make_member, balance, incomes, headline, why
):
    """300.00 are overdue; by its day the 8th asks for 500.00, and that is all of the debt."""
    changes = {"accounts": [account(balance=balance)], "incomes": incomes,
               "debts": [OVERDUE | {"principal": "800.00"}]}  # fmt: skip
    client.force_login(make_member("late", **(TIGHT | changes)))

    sheet = client.get(SHORT).context["page"]

    assert text_of_markup(sheet.headline) == headline
    assert why in sheet.dues[0].why
    assert ("以后的每一笔都能按时还" in sheet.why) is (balance == "900.00" or bool(incomes))
    assert ("另有 1 笔已经逾期" in sheet.why) is (balance == "200.00" and not incomes)
    # The reasons are of what is still to come: paid first, what is overdue lacks no less.
    assert "就算排在第一位" not in sheet.dues[0].why


def test_living_costs_above_the_money_there_is_are_told_beside_the_payments(client, make_member):
    spent = {"expenses": [expense(amount="800.00", on={"once": "2026-12-03"})]}
    client.force_login(make_member("costly", **(TIGHT | spent)))

    why = client.get(SHORT).context["page"].why

    assert "另外，<strong>12\u00a0月\u00a03\u00a0日</strong>的生活开支比手上的钱多 ¥100.00" in why


def test_a_debt_moved_up_is_paid_first_and_its_harm_is_laid_beside_the_suggested(client, tight):
    client.get(SHORT)
    sent = {"key": "k1", "was": "heavy,light", "up": "light"}

    for _ in range(2):
        assert client.post(SHORT, sent).status_code == 302
        assert household_document_of(tight)["triage_order"] == ["light", "heavy"]

    context = client.get(SHORT).context["page"]
    rows = {row.name: (row.now, row.then) for row in context.comparison.rows}
    assert rows["信用记录上的逾期（次）"] == ("0", "1")
    # A due with a record is late by what is less grave, too.
    assert rows["收费或服务受限（次）"] == ("1", "1")


def test_the_way_back_gives_the_suggested_order(client, tight):
    change_household(user=tight, triage_order=["light", "heavy"])

    response = client.post(SHORT, {"key": "k2", "was": "light,heavy", "back": "yes"})

    assert response.status_code == 302
    assert household_document_of(tight)["triage_order"] == []


def test_an_order_changed_elsewhere_is_shown_and_kept(client, tight):
    change_household(user=tight, triage_order=["light", "heavy"])

    response = client.post(SHORT, {"key": "k3", "was": "heavy,light", "down": "light"})

    assert response.status_code == 409
    assert household_document_of(tight)["triage_order"] == ["light", "heavy"]
    assert client.post(SHORT, {"key": "k4", "was": "", "up": "nobody"}).status_code == 422


def test_nothing_short_and_nothing_owed_are_said_so(client, make_member):
    for changes in ({}, {"debts": []}):
        user = make_member(f"of-{len(changes)}", **changes)
        client.force_login(user)

        for url in (SHORT, BORROW, STRESS, f"{STRESS}?case=missed"):
            assert client.get(url).status_code == 200


@pytest.mark.parametrize(
    ("what", "changes", "missing"),
    [
        ("loan", {}, ()),
        ("loan", {"cost": "rate", "rate_value": "12", "rate_unit": "year"}, ()),
        ("loan", {"cost": "fee", "fee": "120"}, ()),
        ("purchase", {"how": "instalments"}, ()),
        ("purchase", {"how": "account-card"}, ("product", "months", "cost", "each")),
    ],
)
def test_what_a_purchase_or_a_loan_does_is_told_and_nothing_is_kept(
    client, tight, what, changes, missing
):
    client.get(reverse("planner:plan"))
    before = rows()
    sent = {name: value for name, value in (OFFER | changes).items() if name not in missing}

    response = client.post(f"{BORROW}?what={what}", sent)

    assert response.status_code == 200, response.context["form"].errors
    assert response.context["answer"] is not None
    assert rows() == before


def test_the_cost_and_the_true_rate_of_an_offer_are_told_to_the_fen(client, tight):
    offer = client.post(f"{BORROW}?what=loan", OFFER).context["answer"].offer

    assert (offer.cost, offer.total) == ("¥120.00", "¥1,320.00")
    # 1200 = 110 · (1 − v¹²) ÷ (1/v − 1): 1.4982 % a month, by the ledger's own irr.
    assert (offer.rate, offer.effective) == ("17.97%", "19.53%")


def test_more_consequences_than_are_listed_are_counted_all_the_same(client, make_member):
    """Twenty-one debts of two rungs each: 42 would start, 40 are listed."""
    debts = [on_the_eighth(id=f"of-{number}", name=f"第{number}笔", principal="10.00",
                           minimum={"fixed": "10.00"}, ladder=[*LADDER, *FEE])
             for number in range(21)]  # fmt: skip
    client.force_login(make_member("many", **(TIGHT | {"debts": debts})))
    bought = {"amount": "700", "on": "2026-12-03", "how": "account-card"}

    broken = client.post(BORROW, bought)
    found = broken.context["answer"].verdict
    assert (found.starts_count, len(found.starts), len(found.first_starts)) == (42, 40, 5)
    assert "往后还有 37 步" in text_of(broken)
    assert "更晚的 2 个没有列出" in text_of(broken)


def test_a_purchase_that_takes_what_a_due_needs_breaks_the_plan_on_that_day(client, make_member):
    user = make_member("enough", **(TIGHT | {"accounts": [account(balance="900.00")]}))
    client.force_login(user)
    sent = {"amount": "0.01", "on": "2026-12-08", "how": "account-card"}

    told = client.post(BORROW, sent).context["answer"].verdict

    assert told.state == "short"
    assert "¥0.01" in told.headline
    assert [one.titled for one in told.starts] == ["轻的：可能收费"]
    assert (
        client.post(BORROW, sent | {"on": "2026-12-11"}).context["answer"].verdict.state == "safe"
    )


@pytest.mark.parametrize(
    ("what", "changes", "field"),
    [
        ("loan", {"amount": ""}, "amount"),
        ("loan", {"amount": "0"}, "amount"),
        ("loan", {"amount": "12,34"}, "amount"),
        ("loan", {"on": "2026-11-30"}, "on"),
        ("loan", {"on": "2099-01-01"}, "on"),
        ("loan", {"product": "none"}, "product"),
        ("loan", {"product": "huabei"}, "product"),
        ("loan", {"months": "0"}, "months"),
        ("loan", {"months": "361"}, "months"),
        ("loan", {"each": ""}, "each"),
        ("loan", {"each": "99.99"}, "each"),
        ("loan", {"cost": "gift"}, "cost"),
        ("loan", {"cost": "rate"}, "rate"),
        ("loan", {"cost": "fee"}, "fee"),
        ("loan", {"first_due": "2026-12-03"}, "first_due"),
        ("loan", {"into": "account-none"}, "into"),
        ("purchase", {"how": ""}, "how"),
        ("purchase", {"how": "card-light"}, "how"),
    ],
)
def test_bad_input_is_told_beside_its_field_and_nothing_is_kept(
    client, tight, what, changes, field
):
    client.get(BORROW)
    before = rows()

    response = client.post(f"{BORROW}?what={what}", OFFER | changes)

    assert response.status_code == 422
    assert response.context["form"].errors[field]
    assert rows() == before


def test_a_card_is_charged_up_to_its_next_bill_and_not_after(client, make_member):
    document = households.sample_document(date(2026, 12, 1))
    user = make_member("cards", **{**document, "strategy": "avalanche"})
    client.force_login(user)
    sent = {"amount": "500", "on": "2026-12-05", "how": "card-card"}

    assert client.post(BORROW, sent).status_code == 200
    refused = client.post(BORROW, sent | {"on": "2026-12-06"})
    assert refused.status_code == 422
    assert "12\u00a0月\u00a05\u00a0日" in str(refused.context["form"].errors["on"])


@pytest.mark.parametrize(
    ("case", "state", "cushion"),
    [
        ("late-3", "later", "¥200.00"),  # pay day is after the dues: nothing gets worse
        ("lower-20", "later", "¥200.00"),
        ("missed", "short", "¥1,100.00"),
        ("extra-1000", "short", "¥1,200.00"),
    ],
)
def test_a_stress_tells_what_breaks_and_the_cushion_and_keeps_nothing(
    client, tight, case, state, cushion
):
    client.get(reverse("planner:plan"))
    before = rows()

    sheet = client.get(STRESS, {"case": case}).context["page"]

    assert sheet.verdict.state == state
    assert cushion in sheet.cushion
    assert rows() == before


@pytest.mark.parametrize(
    ("case", "days", "arrived", "spent"),
    [
        ("late-3", ["12-13", "01-10"], ["8500.00", "8500.00"], []),
        ("late-7", ["12-17", "01-10"], ["8500.00", "8500.00"], []),
        ("late-15", ["12-25", "01-10"], ["8500.00", "8500.00"], []),
        ("lower-20", ["12-10", "01-10"], ["6800.00", "6800.00"], []),
        ("missed", ["01-10", "02-10"], ["8500.00", "8500.00"], []),
        ("extra-1000", ["12-10", "01-10"], ["8500.00", "8500.00"], [("12-01", "1000.00")]),
        ("extra-3000", ["12-10", "01-10"], ["8500.00", "8500.00"], [("12-01", "3000.00")]),
    ],
)
def test_each_case_is_what_its_button_says(client, tight, case, days, arrived, spent):
    """8,500.00 come on the 10th of each month, and nothing is spent."""
    sheet = client.get(STRESS, {"case": case}).context["page"]

    ledger = Ledger(CASES[case].change(sheet.current.household), lambda ledger: None)
    ledger.run_to(date(2027, 3, 1).toordinal())
    incomes = [one for one in ledger.cash_days if one.income_fen]
    assert [f"{one.on:%m-%d}" for one in incomes[:2]] == days
    assert [format_yuan(one.income_fen) for one in incomes[:2]] == arrived
    assert [
        (f"{one.on:%m-%d}", format_yuan(one.expenses_fen))
        for one in ledger.cash_days
        if one.expenses_fen
    ] == spent
    assert list(CASES) == [one["name"] for _group, cases in sheet.groups for one in cases]


def test_a_case_that_does_not_exist_is_refused_with_a_sentence(client, tight):
    response = client.get(STRESS, {"case": "flood"})

    assert response.status_code == 422
    assert "没有这种情况" in text_of(response)


def test_without_an_income_none_can_come_late(client, make_member):
    client.force_login(make_member("bare", incomes=[], strategy="avalanche"))

    assert client.get(STRESS, {"case": "late-3"}).context["page"].moved.startswith("没有")


def test_by_the_oldest_first_no_order_is_asked_for(client, make_member):
    client.force_login(make_member("plain", **(TIGHT | {"strategy": "minimum"})))

    response = client.get(SHORT)

    assert b'name="up"' not in response.content
    assert response.context["page"].comparison is None


@pytest.mark.parametrize("url", [SHORT, BORROW, STRESS])
def test_other_methods_are_refused(client, tight, url):
    assert client.put(url).status_code == 405


def test_hidden_amounts_stay_hidden(client, tight):
    User.objects.get(pk=tight.pk)
    household = household_of(tight)
    household.is_discreet = True
    household.save()

    assert "¥200.00" not in text_of(client.get(SHORT))
    assert "¥200.00" not in text_of(client.get(STRESS))


def test_an_income_that_is_named_in_markup_is_only_text(client, make_member):
    client.force_login(make_member("marked", **(TIGHT | {"incomes": [income(name="<b>工资")]})))

    assert "&lt;b&gt;工资" in text_of(client.get(STRESS, {"case": "late-3"}))


@pytest.mark.parametrize("strategy", ["optimal", "avalanche"])
def test_days_that_have_passed_and_the_optimum_stand_in_the_way_of_no_question(
    client, make_member, clock, strategy
):
    """What was due since then is unpaid until it is answered; the next pay day is a later one."""
    document = households.sample_document(date(2026, 12, 1))
    user = make_member("lived", **(document | {"strategy": strategy}))
    clock(date(2026, 12, 12))
    client.force_login(user)

    for url in (SHORT, STRESS, BORROW):
        assert client.get(url).status_code == 200
    late = client.get(STRESS, {"case": "late-7"}).context["page"]
    bought = {"amount": "300", "on": "2026-12-20", "how": "card-card"}
    offered = OFFER | {"on": "2026-12-14", "how": "instalments"}

    assert "1\u00a0月\u00a08\u00a0日" in late.moved  # the 10th of January 2027 is a Sunday
    for sent in (bought, offered):
        response = client.post(BORROW, sent)
        assert response.status_code == 200, response.context["form"].errors
    # Only a rule of thumb is asked again, and the page says so.
    assert bool(late.current.rule_line) is (strategy == "optimal")


def test_a_court_paper_is_no_late_due_before_or_after(client, make_member):
    """What an entered event dates is of no due: neither plan may count it."""
    example = json.loads((EXAMPLES / "huabei_jiebei_card.json").read_text())
    huabei = next(one for one in example["debts"] if one["id"] == "huabei")
    huabei["events"] = [{"rung": "summons", "on": "2026-11-30"}]
    client.force_login(make_member("sued", **example))

    page = client.get(STRESS, {"case": "extra-1000"}).context["page"]

    late = next(row for row in page.verdict.rows if row.name == "会逾期")
    assert (late.now, late.then) == ("0", "0")
    assert "逾期" not in page.verdict.effect


def test_a_due_that_waits_for_the_rent_says_so_and_how_to_decide_otherwise(client, make_member):
    """1,000.00 are there, 700.00 of them for the rent of the 25th; 500.00 are due on the 8th."""
    rent = {"expenses": [expense(amount="700.00", on={"once": "2026-12-25"})], "incomes": []}
    owed = {"accounts": [account(balance="1000.00")], "debts": [on_the_eighth(
        id="light", name="轻的", minimum={"fixed": "500.00"}, ladder=FEE)]}  # fmt: skip
    client.force_login(make_member("kept", **(TIGHT | rent | owed)))

    (line,) = client.get(SHORT).context["page"].dues[:1]

    said = text_of_markup(line.why).replace("\u00a0", " ")
    assert said.startswith("生活开支优先：手里的钱里，¥700.00 要留给房租（12 月 25 日）。")
    assert "可以在支出里去掉“无论如何都要付”" in said
    assert f'href="{reverse("planner:expense-list")}"' in line.why
