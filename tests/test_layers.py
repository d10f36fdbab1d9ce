"""Who may import whom: from the top of the house downwards, and no room from another."""

import ast
import os
import subprocess
import sys
from functools import cache

import pytest

from tests.paths import ROOT

# What stands in planner/, from top to bottom, and what each may import beside itself.
LAYERS = {
    "urls": "pages",
    "tasks": "pages reach plans services models",
    "management": "reach plans services exports imports words models domain",
    "pages": "forms reach plans services exports imports charts words models domain",
    "reach": "plans services exports words models domain",
    "plans": "services words models domain",
    "forms": "services words models domain",
    "services": "words models domain",
    "exports": "words domain",
    "imports": "domain",
    "charts": "words domain",
    "words": "models domain",
    "models": "domain",
    "domain": "",
}
BESIDE_MODELS = ("sessions", "encryption", "hashes", "apps", "checks", "keys", "ownership")
FLOORS = (
    *("values", "rulebook", "household", "contracts", "ledger"),
    *("plan", "paying", "optimum", "make_plan", "answers", "offers"),
)
ROOMS = {
    ("start", "debts"): "the first debt is entered as any other",
    ("waiting", "history"): "what cannot be reckoned is not waited for, but mended",
    ("middleware", "history"): "whatever page was asked for may have to be the one that mends",
}


@cache
def arrows():
    """(module, what it imports) of all that is in planner/."""
    return tuple(_arrows())


def _arrows():
    for path in sorted((ROOT / "planner").rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("planner"):
                yield from ((module, f"{node.module}.{alias.name}") for alias in node.names)
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
                yield from ((module, name) for name in names if name.startswith("planner"))


def layer_of(module):
    name = f"{module}.".split(".")[1]
    return "models" if name in BESIDE_MODELS else name


def test_each_layer_imports_only_what_stands_below_it():
    arrows_up = [
        (module, name)
        for module, name in arrows()
        if layer_of(module) in LAYERS
        and layer_of(name) not in (layer_of(module), *LAYERS[layer_of(module)].split())
    ]

    assert arrows_up == []
    assert {layer_of(module) for module, _name in arrows()} <= {*LAYERS, "migrations"}


def test_no_room_imports_another():
    """What rooms share lies in pages/ itself, and imports none of them."""

    def room_of(module):
        parts = module.split(".")
        return parts[2] if parts[:2] == ["planner", "pages"] and len(parts) > 2 else None

    shared = {path.stem for path in (ROOT / "planner" / "pages").glob("*.py")}
    between = {
        (room_of(module), room_of(name))
        for module, name in arrows()
        if room_of(module) and room_of(name) and room_of(name) not in shared
        if room_of(module) != room_of(name)
    }

    assert between == set(ROOMS)


@pytest.mark.parametrize("floor", FLOORS)
def test_no_floor_of_the_engine_imports_a_higher_one(floor):
    above = FLOORS[FLOORS.index(floor) + 1 :]

    assert [
        (module, name)
        for module, name in arrows()
        if module.startswith(f"planner.domain.{floor}")
        if any(name.startswith(f"planner.domain.{one}.") for one in above)
    ] == []


LOAD_PAGES = """
import sys
import django
django.setup()
from django.urls import get_resolver
assert get_resolver().url_patterns
print("\\n".join(sys.modules))
"""


def test_a_server_loads_no_library_of_files_before_it_is_asked_for_one():
    """They weigh 30 MB in each process of the site."""
    loaded = subprocess.run(
        [sys.executable, "-c", LOAD_PAGES],
        cwd=ROOT, capture_output=True, text=True, check=True,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
    ).stdout.split()  # fmt: skip

    assert "planner.pages.calendar.views" in loaded
    assert {"openpyxl", "docx", "numpy", "highspy", "pypdfium2"} & set(loaded) == set()
