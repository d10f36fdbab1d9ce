"""How allauth signs people in here: guests, one spelling of an address, our words."""

import logging
import time
import unicodedata
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.ratelimit import get_ip
from django.conf import settings
from django.contrib.auth import password_validation as validation
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from planner.forms.fields import TOO_LONG
from planner.models import User, normalise_email
from planner.pages.guards import GUEST_SESSION_KEY, SIGNED_IN_SESSION_KEY, remember_language
from planner.pages.sign_in.devices import device_of, known_device, remember_device
from planner.services import attempts, devices, people
from planner.services.devices import Device
from planner.services.documents import has_figures, household_of
from planner.words.devices import device_name

logger = logging.getLogger(__name__)

# As many as the column holds: PostgreSQL fails on more, SQLite would keep it. Checked in one
# spelling, for that may be longer than what was typed.
check_length = MaxLengthValidator(User._meta.get_field("email").max_length, TOO_LONG)


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account has been switched off."),
        "duplicate_email": _("This is your address already."),
        "email_password_mismatch": _("The e-mail address or the password is not right."),
        "email_taken": _("There is an account for this address already. Please sign in."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_code": _("This is not the code of the newest mail."),
        "incorrect_password": _("The password is not right."),
        "rate_limited": _("That was too often. Please wait a few minutes and try again."),
        "same_as_current": _("This is your address already."),
        "too_many_login_attempts": _("Too many attempts. Please try again later."),
    }

    def clean_email(self, email: str) -> str:
        """One spelling; addresses that only look like another one are refused."""
        email = normalise_email(email)
        if not email.isascii():
            raise ValidationError(_("Please use an address in plain letters."), code="invalid")
        check_length(email)
        return email

    def format_email_subject(self, subject: str) -> str:
        return f"{_('Anhuan')} · {subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Mails name the product, not the host that happened to be asked."""
        site = SimpleNamespace(name=str(_("Anhuan")), domain=settings.SITE_URL)
        super().send_mail(template_prefix, email, context | {"current_site": site})

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """To the stored address, never to the typed one that was found to match it."""
        super().send_password_reset_mail(user, user.email, context)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """In place of allauth's own count, which takes right ones in and waits for its lock."""
        account = normalise_email(credentials.get("email") or "")
        try:
            self._attempt = attempts.begin(
                account=account, sender=get_ip(request), device=known_device(request, account)
            )
        except attempts.TooMany as refused:
            request.retry_after = refused.seconds  # type: ignore[attr-defined]  # for refused_forms
            raise self.validation_error("too_many_login_attempts") from None

    def _rollback_login_failed_rl_usage(self) -> None:
        attempts.forgive(self._attempt)

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        attempts.forget(normalise_email(credentials.get("email") or ""))

    def login(self, request: HttpRequest, user: User) -> None:
        """Carry what a guest entered over the change of the session's user."""
        guest = getattr(request, "guest", None)  # see `guests_too`
        if request.user.is_authenticated and request.user.is_guest:
            guest = request.user
        is_remembered = not request.session.get_expire_at_browser_close()
        super().login(request, user)
        if not is_remembered:  # a guest's session ends with signing in, and this with it
            request.session.set_expiry(0)
        request.session[SIGNED_IN_SESSION_KEY] = time.time()
        request.session[devices.DEVICE] = device_of(request)
        logger.info("user %s signed in", user.pk)
        if guest is None or guest.pk == user.pk:
            return
        if not has_figures(guest):
            people.erase(user=guest)
        elif has_figures(user):
            request.session[GUEST_SESSION_KEY] = guest.pk
        else:
            people.take_over_guest(guest=guest, user=user)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        if GUEST_SESSION_KEY in request.session:
            return reverse("planner:guest-settle")
        return str(super().get_login_redirect_url(request))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("planner:settings")

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return self.get_login_redirect_url(request)

    def post_login(
        self, request: HttpRequest, user: User, *, redirect_url: str | None, **kwargs: Any
    ) -> HttpResponse:
        """Signing in brings the member's language to this browser; a guest's figures come first."""
        if GUEST_SESSION_KEY in request.session:
            redirect_url = None
        response: HttpResponse = super().post_login(
            request, user, redirect_url=redirect_url, **kwargs
        )
        remember_language(response, household_of(user).language)
        if user.email:
            is_new = known_device(request, user.email) is None
            device = remember_device(request, response, user.email)
            if is_new and not kwargs.get("signup"):
                self._tell_of(user, device_of(request), device)
        return response

    def _tell_of(self, user: User, device: Device, by: str) -> None:
        """By mail, or within the pages where the person comes next from a device that is known."""
        if settings.MAIL_IS_SENT:
            said = {"device": device_name(device)}
            self.send_notification_mail("account/email/new_device", user, said)
        else:
            devices.tell_later(user=user, device=device, by=by)


class MinimumLengthValidator(validation.MinimumLengthValidator):
    """Django's, with one short sentence as the hint."""

    def get_error_message(self) -> str:
        return _("Not long enough yet: it takes %(count)s characters.") % {"count": self.min_length}

    def get_help_text(self) -> str:
        return _("At least %(count)s characters; a short sentence does well.") % {
            "count": self.min_length
        }


class SimilarityValidator(validation.UserAttributeSimilarityValidator):
    def get_error_message(self) -> str:
        return str(_("This is too much like your address. Please take another one."))

    def get_help_text(self) -> str:
        """Nothing: said only to whom it concerns."""
        return ""


class CommonPasswordValidator(validation.CommonPasswordValidator):
    def get_error_message(self) -> str:
        said = _("Many people use this one, so it is guessed at once. Please take another one.")
        return str(said)

    def get_help_text(self) -> str:
        """Nothing: said only to whom it concerns."""
        return ""


# What people here put together when a password has to be long; after the product's own names.
OWN_WORDS = (
    *("anhuan", "安还", "huankuan", "还款", "zhaiwu", "huabei", "jiebei"),
    *("password", "mima", "woaini", "iloveyou", "admin", "welcome", "qwerty", "asdfgh", "zxcvbn"),
    *("1qaz2wsx", "qazwsx", "5201314", "1314520"),
)
ROWS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
LEAST_LEFT = 6  # characters that are no known word and follow from none before them
LEAST_DIFFERENT = 5


class PredictablePasswordValidator:
    """Refuses what a guesser tries first although it is long, each with its reason: few
    characters again and again, rows of the keyboard, a few known words and nothing else.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        text = unicodedata.normalize("NFKC", password).casefold()
        if len(set(text)) < LEAST_DIFFERENT or text in (text + text)[1:-1]:
            raise ValidationError(
                _("The same again and again is guessed at once. Please take another one."),
                code="password_repeats",
            )
        if len(_left(text)) < LEAST_LEFT:
            raise ValidationError(
                _("Rows of the keyboard and known words are guessed first. Please take another."),
                code="password_predictable",
            )

    def get_help_text(self) -> str:
        """Nothing: said only to whom it concerns."""
        return ""


def _left(text: str) -> str:
    """What is left of a password without known words and without what goes on from the character
    before: the next one of a row, in either direction, or the same."""
    for word in OWN_WORDS:
        text = text.replace(word, "")
    follows = {pair for row in ROWS for pair in (*pairwise(row), *pairwise(row[::-1]))}
    return "".join(
        now
        for before, now in pairwise(f"\0{text}")
        if before != now and (before, now) not in follows
    )
