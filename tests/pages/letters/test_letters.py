"""Asking a lender: the papers on pages and as a document to edit."""

import io
import re
from dataclasses import replace
from datetime import date
from html import unescape

import pytest
from django.conf import settings
from django.urls import reverse
from docx import Document

from planner.domain.household.contacts import Contact
from planner.domain.rulebook.letters import AIMS, load_letters
from planner.domain.rulebook.rule_files import load_sources
from planner.plans.current import Current
from planner.services.contacts import record_contact
from tests.households import account, debt, income

LIST = reverse("planner:letter-list")
CARD = {
    "id": "card", "name": "招行信用卡", "product": "credit_card", "contract": "revolving",
    "statement_day": 15, "due_day": 3, "billed": "5000.00", "unbilled": "0.00",
    "interest_from": "due", "rate": {"rate": "0.0005", "per": "day"},
}  # fmt: skip
# What no letter may hold: promises, threats, hiding of money.
FORBIDDEN = {
    "zh": r"保证还|承诺一定|一定会还|发誓|曝光|媒体|后果自负|同归于尽|自杀|跳楼|隐匿|藏|"
    r"转移(财产|资金)|改用别人的卡|不要还|躲",
    "en": r"\b(promise|guarantee|swear|threat(en)?|expose|or else|suicide|hide|conceal|"
    r"somebody else's account|do not pay)\b",
}


def pack(slug, aim, query=""):
    return reverse("planner:letter-pack", args=[slug, aim]) + query


@pytest.fixture
def owner(client, make_member):
    user = make_member(
        "owner",
        accounts=[account(balance="9000.00")],
        incomes=[income(amount="6000.00")],
        debts=[CARD, debt(name="小李", rate=None, product="private_loan")],
    )
    client.force_login(user)
    return user


def said(response):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def test_each_debt_is_offered_the_letters_that_fit_it(client, owner):
    content = client.get(LIST).content.decode()

    assert pack("card", "personal") in content
    assert pack("friend", "personal") not in content
    assert pack("friend", "deferral") in content
    assert client.get(pack("friend", "personal")).status_code == 404
    assert client.get(pack("card", "gift")).status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("aim", AIMS)
def test_every_letter_is_whole_in_both_languages(client, owner, aim, language):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    response = client.get(pack("card", aim))
    content = response.content.decode()
    text = said(response)

    assert response.status_code == 200
    assert response.headers["Content-Language"] == language
    assert not re.search(r"\{\w*\}|%\(\w+\)s", text)
    assert 'lang="zh-Hans"' in content
    assert "To: " in text
    assert "致：" in text
    parts = {"refused", "follow"} | ({"proof"} if aim == "stop" else {"means", "debts", "papers"})
    for part in ("refused", "follow", "proof", "means", "debts", "papers"):
        assert (f'id="{part}"' in content) is (part in parts)


@pytest.mark.parametrize("speech", ["zh", "en"])
def test_no_letter_promises_threatens_or_hides(speech):
    letters = load_letters()
    facts = [one for aim in AIMS for one in letters.body(aim)]
    facts += [
        one for part in ("papers", "proof", "script", "confirm") for one in letters.parts[part]
    ]
    texts = [dict(one.words)[speech] for one in facts]

    assert [text for text in texts if re.search(FORBIDDEN[speech], text, re.IGNORECASE)] == []
    assert re.search(FORBIDDEN["en"], "I promise to pay", re.IGNORECASE)
    assert re.search(FORBIDDEN["zh"], "我保证还清")


def test_every_sentence_has_its_source():
    letters = load_letters()
    facts = [one for letter in letters.by_aim.values() for one in (*letter.hint, *letter.asks)]
    facts += [one for part in letters.parts.values() for one in part]

    assert facts
    assert all(one.source in load_sources() and one.certainty for one in facts)


def test_an_admission_is_warned_of_before_it_is_written(client, owner):
    text = said(client.get(pack("card", "personal")))

    assert text.index("诉讼时效") < text.index("致：")
    assert "诉讼时效重新算起" not in said(client.get(pack("card", "stop")))


def test_the_letter_of_an_old_debt_is_shown_only_once_that_was_read(client, make_member):
    old = debt(product="private_loan", arrears=[
        {"due_on": "2023-01-15", "principal": "500.00", "interest": "0.00", "fee": "0.00",
         "penalty": None}])  # fmt: skip
    client.force_login(make_member("old", debts=[old]))
    first, then = (client.get(pack("friend", "deferral", query)) for query in ("", "?known=1"))

    assert "致：" not in said(first)
    assert "?known=1" in first.content.decode()
    assert "致：" in said(then)


def test_what_can_be_paid_is_the_ledgers_figure(client, make_member):
    client.force_login(
        make_member(
            "deep",
            accounts=[account(balance="9000.00")],
            incomes=[income(amount="6000.00")],
            debts=[CARD | {"billed": "900000.00"}],
        )
    )
    text = said(client.get(pack("card", "personal")))
    found = re.search(r"每月最多能还 ¥([\d,.]+)", text)

    assert found
    assert f"每期 ¥{found[1]}" in text  # and the letter offers just that


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_document_to_edit_holds_the_same(client, owner, language):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    response = client.get(reverse("planner:letter-docx", args=["card", "personal"]))
    writing = Document(io.BytesIO(response.content))
    text = "\n".join(one.text for one in writing.paragraphs)

    assert "attachment" in response["Content-Disposition"]
    assert text.index("致：") < text.index("To: ")
    assert "{" not in text
    assert len(writing.tables) == 3
    starts = [one.text for one in writing.paragraphs if one.paragraph_format.page_break_before]
    kept = "不要交出去" if language == "zh-hans" else "not to be handed over"
    assert kept in starts[1]
    styles = [writing.styles[name].element for name in ("Normal", "Heading 1", "List Bullet")]
    assert all('w:eastAsia="SimSun"' in one.xml for one in styles)
    assert writing.sections[0].page_width.mm == pytest.approx(210, abs=0.5)
    assert writing.core_properties.author == ""


