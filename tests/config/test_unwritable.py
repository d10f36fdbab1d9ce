"""A database that takes no writes: said as it is, and nothing is half done."""

import logging
import sqlite3
from contextlib import contextmanager, suppress
from hashlib import sha256

import pytest
from django.core.cache import cache
from django.db import DatabaseError, OperationalError, connection
from django.urls import reverse

from config.unwritable import why_unwritable
from planner.models import User
from planner.services.documents import household_document_of
from tests.households import expense
from tests.sending import as_sent

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def read_only():
    setting = {
        "sqlite": ("PRAGMA query_only = ON", "PRAGMA query_only = OFF"),
        "postgresql": ("SET default_transaction_read_only = on",
                       "SET default_transaction_read_only = off"),
    }[connection.vendor]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(setting[0])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(setting[1])


@contextmanager
def full():
    with full_file() if connection.vendor == "sqlite" else full_disk():
        yield


@contextmanager
def full_disk():
    """What PostgreSQL answers then; with a disk that is full: tests/trust/disk.py."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER no_room BEFORE INSERT ON planner_expense EXECUTE FUNCTION no_room()"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION no_room CASCADE")


@contextmanager
def full_file():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE filler (bytes BLOB)")
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        with suppress(OperationalError):  # until no room is left within the file either
            while True:
                cursor.execute("INSERT INTO filler VALUES (zeroblob(3000))")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1000000000")
            cursor.execute("DROP TABLE filler")


@contextmanager
def locked():
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 20000")


WAYS = [
    pytest.param(read_only, "the database is read-only", id="read-only"),
    pytest.param(full, "the disk is full", id="full"),
    pytest.param(locked, "the database is locked", id="locked", marks=pytest.mark.sqlite),
]


def assert_said(response, caplog, reason):
    assert response.status_code == 503
    assert "那一次没有保存" in response.content.decode()
    assert "was not saved" in response.content.decode()
    assert response.headers["Retry-After"]
    assert response.headers["Content-Security-Policy"]
    errors = [one.getMessage() for one in caplog.records if one.levelno == logging.ERROR]
    assert f"nothing can be saved: {reason}" in errors


@pytest.mark.parametrize(("way", "reason"), WAYS)
def test_a_write_that_cannot_be_kept_is_a_calm_503(make_member, client, caplog, way, reason):
    # What stood before is kept for undo: too large for the room left within pages in use.
    names = [sha256(f"{number}".encode()).hexdigest() for number in range(200)]
    owner = make_member("owner", expenses=[expense(id=one, name=one) for one in names])
    client.force_login(owner)
    client.raise_request_exception = False
    form = client.get(reverse("planner:expense-create")).context["form"]
    sent = as_sent(form, name="new", amount="12.00", month_day="5")
    before = household_document_of(owner)

    with way():
        response = client.post(reverse("planner:expense-create"), sent)

    assert_said(response, caplog, reason)
    owner._state.fields_cache.clear()
    assert household_document_of(owner) == before


@pytest.mark.parametrize(("way", "reason"), [WAYS[0], WAYS[2]])
def test_signing_in_then_is_no_attempt_too_many(client, caplog, way, reason):
    User.objects.create_user("a@example.com", "seven quiet marmots 5183")
    client.raise_request_exception = False
    page = reverse("account_login")
    client.get(page)

    with way():
        response = client.post(
            page, {"login": "a@example.com", "password": "seven quiet marmots 5183"}
        )

    assert_said(response, caplog, reason)
    assert "太多" not in response.content.decode()


def test_a_count_that_cannot_be_kept_is_no_limit_reached():
    assert cache.add("seen", 1)
    assert not cache.add("seen", 1)

    with read_only(), pytest.raises(DatabaseError) as caught:
        cache.add("unseen", 1)

    assert why_unwritable(caught.value) == "the database is read-only"


def test_an_ordinary_fault_stays_a_fault(rf):
    for error in (ValueError("x"), OperationalError("no such table: x"), KeyError(1)):
        if isinstance(error, OperationalError):
            error.__cause__ = sqlite3.OperationalError("no such table: x")
        assert why_unwritable(error) is None


def test_what_expired_may_be_added_again_and_set_over():
    cache.set("old", 1, timeout=-5)

    assert cache.add("old", 2)
    assert cache.get("old") == 2
    cache.set("old", 3)
    assert cache.get("old") == 3
    assert cache.touch("old", 60)
    assert not cache.touch("never", 60)
