"""A second step of signing in, and where a person is signed in."""

import json
import re
from datetime import timedelta

import pyotp
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings as site
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from planner.models import DebtRow, Session, User
from planner.services import people
from planner.services.changes import replace_household
from tests.households import debt, document
from tests.pages.sign_in.passkeys import CHALLENGE, passkey
from tests.services.test_keys import ANOTHER, stolen

PASSWORD = "eleven purple llamas"
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) AppleWebKit/605 Version/19.0 Safari/604"
STEP = reverse("mfa_authenticate")


@pytest.fixture
def member(make_member):
    user = make_member("member")
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def sign_in(client, **headers):
    form = {"login": "member@example.com", "password": PASSWORD}
    return client.post(reverse("account_login"), form, headers=headers)


def confirm(client):
    return client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def is_in(client):
    return "_auth_user_id" in client.session


def set_up(client):
    """An app on the account of who is signed in; gives its secret and the recovery codes."""
    confirm(client)
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page)[1]
    code = pyotp.TOTP(secret).now()
    done = client.post(reverse("mfa_activate_totp"), {"code": code})
    assert done.headers["Location"] == reverse("mfa_view_recovery_codes")
    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    return secret, re.findall(r"<code>(\d{8})</code>", page)


@pytest.fixture
def with_app(client, member):
    """(secret, recovery codes) of the member, who is signed out again."""
    sign_in(client)
    found = set_up(client)
    client.post(reverse("account_logout"))
    return found


def test_a_password_alone_no_longer_opens_the_account(client, with_app):
    secret, _codes = with_app

    answer = sign_in(client)
    assert (answer.headers["Location"], is_in(client)) == (STEP, False)
    assert client.get(reverse("planner:settings")).status_code == 302
    client.post(STEP, {"code": pyotp.TOTP(secret).now()})

    assert is_in(client)


def test_the_factor_is_asked_for_by_a_code_by_mail_too(client, with_app):
    client.post(reverse("account_request_login_code"), {"email": "member@example.com"})
    code = re.search(r"^[A-Z0-9]{3,4}-?[A-Z0-9]{3,4}$", mail.outbox[-1].body, re.MULTILINE)[0]
    answer = client.post(reverse("account_confirm_login_code"), {"code": code})

    assert (answer.headers["Location"], is_in(client)) == (STEP, False)


def test_the_app_is_set_up_only_by_who_gives_the_password_again(client, member):
    sign_in(client)

    for name in ("mfa_activate_totp", "mfa_add_webauthn"):
        answer = client.get(reverse(name))
        assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))
    set_up(client)
    records = client.session["account_authentication_methods"]
    session = client.session
    session["account_authentication_methods"] = [
        one | {"at": one["at"] - site.ACCOUNT_REAUTHENTICATION_TIMEOUT} for one in records
    ]
    session.save()

    for name in ("mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
                 "mfa_download_recovery_codes", "account_email"):  # fmt: skip
        answer = client.get(reverse(name))
        assert answer.headers["Location"].startswith(reverse("account_reauthenticate")), name


def test_no_secret_is_in_the_clear_in_the_database(client, member):
    sign_in(client)
    confirm(client)
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    waiting = re.search(r"<code>([A-Z2-7]{32})</code>", page)[1]
    decoded = [row.get_decoded() for row in Session.objects.all()]
    assert waiting not in stolen() + json.dumps(decoded)

    secret, codes = set_up(client)
    told = stolen() + json.dumps([row.get_decoded() for row in Session.objects.all()])

    assert secret not in told
    assert len(codes) == 10
    assert not any(code in told for code in codes)
    seed = Authenticator.objects.get(type="recovery_codes").data["seed"]
    assert seed in told  # the control: as it is stored, it is found
    assert seed.startswith("gAAAA")


def test_a_new_data_key_keeps_the_factor_and_the_old_key_may_go(client, with_app, settings):
    secret, codes = with_app
    settings.DATA_KEYS = [ANOTHER, *settings.DATA_KEYS]

    call_command("reencrypt")
    settings.DATA_KEYS = settings.DATA_KEYS[:1]

    sign_in(client)
    client.post(STEP, {"code": pyotp.TOTP(secret).now()})
    assert is_in(client)
    client.post(reverse("account_logout"))
    sign_in(client)
    client.post(STEP, {"code": codes[0]})
    assert is_in(client)


def test_a_recovery_code_opens_once(client, with_app):
    code = with_app[1][3]
    sign_in(client)
    client.post(STEP, {"code": code})
    assert is_in(client)
    client.post(reverse("account_logout"))

    sign_in(client)
    answer = client.post(STEP, {"code": code})

    assert (answer.status_code, is_in(client)) == (422, False)


