"""Rule files: every product whole, and every way in which a file can be wrong."""

import re
import shutil
import tomllib
from datetime import date

import pytest

from planner.domain.household.household import (
    ACCOUNT_KINDS,
    FORMAT,
    VERSION,
    household_document,
    parse_debt,
    parse_household,
)
from planner.domain.make_plan import make_plan
from planner.domain.rulebook.ceilings import load_ceilings
from planner.domain.rulebook.deductions import load_deductions
from planner.domain.rulebook.ladders import EVENTS, LANGUAGES, in_language
from planner.domain.rulebook.law import load_law
from planner.domain.rulebook.letters import load_letters
from planner.domain.rulebook.products import (
    load_products,
    read_ladder,
    refused_files,
    rung_document,
)
from planner.domain.rulebook.rule_files import (
    CERTAIN_WORDS,
    NOT_CERTAIN,
    POSSIBLE_WORDS,
    RULES,
    RuleFileError,
    is_official,
    load_sources,
)
from planner.domain.rulebook.sheets import SHEETS, load_sheet
from planner.domain.values.reading import Fields

PRODUCTS = load_products()
# Every rung that differs from all others, with the first product that has it.
RUNGS = [
    (product, rung)
    for rung, product in {
        rung: product.id for product in reversed(PRODUCTS.values()) for rung in product.ladder
    }.items()
]
UNSURE = [(name, rung) for name, rung in RUNGS if rung.certainty in ("practice", "reported")]
DATED = [
    (name, rung)
    for name, rung in RUNGS
    if rung.after_days is not None and not rung.event and rung.id != "allocation_flip"
]
AS_OF = date(2026, 12, 1)
EVERY_LADDER_HAS = {
    *("pre_reminder", "due_debit", "daily_debit", "overdue", "limit_frozen"),
    *("related_products_off", "payment_limited", "sms", "phone", "third_party_contact"),
    *("outsourced", "acceleration", "bureau_notice", "later_loans"),
    *(f"bureau_{status}" for status in range(1, 8)),
    *("class_watch", "class_substandard", "class_doubtful", "class_loss", "writeoff"),
    *("lawsuit", "payment_order", "payment_order_reply", "summons", "answer_due"),
    *("judgment", "appeal_due", "judgment_due", "delay_interest", "enforcement_possible"),
    *("enforcement_limit", "enforcement_notice", "account_frozen", "wages_taken"),
    *("consumption_limit", "dishonest_list", "demanded", "limitation"),
    *("settled", "record_removed"),
}
# A home or a car is no service of a platform that could be switched off.
NOT_OF_SECURED = {"limit_frozen", "related_products_off", "payment_limited"}
WITH_A_LENDER = sorted(PRODUCTS.keys() - {"private_loan"})
CONTRACTS = {
    "revolving": {
        *("huabei", "credit_card", "jd_baitiao", "meituan_yuefu", "douyin_yuefu"),
        *("ctrip_naquhua", "other_bill"),
    },
    "instalment": {
        *("jiebei", "weilidai", "jd_jintiao", "meituan_jieqian", "fangxinjie", "duxiaoman"),
        *("fenqile", "consumer_finance", "mortgage", "car_loan", "other_loan"),
    },
    "open": {"fenfu", "private_loan", "other_balance"},
}
AND_ALSO = {
    "mortgage": {"penalty_interest", "auction"},
    "car_loan": {"penalty_interest", "vehicle_recovery"},
    "jd_baitiao": {"penalty_interest", "emergency_contact"},
    "jd_jintiao": {"penalty_interest", *(f"sms_d{day}" for day in (3, 5, 7, 10, 15))},
    "huabei": {"penalty_interest", "sesame"},
    "jiebei": {"penalty_interest", "sesame"},
    "credit_card": {"interest_backdated", "late_fee", "allocation_flip", "malicious_overdraft"},
}


def named(product_and_rung):
    product, rung = product_and_rung
    return f"{product}-{rung.id}"


def rung_of(product, rung_id):
    return next(rung for rung in PRODUCTS[product].ladder if rung.id == rung_id)


