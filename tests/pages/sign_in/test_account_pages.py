"""Every page, message and mail about an account, in each state, speaks as the site does."""

import gettext
import re
from html import unescape
from pathlib import Path

import allauth
import django
import pyotp
import pytest
from allauth.account import urls as allauth_urls
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.conf import settings as site
from django.core import mail
from django.core.cache import cache
from django.test.signals import template_rendered
from django.urls import reverse

from config.urls import factor_urls
from planner.models import Attempt, User
from tests.pages.sign_in.passkeys import passkey

PASSWORD = "eleven purple llamas"
CODE = re.compile(r"^[A-Z0-9]{3,4}-?[A-Z0-9]{3,4}$", re.MULTILINE)
LINK = re.compile(r"http://testserver(/account/\S+)")

# Politer, older or legal words than ours, and places that do not exist here.
NOT_OURS = {
    "zh-hans": ("您", "帐", "和/或", "电子邮件", "联系我们", "账户", "Please"),
    "en": ("and/or", "contact us", "Hello from", "Thank you for using", "example.com!", "。"),
}


def said_by(folder):
    """What the catalogues under a folder say in English and in Chinese; longer texts only."""
    texts = {"en": set(), "zh-hans": set()}
    for path in Path(folder).glob("**/locale/zh_Hans/LC_MESSAGES/django.mo"):
        with path.open("rb") as file:
            held = gettext.GNUTranslations(file)._catalog
        for message, text in held.items():
            texts["en"].add(message if isinstance(message, str) else message[0])
            texts["zh-hans"].add(text)
    return {
        "en": {text for text in texts["en"] if len(text) >= 14},
        "zh-hans": {text for text in texts["zh-hans"] if len(text) >= 6},
    }


@pytest.fixture(scope="module")
def stock():
    """The texts of allauth and Django that are not, by chance, ours as well."""
    ours = said_by(site.BASE_DIR / "planner")
    found = {"en": set(), "zh-hans": set()}
    for package in (allauth, django):
        for language, texts in said_by(Path(package.__file__).parent).items():
            found[language] |= texts - ours[language]
    assert len(found["zh-hans"]) > 500  # the control: there are some
    return found


class Walk:
    """What one person sees and gets by mail, page by page, and the templates it came from."""

    def __init__(self, client, language):
        self.client = client
        self.language = language
        self.pages = {}  # by what was done
        self.templates = set()
        self.visited = set()
        client.cookies["language"] = language

    def note(self, what, response):
        if response.resolver_match is not None:
            self.visited.add(response.resolver_match.url_name)
        text = response.content.decode()
        main = text[text.find("<main") :]
        self.pages[what] = unescape(re.sub(r"<[^>]*>|\s+", " ", main) + " ".join(_shown(main)))
        return response

    def get(self, name, *, as_=None, **options):
        path = name if name.startswith("/") else reverse(name)
        return self.note(as_ or name, self.client.get(path, **options))

    def post(self, name, as_, **form):
        path = name if name.startswith("/") else reverse(name)
        response = self.client.post(path, form)
        if response.resolver_match is not None:
            self.visited.add(response.resolver_match.url_name)
        return self.note(as_, self.client.get(response.headers["Location"], follow=True)
                         if response.status_code == 302 else response)  # fmt: skip


def _shown(html):
    """What stands in attributes that are read: placeholders and labels."""
    return re.findall(r'(?:placeholder|aria-label|title|alt)="([^"]*)"', html)


@pytest.fixture(params=["zh-hans", "en"])
def walk(request, client, db):
    cache.clear()
    walk = Walk(client, request.param)

    def remember(template, **kwargs):
        walk.templates.add(template.origin.name)

    template_rendered.connect(remember)
    yield walk
    template_rendered.disconnect(remember)


