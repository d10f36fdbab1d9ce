"""A household that owes on every product: it plans, leaves in every file, and comes back."""

import csv
import io
import json

import pytest
from django.urls import reverse
from icalendar import Calendar
from openpyxl import load_workbook

from planner.models import User
from planner.services import archive, people
from planner.services.documents import household_document_of
from tests.domain.rulebook.test_products import OWN_FIGURES, PRODUCTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def owing(make_member):
    debts = [
        PRODUCTS[product].starting_document()
        | figures
        | {
            "id": product.replace("_", "-"),
            "name": f"欠{PRODUCTS[product].name('zh')}",
            "autopay": ["card"],
            "events": [{"rung": "demanded", "on": "2026-11-20"}],
        }
        for product, figures in OWN_FIGURES
    ]
    income = {"id": "salary", "name": "工资", "amount": "60000.00", "account": "card",
              "on": {"monthly": 3}}  # fmt: skip
    return make_member("owing", debts=debts, incomes=[income], strategy="minimum")


@pytest.fixture
def newcomer():
    user = User.objects.create_user("new@example.com")
    people.record_consent(user=user)
    return user


def test_every_file_names_every_debt(client, owing):
    client.force_login(owing)
    names = {debt["name"] for debt in household_document_of(owing)["debts"]}

    def downloaded(name, **query):
        answer = client.get(reverse(f"planner:{name}"), query)
        assert answer.status_code == 200
        return answer.content if not answer.streaming else b"".join(answer.streaming_content)

    page = client.get(reverse("planner:plan"))
    table = downloaded("plan-csv").decode("utf-8-sig")
    book = load_workbook(io.BytesIO(downloaded("plan-xlsx")))
    calendar = Calendar.from_ical(downloaded("calendar-ics", named="on"))
    cells = {
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
    }
    told = "\n".join(str(one.get("DESCRIPTION", "")) for one in calendar.walk("VEVENT"))

    assert names <= {debt.name for debt in page.context["page"].household.debts}
    assert {debt.debt for debt in page.context["page"].plan.dues} == {
        one.replace("_", "-") for one in PRODUCTS
    }
    assert names <= {cell for row in csv.reader(io.StringIO(table)) for cell in row}
    assert names <= cells
    assert all(name in told for name in names)


def test_all_of_it_comes_back_unchanged(owing, newcomer):
    exported = archive.export_of(owing)

    archive.restore_household(user=newcomer, file=archive.read_file(json.dumps(exported).encode()))

    assert household_document_of(newcomer) == household_document_of(owing)
    again = archive.export_of(newcomer)
    assert again["household"] == exported["household"]
    assert len(again["household"]["debts"]) == len(PRODUCTS) == 21
