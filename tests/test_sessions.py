"""The session engine: what is signed out stays so."""

import pytest

from planner.models import Session
from planner.sessions import SessionStore


@pytest.mark.django_db
def test_of_a_session_that_was_signed_out_meanwhile_nothing_is_written():
    session = SessionStore()
    session.create()
    session["kept"] = 1
    session.save()
    assert SessionStore(session.session_key)["kept"] == 1
    Session.objects.all().delete()

    session["kept"] = 2
    session.save()

    assert not Session.objects.exists()
