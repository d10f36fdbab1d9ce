import json
import re
import time
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as site
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from planner.models import Attempt, DebtRow, HouseholdRow, KeptPlan, Session, User
from planner.pages.front.sample import sample_document
from planner.plans.kept import stored_plan
from planner.services import people
from planner.services.changes import CONSENT_VERSION, change_household, replace_household
from planner.services.documents import household_document_of
from planner.services.items import save_item
from tests.households import debt, document

PASSWORD = "eleven purple llamas"
CODE = r"^[A-Z0-9]{3,4}-?[A-Z0-9]{3,4}$"  # as it stands in a mail


@pytest.fixture
def member(make_member):
    user = make_member("member")
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


@pytest.fixture
def mail_is_sent(settings):
    """As where EMAIL_URL names a server; pytest-django keeps what would be sent."""
    settings.MAIL_IS_SENT = True
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
    settings.ACCOUNT_LOGIN_BY_CODE_ENABLED = True


@pytest.fixture
def guest_client(client, db):
    client.post(reverse("planner:guest-start"))
    return client


def user_of(client):
    return User.objects.get(pk=client.session["_auth_user_id"])


def test_who_signed_up_without_mail_keeps_the_address_until_the_new_one_is_confirmed(client, db):
    sign_up(client)
    asked = {"action_add": "", "email": "later@example.com"}

    assert client.post(reverse("account_email"), asked).status_code == 302
    assert user_of(client).email == "new@example.com"

    link = re.search(r"http\S+/account/confirm-email/\S+", mail.outbox[-1].body)[0]
    assert client.post(urlsplit(link).path).status_code == 302
    assert user_of(client).email == "later@example.com"
    assert [one.email for one in EmailAddress.objects.all()] == ["later@example.com"]


def test_an_address_that_is_asked_for_twice_at_once_waits_once(client, db, monkeypatch):
    sign_up(client)
    asked = {"action_add": "", "email": "later@example.com"}
    client.post(reverse("account_email"), asked)
    # Neither of two at once finds the other's.
    monkeypatch.setattr(type(EmailAddress.objects), "get_new", lambda self, user: None)
    monkeypatch.setattr(
        "allauth.account.forms.AddEmailForm.clean_email", lambda form: form.data["email"]
    )

    assert client.post(reverse("account_email"), asked).status_code == 302
    assert EmailAddress.objects.filter(email="later@example.com").count() == 1


def sign_up(client, **changes):
    form = {"email": "new@example.com", "password1": PASSWORD, "consent": "on"} | changes
    return client.post(reverse("account_signup"), form)


def sign_in(client, email="member@example.com", password=PASSWORD, **headers):
    return client.post(
        reverse("account_login"), {"login": email, "password": password}, headers=headers
    )


def age_session(client, seconds):
    """As if the last proof of identity lay so long back."""
    session = client.session
    for proof in session["account_authentication_methods"]:
        proof["at"] -= seconds
    session.save()


# --- Signing up ---


@pytest.mark.django_db
def test_signing_up_without_a_mail_server_is_immediate(client):
    response = sign_up(client)

    assert response.status_code == 302
    user = user_of(client)
    assert user.email == "new@example.com"
    assert not user.is_guest
    assert user.household.consent_version == CONSENT_VERSION


@pytest.mark.django_db
def test_who_just_signed_up_is_not_asked_again(client):
    sign_up(client)

    assert client.get(reverse("planner:data-export")).status_code == 200


@pytest.mark.django_db
def test_the_consent_box_is_not_ticked_and_must_be(client):
    page = client.get(reverse("account_signup")).content.decode()
    response = sign_up(client, consent="")

    box = re.search(r'<input[^>]*name="consent"[^>]*>', page).group()
    assert "checked" not in box
    assert not User.objects.exists()
    assert response.context["form"].errors.keys() == {"consent"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("password", "is_taken"),
    [
        ("eleven char", False),
        ("password1234", False),
        ("new@example.com", False),
        ("correct horse battery staple", True),
        ("a grey heron walked over nineteen frozen ponds before seven in may", True),
        ("123456789012", False),
        ("aaaaaaaaaaaa", False),
        ("anhuananhuan", False),
        ("anhuan123456", False),
        ("qwertyuiop12", False),
        ("x1y2" * 16, False),
        ("用手机记住这一句很长的话吧", True),
    ],
)
def test_length_and_blocklist_decide_about_a_password(client, password, is_taken):
    sign_up(client, password1=password)

    assert User.objects.exists() is is_taken