@pytest.fixture(params=RUNGS, ids=map(named, RUNGS))
def rung(request):
    return request.param[1]


def test_every_product_is_there_with_its_contract():
    found = {
        contract: {one.id for one in PRODUCTS.values() if one.contract == contract}
        for contract in CONTRACTS
    }

    assert found == CONTRACTS
    assert len(PRODUCTS) == 21


@pytest.mark.parametrize("product", WITH_A_LENDER)
def test_a_ladder_has_every_kind_of_consequence(product):
    rungs = {rung.id for rung in PRODUCTS[product].ladder}
    is_secured = product in ("mortgage", "car_loan")

    assert rungs >= EVERY_LADDER_HAS - (NOT_OF_SECURED if is_secured else set())
    assert rungs >= AND_ALSO.get(product, set())


def test_a_loan_between_people_has_no_lender_platform_or_bureau():
    rungs = {rung.id for rung in PRODUCTS["private_loan"].ladder}

    assert rungs >= {"overdue_interest", "lawsuit", "payment_order_reply", "limitation"}
    assert not {one for one in rungs if one.startswith(("bureau", "class", "sms", "phone"))}
    assert not rungs & {"daily_debit", "outsourced", "limit_frozen", "writeoff"}


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_product_names_one_rung_once(product):
    rungs = [rung.id for rung in PRODUCTS[product].ladder]

    assert len(set(rungs)) == len(rungs)


def test_every_rung_speaks_both_languages(rung):
    required = [rung.names, rung.before, rung.right]
    if rung.after_days is None:
        required.append(rung.condition)

    for words in required:
        assert [language for language, text in words if text.strip()] == list(LANGUAGES)


def test_every_rung_says_how_sure_it_is_and_since_when(rung):
    assert rung.certainty in ("regulation", "retold", "practice", "reported")
    assert rung.source in load_sources()
    assert rung.checked_on >= date(2026, 11, 23)


def test_what_nobody_wrote_down_is_called_practice(rung):
    if rung.source == "OWN":
        assert rung.certainty in ("practice", "reported")

    assert in_language(load_sources()["OWN"].name, "zh") == "业内惯例，未找到正式出处"


@pytest.mark.parametrize("rung", [rung for _, rung in UNSURE], ids=map(named, UNSURE))
def test_what_is_only_practice_is_never_worded_as_certain(rung):
    for words in (rung.names, rung.before, rung.condition):
        for language, text in words:
            assert not CERTAIN_WORDS[language].search(NOT_CERTAIN[language].sub("", text))
    if not rung.is_notice:
        assert all(POSSIBLE_WORDS[language].search(text) for language, text in rung.names)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh", "银行将会起诉"),
        ("zh", "一定上征信"),
        ("zh", "你就会被起诉"),
        ("en", "You will be sued"),
        ("en", "The lender always reports"),
    ],
)
def test_the_word_list_knows_certain_words(language, text):
    assert CERTAIN_WORDS[language].search(NOT_CERTAIN[language].sub("", text))


@pytest.mark.parametrize(
    ("language", "text"), [("zh", "不一定会起诉"), ("en", "It is not always so")]
)
def test_the_word_list_lets_doubt_pass(language, text):
    assert not CERTAIN_WORDS[language].search(NOT_CERTAIN[language].sub("", text))


def test_only_what_comes_before_the_due_is_a_notice(rung):
    assert rung.is_notice == (rung.id in ("pre_reminder", "due_debit"))
    assert rung.is_notice == (rung.after_days is not None and rung.after_days < 1)


@pytest.mark.parametrize(
    "rung_id",
    ["overdue", "penalty_interest", "interest_backdated", "late_fee", "sesame", "bureau_1"],
)
def test_what_only_waits_for_grace_counts_from_its_end(rung_id):
    found = [rung for _, rung in RUNGS if rung.id == rung_id]

    assert found
    assert {(rung.counts_from, rung.after_days) for rung in found} == {("grace_end", 1)}


