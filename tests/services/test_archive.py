import json
import time
import tracemalloc
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from planner.domain.household import limits
from planner.domain.household.limits import MAX_BYTES
from planner.domain.values.reading import InvalidDocument
from planner.models import Arrangement, HistoryEntry, HouseholdRow, User
from planner.plans import audit
from planner.plans.kept import standing_household, stored_plan
from planner.plans.questions import open_questions
from planner.services import archive, people
from planner.services.arrangements import (
    agree_arrangement,
    ask_arrangement,
    break_arrangement,
    record_offer,
)
from planner.services.changes import undo
from planner.services.documents import has_figures, household_document_of
from planner.services.entries import record_arrival, record_payment, undo_entry
from planner.services.errors import EntryRefused
from planner.services.items import save_item
from tests.entering import enter
from tests.households import debt, document, expense


@pytest.fixture
def lived(make_member, monkeypatch):
    """An owner with a history of three entries, on the 20th of January."""
    monkeypatch.setattr(HouseholdRow, "today", lambda self: date(2027, 1, 20))
    user = make_member("owner")
    record_arrival(
        user=user, income="salary", on=date(2026, 12, 12), amount_fen=800_000,
        planned_on=date(2026, 12, 10),
    )  # fmt: skip
    record_payment(
        user=user, debt="friend", on=date(2026, 12, 15), amount_fen=50_000, account="card",
        planned_on=date(2026, 12, 15),
    )  # fmt: skip
    enter(user, "accounts", "card", balance="3210.00")
    return user


@pytest.fixture
def newcomer(db):
    user = User.objects.create_user("new@example.com")
    people.record_consent(user=user)
    return user


def exported(user):
    return json.dumps(household_document_of(user), indent=2).encode()


def test_a_household_restored_elsewhere_gives_the_same_plan(lived, newcomer):
    archive.restore_household(user=newcomer, file=archive.read_file(exported(lived)))

    assert household_document_of(newcomer) == household_document_of(lived)
    for strategy in ("minimum", "avalanche"):
        assert stored_plan(user=newcomer, strategy=strategy) == stored_plan(
            user=lived, strategy=strategy
        )


def test_the_export_of_everything_restores_what_was_answered_too(lived, newcomer):
    asked = [one.key for one in open_questions(lived)]
    raw = json.dumps(archive.export_of(lived), ensure_ascii=False).encode()

    archive.restore_household(user=newcomer, file=archive.read_file(b"\xef\xbb\xbf" + raw))

    assert [one.key for one in open_questions(newcomer)] == asked


ROWS = {
    "contract": "instalment", "method": "listed", "principal": "3000.00", "rate": None,
    "rows": [{"due_on": "2027-03-01", "principal": "3000.00"}],
}  # fmt: skip


@pytest.fixture
def eventful(lived):
    """With something undone, an arrangement that was broken, one agreed and one asked for."""
    wrong = record_payment(
        user=lived, debt="friend", on=date(2026, 12, 16), amount_fen=7_00, account="card"
    )
    undo_entry(user=lived, entry=wrong.pk)
    for on, is_broken in ((date(2027, 1, 2), True), (date(2027, 1, 10), False)):
        asked = ask_arrangement(user=lived, debt="friend", asked_on=on, note="分三期\n慢慢还")
        record_offer(user=lived, arrangement=asked.pk, on=on, terms=ROWS)
        agree_arrangement(user=lived, arrangement=asked.pk, on=on, terms=ROWS, confirmed_by="短信")
        if is_broken:
            break_arrangement(user=lived, arrangement=asked.pk, on=date(2027, 1, 8))
    HouseholdRow.objects.owned_by(lived).update(time_zone="Asia/Tokyo", is_discreet=True)
    return lived


def told(user):
    """All that an export tells, apart from whose it is and when it was made."""
    export = archive.export_of(user)
    numbers = {row["number"]: place for place, row in enumerate(export["history"])}
    rows = [
        row | {"number": numbers[row["number"]], "undoes": numbers.get(row["undoes"])}
        for row in export["history"]
    ]
    kept = {key: export[key] for key in ("household", "arrangements")}
    shown = {key: export["settings"][key] for key in ("time_zone", "is_discreet")}
    return kept | {"settings": shown, "history": sorted(rows, key=lambda row: str(row))}


def everything(user):
    return json.dumps(archive.export_of(user), ensure_ascii=False).encode()


