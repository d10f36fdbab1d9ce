"""Nothing that is told advises to hide money or to put it out of a lender's reach."""

import re

import pytest

from planner.domain.rulebook.deductions import load_deductions
from planner.domain.rulebook.law import load_law
from planner.domain.rulebook.products import load_products
from tests.paths import ROOT

CATALOGUE = ROOT / "planner/locale/zh_Hans/LC_MESSAGES/django.po"

HIDING = re.compile(
    r"转移|藏匿|隐匿|躲债|躲避|转走|(把|将)(钱|工资|余额|存款)[^，。；]{0,6}(转|取|挪)|取光|取空|清空账户"
    r"|(别人|他人|亲友|家人|朋友)的?(账户|卡|名下)|不留余额|空卡"
    r"|\b(hid(e|es|ing)|conceal\w*)\b.{0,20}\b(money|assets|wages|balance|funds)\b"
    r"|\bmov(e|ing)\b.{0,20}\b(money|assets|wages|funds)\b"
    r"|out of (the|a|your) lender'?s? reach|out of reach|someone else's (account|name|card)"
    r"|empty (the|your) account",
    re.IGNORECASE,
)
# What names it says that one must not, or that no court asks for it.
FORBIDDING = re.compile(
    r"为了躲债转移、藏匿财产不是，也不要那样做|moving or hiding assets .* do not"
    r"|法院不会要求把钱转到个人账户"
    r"|有能力却不还、转移财产|can and do not, move property"
)


def advice():
    """(where, text) of what rules tell to do, in both languages, and of every sentence of pages."""
    for product in load_products().values():
        for rung in product.ladder:
            for words in (rung.before, rung.right, rung.condition):
                for _language, text in words:
                    yield f"{product.id} {rung.id}", text
        for fact in (*product.autopay, *product.deduction, *product.extension):
            for _language, text in fact.words:
                yield product.id, text
    deductions = load_deductions()
    for one in (*deductions.remedies, *deductions.questions, *load_law().answers):
        for words in (one.asks, one.words, one.when):
            for _language, text in words:
                yield one.id, text
    for text in re.findall(r'^(?:msg\w+(?:\[\d\])? )?"(.+)"$', CATALOGUE.read_text(), re.MULTILINE):
        yield "catalogue", text


def advised(text):
    found = HIDING.search(FORBIDDING.sub("", text))
    return found[0] if found else ""


def test_nothing_advises_to_hide_money():
    told = list(advice())

    assert len(told) > 2000
    assert any(FORBIDDING.search(text) for _where, text in told)
    assert [(where, word, text) for where, text in told if (word := advised(text))] == []


@pytest.mark.parametrize(
    "text",
    [
        "发薪日一到就把工资转到家人的卡里。",
        "把钱取出来，银行就扣不到。",
        "可以先转移到别的账户。",
        "Move your money before the due date.",
        "Hide your wages from the lender.",
        "Keep it in someone else's account.",
    ],
)
def test_the_list_knows_what_hides(text):
    assert advised(text)