def test_a_code_of_the_app_opens_once_for_as_long_as_it_is_right(
    client, with_app, member, monkeypatch
):
    secret, _codes = with_app
    totp, now = pyotp.TOTP(secret), timezone.now()
    begins = now.timestamp() // 30 * 30
    used = totp.at(begins)
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.time.time", lambda: begins + 1)
    sign_in(client)
    client.post(STEP, {"code": used})
    assert is_in(client)
    client.post(reverse("account_logout"))
    # Allauth itself forgets it after one step, while it is right for another one.
    assert cache.delete(f"allauth.mfa.totp.used?user={member.pk}&code={used}")
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.time.time", lambda: begins + 45)

    sign_in(client)
    answer = client.post(STEP, {"code": used})

    assert (answer.status_code, is_in(client)) == (422, False)


def test_wrong_codes_are_limited_and_say_when_to_come_again(client, with_app):
    secret, _codes = with_app
    answers = []
    for number in range(7):
        stranger = Client()
        sign_in(stranger)
        answers.append(stranger.post(STEP, {"code": f"{number:06}"}))

    assert [one.status_code for one in answers] == [422] * 5 + [429] * 2
    assert int(answers[-1].headers["Retry-After"]) > 0
    stranger.post(STEP, {"code": pyotp.TOTP(secret).now()})
    assert not is_in(stranger)
    sign_in(client)  # a device that is known, where the member is
    client.post(STEP, {"code": pyotp.TOTP(secret).now()})
    assert is_in(client)


def test_a_guest_who_signs_in_with_a_factor_brings_their_figures(client, with_app, member):
    secret, _codes = with_app
    visitor = Client()
    visitor.post(reverse("planner:guest-start"))
    guest = User.objects.get(guest_since__isnull=False)
    people.record_consent(user=guest)
    replace_household(user=guest, document=document(debts=[debt(name="the guest's")]))

    sign_in(visitor)
    answer = visitor.post(STEP, {"code": pyotp.TOTP(secret).now()})

    assert answer.headers["Location"] == reverse("planner:guest-settle")
    visitor.post(reverse("planner:guest-settle"), {"choice": "take"})
    assert DebtRow.objects.owned_by(member).get().name == "the guest's"


def test_guests_and_members_without_a_factor_export_and_erase_as_ever(client, member):
    guest = Client()
    guest.post(reverse("planner:guest-start"))
    sign_in(client)

    for one in (guest, client):
        assert one.get(reverse("planner:data-export")).status_code == 200
        assert one.post(reverse("planner:data-erase")).status_code == 302
    assert not User.objects.exists()


def test_a_member_with_a_factor_takes_it_along_by_name_and_erases_all_of_it(client, with_app):
    secret, codes = with_app
    sign_in(client)
    client.post(STEP, {"code": pyotp.TOTP(secret).now()})

    told = client.get(reverse("planner:data-export")).content.decode()
    kinds = [one["kind"] for one in json.loads(told)["account"]["second_factors"]]
    client.post(reverse("planner:data-erase"))

    assert kinds == ["totp", "recovery_codes"]
    assert secret not in told
    assert not any(code in told for code in codes)
    assert not Authenticator.objects.exists()


def test_who_lost_every_factor_is_let_in_by_who_runs_the_site(client, with_app, capsys):
    call_command("remove_factors", "Member@example.com")
    sign_in(client)

    assert capsys.readouterr().out == "2 removed\n"
    assert is_in(client)


def test_who_asks_for_a_factor_that_is_not_there_is_led_to_where_one_is_set_up(client, member):
    sign_in(client)
    confirm(client)
    passkey = reverse("mfa_remove_webauthn", args=[1])
    names = ("mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_download_recovery_codes")

    for path in (passkey, *map(reverse, names)):
        assert client.get(path).headers["Location"] == reverse("mfa_index"), path


def test_passkeys_are_offered_only_where_browsers_make_them(client, member):
    sign_in(client)
    add = reverse("mfa_add_webauthn")

    for host, is_offered in (("127.0.0.1:8000", False), ("localhost:8000", True), ("[::1]", False)):
        page = client.get(reverse("mfa_index"), headers={"Host": host}).content.decode()
        assert (add in page) is is_offered, host


@pytest.mark.parametrize("credential", ["", "[]", "{}", '{"id": "AAAA"}', '"x"', "null", "{" * 50])
def test_what_is_no_passkey_is_refused(client, member, credential):
    sign_in(client)
    confirm(client)
    client.get(reverse("mfa_add_webauthn"), headers={"Host": "localhost"})

    answer = client.post(
        reverse("mfa_add_webauthn"), {"credential": credential}, headers={"Host": "localhost"}
    )

    assert answer.status_code == 422
    assert not Authenticator.objects.exists()


