import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from planner.domain.household.household import household_document, parse_household
from planner.domain.values.reading import InvalidDocument
from planner.models import (
    DebtRow,
    HouseholdRow,
    IdempotencyKey,
    KeptPlan,
    Revision,
    Session,
    User,
)
from planner.plans.kept import stored_plan, stored_plans
from planner.plans.shelf import KEPT_PLANS
from planner.services import people
from planner.services.changes import change_household, replace_household, undo
from planner.services.documents import household_document_of
from planner.services.errors import ConsentRequired, KeyReused, StaleVersion
from planner.services.items import delete_item, save_item
from tests.households import account, debt, document, income


def whole(document):
    return household_document(parse_household(document))


def rows_of(key):
    """Everything in the database that carries the user's key."""
    relations = [field for field in User._meta.get_fields(include_hidden=True) if field.is_relation]
    return [
        row
        for relation in relations
        for row in relation.related_model._base_manager.filter(**{relation.field.name: key})
    ]


def test_a_document_becomes_rows_and_the_same_document_again(owner):
    assert household_document_of(owner) == whole(document())


def test_an_invalid_document_changes_nothing(owner):
    with pytest.raises(InvalidDocument) as caught:
        replace_household(user=owner, document=document(debts=[debt(principal="-1")]))

    assert caught.value.errors
    assert household_document_of(owner) == whole(document())
    assert HouseholdRow.objects.get(owner=owner).revision == 1


@pytest.mark.django_db
def test_own_figures_need_consent_and_the_sample_does_not():
    guest = people.start_guest()

    with pytest.raises(ConsentRequired):
        replace_household(user=guest, document=document())
    replace_household(user=guest, document=document(), is_sample=True)

    assert HouseholdRow.objects.get(owner=guest).is_sample
    with pytest.raises(ConsentRequired):
        replace_household(user=guest, document=document(debts=[]), is_sample=False)
    nothing = document(accounts=[], incomes=[], expenses=[], debts=[], buffer="0.00")
    replace_household(user=guest, document=nothing, is_sample=False)
    people.record_consent(user=guest)
    replace_household(user=guest, document=document(debts=[]), is_sample=False)


def test_undo_leads_back_change_by_change(owner):
    change_household(user=owner, buffer="1.00")
    save_item(user=owner, kind="debts", item=debt(id="second"))

    assert undo(user=owner)
    assert [entry["id"] for entry in household_document_of(owner)["debts"]] == ["friend"]
    assert undo(user=owner)
    assert household_document_of(owner) == whole(document())
    assert undo(user=owner)  # the household before it had figures
    assert not undo(user=owner)


def test_every_change_raises_the_counter_and_the_version_of_what_changed(owner):
    save_item(user=owner, kind="debts", item=debt(id="second"))
    before = HouseholdRow.objects.get(owner=owner).revision

    save_item(user=owner, kind="debts", item=debt(principal="2999.99"), version=1)

    versions = dict(DebtRow.objects.owned_by(owner).values_list("slug", "version"))
    assert versions == {"friend": 2, "second": 1}
    assert HouseholdRow.objects.get(owner=owner).revision == before + 1


def test_a_change_that_changes_nothing_is_none(owner):
    save_item(user=owner, kind="debts", item=debt(), version=1)

    assert DebtRow.objects.owned_by(owner).get().version == 1
    assert Revision.objects.owned_by(owner).count() == 1


def test_only_the_last_fifty_revisions_are_kept(owner):
    for yuan in range(60):
        change_household(user=owner, buffer=f"{yuan}.00")

    numbers = list(Revision.objects.owned_by(owner).values_list("number", flat=True))
    assert numbers == list(range(60, 10, -1))


def test_an_edit_of_an_old_version_is_told_the_current_one(owner):
    save_item(user=owner, kind="debts", item=debt(name="first tab"), version=1)

    with pytest.raises(StaleVersion) as caught:
        save_item(user=owner, kind="debts", item=debt(name="second tab"), version=1)

    assert caught.value.current.name == "first tab"
    assert caught.value.current.version == 2


