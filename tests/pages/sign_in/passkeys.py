"""A passkey as the database keeps one, without a browser that made it."""

import hashlib
import json
from base64 import urlsafe_b64encode

from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

ID = b"a passkey of the tests"


def text(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


CHALLENGE = text(bytes(32))


def passkey(host: str = "localhost") -> dict:
    """What a browser sends when one is added."""
    key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
    held = AttestedCredentialData.create(bytes(16), ID, key)
    data = AuthenticatorData.create(hashlib.sha256(host.encode()).digest(), flags, 0, held)
    said = {"type": "webauthn.create", "challenge": CHALLENGE, "origin": f"https://{host}"}
    return {
        "id": text(ID),
        "rawId": text(ID),
        "type": "public-key",
        "response": {
            "clientDataJSON": text(json.dumps(said).encode()),
            "attestationObject": text(AttestationObject.create("none", data, {})),
        },
        "clientExtensionResults": {},
    }
