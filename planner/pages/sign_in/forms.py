"""Allauth's forms in our words. What they check and do stays allauth's, but for signing up."""

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from allauth.account import forms as allauth
from allauth.account.models import EmailAddress
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import password_validators_help_texts
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from planner.forms.consent import ConsentForm
from planner.forms.fields import REQUIRED, TOO_LONG, tell
from planner.models import User
from planner.services import people
from planner.words.markup import markup

if TYPE_CHECKING:  # beside one of allauth's forms
    Form = forms.Form
else:
    Form = object

ERRORS = {
    "required": REQUIRED,
    "max_length": TOO_LONG,
    "invalid": _("Please write the whole address, like name@example.com."),
    "null_characters_not_allowed": _("This holds signs that cannot be stored."),
}


def mail_note() -> str:
    """Where a mail is to be found when none is sent; empty where mails are sent."""
    if settings.MAIL_IS_SENT:
        return ""
    if settings.DEPLOYED:
        return str(_("No mail is sent from here. Please ask whoever runs this site for it."))
    text = _("No mail is sent from here; it is written as a file to the folder %(folder)s.")
    return str(text) % {"folder": settings.EMAIL_FILE_PATH}


class OwnWords(Form):
    """Labels, hints and errors of each field as the rest of the site has them."""

    labels: ClassVar[Mapping[str, Any]] = {
        "login": _("E-mail address"),
        "email": _("E-mail address"),
        "password": _("Password"),
        "oldpassword": _("Current password"),
        "password1": _("New password"),
        "code": _("Code"),
        "remember": _("Stay signed in on this device"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Typed once, as when signing up; who mistypes has the way of a forgotten password.
        self.fields.pop("password2", None)
        for name, label in self.labels.items():
            if name not in self.fields:
                continue
            field = self.fields[name]
            field.label, field.help_text = label, ""
            field.widget.attrs.pop("placeholder", None)
            field.error_messages |= ERRORS
            if name in ("password", "oldpassword"):
                forgot = reverse("account_reset_password"), _("I forgot my password")
                tell(field, below=markup('<a href="{}">{}</a>', *forgot))
        if "password1" in self.fields:
            self.fields["password1"].help_text = " ".join(password_validators_help_texts())


class WrittenMail(OwnWords):
    """A form that has a mail sent, or asks for what stands in one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"email", "code"} & self.fields.keys():
            self.fields[name].help_text = mail_note()


class LoginForm(OwnWords, allauth.LoginForm):
    pass


class SignupForm(OwnWords, ConsentForm, allauth.SignupForm):
    field_order = ["email", "password1", "consent"]
    labels = {**OwnWords.labels, "password1": _("Password")}

    account_already_exists: bool

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Sent twice at once, the second finds the account that the first has just made.

        An address that has one already takes as long as another: the password is hashed.
        """
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        with suppress(IntegrityError):
            return self._saved(request)
        self.account_already_exists = True
        if settings.MAIL_IS_SENT:
            return self._saved(request)
        sign_in = reverse("account_login")
        messages.info(request, _("There is an account for this address now. Please sign in."))
        return None, HttpResponseRedirect(sign_in)

    def _saved(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        saved: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return saved

    def save(self, request: HttpRequest) -> User:
        return people.open_account(lambda: super(SignupForm, self).save(request))


class AddEmailForm(WrittenMail, allauth.AddEmailForm):
    labels = {**OwnWords.labels, "email": _("New e-mail address")}

    def save(self, request: HttpRequest) -> EmailAddress:
        """Where no mail is sent nobody proved the address they signed up with; allauth takes one
        that is not proven for the last one asked for, and would drop the account's own."""
        if not settings.MAIL_IS_SENT:
            own = EmailAddress.objects.filter(user=self.user, primary=True, verified=False)
            own.update(verified=True)
        with suppress(IntegrityError):  # sent twice at once: it waits already
            added: EmailAddress = super().save(request)
            return added
        return EmailAddress.objects.get(user=self.user, email=self.cleaned_data["email"].lower())


class ChangePasswordForm(OwnWords, allauth.ChangePasswordForm):
    pass


class SetPasswordForm(OwnWords, allauth.SetPasswordForm):
    pass


class ResetPasswordForm(WrittenMail, allauth.ResetPasswordForm):
    pass


class ResetPasswordKeyForm(OwnWords, allauth.ResetPasswordKeyForm):
    pass


class ReauthenticateForm(OwnWords, allauth.ReauthenticateForm):
    pass


class RequestLoginCodeForm(WrittenMail, allauth.RequestLoginCodeForm):
    pass


class ConfirmLoginCodeForm(WrittenMail, allauth.ConfirmLoginCodeForm):
    pass


class ConfirmEmailVerificationCodeForm(WrittenMail, allauth.ConfirmEmailVerificationCodeForm):
    pass
