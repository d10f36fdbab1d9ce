"""What a person types → fen, days, rates, names; and what is refused with a sentence."""

import ast
import inspect
import json
from datetime import date
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from planner.domain.household import household as household_module
from planner.domain.household import terms as terms_module
from planner.domain.household.household import parse_household
from planner.domain.offers import offer as offer_module
from planner.domain.rulebook.products import load_products
from planner.domain.values.money import MAX_FEN
from planner.domain.values.reading import EXPECTED, DocumentError, InvalidDocument
from planner.forms.errors import REASONS, SENTENCES, sentence
from planner.forms.fields import (
    DayField,
    DayOfMonthField,
    FactorField,
    LinesField,
    PercentField,
    RateField,
    TextField,
    WholeField,
    YuanField,
    clean_text,
    shown_yuan,
)
from planner.forms.keyed import ItemForm
from planner.models import ITEM_MODELS, AccountRow
from planner.pages.debts.contracts import FORMS as DEBT_FORMS
from planner.pages.money.forms import AccountForm, ExpenseForm, IncomeForm
from planner.pages.start.forms import MoneyForm
from planner.services import people
from planner.services.documents import household_document_of, household_of
from tests.households import account, debt, expense, income
from tests.paths import DATA
from tests.sending import as_sent

BAD = json.loads((DATA / "bad_inputs.json").read_text("utf-8"))["groups"]
REFUSED = object()


def bad_inputs(group):
    cases = []
    for item in BAD[group]["items"]:
        text = item.get("value", item.get("repeat", "") * item.get("count", 0))
        cases.append(pytest.param(item["id"], text, id=item["id"]))
    return cases


def cleaned(field, text):
    try:
        return field.clean(text)
    except ValidationError:
        return REFUSED


AMOUNTS = {
    "812.35": 81235,
    "812.35元": 81235,
    "¥812.35": 81235,
    "￥ 812.35 元": 81235,
    "１２３４．５０": 123450,
    "1，234．5": 123450,
    "1,234.50": 123450,
    "1 234.50": 123450,
    "999,999,999.99": MAX_FEN,
    "007": 700,
    "0": 0,
    "1.2万": 1200000,
    "3万元": 3000000,
    "12.3456万": 12345600,
    "0.00001万": 10,
    " 500 ": 50000,
}
# What of the money group is a number that can be meant in one way only.
ACCEPTED_AMOUNTS = {
    "money.01": None,
    "money.02": None,
    "money.23": 123456,
    "money.25": 123456,
    "money.26": 123456,
    "money.27": 12345,
    "money.28": 12340,
    "money.34": 10000,
    "money.36": 10000,
}


@pytest.mark.parametrize(("text", "fen"), AMOUNTS.items())
def test_an_amount_is_read_as_a_person_types_it(text, fen):
    assert cleaned(YuanField(), text) == fen


@pytest.mark.parametrize(("name", "text"), bad_inputs("money"))
def test_a_doubtful_amount_is_refused_and_never_read_as_another(name, text):
    assert cleaned(YuanField(required=False), text) == ACCEPTED_AMOUNTS.get(name, REFUSED)


@pytest.mark.parametrize("text", ["0.0000001万", "12,34", "1,2345", "1.", "1万2", "1e2万"])
def test_an_amount_that_is_not_whole_fen_or_oddly_written_is_refused(text):
    assert cleaned(YuanField(), text) is REFUSED


@pytest.mark.parametrize(
    ("text", "decimal", "whole"),
    [("12,34", "12.34", "1234"), ("￥１２，３元", "12.3", "123"), ("0,5", "0.5", "5")],
)
def test_a_doubtful_comma_is_asked_about(text, decimal, whole):
    with pytest.raises(ValidationError) as refused:
        YuanField().clean(text)

    assert refused.value.code == "comma"
    assert all(f" {one}" in refused.value.messages[0] for one in (decimal, whole))


@given(st.integers(min_value=0, max_value=MAX_FEN))
def test_an_amount_shown_and_sent_back_is_the_same(fen):
    assert YuanField().clean(shown_yuan(fen)) == fen


