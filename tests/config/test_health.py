"""What those who watch the server are told."""

import pytest
from django.core.cache import cache
from django.db import DatabaseError

from config import health
from planner.services.workers import SEEN, say_seen

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def worker():
    say_seen()


def test_a_server_that_can_serve_says_so_to_anybody(client, django_assert_num_queries):
    assert client.get("/health/ready").status_code == 200
    with django_assert_num_queries(0):
        assert client.get("/health/live").json() == {"live": True}

    told = client.get("/health/ready")

    names = ("database", "migrations", "key", "worker")
    assert told.json() == dict.fromkeys(names, True)
    assert told.headers["Cache-Control"] == "no-store, private"
    assert "Set-Cookie" not in told.headers


@pytest.mark.parametrize("name", health.CHECKS)
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