@pytest.mark.parametrize(
    ("status", "days", "severity"),
    [(2, 31, 3), (3, 61, 4), (4, 91, 5), (5, 121, 5), (6, 151, 5), (7, 181, 5)],
)
def test_the_credit_record_rises_every_thirty_days(status, days, severity):
    for product in WITH_A_LENDER:
        rung = rung_of(product, f"bureau_{status}")

        assert (rung.counts_from, rung.after_days, rung.severity) == ("due", days, severity)


@pytest.mark.parametrize("product", WITH_A_LENDER)
def test_the_first_record_is_of_severity_two(product):
    first = rung_of(product, "bureau_1")

    assert first.severity == 2
    assert first.is_for(("pboc",))
    assert not first.is_for(("zhima",))


@pytest.mark.parametrize("rung_id", ["lawsuit", "acceleration", "outsourced", "payment_limited"])
def test_what_a_lender_decides_has_no_date(rung_id):
    found = [rung for _, rung in RUNGS if rung.id == rung_id]

    assert found
    for rung in found:
        assert rung.after_days is None
        assert rung.event is None
        assert rung.condition


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_lawsuit_is_possible_and_never_a_date(product):
    names, condition = (
        dict(rung_of(product, "lawsuit").names),
        rung_of(product, "lawsuit").condition,
    )

    assert "可能" in names["zh"]
    assert "常见于 90 天后" in dict(condition)["zh"]


@pytest.mark.parametrize(
    ("rung_id", "event", "days"),
    [
        ("payment_order_reply", "payment_order", 15),
        ("answer_due", "summons", 15),
        ("appeal_due", "judgment", 15),
        ("delay_interest", "judgment_due", 1),
        ("enforcement_limit", "judgment_due", 731),
        ("consumption_limit", "enforcement_notice", None),
        ("limitation", "demanded", 1096),
        ("record_removed", "settled", 1827),
    ],
)
def test_court_steps_count_from_their_own_event(rung_id, event, days):
    for product in PRODUCTS if rung_id != "record_removed" else WITH_A_LENDER:
        rung = rung_of(product, rung_id)

        assert (rung.event, rung.after_days) == (event, days)
        assert rung_of(product, event).after_days is None


def test_the_known_events_are_rungs_of_ours():
    assert {rung.id for _, rung in RUNGS} >= EVENTS
    assert {rung.event for _, rung in RUNGS if rung.event} == EVENTS


@pytest.mark.parametrize("rung", [rung for _, rung in DATED], ids=map(named, DATED))
def test_dated_rungs_have_the_usual_severity(rung):
    low, high = next(
        severities
        for first, severities in [(91, (5, 5)), (61, (4, 4)), (31, (3, 3)), (-60, (1, 2))]
        if rung.after_days >= first
    )
    assert low <= rung.severity <= high


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_whole_ladder_reads_back_as_it_was(product):
    documents = [rung_document(rung) for rung in PRODUCTS[product].ladder]
    errors = []

    ladder = read_ladder([Fields(document, "", errors) for document in documents])

    assert errors == []
    assert ladder == PRODUCTS[product].ladder
    assert len({*ladder, *PRODUCTS[product].ladder}) == len(ladder)