def test_an_edit_of_what_is_gone_is_stale(owner):
    delete_item(user=owner, kind="debts", slug="friend", version=1)

    with pytest.raises(StaleVersion) as caught:
        save_item(user=owner, kind="debts", item=debt(), version=1)

    assert caught.value.current is None


def test_another_owners_item_is_out_of_reach(owner, stranger):
    save_item(user=stranger, kind="debts", item=debt(id="theirs"), version=None)

    with pytest.raises(StaleVersion):
        save_item(user=owner, kind="debts", item=debt(id="theirs", name="x"), version=1)
    with pytest.raises(StaleVersion):
        delete_item(user=owner, kind="debts", slug="theirs", version=1)

    assert DebtRow.objects.owned_by(stranger).count() == 2


def test_a_form_sent_twice_adds_one_item(owner):
    new = {key: value for key, value in debt().items() if key != "id"}

    first = save_item(user=owner, kind="debts", item=new, key="form-1")
    second = save_item(user=owner, kind="debts", item=new, key="form-1")

    assert first == second
    assert DebtRow.objects.owned_by(owner).count() == 2


def test_an_edit_sent_twice_is_not_stale(owner):
    for _attempt in range(2):
        save_item(user=owner, kind="debts", item=debt(principal="1.00"), version=1, key="form-1")
        delete_item(user=owner, kind="expenses", slug="rent", version=1, key="form-2")

    assert DebtRow.objects.owned_by(owner).get().version == 2


def test_a_key_with_other_content_is_refused(owner, stranger):
    save_item(user=owner, kind="debts", item=debt(id="second"), key="form-1")

    with pytest.raises(KeyReused):
        save_item(user=owner, kind="debts", item=debt(id="third"), key="form-1")
    save_item(user=stranger, kind="debts", item=debt(id="third"), key="form-1")


def test_a_refused_form_may_be_corrected_and_sent_again(owner):
    with pytest.raises(InvalidDocument):
        save_item(user=owner, kind="debts", item=debt(id="second", principal="x"), key="form-1")

    assert save_item(user=owner, kind="debts", item=debt(id="second"), key="form-1")


def test_deleting_a_debt_takes_it_out_of_the_orders(make_member):
    user = make_member(order=["friend"], triage_order=["friend"])

    delete_item(user=user, kind="debts", slug="friend", version=1)

    after = household_document_of(user)
    assert (after["debts"], after["order"], after["triage_order"]) == ([], [], [])


def test_deleting_an_account_in_use_is_refused_and_authorisations_go_with_it(make_member):
    user = make_member(
        accounts=[account(), account(id="wallet")],
        debts=[debt(autopay=["wallet", "card"])],
    )

    delete_item(user=user, kind="accounts", slug="wallet", version=1)

    assert household_document_of(user)["debts"][0]["autopay"] == ["card"]
    with pytest.raises(InvalidDocument):
        delete_item(user=user, kind="accounts", slug="card", version=1)


@pytest.mark.django_db
def test_taking_over_a_guest_keeps_everything_for_a_new_member():
    guest = people.start_guest()
    people.record_consent(user=guest)
    replace_household(user=guest, document=document())
    change_household(user=guest, buffer="5.00")
    member = User.objects.create_user("new@example.com")
    people.record_consent(user=member)

    people.take_over_guest(guest=guest, user=member)

    assert household_document_of(member) == whole(document(buffer="5.00"))
    assert undo(user=member)
    assert household_document_of(member) == whole(document())
    assert not User.objects.filter(guest_since__isnull=False).exists()


def test_taking_over_a_guest_can_be_undone_by_who_had_figures(owner):
    guest = people.start_guest()
    replace_household(user=guest, document=document(debts=[]), is_sample=True)

    people.take_over_guest(guest=guest, user=owner)

    assert household_document_of(owner)["debts"] == []
    undo(user=owner)
    assert household_document_of(owner) == whole(document())