@pytest.fixture
def member(make_member):
    user = make_member("member")
    user.set_password(PASSWORD)
    user.save()
    user.household.language = ""  # signing in brings none: the walk's own stays
    user.household.save(update_fields=["language"])
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def of_a_visitor(walk):
    for name in (
        "account_login",
        "account_signup",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key_done",
        "account_request_login_code",
        "account_inactive",
    ):
        walk.get(name)
    walk.post("account_login", "sign in, empty")
    walk.post("account_login", "sign in, no address", login="nobody", password="x")
    walk.post("account_login", "sign in, wrong", login="nobody@a.org", password="not this one")
    walk.post("account_login", "sign in, odd", login="\0@a.org", password="\0")
    walk.post("account_signup", "sign up, empty")
    walk.post("account_signup", "sign up, short", email="nobody", password1="short")
    walk.post("account_signup", "sign up, long", email=f"{'a' * 330}@a.org", password1="1\0" * 9)
    walk.post("account_signup", "sign up, odd", email="а@example.org", password1="password1234")
    same = "new.name@example.org"
    walk.post("account_signup", "sign up, alike", email=same, password1=same)
    walk.post("account_reset_password", "reset, empty")
    walk.post("account_reset_password", "reset, no address", email="nobody")
    walk.post("account_reset_password", "reset, unknown", email="nobody@a.org")
    walk.get("/account/password/reset/key/1-used/", as_="reset, used link")
    walk.post("account_request_login_code", "code, empty")
    walk.post("account_request_login_code", "code, no address", email="nobody")
    walk.post("account_request_login_code", "code, unknown", email="nobody@a.org")
    walk.post("account_confirm_login_code", "code, empty code")
    walk.post("account_confirm_login_code", "code, wrong", code="AAAA-AAAA")
    walk.post("account_confirm_login_code", "code, wrong twice", code="AAAA-AAAB")
    walk.post("account_confirm_login_code", "code, too often", code="AAAA-AAAC")


def of_the_forgetful(walk, member):
    walk.post("account_reset_password", "reset, known", email=member.email)
    link = LINK.search(mail.outbox[-1].body)[1]
    form = walk.get(link, as_="reset, form", follow=True)
    there = form.redirect_chain[-1][0]
    walk.post(there, "reset, short", password1="short")
    walk.post(there, "reset, done", password1=PASSWORD)
    walk.post("account_request_login_code", "code, asked", email=member.email)
    code = CODE.search(mail.outbox[-1].body)[0]
    walk.post("account_confirm_login_code", "code, right", code=code)
    walk.get("account_logout")
    walk.post("account_logout", "signed out")
    for attempt in range(7):
        form = {"login": member.email, "password": f"wrong {attempt}"}
        walk.post("account_login", f"wrong password {attempt}", **form)
    cache.clear()
    Attempt.objects.all().delete()


def of_a_member(walk, member):
    walk.post("account_login", "signed in", login=member.email, password=PASSWORD)
    for name in ("account_email", "account_change_password", "account_reauthenticate"):
        walk.get(name)
    walk.post("account_reauthenticate", "confirm, wrong", password="not this one")
    walk.post("account_change_password", "password, empty")
    walk.post("account_change_password", "password, wrong", oldpassword="x", password1="short")
    walk.post(
        "account_change_password", "password, changed", oldpassword=PASSWORD,
        password1=PASSWORD + "!",
    )  # fmt: skip
    walk.post("account_email", "address, empty", action_add="")
    walk.post("account_email", "address, the same", action_add="", email=member.email)
    walk.post("account_email", "address, none", action_add="", email="nobody")
    walk.post("account_email", "address, kept", action_remove="", email=member.email)


def of_a_second_step(walk, member):
    walk.post("account_reauthenticate", "confirm, right", password=PASSWORD + "!")
    for name in ("mfa_index", "mfa_list_webauthn", "mfa_add_webauthn", "sessions"):
        walk.get(name)
    walk.post("mfa_add_webauthn", "passkey, none", credential="{}")
    walk.post("mfa_generate_recovery_codes", "codes, none to have")
    walk.get("mfa_activate_totp")
    walk.post("mfa_activate_totp", "app, empty")
    walk.post("mfa_activate_totp", "app, wrong", code="000000")
    page = walk.client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r"<code>(\w{32})</code>", page)
    walk.post("mfa_activate_totp", "app, right", code=pyotp.TOTP(secret[1]).now())
    for name in ("mfa_deactivate_totp", "mfa_generate_recovery_codes", "mfa_reauthenticate",
                 "mfa_download_recovery_codes", "account_reauthenticate"):  # fmt: skip
        walk.get(name)
    walk.get("mfa_index", as_="second step, with an app")
    walk.post("mfa_reauthenticate", "confirm, wrong code", code="000000")
    walk.post("mfa_generate_recovery_codes", "codes, new")
    WebAuthn.add(member, "", passkey())
    walk.get("mfa_index", as_="second step, with a passkey")
    walk.get("mfa_reauthenticate_webauthn")
    key = Authenticator.objects.get(type="webauthn").pk
    remove = reverse("mfa_remove_webauthn", args=[key])
    walk.get(remove)
    walk.post("account_logout", "signed out, with a factor")
    walk.post("account_login", "asked for a code", login=member.email, password=PASSWORD + "!")
    walk.post("mfa_authenticate", "code of the app, wrong", code="000000")
    walk.post("mfa_authenticate", "passkey, refused", credential="{}")
    used = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    walk.post("mfa_authenticate", "code, taken", code=used)
    walk.post("account_reauthenticate", "confirm, once more", password=PASSWORD + "!")
    walk.post(remove, "passkey, removed")
    walk.post("mfa_deactivate_totp", "app, removed")