def test_everything_comes_back_in_an_empty_account(eventful, newcomer):
    archive.restore_household(user=newcomer, file=archive.read_file(everything(eventful)))

    first, second = told(eventful), told(newcomer)
    for one in (first, second):
        for row in one["history"]:
            del row["number"], row["undoes"]
    assert second == first
    undone = HistoryEntry.objects.owned_by(newcomer).get(slug="friend", on=date(2026, 12, 16),
                                                         kind="payment")  # fmt: skip
    assert undone.undone_by.entry == undone.entry
    assert audit.check_books(newcomer) == []
    for strategy in ("minimum", "avalanche"):
        assert stored_plan(user=newcomer, strategy=strategy) == stored_plan(
            user=eventful, strategy=strategy
        )


def test_what_came_back_goes_on(eventful, newcomer):
    archive.restore_household(user=newcomer, file=archive.read_file(everything(eventful)))
    row = Arrangement.objects.owned_by(newcomer).get(state="agreed")

    break_arrangement(user=newcomer, arrangement=row.pk, on=date(2027, 1, 20))

    assert standing_household(newcomer).debts[0].contract == "open"
    assert undo(user=newcomer)
    assert Arrangement.objects.get(pk=row.pk).state == "agreed"


def test_restored_again_nothing_stands_twice(eventful, newcomer):
    for _ in range(2):
        archive.restore_household(user=newcomer, file=archive.read_file(everything(eventful)))
    archive.restore_household(user=eventful, file=archive.read_file(everything(eventful)))

    assert Arrangement.objects.owned_by(newcomer).count() == 2
    assert Arrangement.objects.owned_by(eventful).count() == 2
    assert told(newcomer)["household"] == told(eventful)["household"]


def spoil_history(export):
    export["history"][0]["entry"]["amount"] = "1.00"


def spoil_undone(export):
    for row in export["history"]:
        if row["entry"]["on"] == "2026-12-16":
            row["entry"]["amount"] = "much"


def spoil_missing(export):
    del export["history"][0]


def spoil_number(export):
    export["history"][1]["number"] = export["history"][0]["number"]


def spoil_undoes(export):
    next(row for row in export["history"] if row["undoes"])["undoes"] = 10**6


def spoil_moment(export):
    export["history"][0]["entered_on"] = "yesterday"


def spoil_first_moment(export):
    export["history"][0]["entered_on"] = "0001-01-01T00:00:00+14:00"  # before there are years


def spoil_last_moment(export):
    export["history"][0]["entered_on"] = "9999-12-31T23:59:59-12:00"


def spoil_kind(export):
    export["history"][0]["kind"] = "dance"


def spoil_list(export):
    export["history"] = {"0": 1}


def spoil_row(export):
    export["history"][0] = "a row"


def spoil_state(export):
    export["arrangements"][0]["state"] = "kept"


def spoil_dates(export):
    export["arrangements"][0]["agreed_on"] = None


def spoil_agreed(export):
    export["arrangements"].append(export["arrangements"][0])


def spoil_terms(export):
    export["arrangements"][0]["terms"]["rows"] = "none"


def spoil_debt(export):
    export["arrangements"][0]["debt"] = "../.."


def spoil_key(export):
    export["arrangements"][0]["owner"] = 1


SPOILS = [value for name, value in list(globals().items()) if name.startswith("spoil_")]


@pytest.mark.parametrize("spoil", SPOILS)
def test_an_export_that_was_changed_is_refused_and_nothing_changes(eventful, newcomer, spoil):
    export = json.loads(everything(eventful))
    spoil(export)
    before = told(newcomer)

    with pytest.raises(archive.RestoreRefused) as caught:
        archive.restore_household(
            user=newcomer, file=archive.read_file(json.dumps(export).encode())
        )

    assert caught.value.code == "invalid"
    assert told(newcomer) == before
    assert not HouseholdRow.objects.get(owner=newcomer).revision


@pytest.mark.parametrize("zone", [{}, [], 8, "Mars/Olympus", None])
def test_settings_that_are_not_known_here_stay_as_they_are(eventful, newcomer, zone):
    export = json.loads(everything(eventful))
    export["settings"]["time_zone"] = zone
    before = HouseholdRow.objects.get(owner=newcomer).time_zone

    archive.restore_household(user=newcomer, file=archive.read_file(json.dumps(export).encode()))

    assert HouseholdRow.objects.get(owner=newcomer).time_zone == before


def test_undo_leads_back_from_a_restored_household(lived, owner_of_other):
    before = household_document_of(owner_of_other)
    archive.restore_household(user=owner_of_other, file=archive.read_file(exported(lived)))

    assert undo(user=owner_of_other)
    assert household_document_of(owner_of_other) == before


@pytest.fixture
def owner_of_other(make_member):
    return make_member("other", buffer="7.00")


