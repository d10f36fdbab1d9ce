"""A next due date that has passed leads to what is overdue, wherever it is typed."""

import pytest
from django.urls import reverse

from planner.domain.rulebook.products import load_products
from planner.models import User
from planner.services.documents import household_document_of
from tests.sending import as_sent

START = reverse("planner:start")
FULL = reverse("planner:debt-create")
DATED = {one.id: one.contract for one in load_products().values() if one.contract != "revolving"}
FIGURES = {
    "instalment": {"periods_left": "9", "method": "equal_principal", "rate_value": "0.04"},
    "open": {"minimum_kind": "fixed", "minimum_fixed": "500"},
}


@pytest.fixture
def guest(client, db):
    client.post(reverse("planner:guest-start"))
    return client


def answers(product, **more):
    common = {"name": "借款", "principal": "5000", "next_due": "2026-11-15", "consent": "on"}
    return common | FIGURES[DATED[product]] | more


def said(form):
    return " ".join(form.errors["next_due"]).replace("\u00a0", " ")


@pytest.mark.parametrize("product", DATED)
def test_in_the_first_step_by_its_button_with_the_days_in_their_places(guest, product):
    url = f"{START}?product={product}"
    form = guest.get(url).context["form"]
    asked = {name: value for name, value in answers(product).items() if name in form.fields
             or name == "rate_value"}  # fmt: skip

    refused = guest.post(url, as_sent(form, **asked))
    assert refused.status_code == 422
    assert "已经有逾期" in said(refused.context["form"])
    assert 'name="overdue"' in refused.content.decode()

    # On 1 December: due on 15 November, and on 15 December next.
    asks = guest.post(url, as_sent(refused.context["form"], overdue="ask"))
    form = asks.context["form"]
    assert form["arrears_0_due_on"].value() == "2026-11-15"
    assert form["next_due"].value() == "2026-12-15"
    assert 'name="overdue"' not in asks.content.decode()

    again = guest.post(url, as_sent(form, next_due="2026-11-30", arrears_0_principal="500"))
    assert "没还的那一期填在下面" in said(again.context["form"])
    assert guest.post(url, as_sent(form, arrears_0_principal="500")).status_code == 302
    debt = household_document_of(User.objects.get())["debts"][0]
    arrears = [(one["due_on"], one["principal"]) for one in debt["arrears"]]
    assert (debt["next_due"], arrears) == ("2026-12-15", [("2026-11-15", "500.00")])


@pytest.mark.parametrize("product", ["jiebei", "private_loan"])
def test_in_the_full_form_to_the_place_below(guest, product):
    url = f"{FULL}?product={product}"
    form = guest.get(url).context["form"]

    refused = guest.post(url, as_sent(form, **answers(product)))

    assert refused.status_code == 422
    assert "已经逾期的" in said(refused.context["form"])
    assert "<summary>已经逾期的</summary>" in refused.content.decode()


def test_what_is_not_overdue_leads_back_to_the_next_due_date(guest):
    url = f"{FULL}?product=jiebei"
    form = guest.get(url).context["form"]
    late = answers("jiebei", next_due="2026-12-15", arrears_0_due_on="2026-12-05",
                   arrears_0_principal="500")  # fmt: skip

    refused = guest.post(url, as_sent(form, **late)).context["form"]

    assert "下一个还款日" in " ".join(refused.errors["arrears_0_due_on"])
