"""Allauth's forms of the second factor in our words, with our count of wrong codes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.core.internal.ratelimit import get_ip
from allauth.mfa.base import forms as base
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.webauthn import forms as webauthn
from cryptography.exceptions import InvalidSignature
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from planner.encryption import decrypt, encrypt
from planner.models import User
from planner.pages.sign_in.devices import known_device
from planner.pages.sign_in.forms import OwnWords
from planner.services import attempts

if TYPE_CHECKING:  # beside one of allauth's forms
    Form = forms.Form
else:
    Form = object

MOST_STEPS = 2 * settings.MFA_TOTP_TOLERANCE + 1  # of 30 s, in which a code is right


@contextmanager
def counted(user: User) -> Iterator[None]:
    """A try of somebody's second factor: wrong ones are counted as wrong passwords are.

    Raises ValidationError, at once where there were too many.
    """
    request = context.request
    try:
        made = attempts.begin(
            account=f"second factor of {user.pk}",
            sender=get_ip(request),
            device=known_device(request, user.email or ""),
        )
    except attempts.TooMany as refused:
        request.retry_after = refused.seconds  # for refused_forms
        raise get_adapter().validation_error("too_many_login_attempts") from None
    yield
    attempts.forgive(made)


# What allauth and fido2 raise at an answer of a passkey that is none, or is forged.
NO_ANSWER = (ValueError, TypeError, KeyError, AttributeError, InvalidSignature)


class CountedCode(Form):
    user: User
    authenticator: Authenticator

    def clean_code(self) -> str:
        with counted(self.user):
            code = str(super().clean_code())  # type: ignore[misc]  # allauth's
            if self.authenticator.type == Authenticator.Type.TOTP:
                self._refuse_again(normalize_user_code(code))
            return code

    def _refuse_again(self, code: str) -> None:
        """Allauth remembers a code that was used for one step, not for all in which it is right."""
        key = f"used-code-{self.user.pk}-{code}"
        if not cache.add(key, True, 30 * MOST_STEPS):
            raise get_adapter().validation_error("incorrect_code")


class Key(OwnWords):
    """A form that a passkey fills in: whatever is wrong with it is one sentence."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = _("This passkey is not one of this account, or its answer came too late.")
        self.fields["credential"].error_messages |= {"required": said, "invalid": said}


class CountedKey(Key):
    user: User

    def clean_credential(self) -> Authenticator:
        with counted(self.user):
            try:
                return super().clean_credential()  # type: ignore[misc]  # allauth's
            except NO_ANSWER:
                raise get_adapter().validation_error("incorrect_code") from None


class AuthenticateForm(CountedCode, OwnWords, base.AuthenticateForm):
    pass


class ReauthenticateForm(CountedCode, OwnWords, base.ReauthenticateForm):
    pass


class AuthenticateWebAuthnForm(CountedKey, webauthn.AuthenticateWebAuthnForm):
    pass


class ReauthenticateWebAuthnForm(CountedKey, webauthn.ReauthenticateWebAuthnForm):
    pass


class ActivateTOTPForm(OwnWords, totp.ActivateTOTPForm):
    """The secret waits in the session for its first code, encrypted there too."""

    labels = {**OwnWords.labels, "code": _("The six digits that the app shows now")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        session = context.request.session
        waiting = session.get(SECRET_SESSION_KEY)
        super().__init__(*args, **kwargs)
        if self.is_bound and waiting:
            self.secret = decrypt(waiting).decode()
        else:
            session[SECRET_SESSION_KEY] = encrypt(self.secret.encode())

    def clean_code(self) -> str:
        with counted(self.user):
            return str(super().clean_code())


class AddWebAuthnForm(Key, webauthn.AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["name"]

    def clean(self) -> dict[str, Any]:
        try:
            return {**(super().clean() or {}), "name": self.initial["name"]}
        except NO_ANSWER:
            raise get_adapter().validation_error("incorrect_code") from None