FILES = {
    "foreign": json.dumps({"format": "something", "version": 1}).encode(),
    "a list": b"[]",
    "damaged": json.dumps(document()).encode()[:-200],
    "no text": bytes(range(256)),
    "empty": b"",
    "nested": b'{"format": ' + b"[" * 480 + b"]" * 480 + b"}",
    "nested deeper": b"[" * 100_000 + b"]" * 100_000,
    "twice": b'{"format": "repayment-household", "format": "anhuan-export"}',
    "a long number": b'{"format": "repayment-household", "version": ' + b"9" * 9_000 + b"}",
    "no number": b'{"format": "repayment-household", "version": NaN}',
    "a zip": b"PK\x03\x04" + bytes(100),
    "newer": json.dumps(document(version=2)).encode(),
    "older": json.dumps(document(version=0)).encode(),
    "newer export": json.dumps({"format": "anhuan-export", "version": 9}).encode(),
    "changed": json.dumps(document(buffer="much")).encode(),
    "too large": b" " * (MAX_BYTES + 1),
    "paid too much": json.dumps(
        document(
            planned_from="2026-12-09",
            history=[
                {"kind": "payment", "on": "2026-12-05", "debt": "friend", "amount": "9000.00"}
            ],
        )
    ).encode(),
}


@pytest.mark.parametrize("name", FILES)
def test_another_file_is_refused_with_a_sentence_and_nothing_changes(owner, name):
    before = household_document_of(owner)
    counter = HouseholdRow.objects.get(owner=owner).revision

    with pytest.raises(archive.RestoreRefused) as caught:
        archive.restore_household(user=owner, file=archive.read_file(FILES[name]))

    assert str(caught.value)
    assert household_document_of(owner) == before
    assert HouseholdRow.objects.get(owner=owner).revision == counter


def test_a_file_of_nothing_but_faults_is_refused_at_once(owner):
    raw = {"format": "anhuan-export", "version": 1, "household": document(),
           "history": [], "arrangements": [{}] * 20_000}  # fmt: skip
    began = time.process_time()

    with pytest.raises(archive.RestoreRefused):
        archive.restore_household(user=owner, file=archive.read_file(json.dumps(raw).encode()))

    assert time.process_time() - began < 3


def send(client, raw):
    upload = SimpleUploadedFile("household.json", raw, content_type="application/json")
    form = client.get(reverse("planner:household-import")).context["form"]
    return client.post(
        reverse("planner:household-import"), {"file": upload, "key": form["key"].value()}
    )


def test_the_page_restores_and_leads_to_the_plan(client, lived, newcomer):
    client.force_login(newcomer)

    response = send(client, exported(lived))

    assert response.url == reverse("planner:plan")
    assert household_document_of(newcomer) == household_document_of(lived)