def test_no_letter_asks_for_more_than_is_owed(client, owner):
    """9,000 at hand and 6,000 a month for a card of 5,000."""
    text = said(client.get(pack("card", "personal", "?periods=12")))
    each, total = re.search(r"每期 ¥([\d,.]+)，从 .*?合计 ¥([\d,.]+)", text).groups()

    assert "分 12 期" in text
    assert each == "416.67"
    assert float(total.replace(",", "")) == pytest.approx(5000, abs=0.12)
    assert "信里只申请这段时间还清所需的数" in text


def test_the_term_is_chosen_and_kept_in_the_document(client, owner):
    page = client.get(pack("card", "instalments", "?periods=24"))
    address = reverse("planner:letter-docx", args=["card", "instalments"]) + "?periods=24"
    written = Document(io.BytesIO(client.get(address).content))

    assert '<option value="24" selected>' in page.content.decode()
    assert f'href="{address}"' in page.content.decode()
    assert "分 24 期" in "\n".join(one.text for one in written.paragraphs)
    assert 'name="periods"' not in client.get(pack("card", "settlement")).content.decode()
    for odd in ("7", "-1", "x", "１２", ""):
        other = client.get(pack("card", "personal", f"?periods={odd}"))
        assert "selected" not in other.content.decode()


def test_a_complaint_holds_what_was_written_down(client, owner):
    night = Contact(
        date(2026, 11, 20), 22 * 60 + 30, "call", "family", "card", "某某公司 007", "13800138000",
        "再不还就\n找你单位", "明天不再打",
    )  # fmt: skip
    for one in (
        night,
        replace(night, debt="friend", words="别家的"),
        replace(night, debt="", minute=600, said_to="me", words="<b>白天</b>"),
    ):
        record_contact(user=owner, contact=one, agrees=True)
    page = client.get(pack("card", "stop"))
    text = said(page)
    written = Document(io.BytesIO(client.get(
        reverse("planner:letter-docx", args=["card", "stop"])).content))  # fmt: skip

    sentence = (
        "2026 年 11 月 20 日 22:30，电话，接了 · 对家人；来自某某公司 007 13800138000；"
        "原话：“再不还就 找你单位”；对方答应：“明天不再打”；"
        "属于：22 点到次日 8 点之间，说给了别人。"
    )
    assert sentence in text
    assert sentence in "\n".join(one.text for one in written.paragraphs)
    assert "我记下的情况（共 2 条记录）" in text
    assert "别家的" not in text
    assert "&lt;b&gt;白天" in page.content.decode()
    assert "再不还就" not in said(client.get(pack("card", "personal")))


def test_of_a_long_log_the_letter_holds_what_weighs_most(client, owner):
    calm = Contact(date(2026, 11, 20), 600, "message", "me", "card", words="白天")
    for _again in range(24):
        record_contact(user=owner, contact=calm, agrees=True)
    record_contact(user=owner, contact=replace(calm, on=date(2026, 10, 1), minute=1380))
    text = said(client.get(pack("card", "stop")))
    letter = text[text.index("致：") : text.index("To: ")]

    assert "2026 年 10 月 1 日 23:00" in letter
    assert letter.count("2026 年 11 月 20 日") == 19
    assert "另有 5 条，见附上的联系记录" in letter


def test_a_name_with_markup_stays_text(client, make_member):
    name = "<b>&{x}</b> \u202e=1+1"
    client.force_login(make_member("odd", debts=[CARD | {"name": name}]))
    content = client.get(pack("card", "personal")).content.decode()
    written = client.get(reverse("planner:letter-docx", args=["card", "personal"])).content
    text = "\n".join(one.text for one in Document(io.BytesIO(written)).paragraphs)

    assert "<b>&{x}" not in content
    assert "<b>&{x}</b> =1+1" in text


def test_a_stranger_has_no_letter_of_it(client, owner, make_member):
    client.force_login(make_member("other", debts=[debt(id="mine")]))

    assert client.get(pack("card", "personal")).status_code == 404
    assert client.get(reverse("planner:letter-docx", args=["card", "personal"])).status_code == 404


def test_amounts_that_are_hidden_stay_so(client, owner):
    row = Current(owner).row
    row.is_discreet = True
    row.save(update_fields=["is_discreet"])

    assert "5,000.00" not in said(client.get(pack("card", "personal")))


def test_a_later_date_offers_what_is_due_then_not_the_whole_debt(client, make_member):
    loan = debt(
        id="loan", name="车贷", contract="instalment", product="other_loan",
        principal="60000.00", rate={"rate": "0.005", "per": "month"}, method="level",
        next_due="2026-12-20", periods_left=24,
    )  # fmt: skip
    del loan["minimum"]
    client.force_login(
        make_member(
            "owes", accounts=[account(balance="9000.00")], incomes=[income(amount="9000.00")],
            debts=[loan],
        )
    )  # fmt: skip
    text = said(client.get(pack("loan", "deferral")))
    offered = re.search(r"到时还 ¥([\d,.]+)", text)[1]

    assert 2_600 < float(offered.replace(",", "")) < 5_400


def test_the_first_payment_leaves_time_to_answer(client, owner):
    text = said(client.get(pack("card", "deferral"))).replace("\u00a0", " ")
    today = Current(owner).as_of

    assert isinstance(today, date)
    assert re.search(r"延到 (\d+ 年 )?\d+ 月 \d+ 日", text)
