from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from planner.domain.household.household import OPTIMAL
from planner.models import HistoryEntry, HouseholdRow, KeptPlan
from planner.plans.kept import STANDING, WAYS, standing_household, stored_plans
from planner.plans.solving import keep_optimum
from planner.services.changes import change_household
from planner.services.entries import record_payment


@pytest.fixture
def lived(make_member, monkeypatch):
    """An owner with a payment on the 15th of December, its plans and position stored."""
    monkeypatch.setattr(HouseholdRow, "today", lambda self: date(2027, 1, 20))
    user = make_member("owner")
    record_payment(
        user=user, debt="friend", on=date(2026, 12, 15), amount_fen=50_000, account="card"
    )
    stored_plans(user=user, names=["minimum", WAYS])
    standing_household(user)
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
    row = KeptPlan.objects.owned_by(lived).get(strategy=STANDING)
    row.document["balances"]["card"] += 1
    row.save()

    assert "balance of account card" in findings()


def test_a_stored_plan_of_other_figures_is_found(lived):
    row = KeptPlan.objects.owned_by(lived).get(strategy="minimum")
    row.document["totals"]["paid"] = "0.01"
    row.save()

    assert "totals of the stored plan minimum" in findings()


def test_an_entry_changed_in_the_database_is_found(lived):
    row = HistoryEntry.objects.owned_by(lived).get()
    row.entry["amount"] = "500.01"
    row.save()

    assert "hash of the history" in findings()


def test_an_entry_filed_under_another_day_is_found(lived):
    HistoryEntry.objects.owned_by(lived).update(on=date(2026, 12, 16))

    assert "filed under another day" in findings()


@pytest.fixture
def optimum_row(lived):
    """The kept optimum of an owner whose books agree."""
    change_household(user=lived, strategy="optimal")
    assert keep_optimum(lived, lambda: False)
    call_command("check_books", stdout=StringIO())
    return KeptPlan.objects.owned_by(lived).get(strategy=OPTIMAL)


@pytest.mark.django_db(transaction=True)
def test_a_stored_optimum_is_laid_through_the_ledger_again(optimum_row):
    good = optimum_row.document
    one, *others = good["payments"]
    spoilt = {
        "payments of the stored optimum": {"payments": [one | {"amount": "0.02"}, *others]},
        "totals of the stored optimum": {"totals": good["totals"] | {"interest": "0.00"}},
        "harm of the stored optimum": {"harm": [0, 0, 0, 0, 0, 1]},
        "late_dues of the stored optimum": {"late_dues": good["late_dues"] + 1},
        "reasons of the stored optimum": {"reasons": good["reasons"][1:]},
        "the stored optimum cannot be read": {"payments": [{"on": "then"}]},
    }

    for sentence, changes in spoilt.items():
        optimum_row.document = good | changes
        optimum_row.save()
        assert sentence in findings()


@pytest.mark.django_db(transaction=True)
def test_a_stored_optimum_that_pays_nothing_is_worse_than_a_rule(optimum_row):
    optimum_row.document = optimum_row.document | {"payments": []}
    optimum_row.save()

    assert "the stored optimum is worse than" in findings()
