"""A second factor: what of it is encrypted, and where passkeys work."""

import ipaddress
from typing import NamedTuple
from urllib.parse import urlsplit

import qrcode
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from qrcode.image.svg import SvgPathFillImage

from planner.encryption import decrypt, encrypt
from planner.models import User
from planner.pages.sign_in.devices import device_of
from planner.pages.sign_in.sessions import shown_moment
from planner.words.devices import device_name

DEVICE_PARTS, UNKNOWN = ("browser", "system"), "-"


class FactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_generate_recovery_codes": _("There is no second step to have codes for."),
        "incorrect_code": _("This code is not right, or was used already."),
        "unverified_email": _("Please confirm your e-mail address first."),
    }

    def encrypt(self, text: str) -> str:
        return encrypt(text.encode())

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text).decode()

    def get_totp_issuer(self) -> str:
        return "Anhuan"

    def build_totp_svg(self, url: str) -> str:
        """Dark on white, whatever the page stands on: readers of squares want it so."""
        return str(qrcode.make(url, image_factory=SvgPathFillImage).to_string(encoding="unicode"))

    def _get_site_name(self) -> str:
        return "Anhuan"

    def generate_authenticator_name(self, user: User, *_kind: object) -> str:
        """Where it is added, as codes: the person reads it in the language of the day."""
        device = device_of(context.request)
        return " ".join(device[part] or UNKNOWN for part in DEVICE_PARTS)


class Passkey(NamedTuple):
    """One in words: the browser and system it was added on, and moments."""

    key: int
    device: str
    added: str
    used: str


def passkey_words(user: User, authenticator: Authenticator) -> Passkey:
    codes = authenticator.data["name"].split()  # none where it was added before names were kept
    used = authenticator.last_used_at
    return Passkey(
        key=authenticator.pk,
        device=device_name(dict(zip(DEVICE_PARTS, codes, strict=True))) if codes else "",
        added=shown_moment(user, authenticator.created_at),
        used=shown_moment(user, used) if used else "",
    )


def passkeys_work() -> bool:
    """A passkey belongs to a name; browsers make none for an address of numbers."""
    host = urlsplit(f"//{context.request.get_host()}").hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(settings.DEPLOYED) or host == "localhost"
    return False
