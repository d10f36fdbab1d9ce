from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from planner import history, services
from planner.models import Household, StoredPlan


@pytest.fixture
def lived(make_member, monkeypatch):
    """An owner with a payment on the 15th of December, its plans and position stored."""
    monkeypatch.setattr(Household, "today", lambda self: date(2027, 1, 20))
    user = make_member("owner")
    history.record_payment(
        user=user, debt="friend", on=date(2026, 12, 15), amount_fen=50_000, account="card"
    )
    services.stored_plans(user=user, names=["minimum", services.WAYS])
    services.standing_household(user)
    return user


def findings():
    written = StringIO()
    with pytest.raises(CommandError):
        call_command("check_books", stdout=written)
    return written.getvalue()


def test_books_that_agree_are_said_to(lived):
    written = StringIO()

    call_command("check_books", stdout=written)

    assert "no difference" in written.getvalue()


def test_a_stored_balance_that_history_does_not_lead_to_is_found(lived):
    row = StoredPlan.objects.owned_by(lived).get(strategy=services.STANDING)
    row.document["balances"]["card"] += 1
    row.save()

    assert "balance of account card" in findings()


def test_a_stored_plan_of_other_figures_is_found(lived):
    row = StoredPlan.objects.owned_by(lived).get(strategy="minimum")
    row.document["totals"]["paid"] = "0.01"
    row.save()

    assert "totals of the stored plan minimum" in findings()


def test_an_entry_changed_in_the_database_is_found(lived):
    row = services.HistoryEntry.objects.owned_by(lived).get()
    row.entry["amount"] = "500.01"
    row.save()

    assert "hash of the history" in findings()


def test_an_entry_filed_under_another_day_is_found(lived):
    services.HistoryEntry.objects.owned_by(lived).update(on=date(2026, 12, 16))

    assert "filed under another day" in findings()