@pytest.mark.django_db
@pytest.mark.parametrize(
    "email",
    [
        "mıke@example.org", "а@example.org", "a@b", "", "a b@c.de",
        "a" * 243 + "@example.org", f"a@{'ﬃ' * 60}.{'ﬃ' * 60}.org",
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_or_only_looks_like_one_is_refused(client, email):
    response = sign_up(client, email=email)

    assert response.context["form"].errors.keys() == {"email"}
    assert not User.objects.exists()


def test_with_mail_a_code_is_mandatory(client, db, mail_is_sent):
    response = sign_up(client)

    assert response.headers["Location"] == reverse("account_email_verification_sent")
    assert "_auth_user_id" not in client.session
    code = re.search(CODE, mail.outbox[0].body, re.MULTILINE).group()
    client.post(reverse("account_email_verification_sent"), {"code": code})
    assert user_of(client).email == "new@example.com"


def test_with_mail_signing_up_does_not_tell_who_has_an_account(client, member, mail_is_sent):
    known = sign_up(client, email=member.email)
    client.cookies.clear()
    unknown = sign_up(client)

    assert (known.status_code, known.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )
    assert known.cookies.keys() == unknown.cookies.keys()
    assert [message.to for message in mail.outbox] == [[member.email], ["new@example.com"]]


# --- Guests ---


@pytest.mark.django_db
def test_a_visitor_opens_the_sample_and_may_change_it(client):
    client.post(reverse("planner:sample-open"))

    guest = user_of(client)
    sample = household_document_of(guest)
    save_item(
        user=guest,
        kind="debts",
        item=sample["debts"][0] | {"billed": "1.00"},
        version=1,
    )

    assert guest.is_guest
    assert guest.household.is_sample
    assert sample["strategy"] == "optimal"
    assert sample["as_of"] == timezone.localdate().isoformat()


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_sample_is_a_valid_household_on_every_day(language):
    with translation.override(language):
        for day in range(0, 800):
            sample_document(date(2027, 1, 1) + timedelta(days=day))


def test_the_front_page_leads_who_has_figures_to_the_plan(owner_client, client):
    assert owner_client.get(reverse("planner:home")).headers["Location"] == reverse("planner:plan")
    owner_client.logout()
    assert owner_client.get(reverse("planner:home")).status_code == 200


def test_the_sample_never_replaces_own_figures(owner_client, owner):
    owner_client.post(reverse("planner:sample-open"))

    assert not HouseholdRow.objects.get(owner=owner).is_sample
    assert DebtRow.objects.owned_by(owner).get().slug == "friend"


@pytest.mark.django_db
def test_starting_twice_makes_one_guest(guest_client):
    guest_client.post(reverse("planner:guest-start"))

    assert User.objects.count() == 1


@pytest.mark.django_db
def test_guests_are_not_made_by_looking(client):
    for name in ("guest-start", "sample-open"):
        assert client.get(reverse(f"planner:{name}")).status_code == 405

    assert not User.objects.exists()


@pytest.mark.django_db
def test_one_address_cannot_fill_the_database_with_guests(client):
    answers = []
    for _visitor in range(62):
        client.cookies.clear()
        answers.append(client.post(reverse("planner:guest-start")).status_code)

    assert answers == [302] * 60 + [429] * 2
    assert User.objects.count() == 60


@pytest.mark.django_db
def test_signing_up_keeps_the_guests_household(guest_client):
    guest = user_of(guest_client)
    people.record_consent(user=guest)
    replace_household(user=guest, document=document())

    sign_up(guest_client)

    user = user_of(guest_client)
    assert not user.is_guest
    assert DebtRow.objects.owned_by(user).get().slug == "friend"
    assert list(User.objects.all()) == [user]


def test_signing_up_by_code_keeps_the_guests_household(guest_client, db, mail_is_sent):
    guest = user_of(guest_client)
    people.record_consent(user=guest)
    replace_household(user=guest, document=document())

    sign_up(guest_client)
    code = re.search(CODE, mail.outbox[0].body, re.MULTILINE).group()
    guest_client.post(reverse("account_email_verification_sent"), {"code": code})

    user = user_of(guest_client)
    assert not user.is_guest
    assert DebtRow.objects.owned_by(user).get().slug == "friend"


@pytest.mark.parametrize(("choice", "name"), [("take", "the guest's"), ("drop", "小李")])
def test_signing_in_asks_which_household_stays(guest_client, member, choice, name):
    guest = user_of(guest_client)
    people.record_consent(user=guest)
    replace_household(user=guest, document=document(debts=[debt(name="the guest's")]))

    response = sign_in(guest_client)
    page = guest_client.get(response.headers["Location"])
    guest_client.post(reverse("planner:guest-settle"), {"choice": choice})

    assert response.headers["Location"] == reverse("planner:guest-settle")
    assert page.status_code == 200
    assert DebtRow.objects.owned_by(member).get().name == name
    assert not User.objects.filter(guest_since__isnull=False).exists()


def test_settling_twice_or_without_a_guest_leads_home(client, member):
    client.force_login(member)

    response = client.post(reverse("planner:guest-settle"), {"choice": "take"})

    assert response.headers["Location"] == reverse("planner:home")
    assert DebtRow.objects.owned_by(member).count() == 1


@pytest.mark.django_db
def test_the_prune_command_says_how_many(guest_client, capsys):
    User.objects.update(guest_since=timezone.now() - timedelta(days=8))

    call_command("prune")
    call_command("prune")

    assert capsys.readouterr().out == "1 guests deleted\n0 guests deleted\n"
    assert not Session.objects.exists()


# --- Signing in and out ---


def test_wrong_passwords_are_limited_whatever_the_address(client, member):
    for attempt in range(25):
        sign_in(client, password="wrong", **{"X-Forwarded-For": f"198.51.100.{attempt}"})

    sign_in(client)

    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("password", "reason"),
    [("aaaaaaaaaaaa", "反复"), ("anhuananhuan", "反复"), ("123456789012", "键盘")],
)
def test_a_password_that_is_refused_says_why(client, password, reason):
    response = sign_up(client, password1=password)

    assert reason in str(response.context["form"].errors["password1"])


def test_right_passwords_do_not_count(client, member):
    for _time in range(25):
        sign_in(Client())

    sign_in(client)

    assert "_auth_user_id" in client.session
    assert not Attempt.objects.exists()


def test_who_is_refused_hears_when_to_come_again(client, member, clock):
    moment = timezone.now()
    clock(moment)
    for _try in range(5):
        assert sign_in(client, password="wrong").status_code == 422

    response = sign_in(client)

    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 301
    clock(moment + timedelta(seconds=int(response.headers["Retry-After"])))
    sign_in(client)
    assert "_auth_user_id" in client.session


def test_twenty_wrong_ones_a_day_are_looked_at_and_no_more(client, member, clock):
    looked_at = 0
    begins = timezone.now()
    for minutes in range(0, 24 * 60, 6):
        clock(begins + timedelta(minutes=minutes))
        looked_at += sign_in(Client(), password="wrong").status_code == 422

    assert looked_at == 20


def test_a_guesser_elsewhere_does_not_keep_a_known_device_out(client, member):
    sign_in(client)
    client.post(reverse("account_logout"))
    for attempt in range(25):
        sign_in(Client(), password="wrong", **{"X-Forwarded-For": f"198.51.100.{attempt}"})
    stranger = Client()

    assert sign_in(stranger).status_code == 429
    sign_in(client)

    assert "_auth_user_id" in client.session


def test_a_known_device_has_a_wall_of_its_own(client, member):
    sign_in(client)
    client.post(reverse("account_logout"))

    answers = [sign_in(client, password="wrong").status_code for _try in range(7)]

    assert answers == [422] * 5 + [429] * 2
    assert sign_in(Client()).status_code == 302  # what happened there is no matter of others


def test_a_device_cookie_that_was_changed_or_is_of_another_account_knows_nobody(client, member):
    sign_in(client)
    client.post(reverse("account_logout"))
    cookie = client.cookies[site.DEVICE_COOKIE_NAME]
    for _try in range(5):
        sign_in(Client(), password="wrong")
        sign_in(Client(), email="other@example.com", password="wrong")

    assert sign_in(client, email="other@example.com").status_code == 429
    cookie.set(cookie.key, cookie.value[:-1] + "x", cookie.value[:-1] + "x")
    assert sign_in(client).status_code == 429


def test_one_account_guessed_at_keeps_nobody_out_behind_the_same_address(client, member):
    for _try in range(30):
        sign_in(Client(), email="other@example.com", password="wrong")

    sign_in(client)

    assert "_auth_user_id" in client.session


def test_a_sender_that_gets_twenty_accounts_wrong_is_refused(client, member):
    answers = [
        sign_in(Client(), email=f"m{number}@example.com", password="wrong").status_code
        for number in range(25)
    ]

    assert answers == [422] * 20 + [429] * 5
    assert sign_in(client).status_code == 429


def test_nobody_can_be_told_from_what_is_counted(client, member):
    sign_in(client, password="wrong")

    row = Attempt.objects.get()
    assert [len(value) for value in (row.account, row.sender)] == [64, 64]
    assert "example" not in str(row.__dict__)


def test_signing_in_takes_few_queries(client, member, django_assert_max_num_queries):
    with django_assert_max_num_queries(40):
        sign_in(client)


def test_the_session_changes_with_signing_in_and_dies_with_signing_out(client, member):
    client.get(reverse("account_login"))
    sign_in(client)
    inside = client.cookies[site.SESSION_COOKIE_NAME].value

    response = client.post(reverse("account_logout"))
    client.cookies[site.SESSION_COOKIE_NAME] = inside

    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get(reverse("planner:settings")).status_code == 302
    assert not Session.objects.filter(owner=member).exists()


def test_signing_out_needs_a_post(client, member):
    client.force_login(member)

    assert client.get(reverse("account_logout")).status_code == 200
    assert "_auth_user_id" in client.session


def test_changing_the_password_ends_the_other_sessions(client, member):
    other = Client()
    sign_in(client)
    sign_in(other)
    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": PASSWORD + "!", "password2": PASSWORD + "!"},
    )

    assert client.get(reverse("planner:settings")).status_code == 200
    assert other.get(reverse("planner:settings")).status_code == 302


