"""What those who watch the server are told."""

import pytest
from django.core.cache import cache
from django.db import DatabaseError

from config import health
from planner.services.workers import SEEN, say_seen
from tests.config.test_unwritable import WAYS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def worker(monkeypatch):
    say_seen()
    # Of one that has found out nothing yet, and waits for no lock of another test.
    monkeypatch.setattr(health.Writes, "WAITS", 0.1)
    monkeypatch.setitem(health.CHECKS, "writes", health.Writes())


def test_a_server_that_can_serve_says_so_to_anybody(client, django_assert_num_queries):
    assert client.get("/health/ready").status_code == 200
    with django_assert_num_queries(0):
        assert client.get("/health/live").json() == {"live": True}

    told = client.get("/health/ready")

    names = ("database", "migrations", "key", "writes", "worker")
    assert told.json() == dict.fromkeys(names, True)
    assert told.headers["Cache-Control"] == "no-store, private"
    assert "Set-Cookie" not in told.headers


def test_while_the_database_is_away_nothing_else_waits_for_it(client, monkeypatch):
    asked = []

    def away():
        asked.append("once")
        raise DatabaseError("the pool has none left")

    for name in health.CHECKS:
        monkeypatch.setitem(health.CHECKS, name, away)

    told = client.get("/health/ready")

    assert (told.status_code, len(asked)) == (503, 1)
    assert told.json() == dict.fromkeys(health.CHECKS, False)


@pytest.mark.parametrize("name", [name for name in health.CHECKS if name != "database"])
def test_what_is_missing_is_named_with_a_503(client, monkeypatch, name):
    def away():
        raise DatabaseError("the words of the database are nobody's business")

    monkeypatch.setitem(health.CHECKS, name, away)

    told = client.get("/health/ready")

    assert told.status_code == 503
    assert told.json() == {one: one != name for one in health.CHECKS}
    assert client.get("/health/live").status_code == 200


def test_another_data_key_is_not_ready(client, settings):
    settings.DATA_KEYS = ["QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="]

    assert client.get("/health/ready").json()["key"] is False


def test_where_no_worker_was_seen_lately_it_says_so(client):
    cache.delete(SEEN)

    told = client.get("/health/ready")

    assert told.status_code == 503
    assert told.json()["worker"] is False


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("way", "reason"), [WAYS[0], WAYS[2]])
def test_what_cannot_be_written_is_seen_at_once_and_logged_once(
    client, caplog, monkeypatch, way, reason
):
    monkeypatch.setattr(health.Writes, "EVERY", -1.0)
    assert client.get("/health/ready").status_code == 200

    with way():
        answers = [client.get("/health/ready") for _ in range(3)]

    assert [one.json()["writes"] for one in answers] == [False] * 3
    assert [one.json()["database"] for one in answers] == [True] * 3
    assert caplog.text.count(f"nothing can be saved: {reason}") == 1
    assert client.get("/health/ready").status_code == 200


@pytest.mark.sqlite
def test_a_disk_that_is_nearly_full_is_not_ready(client, monkeypatch):
    monkeypatch.setattr(health.Writes, "ROOM", 10**18)

    told = client.get("/health/ready")

    assert (told.status_code, told.json()["writes"]) == (503, False)


def test_whoever_asks_again_and_again_makes_it_write_once(client, django_assert_max_num_queries):
    client.get("/health/ready")

    with django_assert_max_num_queries(3 * 4) as seen:
        for _ in range(3):
            client.get("/health/ready")

    assert not [one for one in seen if not one["sql"].startswith("SELECT")]
