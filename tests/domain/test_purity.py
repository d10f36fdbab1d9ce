"""The core has no Django, no float and no clock in it, but for the solver of the optimum.

Checked by reading the source of every module of planner/domain:

- no float or complex literal; no call of `float`, `complex` or `round`, no name of them
- `/` only in the modules and functions of TRUE_DIVISIONS, where an operand is a Fraction or
  a path
- no import of `decimal`, `random`, `time`, `secrets`, `uuid`, `statistics`; of `math` only
  whole-number functions; nothing of `datetime` but `date` and `timedelta`
- no `today()`, `now()`, `utcnow()`, `fromtimestamp()`, `perf_counter()` and the like
- no import of Django or of any part of planner outside the core, seen in a fresh process

The modules of SOLVING speak to a solver that knows only floats: what they find merely proposes
payments, which the ledger makes, and bounds, which are lowered by more than floats may err.
They load the solver and numpy where they solve, and not before. `CLOCK` alone
sees the time: how long a search has been going on.

Each check is shown a planted offence too, and finds it.
"""

import ast
import doctest
import subprocess
import sys

import pytest

from planner import domain
from tests.paths import ROOT

CORE = ROOT / "planner" / "domain"
PATHS = sorted(CORE.rglob("*.py"))
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in PATHS
]

SOLVING = {
    f"planner.domain.optimum.{name}"
    for name in (
        "clock",
        "programme",
        "rows.debt",
        "rows.late",
        "rows.loan",
        "rows.open_balance",
        "rows.card",
        "model",
        "cash",
        "core",
        "search",
        "late_search",
    )
}
EXACT = [(p, module) for p, module in zip(PATHS, MODULES, strict=True) if module not in SOLVING]
EXACT_PATHS = [path for path, _ in EXACT]
CLOCK = "planner.domain.optimum.clock"
NAMED_TUPLE_METHODS = {"_make", "_replace", "_fields", "_asdict"}
CLOCKLESS_PATHS = [path for path, module in zip(PATHS, MODULES, strict=True) if module != CLOCK]
FORBIDDEN_IMPORTS = {"decimal", "random", "time", "secrets", "uuid", "statistics", "numbers"}
WHOLE_NUMBER_MATH = {"ceil", "comb", "factorial", "floor", "gcd", "isqrt", "lcm", "perm", "prod"}
DATETIME_NAMES = {"date", "timedelta"}
CLOCK_CALLS = {
    "ctime",
    "fromtimestamp",
    "gmtime",
    "localtime",
    "monotonic",
    "now",
    "perf_counter",
    "time_ns",
    "today",
    "utcnow",
}
# (module, function): a Fraction is divided there, or a path is joined.
TRUE_DIVISIONS = {
    ("planner.domain.values.days", "_load_working_days"),
    ("planner.domain.rulebook.rule_files", ""),
    ("planner.domain.rulebook.products", "each"),
    ("planner.domain.rulebook.rule_files", "load_sources"),
    ("planner.domain.values.rates", "nightly"),
    ("planner.domain.values.rates", "monthly_value"),
    ("planner.domain.contracts.accrual", "_unit"),
    ("planner.domain.contracts.instalment", "_prepaid_principal"),
}


