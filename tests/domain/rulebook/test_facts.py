"""Our rule files beside the facts they were written from, value by value.

tests/data/facts.json holds, for each product, what was found: figures, and each consequence
with its days after the due date, certainty and source. Where a rule file says something
else, the difference and its reason stand in this file.
"""

import json
import re
from dataclasses import replace
from fractions import Fraction

import pytest

from planner.domain.rulebook.products import load_products
from planner.domain.rulebook.rule_files import load_sources
from tests.paths import DATA

FACTS = json.loads((DATA / "facts.json").read_text("utf-8"))
FOUND = FACTS["products"]
PRODUCTS = load_products()
RUNG_IDS = {
    "class_special_mention": "class_watch",
    "double_interest": "delay_interest",
    "enforce_apply_limit": "enforcement_limit",
    "grace_end": "overdue",
    "huabei_blocked": "related_products_off",
    "lawsuit_possible": "lawsuit",
}
EVENTS = {
    "payment_order_received": "payment_order",
    "judgment_performance_deadline": "judgment_due",
    "enforcement_notice_deadline": "enforcement_notice",
    "enforcement": "enforcement_notice",
    "last_instalment_due_date": "demanded",
    "settlement_date": "settled",
    "second_effective_demand": "second_demand",
    "due_date": None,
    "lender_decision": None,
    "contact_lost": None,
}

# (product, rung) → days after the due date that we give instead, and why.
OTHER_DAYS = {
    # A common clause in contracts is not a date of this contract: it stands in words.
    ("mortgage", "acceleration"): None,
    # The class begins with being overdue, which waits for grace like the rest.
    ("credit_card", "class_watch"): 4,
}
YEARS = {"enforcement_limit": 731, "limitation": 1096, "record_removed": 1827}  # longest cases
# What hangs on one weak source, or on one about another product, is only `reported`.
WEAK = {"MTJ", "FXJ", "CTRIP"}
# Of two sources of the same fact we name the one that tells of the consequence itself.
OTHER_SOURCES = {
    ("huabei", "overdue"): ("retold", "HB_OVD"),
    ("huabei", "penalty_interest"): ("retold", "HB_OVD"),
    # Sources disagree on whether it is tried again every day.
    ("huabei", "daily_debit"): ("reported", "HB_DEDUCT"),
    ("jiebei", "daily_debit"): ("reported", "JB"),
    ("credit_card", "overdue"): ("retold", "CMB"),
    ("mortgage", "overdue"): ("practice", "YF251"),
    # A notice on penalty rates says nothing of limits.
    ("consumer_finance", "limit_frozen"): ("practice", "OWN"),
}
# What a right says → the rules of which one must be named, as the step's source or beside it.
RIGHTS = {
    r"24%": {"FF22"},
    r"LPR": {"PL"},
    r"免费查|20 日内应当答复|记录有误可(以)?提出异议|提出异议或拨打 12363": {"CREDITREG"},
    r"22:00|每天接通": {"CBA54"},
    r"不得含有威胁|相威胁|不得透露": {"CBA54"},
    r"冻结": {"CPL"},
    r"行业公约": {"SELFREG"},
    r"违约金不再计息": {"YF111"},
    r"债权转让": {"CC546"},
    r"生活必需(?!品)": {"CPL", "SEIZE"},
    r"生活必需品": {"SEIZE"},
    r"诉讼时效|时效届满": {"CC188", "LIMITRULE"},
    r"提起公诉": {"CARDCRIME"},
    r"诉讼费": {"COURTFEE"},
    r"拘留": {"DETAIN"},
    r"三十日内对方不起诉": {"PRESERVE"},
}
RUNGS = {rung: product.id for product in PRODUCTS.values() for rung in product.ladder}

CONSEQUENCES = [
    pytest.param(product, RUNG_IDS.get(rung, rung), *rest, id=f"{product}-{rung}")
    for product, facts in FOUND.items()
    for rung, *rest in facts["consequences"]
]


def rung_of(product, rung_id):
    return next(rung for rung in PRODUCTS[product].ladder if rung.id == rung_id)


def value_of(product, key):
    figure = PRODUCTS[product].defaults.get(key) or PRODUCTS[product].possible.get(key)
    return figure.value if figure else None


def days_after_due(product, rung):
    """Days after the due date, where the grace that is only possible is taken as given."""
    if rung.after_days is None or rung.counts_from != "grace_end":
        return rung.after_days
    return rung.after_days + (FOUND[product]["grace_days"] or 0)


