"""What a file of the database tells without the keys, and what becomes of it with other keys."""

import hashlib
import json
from datetime import date

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from planner import hashes, keys
from planner.encryption import EncryptedTextField
from planner.models import HouseholdRow, IdempotencyKey, InstallationKey, KeptPlan
from planner.plans import audit
from planner.plans.kept import stored_plan
from planner.services import people
from planner.services.changes import change_household
from planner.services.documents import household_document_of, household_of, outline_of
from planner.services.entries import record_payment

ANOTHER = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
AMOUNT = "731.46"
PAID = {
    "kind": "payment", "on": "2026-12-01", "debt": "friend", "amount": AMOUNT, "account": "card",
    "planned_on": None,
}  # fmt: skip


@pytest.fixture
def paid(owner):
    record_payment(
        user=owner, debt="friend", on=date(2026, 12, 1), amount_fen=731_46, account="card",
        key="form-1",
    )  # fmt: skip
    change_household(user=owner, buffer="412.57")
    stored_plan(user=owner, strategy="minimum")
    return owner


def stolen():
    """All that the tables hold, as text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found += [str(row) for row in cursor.fetchall()]
    return "\n".join(found)


def guesses(user, digest, name, wanted):
    """What the database would hold if the one thing that the guesser does not know were `wanted`.

    They know the household, its history and the form that was sent, and how each is hashed.
    """
    outline = outline_of(household_of(user))
    if name == "payment":
        entry = PAID | {"amount": wanted}
        history = digest({"history": [entry]})
        yield history
        yield digest({"enter": entry})
    else:
        history = digest({"history": [PAID]})
        outline = outline | {"buffer": wanted}
        yield str(round(float(wanted) * 100))
    rest = {k: v for k, v in outline.items() if k not in ("strategy", "history_hash")}
    engine = hashes.engine_fingerprint()
    yield digest({"household": rest, "history": history, "engine": engine})


def plain(document):
    return hashlib.sha256(hashes.canonical(document)).hexdigest()


@pytest.mark.parametrize(("name", "amount"), [("payment", AMOUNT), ("buffer", "412.57")])
def test_who_knows_all_but_one_amount_cannot_confirm_it_from_the_database(paid, name, amount):
    told = stolen()

    assert [guess for guess in guesses(paid, plain, name, amount) if guess in told] == []
    # The guesser is right about how things are filed: with the key each guess is found.
    with_key = list(guesses(paid, hashes.digest, name, amount))
    assert all(guess in told for guess in with_key if len(guess) == 64)
    assert not any(guess in told for guess in guesses(paid, hashes.digest, name, "731.47"))


def test_the_key_of_digests_cannot_be_read_without_data_keys(paid, settings):
    assert keys.digest_key().hex() not in stolen()

    settings.DATA_KEYS = [ANOTHER]

    assert not keys.fit()


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("backup", ["copies"]),
        ("check_books", []),
        ("prune", []),
        ("reencrypt", []),
        ("remove_factors", ["owner@example.com"]),
        ("send_reminders", []),
    ],
)
def test_no_command_begins_with_keys_that_do_not_fit(
    paid, settings, name, arguments, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    settings.DATA_KEYS = [ANOTHER]

    with pytest.raises(CommandError) as caught:
        call_command(name, *arguments, skip_checks=False)

    assert "Put the right key back from your copy" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_new_data_key_loses_nothing(paid, settings):
    before = household_document_of(paid)
    plans = {row.strategy: row.document for row in KeptPlan.objects.owned_by(paid)}
    settings.DATA_KEYS = [ANOTHER, *settings.DATA_KEYS]

    call_command("reencrypt")
    settings.DATA_KEYS = settings.DATA_KEYS[:1]

    assert keys.fit()
    paid._state.fields_cache.clear()
    assert household_document_of(paid) == before
    assert {row.strategy: row.document for row in KeptPlan.objects.owned_by(paid)} == plans
    assert audit.check_books(paid) == []


def test_each_encrypted_field_is_written_again(paid, settings):
    """Found by what they are: whoever adds a field need not remember it here."""
    fields = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.fields
        if isinstance(field, EncryptedTextField)
    }

    assert {(model, name) for model, names in keys.encrypted() for name in names} == fields
    assert (HouseholdRow, "buffer_fen") in fields
    assert [model for model, _names in keys.encrypted()][-1] is InstallationKey


def test_a_new_data_key_that_is_only_half_laid_leaves_the_old_one_needed(
    paid, settings, monkeypatch
):
    old = settings.DATA_KEYS
    settings.DATA_KEYS = [ANOTHER, *old]
    again = people._write_again

    def stops(user):
        again(user)
        raise KeyboardInterrupt

    monkeypatch.setattr(people, "_write_again", stops)
    with pytest.raises(KeyboardInterrupt):
        call_command("reencrypt")
    settings.DATA_KEYS = [ANOTHER]

    assert not keys.fit()


def test_a_form_sent_again_is_known_by_its_keyed_fingerprint(paid):
    record_payment(
        user=paid, debt="friend", on=date(2026, 12, 1), amount_fen=731_46, account="card",
        key="form-1",
    )  # fmt: skip

    assert IdempotencyKey.objects.owned_by(paid).count() == 1
    assert len(json.dumps(household_document_of(paid)["history"])) < 200