def test_erasing_leaves_no_row_of_the_user(owner, stranger, client):
    key = owner.pk
    client.force_login(owner)
    stored_plan(user=owner)
    save_item(user=owner, kind="incomes", item=income(id="more"), key="form-1")
    kinds = {type(row) for row in rows_of(key)}
    theirs = len(rows_of(stranger.pk))

    people.erase(user=owner)

    assert {DebtRow, HouseholdRow, IdempotencyKey, Revision, Session, KeptPlan} <= kinds
    assert rows_of(key) == []
    assert len(rows_of(stranger.pk)) == theirs


def test_after_writing_everything_again_the_old_key_may_go(owner, settings):
    change_household(user=owner, buffer="1.00")
    stored_plan(user=owner)
    before = household_document_of(owner)
    old = settings.DATA_KEYS
    settings.DATA_KEYS = ["QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=", *old]

    call_command("reencrypt")
    settings.DATA_KEYS = settings.DATA_KEYS[:1]

    assert household_document_of(owner) == before
    assert stored_plan(user=owner)
    assert undo(user=owner)
    assert DebtRow.objects.owned_by(owner).get().version == 1


def test_pruning_takes_old_guests_only_and_may_run_twice(owner):
    now = timezone.now()
    old, young = people.start_guest(), people.start_guest()
    User.objects.filter(pk=old.pk).update(guest_since=now - timedelta(days=7, minutes=1))
    User.objects.filter(pk=young.pk).update(guest_since=now - timedelta(days=6, hours=23))

    assert people.prune() == 1
    assert people.prune() == 0

    assert set(User.objects.all()) == {owner, young}


def test_a_stored_plan_is_computed_once_and_equals_the_engines(owner, django_assert_num_queries):
    first = stored_plan(user=owner, strategy="snowball")

    user = User.objects.get(pk=owner.pk)
    with django_assert_num_queries(6):  # settings, four lists, the stored plan
        second = stored_plan(user=user, strategy="snowball")

    assert first == second
    assert second["strategy"] == "snowball"


def test_choosing_another_strategy_does_not_compute_again(owner):
    stored_plans(user=owner, names=["avalanche", "snowball"])

    change_household(user=owner, strategy="snowball")

    plan = stored_plan(user=owner)
    assert plan["strategy"] == "snowball"
    assert KeptPlan.objects.owned_by(owner).count() == 2


def test_a_change_is_planned_anew_and_few_plans_are_kept(owner):
    before = stored_plan(user=owner)

    for yuan in range(1, KEPT_PLANS + 2):
        save_item(user=owner, kind="debts", item=debt(principal=f"{yuan}.00"), version=yuan)
        stored_plan(user=owner)

    assert stored_plan(user=owner) != before
    assert KeptPlan.objects.owned_by(owner).count() == KEPT_PLANS


def at_once(count, work):
    """Run `work(number)` in threads that start together; returns what each returned or raised."""
    results, barrier = [None] * count, threading.Barrier(count)

    def run(number):
        barrier.wait()
        try:
            results[number] = work(number)
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_of_simultaneous_edits_exactly_one_wins(make_member):
    user = make_member()

    for attempt in range(5):
        results = at_once(
            4,
            lambda number, attempt=attempt: save_item(
                user=user,
                kind="debts",
                item=debt(name=f"{attempt} {number}"),
                version=attempt + 1,
            ),
        )

        assert sorted(map(str, map(type, results))).count(str(str)) == 1
        assert sum(isinstance(result, StaleVersion) for result in results) == 3


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_four_times_at_once_adds_one_item(make_member):
    user = make_member()
    new = {key: value for key, value in debt().items() if key != "id"}

    results = at_once(4, lambda number: save_item(user=user, kind="debts", item=new, key="form-1"))

    assert len(set(results)) == 1
    assert DebtRow.objects.owned_by(user).count() == 2


@pytest.mark.django_db
def test_pruning_finds_its_guests_by_their_index():
    if connection.vendor == "postgresql":  # a table this small it would rather read through
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")

    plan = User.objects.guests_before(timezone.now())[:1].explain().lower()

    assert "index" in plan
    assert "guest_since" in plan
    assert "temp b-tree" not in plan
