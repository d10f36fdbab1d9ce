"""What the documents say of the tree and of the command is true."""

import re
from io import StringIO

import pytest
from django.core.management import call_command

from tests.paths import ROOT

DOCUMENTS = [
    "README.md",
    "CONTRIBUTING.md",
    *(f"docs/{one.name}" for one in (ROOT / "docs").glob("*.md")),
]
FOLDERS = "planner|templates|tests|config|docs|examples|benchmarks|static"
NAMED = re.compile(rf"`((?:{FOLDERS})/[\w./-]*)`")
EXAMPLE = r"```console\n\$ python manage\.py plan (\S+)\n(.*?)…\n```"
LINKED = re.compile(r"\]\(((?!https?:|#)[^)#]+)")


def text_of(name):
    return (ROOT / name).read_text("utf-8")


def missing_in(text, folder):
    named = [ROOT / one for one in NAMED.findall(text)]
    linked = [folder / one for one in LINKED.findall(text)]
    return [str(path) for path in [*named, *linked] if not path.exists()]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_path_that_a_document_names_is_there(name):
    assert missing_in(text_of(name), (ROOT / name).parent) == []


def test_a_path_that_is_not_there_is_found():
    assert missing_in("see `planner/nowhere.py` and [it](gone.md)", ROOT)


def test_the_readme_is_short():
    assert text_of("README.md").count("\n") <= 130


def test_the_readme_names_every_room():
    rooms = [one.parent.name for one in (ROOT / "planner/pages").glob("*/views.py")]
    floors = [one.parent.name for one in (ROOT / "planner/domain").glob("*/__init__.py")]

    assert len(rooms) > 10 < len(floors) + 3
    for name in [*rooms, *floors]:
        assert re.search(rf"\b{name}\b", text_of("README.md")), name


def test_the_readme_s_plan_is_what_the_command_prints():
    shown = re.search(EXAMPLE, text_of("README.md"), re.DOTALL)
    printed = StringIO()

    call_command("plan", str(ROOT / shown[1]), stdout=printed)

    assert printed.getvalue().startswith(shown[2])
