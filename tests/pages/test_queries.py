"""No page asks the database more for more rows."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from planner.models import User
from planner.services.changes import replace_household
from tests.trust.addresses import addresses
from tests.trust.pages import large

# What is no page: downloads of a session's own state, and what only leads on.
LEFT_OUT = {"account_logout"}


def every_page():
    items = {"debts": ["debt-1"], "incomes": ["income-1"], "expenses": ["expense-1"],
             "accounts": ["card"]}  # fmt: skip
    found = addresses(items, [("debt-1", date(2026, 12, 15))])
    return [one.path for one in found if one.name not in LEFT_OUT]


def queries_of(client, path):
    client.get(path)  # plans that are missing are computed and stored
    with CaptureQueriesContext(
        connection,
    ) as captured:
        status = client.get(path).status_code
    return len(captured), status


@pytest.fixture
def grown(client, make_member):
    """A person signed in, and a way to give them so many rows."""
    user = make_member("owner")
    client.force_login(user)

    def grow(count):
        document = large(date(2026, 12, 3), count, 2 * count)
        replace_household(user=User.objects.get(pk=user.pk), document=document)
        return client

    return grow


@pytest.mark.slow
def test_the_queries_of_a_page_do_not_grow_with_rows(grown):
    few = {path: queries_of(grown(2), path) for path in every_page()}
    many = {path: queries_of(grown(8), path) for path in every_page()}

    assert {path: count for path, (count, _status) in many.items() if count > few[path][0]} == {}
    assert sum(status == 200 for _count, status in many.values()) >= 25  # the control: pages
    assert max(count for count, _status in many.values()) >= 5
