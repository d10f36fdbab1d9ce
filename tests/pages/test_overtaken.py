"""A page that is being made while another request of the same person commits: at each of its
queries once. It may show either state, or ask to be loaded again; it never fails, and what is kept
of a household is never worked out of another."""

from contextlib import contextmanager
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from planner.models import HouseholdRow, KeptPlan
from planner.services import people
from planner.services.changes import LIVED_KEYS, replace_household, undo
from planner.services.documents import household_document_of
from planner.services.entries import record_payment
from tests.households import account, debt, expense, income

DAY = date(2026, 12, 3)
PAGES = ["plan", "account-list", "plan-short", "plan-xlsx"]
NEW = {
    "accounts": [account(balance="900.00"), account(id="purse", name="钱包", balance="50.00")],
    "incomes": [income(account="purse")],
    "expenses": [expense(amount="2500.00")],
    "debts": [debt(id="other", name="小王", principal="700.00")],
}


@pytest.fixture
def person(make_member, clock):
    """Somebody with a history, who has another household one day later."""
    clock(DAY)
    user = make_member("busy")
    record_payment(user=user, debt="friend", on=DAY, amount_fen=500_00, account="card")
    return user


def renewed(user):
    """The other request: all is new, and nothing that happened is laid onto it any more."""
    document = household_document_of(user)
    rest = {key: value for key, value in document.items() if key not in LIVED_KEYS}
    replace_household(user=user, document=rest | NEW | {"as_of": DAY.isoformat()})


def moved(user):
    """Another one: the history stays, incomes and expenses go through another account."""
    flows = {kind: NEW[kind] for kind in ("accounts", "incomes", "expenses")}
    replace_household(user=user, document=household_document_of(user) | flows)


def depth():
    """How many transactions are open within each other."""
    return connection.in_atomic_block + len(connection.savepoint_ids)


@contextmanager
def overtaken(user, at, change=renewed):
    """Commits before query number `at` of what is not within a transaction; says if it did."""
    outside, seen, done = depth(), [], []

    def execute(query, sql, params, many, context):
        if not done and depth() == outside and sql.startswith("SELECT"):
            seen.append(sql)
            if len(seen) == at:
                done.append(at)
                change(user)
        return query(sql, params, many, context)

    with connection.execute_wrapper(execute):
        yield done


def kept(user):
    rows = KeptPlan.objects.owned_by(user).values_list("household_hash", "strategy", "document")
    return {(filed, name): document for filed, name, document in rows}


def everything_kept(user, client):
    """What is kept of the household as it is, made anew."""
    KeptPlan.objects.owned_by(user).delete()
    for page in PAGES:
        client.get(reverse(f"planner:{page}"))
    return kept(user)


@pytest.fixture
def right(person):
    """What is to be kept of each state."""
    client = Client()
    client.force_login(person)
    known = everything_kept(person, client)
    for change in (renewed, moved):
        change(person)
        after = everything_kept(person, client)
        undo(user=person)
        assert after.keys() - known.keys()
        assert all(known[key] == after[key] for key in known.keys() & after.keys())
        known |= after
    return client, known


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "change"),
    [*((page, renewed) for page in PAGES), ("plan", moved), ("plan-xlsx", moved)],
)
def test_a_page_stands_a_change_at_each_of_its_queries(person, right, page, change):
    client, known = right
    for at in range(1, 100):
        KeptPlan.objects.owned_by(person).delete()
        with overtaken(person, at, change) as done:
            answer = client.get(reverse(f"planner:{page}"))

        assert answer.status_code in (200, 302), (at, answer.status_code)
        wrong = {key for key, one in kept(person).items() if known.get(key, one) != one}
        assert wrong == set(), at
        if not done:
            break
        undo(user=person)
    assert at > 5


def test_a_form_that_renews_all_stands_being_overtaken(person, right):
    client, _known = right
    url = reverse("planner:plan-renew")
    for at in range(1, 100):
        sent = {"key": f"key-{at}", "revision": HouseholdRow.objects.get(owner=person).revision,
                "account-card": "100", "principal-friend": "2000"}  # fmt: skip
        with overtaken(person, at) as done:
            answer = client.post(url, sent)

        if not done:
            break
        assert answer.status_code in (409, 422), (at, answer.status_code)
        undo(user=person)
    assert answer.status_code == 302
    assert at > 5


@pytest.mark.django_db(transaction=True)  # what refers to nobody is refused at once
@pytest.mark.parametrize("page", ["plan", "plan-optimum", "plan-discreet", "settings"])
def test_a_request_stands_that_its_person_erases_all(make_member, page):
    for at in range(1, 100):
        user = make_member("leaver")
        client = Client()
        client.force_login(user)
        url = reverse(f"planner:{page}")
        sent = {"revision": 1, "buffer": "5", "language": "en", "time_zone": "Asia/Shanghai"}
        send = client.post if page in ("plan-discreet", "settings") else client.get
        with overtaken(user, at, lambda user: people.erase(user=user)) as done:
            answer = send(url, sent)

        assert answer.status_code in (200, 302, 409), (at, answer.status_code)
        if not done:
            break
        assert not KeptPlan.objects.exists()
        assert not HouseholdRow.objects.exists()
    # Hiding amounts reads who is there, and the rest behind its lock.
    assert at > (2 if page == "plan-discreet" else 3)