@pytest.mark.parametrize(
    "document",
    [
        {"id": "od", "after_days": 1, "counts_from": "grace_end", "severity": 2},
        {"id": "sue", "after_days": None, "counts_from": "due", "severity": 5},
        {
            "id": "late",
            "after_days": -60,
            "counts_from": "due",
            "severity": 1,
            "names": {"zh": "晚了"},
            "needs": ["reports_to:pboc", "a signature"],
            "certainty": "reported",
            "source": "a friend",
            "right_sources": ["another friend"],
            "checked_on": "2026-11-23",
            "before": {"en": "Pay."},
            "right": {"zh": "问。", "en": "Ask."},
            "condition": {"zh": "如果。"},
        },
    ],
)
def test_an_inline_rung_is_written_as_it_was_read(document):
    errors = []

    (rung,) = read_ladder([Fields(document, "ladder[0]", errors)])

    assert errors == []
    assert rung_document(rung) == document


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"id": "Late!"}, "ladder[0].id"),
        ({"after_days": -61}, "ladder[0].after_days"),
        ({"after_days": 20_001}, "ladder[0].after_days"),
        ({"after_days": "31"}, "ladder[0].after_days"),
        ({"after_days": True}, "ladder[0].after_days"),
        ({"counts_from": ""}, "ladder[0].counts_from"),
        ({"counts_from": "event:"}, "ladder[0].counts_from"),
        ({"counts_from": "event:nothing"}, "ladder[0].counts_from"),
        ({"counts_from": "event:late"}, "ladder[0].counts_from"),
        ({"severity": 0}, "ladder[0].severity"),
        ({"severity": 6}, "ladder[0].severity"),
        ({"certainty": "sure"}, "ladder[0].certainty"),
        ({"checked_on": "2026-02-30"}, "ladder[0].checked_on"),
        ({"names": {"fr": "retard"}}, "ladder[0].names.fr"),
        ({"names": "late"}, "ladder[0].names"),
        ({"needs": "reports_to:pboc"}, "ladder[0].needs"),
        ({"colour": "red"}, "ladder[0].colour"),
    ],
)
def test_a_wrong_inline_rung_says_where(changes, path):
    rung = {"id": "late", "after_days": 1, "counts_from": "due", "severity": 1, **changes}
    errors = []

    read_ladder([Fields(rung, "ladder[0]", errors)])

    assert [error.path for error in errors] == [path]


@pytest.mark.parametrize("key", ["id", "after_days", "counts_from", "severity"])
def test_an_inline_rung_needs_four_keys(key):
    rung = {"id": "late", "after_days": 1, "counts_from": "due", "severity": 1}
    del rung[key]
    errors = []

    read_ladder([Fields(rung, "ladder[0]", errors)])

    assert [(error.path, error.code) for error in errors] == [(f"ladder[0].{key}", "required")]


def test_two_rungs_cannot_share_an_id():
    rung = {"id": "late", "after_days": 1, "counts_from": "due", "severity": 1}
    errors = []

    read_ladder([Fields(rung, "ladder[0]", errors), Fields(rung, "ladder[1]", errors)])

    assert [error.path for error in errors] == ["ladder[1].id"]


def test_grace_is_reported_but_never_used():
    grace = {one.id: one.possible["grace_days"].value for one in PRODUCTS.values() if one.possible}
    assert grace == {
        "huabei": 3,
        "credit_card": 3,
        "weilidai": 1,
        "meituan_jieqian": 3,
        "fangxinjie": 3,
    }
    for product in PRODUCTS.values():
        assert product.starting_document().get("grace_days", 0) == 0
        assert "tolerance" not in product.starting_document()


def test_the_due_day_is_the_earliest_usual_one():
    huabei = PRODUCTS["huabei"]
    usual = [option.value for option in huabei.due_days if option.certainty == "retold"]

    assert usual == [8, 9, 10]
    assert huabei.starting_document()["due_day"] == 8


def test_what_is_unknown_stays_unknown():
    unknown = {
        product.id: {key for key, figure in product.defaults.items() if not figure.is_known}
        for product in PRODUCTS.values()
    }

    loan = {"rate", "method", "due_day", "late_fee"}
    asked = loan | {"prepay"}
    assert unknown == {
        "huabei": set(),
        "jiebei": loan - {"late_fee"},
        "credit_card": {"statement_day", "due_day"},
        "weilidai": loan,
        "jd_jintiao": asked | {"overdue"},
        "other_loan": asked | {"overdue", "reports_to"},
        **dict.fromkeys(("meituan_jieqian", "fangxinjie", "duxiaoman", "fenqile"), asked),
        **dict.fromkeys(("consumer_finance", "mortgage", "car_loan"), asked),
        "jd_baitiao": {"statement_day", "minimum", "late_fee"},
        "meituan_yuefu": {"minimum", "late_fee"},
        "douyin_yuefu": {"late_fee"},
        "ctrip_naquhua": {"statement_day", "due_day", "minimum", "rate", "late_fee"},
        "other_bill": {
            *("statement_day", "due_day", "minimum", "rate", "late_fee"),
            *("interest_from", "reports_to"),
        },
        "fenfu": {"rate", "due_day", "late_fee"},
        "private_loan": {"minimum", "rate", "due_day", "overdue", "late_fee"},
        "other_balance": {"minimum", "rate", "due_day", "overdue", "late_fee", "reports_to"},
    }


