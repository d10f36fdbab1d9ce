"""How sure a rule is, and how it is worded: for each certainty the words that would claim more."""

import re

import pytest

from planner.domain.rulebook.products import load_products

# Hearsay is neither certain nor law; practice is not certain; what others tell of a contract is
# no law; the wording of a law claims nothing more than it is.
SURE = {
    "zh": "一定|必然|必定|必将|肯定|将会|将被|就会|都会|会被|马上会|立即会|立刻会|即将|"
    "百分之百|无一例外|毫无疑问|不可避免",
    "en": r"\b(will|shall|is going to|are going to|certainly|definitely|always|inevitably|"
    r"undoubtedly|surely|guaranteed|without fail|without exception)\b",
}
LAWFUL = {
    "zh": "依法|法律规定|法定|按规定|监管要求|法律要求",
    "en": r"\b(by law|the law requires|required by law|legally required|statutory)\b",
}
CLAIMS = {"reported": (SURE, LAWFUL), "practice": (SURE,), "retold": (LAWFUL,), "regulation": ()}
DOUBTED = {"zh": r"不一定|未必|不会被", "en": r"\bnot (always|certainly|definitely)\b"}
HEDGED = {
    "zh": "可能|据说|网上|有说|听说|也许|或许|没有找到",
    "en": r"\b(may|might|could|possible|possibly|said to|sites?|seems?|no .* was found)\b",
}


def claimed(text, language, certainty):
    """The first word that claims more than that certainty, "" where there is none."""
    text = re.sub(DOUBTED[language], "", text, flags=re.IGNORECASE)
    found = [re.search(one[language], text, re.IGNORECASE) for one in CLAIMS[certainty]]
    return next((one[0] for one in found if one), "")


def told():
    """(where, certainty, language, text) of all that products tell, but for what to do."""
    for product in load_products().values():
        for rung in product.ladder:
            for language, text in rung.names:
                yield f"{product.id} {rung.id}", rung.certainty, language, text
        figures = [*product.defaults.values(), *product.possible.values(), *product.due_days]
        for figure in figures:
            for language, text in figure.note:
                yield f"{product.id} {figure.key}", figure.certainty, language, text
        for fact in product.facts:
            for language, text in fact.words:
                yield f"{product.id} facts", fact.certainty, language, text


def conditions():
    for product in load_products().values():
        for rung in product.ladder:
            for words in (rung.condition, rung.before):
                for language, text in words:
                    yield f"{product.id} {rung.id}", rung.certainty, language, text


def test_nothing_is_worded_as_surer_than_it_is():
    found = {
        (where, certainty, word, text)
        for where, certainty, language, text in (*told(), *conditions())
        if (word := claimed(text, language, certainty))
    }

    assert found == set()


def test_hearsay_is_always_told_as_hearsay():
    plain = [
        (where, text)
        for where, certainty, language, text in told()
        if certainty == "reported" and not re.search(HEDGED[language], text, re.IGNORECASE)
    ]

    assert plain == []


@pytest.mark.parametrize(
    ("certainty", "language", "text", "word"),
    [
        ("reported", "zh", "逾期后一定会被起诉", "一定"),
        ("reported", "zh", "依法可以上门", "依法"),
        ("reported", "en", "The lender will sue", "will"),
        ("reported", "en", "This is required by law", "required by law"),
        ("practice", "zh", "第三天会被停卡", "会被"),
        ("practice", "en", "Calls always start on day 3", "always"),
        ("retold", "zh", "按规定每天扣款", "按规定"),
        ("retold", "en", "Statutory penalty interest", "Statutory"),
        ("practice", "zh", "不一定会打电话", ""),
        ("practice", "en", "Calls do not always come", ""),
        ("regulation", "zh", "依法应当先告知", ""),
    ],
)
def test_the_lists_know_what_claims_too_much(certainty, language, text, word):
    assert claimed(text, language, certainty) == word
