"""How allauth signs people up and in here: guests, consent, one spelling of an address."""

import logging
import time
from types import SimpleNamespace
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import RequestLoginCodeForm as AllauthRequestLoginCodeForm
from allauth.account.forms import ResetPasswordForm as AllauthResetPasswordForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import (
    MinimumLengthValidator as DjangoMinimumLengthValidator,
)
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import check_for_language
from django.utils.translation import gettext_lazy as _

from planner import services
from planner.forms import ConsentForm
from planner.models import User, normalise_email

logger = logging.getLogger(__name__)

# In the session: when it was signed in to, and by whom (see planner.views.accounts).
SIGNED_IN_SESSION_KEY = "signed_in_at"
# In the member's session: the guest whose household is still to be taken over or dropped.
GUEST_SESSION_KEY = "guest_to_settle"


class AccountAdapter(DefaultAccountAdapter):
    def clean_email(self, email: str) -> str:
        """One spelling; addresses that only look like another one are refused."""
        email = normalise_email(email)
        if not email.isascii():
            raise ValidationError(_("Please use an address in plain letters."), code="invalid")
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

    def login(self, request: HttpRequest, user: User) -> None:
        """Carry what a guest entered over the change of the session's user."""
        guest = request.user if request.user.is_authenticated and request.user.is_guest else None
        super().login(request, user)
        request.session[SIGNED_IN_SESSION_KEY] = time.time()
        logger.info("user %s signed in", user.pk)
        if guest is None or guest.pk == user.pk:
            return
        if not services.has_figures(guest):
            services.erase(user=guest)
        elif services.has_figures(user):
            request.session[GUEST_SESSION_KEY] = guest.pk
        else:
            services.take_over_guest(guest=guest, user=user)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        if GUEST_SESSION_KEY in request.session:
            return reverse("planner:guest-settle")
        return super().get_login_redirect_url(request)

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return self.get_login_redirect_url(request)

    def post_login(
        self, request: HttpRequest, user: User, *, redirect_url: str | None, **kwargs: Any
    ) -> HttpResponse:
        """Signing in brings the member's language to this browser; a guest's figures come first."""
        if GUEST_SESSION_KEY in request.session:
            redirect_url = None
        response = super().post_login(request, user, redirect_url=redirect_url, **kwargs)
        remember_language(response, services.household_of(user).language)
        return response


class SignupForm(ConsentForm, AllauthSignupForm):
    field_order = ["email", "password1", "consent"]

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Sent twice at once, the second finds the account that the first has just made.

        An address that has one already takes as long as another: the password is hashed.
        """
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        try:
            return super().try_save(request)
        except IntegrityError:
            self.account_already_exists = True
        if settings.MAIL_IS_SENT:
            return super().try_save(request)
        sign_in = reverse("account_login")
        messages.info(request, _("There is an account for this address now. Please sign in."))
        return None, HttpResponseRedirect(sign_in)

    @transaction.atomic
    def save(self, request: HttpRequest) -> User:
        user = super().save(request)
        services.record_consent(user=user)
        return user


class MinimumLengthValidator(DjangoMinimumLengthValidator):
    """Django's, with an error in the language of the page."""

    def get_error_message(self) -> str:
        return _("At least %(count)s characters, please; a short sentence does well.") % {
            "count": self.min_length
        }


class WrittenMail:
    """Says where the mail is to be found when none is sent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not settings.MAIL_IS_SENT:
            self.fields["email"].help_text = _(
                "No mail is sent from here; it is written as a file to the folder %(folder)s."
            ) % {"folder": settings.EMAIL_FILE_PATH}


class ResetPasswordForm(WrittenMail, AllauthResetPasswordForm):
    pass


class RequestLoginCodeForm(WrittenMail, AllauthRequestLoginCodeForm):
    pass


def remember_language(response: HttpResponse, language: str) -> None:
    if check_for_language(language):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
        )