BILL = {"billed": "812.35", "unbilled": "0.00"}
LOAN = {
    "principal": "9000.00",
    "rate": {"rate": "0.0004", "per": "day"},
    "method": "level",
    "periods_left": 9,
    "next_due": "2026-12-16",
}
BALANCE = {"principal": "5000.00", "next_due": "2026-12-10"}
DAILY = {"rate": {"rate": "0.0005", "per": "day"}}
FIXED = {"minimum": {"fixed": "500.00"}}


OWN_FIGURES = [
    ("huabei", BILL),
    ("credit_card", BILL | {"statement_day": 5, "due_day": 25}),
    ("jd_baitiao", BILL | {"statement_day": 11}),
    ("meituan_yuefu", BILL),
    ("douyin_yuefu", BILL),
    ("ctrip_naquhua", BILL | DAILY | {"statement_day": 5, "due_day": 25}),
    (
        "other_bill",
        BILL | DAILY | {"statement_day": 5, "due_day": 25, "interest_from": "posting"},
    ),
    *((product, LOAN) for product in sorted(CONTRACTS["instalment"])),
    ("fenfu", BALANCE | DAILY),
    ("private_loan", BALANCE | FIXED | {"rate": None}),
    ("other_balance", BALANCE | FIXED | DAILY),
]


@pytest.mark.parametrize(("product", "own_figures"), OWN_FIGURES)
def test_a_debt_starts_from_its_product_and_the_few_figures_a_person_gives(product, own_figures):
    starting = PRODUCTS[product].starting_document()

    debt = parse_debt(
        {**starting, **own_figures, "id": "debt", "name": "?"}, as_of=AS_OF, account_ids=set()
    )

    assert debt.rungs() == PRODUCTS[product].ladder
    for key in own_figures:
        assert key in PRODUCTS[product].where


def test_a_household_that_owes_on_every_product_plans_and_reads_back_unchanged():
    debts = [
        {**PRODUCTS[product].starting_document(), **figures, "id": product, "name": product}
        for product, figures in OWN_FIGURES
    ]
    document = {
        "format": FORMAT, "version": VERSION, "as_of": AS_OF.isoformat(), "currency": "CNY",
        "accounts": [{"id": "bank", "name": "卡", "kind": "debit_card", "balance": "9000.00"}],
        "incomes": [
            {"id": "pay", "name": "工资", "amount": "30000.00", "account": "bank",
             "on": {"monthly": 8}},
        ],
        "expenses": [], "debts": debts,
    }  # fmt: skip
    household = parse_household(document)

    plan = make_plan(household, "minimum")

    assert {debt["product"] for debt in debts} == PRODUCTS.keys()
    assert parse_household(household_document(household)) == household
    assert {due.debt for due in plan.dues} == PRODUCTS.keys()
    ladders = {one.debt for one in plan.consequences}
    assert ladders == PRODUCTS.keys()


def test_a_starting_document_is_the_callers_own():
    PRODUCTS["huabei"].starting_document()["minimum"]["ratio"] = "1"

    assert PRODUCTS["huabei"].starting_document()["minimum"]["ratio"] == "0.10"


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_figure_has_a_place_where_it_is_found(product):
    places = PRODUCTS[product].where

    without = {"interest_from"} if product != "other_bill" else set()
    if product in ("huabei", "jiebei"):  # known to have none
        without = without | {"late_fee"}

    assert places.keys() >= PRODUCTS[product].defaults.keys() - without
    for place in places.values():
        for words in (place.app, place.form, place.empty):
            assert [language for language, _ in words] == list(LANGUAGES)
            assert not any("{" in text for _, text in words)


