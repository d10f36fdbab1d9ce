"""What stands in a contract is told by others, until the person compared it with their own."""

import re
from html import unescape

import pytest
from django.urls import reverse

from planner.domain.rulebook.products import load_products
from planner.services.documents import household_document_of
from tests.pages.debts.test_debts import CARD, LOAN
from tests.sending import as_sent

FIGURES = reverse("planner:debt-detail", args=["card"])
LIST = reverse("planner:debt-list")


@pytest.fixture
def user(client, make_member):
    user = make_member(debts=[CARD | {"grace_days": 0}, LOAN])
    client.force_login(user)
    return user


def chips(page):
    """What the labels beside figures say, without their month."""
    found = re.findall(r'<span class="chip source">([^<]*)</span>', page)
    return {unescape(one).partition(" · ")[0] for one in found}


@pytest.mark.parametrize("product", load_products())
def test_no_page_of_a_product_says_that_its_contract_was_read(client, db, product):
    page = client.get(reverse("planner:rule-page", args=["zh", product])).content.decode()

    assert chips(page) <= {"转述", "法规", "惯例", "网传", "不清楚"}
    assert chips(page)


def test_a_figure_is_contract_once_it_was_compared_and_retold_before(client, user):
    form = client.get(FIGURES).context["form"]
    assert "合同" not in chips(client.get(FIGURES).content.decode())

    answer = client.post(FIGURES, as_sent(form, confirmed=["late_fee", "grace_days"]))

    assert answer.status_code == 302
    assert household_document_of(user)["debts"][0]["confirmed"] == ["late_fee", "grace_days"]
    form = client.get(FIGURES).context["form"]
    sure = {name: str(form[name].field.certainty) for name in ("late_fee", "grace_days", "minimum")}
    assert sure == {"late_fee": "合同", "grace_days": "合同", "minimum": "转述"}
    assert form["confirmed"].value() == ["late_fee", "grace_days"]
    # What was not touched stays confirmed.
    assert client.post(FIGURES, as_sent(form, note="备注二")).status_code == 302
    assert household_document_of(user)["debts"][0]["confirmed"] == ["late_fee", "grace_days"]


def test_grace_that_the_contract_does_not_give_is_not_called_possible(client, user):
    assert "天宽限" in client.get(LIST).content.decode()
    form = client.get(FIGURES).context["form"]

    client.post(FIGURES, as_sent(form, confirmed=["grace_days"]))

    assert "天宽限" not in client.get(LIST).content.decode()
