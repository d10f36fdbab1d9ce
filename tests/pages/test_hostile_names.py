"""Names and notes that attack what they are shown in: every file, every page, every mail.

The forms take the invisible out of what is typed; here it arrives by a restored file, the one way
on which a name comes as somebody else wrote it.
"""

import io
import json
import re
from datetime import date
from html.parser import HTMLParser

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from planner.domain.household.household import parse_household
from planner.domain.make_plan import make_plan
from planner.exports.csv import FORMULA_STARTS, plan_csv
from planner.exports.ics import calendar_file
from planner.exports.xlsx import plan_xlsx
from planner.models import User
from planner.services import archive, people
from planner.services.documents import household_document_of
from planner.words.language import one_line
from tests.exports.readers import READERS, faults
from tests.exports.test_csv import rows_of
from tests.trust.addresses import ITEM, OWN, addresses
from tests.trust.household import full

MARK = "zq7"
HOSTILE = {
    "hyperlink": f'=HYPERLINK("https://{MARK}.example";"{MARK}")',
    "plus": f"+{MARK}",
    "minus": f"-{MARK}",
    "at": f"@{MARK}",
    "tab": f"\t={MARK}",
    "full width": f"＝{MARK}",
    "lines": f"{MARK}\nBcc: {MARK}@example.com\n\nX-{MARK}: 1",
    "calendar": f"{MARK}\nEND:VEVENT\nBEGIN:VEVENT\nUID:{MARK}",
    "escapes": f"{MARK}\\;\\,\\n;VALUE=DATE:,\\",
    "quotes": f"\"{MARK}' `${{{MARK}}}",
    "attribute": f'"><{MARK}-tag on{MARK}=1><!--',
    "single": f"'><{MARK}-tag on{MARK}=1></title></script></textarea>",
    "template": f"{{{{ {MARK} }}}}{{% {MARK} %}}%({MARK})s{{0.{MARK}}}%s",
    "decoded": f"&lt;{MARK}-tag&gt;&amp;#60;{MARK}-tag&gt;",
    "right to left": f"{MARK}\u202e00.1 efas\u2066\u200f",
    "invisible": "\u200b\u2060\ufeff",
    "long": f"{MARK}" + "长" * 197,
    "folded": f"{MARK}" + "👨‍👩‍👧🏠é" * 20,
}
LEADING = ("href", "src", "action", "id", "hx-get", "hx-post", "hx-target")
TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def hostile(name, today):
    """The household of one of everything, each thing of that name, and notes like it."""
    document = full(today)
    for kind in ("accounts", "incomes", "expenses", "debts"):
        for one in document[kind]:
            one["name"] = name
            if kind == "debts":
                one["note"] = name
    return document


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_no_file_takes_a_name_for_more_than_text(name):
    language = "zh" if len(name) % 2 else "en"
    today = date(2026, 12, 1)
    plain, plan = (
        make_plan(parse_household(hostile(one, today)), "minimum") for one in ("中性", name)
    )

    book = load_workbook(io.BytesIO(plan_xlsx(plan, language=language)))
    cells = [one for sheet in book for row in sheet.iter_rows() for one in row if one.value]
    assert {one.data_type for one in cells} <= {"s", "n", "d"}
    assert all(one.quotePrefix for one in cells if one.data_type == "s")
    assert all(one.hyperlink is None for one in cells)

    rows = rows_of(plan_csv(plan, language=language))
    assert len(rows) == len(rows_of(plan_csv(plain, language=language)))
    assert {len(row) for row in rows} == {14}
    for row in rows[1:]:
        for words in (row[1], row[2], row[13]):
            assert not words.startswith(FORMULA_STARTS)
            assert not TURNING.search(words)

    for is_discreet in (False, True):
        raw, harmless = (
            calendar_file(one, language=language, is_discreet=is_discreet) for one in (plan, plain)
        )
        first, *others = (read(raw) for read in READERS)
        assert faults(raw) == set()
        assert all(events == first for events in others)
        assert len(first) == len(READERS[0](harmless))
        assert not any(MARK in one.uid for one in first)