def test_a_shared_place_names_the_products_own_app():
    app = dict(PRODUCTS["weilidai"].where["principal"].app)

    assert app["zh"] == "微信或 QQ 里的微粒贷页面：这笔借款的剩余本金。"
    assert app["en"] == "The Weilidai page in WeChat or QQ: principal left of this loan."


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_product_says_how_it_deducts_and_what_can_be_asked_for(product):
    assert PRODUCTS[product].autopay
    assert PRODUCTS[product].deduction
    assert PRODUCTS[product].extension
    assert set(PRODUCTS[product].sources) <= load_sources().keys()


def test_every_source_says_what_it_says_and_is_used():
    cited = {source for product in PRODUCTS.values() for source in product.sources}
    cited |= {one.source for one in (*load_ceilings().all, load_ceilings().lpr)}
    deductions, law = load_deductions(), load_law()
    sheets = [one for name in SHEETS for part in load_sheet(name).values() for one in part]
    letters = load_letters()
    said = [one for part in letters.parts.values() for one in part]
    said += [one for letter in letters.by_aim.values() for one in (*letter.hint, *letter.asks)]
    cited |= {one.source for one in said}
    for one in (*deductions.questions, *deductions.remedies, *law.answers, *sheets):
        cited |= {one.source, *one.more_sources}
    cited.add(law.court_fee.source)

    assert load_sources().keys() == cited
    for source in load_sources().values():
        assert [language for language, text in source.says if text.strip()] == list(LANGUAGES)
        assert re.fullmatch(r"20[0-2][0-9](-[0-9]{2}(-[0-9]{2})?|-20[0-2][0-9])?", source.dated)
        assert source.dated <= "2026-11-23"


def test_pages_can_only_link_to_official_hosts():
    urls = [source.url for source in load_sources().values() if source.url]

    assert urls
    assert all(is_official(url) for url in urls)


@pytest.mark.parametrize(
    "url",
    [
        "http://www.pbc.gov.cn/",
        "https://www.pbc.gov.cn",
        "https://pbc.gov.cn.example.com/",
        "https://www.pbc.gov.cn.example.com/",
        "https://example.com/www.pbc.gov.cn/",
        "https://www.pbc.gov.cn@example.com/",
        "https://www.pbc.gov.cn:8443/",
        "https://wwwxpbc.gov.cn/",
        "https://other.gov.cn/",
        "https://www.pbc.gov.cn/a b",
        "javascript:alert(1)",
    ],
)
def test_no_other_host_counts_as_official(url):
    assert not is_official(url)


@pytest.fixture
def rules(tmp_path):
    """A copy of our rules, to break."""
    return shutil.copytree(RULES, tmp_path / "rules")


