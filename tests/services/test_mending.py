"""A stored payment that the ledger no longer takes, as after a change of the engine: every page
answers, says which one it is and offers a way out."""

from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from planner import hashes
from planner.models import HistoryEntry, HouseholdRow, KeptPlan
from planner.plans import audit
from planner.plans.kept import standing_household
from planner.services import mending
from planner.services.documents import household_document_of, household_of
from tests.households import debt
from tests.page_reading import read
from tests.trust.addresses import addresses
from tests.trust.household import pay_too_much

MEND = reverse("planner:history-mend")
PLAN = reverse("planner:plan")


@pytest.fixture
def lived(monkeypatch, make_member, client):
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 12, 20, 4, tzinfo=UTC))
    user = make_member(
        "owner", expenses=[], debts=[debt(rate=None, principal="500.00")], strategy="minimum"
    )
    client.force_login(user)
    return user


def pay_by_the_old_engine(user, amount="500.01", on="2026-12-15"):
    """A row as an engine stored it that still took a fen more."""
    return pay_too_much(user, date.fromisoformat(on), amount)


def rehash(user):
    entries = [row.entry for row in HistoryEntry.objects.owned_by(user).standing()]
    HouseholdRow.objects.owned_by(user).update(history_hash=hashes.history_hash(entries))
    KeptPlan.objects.owned_by(user).delete()


@pytest.fixture
def refused(lived):
    return pay_by_the_old_engine(lived)


def settle(client, holds):
    page = read(client.get(MEND).content.decode())
    form = next(one for one in page.posting() if one.action == MEND)
    return client.post(MEND, dict(form.sent()) | {"holds": holds})


@pytest.mark.slow
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_every_page_answers(client, lived, refused, headers):
    items = {
        kind: [one["id"] for one in household_document_of(lived)[kind]]
        for kind in ("debts", "incomes", "expenses", "accounts")
    }
    seen = set()
    for address in addresses(items, [("friend", date(2026, 12, 15))]):
        for method in ("get", "post"):
            if address.name in ("planner:data-erase", "account_logout") and method == "post":
                continue
            response = getattr(client, method)(address.path, headers=headers)
            no_worker = address.name == "health-ready" and response.status_code == 503
            assert no_worker or response.status_code < 500, address
            seen.add(response.status_code)

    assert (200 if headers else 409) in seen
    assert mending.refused_entries(lived)


@pytest.mark.parametrize("method", ["get", "post"])
def test_figures_that_hang_on_it_are_refused_with_that_page(client, lived, refused, method):
    sent = {"buffer": "7", "was": "300.00", "key": "k"}
    path = PLAN if method == "get" else reverse("planner:plan-change", args=["buffer"])
    response = getattr(client, method)(path, {} if method == "get" else sent)

    assert response.status_code == 409
    text = response.content.decode()
    assert "500.01" in text
    assert "2026-12-15" in text
    assert household_of(lived).buffer_fen == 30_000


def test_taken_back_it_is_as_if_it_was_not_entered(client, lived, refused):
    assert settle(client, "nothing").url == PLAN

    assert client.get(PLAN).status_code == 200
    position = standing_household(lived)
    assert position.debts[0].terms.principal_fen == 50_000
    assert position.accounts[0].balance_fen == 210_000
    assert HistoryEntry.objects.get(pk=refused.pk).undone_by


def test_the_lenders_figure_is_entered_in_its_place_and_the_money_stays_spent(
    client, lived, refused
):
    detail = reverse("planner:debt-detail", args=["friend"])
    assert settle(client, "lender").url == detail

    form = next(
        one for one in read(client.get(detail).content.decode()).posting()
        if one.control("principal")
    )  # fmt: skip
    assert client.post(detail, dict(form.sent(principal="0"))).status_code == 302
    position = standing_household(lived)
    assert position.debts[0].terms.principal_fen == 0
    assert position.accounts[0].balance_fen == 210_000 - 50_001
    assert audit.check_books(lived) == []


def test_several_are_settled_together(client, lived, refused):
    second = HistoryEntry.objects.create(
        owner=lived, on=date(2026, 12, 16), kind="payment", slug="friend",
        entry=refused.entry | {"on": "2026-12-16", "amount": "900.00"},
    )  # fmt: skip
    rehash(lived)

    assert [one.row.pk for one in mending.refused_entries(lived)] == [refused.pk, second.pk]
    settle(client, "nothing")
    assert mending.refused_entries(lived) == []


def test_a_page_from_before_settles_nothing(client, lived, refused):
    page = read(client.get(MEND).content.decode())
    form = next(one for one in page.posting() if one.action == MEND)
    HouseholdRow.objects.owned_by(lived).update(revision=99)

    response = client.post(MEND, dict(form.sent()) | {"holds": "nothing"})

    assert response.status_code == 409
    assert mending.refused_entries(lived)
    assert client.post(MEND, {"holds": "x", "revision": "99"}).status_code == 422


def test_it_may_also_be_undone_in_the_list(client, lived, refused):
    path = reverse("planner:history-undo")
    client.post(path, {"entry": refused.pk})

    assert mending.refused_entries(lived) == []


def test_books_that_can_be_reckoned_have_nothing_to_mend(client, lived):
    assert client.get(MEND).url == PLAN


def test_check_books_names_it(lived, refused):
    written = StringIO()
    with pytest.raises(CommandError):
        call_command("check_books", stdout=written)

    assert "a payment of 2026-12-15 to debt friend" in written.getvalue()