def add_passkey(client, browser):
    client.get(reverse("mfa_add_webauthn"), headers={"Host": "localhost"})
    session = client.session
    session["mfa.webauthn.state"] |= {"challenge": CHALLENGE}
    session.save()
    form = {"credential": json.dumps(passkey())}
    headers = {"Host": "localhost", "User-Agent": browser}
    assert client.post(reverse("mfa_add_webauthn"), form, headers=headers).status_code == 302


def test_passkeys_of_one_day_are_told_apart_by_where_they_were_added(client, member):
    sign_in(client)
    confirm(client)
    for browser in (CHROME, SAFARI, "curl/8"):
        add_passkey(client, browser)
    Authenticator.objects.create(
        user=member, type="webauthn", data={"name": "", "credential": passkey()}
    )  # as they were before

    shown = {}
    for language in ("zh-hans", "en"):
        client.cookies[site.LANGUAGE_COOKIE_NAME] = language
        page = client.get(reverse("mfa_index")).content.decode()
        shown[language] = re.findall(r'<dt id="passkey-\d+">([^<]+)</dt>', page)
    first = Authenticator.objects.filter(type="webauthn").earliest("pk")
    remove = client.get(reverse("mfa_remove_webauthn", args=[first.pk])).content.decode()
    told = json.loads(client.get(reverse("planner:data-export")).content)["account"]

    assert shown == {
        "zh-hans": ["Chrome · Windows", "Safari · iPhone", "没有说明名称的浏览器", "通行密钥"],
        "en": ["Chrome · Windows", "Safari · iPhone", "a browser that does not say its name",
               "Passkey"],
    }  # fmt: skip
    assert "Chrome · Windows" in remove
    assert [one["device"] for one in told["second_factors"]][:3] == [
        "chrome windows", "", "safari iphone",
    ]  # fmt: skip


# --- Where a person is signed in ---


def test_the_list_names_devices_and_signs_out_the_others(client, member):
    here, there, stranger = client, Client(), Client()
    sign_in(here, **{"User-Agent": CHROME})
    sign_in(there, **{"User-Agent": SAFARI})
    stranger.post(reverse("planner:guest-start"))

    page = here.get(reverse("sessions")).content.decode()
    assert "Chrome · Windows" in page
    assert "Safari · iPhone" in page
    here.post(reverse("sessions"))

    assert here.get(reverse("planner:settings")).status_code == 200
    assert there.get(reverse("planner:settings")).status_code == 302
    assert stranger.get(reverse("planner:settings")).status_code == 200


def test_a_session_that_nobody_uses_ends_and_one_in_use_lasts(client, member, clock):
    began = timezone.now()
    form = {"login": member.email, "password": PASSWORD}
    remembered = Client()
    client.post(reverse("account_login"), form)
    remembered.post(reverse("account_login"), form | {"remember": "on"})

    for hours in range(0, 8):
        clock(began + timedelta(hours=hours))
        assert client.get(reverse("planner:settings")).status_code == 200
    clock(began + timedelta(hours=10))
    answer = client.get(reverse("planner:settings"))
    assert answer.headers["Location"].startswith(reverse("account_login"))
    assert "好一会儿" in client.get(answer.headers["Location"]).content.decode()
    for days in (13, 26, 39):
        clock(began + timedelta(days=days))
        assert remembered.get(reverse("planner:settings")).status_code == 200
    clock(began + timedelta(days=54))
    assert remembered.get(reverse("planner:settings")).status_code == 302


def test_a_new_device_is_told_once_where_the_person_was_before(client, member):
    sign_in(client)
    sign_in(client)  # known by now
    thief = Client()
    sign_in(thief, **{"User-Agent": SAFARI})
    mark = "Safari · iPhone"

    assert mark not in thief.get(reverse("planner:settings")).content.decode()
    assert mark in client.get(reverse("planner:settings")).content.decode()
    assert mark not in client.get(reverse("planner:settings")).content.decode()


def test_a_new_device_is_told_by_mail_where_mail_is_sent(client, member, settings):
    settings.MAIL_IS_SENT = True
    sign_in(client, **{"User-Agent": CHROME})
    sign_in(client, **{"User-Agent": CHROME})

    assert [one.to for one in mail.outbox] == [[member.email]]
    assert "Chrome · Windows" in mail.outbox[0].body
    assert User.objects.get(pk=member.pk).new_device is None