def change(file, old, new):
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_a_copy_of_the_rules_loads(rules):
    assert load_products(rules).keys() == PRODUCTS.keys()


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "reason"),
    [
        pytest.param(
            "huabei.toml",
            'contract = "revolving"',
            'contract = "revolving"\ncolour = "red"',
            "colour",
            "no such key",
            id="unknown key",
        ),
        pytest.param(
            "huabei.toml",
            "[defaults.rate]",
            "[defaults.rates]",
            "defaults.rates",
            "no such key",
            id="unknown default",
        ),
        pytest.param(
            "jiebei.toml",
            'source = "JB_EX"\nnote.zh = "每个人',
            'note.zh = "每个人',
            "defaults.rate.source",
            "a value",
            id="missing source",
        ),
        pytest.param(
            "ladders/contact.toml",
            'right_sources = ["GBT", "CBA54"]',
            'right_sources = ["GBT", "HEARSAY"]',
            "rungs[3].right_sources",
            "sources.toml",
            id="unknown source of a right",
        ),
        pytest.param(
            "huabei.toml",
            'source = "HB_MIN"',
            'source = "HEARSAY"',
            "defaults.minimum.source",
            "sources.toml",
            id="unknown source",
        ),
        pytest.param(
            "huabei.toml",
            'id = "overdue"\nafter_days = 1',
            'id = "overdue"\nafter_days = -1',
            "rungs[0].after_days",
            "only a notice",
            id="negative offset where not a notice",
        ),
        pytest.param(
            "ladders/contact.toml",
            "after_days = -3",
            "after_days = -300",
            "rungs[0].after_days",
            "-60",
            id="notice too early",
        ),
        pytest.param(
            "huabei.toml",
            'id = "penalty_interest"',
            'id = "bureau_1"',
            "ladder.bureau_1.id",
            "once",
            id="duplicate id across ladders",
        ),
        pytest.param(
            "ladders/bureau.toml",
            'id = "bureau_3"',
            'id = "bureau_2"',
            "rungs[3].id",
            "used once",
            id="duplicate id in a ladder",
        ),
        pytest.param(
            "sources.toml",
            'id = "CC675"',
            'id = "CC188"',
            "sources[1].id",
            "no other",
            id="duplicate source",
        ),
        pytest.param(
            "huabei.toml",
            '"risk", "writeoff"',
            '"risks", "writeoff"',
            "ladders[2]",
            "bureau",
            id="unknown ladder",
        ),
        pytest.param(
            "huabei.toml",
            "[overrides.sms]",
            "[overrides.smoke]",
            "overrides.smoke",
            "no such key",
            id="override of nothing",
        ),
        pytest.param(
            "ladders/court.toml",
            'counts_from = "event:summons"',
            'counts_from = "event:summon"',
            "ladder.answer_due.counts_from",
            "same ladder",
            id="unknown event",
        ),
        pytest.param(
            "credit_card.toml",
            "severity = 1\nseverity_because",
            "severity = 2\n# because",
            "rungs[6].severity",
            "severity_because",
            id="unusual severity without a reason",
        ),
        pytest.param(
            "huabei.toml",
            "value = 8",
            'value = "8"',
            "defaults.due_day.value",
            "whole number",
            id="wrong type",
        ),
        pytest.param(
            "huabei.toml",
            'ratio = "0.10"',
            "ratio = 0.10",
            "",
            "written as text",
            id="float",
        ),
        pytest.param(
            "jiebei.toml",
            "unknown = true",
            "",
            "defaults.rate",
            "exactly one",
            id="neither known nor unknown",
        ),
        pytest.param(
            "ladders/bureau.toml",
            'names.en = "Credit record may show status 1 (1 to 30 days past due)"\n',
            "",
            "rungs[1].names.en",
            "a value",
            id="missing language",
        ),
        pytest.param(
            "ladders/bureau.toml",
            "央行征信可能记为“1”",
            "央行征信记为“1”",
            "rungs[1].names.zh",
            "only possible",
            id="practice without a possible word",
        ),
        pytest.param(
            "ladders/court.toml",
            "possible, often after 90 days, possibly",
            "it will come after 90 days, possibly",
            "rungs[0].condition.en",
            "no word as certain as will",
            id="practice worded as certain",
        ),
        pytest.param(
            "huabei.toml",
            'certainty = "practice"\nsource = "OWN"\nright_sources = ["CPL"]\nnames.zh = "花呗付款',
            'certainty = "retold"\nsource = "OWN"\nright_sources = ["CPL"]\nnames.zh = "花呗付款',
            "rungs[3].certainty",
            "no formal source",
            id="practice called retold",
        ),
        pytest.param(
            "huabei.toml",
            '[defaults.statement_day]\nvalue = 1\ncertainty = "retold"',
            '[defaults.statement_day]\nvalue = 1\ncertainty = "contract"',
            "defaults.statement_day.certainty",
            "retold",
            id="a contract that nobody here has read",
        ),
        pytest.param(
            "huabei.toml",
            'id = "huabei"',
            'id = "huabai"',
            "id",
            "name of the file",
            id="id of another file",
        ),
        pytest.param(
            "jiebei.toml",
            "[where.method]",
            "[where.amounts]",
            "where.amounts",
            "no such key",
            id="unknown place",
        ),
        pytest.param(
            "jiebei.toml",
            "[where.method]",
            "[where.carrying]",
            "where.method",
            "where a person",
            id="unknown figure without a place",
        ),
        pytest.param(
            "huabei.toml", "checked_on", "checked_off", "checked_on", "a value", id="missing day"
        ),
        pytest.param(
            "sources.toml",
            'url = "https://flk.npc.gov.cn/"',
            'url = "http://example.com/"',
            "sources[0].url",
            "official host",
            id="link to an unofficial host",
        ),
        pytest.param(
            "weilidai.toml",
            'places = ["loan"]',
            'places = ["loans"]',
            "places[0]",
            "loan",
            id="unknown places",
        ),
        pytest.param(
            "weilidai.toml",
            'app.en = "The Weilidai',
            'app.fr = "La',
            "app.en",
            "a value",
            id="places without the name of the app",
        ),
        pytest.param(
            "sources.toml",
            'says.en = "Sets the steps',
            'said.en = "Sets the steps',
            "sources[2].says.en",
            "a value",
            id="a source that says nothing",
        ),
        pytest.param("huabei.toml", "contract =", "contract", "", "TOML", id="not TOML"),
    ],
)
def test_a_wrong_rule_file_is_refused_with_file_key_and_reason(rules, file, old, new, key, reason):
    change(rules / file, old, new)

    with pytest.raises(RuleFileError) as refused:
        load_products(rules)

    found = {error.path: error for error in refused.value.errors}
    if not key.startswith("ladder."):  # a put-together ladder is the product's
        assert refused.value.file == rules / file
    assert key in found
    assert reason in found[key].expected
    assert refused.value.file.name in str(refused.value)
    assert refused.value.key == refused.value.errors[0].path
    assert refused.value.reason


