import pytest
from django.core.exceptions import FieldError
from django.db import IntegrityError, connection, transaction
from django.test.utils import override_settings
from django.utils import timezone

from planner.encryption import WrongDataKey
from planner.models import AccountRow, DebtRow, HouseholdRow, User
from tests.households import debt, document

OTHER_KEY = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="


def raw_database() -> str:
    """Every value of every table, as somebody with the stolen file would read it."""
    with connection.cursor() as cursor:
        return "\n".join(
            str(row)
            for table in connection.introspection.table_names()
            for row in cursor.execute(f'SELECT * FROM "{table}"').fetchall()
        )


def test_names_notes_and_terms_are_unreadable_in_the_database(make_member):
    user = make_member(debts=[debt(name="MARKER-NAME", note="MARKER-NOTE", principal="7654.32")])

    stolen = raw_database()

    assert DebtRow.objects.owned_by(user).get().name == "MARKER-NAME"
    assert user.email in stolen  # the control: what is not encrypted is found
    assert "MARKER" not in stolen
    assert "7654.32" not in stolen


def test_a_wrong_key_says_what_to_do(owner):
    with (
        override_settings(DATA_KEYS=[OTHER_KEY]),
        pytest.raises(WrongDataKey, match="DATA_KEYS"),
    ):
        DebtRow.objects.owned_by(owner).get()


def test_a_new_key_in_front_reads_what_the_old_one_wrote(owner, settings):
    settings.DATA_KEYS = [OTHER_KEY, *settings.DATA_KEYS]

    assert DebtRow.objects.owned_by(owner).get().name == debt()["name"]


def test_an_encrypted_field_cannot_be_searched():
    with pytest.raises(FieldError, match="exact"):
        DebtRow.objects.filter(name="小李")


def test_a_slug_is_unique_per_owner_and_kind(owner, stranger):
    with pytest.raises(IntegrityError), transaction.atomic():
        DebtRow.objects.create(owner=owner, slug="friend", position=1, name="", terms={})

    assert DebtRow.objects.filter(slug="friend").count() == 2
    assert AccountRow.objects.owned_by(owner).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [{}, {"email": "a@example.com", "guest_since": timezone.now()}],
    ids=["neither", "both"],
)
def test_a_user_is_a_member_or_a_guest(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(**fields)


@pytest.mark.parametrize(
    "changes",
    [
        {"strategy": "hope"},
        {"consent_version": ""},
    ],
)
def test_the_database_refuses_an_impossible_household(owner, changes):
    with pytest.raises(IntegrityError), transaction.atomic():
        HouseholdRow.objects.owned_by(owner).update(**changes)


@pytest.mark.django_db
def test_a_password_is_the_same_in_full_width_and_half_width():
    user = User.objects.create_user("a@example.com", "correct horse 12")

    assert user.check_password("ｃｏｒｒｅｃｔ　ｈｏｒｓｅ　１２")
    assert not user.check_password("correct horse 13")


@pytest.mark.django_db
def test_an_address_has_one_spelling():
    user = User.objects.create_user("Ａnna@Example.com")

    assert user.email == "anna@example.com"
    assert User.objects.get_by_natural_key("ANNA@example.com") == user


def test_today_is_the_date_where_the_person_lives(owner):
    household = HouseholdRow(
        owner=owner, as_of=timezone.localdate(), time_zone="America/Los_Angeles"
    )

    assert household.today() in {
        timezone.now().astimezone(timezone.get_fixed_timezone(-60 * hours)).date()
        for hours in (7, 8)
    }


def test_rows_give_back_the_document_they_were_made_of(owner):
    head = HouseholdRow.objects.get(owner=owner).head()

    assert head["buffer"] == document()["buffer"]
    entry = DebtRow.objects.owned_by(owner).get().document()
    assert (entry["id"], entry["name"]) == (debt()["id"], debt()["name"])
    assert entry["principal"] == debt()["principal"]
