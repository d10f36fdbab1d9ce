"""The log of contacts: only added to, marked by rules, taken along."""

import io
import json
import re
import time
from datetime import date, timedelta
from html import unescape

import pytest
from django.db import connection
from django.urls import reverse
from docx import Document

from planner.domain.household.contacts import Contact, contact_document
from planner.models import ContactEntry
from planner.services.archive import export_of, read_file, restore_household
from planner.services.documents import household_of
from tests.page_reading import read

LOG = reverse("planner:contact-list")
UNDO = reverse("planner:contact-undo")
FILE = reverse("planner:contact-docx")


@pytest.fixture
def owner(client, make_member):
    user = make_member("owner")
    client.force_login(user)
    return user


def sent(client, **changes):
    form = read(client.get(LOG).content.decode()).posting()
    own = next(one for one in form if one.action == LOG)
    return dict(own.sent()) | {
        "minute": "22:30", "way": "call", "said_to": "family", "who": "某某公司 007",
        "number": "13800138000", "words": "再不还就找你单位", "debt": "friend",
    } | changes  # fmt: skip


def said(response):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def test_what_was_said_is_written_down_and_marked_with_its_rule(client, owner):
    assert client.post(LOG, sent(client)).status_code == 302
    text = said(client.get(LOG))

    assert "22:30" in text
    assert "再不还就找你单位" in text
    assert "22 点到次日 8 点之间" in text
    assert "说给了别人" in text
    assert "网传" in text  # how sure the rule is


def test_nothing_of_it_stands_in_the_clear(client, owner):
    client.post(LOG, sent(client))
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM planner_contactentry")
        row = str(cursor.fetchall())

    assert "13800138000" not in row
    assert "单位" not in row


def test_what_was_wrong_gets_a_counter_entry_and_stays(client, owner):
    client.post(LOG, sent(client))
    row = ContactEntry.objects.get()
    before = row.entry
    for _twice in range(2):
        assert client.post(UNDO, {"entry": row.pk}).status_code == 302
    row.refresh_from_db()

    assert ContactEntry.objects.count() == 2
    assert row.entry == before
    assert "已撤回" in said(client.get(LOG))
    assert "再不还就找你单位" not in document_text(client)


def document_text(client):
    writing = Document(io.BytesIO(client.get(FILE).content))
    return "\n".join(one.text for one in writing.paragraphs)


def test_the_document_is_dated_and_names_the_rules(client, owner):
    client.post(LOG, sent(client))
    text = document_text(client)
    today = household_of(owner).today()

    assert f"{today.year}" in text
    assert "再不还就找你单位" in text
    assert "※ 22 点到次日 8 点之间" in text


def test_sent_twice_it_is_written_once(client, owner):
    values = sent(client)
    for _twice in range(2):
        client.post(LOG, values)

    assert ContactEntry.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [{"minute": "25:00"}, {"minute": ""}, {"on": "2099-01-01"}, {"way": "dream"}, {"debt": "x"}],
)
def test_what_does_not_fit_is_refused(client, owner, changes):
    assert client.post(LOG, sent(client, **changes)).status_code == 422
    assert not ContactEntry.objects.exists()


def test_a_stranger_sees_and_takes_back_nothing(client, owner, make_member):
    client.post(LOG, sent(client))
    row = ContactEntry.objects.get()
    client.force_login(make_member("other"))
    client.post(UNDO, {"entry": row.pk})

    assert "再不还就找你单位" not in said(client.get(LOG))
    assert ContactEntry.objects.count() == 1
    for wrong in ("", "x", "٣", "9" * 30):
        assert client.post(UNDO, {"entry": wrong}).status_code == 302


def test_hostile_words_stay_text(client, owner):
    client.post(LOG, sent(client, words="<b>x</b>\u202e{{ y }}", who="=1+1"))

    assert "<b>x</b>" not in client.get(LOG).content.decode()
    assert "<b>x</b>{{ y }}" in document_text(client)


def test_everything_comes_back_from_the_export(client, owner, make_member):
    client.post(LOG, sent(client))
    client.post(UNDO, {"entry": ContactEntry.objects.get().pk})
    client.post(LOG, sent(client, words="第二次"))
    raw = json.dumps(export_of(owner)).encode()
    other = make_member("other")
    for _twice in range(2):
        restore_household(user=other, file=read_file(raw))
    rows = list(ContactEntry.objects.owned_by(other).order_by("pk"))

    assert [bool(row.undoes_id) for row in rows] == [False, True, False]
    assert rows[2].entry["words"] == "第二次"


@pytest.mark.slow
def test_five_thousand_entries_are_paged_and_quick(client, owner, django_assert_max_num_queries):
    first = date(2026, 1, 1)
    ContactEntry.objects.bulk_create(
        ContactEntry(
            owner=owner,
            on=first + timedelta(days=number // 20),
            entry=contact_document(
                Contact(first + timedelta(days=number // 20), 600 + number % 20, "call", "me")
            ),
        )
        for number in range(5_000)
    )
    client.get(LOG)
    begun = time.process_time()
    with django_assert_max_num_queries(25):
        response = client.get(f"{LOG}?page=100")
    taken = time.process_time() - begun

    assert "100 / 100" in said(response)
    assert taken < 1.0
    assert client.get(f"{LOG}?page=x").status_code == 200
    assert len(document_text(client).splitlines()) > 5_000