def test_signing_in_brings_the_members_language(client, member):
    HouseholdRow.objects.owned_by(member).update(language="en")

    sign_in(client)

    assert 'lang="en"' in client.get(reverse("planner:settings")).content.decode()


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "a' b", "javascript:alert(1)", "\\\\evil"]
)
def test_signing_in_leads_nowhere_else(client, member, target):
    response = client.post(
        reverse("account_login"), {"login": member.email, "password": PASSWORD, "next": target}
    )

    assert response.status_code == 302
    assert urlsplit(response.headers["Location"])[:2] == ("", "")


# --- Forgotten passwords ---


def test_a_reset_link_works_once_and_does_not_sign_in(client, member):
    client.post(reverse("account_reset_password"), {"email": "Member@Example.com"})
    link = re.search(r"http://testserver(/\S+)", mail.outbox[0].body).group(1)
    form = client.get(link, follow=True)
    new = {"password1": "another " + PASSWORD, "password2": "another " + PASSWORD}
    client.post(form.redirect_chain[-1][0], new)

    again = client.get(link, follow=True)

    assert mail.outbox[0].to == [member.email]
    assert User.objects.get(pk=member.pk).check_password(new["password1"])
    assert "_auth_user_id" not in client.session
    assert again.context["token_fail"]


def test_a_reset_request_does_not_tell_who_has_an_account(client, member):
    answers = [
        client.post(reverse("account_reset_password"), {"email": email})
        for email in (member.email, "nobody@example.com")
    ]

    assert len({(answer.status_code, answer.headers["Location"]) for answer in answers}) == 1