def test_an_amount_that_was_refused_is_shown_as_it_was_typed():
    field = YuanField()

    assert field.prepare_value("abc") == "abc"
    assert field.prepare_value(123450) == "1,234.50"


def test_bounds_of_an_amount_are_said():
    with pytest.raises(ValidationError) as refused:
        YuanField(min_fen=100, max_fen=5000).clean("0.50")

    assert "1.00" in refused.value.messages[0]


DAYS = {
    "2026-12-09": date(2026, 12, 9),
    "2026-12-9": date(2026, 12, 9),
    "2026/12/9": date(2026, 12, 9),
    "2026年12月9日": date(2026, 12, 9),
    "2026 年 12 月 9 号": date(2026, 12, 9),
    "２０２６－１２－０９": date(2026, 12, 9),
    "12月9日": date(2026, 12, 9),
    "11月23日": date(2026, 11, 23),
    "11月22日": date(2027, 11, 22),
    "2月29日": date(2028, 2, 29),
    "2月30日": REFUSED,
    "01/02/2026": REFUSED,
    "12-09": REFUSED,
    "明天": REFUSED,
}
ACCEPTED_DAYS = {
    "dates.02": date(2028, 2, 29),
    "dates.04": date(2000, 2, 29),
    "dates.14": date(2038, 1, 19),
    "dates.17": date(2026, 1, 5),
    "dates.18": date(2026, 1, 5),
    "dates.25": date(2026, 1, 5),
}


@pytest.mark.parametrize(("text", "day"), DAYS.items())
def test_a_day_is_read_as_a_person_types_it(text, day):
    field = DayField()
    field.today = date(2026, 11, 23)

    assert cleaned(field, text) == day


@pytest.mark.parametrize(("name", "text"), bad_inputs("dates"))
def test_a_doubtful_day_is_refused_and_never_read_as_another(name, text):
    assert cleaned(DayField(), text) == ACCEPTED_DAYS.get(name, REFUSED)


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("2026-11-30", "zh-hans", "请填 12 月 1 日或以后的日子。"),
        ("2026-11-30", "en", "Enter 1 December or a later day."),
        ("2027-01-01", "zh-hans", "请填 12 月 31 日或以前的日子。"),
        ("2027-01-01", "en", "Enter 31 December or an earlier day."),
    ],
)
def test_a_day_out_of_bounds_says_which_days_are_right(text, language, words):
    field = DayField()
    field.today = date(2026, 12, 5)
    field.bound(date(2026, 12, 1), date(2026, 12, 31))

    with translation.override(language), pytest.raises(ValidationError) as refused:
        field.clean(text)
    with translation.override(language):
        assert refused.value.messages[0].replace("\u00a0", " ") == words


def test_a_refused_day_stays_visible_where_a_date_picker_would_drop_it():
    picker = DayField().widget

    assert 'type="date"' in picker.render("day", date(2026, 12, 9))
    assert 'type="text"' in picker.render("day", "9. Dezember")
    assert "9. Dezember" in picker.render("day", "9. Dezember")


DAY = {"per": "day"}
YEAR = {"per": "year", "basis": 365, "monthly": False}
RATES = {
    ("0.05", "day"): {"rate": "0.0005", **DAY},
    ("0.05%", "day"): {"rate": "0.0005", **DAY},
    ("０．０５％", "day"): {"rate": "0.0005", **DAY},
    ("5", "day_wan"): {"rate": "0.0005", **DAY},
    ("万分之五", "year"): {"rate": "0.0005", **DAY},
    ("日利率万分之3.5", "year"): {"rate": "0.00035", **DAY},
    ("日利率0.05%", "year"): {"rate": "0.0005", **DAY},
    ("年化 18.25%", "day"): {"rate": "0.1825", **YEAR},
    ("18.25", "year"): {"rate": "0.1825", **YEAR},
    ("月息1.2%", "day"): {"rate": "0.012", "per": "month"},
    ("3.2", "year_monthly"): {"rate": "0.032", "per": "year", "basis": 365, "monthly": True},
    ("年利率3.2%", "year_monthly"): {
        "rate": "0.032", "per": "year", "basis": 365, "monthly": True,
    },
    ("4.9", "year_360"): {"rate": "0.049", "per": "year", "basis": 360, "monthly": False},
    ("36.01", "year"): {"rate": "0.3601", **YEAR},
    ("0", "year"): {"rate": "0", **YEAR},
    ("-5", "year"): REFUSED,
    ("1e2", "year"): REFUSED,
    ("NaN", "year"): REFUSED,
    ("18.25", "day"): REFUSED,
    ("2.7", "day"): {"rate": "0.027", **DAY},
    ("1001", "year"): REFUSED,
    ("0.00000000001", "day"): REFUSED,
    ("5", "fortnight"): REFUSED,
    ("\u202e5", "year"): REFUSED,
}  # fmt: skip