def test_the_page_says_why_a_file_is_refused(owner_client):
    response = send(owner_client, b"{}")

    assert response.status_code == 422
    assert response.context["form"].errors["file"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", FILES)
def test_a_refused_file_leaves_a_newcomer_without_anything_even_consent(client, name):
    user = User.objects.create_user("new@example.com")
    client.force_login(user)
    upload = SimpleUploadedFile("household.json", FILES[name], content_type="application/json")
    form = client.get(reverse("planner:household-import")).context["form"]
    sent = {"file": upload, "key": form["key"].value(), "consent": "on"}

    response = client.post(reverse("planner:household-import"), sent)

    assert response.status_code == 422
    assert not has_figures(user)
    assert not HouseholdRow.objects.get(owner=user).has_consent


def test_fifty_megabytes_are_answered_with_a_page(owner_client, owner):
    before = household_document_of(owner)

    response = send(owner_client, b" " * 50_000_000)

    assert response.status_code == 413
    assert household_document_of(owner) == before


# --- Files made to hold a server --------------------------------------------------------------


def payments(count, amount="1.00"):
    """A household with that many payments, day by day."""
    return document(
        debts=[debt(principal="900000.00")],
        planned_from="2031-12-01",
        history=[
            {
                "kind": "payment", "debt": "friend", "amount": amount, "account": "card",
                "on": (date(2026, 12, 1) + timedelta(days=number * 1800 // count)).isoformat(),
                "planned_on": None,
            }
            for number in range(count)
        ],
    )  # fmt: skip


def with_history(text):
    return (json.dumps(document())[:-1] + f', "history": {text}}}').encode()


HOSTILE = {
    "zeros": (with_history("[" + "0," * 3_900_000 + "0]"), "too_much"),
    "objects": (with_history("[" + "{}," * 120_000 + "{}]"), "damaged"),
    "keys": (with_history("{" + ",".join(f'"{n:020x}":0' for n in range(248_000)) + "}"),
             "invalid"),
    "one key again and again": (with_history("{" + '"a":0,' * 240_000 + '"a":0}'), "damaged"),
    "a long text": (with_history('"😀' + "x" * 7_900_000 + '"'), "damaged"),
    "unseen": (with_history('"' + "\u202e" * 2_600_000 + '"'), "damaged"),
    "long numbers": (with_history("[" + ",".join(["9" * 4_000] * 1_900) + "]"), "damaged"),
    "entries with a fault each": (json.dumps(payments(5_000, "much")).encode(), "invalid"),
    "too many entries": (json.dumps(payments(5_001)).encode(), "too_much"),
    "too many debts": (
        json.dumps(document(debts=[debt(id=f"d{n}") for n in range(201)])).encode(), "too_much"),
    "daily costs for years": (
        json.dumps(payments(1) | {"expenses": [
            expense(id=f"e{n}", on={"every_days": 1}) for n in range(1_000)]}).encode(),
        "too_much"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_no_file_costs_more_than_seconds_and_a_sentence_says_why(name):
    raw, code = HOSTILE[name]
    began = time.process_time()
    tracemalloc.start()
    try:
        with pytest.raises(archive.RestoreRefused) as caught:
            archive.read_file(raw)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert caught.value.code == code
    assert str(caught.value)
    assert len(caught.value.errors) <= 100
    assert peak < 100_000_000
    assert time.process_time() - began < 12  # counting every object takes four times as long


def test_the_longest_text_passes_however_it_is_escaped():
    longest = "\U0001f600" * 1_000 + "\u202e\U0001f600" * 1_000
    raw = json.dumps(document(debts=[debt(note=longest)]), ensure_ascii=True)

    file = archive.read_file(raw.encode())

    assert file.household.debts[0].note == "\U0001f600" * 2_000


def test_what_is_above_a_limit_is_told_with_all_limits():
    with pytest.raises(archive.RestoreRefused) as caught:
        archive.read_file(HOSTILE["too many debts"][0])

    for limit in (200, 1_000, 5_000, 600):
        assert str(limit) in str(caught.value)
    assert [(one.path, one.found) for one in caught.value.errors] == [("debts", "201 entries")]


@pytest.mark.django_db(transaction=True)
def test_a_file_is_read_outside_any_transaction(client, monkeypatch):
    user = User.objects.create_user("new@example.com")
    client.force_login(user)
    seen = []
    reading = archive.parse_household

    def watched(document):
        seen.append(connection.in_atomic_block)
        return reading(document)

    monkeypatch.setattr(archive, "parse_household", watched)
    upload = SimpleUploadedFile("household.json", json.dumps(document()).encode())
    form = client.get(reverse("planner:household-import")).context["form"]
    sent = {"file": upload, "key": form["key"].value(), "consent": "on"}

    response = client.post(reverse("planner:household-import"), sent)

    assert response.status_code == 302
    assert seen == [False]


def test_one_history_after_the_other_takes_its_time_once(newcomer, clock):
    """With the square of the entries this was a minute."""
    clock(date(2031, 12, 1))
    for amount in ("1.00", "2.00"):
        file = archive.read_file(json.dumps(payments(2_000, amount)).encode())
        began = time.process_time()
        archive.restore_household(user=newcomer, file=file)

    assert time.process_time() - began < 5
    assert household_document_of(newcomer)["history"][0]["amount"] == "2.00"


def test_a_household_above_a_limit_stays_editable(make_member, monkeypatch):
    user = make_member(debts=[debt(), debt(id="other", name="小王")])
    monkeypatch.setattr(limits, "LIMITS", {**limits.LIMITS, "debts": 1, "history": 0})

    save_item(user=user, kind="debts", item=debt(principal="2000.00"), version=1)
    with pytest.raises(InvalidDocument) as caught:
        save_item(user=user, kind="debts", item={**debt(), "id": "third"})

    assert [(one.path, one.code) for one in caught.value.errors] == [("debts", "at_most")]
    assert household_document_of(user)["debts"][0]["principal"] == "2000.00"


def test_a_history_above_its_limit_still_takes_an_entry(lived, monkeypatch):
    monkeypatch.setattr(limits, "LIMITS", {**limits.LIMITS, "history": 2})

    enter(lived, "accounts", "card", balance="1.00")

    assert len(household_document_of(lived)["history"]) == 4


def test_a_full_history_says_what_to_do(lived, monkeypatch):
    monkeypatch.setattr(limits, "LIMITS", {**limits.LIMITS, "history": 3})

    with pytest.raises(EntryRefused) as caught:
        enter(lived, "accounts", "card", balance="1.00")

    assert caught.value.code == "full"
    assert "3" in str(caught.value)
