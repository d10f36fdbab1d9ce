import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from planner import history, services
from planner.domain.household import MAX_BYTES
from planner.models import Household, User
from tests.households import document


@pytest.fixture
def lived(make_member, monkeypatch):
    """An owner with a history of three entries, on the 20th of January."""
    monkeypatch.setattr(Household, "today", lambda self: date(2027, 1, 20))
    user = make_member("owner")
    history.record_arrival(
        user=user, income="salary", on=date(2026, 12, 12), amount_fen=800_000,
        planned_on=date(2026, 12, 10),
    )  # fmt: skip
    history.record_payment(
        user=user, debt="friend", on=date(2026, 12, 15), amount_fen=50_000, account="card",
        planned_on=date(2026, 12, 15),
    )  # fmt: skip
    history.count_account(user=user, account="card", balance_fen=321_000)
    return user


@pytest.fixture
def newcomer(db):
    user = User.objects.create_user("new@example.com")
    services.record_consent(user=user)
    return user


def exported(user):
    return json.dumps(services.household_document_of(user), indent=2).encode()


def test_a_household_restored_elsewhere_gives_the_same_plan(lived, newcomer):
    services.restore_household(user=newcomer, raw=exported(lived))

    assert services.household_document_of(newcomer) == services.household_document_of(lived)
    for strategy in ("minimum", "avalanche"):
        assert services.stored_plan(user=newcomer, strategy=strategy) == services.stored_plan(
            user=lived, strategy=strategy
        )


def test_the_export_of_everything_restores_what_was_answered_too(lived, newcomer):
    asked = [one.key for one in history.open_questions(lived)]
    raw = json.dumps(services.export_of(lived), ensure_ascii=False).encode()

    services.restore_household(user=newcomer, raw=b"\xef\xbb\xbf" + raw)

    assert [one.key for one in history.open_questions(newcomer)] == asked


def test_undo_leads_back_from_a_restored_household(lived, owner_of_other):
    before = services.household_document_of(owner_of_other)
    services.restore_household(user=owner_of_other, raw=exported(lived))

    assert services.undo(user=owner_of_other)
    assert services.household_document_of(owner_of_other) == before


@pytest.fixture
def owner_of_other(make_member):
    return make_member("other", buffer="7.00")


FILES = {
    "foreign": json.dumps({"format": "something", "version": 1}).encode(),
    "a list": b"[]",
    "damaged": json.dumps(document()).encode()[:-200],
    "no text": bytes(range(256)),
    "empty": b"",
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
    before = services.household_document_of(owner)
    counter = Household.objects.get(owner=owner).revision

    with pytest.raises(services.RestoreRefused) as caught:
        services.restore_household(user=owner, raw=FILES[name])

    assert str(caught.value)
    assert services.household_document_of(owner) == before
    assert Household.objects.get(owner=owner).revision == counter


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
    assert services.household_document_of(newcomer) == services.household_document_of(lived)


def test_the_page_says_why_a_file_is_refused(owner_client):
    response = send(owner_client, b"{}")

    assert response.status_code == 422
    assert response.context["form"].errors["file"]


def test_fifty_megabytes_are_answered_with_a_page(owner_client, owner):
    before = services.household_document_of(owner)

    response = send(owner_client, b" " * 50_000_000)

    assert response.status_code == 413
    assert services.household_document_of(owner) == before