@pytest.mark.parametrize(("typed", "rate"), RATES.items())
def test_a_rate_is_read_with_its_unit(typed, rate):
    assert cleaned(RateField(), list(typed)) == rate


@pytest.mark.parametrize(("typed", "rate"), RATES.items())
def test_a_rate_shown_and_sent_back_is_the_same(typed, rate):
    field = RateField()
    if rate is not REFUSED:
        assert field.clean(field.widget.decompress(rate)) == rate


WHOLES = {"12": 12, "１２": 12, "12 期": 12, "0": 0, "600": 600, "601": REFUSED, "1.5": REFUSED,
          "-12": REFUSED, "1_0": REFUSED, "١٢": REFUSED, "9" * 400: REFUSED}  # fmt: skip


@pytest.mark.parametrize(("text", "number"), WHOLES.items())
def test_a_count_is_whole_and_bounded(text, number):
    assert cleaned(WholeField(low=0, high=600), text) == number


@pytest.mark.parametrize(
    ("text", "day"), {"9": 9, "9日": 9, "每月9号": 9, "31": 31, "0": REFUSED, "32": REFUSED}.items()
)
def test_a_day_of_the_month_is_1_to_31(text, day):
    assert cleaned(DayOfMonthField(), text) == day


@pytest.mark.parametrize(
    ("text", "ratio"),
    {"10": "0.1", "10%": "0.1", "0.05": "0.0005", "100": "1", "100.01": REFUSED, "-1": REFUSED,
     "0": "0", "1e1": REFUSED}.items(),
)  # fmt: skip
def test_a_percentage_becomes_the_exact_ratio(text, ratio):
    assert cleaned(PercentField(), text) == ratio
    if ratio is not REFUSED:
        assert PercentField().clean(PercentField.shown(ratio)) == ratio


def test_a_factor_is_a_plain_decimal():
    assert cleaned(FactorField(high=10), "1.5") == "1.5"
    assert cleaned(FactorField(high=10), "1_0") is REFUSED
    assert cleaned(FactorField(high=10), "10.5") is REFUSED


@pytest.mark.parametrize(("name", "text"), [*bad_inputs("text"), *bad_inputs("markup")])
def test_a_name_holds_only_what_can_be_seen(name, text):
    kept = cleaned(TextField(required=False), text)

    if kept is not REFUSED:
        assert not set(kept) & set("\0\x1b\ufeff\u200b\u202e\u2066\u2069\n")
        assert len(kept) <= 200


@pytest.mark.parametrize("text", ["\u200b\u200c\u200d", "\u3000", "\ufeff", "\u202e\u202c", " \n "])
def test_a_name_that_looks_empty_is_empty(text):
    assert cleaned(TextField(), text) is REFUSED


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("e\u0301", "é"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("a\u200db", "ab"),
        ("𠮷𩸽", "𠮷𩸽"),
        ("  两  个  ", "两 个"),
        ("ﬁle", "ﬁle"),
    ],
)
def test_a_name_is_composed_and_otherwise_as_typed(text, kept):
    assert TextField().clean(text) == kept


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
def test_what_cannot_be_stored_is_refused(text):
    with pytest.raises(ValidationError):
        clean_text(text)