def test_a_missing_source_file_is_refused(rules):
    (rules / "sources.toml").unlink()

    with pytest.raises(RuleFileError) as refused:
        load_products(rules)

    assert refused.value.file.name == "sources.toml"


def test_an_override_changes_one_product_only(rules):
    change(
        rules / "jiebei.toml",
        "[overrides.sms]",
        "[overrides.bureau_1]\nafter_days = 2\n\n[overrides.sms]",
    )

    products = load_products(rules)

    days = {p.id: r.after_days for p in products.values() for r in p.ladder if r.id == "bureau_1"}
    assert days == dict.fromkeys(WITH_A_LENDER, 1) | {"jiebei": 2}


def test_every_wrong_product_is_named_at_once(rules):
    change(rules / "huabei.toml", 'contract = "revolving"', 'contract = "rolling"')
    change(rules / "mortgage.toml", 'checked_on = "2026-11-23"', 'checked_on = "23 November"')

    refused = refused_files(rules)

    assert [(error.file.name, error.key) for error in refused] == [
        ("huabei.toml", "contract"),
        ("mortgage.toml", "checked_on"),
    ]
    assert refused_files() == []


def test_what_products_share_is_refused_before_them(rules):
    change(rules / "places" / "loan.toml", "[where.rate]", "[where.rates]")
    change(rules / "huabei.toml", 'contract = "revolving"', 'contract = "rolling"')

    assert [error.file.name for error in refused_files(rules)] == ["loan.toml"]


def test_rule_files_hold_no_float():
    for file in RULES.rglob("*.toml"):
        tomllib.loads(file.read_text("utf-8"), parse_float=pytest.fail)


def test_a_file_about_deductions_without_source_or_day_is_refused(rules):
    file = rules / "deductions.toml"
    text = file.read_text("utf-8")
    file.write_text(
        text.replace('source = "HB_DEDUCT"', 'source = "NOBODY"', 1)
        .replace('more_sources = ["HB_DEDUCT"]', 'more_sources = ["NOBODY"]', 1)
        .replace('when.en = "No fixed hour."\n', "", 1)
        .replace("没有公布的时刻。据说", "一定在", 1),
        "utf-8",
    )

    with pytest.raises(RuleFileError) as refused:
        load_deductions(rules)

    paths = {error.path for error in refused.value.errors}
    assert paths == {
        *("questions[0].source", "questions[5].more_sources"),
        *("questions[5].when.en", "questions[5].words.zh"),
    }


def test_what_is_out_of_reach_are_kinds_of_accounts():
    kinds = {one.id: one.out_of_reach for one in load_products().values() if one.out_of_reach}

    assert kinds == {"huabei": {"wechat_balance"}, "jiebei": {"wechat_balance"}}
    assert all(found <= {*ACCOUNT_KINDS} for found in kinds.values())