def test_every_product_that_facts_were_found_for_is_there():
    assert FOUND.keys() == {one for one in PRODUCTS if not one.startswith("other_")}
    assert len(FOUND) == 18


@pytest.mark.parametrize(
    ("product", "rung_id", "days", "certainty", "source", "event"), CONSEQUENCES
)
def test_a_consequence_is_as_it_was_found(product, rung_id, days, certainty, source, event):
    rung = rung_of(product, rung_id)
    found = (product, rung_id)

    if source == "OWN" and certainty == "contract":
        certainty = "practice"  # without a source nothing is said of a contract
    if source in WEAK and certainty == "contract":
        certainty = "reported"
    if certainty == "contract":
        certainty = "retold"  # others tell what stands in it; nobody here has read it
    certainty, source = OTHER_SOURCES.get(found, (certainty, source))
    assert (rung.certainty, rung.source) == (certainty, source)
    assert rung.event == EVENTS[event]
    expected = YEARS.get(rung_id, OTHER_DAYS.get(found, days))
    assert days_after_due(product, rung) == expected


def without_its_rule(rung):
    """What the right of a rung says of a rule that it does not name, "" where all are named."""
    said = dict(rung.right).get("zh", "")
    named = {rung.source, *rung.right_sources}
    found = (re.search(words, said) for words, rules in RIGHTS.items() if not rules & named)
    return next((one[0] for one in found if one), "")


def test_a_right_names_the_rule_that_it_rests_on():
    found = {(product, rung.id, without_its_rule(rung)) for rung, product in RUNGS.items()}

    assert {one for one in found if one[2]} == set()
    said = " ".join(dict(rung.right)["zh"] for rung in RUNGS)
    assert [words for words in RIGHTS if not re.search(words, said)] == []


def test_a_right_without_its_rule_is_found():
    rung = rung_of("huabei", "bureau_2")

    assert without_its_rule(replace(rung, right_sources=())) == "记录有误可提出异议"


@pytest.mark.parametrize("product", FOUND)
def test_the_figures_of_a_product_are_as_they_were_found(product):
    facts = FOUND[product]
    rate, overdue = value_of(product, "rate") or {}, value_of(product, "overdue") or {}
    ratios = {
        "minimum": (value_of(product, "minimum") or {}).get("ratio"),
        "late_fee": (value_of(product, "late_fee") or {}).get("ratio"),
        "penalty_multiple": overdue.get("multiplier"),
        "penalty_daily": rate.get("rate"),
    }

    for key, written in ratios.items():
        expected = None if facts[key] is None else Fraction(str(facts[key]))
        assert (None if written is None else Fraction(written)) == expected, key
    if PRODUCTS[product].contract == "revolving":  # 分付 is billed from each purchase: `open`
        assert value_of(product, "statement_day") == facts["statement_day"]
    assert [option.value for option in PRODUCTS[product].due_days] == facts["due_days"]
    if facts["due_days"] and PRODUCTS[product].contract == "revolving":
        assert value_of(product, "due_day") == min(facts["due_days"])


def test_a_due_day_counted_from_the_statement_is_kept():
    assert value_of("jd_baitiao", "due_after") == FOUND["jd_baitiao"]["due_after"] == 9
    douyin = FOUND["douyin_yuefu"]
    assert douyin["statement_day"] + douyin["due_after"] == value_of("douyin_yuefu", "due_day")


@pytest.mark.parametrize("product", FOUND)
def test_grace_is_what_was_found_or_the_only_weak_report_of_it(product):
    only_reported = {"meituan_jieqian": 3, "fangxinjie": 3}
    grace_days = value_of(product, "grace_days")

    assert grace_days == only_reported.get(product, FOUND[product]["grace_days"])


@pytest.mark.parametrize("product", FOUND)
def test_a_product_reports_where_it_was_found_to(product):
    facts = FOUND[product]
    expected = {"pboc"} if facts["pboc"] != "no" else set()
    expected |= {"zhima"} if facts["zhima"] else set()

    assert set(value_of(product, "reports_to")) == expected
    if facts["pboc"] in ("yes_assumed", "sources_conflict", "depends_on_funder", "yes_via_funder"):
        assert PRODUCTS[product].defaults["reports_to"].certainty == "reported"


def test_sources_have_the_dates_of_the_facts():
    ours = {source.id: source.dated for source in load_sources().values()}

    assert ours.items() <= FACTS["sources"].items()
