"""Our rule files beside the facts they were written from, value by value.

tests/data/facts.json holds, for each product, what was found: figures, and each consequence
with its days after the due date, certainty and source. Where a rule file says something
else, the difference and its reason stand in this file.
"""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from planner.domain.products import load_products, load_sources

FACTS = json.loads((Path(__file__).parents[1] / "data" / "facts.json").read_text("utf-8"))
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
    ("huabei", "overdue"): ("contract", "HB_OVD"),
    ("huabei", "penalty_interest"): ("contract", "HB_OVD"),
    ("credit_card", "overdue"): ("contract", "CMB"),
    ("mortgage", "overdue"): ("practice", "YF251"),
}

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
    certainty, source = OTHER_SOURCES.get(found, (certainty, source))
    assert (rung.certainty, rung.source) == (certainty, source)
    assert rung.event == EVENTS[event]
    expected = YEARS.get(rung_id, OTHER_DAYS.get(found, days))
    assert days_after_due(product, rung) == expected


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
