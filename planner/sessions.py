"""The session engine: Django's own in the database, with the user as a column."""

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore

from planner.models import Session


class SessionStore(DatabaseSessionStore):
    @classmethod
    def get_model_class(cls):
        return Session

    def _validate_session_key(self, key):
        """Keys are letters and digits; PostgreSQL would fail on a NUL that a cookie can hold."""
        return super()._validate_session_key(key) and key.isascii() and key.isalnum()

    def create_model_instance(self, data):
        session = super().create_model_instance(data)
        session.owner_id = data.get(SESSION_KEY)
        return session
