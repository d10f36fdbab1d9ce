"""An open debt whose last day has passed: its pages say what the contract says."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from planner.plans.kept import standing_household
from planner.services.documents import household_document_of
from planner.services.entries import answer_unpaid
from tests.households import debt
from tests.page_reading import read

DETAIL = reverse("planner:debt-detail", args=["friend"])


@pytest.fixture
def ended(monkeypatch, make_member, client):
    """1,000.00 were to be paid by 20 December; nothing was, and it is the 10th of January."""
    monkeypatch.setattr(timezone, "now", lambda: datetime(2027, 1, 10, 4, tzinfo=UTC))
    terms = debt(rate=None, principal="1000.00", minimum=None, ends_on="2026-12-20")
    user = make_member("owner", debts=[terms])
    answer_unpaid(user=user, debt="friend", due_on=date(2026, 12, 20))
    client.force_login(user)
    return user


def sent(client, path=DETAIL, holding="principal", **changes):
    page = read(client.get(path).content.decode())
    form = next(one for one in page.posting() if one.control(holding))
    return client.post(form.action, dict(form.sent(**changes)))


def terms_of(user):
    return standing_household(user).debts[0].terms


def test_the_form_shows_the_day_that_was_agreed_and_asks_for_no_next_one(client, ended):
    page = read(client.get(DETAIL).content.decode())
    form = next(one for one in page.posting() if one.control("principal"))

    assert form.control("ends_on").value == "2026-12-20"
    assert form.control("next_due") is None


def test_saving_it_untouched_corrects_nothing(client, ended):
    before = household_document_of(ended)

    assert sent(client).status_code == 302
    assert household_document_of(ended) == before


@pytest.mark.parametrize("amount", ["1200", "300", "0"])
def test_another_figure_of_the_lender_is_all_overdue(client, ended, amount):
    assert sent(client, principal=amount).status_code == 302

    terms = terms_of(ended)
    assert terms.principal_fen == int(amount) * 100
    assert sum(one.principal_fen for one in terms.arrears) == terms.principal_fen
    assert terms.ends_on == date(2026, 12, 20)


def test_the_same_on_the_plan_page(client, ended):
    holding = "debts-friend-balance"
    response = sent(client, reverse("planner:plan"), holding, **{holding: "1200"})

    assert response.status_code == 302
    assert terms_of(ended).arrears[0].principal_fen == 120_000


def test_a_later_last_day_is_a_day_on_which_it_falls_due(client, ended):
    assert sent(client, ends_on="2027-01-31").status_code == 302

    terms = terms_of(ended)
    assert (terms.ends_on, terms.next_due) == (date(2027, 1, 31), date(2027, 1, 15))


@pytest.mark.parametrize("name", ["debt-list", "debt-history"])
def test_the_pages_name_the_day_that_was_agreed_and_no_next_one(client, ended, name):
    arguments = ["friend"] if name == "debt-history" else []
    text = client.get(reverse(f"planner:{name}", args=arguments)).content.decode()
    text = text.replace("\u00a0", " ")

    assert "2026-12-20" in text or "12 月 20 日" in text
    assert "下次还款" not in text
