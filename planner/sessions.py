"""The session engine: Django's own in the database, with the user as a column."""

from contextlib import suppress
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore

from planner.models import Session


class SessionStore(DatabaseSessionStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def save(self, must_create: bool = False) -> None:
        """Of a session that was signed out meanwhile nothing is kept; the answer stands."""
        with suppress(UpdateError):
            super().save(must_create=must_create)

    def _validate_session_key(self, key: str) -> bool:
        """Keys are letters and digits; PostgreSQL would fail on a NUL that a cookie can hold."""
        is_long_enough = super()._validate_session_key(key)  # type: ignore[misc]  # not in the stubs
        return is_long_enough and key.isascii() and key.isalnum()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        session = super().create_model_instance(data)
        assert isinstance(session, Session)
        session.owner_id = data.get(SESSION_KEY)
        return session