def of_a_new_address(walk, member):
    """Where no mail is sent: a link in a file."""
    walk.post("account_email", "address, asked", action_add="", email="b@a.org")
    walk.post("account_email", "address, again", action_send="", email="b@a.org")
    walk.post("account_email", "address, dropped", action_remove="", email="b@a.org")
    walk.post("account_email", "address, asked anew", action_add="", email="c@a.org")
    walk.get("account_email", as_="address, waiting")
    link = LINK.search(mail.outbox[-1].body)[1]
    walk.get(link, as_="address, link")
    walk.post(link, "address, changed")
    walk.get(link, as_="address, used link")
    walk.get("/account/confirm-email/MQ:old:one/", as_="address, bad link")
    walk.get("account_email_verification_sent")


def taken_meanwhile(walk, make_member):
    """A link for an address that another account has had confirmed since."""
    other = make_member("other")
    EmailAddress.objects.create(user=other, email="d@a.org", primary=True, verified=True)
    mine = EmailAddress.objects.create(
        user=User.objects.get(email="c@a.org"), email="D@a.org", verified=False
    )
    link = reverse("account_confirm_email", args=[EmailConfirmationHMAC(mine).key])
    walk.get(link, as_="address, taken")
    walk.post(link, "address, taken, sent")


def without_a_password(walk, member):
    member.set_unusable_password()
    member.save()
    walk.client.force_login(member)
    walk.get("account_set_password")
    walk.post("account_set_password", "set, short", password1="short")
    walk.post("account_set_password", "set", password1=PASSWORD)


def signed_up(walk, email):
    form = {"email": email, "password1": PASSWORD, "consent": "on"}
    walk.post("account_signup", f"sign up, {email}", **form)


def test_no_account_page_or_mail_is_allauths(walk, member, make_member, stock, settings):
    of_a_visitor(walk)
    signed_up(walk, member.email)
    of_the_forgetful(walk, member)
    of_a_member(walk, member)
    of_a_second_step(walk, member)
    of_a_new_address(walk, member)
    taken_meanwhile(walk, make_member)
    without_a_password(walk, member)

    everywhere = {pattern.name for pattern in (*allauth_urls.urlpatterns, *factor_urls)}
    assert everywhere - walk.visited == set()
    assert faults(walk, stock) == []


def test_no_page_or_mail_of_signing_up_by_code_is_allauths(walk, member, stock, settings):
    settings.MAIL_IS_SENT = True
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
    verify = "account_email_verification_sent"

    signed_up(walk, member.email)
    signed_up(walk, "new@a.org")
    walk.post(verify, "verify, empty")
    walk.post(verify, "verify, wrong", code="AAAAAA")
    for attempt in range(3):
        walk.post(verify, f"verify, another {attempt}", action="resend")
    walk.post(verify, "verified", code=CODE.search(mail.outbox[-1].body)[0])
    walk.post("account_email", "address, asked", action_add="", email="b@a.org")
    walk.get(verify, as_="address, code")
    walk.post(verify, "address, changed", code=CODE.search(mail.outbox[-1].body)[0])
    walk.post("account_reset_password", "reset, known", email=member.email)

    assert faults(walk, stock) == []


def faults(walk, stock):
    texts = walk.pages | {
        f"mail {number}, {one.subject}": f"{one.subject}\n{one.body}"
        for number, one in enumerate(mail.outbox)
    }
    found = [
        f"{what}: {phrase!r}"
        for what, text in texts.items()
        for phrase in (*NOT_OURS[walk.language], *stock[walk.language])
        if phrase in text
    ]
    foreign = str(Path(allauth.__file__).parent)
    return found + [name for name in walk.templates if name.startswith(foreign)]


def test_the_times_that_pages_and_mails_name_are_the_settings():
    assert site.PASSWORD_RESET_TIMEOUT == 60 * 60
    assert site.ACCOUNT_LOGIN_BY_CODE_TIMEOUT == 10 * 60
    assert site.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT == 10 * 60


@pytest.mark.parametrize(
    ("is_sent", "is_deployed", "says_folder"),
    [(False, False, True), (False, True, False), (True, True, False)],
)
def test_the_folder_of_the_mails_is_told_only_on_a_persons_own_machine(
    client, settings, is_sent, is_deployed, says_folder
):
    settings.MAIL_IS_SENT, settings.DEPLOYED = is_sent, is_deployed

    page = client.get(reverse("account_reset_password_done")).content.decode()

    assert (str(settings.EMAIL_FILE_PATH) in page) is says_folder
    assert ("正在路上" in page) is is_sent
