"""One plan, one sentence: on its page, in the files, and from the command."""

import io
import json

import pytest
from django.core.management import call_command
from django.urls import reverse

from planner.words.markup import text_of
from tests.households import document
from tests.paths import EXAMPLES
from tests.words.test_answer import STATES

HOUSEHOLDS = {
    name: document(**{"strategy": "minimum"} | changes) for name, changes in STATES.items()
} | {path.stem: json.loads(path.read_text()) for path in sorted(EXAMPLES.glob("*.json"))}
EXPECTED = {
    "nothing owed": "empty", "paid off": "clear", "on time": "safe", "without an end": "endless",
    "short much later": "later", "a minimum is short": "short", "an amount is short": "short",
    "overdue, with money": "overdue", "overdue, without money": "overdue",
    "huabei_jiebei_card": "safe", "overdue": "overdue", "short": "short",
}  # fmt: skip


def run_together(text):
    """As it reads where lines may break anywhere: bullets and spaces left out."""
    return "".join(text.replace("* ", "").split())


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", HOUSEHOLDS)
def test_page_file_and_command_say_the_same(
    client, make_member, tmp_path, monkeypatch, name, language
):
    household = HOUSEHOLDS[name]
    client.force_login(make_member("owner", **household))
    client.cookies["language"] = language
    page = client.get(reverse("planner:plan")).context["page"]
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8" if language == "en" else "zh_CN.UTF-8")
    (tmp_path / "household.json").write_text(json.dumps(household))
    out = io.StringIO()

    call_command("plan", str(tmp_path / "household.json"), stdout=out)

    table = out.getvalue()
    answer = page.answer
    assert answer.state == EXPECTED[name]
    assert answer.headline in client.get(reverse("planner:plan")).content.decode()
    for said in (answer.headline, answer.why, answer.action):
        assert run_together(text_of(said)) in run_together(table)
    told = [run_together(text_of(one)) for one in (*page.warnings, *page.notes)]
    starred = table.split("\n\n")[-1] if "\n* " in table else ""
    assert [run_together(one) for one in starred.split("\n* ")] == (told or [""])
    if page.has_debts and page.plan.dues:
        csv = client.get(reverse("planner:plan-csv")).content.decode()
        assert page.plan_line in csv
        assert page.plan_line in client.get(reverse("planner:calendar")).content.decode()