class _Looked(HTMLParser):
    """What of a page is neither text nor the value of an attribute of ours."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.made = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        names = [tag, *(name for name, _value in attrs)]
        self.made += [one for one in names if MARK in one]
        led = [value for name, value in attrs if name in LEADING]
        self.made += [value for value in led if MARK in value]

    def handle_comment(self, data):
        self.made += [data] if MARK in data else []


@pytest.fixture
def restored(db):
    """A member who took a file over from somebody: the names are numbered through its items."""
    document = full(date(2026, 12, 1))
    names = [*HOSTILE.values()]
    for kind in ("accounts", "incomes", "expenses", "debts"):
        first = document[kind][0]
        more = [
            first | {"id": f"{kind}-{number}", "name": name}
            | ({"note": name, "principal": "100.00"} if kind == "debts" else {})
            for number, name in enumerate(names)
        ]  # fmt: skip
        if kind == "debts":
            friend = document[kind][3]
            more = [friend | {"id": one["id"], "name": one["name"], "note": one["note"]}
                    for one in more]  # fmt: skip
        document[kind] += more
    user = User.objects.create_user("taker@example.com")
    people.record_consent(user=user)
    archive.restore_household(user=user, file=archive.read_file(json.dumps(document).encode()))
    client = Client()
    client.force_login(user)
    return user, client, household_document_of(user)


@pytest.mark.slow
def test_on_every_page_a_name_is_text_and_can_be_seen(restored, clock):
    clock(date(2026, 12, 1))
    _user, client, document = restored
    items = {kind: [one["id"] for one in document[kind] if one["id"][-1] in "0123456789"]
             for kind in ("debts", "incomes", "expenses", "accounts")}  # fmt: skip
    few = {kind: ids if kind == "debts" else ids[-6:] for kind, ids in items.items()}
    seen = 0
    for one in addresses(few, [(items["debts"][0], date(2026, 12, 15))]):
        if one.kind not in (OWN, ITEM) or one.name == "planner:data-erase":
            continue
        for headers in ({}, {"HX-Request": "true"}):
            answer = client.get(one.path, headers=headers)
            assert answer.status_code < 500, one
            held = " ".join(value for _name, value in answer.headers.items())
            assert MARK not in held, one
            if answer.headers.get("Content-Disposition"):
                assert re.fullmatch(
                    r'attachment; filename="[a-z0-9.-]+"', answer.headers["Content-Disposition"]
                )
            if "html" not in answer.headers.get("Content-Type", ""):
                continue
            text = answer.getvalue().decode()
            seen += MARK in text
            assert _Looked(text).made == [], one
            assert not TURNING.search(text), one
    assert seen > 30
    for kind in items:
        for one in document[kind]:
            assert one_line(one["name"]), one


def test_no_mail_holds_a_name_or_a_header_of_a_name(restored, client):
    user, _client, _document = restored
    for address in [user.email, *(f"{name}@example.com" for name in HOSTILE.values())]:
        for url in ("account_reset_password", "account_request_login_code"):
            client.post(reverse(url), {"email": address})
        Client().post(
            reverse("account_signup"),
            {"email": address, "password1": "eleven purple llamas", "consent": "on"},
        )

    assert [user.email] in [one.to for one in mail.outbox]
    for one in mail.outbox:
        message = one.message()
        assert re.fullmatch(r"[^\s,;<>\"]+@example\.com", "".join(one.to))
        assert set(message.keys()) == {
            "Content-Type", "MIME-Version", "Content-Transfer-Encoding", "Subject", "From", "To",
            "Date", "Message-ID",
        }  # fmt: skip
        assert MARK not in one.subject + one.body.replace(one.to[0], "")