def test_a_reset_mail_never_goes_to_an_address_that_only_looks_like_the_stored_one(
    client, make_member, db
):
    member = make_member("mike")
    EmailAddress.objects.create(user=member, email=member.email, primary=True, verified=True)

    for typed in ("mıke@example.com", "MIKE@example.com", "ｍike@example.com"):
        client.post(reverse("account_reset_password"), {"email": typed})

    to = [address for message in mail.outbox for address in message.to]
    assert member.email in to  # the control: the capital letters found it
    with_link = [message for message in mail.outbox if "/password/reset/key/" in message.body]
    assert {message.to[0] for message in with_link} == {member.email}


def test_reset_mails_are_files_where_no_mail_is_sent(client, member, settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path

    page = client.get(reverse("account_reset_password")).content.decode()
    client.post(reverse("account_reset_password"), {"email": member.email})

    assert str(tmp_path) in page
    assert len(list(Path(tmp_path).iterdir())) == 1


# --- Settings, export, erasure ---


def test_settings_are_saved_and_change_the_language_at_once(owner_client, owner):
    form = {
        "language": "en",
        "time_zone": "Europe/Berlin",
        "is_discreet": "on",
        "buffer": "￥５００",
        "was": "300.00",
    }

    response = owner_client.post(reverse("planner:settings"), form, follow=True)

    household = HouseholdRow.objects.get(owner=owner)
    assert (household.language, household.time_zone) == ("en", "Europe/Berlin")
    assert (household.is_discreet, household.buffer_fen) == (True, 50000)
    assert 'lang="en"' in response.content.decode()
    assert 'value="500.00"' in response.content.decode()


def test_a_buffer_changed_elsewhere_is_shown_beside_the_one_typed(owner_client, owner):
    change_household(user=owner, buffer="800.00")
    form = {"language": "en", "time_zone": "Asia/Shanghai", "buffer": "500", "was": "300.00"}

    response = owner_client.post(reverse("planner:settings"), form)
    again = owner_client.post(reverse("planner:settings"), form | {"was": "800.00"})

    assert response.status_code == 409
    assert "800.00" in str(response.context["form"].errors["buffer"])
    assert 'value="500"' in response.content.decode()
    assert again.status_code == 302
    assert HouseholdRow.objects.get(owner=owner).buffer_fen == 500_00


@pytest.mark.parametrize(
    ("field", "value"),
    [("buffer", "1e3"), ("buffer", ""), ("language", "xx"), ("time_zone", "posixrules"),
     ("time_zone", "Foo/Bar")],
)  # fmt: skip
def test_settings_nobody_can_mean_are_refused(owner_client, owner, field, value):
    form = {"language": "en", "time_zone": "Asia/Shanghai", "buffer": "1"} | {field: value}

    response = owner_client.post(reverse("planner:settings"), form)

    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {field}
    assert HouseholdRow.objects.get(owner=owner).language == "zh-hans"


@pytest.mark.django_db
def test_a_guest_without_consent_stores_no_buffer(guest_client):
    form = {"language": "en", "time_zone": "Asia/Shanghai", "buffer": "100", "was": "0.00"}

    response = guest_client.post(reverse("planner:settings"), form)

    assert response.status_code == 422
    assert user_of(guest_client).household.buffer_fen == 0


@pytest.mark.parametrize("name", ["data-export", "household-export", "data-erase"])
def test_sensitive_acts_ask_a_member_again_after_a_quarter_of_an_hour(client, member, name):
    sign_in(client)
    fresh = client.get(reverse(f"planner:{name}"))
    age_session(client, 16 * 60)

    asked = client.get(reverse(f"planner:{name}"))
    client.post(
        reverse("account_reauthenticate"),
        {"password": PASSWORD, "next": reverse(f"planner:{name}")},
    )

    assert fresh.status_code == 200
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert client.get(reverse(f"planner:{name}")).status_code == 200


def test_a_code_by_mail_is_proof_too(client, member):
    sign_in(client)
    age_session(client, 16 * 60)
    export = reverse("planner:data-export")

    page = client.get(client.get(export).headers["Location"]).content.decode()
    on_the_way = re.search(r'value="(/account/login/code/[^"]*)"', page).group(1)
    code_page = client.post(reverse("account_logout"), {"next": on_the_way}).headers["Location"]
    client.post(code_page, {"email": member.email, "next": export})
    code = re.search(CODE, mail.outbox[0].body, re.MULTILINE).group()
    client.post(reverse("account_confirm_login_code"), {"code": code, "next": export})

    assert client.get(export).status_code == 200


def test_changing_the_address_asks_again_and_takes_effect_when_confirmed(client, member):
    sign_in(client)
    age_session(client, 16 * 60)
    asked = client.post(reverse("account_email"), {"email": "b@example.com", "action_add": ""})
    sign_in(client)

    client.post(reverse("account_email"), {"email": "b@example.com", "action_add": ""})
    before = User.objects.get(pk=member.pk).email
    link = re.search(r"http://testserver(/\S+)", mail.outbox[0].body).group(1)
    client.post(link)

    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert before == "member@example.com"
    assert User.objects.get(pk=member.pk).email == "b@example.com"


def test_a_new_address_longer_than_can_be_stored_is_refused(client, member):
    sign_in(client)
    fits, too_long = ("a" * count + "@example.org" for count in (242, 243))

    refused = client.post(reverse("account_email"), {"email": too_long, "action_add": ""})
    taken = client.post(reverse("account_email"), {"email": fits, "action_add": ""})

    assert refused.status_code == 422
    assert refused.context["form"].errors["email"] == ["最多 254 个字。"]
    assert taken.status_code == 302


@pytest.mark.parametrize(
    "name",
    ["account_email", "account_change_password", "account_set_password", "account_reauthenticate"],
)
def test_a_guest_has_no_address_or_password_to_change(guest_client, name):
    response = guest_client.post(reverse(name), {"email": "a@example.com", "action_add": ""})

    assert response.headers["Location"] == reverse("account_signup")


def test_a_guest_is_not_sent_into_a_dead_end_by_asking_for_a_code(guest_client, member):
    page = guest_client.get(reverse("account_login")).content.decode()
    response = guest_client.post(reverse("account_request_login_code"), {"email": member.email})

    assert reverse("account_request_login_code") not in page
    assert response.headers["Location"] == reverse("account_login")


def test_erasing_is_refused_without_the_proof(client, member):
    sign_in(client)
    age_session(client, 16 * 60)

    client.post(reverse("planner:data-erase"))

    assert User.objects.filter(pk=member.pk).exists()


def test_a_member_takes_everything_and_leaves(client, member, stranger):
    sign_in(client)
    stored_plan(user=member, strategy="minimum")

    export = json.loads(client.get(reverse("planner:data-export")).content)
    household = json.loads(client.get(reverse("planner:household-export")).content)
    response = client.post(reverse("planner:data-erase"), follow=True)

    assert export["account"]["email"] == member.email
    assert export["household"] == household
    replace_household(user=stranger, document=household)
    assert household_document_of(stranger) == household
    assert response.redirect_chain[-1][0] == reverse("planner:home")
    assert list(User.objects.all()) == [stranger]
    assert not KeptPlan.objects.owned_by(member).exists()
    assert sign_in(client).status_code == 422  # the form again: nobody to sign in


@pytest.mark.django_db
def test_a_guest_erases_with_one_extra_click(guest_client):
    page = guest_client.get(reverse("planner:data-erase"))
    guest_client.post(reverse("planner:data-erase"))

    assert page.status_code == 200
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "words"), [("zh-hans", "隐私说明"), ("en", "What is stored")])
def test_the_privacy_page_needs_no_account_and_speaks_both_languages(client, language, words):
    client.post(reverse("set_language"), {"language": language})

    page = client.get(reverse("planner:privacy")).content.decode()

    assert words in page
    assert CONSENT_VERSION in page


@pytest.mark.django_db
def test_no_page_of_a_member_is_shown_to_nobody(client):
    for name in ("settings", "data-export", "household-export", "data-erase", "guest-settle"):
        response = client.get(reverse(f"planner:{name}"))

        assert response.headers["Location"].startswith(reverse("account_login")), name


def test_no_log_line_holds_an_address_a_name_or_an_amount(client, member, caplog):
    started = time.time()
    sign_in(client)
    sign_in(client, password="wrong")
    save_item(user=member, kind="debts", item=debt(name="MARKER"), version=1)
    client.post(reverse("planner:data-erase"))

    lines = [record.getMessage() for record in caplog.records if record.created >= started]
    assert any("signed in" in line for line in lines)
    assert not any(
        marker in line for line in lines for marker in ("member@", "MARKER", "3000", PASSWORD)
    )