def test_lines_of_a_schedule_are_rows():
    field = LinesField(day="due_on", amounts=["principal", "interest", "fee"])

    rows = field.clean("2026-12-20 1,400.00 26.78\n\n2027年1月20日\t400元\n")

    assert rows == [
        {"due_on": "2026-12-20", "principal": "1400.00", "interest": "26.78"},
        {"due_on": "2027-01-20", "principal": "400.00"},
    ]
    assert field.clean(field.shown(rows)) == rows


@pytest.mark.parametrize("line", ["2026-12-20", "400", "2026-13-01 400", "2026-12-20 1 2 3 4"])
def test_a_bad_line_is_named_by_its_number(line):
    field = LinesField(day="due_on", amounts=["principal", "interest", "fee"])

    with pytest.raises(ValidationError) as refused:
        field.clean(f"2026-11-20 400\n{line}")
    assert refused.value.params["number"] == 2


def test_every_code_of_the_parser_has_a_sentence():
    assert set(SENTENCES) == set(EXPECTED)


@pytest.mark.parametrize("code", EXPECTED)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_sentence_fills_in_its_values(code, language):
    values = tuple((name, "7") for name in ("low", "high", "limit", "options", "reason"))

    with translation.override(language):
        said = sentence(DocumentError("path", "found", code, values))
    assert said
    assert "%(" not in said


def reasons_in(*modules):
    """The reasons of the contradictions that a module finds in a document."""
    return {
        node.args[1].value
        for module in modules
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", "") == "contradict"
        and isinstance(node.args[1], ast.Constant)
    }


def test_every_reason_of_a_contradiction_in_a_household_has_a_sentence():
    of_households = reasons_in(terms_module, household_module)

    assert len(of_households) > 5
    assert of_households <= set(REASONS)
    assert set(REASONS) - of_households <= reasons_in(offer_module)


def test_there_is_a_form_for_each_list_of_the_document():
    forms = [AccountForm, IncomeForm, ExpenseForm, *DEBT_FORMS.values()]

    assert {form.kind for form in forms} == set(ITEM_MODELS)


ALL_BAD = [
    (name, text[:10_000])
    for group in ("money", "rate_terms", "dates", "text", "markup", "query", "ids")
    for name, text in (case.values for case in bad_inputs(group))
]
ENTRIES = {
    "accounts": account(),
    "incomes": income(),
    "expenses": expense(),
    "debts": debt(),
}


def every_form(owner):
    """A filled form of each kind, as its page shows it, and how to make it of other data."""
    household = household_of(owner)
    accounts = list(AccountRow.objects.owned_by(owner))
    for form_class in (IncomeForm, ExpenseForm):
        row = ITEM_MODELS[form_class.kind].objects.owned_by(owner).first()
        yield partial(form_class, household=household, item=row, accounts=accounts)
    yield partial(AccountForm, household=household, item=accounts[0])
    for form_class in DEBT_FORMS.values():
        yield partial(form_class, household=household, accounts=accounts)
    for product in load_products().values():
        yield partial(
            DEBT_FORMS[product.contract], household=household, accounts=accounts, product=product
        )
    yield partial(MoneyForm, household=household_of(people.start_guest()))


@pytest.mark.parametrize(("name", "text"), ALL_BAD[::5])
def test_no_bad_input_in_all_fields_at_once_breaks_a_form(owner, name, text):
    for make in every_form(owner):
        form = make(dict.fromkeys(as_sent(make()), text))

        assert not form.is_valid()


@pytest.mark.long
def test_no_bad_input_in_any_field_breaks_a_form(owner):
    document = household_document_of(owner)
    tried = 0
    for make in every_form(owner):
        shown = as_sent(make())
        for field in shown:
            for name, text in ALL_BAD:
                form = make({**shown, field: text})
                tried += 1
                if not form.is_valid():
                    assert str(form.errors), (field, name)
                elif isinstance(form, ItemForm):
                    entry = {**ENTRIES[form.kind], "id": "new", **form.entry()}
                    try:
                        parse_household({**document, form.kind: [*document[form.kind], entry]})
                    except InvalidDocument as invalid:
                        form.add_document_errors(invalid)

    assert tried > 10_000