def floats_in(source):
    """Lines with a float literal, or a name that makes or rounds floats."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Constant(value=float() | complex()):
                yield node.lineno
            case ast.Name(id="float" | "complex" | "round"):
                yield node.lineno


def true_divisions_in(source):
    """(function, line) of each `/`; "" stands for the module."""

    def visit(node, function):
        for child in ast.iter_child_nodes(node):
            inside = function
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                inside = child.name
            if isinstance(child, ast.BinOp | ast.AugAssign) and isinstance(child.op, ast.Div):
                yield inside, child.lineno
            yield from visit(child, inside)

    yield from visit(ast.parse(source), "")


def inexact_imports_in(source):
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = {alias.name.split(".")[0] for alias in node.names}
            if names & (FORBIDDEN_IMPORTS | {"math", "datetime"}):
                yield node.lineno
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = {alias.name for alias in node.names}
            module = (node.module or "").split(".")[0]
            if (
                module in FORBIDDEN_IMPORTS
                or (module == "math" and not names <= WHOLE_NUMBER_MATH)
                or (module == "datetime" and not names <= DATETIME_NAMES)
            ):
                yield node.lineno


def clocks_in(source):
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(attr=name) if name in CLOCK_CALLS:
                yield node.lineno
            case ast.Call(func=ast.Name(id=name)) if name in CLOCK_CALLS:
                yield node.lineno


def test_the_core_is_found():
    assert "planner.domain.ledger.ledger" in MODULES
    assert "planner.domain.contracts.revolving" in MODULES


@pytest.mark.parametrize("path", EXACT_PATHS, ids=str)
def test_no_float_stands_in_the_core(path):
    assert list(floats_in(path.read_text())) == []


@pytest.mark.parametrize(("path", "module"), EXACT, ids=str)
def test_true_division_only_of_fractions_and_paths(path, module):
    found = {(module, function) for function, _ in true_divisions_in(path.read_text())}

    assert found <= TRUE_DIVISIONS


def test_every_listed_true_division_still_stands():
    found = {
        (module, function)
        for path, module in EXACT
        for function, _ in true_divisions_in(path.read_text())
    }

    assert found == TRUE_DIVISIONS


@pytest.mark.parametrize("path", EXACT_PATHS, ids=str)
def test_nothing_inexact_is_imported(path):
    assert list(inexact_imports_in(path.read_text())) == []


@pytest.mark.parametrize("path", CLOCKLESS_PATHS, ids=str)
def test_no_clock_stands_in_the_core(path):
    assert list(clocks_in(path.read_text())) == []


@pytest.mark.parametrize(
    ("check", "offence"),
    [
        (floats_in, "rate = 0.05"),
        (floats_in, "rate = 1e3"),
        (floats_in, "rate = 2j"),
        (floats_in, "def f(x):\n    return float(x)"),
        (floats_in, "numbers = map(float, texts)"),
        (floats_in, "x = round(y, 2)"),
        (true_divisions_in, "def f(a, b):\n    return a / b"),
        (true_divisions_in, "a /= 2"),
        (inexact_imports_in, "import decimal"),
        (inexact_imports_in, "from decimal import Decimal"),
        (inexact_imports_in, "import math"),
        (inexact_imports_in, "from math import sqrt"),
        (inexact_imports_in, "import random"),
        (inexact_imports_in, "import time"),
        (inexact_imports_in, "import datetime"),
        (inexact_imports_in, "from datetime import datetime"),
        (clocks_in, "date.today()"),
        (clocks_in, "moment = datetime.now"),
        (clocks_in, "from time import perf_counter\nperf_counter()"),
    ],
)
def test_a_planted_offence_is_found(check, offence):
    assert list(check(offence))


@pytest.mark.parametrize(
    "harmless", ["x = 5 // 2", "from math import lcm", "from datetime import date", "a = '0.5'"]
)
def test_what_is_exact_passes(harmless):
    for check in (floats_in, true_divisions_in, inexact_imports_in, clocks_in):
        assert list(check(harmless)) == []


# Imports

IMPORT_ALL = """
import importlib, sys
for module in sys.argv[1:]:
    importlib.import_module(module)
print("\\n".join(sorted(sys.modules)))
"""


def loaded_by(*modules):
    """What a fresh process has loaded once it imported these."""
    finished = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, *modules],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return set(finished.stdout.split())


def is_outside(name):
    """Django, a package that floats, or a part of planner that is not the core."""
    top, *rest = name.split(".")
    if top == "planner":
        return bool(rest) and rest[0] != "domain"
    return top in {"django", "highspy", "numpy", "scipy"}


def test_a_fresh_process_loads_no_django_with_the_core():
    loaded = loaded_by(*MODULES)

    assert set(MODULES) <= loaded
    assert [name for name in loaded if is_outside(name)] == []


@pytest.mark.parametrize("module", MODULES)
def test_no_module_names_what_lies_outside_the_core(module):
    path = PATHS[MODULES.index(module)]
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(node.module)

    allowed = {"highspy", "numpy"} if module == "planner.domain.optimum.programme" else set()
    assert [name for name in imported - allowed if is_outside(name)] == []


def private_reads(source):
    """Attributes with a leading underscore that are read of something defined elsewhere."""
    tree = ast.parse(source)
    own = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            own.add(node.name)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            own.add(node.value)  # __slots__
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            own.add(node.target.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            own.add(node.attr)
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr.startswith("_")
        and not node.attr.startswith("__")
        and node.attr not in own | NAMED_TUPLE_METHODS
    }


@pytest.mark.parametrize("module", MODULES)
def test_no_module_reaches_into_what_another_keeps_to_itself(module):
    assert private_reads(PATHS[MODULES.index(module)].read_text()) == set()


def test_reaching_into_a_contract_is_found():
    assert private_reads("def owed(contract):\n    return contract._owed\n") == {"_owed"}


def test_django_is_found_where_it_is_loaded():
    assert any(is_outside(name) for name in loaded_by("django.utils.dateparse"))


def test_the_example_on_the_library_s_face_runs(monkeypatch):
    monkeypatch.chdir(ROOT)
    tried = doctest.testmod(domain)

    assert tried.failed == 0 < tried.attempted
