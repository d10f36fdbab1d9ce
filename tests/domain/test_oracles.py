"""Whole households with their complete plans, worked out apart from this program."""

import ast
import json
from fractions import Fraction

import pytest

from planner.domain.household.household import household_document, parse_household, read_household
from planner.domain.make_plan import make_plan
from planner.domain.plan.document import plan_document
from planner.domain.values.money import round_half_up
from tests.paths import ORACLES

NAMES = sorted(path.name for path in (ORACLES / "households").iterdir())
INDEX = json.loads((ORACLES / "index.json").read_text())
CHECKS = [(name, check) for name, entry in sorted(INDEX.items()) for check in entry["check"]]
OTHER_CHECKS = [  # what the plans of other strategies must come to
    (name, strategy, check)
    for name, entry in sorted(INDEX.items())
    for check in entry.get("checks", ())
    for strategy in check["strategies"]
]


def household(name):
    return read_household((ORACLES / "households" / name).read_bytes())


def expected_plan(name):
    return json.loads((ORACLES / "plans" / name).read_text())


def figure(document, path):
    """The value at a path such as dues.0.required."""
    for key in path.split("."):
        document = document[int(key) if isinstance(document, list) else key]
    return document


def evaluate(arithmetic):
    """The exact value of an arithmetic text: decimal literals, + - * / **, F('…')."""
    return _value(ast.parse(arithmetic, mode="eval").body, arithmetic)


def _value(node, text):
    match node:
        case ast.Constant(int() | float()):
            return Fraction(ast.get_source_segment(text, node))  # as it is written, no float
        case ast.UnaryOp(ast.USub(), operand):
            return -_value(operand, text)
        case ast.Call(ast.Name("F"), [ast.Constant(str(number))], []):
            return Fraction(number)
        case ast.BinOp(left, operator, right):
            left, right = _value(left, text), _value(right, text)
            match operator:
                case ast.Add():
                    return left + right
                case ast.Sub():
                    return left - right
                case ast.Mult():
                    return left * right
                case ast.Div():
                    return left / right
                case ast.Pow():
                    return left**right
    raise ValueError(f"not arithmetic: {ast.unparse(node)}")


def test_every_household_has_its_plan_and_its_entry_in_the_index():
    plans = sorted(path.name for path in (ORACLES / "plans").iterdir())

    assert len(NAMES) == 36
    assert plans == NAMES
    assert sorted(INDEX) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_household_has_exactly_the_plan_worked_out_for_it(name):
    plan = plan_document(make_plan(household(name), "minimum"))

    expected = expected_plan(name)
    assert plan.keys() == expected.keys()
    for key in expected:
        assert plan[key] == expected[key], key


@pytest.mark.parametrize("name", NAMES)
def test_a_household_survives_being_written_and_read_again(name):
    read = household(name)

    written = household_document(read)

    assert parse_household(written) == read
    assert household_document(parse_household(written)) == written


@pytest.mark.parametrize(
    ("name", "check"), CHECKS, ids=[f"{name}-{check['figure']}" for name, check in CHECKS]
)
def test_the_figures_to_check_stand_in_the_plan(name, check):
    plan = plan_document(make_plan(household(name), "minimum"))

    assert figure(plan, check["figure"]) == check["value"]


@pytest.mark.parametrize(
    ("name", "check"),
    [(name, check) for name, check in CHECKS if "arithmetic" in check],
)
def test_the_arithmetic_of_a_figure_comes_to_it(name, check):
    exact = evaluate(check["arithmetic"])

    if isinstance(check["value"], int):
        assert exact == check["value"]
    else:
        assert round_half_up(100 * exact) == 100 * Fraction(check["value"])


@pytest.mark.parametrize(
    ("name", "strategy", "check"),
    OTHER_CHECKS,
    ids=[f"{name}-{strategy}-{check['figure']}" for name, strategy, check in OTHER_CHECKS],
)
def test_the_plans_of_other_strategies_stay_within_what_must_hold(name, strategy, check):
    plan = plan_document(make_plan(household(name), strategy))

    if check["figure"] == "lowest_closing":
        found = min(Fraction(row["closing"]) for row in plan["cash"])
    else:
        found = figure(plan, check["figure"])
    value = check["value"]
    if isinstance(value, list):  # harm: its counts, compared from the left
        found = found[: len(value)]
    elif check["figure"] != "debt_free_on":
        found, value = Fraction(found), Fraction(value)

    assert {"=": found == value, "<=": found <= value, ">=": found >= value}[check["is"]]


@pytest.mark.parametrize(
    "text", ["__import__('os')", "F(1)", "x", "1 if 1 else 2", "'1'", "1 // 2"]
)
def test_arithmetic_is_nothing_but_arithmetic(text):
    with pytest.raises(ValueError, match="not arithmetic"):
        evaluate(text)
